"""Verify: which point is next, how long it took on the server's clock, and what was said of it."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from ..guard import Annotator, TheStudio, Viewer
from ..localising import localisation
from ..messages import (
    AnswerIn,
    AnswerOut,
    BatchIn,
    Done,
    Key,
    Localisation,
    OrderName,
    Queue,
    QueueIn,
    Reopened,
    ReopenedBatch,
    Shown,
)
from ..studio import Studio
from ..verifying import Wanted

router = APIRouter(prefix="/api/verify", tags=["verify"])


@router.get("/queue")
def get_queue(
    studio: TheStudio,
    user: Annotator,
    count: Annotated[int, Query(ge=1, le=16)] = 4,
    order: OrderName = "paper",
    object: Key | None = None,
) -> Queue:
    """The points to be answered next, all leased to the caller; the first is the current one."""
    return studio.verifying.queue(user.name, Wanted(count, order, object))


@router.post("/shown")
def shown(sent: Shown, studio: TheStudio, user: Annotator) -> Done:
    """The point is on the screen: its clock runs, or runs again."""
    studio.verifying.shown(user.name, sent.point)
    return Done(ok=True)


@router.post("/paused")
def paused(sent: Shown, studio: TheStudio, user: Annotator) -> Done:
    """Nobody is looking: the clock of the point stands still."""
    studio.verifying.clocks.pause(user.name, sent.point)
    return Done(ok=True)


@router.post("/answers")
def answer(sent: AnswerIn, studio: TheStudio, user: Annotator) -> AnswerOut:
    """A verdict. It is on the disk before this answers, and the same token again stores nothing."""
    event, seconds = studio.verifying.answer(user.name, sent)
    saved_at = _changed(studio, [sent.point], sent.order)
    queue = studio.verifying.queue(user.name, Wanted(sent.count, sent.order, sent.object))
    return AnswerOut(event=event, seconds=seconds, saved_at=saved_at, queue=queue)


@router.post("/undo")
def undo_answer(studio: TheStudio, user: Annotator, sent: Annotated[QueueIn | None, Body()] = None) -> Reopened:
    """Take back one's newest verdict; its point is the current one again."""
    return _reopened(studio, user.name, studio.verifying.undo(user.name), sent or QueueIn())


@router.post("/redo")
def redo_answer(studio: TheStudio, user: Annotator, sent: Annotated[QueueIn | None, Body()] = None) -> Reopened:
    """Bring back what was taken back last."""
    return _reopened(studio, user.name, studio.verifying.redo(user.name), sent or QueueIn())


@router.post("/undo-batch")
def undo_batch(sent: BatchIn, studio: TheStudio, user: Annotator) -> ReopenedBatch:
    """Take back all one said of an object's points, or of those of one kind."""
    points = studio.verifying.undo_batch(user.name, sent.object, sent.kind)
    saved_at = _changed(studio, points, sent.order)
    queue = studio.verifying.queue(user.name, Wanted(sent.count, sent.order))
    return ReopenedBatch(points=points, queue=queue, saved_at=saved_at)


@router.get("/localisation/{key}")
def get_localisation(key: Key, studio: TheStudio, _: Viewer) -> Localisation:
    """What says which object is meant."""
    thing, video = studio.labelling.thing(key)
    return localisation(studio.project, thing, video)


def _reopened(studio: Studio, name: str, points: list[int], sent: QueueIn) -> Reopened:
    saved_at = _changed(studio, points, sent.order)
    task = studio.verifying.task(name, points)
    queue = studio.verifying.queue(name, Wanted(sent.count, sent.order, sent.object))
    return Reopened(points=points, task=task, queue=queue, saved_at=saved_at)


def _changed(studio: Studio, points: list[int], order: OrderName) -> str:
    studio.verifying.changed(studio.project.objects_of_points(points), order)
    return studio.saved()
