"""From whatever version of the schema a database has, to the newest; never the other way."""

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

FOLDER = Path(__file__).parent / "migrations"
VERSIONS = tuple(sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py")))
"""The names of all versions, oldest first. The name of a version is the name of its file."""

NEWEST = VERSIONS[-1]

_one_at_a_time = Lock()  # Alembic keeps the migration it is running in a module


def version_of(connection: Connection) -> str | None:
    """The version of a database's schema; None for a database without one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def upgrade(connection: Connection) -> None:
    """Take a database, or an empty one, to the newest version, within the transaction that is under way."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")
