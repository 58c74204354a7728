"""What can go wrong with a project; each message says which project, what happened, and what to do."""

from ..core import PointreelError


class StoreError(PointreelError):
    """A project that cannot do what was asked of it; nothing that was stored before is lost."""


class ProjectBusy(StoreError):
    """Another process has been writing for longer than we waited."""


class ProjectFull(StoreError):
    """The disk, or the size the database may grow to, is used up. What was being written was taken back whole."""


class ProjectReadOnly(StoreError):
    """The project's folder or file cannot be written to, or was opened for reading only."""


class ProjectDamaged(StoreError):
    """The database file is not one, or parts of it are missing."""


class ProjectTooNew(StoreError):
    """A later version of pointreel has changed the project's schema."""


class NotAllowed(StoreError):
    """The user's role does not include this."""
