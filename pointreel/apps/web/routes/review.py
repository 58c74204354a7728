"""Review: points with what each annotator said of them, and the frames that are most in doubt."""

from typing import Annotated

from fastapi import APIRouter, Query

from .. import reviewing
from ..guard import Owner, TheStudio, Viewer
from ..messages import Frame, Key, Review, ReviewedPoints, Settled, SettleIn, Unsettled
from ..studio import Studio

router = APIRouter(prefix="/api", tags=["review"])


@router.get("/objects/{key}/points")
def list_points(
    key: Key,
    studio: TheStudio,
    _: Owner,
    frame: Frame | None = None,
    annotator: str | None = None,
    disagreement: bool = False,
) -> ReviewedPoints:
    """An object's points with all answers; for owners, since it would tell annotators what others said."""
    studio.labelling.thing(key)
    return ReviewedPoints(points=reviewing.reviewed_points(studio.project, key, frame, annotator, disagreement))


@router.post("/points/{point}/settle")
def settle(point: Key, sent: SettleIn, studio: TheStudio, user: Owner) -> Settled:
    """The owner's word on a point."""
    event = studio.project.settle(point, sent.label, owner=user.name)
    studio.verifying.changed(studio.project.objects_of_points([point]), "paper")
    return Settled(event=event, saved_at=studio.saved())


@router.post("/review/undo")
def undo_settlement(studio: TheStudio, user: Owner) -> Unsettled:
    """Take back one's newest word on a point."""
    return _unsettled(studio, studio.project.undo_settlement(user.name))


@router.post("/review/redo")
def redo_settlement(studio: TheStudio, user: Owner) -> Unsettled:
    """Bring back the verdict that one took back last."""
    return _unsettled(studio, studio.project.redo(user.name))


@router.get("/review")
def get_review(
    studio: TheStudio,
    _: Viewer,
    annotator: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Review:
    """Frames of the whole project by how much they are in doubt, worst first."""
    return Review(items=reviewing.review(studio.project, annotator, limit))


def _unsettled(studio: Studio, points: list[int]) -> Unsettled:
    studio.verifying.changed(studio.project.objects_of_points(points), "paper")
    return Unsettled(points=points, saved_at=studio.saved())
