"""The studio: one project, open, with everything its server keeps in memory."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from ...store import Project
from .events import Events
from .exporting import Exporting
from .films import Films
from .jobs import Jobs
from .labelling import Labelling
from .listening import Listening
from .pictures import Pictures
from .propagating import Propagating
from .proposing import Proposing
from .segmenting import Segmenting
from .sessions import Sessions
from .statistics import Statistics
from .verifying import Verifying


class Studio:
    """What all routes share. Closing it stops what runs; nothing waits to be stored, it always was already."""

    def __init__(self, project: Project, *, segmenter: str = "small", propagator: str = "small") -> None:
        self.project = project
        self.events = Events()
        self.people = Sessions(project)
        self.pictures = Pictures(project)
        self.films = Films(project, self.pictures)
        self.jobs = Jobs(project, self.events, self.without_place)
        self.segmenting = Segmenting(segmenter)
        self.labelling = Labelling(project, self.pictures, self.segmenting)
        self.verifying = Verifying(project, self.pictures, self.events)
        self.listening = Listening(project, self.events, self.verifying.totals)
        self.proposing = Proposing(project, self.jobs, self.events, self.verifying.totals, self.saved)
        self.exporting = Exporting(project, self.jobs, self.title)
        self.statistics = Statistics(project)
        self.propagating = Propagating(project, self.jobs, self.events, self.saved, propagator)

    @property
    def folder_name(self) -> str:
        return Path(self.project.name).name if self.project.folder is None else self.project.folder.resolve().name

    @property
    def title(self) -> str:
        return self.folder_name.removesuffix("-studio")

    def saved(self) -> str:
        """Now, which is when something has just been stored; everybody is told."""
        at = iso(datetime.now(UTC))
        self.events.publish("saved", {"saved_at": at})
        return at

    def without_place(self, text: str) -> str:
        """A message for people who have no business with where things lie on this machine."""
        folder = self.project.folder
        for place in (self.project.name,) if folder is None else (str(folder.resolve()), str(folder)):
            text = text.replace(place, self.folder_name) if len(place) > 1 else text
        for path in self.pictures.places():
            text = text.replace(str(path), path.name)
        return text

    def begin(self) -> None:
        """Get ready what takes a while, in the background."""
        if self.project.folder is not None:
            sweep(self.project.folder)
        self.segmenting.begin()
        self.listening.begin()
        self.jobs.begin()

    def close(self) -> None:
        """Stop what runs and let go of the project."""
        self.events.close()
        self.listening.close()
        self.jobs.close()
        self.segmenting.close()
        self.verifying.close()
        self.exporting.close()
        self.pictures.close()
        self.project.close()


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def sweep(folder: Path, older_than: float = 86_400.0) -> None:
    """Remove what uploads and exports left behind that were cut off, once it is certain that nobody works on it."""
    for pattern in (".import-*", "videos/.upload-*", "exports/.writing-*"):
        for path in folder.glob(pattern):
            if time.time() - path.stat().st_mtime > older_than:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
