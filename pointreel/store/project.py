"""A project: everything people and programs have said about some videos, in one place that loses nothing."""

import os
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from sqlalchemy import insert

from ..core import ListedDataset, replacing
from ..video import Video
from . import checking, counting, export, films, history, logins, people
from .database import FILE, WRITER, Clock, Database, new_file, new_server, open_file, open_server
from .errors import StoreError
from .labelling import Labelling
from .proposing import Proposing
from .records import Login, Problem, Role, Statistics, StoredVideo, Tally, User
from .schema import crews, meta
from .verifying import Verifying
from .working import Working


class Project(Labelling, Proposing, Verifying, Working):
    """Videos, objects, prompts, masks, points and verdicts. Every call is one transaction, on the disk when it returns.

    Any number of threads may use one project at once; so may several processes, each with a project it opened itself.
    Users and videos go by their names, everything else by the ``key`` of its record.

    >>> with Project.open("dogs") as project:                                        # doctest: +SKIP
    ...     task = project.next_point("ada")
    ...     project.answer(task.point, FOREGROUND, 0.8, annotator="ada")
    ...     project.undo("ada")
    """

    @classmethod
    def create(cls, place: str | os.PathLike[str], *, owner: str = "owner") -> "Project":
        """A new project in a folder, which may hold other files but no project; or in a server's empty database."""
        url = _url(place)
        if url is not None:
            database = new_server(url)
            seed(database, owner)
            database.close()
            return cls.open(url)
        folder = Path(place)
        if (folder / FILE).exists():
            raise StoreError(f"{folder}: is a project already. Open it, or choose another folder.")
        with replacing(folder / FILE) as draft:
            database = new_file(draft)
            seed(database, owner)
            database.close()
        return cls.open(folder)

    @classmethod
    def open(
        cls,
        place: str | os.PathLike[str],
        *,
        read_only: bool = False,
        wait_seconds: float = 10.0,
        clock: Clock = time.time,
    ) -> "Project":
        """The project of a folder, or of a database's URL; one of an older version is brought up to this one's schema.

        ``wait_seconds`` is how long a write waits for other processes to finish theirs.
        """
        url = _url(place)
        if url is not None:
            return cls(open_server(url, clock=clock, wait_seconds=wait_seconds, read_only=read_only), None)
        file = Path(place) / FILE
        return cls(open_file(file, clock=clock, wait_seconds=wait_seconds, read_only=read_only), Path(place))

    def close(self) -> None:
        """Let go of the database. Nothing is waiting to be stored: it always was already."""
        self._database.close()

    def __enter__(self) -> "Project":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Users

    @property
    def users(self) -> list[User]:
        with self._database.read() as connection:
            return people.every(connection)

    def user(self, name: str) -> User:
        with self._database.read() as connection:
            return people.find(connection, name)

    def add_user(self, name: str, role: Role = "annotator", *, password_hash: str | None = None) -> User:
        with self._database.write() as connection:
            return people.add(connection, name, role, password_hash, self._database.now())

    def change_user(self, name: str, *, role: Role | None = None, password_hash: str | None = None) -> User:
        """Another role or password; None leaves it. There is always an owner. Another password ends all logins."""
        with self._database.write() as connection:
            changed = people.change(connection, name, role, password_hash)
            if password_hash is not None:
                logins.end_of(connection, changed.key)
            return changed

    def password_hash(self, name: str) -> str | None:
        """What was stored for a user; None where nothing was, or nobody has that name."""
        with self._database.read() as connection:
            return people.password_hash(connection, name)

    def begin_login(self, name: str, mark: str) -> None:
        """Somebody is logged in until ``end_logins``; ``mark`` is a digest of what their browser holds."""
        with self._database.write() as connection:
            logins.begin(connection, name, mark, self._database.now())

    def logins(self, mark: str | None = None) -> list[Login]:
        """Who is logged in; with a ``mark``, the one login that it is of, if there is one."""
        with self._database.read() as connection:
            return logins.every(connection, mark)

    def use_logins(self, marks: Iterable[str]) -> None:
        """These people are still there."""
        with self._database.write(durable=False) as connection:
            logins.use(connection, marks, self._database.now())

    def end_logins(self, marks: Iterable[str]) -> None:
        with self._database.write() as connection:
            logins.end(connection, marks)

    def preferences(self, name: str) -> str | None:
        """What a user's front end keeps for them, as it wrote it; None where it has kept nothing."""
        with self._database.read() as connection:
            return people.preferences(connection, name)

    def prefer(self, name: str, text: str) -> None:
        """Keep a user's preferences, in place of those there were."""
        with self._database.write() as connection:
            people.prefer(connection, name, text)

    def last_saved(self) -> datetime | None:
        """When something was said last: an edit or a verdict. None where nothing was."""
        with self._database.read() as connection:
            return counting.last_saved(connection)

    # Videos

    @property
    def videos(self) -> list[StoredVideo]:
        with self._database.read() as connection:
            return films.every(connection)

    def video(self, name: str) -> StoredVideo:
        with self._database.read() as connection:
            return films.find(connection, name)

    def add_video(self, path: str | os.PathLike[str], *, name: str | None = None, copy: bool = False) -> StoredVideo:
        """A video file or a folder of pictures, with its manifest. It stays where it is unless it is to be copied.

        A file inside the project's folder is found again when the folder is moved.
        """
        source = Path(path)
        name = source.name if name is None else name
        if copy:
            if self.folder is None:
                raise StoreError(f"{self.name}: has no folder to copy videos to. Add {source} where it is.")
            source = films.copied(self.folder, source, name)
        manifest = films.manifest_of(source)
        kept = films.kept_path(self.folder, source)
        with self._database.write() as connection:
            added = films.add(connection, name, kept, manifest, self._database.now())
            if self._action is not None:
                self._edit(connection, added.key, history.ARRIVAL, None, None)
            return added

    def open_video(self, name: str, *, quick: bool = True, skip_broken: bool = False) -> Video:
        """The video, open for reading, after a check that it is the one that was added: ``VideoChanged`` if not.

        ``quick`` compares the size and a sample of the bytes; otherwise all bytes are read. ``skip_broken`` leaves out
        frames that cannot be read, as ``video.open`` does.
        """
        return films.opened(self.folder, self.video(name), quick=quick, skip_broken=skip_broken)

    def video_path(self, name: str) -> Path:
        """Where the video's file is expected."""
        return films.full_path(self.folder, self.video(name).path)

    def move_video(self, name: str, path: str | os.PathLike[str]) -> StoredVideo:
        """Say where a video's file is now; it has to be the same video."""
        self.video(name).manifest.check(path)
        with self._database.write() as connection:
            return films.move(connection, name, films.kept_path(self.folder, Path(path)))

    # What comes out

    def statistics(self) -> Statistics:
        """How much there is, how much is done, and at what pace, by kind and annotator."""
        with self._database.read() as connection:
            return counting.statistics(connection)

    def tallies(self) -> list[Tally]:
        """Points and labels, object by object."""
        with self._database.read() as connection:
            return counting.per_object(connection)

    def verdicts_per_day(self) -> list[tuple[date, int, float]]:
        """Day, number of verdicts that count, and their seconds."""
        with self._database.read() as connection:
            return counting.per_day(connection)

    def num_frames_answered(self) -> int:
        """How many masks the points that were answered stand for: pairs of an object and a frame."""
        with self._database.read() as connection:
            return counting.num_frames_answered(connection)

    def verified(self) -> ListedDataset:
        """The verified points, as formats write them; read frame by frame, so that memory does not grow."""
        return export.verified(self._database)

    def segmented(self) -> ListedDataset:
        """The masks, as formats write them."""
        return export.segmented(self._database)

    def check(self, *, thorough: bool = False) -> Iterator[Problem]:
        """Everything that is not as it has to be, as it is found. ``thorough`` reads all bytes of all videos."""
        return checking.problems(self._database, self.folder, thorough=thorough)


def _url(place: str | os.PathLike[str]) -> str | None:
    text = os.fspath(place)
    return text if "://" in text else None


def seed(database: Database, owner: str) -> None:
    """What every project has from its first moment: a name of its own, somebody who owns it, and nobody's crew."""
    with database.write() as connection:
        facts = {"id": uuid4().hex, "created_at": str(database.now()), WRITER: ""}
        connection.execute(insert(meta), [{"key": key, "value": value} for key, value in facts.items()])
        connection.execute(insert(crews).values(members=""))
        people.add(connection, owner, "owner", None, database.now())
