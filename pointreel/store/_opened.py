"""What all parts of a project share: the database, a name for this opening of it, and who acts."""

from copy import copy
from pathlib import Path
from typing import Self
from uuid import uuid4

from sqlalchemy import Connection

from . import history, people
from .database import Database


class Opened:
    """A project that is open. ``session`` names this opening in the logs, unless a call names another."""

    def __init__(self, database: Database, folder: Path | None) -> None:
        self._database, self.folder = database, folder
        self.session = uuid4().hex
        self._by: str | None = None
        self._action: str | None = None

    def acting(self, by: str, action: str | None = None) -> Self:
        """The same project, in which all edits are somebody's, and are taken back at once, as one action."""
        other = copy(self)
        other._by, other._action = by, action or uuid4().hex
        return other

    @property
    def name(self) -> str:
        """The folder, or the URL without its password."""
        return self._database.name

    @property
    def place(self) -> str:
        """What another process opens this project by."""
        return self._database.url if self.folder is None else str(self.folder)

    def _edit(
        self,
        connection: Connection,
        video: int,
        kind: str,
        by: str | None,
        session: str | None,
        action: str | None = None,
    ) -> int:
        who, now, at_once = self._who(connection, by), self._database.now(), self._action or action
        return history.add(connection, video, kind, who, session or self.session, now, None, at_once)

    def _who(self, connection: Connection, by: str | None) -> int | None:
        name = by or self._by
        return None if name is None else people.who_answers(connection, name).key
