"""Taking back what was done, and bringing it back: in a video, and to the project as a whole."""

from typing import Annotated

from fastapi import APIRouter, Body

from ....store import CLOSING, PROPOSAL
from ..guard import Annotator, TheStudio
from ..messages import Key, UndoIn, Undone
from ..propagating import KIND
from ..studio import Studio

router = APIRouter(prefix="/api", tags=["undo"])


@router.post("/videos/{v}/undo")
def undo_edit(v: Key, studio: TheStudio, user: Annotator, sent: Annotated[UndoIn | None, Body()] = None) -> Undone:
    """Take back one's newest edit of this video, or one's newest propagation."""
    kind = None if sent is None else sent.only
    return _undone(studio, studio.project.undo_edit(studio.pictures.stored(v).name, by=user.name, kind=kind))


@router.post("/videos/{v}/redo")
def redo_edit(v: Key, studio: TheStudio, user: Annotator) -> Undone:
    """Bring back what was taken back last."""
    return _undone(studio, studio.project.redo_edit(studio.pictures.stored(v).name, by=user.name))


@router.post("/undo")
def undo_action(studio: TheStudio, user: Annotator) -> Undone:
    """Take back what one did last to the project as a whole: proposed points, an import, a video, a closed object."""
    return _undone(studio, studio.project.undo_edit(by=user.name))


@router.post("/redo")
def redo_action(studio: TheStudio, user: Annotator) -> Undone:
    """Bring back what one took back last of that."""
    return _undone(studio, studio.project.redo_edit(by=user.name))


def _undone(studio: Studio, edit: int | None) -> Undone:
    """Tell everybody what is different now."""
    if edit is None:
        return Undone(edit=None, kind="", frames=None, objects=[], saved_at=studio.saved())
    effect = studio.project.effect(edit)
    studio.labelling.forget(effect.objects)
    frames = [] if effect.frames is None else list(range(effect.frames[0], effect.frames[1] + 1))
    studio.pictures.forget()
    for video in studio.project.videos:
        if video.name in effect.videos:
            if effect.kind == KIND:
                studio.propagating.stop(video.key)
            told = {"video": video.key, "edit": edit, "frames": frames, "objects": list(effect.objects)}
            studio.events.publish("masks", told)
            studio.events.publish("objects", {"video": video.key})
    if effect.kind in (CLOSING, PROPOSAL):
        studio.verifying.reopened(set(effect.objects))
    if effect.at_once:
        studio.events.publish("reset", {})
    saved_at = studio.saved()
    return Undone(edit=edit, kind=effect.kind, frames=effect.frames, objects=list(effect.objects), saved_at=saved_at)
