"""The part of a project that knows what servers are doing, and what is new: so what was cut off can be taken up."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from . import news
from ._opened import Opened
from .news import News
from .records import RunningJob, when
from .schema import jobs


class Working(Opened):
    """Jobs that run, and what others do. No write here waits for the disk: only a killed server leaves a job behind."""

    def begin_job(self, key: str, kind: str, *, server: str, video: str | None = None, request: str = "") -> None:
        """A server does something; ``request`` is what to ask for to have it done again."""
        row = {"id": key, "kind": kind, "video": video, "request": request, "server": server}
        with self._database.write(durable=False) as connection:
            connection.execute(insert(jobs).values(row | {"seen_at": self._database.now()}))

    def change_job(self, key: str, request: str) -> None:
        """What to ask for to have it go on from where it is now."""
        with self._database.write(durable=False) as connection:
            connection.execute(update(jobs).where(jobs.c.id == key).values(request=request))

    def see_jobs(self, server: str) -> None:
        """A server is still there, and so is all that it does."""
        with self._database.write(durable=False) as connection:
            connection.execute(update(jobs).where(jobs.c.server == server).values(seen_at=self._database.now()))

    def end_job(self, key: str) -> None:
        with self._database.write(durable=False) as connection:
            connection.execute(delete(jobs).where(jobs.c.id == key))

    def running_jobs(self) -> list[RunningJob]:
        """What servers do, or did when they were killed, in the order in which it was last seen."""
        with self._database.read() as connection:
            rows = connection.execute(select(jobs).order_by(jobs.c.seen_at, jobs.c.id))
            return [RunningJob(row.id, row.kind, row.video, row.request, row.server, when(row.seen_at)) for row in rows]

    def news(self, since: Sequence[int] | None = None) -> News:
        """What others have said ``since`` the logs were so far (``News.upto``); without it, how far they are."""
        with self._database.read() as connection:
            return news.since(connection, since, self.session)
