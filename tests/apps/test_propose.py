"""`pointreel propose` as people type it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import Mask
from pointreel.store import Project

from .conftest import Run

FLOW = ("--propagator", "flow", "--propagator-option", "preset=ultrafast", "--distance", "6")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a clip on which a square moves, and where it is on the first frame."""
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 90, (48, 64, 3), np.uint8)
    (tmp_path / "clip").mkdir()
    for k in range(6):
        rgb = ground.copy()
        rgb[10:34, 8 + k : 32 + k] += 120
        Image.fromarray(rgb).save(tmp_path / "clip" / f"{k:05d}.png")
    mask = np.zeros((48, 64), np.uint8)
    mask[10:34, 8:32] = 255
    prompts = [{"object": "square", "mask": Mask.from_array(mask > 0).to_coco()}]
    (tmp_path / "prompts.json").write_text(json.dumps(prompts))
    return tmp_path


def test_from_a_video_and_prompts_to_candidates_once(place: Path, run_in: Run) -> None:
    words = ("propose", "mine", "--video", "clip", "--prompts", "prompts.json", *FLOW)
    first = run_in(place, *words)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0].split() == ["video", "object", "candidates"]
    assert first.stdout.splitlines()[-1].endswith("candidates for 1 object")
    again = run_in(place, *words)
    assert again.stdout == "0 candidates for 0 objects, 1 object had theirs before\n"
    assert first.stderr == again.stderr == ""
    told = json.loads(run_in(place, "propose", "mine", *FLOW, "--seed", "1", "--json").stdout)
    with Project.open(place / "mine") as project:
        assert told["proposed"] == {"1": len(project.points(1))}
        assert (told["unchanged"], told["failed"], told["nowhere"], told["localised"]) == ([], {}, [], None)
        assert [(one.name, one.video) for one in project.objects] == [("square", "clip")]
        assert len(project.edits("clip")) == 3


def test_tests_are_hidden_once_a_mask_is_locked(place: Path, run_in: Run) -> None:
    asked = ("--gold", "0.2", "--repeats", "0.1", "--overlap", "2")
    first = run_in(place, "propose", "mine", "--video", "clip", "--prompts", "prompts.json", *FLOW, *asked)
    assert first.returncode == 0, first.stderr
    assert first.stderr == "--gold: 1 object without a locked mask, so without known answers.\n"
    with Project.open(place / "mine") as project:
        points = project.points(1)
        plain = sum(point.repeats is None for point in points)
        assert {point.gold for point in points} == {None}
        assert len(points) - plain == round(0.1 * plain) > 0
        project.set_mask(1, 0, next(one.segment for one in project.masks(1) if one.frame == 0))
    second = run_in(place, "propose", "mine", *FLOW, *asked)
    assert second.stderr == ""
    with Project.open(place / "mine") as project:
        points = project.points(1)
        plain = sum(point.gold is None and point.repeats is None for point in points)
        assert sum(point.gold is not None for point in points) == round(0.2 * plain)
        project.add_user("ada")
        project.answer(points[0].key, points[0].kind, 1.0, annotator="ada")
        assert project.points(1)[0].waiting


def test_what_fails_is_a_line_and_an_exit_code(place: Path, run_in: Run) -> None:
    shutil.copytree(place / "clip", place / "gone")
    for name in ("clip", "gone"):
        done = run_in(place, "propose", "mine", "--video", name, "--prompts", "prompts.json", *FLOW)
        assert done.returncode == 0, done.stderr
    shutil.rmtree(place / "gone")
    done = run_in(place, "propose", "mine", *FLOW, "--seed", "5")
    assert done.returncode == 1
    assert "gone, square: failed:" in done.stdout
    assert "is not there any more" in done.stdout
    assert "candidates for 1 object, 1 failed" in done.stdout
    assert done.stderr == ""


def test_a_project_into_which_nothing_came_is_not_left_behind(place: Path, run_in: Run) -> None:
    (place / "kept").mkdir()
    (place / "kept" / "notes.txt").write_text("mine")
    for folder in ("new", "kept"):
        done = run_in(place, "propose", folder, "--video", "nothing.mp4", "--prompts", "prompts.json")
        assert done.returncode == 1
    assert not (place / "new").exists()
    assert [path.name for path in (place / "kept").iterdir()] == ["notes.txt"]
    done = run_in(place, "propose", "prompts.json", "--video", "clip", "--prompts", "prompts.json")
    assert "prompts.json: is no project, but a file. Name a new folder, and one is made there." in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nothing",), "nothing: is no project. Give a video to make one"),
        (("mine", "--video", "clip"), "--video and --prompts belong together"),
        (("mine", "--videos", "."), "--vidln FILE.jsonl"),
        (("mine", "--video", "clap", "--prompts", "prompts.json"), "clap: there is no such file"),
        (("empty",), "empty: has no object to propose points for."),
        (("empty", "--object", "cup"), "empty has no object of this name"),
        (("empty", "--vidln", "nothing.jsonl"), "nothing.jsonl: found nothing"),
        (("empty", "--sure-foreground", "0.3"), "sure_foreground=0.3"),
        (("empty", "--gold", "2"), "gold=2, repeats=0, overlap=1"),
        (("empty", "--propagator", "flow", "--propagator-option", "sied=3"), "has no option 'sied=3'"),
    ],
)
def test_mistakes_are_told_in_one_line(place: Path, run_in: Run, words: tuple[str, ...], message: str) -> None:
    Project.create(place / "empty").close()
    done = run_in(place, "propose", *words)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
