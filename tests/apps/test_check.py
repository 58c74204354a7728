"""Checking a project, and what its verified points are in the layout of Point-VOS."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from pointreel.core import BACKGROUND, FOREGROUND, Frame, FrameMasks, Mask, Segment
from pointreel.formats import convert, losses
from pointreel.formats import shelf as formats
from pointreel.store import Candidate, Project
from pointreel.video import write_mp4

from .conftest import Run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in which two points of an object are verified."""
    with write_mp4(tmp_path / "clip.mp4", frame_rate=25) as mp4:
        for k in range(10):
            mp4.add(Frame(k, np.full((48, 64, 3), 20 * k, np.uint8)))
    project = Project.create(tmp_path / "mine", owner="ada")
    project.add_video(tmp_path / "clip.mp4")
    key = project.add_object("clip.mp4", "ball").key
    points = [Candidate(frame=k, x=10 + k, y=20, kind=FOREGROUND) for k in (3, 7, 9)]
    project.propose(key, [*points, Candidate(frame=1, x=1, y=1, kind=FOREGROUND, gold=BACKGROUND)])
    for verdict in (FOREGROUND, BACKGROUND):
        project.answer(project.next_point("ada").point, verdict, 0.8, annotator="ada")
    return project


def test_a_whole_project(project: Project, tmp_path: Path, run_in: Run) -> None:
    done = run_in(tmp_path, "check", "mine", "--thorough")
    assert (done.returncode, done.stdout, done.stderr) == (0, "mine: is whole\n", "")


def test_problems_are_lines_and_an_exit_code(project: Project, tmp_path: Path, run_in: Run) -> None:
    project.close()
    connection = sqlite3.connect(tmp_path / "mine" / "project.db")
    with connection:
        connection.execute("UPDATE points SET label = 2 WHERE label = 0")
        connection.execute("UPDATE videos SET path = 'gone.mp4'")
    connection.close()
    done = run_in(tmp_path, "check", "mine")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["point 2", "video 'clip.mp4'", "mine"]
    assert lines[-1] == "mine: 2 problems"
    told = json.loads(run_in(tmp_path, "check", "mine", "--json").stdout)
    assert (told["sound"], len(told["problems"])) == (False, 2)


def test_a_project_that_cannot_be_opened_is_one_line(project: Project, tmp_path: Path, run_in: Run) -> None:
    project.close()
    (tmp_path / "mine" / "project.db").write_bytes(b"")
    for place, message in (("mine", "is damaged (it is empty)"), ("nothing", "is no project")):
        done = run_in(tmp_path, "check", place)
        assert done.returncode == 1
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_verified_points_are_written_as_point_vos_and_read_back(project: Project, tmp_path: Path) -> None:
    layout = formats.build("point-vos")
    assert losses(project.verified(), layout) == []
    assert convert(project.verified(), layout, tmp_path / "points.json") == []
    (record,) = json.loads((tmp_path / "points.json").read_text()).values()
    assert (record["object_name"], record["video_name"]) == ("ball", "clip.mp4")
    assert record["annotated_points"] == [
        {"x": 13, "y": 20, "frame_id": "000003", "status": "ACCEPTED", "is_fg_candidate": True},
        {"x": 17, "y": 20, "frame_id": "000007", "status": "REJECTED", "is_fg_candidate": True},
    ]
    (back,), (sent,) = layout.read(tmp_path / "points.json"), project.verified()
    assert (back.name, back.frames, back.name_by_object, list(back)) == (
        sent.name,
        sent.frames,
        sent.name_by_object,
        list(sent),
    )


def test_masks_are_written_as_davis(project: Project, tmp_path: Path) -> None:
    video = project.video("clip.mp4")
    mask = Mask.from_polygons(video.height, video.width, [[2, 2, 9, 2, 9, 9, 2, 9]])
    edit = project.begin_edit("clip.mp4", "import")
    project.add_masks(edit, [FrameMasks(k, {1: Segment(mask)}) for k in range(video.num_frames)])
    formats.build("davis").write(project.segmented(), tmp_path / "DAVIS")
    (back,) = formats.build("davis").read(tmp_path / "DAVIS")
    assert [labels.segments[1].mask for labels in back] == [mask] * video.num_frames
