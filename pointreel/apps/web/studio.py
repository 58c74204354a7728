"""The studio: one project, open, with everything its server keeps in memory."""

from pathlib import Path

from ...store import Project
from .sessions import Sessions


class Studio:
    """What all routes share. Closing it stops what runs; nothing waits to be stored, it always was already."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.people = Sessions(project)

    @property
    def folder_name(self) -> str:
        return Path(self.project.name).name if self.project.folder is None else self.project.folder.resolve().name

    @property
    def title(self) -> str:
        return self.folder_name.removesuffix("-studio")

    def close(self) -> None:
        """Stop what runs and let go of the project."""
        self.project.close()
