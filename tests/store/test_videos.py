"""Videos that are moved, changed or gone, and projects that are moved with theirs."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import VideoChanged, VideoError
from pointreel.store import Project, StoreError

from .conftest import NUM_FRAMES, Made


def test_a_video_is_opened_where_it_was(made: Made, clip: Path) -> None:
    assert made.project.video_path("clip") == clip.resolve()
    with made.project.open_video("clip") as video:
        assert len(video) == made.project.video("clip").num_frames == NUM_FRAMES


def test_a_copied_video_moves_with_its_project(clip: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "one") as project:
        stored = project.add_video(clip, name="mine", copy=True)
        assert stored.path == "videos/mine"
    shutil.move(tmp_path / "one", tmp_path / "two")
    with Project.open(tmp_path / "two") as project:
        project.open_video("mine").close()
        assert project.video_path("mine") == tmp_path / "two/videos/mine"
        assert list(project.check(thorough=True)) == []


def test_a_moved_video_is_told_and_found_again(clip: Path, tmp_path: Path) -> None:
    place = tmp_path / "clips" / "clip"
    shutil.copytree(clip, place)
    with Project.create(tmp_path / "project") as project:
        project.add_video(place)
        shutil.move(place, tmp_path / "elsewhere")
        with pytest.raises(VideoError, match=r"clips/clip: is not there any more.*move_video\('clip', path\)"):
            project.open_video("clip")
        assert [problem.where for problem in project.check()] == ["video 'clip'"]
        project.move_video("clip", tmp_path / "elsewhere")
        project.open_video("clip").close()
        assert list(project.check()) == []


def test_a_changed_video_is_told_and_not_taken_for_the_one_that_moved(clip: Path, tmp_path: Path) -> None:
    place = tmp_path / "clip"
    shutil.copytree(clip, place)
    with Project.create(tmp_path / "project") as project:
        project.add_video(place)
        (place / f"{NUM_FRAMES - 1:05d}.png").unlink()
        with pytest.raises(VideoChanged, match="has 11 frames where 12 were annotated: it was trimmed"):
            project.open_video("clip")
        with pytest.raises(VideoChanged):
            project.move_video("clip", place)
        assert ["it was trimmed" in problem.what for problem in project.check()] == [True]
        shutil.copy(clip / f"{NUM_FRAMES - 1:05d}.png", place)
        Image.new("RGB", (64, 48)).save(place / "00003.png")
        with pytest.raises(VideoChanged, match="other bytes"):
            project.open_video("clip")


def test_names_are_used_once_and_stay_in_the_folder(made: Made, clip: Path) -> None:
    with pytest.raises(StoreError, match="there is a video named 'clip' already"):
        made.project.add_video(clip)
    with pytest.raises(Exception, match="does not stay inside this folder"):
        made.project.add_video(clip, name="../clip", copy=True)
    with pytest.raises(VideoError):
        made.project.add_video(clip / "nothing.mp4")
    assert len(made.project.videos) == 1


def test_a_video_is_taken_back_and_brought_back_unless_something_was_said_of_it(
    anywhere: Made, clip: Path, tmp_path: Path
) -> None:
    project = anywhere.project
    other = tmp_path / "other"
    shutil.copytree(clip, other)
    Image.fromarray(np.full((48, 64, 3), 9, np.uint8)).save(other / "00000.png")
    added = project.acting("olga").add_video(other)
    assert project.undo_edit(by="olga") is not None
    assert [video.name for video in project.videos] == ["clip"]
    assert project.statistics().videos == 1
    with pytest.raises(StoreError, match=r"there is no video named 'other'. There are: 'clip'"):
        project.add_object("other", "ball")
    with pytest.raises(StoreError, match="there is a video named 'other' already"):
        project.add_video(clip, name="other")
    assert project.redo_edit(by="olga") is not None
    project.undo_edit(by="olga")
    assert project.acting("olga").add_video(other) == added
    project.add_object("other", "ball", by="ada")
    with pytest.raises(StoreError, match="other: something was said of it since it was added"):
        project.undo_edit(by="olga")
    assert [video.name for video in project.videos] == ["clip", "other"]
    assert project.undo_edit("other", by="olga") is None
    project.undo_edit("other", by="ada")
    assert project.undo_edit(by="olga") is not None
    assert list(project.check()) == []
