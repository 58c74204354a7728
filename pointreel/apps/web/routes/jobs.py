"""What runs in the background, and everything that happens, as it happens."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from ..guard import Annotator, TheStudio, Viewer
from ..messages import Job, Jobs, ProposeIn, Started

router = APIRouter(prefix="/api", tags=["jobs"])


@router.get("/jobs")
def list_jobs(studio: TheStudio, user: Viewer) -> Jobs:
    raise NotImplementedError


@router.get("/jobs/{job_id}")
def get_job(job_id: str, studio: TheStudio, user: Viewer) -> Job:
    raise NotImplementedError


@router.delete("/jobs/{job_id}")
def cancel_job(job_id: str, studio: TheStudio, user: Annotator) -> Job:
    """Stop a job. What it has done by then is kept."""
    raise NotImplementedError


@router.get("/events", response_class=StreamingResponse)
async def events(
    studio: TheStudio, user: Viewer, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Server-sent events: job, masks, objects, saved, points, reset. ``Last-Event-ID`` goes on after that one."""
    raise NotImplementedError


@router.post("/proposals")
def propose(sent: ProposeIn, studio: TheStudio, user: Annotator) -> Started:
    """Make candidate points of the objects that something is said of: of those named, or of all."""
    raise NotImplementedError
