"""What comes in from other places and what goes out to them: videos, datasets, exports."""

import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from ..errors import Refused
from ..exporting import known_formats
from ..guard import Annotator, Owner, TheStudio, Viewer
from ..importing import bring_in, unpacked
from ..jobs import Watch
from ..messages import ExportIn, Formats, ImportIn, Job, JobResult, Started
from ..studio import Studio

router = APIRouter(prefix="/api", tags=["exchange"])


@router.get("/formats")
def list_formats(_: Viewer) -> Formats:
    """Every dataset format there is, and what it holds."""
    return Formats(formats=known_formats())


@router.post("/imports")
def import_path(sent: ImportIn, studio: TheStudio, user: Owner) -> Started:
    """A video, a folder of videos, or a dataset on the server's machine; only where nobody has to log in."""
    return Started(job=begin_import(sent, studio, user.name))


def begin_import(sent: ImportIn, studio: Studio, by: str) -> Job:
    if studio.people.login_required:
        raise Refused(403, "Where people log in, nothing of the server's machine can be read. Upload it instead.")
    path = Path(sent.path).expanduser()

    def work(watch: Watch) -> JobResult:
        return _told(studio, bring_in(studio.project.acting(by, watch.id), path, sent.format, by, watch))

    return studio.jobs.start("import", work, request=sent)


@router.post("/imports/upload")
async def import_upload(request: Request, studio: TheStudio, user: Owner, format: str | None = None) -> Started:
    """A dataset as a zip file, the body of the request."""
    place = Path(await run_in_threadpool(tempfile.mkdtemp, prefix=".import-", dir=studio.project.folder))
    try:
        with (place / "sent.zip").open("wb") as file:
            async for chunk in request.stream():
                await run_in_threadpool(file.write, chunk)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise

    def work(watch: Watch) -> JobResult:
        try:
            (place / "content").mkdir()
            found = unpacked(place / "sent.zip", place / "content")
            acting = studio.project.acting(user.name, watch.id)
            return _told(studio, bring_in(acting, found, format, user.name, watch, keep=True))
        finally:
            shutil.rmtree(place, ignore_errors=True)

    return Started(job=studio.jobs.start("import", work))


@router.post("/exports")
def export(sent: ExportIn, studio: TheStudio, _: Annotator) -> Started:
    """Write the verified points or the masks in a format; when the job is done, download what it wrote."""
    return Started(job=studio.exporting.start(sent))


@router.get("/exports/{job_id}/download", response_class=FileResponse)
def download(job_id: str, studio: TheStudio, _: Annotator) -> FileResponse:
    """The file of an export, or a zip file of its folder."""
    path, name = studio.exporting.file(job_id)
    return FileResponse(path, filename=name, headers={"Cache-Control": "no-store"})


def _told(studio: Studio, result: JobResult) -> JobResult:
    """There are other videos, objects and points than before."""
    studio.verifying.totals.stale()
    studio.events.publish("reset", {})
    studio.saved()
    return result
