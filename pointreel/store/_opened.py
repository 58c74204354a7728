"""What all parts of a project share: the database, and a name for this opening of it."""

from pathlib import Path
from uuid import uuid4

from .database import Database


class Opened:
    """A project that is open. ``session`` names this opening in the logs, unless a call names another."""

    def __init__(self, database: Database, folder: Path | None) -> None:
        self._database, self.folder = database, folder
        self.session = uuid4().hex

    @property
    def name(self) -> str:
        """The folder, or the URL without its password."""
        return self._database.name

    @property
    def place(self) -> str:
        """What another process opens this project by."""
        return self._database.url if self.folder is None else str(self.folder)
