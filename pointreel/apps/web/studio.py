"""The studio: one project, open, with everything its server keeps in memory."""

from datetime import UTC, datetime
from pathlib import Path

from ...store import Project
from .events import Events
from .films import Films
from .jobs import Jobs
from .labelling import Labelling
from .pictures import Pictures
from .propagating import Propagating
from .segmenting import Segmenting
from .sessions import Sessions


class Studio:
    """What all routes share. Closing it stops what runs; nothing waits to be stored, it always was already."""

    def __init__(self, project: Project, *, segmenter: str = "small", propagator: str = "small") -> None:
        self.project = project
        self.events = Events()
        self.people = Sessions(project)
        self.pictures = Pictures(project)
        self.films = Films(project, self.pictures)
        self.jobs = Jobs(self.events)
        self.segmenting = Segmenting(segmenter)
        self.labelling = Labelling(project, self.pictures, self.segmenting)
        self.propagating = Propagating(project, self.jobs, self.events, propagator)

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

    def begin(self) -> None:
        """Get ready what takes a while, in the background."""
        self.segmenting.begin()

    def close(self) -> None:
        """Stop what runs and let go of the project."""
        self.events.close()
        self.jobs.close()
        self.segmenting.close()
        self.pictures.close()
        self.project.close()


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
