"""What runs in the background, and everything that happens, as it happens."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from ..guard import Annotator, TheStudio, Viewer
from ..messages import Job, Jobs, ProposeIn, Started

router = APIRouter(prefix="/api", tags=["jobs"])


@router.get("/jobs")
def list_jobs(studio: TheStudio, _: Viewer) -> Jobs:
    """What runs, waits, or ran lately, newest first."""
    return Jobs(jobs=studio.jobs.every())


@router.get("/jobs/{job_id}")
def get_job(job_id: str, studio: TheStudio, _: Viewer) -> Job:
    """How far a job is."""
    return studio.jobs.find(job_id).shown()


@router.delete("/jobs/{job_id}")
def cancel_job(job_id: str, studio: TheStudio, _: Annotator) -> Job:
    """Stop a job. What it has done by then is kept."""
    return studio.jobs.cancel(job_id)


@router.get("/events", response_class=StreamingResponse)
async def events(
    studio: TheStudio, _: Viewer, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Server-sent events: job, masks, objects, saved, points, reset. ``Last-Event-ID`` goes on after that one."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(studio.events.stream(last_event_id), media_type="text/event-stream", headers=headers)


@router.post("/proposals")
def propose(sent: ProposeIn, studio: TheStudio, _: Annotator) -> Started:
    """Make candidate points of the objects that something is said of: of those named, or of all.

    Known answers come from locked masks. Neither they nor points that are shown again look different to annotators.
    """
    return Started(job=studio.proposing.start(sent))
