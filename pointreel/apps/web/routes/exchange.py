"""What comes in from other places and what goes out to them: videos, datasets, exports."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from ..guard import Annotator, Owner, TheStudio, Viewer
from ..messages import ExportIn, Formats, ImportIn, Started

router = APIRouter(prefix="/api", tags=["exchange"])


@router.get("/formats")
def list_formats(studio: TheStudio, user: Viewer) -> Formats:
    """Every dataset format there is, and what it holds."""
    raise NotImplementedError


@router.post("/imports")
def import_path(sent: ImportIn, studio: TheStudio, user: Owner) -> Started:
    """A video, a folder of videos, or a dataset on the server's machine; only where nobody has to log in."""
    raise NotImplementedError


@router.post("/imports/upload")
async def import_upload(request: Request, studio: TheStudio, user: Owner, format: str | None = None) -> Started:
    """A dataset as a zip file, the body of the request."""
    raise NotImplementedError


@router.post("/exports")
def export(sent: ExportIn, studio: TheStudio, user: Annotator) -> Started:
    """Write the verified points or the masks in a format; when the job is done, download what it wrote."""
    raise NotImplementedError


@router.get("/exports/{job_id}/download", response_class=FileResponse)
def download(job_id: str, studio: TheStudio, user: Annotator) -> FileResponse:
    """The file of an export, or a zip file of its folder."""
    raise NotImplementedError
