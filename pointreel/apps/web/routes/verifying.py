"""Verify: which point is next, how long it took on the server's clock, and what was said of it."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from ..guard import Annotator, TheStudio, Viewer
from ..messages import (
    AnswerIn,
    AnswerOut,
    BatchIn,
    Done,
    Localisation,
    OrderName,
    Queue,
    QueueIn,
    Reopened,
    ReopenedBatch,
    Shown,
)

router = APIRouter(prefix="/api/verify", tags=["verify"])


@router.get("/queue")
def get_queue(
    studio: TheStudio,
    user: Annotator,
    count: Annotated[int, Query(ge=1, le=16)] = 4,
    order: OrderName = "paper",
    object: int | None = None,
) -> Queue:
    """The points to be answered next, all leased to the caller; the first is the current one."""
    raise NotImplementedError


@router.post("/shown")
def shown(sent: Shown, studio: TheStudio, user: Annotator) -> Done:
    """The point is on the screen: its clock runs, or runs again."""
    raise NotImplementedError


@router.post("/paused")
def paused(sent: Shown, studio: TheStudio, user: Annotator) -> Done:
    """Nobody is looking: the clock of the point stands still."""
    raise NotImplementedError


@router.post("/answers")
def answer(sent: AnswerIn, studio: TheStudio, user: Annotator) -> AnswerOut:
    """A verdict. It is on the disk before this answers, and the same token again stores nothing."""
    raise NotImplementedError


@router.post("/undo")
def undo_answer(studio: TheStudio, user: Annotator, sent: Annotated[QueueIn | None, Body()] = None) -> Reopened:
    """Take back one's newest verdict; its point is the current one again."""
    raise NotImplementedError


@router.post("/redo")
def redo_answer(studio: TheStudio, user: Annotator, sent: Annotated[QueueIn | None, Body()] = None) -> Reopened:
    """Bring back what was taken back last."""
    raise NotImplementedError


@router.post("/undo-batch")
def undo_batch(sent: BatchIn, studio: TheStudio, user: Annotator) -> ReopenedBatch:
    """Take back all one said of an object's points, or of those of one kind."""
    raise NotImplementedError


@router.get("/localisation/{key}")
def localisation(key: int, studio: TheStudio, user: Viewer) -> Localisation:
    """What says which object is meant."""
    raise NotImplementedError
