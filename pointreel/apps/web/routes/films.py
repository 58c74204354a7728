"""The project, its videos, and their pictures by exact index."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from ..guard import Owner, TheStudio, Viewer
from ..messages import Project, Times, Video

router = APIRouter(prefix="/api", tags=["videos"])


@router.get("/project")
def get_project(studio: TheStudio, user: Viewer) -> Project:
    """The project and its videos, with what is known of each."""
    raise NotImplementedError


@router.get("/videos/{v}/times")
def get_times(v: int, studio: TheStudio, user: Viewer) -> Times:
    """When each frame is shown, in seconds after the first."""
    raise NotImplementedError


@router.get("/videos/{v}/frames/{k}.jpg", response_class=Response)
def get_frame(
    v: int,
    k: int,
    studio: TheStudio,
    user: Viewer,
    version: str | None = None,
    width: Annotated[int | None, Query(ge=16, le=8192)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Frame k as a JPEG; with the video's version in the address it never changes."""
    raise NotImplementedError


@router.get("/videos/{v}/crops/{k}.jpg", response_class=Response)
def get_crop(
    v: int,
    k: int,
    studio: TheStudio,
    user: Viewer,
    x: Annotated[float, Query(allow_inf_nan=False)],
    y: Annotated[float, Query(allow_inf_nan=False)],
    side: Annotated[float, Query(gt=0, le=8192)],
    size: Annotated[int, Query(ge=16, le=2048)] = 384,
    version: str | None = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A square of ``side`` pixels about (x, y) of frame k, grey outside the picture, as a JPEG of ``size`` pixels."""
    raise NotImplementedError


@router.put("/uploads/{name}")
async def upload(name: str, request: Request, studio: TheStudio, user: Owner) -> Video:
    """A video file as the body of the request; it becomes a video of the project's own."""
    raise NotImplementedError
