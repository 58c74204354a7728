"""pointreel simulate as people type it; what it does is tested beside ``annotate``."""

from pathlib import Path

import pytest

from pointreel.store import Project


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--truth", "demo/DAVIS"), "has no candidates yet. Run `pointreel propose` first."),
        (("--truth", "nowhere"), "nowhere: there is nothing here."),
        (("--truth", "demo/DAVIS", "--noise", "2"), "The noise 'wrong' is 2.0, expected a share"),
    ],
)
def test_mistakes_are_told_in_one_line(run, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    Project.create(tmp_path / "empty").close()
    done = run("simulate", str(tmp_path / "empty"), *words)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
