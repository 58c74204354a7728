"""One database, many threads: short transactions, every one of them whole and on the disk when its block ends."""

import os
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NoReturn

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from ..core import MissingExtra, PointreelError
from . import migrate
from ._held import Release, hold
from .errors import (
    ProjectBusy,
    ProjectDamaged,
    ProjectFull,
    ProjectReadOnly,
    ProjectTooNew,
    StoreError,
)
from .schema import meta

Clock = Callable[[], float]
"""Seconds since 1970, as ``time.time`` says them; tests bring their own."""

FILE = "project.db"
WRITER = "writer"

_HEADER = b"SQLite format 3\0"


class Database:
    """Transactions on a project's database, whichever it is, with errors that say what to do.

    Writers take turns: a lock in this process, and in the database ``BEGIN IMMEDIATE`` (SQLite) or one locked row (a
    server), so what a writer reads stays true until it commits. Readers never wait. A write that is not durable
    (leases) skips the wait for the disk: losing it costs nobody anything.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        *,
        clock: Clock,
        wait_seconds: float,
        read_only: bool,
        release: Release | None = None,
    ) -> None:
        self.name, self.clock, self.read_only = name, clock, read_only
        self._engine, self._wait_seconds, self._release = engine, wait_seconds, release
        self._turn = Lock()
        if self.is_file:
            event.listen(engine, "begin", _begin)

    @property
    def is_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def url(self) -> str:
        """With its password."""
        return self._engine.url.render_as_string(hide_password=False)

    def now(self) -> int:
        """Microseconds since 1970."""
        return round(self.clock() * 1_000_000)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the project and changes nothing."""
        with self._told(), self._engine.connect() as connection:
            if not self.is_file:  # a file's readers always see one state
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction that is stored whole, on the disk, before the block is left; or not at all."""
        if self.read_only:
            raise ProjectReadOnly(f"{self.name}: was opened for reading only. Open it without read_only to change it.")
        if not self._turn.acquire(timeout=self._wait_seconds):
            self._say_busy()
        try:
            with self._told(), self._engine.connect() as connection:
                connection.execution_options(pointreel_writes="durable" if durable else "quick")
                with connection.begin():
                    if not self.is_file:
                        connection.execute(select(meta.c.value).where(meta.c.key == WRITER).with_for_update())
                    yield connection
        finally:
            self._turn.release()

    def close(self) -> None:
        self._engine.dispose()
        if self._release is not None:
            self._release()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            self._tell(error)

    def _tell(self, error: DBAPIError) -> NoReturn:
        """The database's error as ours, in one line. Codes of SQLite are stable; texts of servers are passed on."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        said = " ".join(str(error.orig).split())
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self._say_busy()
        if code == sqlite3.SQLITE_FULL:
            raise ProjectFull(
                f"{self.name}: the disk is full; this was not stored, and all before it was. Free space and try again."
            ) from None
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise ProjectReadOnly(
                f"{self.name}: cannot be written to ({said}); nothing was lost. Make it and its folder writable."
            ) from None
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise damaged(self.name, said) from None
        if code == sqlite3.SQLITE_IOERR:
            raise StoreError(
                f"{self.name}: the disk failed ({said}); this was not stored. Check the disk and its free space."
            ) from None
        if isinstance(error, OperationalError) and not self.is_file:
            raise StoreError(f"{self.name}: the server did not do it ({said}). Check that it runs, and try again.")
        raise error

    def _say_busy(self) -> NoReturn:
        raise ProjectBusy(
            f"{self.name}: somebody else has been writing for {self._wait_seconds:g} s; this was not stored. Try again."
        )


def damaged(name: str, said: str) -> ProjectDamaged:
    return ProjectDamaged(
        f"{name}: is damaged ({said}). Nothing was written to it. Keep a copy of the folder, and restore a backup."
    )


def _begin(connection: Connection) -> None:
    """SQLite's own BEGIN: writers take the lock at once, so that nothing they have read is outdated when they write."""
    writes = connection.get_execution_options().get("pointreel_writes")
    if writes is None:
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if writes == 'durable' else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def open_file(file: Path, *, clock: Clock = time.time, wait_seconds: float = 10, read_only: bool = False) -> Database:
    """The database of a project folder, of the newest schema, after a look at whether the file is whole."""
    if not file.is_file():
        raise StoreError(f"{file.parent}: is no project, there is no {FILE} in it. Make one with Project.create.")
    release = hold(file, _require_whole)
    try:
        engine = _file_engine(file, _query(file, read_only), wait_seconds, read_only)
    except PointreelError:
        release()
        raise
    database = Database(
        engine, str(file.parent), clock=clock, wait_seconds=wait_seconds, read_only=read_only, release=release
    )
    return _brought_up(database)


