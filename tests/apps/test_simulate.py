"""pointreel simulate as people type it; what it does is tested beside ``annotate``."""

import pytest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("demo/project", "--truth", "demo/DAVIS"), "has no candidates yet. Run `pointreel propose` first."),
        (("demo/project", "--truth", "nowhere"), "nowhere: there is nothing here."),
        (("demo/project", "--truth", "demo/DAVIS", "--noise", "2"), "The noise 'wrong' is 2.0, expected a share"),
    ],
)
def test_mistakes_are_told_in_one_line(run, words: tuple[str, ...], message: str) -> None:
    done = run("simulate", *words)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
