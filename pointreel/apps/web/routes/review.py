"""Review: points with what each annotator said of them, and the frames that are most in doubt."""

from typing import Annotated

from fastapi import APIRouter, Query

from ..guard import Owner, TheStudio, Viewer
from ..messages import Review, ReviewedPoints, Settled, SettleIn

router = APIRouter(prefix="/api", tags=["review"])


@router.get("/objects/{key}/points")
def list_points(
    key: int,
    studio: TheStudio,
    user: Owner,
    frame: int | None = None,
    annotator: str | None = None,
    disagreement: bool = False,
) -> ReviewedPoints:
    """An object's points with all answers; for owners, since it would tell annotators what others said."""
    raise NotImplementedError


@router.post("/points/{point}/settle")
def settle(point: int, sent: SettleIn, studio: TheStudio, user: Owner) -> Settled:
    """The owner's word on a point."""
    raise NotImplementedError


@router.get("/review")
def get_review(
    studio: TheStudio,
    user: Viewer,
    annotator: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Review:
    """Frames of the whole project by how much they are in doubt, worst first."""
    raise NotImplementedError