def _query(file: Path, read_only: bool) -> str:
    if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        if not read_only:
            advice = "Make it writable, or open it for reading only (read_only=True)."
            raise ProjectReadOnly(f"{file.parent}: cannot be written to; nothing was lost. {advice}")
        return _frozen(file)
    return "mode=rw"


def new_file(file: Path) -> Database:
    """An empty database with the newest schema."""
    engine = _file_engine(file, "mode=rwc", 10, False)
    with engine.connect() as connection:  # once for all: the file remembers it
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    database = Database(engine, str(file.parent), clock=time.time, wait_seconds=10, read_only=False)
    with database.write() as connection:
        migrate.upgrade(connection)
    return database


def open_server(url: str, *, clock: Clock = time.time, wait_seconds: float = 10, read_only: bool = False) -> Database:
    """The database of a project on a server; PostgreSQL is what is tested."""
    return _brought_up(_server(url, clock, wait_seconds, read_only))


def new_server(url: str) -> Database:
    """A project's tables in an empty database on a server."""
    database = _server(url, time.time, 10, False)
    with database._told(), database._engine.begin() as connection:
        if migrate.version_of(connection) is not None:
            raise StoreError(f"{database.name}: holds a project already. Open it, or name an empty database.")
        migrate.upgrade(connection)
    return database


def _server(url: str, clock: Clock, wait_seconds: float, read_only: bool) -> Database:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_pre_ping=True, max_overflow=32)
    except ArgumentError:
        raise StoreError(f"{url}: is no address of a database. Write postgresql://user@host/database.") from None
    except ModuleNotFoundError:
        raise MissingExtra(f"A project at {parsed.render_as_string()}", "postgres") from None
    shown = parsed.set(drivername=parsed.get_backend_name()).render_as_string()
    return Database(engine, shown, clock=clock, wait_seconds=wait_seconds, read_only=read_only)


def _brought_up(database: Database) -> Database:
    """Refuse what a newer version made, and bring up what an older one made, as one transaction."""
    try:
        with database.read() as connection:
            version = migrate.version_of(connection)
        if version is None:
            raise damaged(database.name, "its tables are missing; it was emptied or overwritten")
        if version not in migrate.VERSIONS:
            raise ProjectTooNew(
                f"{database.name}: has the schema {version}, and this pointreel knows those up to {migrate.NEWEST}; "
                "nothing was changed. Upgrade pointreel."
            )
        if version != migrate.NEWEST and database.read_only:
            found = f"has the schema {version}, and this pointreel reads {migrate.NEWEST}"
            raise ProjectReadOnly(f"{database.name}: {found}. Open it once for writing, which brings it up.")
        if version != migrate.NEWEST:
            with database.write() as connection:
                migrate.upgrade(connection)
    except PointreelError:
        database.close()
        raise
    return database


def _file_engine(file: Path, query: str, wait_seconds: float, read_only: bool) -> Engine:
    uri = f"{file.resolve().as_uri()}?{query}"

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(uri, uri=True, timeout=wait_seconds, check_same_thread=False, isolation_level=None)
        if not read_only:
            made.execute("PRAGMA synchronous=FULL")
            made.execute("PRAGMA fullfsync=ON")  # where fsync does not reach the disk: macOS
            made.execute("PRAGMA foreign_keys=ON")
        else:
            made.execute("PRAGMA query_only=ON")
        return made

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=64)


def _require_whole(file: Path) -> None:
    """Notice a file that was cut, emptied or overwritten before SQLite takes it for a new or a sound one."""
    with file.open("rb") as opened:
        header = opened.read(100)
    size = file.stat().st_size
    if size == 0:
        raise damaged(str(file), "it is empty")
    if len(header) < 100 or not header.startswith(_HEADER):
        raise damaged(str(file), "it is no SQLite database")
    page: int = struct.unpack(">H", header[16:18])[0]
    pages: int = struct.unpack(">I", header[28:32])[0]
    expected = (65536 if page == 1 else page) * pages
    if size < expected and not _has_writes_beside(file):
        raise damaged(str(file), f"it has {size:,} of {expected:,} bytes; it was cut")


def _has_writes_beside(file: Path) -> bool:
    beside = file.with_name(file.name + "-wal")
    return beside.exists() and beside.stat().st_size > 0


def _frozen(file: Path) -> str:
    """How to open a file nobody can write to: as it is, unless there are writes beside it that would be passed over."""
    if _has_writes_beside(file):
        raise ProjectReadOnly(
            f"{file.parent}: cannot be written to, and its last writes are still in {file.name}-wal. "
            "Nothing was lost: copy the whole folder to a place that can be written to, and open it there."
        )
    return "mode=ro&immutable=1"
