"""The schema and its history: the same on both databases, and logs that are only ever added to."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ClauseElement, create_engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import pointreel.store
from pointreel.store import Project, ProjectReadOnly, migrate
from pointreel.store.schema import metadata

from .conftest import Made, everything

LOGS = (
    "verdicts",
    "edits",
    "descriptions",
    "closings",
    "prompts",
    "masks",
    "maps",
    "proposals",
    "proposed",
    "replacements",
    "strata",
)


def test_migrations_from_nothing_give_the_tables_that_are_used(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with engine.begin() as connection:
        assert migrate.version_of(connection) is None
        migrate.upgrade(connection)
        assert migrate.version_of(connection) == migrate.NEWEST
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_migrations_give_the_same_on_a_server(new_database: Callable[[], str]) -> None:
    engine = create_engine(new_database().replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        migrate.upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_versions_are_files_named_in_order() -> None:
    scripts = ScriptDirectory(str(migrate.FOLDER))
    named = [script.revision for script in scripts.walk_revisions()][::-1]
    assert named == list(migrate.VERSIONS)
    assert all(re.fullmatch(r"\d{4}_[a-z_]{1,27}", name) for name in named)
    assert all(script.doc for script in scripts.walk_revisions())


_LATER = '''"""Something a later version keeps."""
import sqlalchemy as sa
from alembic import op
revision = "0900_later"
down_revision = {before!r}
def upgrade():
    op.add_column("users", sa.Column("shoe_size", sa.Integer))
    {then}
'''


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """A pointreel of a later version, with one migration more."""

    def install(then: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrate.FOLDER, folder)
        text = _LATER.format(before=migrate.NEWEST, then=then)
        (folder / "versions" / "0900_later.py").write_text(text)
        monkeypatch.setattr(migrate, "FOLDER", folder)
        monkeypatch.setattr(migrate, "VERSIONS", (*migrate.VERSIONS, "0900_later"))
        monkeypatch.setattr(migrate, "NEWEST", "0900_later")

    return install


def test_an_older_project_is_brought_up_when_it_is_opened(made: Made, later: Callable[[str], None]) -> None:
    everything(made)
    events = list(made.project.log())
    made.project.close()
    later("")
    with pytest.raises(ProjectReadOnly, match="Open it once for writing"):
        Project.open(made.place, read_only=True)
    with Project.open(made.place) as project:
        assert list(project.log()) == events
        with project._database.read() as connection:
            assert migrate.version_of(connection) == "0900_later"
            connection.exec_driver_sql("SELECT shoe_size FROM users")


def test_an_object_that_was_closed_before_that_was_an_edit_stays_closed(made: Made) -> None:
    """The database of a project whose last version knew nothing of it."""
    ball = made.project.add_object("clip", "ball").key
    made.project.close()
    with sqlite3.connect(Path(made.place) / "project.db") as connection:
        _back_to(connection, "0002_strata")
        connection.execute("UPDATE objects SET closed = 1 WHERE id = ?", (ball,))
    connection.close()
    with Project.open(made.place) as project:
        assert [thing.closed for thing in project.objects] == [False, True]
        project.close_object(ball, False, by="ada")
        assert project.undo_edit(by="ada") is not None
        assert project.object(ball).closed
        assert list(project.check()) == []


def _back_to(connection: sqlite3.Connection, version: str) -> None:
    """Undo by hand what migrations after a version have done."""
    connection.execute("ALTER TABLE objects ADD COLUMN closed BOOLEAN NOT NULL DEFAULT 0")
    for table in ("proposed", "replacements", "jobs"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("DROP TABLE logins")
    connection.execute("DROP INDEX ix_edits_action")
    connection.execute("ALTER TABLE edits DROP COLUMN action")
    connection.execute("DROP TABLE closings")
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))


def test_a_migration_that_fails_leaves_the_project_as_it_was(made: Made, later: Callable[[str], None]) -> None:
    made.project.close()
    later("raise RuntimeError('half way')")
    with pytest.raises(RuntimeError, match="half way"):
        Project.open(made.place)
    with sqlite3.connect(Path(made.place) / "project.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (migrate.VERSIONS[-2],)
        assert "shoe_size" not in [row[1] for row in connection.execute("PRAGMA table_info(users)")]
    connection.close()


@contextmanager
def watched(made: Made) -> Iterator[tuple[list[ClauseElement], list[str]]]:
    """The statements of a project, as they are written and as they are sent."""
    written: list[ClauseElement] = []
    sent: list[str] = []

    def on_execute(connection: object, statement: ClauseElement, *rest: object) -> None:
        written.append(statement)

    def on_send(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    engine = made.project._database._engine
    event.listen(engine, "before_execute", on_execute)
    event.listen(engine, "before_cursor_execute", on_send)
    yield written, sent


def test_every_table_and_statement_is_written_for_postgresql_too(made: Made) -> None:
    with watched(made) as (written, _):
        everything(made)
    assert len(written) > 300
    for statement in written:
        assert str(statement.compile(dialect=postgresql.dialect()))
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
        for index in table.indexes:
            name = index.name
            assert name is not None
            assert len(name) < 64
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=postgresql.dialect()))


def test_sql_of_one_database_stands_where_files_are_opened_and_checked() -> None:
    room = Path(pointreel.store.__file__).parent
    special = ("exec_driver_sql", "PRAGMA", "sqlite3", "text(")
    found = {path.name for path in room.rglob("*.py") if any(word in path.read_text("utf-8") for word in special)}
    assert found == {"database.py", "checking.py", "migrate.py"}


def test_a_log_is_only_added_to(made: Made) -> None:
    with watched(made) as (_, sent):
        everything(made)
    changed = {match[1] for text in sent if (match := re.match(r"(?:UPDATE|DELETE FROM) (\w+)", text))}
    assert not changed & set(LOGS)
    assert changed == {"users", "points", "leases", "answers", "undone_edits", "stages", "logins", "jobs"}


def test_a_working_day_on_either_database(anywhere: Made) -> None:
    everything(anywhere)
    with anywhere.again() as project:
        assert list(project.log()) == list(anywhere.project.log())
        assert project.statistics() == anywhere.project.statistics()
