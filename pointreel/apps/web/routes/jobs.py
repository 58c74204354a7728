"""What runs in the background, and everything that happens, as it happens."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from ....store import User
from ..errors import Refused
from ..guard import Annotator, TheStudio, Viewer
from ..jobs import Watch
from ..messages import ImportIn, Job, Jobs, Propagate, ProposeIn, Started
from ..studio import Studio
from .exchange import begin_import

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
    """Stop a job. What it has done by then is kept. One that was interrupted is forgotten."""
    return studio.jobs.cancel(job_id)


@router.post("/jobs/{job_id}/again")
def go_on(job_id: str, studio: TheStudio, user: Annotator) -> Started:
    """Go on with a job that was interrupted when its server was killed."""
    watch = studio.jobs.find(job_id)
    if not watch.shown().can_go_on:
        raise Refused(409, f"This {watch.kind} is {watch.state}, and cannot go on. Begin it anew.")
    job = _begun(studio, watch, user)
    studio.jobs.cancel(job_id)
    return Started(job=job)


def _begun(studio: Studio, watch: Watch, user: User) -> Job:
    if watch.kind == "proposal":
        return studio.proposing.start(ProposeIn.model_validate_json(watch.request), user.name)
    if watch.kind == "import" and user.role == "owner":
        return begin_import(ImportIn.model_validate_json(watch.request), studio, user.name)
    if watch.kind == "propagation" and watch.video is not None:
        asked = Propagate.model_validate_json(watch.request)
        return studio.propagating.start(studio.pictures.stored(watch.video).name, asked, user.name)
    raise Refused(403, f"You may not begin this {watch.kind} again. Ask an owner of the project.")


@router.get("/events", response_class=StreamingResponse)
async def events(
    studio: TheStudio, _: Viewer, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Server-sent events: job, masks, objects, saved, points, reset. ``Last-Event-ID`` goes on after that one."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(studio.events.stream(last_event_id), media_type="text/event-stream", headers=headers)


@router.post("/proposals")
def propose(sent: ProposeIn, studio: TheStudio, user: Annotator) -> Started:
    """Make candidate points of the objects that something is said of: of those named, or of all.

    Known answers come from locked masks. Neither they nor points that are shown again look different to annotators.
    """
    return Started(job=studio.proposing.start(sent, user.name))
