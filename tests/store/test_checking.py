"""Checking finds what somebody changed behind the project's back, each thing by its name."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from pointreel.store import Project

from .conftest import Made, everything

HARM = {
    "UPDATE verdicts SET at = at - 1000000 WHERE id = 4": "verdicts 4: is older than the event before it",
    "UPDATE verdicts SET label = NULL WHERE id = 4": "verdicts 4: is neither a verdict nor an undoing",
    "UPDATE verdicts SET label = 1 - label WHERE id = 1": "does not follow from the log of verdicts",
    "DELETE FROM verdicts WHERE id = 3": "does not follow from the log of verdicts",
    "UPDATE verdicts SET undoes = 999 WHERE undoes IS NOT NULL": "verdicts.undoes: names verdicts 999",
    "UPDATE verdicts SET undoes = id WHERE undoes IS NOT NULL": "undoes an event that it cannot undo",
    "UPDATE answers SET label = 2 WHERE label = 0": "does not follow from the log of verdicts",
    "DELETE FROM answers": "does not follow from the log of verdicts",
    "UPDATE points SET label = 2 WHERE label = 0": "says other than its answers do",
    "UPDATE points SET queue = NULL": "waits and should not, or should and does not",
    "UPDATE points SET withdrawn = 1": "waits and should not, or should and does not",
    "UPDATE points SET frame = 12 WHERE id = 2": "point 2: lies outside its video",
    "UPDATE points SET x = -0.6 WHERE id = 2": "point 2: lies outside its video",
    "UPDATE points SET repeats = 99 WHERE repeats IS NOT NULL": "repeats a point that is not there",
    "UPDATE points SET object_key = 77 WHERE id = 2": "points.object_key: names objects 77, which are not there",
    "UPDATE masks SET counts = x'3535' WHERE id = 1": "masks 1 (clip, frame 0): the runs of a mask add up to",
    "UPDATE prompts SET counts = x'ff' WHERE counts IS NOT NULL": "prompts 2 (clip, frame 1)",
    "DELETE FROM undone_edits": "undone_edits: does not follow from the log of edits",
    "UPDATE edits SET at = 5 WHERE id = 3": "edits 3: is older than the event before it",
    "DELETE FROM objects WHERE id = 2": "descriptions.object_key: names objects 2",
    "UPDATE videos SET manifest = '{}'": "video 'clip': videos: clip: manifest",
    "UPDATE videos SET path = '/nowhere/clip'": "video 'clip': /nowhere/clip: is not there any more",
}


@pytest.fixture(scope="module")
def worked(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after a working day, to be copied."""

    place = tmp_path_factory.mktemp("worked") / "dogs"
    shutil.copytree(template, place)
    with Project.open(place) as project:
        made = Made(project, place, lambda: 0.0, 1)  # type: ignore[arg-type]
        everything(made)
        project.undo_edit("clip", by="ada")
        assert list(project.check()) == []
    return place


@pytest.mark.parametrize("harm", HARM)
def test_what_was_changed_by_hand_is_found(worked: Path, tmp_path: Path, harm: str) -> None:

    place = tmp_path / "dogs"
    shutil.copytree(worked, place)
    connection = sqlite3.connect(place / "project.db")
    with connection:
        assert connection.execute(harm).rowcount > 0
    connection.close()
    with Project.open(place) as project:
        assert HARM[harm] in "\n".join(map(str, project.check()))
