"""The project, its videos, and their pictures by exact index."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from ..guard import Annotator, Owner, TheStudio, Viewer
from ..messages import Done, Frame, Key, Project, Times, Video
from ..pictures import version_of
from ..studio import Studio, iso

router = APIRouter(prefix="/api", tags=["videos"])


@router.get("/project")
def get_project(studio: TheStudio, _: Viewer) -> Project:
    """The project and its videos, with what is known of each."""
    saved = studio.project.last_saved()
    return Project(name=studio.title, saved_at=None if saved is None else iso(saved), videos=studio.films.all())


@router.get("/videos/{v}/times")
def get_times(v: Key, studio: TheStudio, _: Viewer) -> Times:
    """When each frame is shown, in seconds after the first."""
    return Times(seconds=studio.films.seconds(v))


@router.get("/videos/{v}/frames/{k}.jpg", response_class=Response)
def get_frame(
    v: Key,
    k: Frame,
    studio: TheStudio,
    _: Viewer,
    version: str | None = None,
    width: Annotated[int | None, Query(ge=16, le=8192)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Frame k as a JPEG; with the video's version in the address it never changes."""
    headers = _headers(studio, v, version, f"{k} {width}")
    if _is_known(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(studio.pictures.jpeg(v, k, width), media_type="image/jpeg", headers=headers)


@router.post("/videos/{v}/frames/{k}/ready")
def make_ready(v: Key, k: Frame, studio: TheStudio, _: Annotator) -> Done:
    """Somebody looks at frame k and may click there: have its pixels at hand, also if their browser has its picture."""
    studio.pictures.make_ready(v, k)
    return Done(ok=True)


@router.get("/videos/{v}/crops/{k}.jpg", response_class=Response)
def get_crop(
    v: Key,
    k: Frame,
    studio: TheStudio,
    _: Viewer,
    x: Annotated[float, Query(ge=-1e6, le=1e6)],
    y: Annotated[float, Query(ge=-1e6, le=1e6)],
    side: Annotated[float, Query(gt=0, le=8192)],
    size: Annotated[int, Query(ge=16, le=2048)] = 384,
    version: str | None = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A square of ``side`` pixels about (x, y) of frame k, grey outside the picture, as a JPEG of ``size`` pixels."""
    headers = _headers(studio, v, version, f"{k} {x} {y} {side} {size}")
    if _is_known(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(studio.pictures.crop(v, k, x, y, side, size), media_type="image/jpeg", headers=headers)


@router.put("/uploads/{name}")
async def upload(name: str, request: Request, studio: TheStudio, user: Owner) -> Video:
    """A video file as the body of the request; it becomes a video of the project's own."""
    draft, free = await run_in_threadpool(studio.films.upload_place, name)
    try:
        with draft.open("xb") as file:
            async for chunk in request.stream():
                await run_in_threadpool(file.write, chunk)
        added = await run_in_threadpool(studio.films.add_upload, draft, free, user.name)
    finally:
        draft.unlink(missing_ok=True)
    studio.saved()
    return added


def _headers(studio: Studio, v: Key, version: str | None, what: str) -> dict[str, str]:
    """A strong ETag of the video's bytes and what is shown of it; for ever, where the address names those bytes."""
    actual = version_of(studio.pictures.stored(v))
    tag = sha256(f"{actual} {what}".encode()).hexdigest()[:24]
    kept = "private, max-age=31536000, immutable" if version == actual else "private, no-cache"
    return {"ETag": f'"{tag}"', "Cache-Control": kept}


def _is_known(if_none_match: str | None, tag: str) -> bool:
    return if_none_match is not None and tag in (part.strip().removeprefix("W/") for part in if_none_match.split(","))
