"""The bench on the command line, with an engine that another package brings."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pointreel.engines import propagators

PLUGIN = Path(__file__).parents[1] / "evaluate" / "data" / "colours"
FIGURES = ["J&F", "J_mean", "F_mean", "first_frame_J", "frames_per_second", "clicks_to_0.80"]


@pytest.fixture(autouse=True)
def _with_plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Found as an installed package would be, and forgotten again."""
    monkeypatch.syspath_prepend(PLUGIN)
    vars(propagators).pop("_entry_points", None)
    yield
    vars(propagators).pop("_entry_points", None)


def test_json_has_each_start_under_its_name(run, tmp_path: Path) -> None:
    starts = ("--start", "mask", "--start", "points:3", "--start", "clicks")
    words = ("bench", "colours", "--data", "demo/DAVIS", *starts, "--seeds", "2", "--max-clicks", "4", "--json")
    done = run(*words, "--csv", str(tmp_path / "tables"))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report) == ["mask", "points:3", "clicks"]
    for start, figures in report.items():
        assert list(figures["global"]) == FIGURES
        assert list(figures["per_sequence"]) == ["sample"]
        assert (figures["global"]["clicks_to_0.80"] is None) == (start != "clicks")
        assert figures["global"]["frames_per_second"] > 0
        assert 0 < figures["global"]["J_mean"] < 1
    assert report["clicks"]["global"]["clicks_to_0.80"] == 4
    assert "not reached within 4 clicks" in report["clicks"]["warnings"][0]
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["clicks.csv", "mask.csv", "points-3.csv"]
    lines = (tmp_path / "tables" / "mask.csv").read_text().splitlines()
    assert lines[0] == ",".join(["sequence", *FIGURES])
    assert [line.split(",")[0] for line in lines[1:]] == ["sample", "all"]


def test_a_table_for_people_and_masks_on_disk(run, tmp_path: Path) -> None:
    done = run("bench", "colours", "--data", "demo/DAVIS", "--option", "tolerance=20", "--out", str(tmp_path / "kept"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "mask"
    assert lines[1].split() == ["sequence", *FIGURES]
    assert [line.split("  ")[0] for line in lines[2:]] == ["sample", "all", "95 % from", "95 % to"]
    scored = run("score", "davis", "demo/DAVIS", str(tmp_path / "kept" / "mask" / "seed-0" / "sample"), "--json")
    assert f"{json.loads(scored.stdout)['global']['J_mean']:.4f}" == lines[2].split()[2]


def test_the_engine_can_be_shown_fewer_pixels(run) -> None:
    def first_frame(*words: str) -> float:
        done = run("bench", "colours", "--data", "demo/DAVIS", "--json", *words)
        assert done.returncode == 0, done.stderr
        return float(json.loads(done.stdout)["mask"]["global"]["first_frame_J"])

    assert first_frame("--height", "60") != first_frame() == first_frame("--height", "2000")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nobody", "--data", "demo/DAVIS"), "There is no propagator named 'nobody'"),
        (("colours", "--data", "demo/DAVIS/Annotations", "--sequences", "smaple"), "Did you mean 'sample'?"),
        (("colours", "--data", "demo/DAVIS", "--start", "box"), "This engine takes no box"),
        (("colours", "--data", "demo/DAVIS", "--option", "side=9"), "has no option 'side=9'. It has: tolerance"),
        (("colours", "--data", "demo/DAVIS", "--out", "demo/DAVIS"), "exists and is not an empty folder"),
    ],
)
def test_mistakes_are_told_in_one_line(run, words: tuple[str, ...], message: str) -> None:
    done = run("bench", *words)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
