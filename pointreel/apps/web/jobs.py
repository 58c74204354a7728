"""What takes longer than an answer may: one worker for each kind of job, watched and stopped from anywhere."""

import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import cast, get_args
from uuid import uuid4

from ...core import PointreelError
from ...store import Project, StoredVideo, StoreError
from . import messages
from .errors import Refused
from .events import Events
from .presence import Presence, is_there

_KEPT, _EVERY = 200, 0.2
_OVER = frozenset({"done", "cancelled", "failed", "interrupted"})


class Stopped(Exception):
    """Somebody wants the job to end; what it has done is kept."""


@dataclass
class Watch:
    """How a job tells how far it is, and learns that it is to stop."""

    kind: messages.JobKind
    video: int | None
    request: str
    report: Callable[["Watch", bool], None]
    id: str = field(default_factory=lambda: uuid4().hex)
    state: messages.JobState = "waiting"
    done: int = 0
    total: int = 0
    message: str = ""
    result: messages.JobResult | None = None
    began: float = 0.0
    told: float = 0.0
    stop: Event = field(default_factory=Event)

    def progress(self, done: int, total: int, message: str | None = None) -> None:
        self.done, self.total = done, total
        if message is not None:
            self.message = message
        self.report(self, False)

    def check(self) -> None:
        """Leave the job here if it is to stop."""
        if self.stop.is_set():
            raise Stopped

    def shown(self) -> messages.Job:
        running = self.state == "running" and 0 < self.done < self.total
        spent = time.monotonic() - self.began
        return messages.Job(
            id=self.id,
            kind=self.kind,
            state=self.state,
            done=self.done,
            total=self.total,
            eta_seconds=spent / self.done * (self.total - self.done) if running else None,
            message=self.message,
            video=self.video,
            result=self.result,
            can_go_on=self.state == "interrupted" and bool(self.request),
        )


Work = Callable[[Watch], messages.JobResult | None]


class Jobs:
    """Jobs of one studio. Those of one kind run one after the other, so that an engine is never in two threads.

    The project knows what runs, so that what a killed server was doing is shown as interrupted by the next.
    """

    def __init__(self, project: Project, events: Events, tidy: Callable[[str], str] = str) -> None:
        """``tidy`` is what is done to messages before they are shown."""
        self._project, self._events, self._tidy, self._lock = project, events, tidy, Lock()
        self._presence = Presence(project, self._works)
        self._watches: OrderedDict[str, Watch] = OrderedDict()
        self._workers: dict[str, ThreadPoolExecutor] = {}
        self._closed = False

    def begin(self) -> None:
        self._presence.begin()

    def start(
        self,
        kind: messages.JobKind,
        work: Work,
        *,
        video: StoredVideo | None = None,
        request: messages.Sent | None = None,
    ) -> messages.Job:
        """Have something done; ``request`` is what to ask for to have it done again, should the server be killed."""
        asked = "" if request is None else request.model_dump_json()
        watch = Watch(kind, None if video is None else video.key, asked, self._report)
        of = None if video is None else video.name
        self._project.begin_job(watch.id, kind, server=self._presence.name, video=of, request=asked)
        with self._lock:
            if self._closed:
                raise Refused(503, "The studio is being closed. Start it again.")
            self._watches[watch.id] = watch
            self._forget()
            worker = self._workers.get(kind)
            if worker is None:
                worker = self._workers[kind] = ThreadPoolExecutor(1, f"pointreel-{kind}")
            worker.submit(self._run, watch, work)
        self._report(watch, True)
        return watch.shown()

    def every(self) -> list[messages.Job]:
        """All that are remembered, newest first."""
        self._take_over()
        with self._lock:
            return [watch.shown() for watch in reversed(self._watches.values())]

    def find(self, job: str) -> Watch:
        with self._lock:
            found = self._watches.get(job)
        if found is None or found.state == "interrupted":
            self._take_over()
        with self._lock:
            found = self._watches.get(job)
        if found is None:
            raise Refused(404, f"There is no job {job[:40]!r}. Those there are stand at /api/jobs.")
        return found

    def cancel(self, job: str) -> messages.Job:
        """Ask a job to end; one that has not begun is over at once."""
        watch = self.find(job)
        watch.stop.set()
        if watch.state in ("waiting", "interrupted"):
            self._end(watch, "cancelled", watch.message)
        return watch.shown()

    def running(self, kind: messages.JobKind, video: int) -> list[Watch]:
        with self._lock:
            return [w for w in self._watches.values() if (w.kind, w.video) == (kind, video) and w.state not in _OVER]

    def close(self) -> None:
        """Stop all jobs and wait until they have kept what they did."""
        with self._lock:
            self._closed = True
            watches, workers = list(self._watches.values()), list(self._workers.values())
        for watch in watches:
            watch.stop.set()
        for worker in workers:
            worker.shutdown(wait=True, cancel_futures=True)
        self._presence.close()

    def _works(self) -> bool:
        with self._lock:
            return any(watch.state not in _OVER for watch in self._watches.values())

    def _run(self, watch: Watch, work: Work) -> None:
        if watch.stop.is_set():
            self._end(watch, "cancelled", watch.message)
            return
        watch.state, watch.began = "running", time.monotonic()
        self._report(watch, True)
        try:
            watch.result = work(watch) or watch.result
        except Stopped:
            self._end(watch, "cancelled", watch.message)
        except PointreelError as error:
            self._end(watch, "failed", str(error))
        except Exception as error:  # whatever goes wrong, the page is told and the next job runs
            self._end(watch, "failed", f"Something went wrong ({type(error).__name__}: {error}). Tell the authors.")
        else:
            self._end(watch, "cancelled" if watch.stop.is_set() and watch.done < watch.total else "done", watch.message)

    def _end(self, watch: Watch, state: messages.JobState, message: str) -> None:
        watch.state, watch.message = state, self._tidy(" ".join(message.split()))
        if not (self._closed and state == "cancelled"):  # by nobody who wanted it: the next server offers to go on
            with suppress(StoreError):
                self._project.end_job(watch.id)
        self._report(watch, True)

    def _report(self, watch: Watch, now: bool) -> None:
        if now or time.monotonic() - watch.told > _EVERY:
            watch.told = time.monotonic()
            self._events.publish("job", watch.shown().model_dump())

    def _take_over(self) -> None:
        """Show what servers that are not there any more have left undone, and no other has taken up since."""
        rows = self._project.running_jobs()
        left = [job for job in rows if job.server != self._presence.name and not is_there(job)]
        keys = {video.name: video.key for video in self._project.videos} if left else {}
        with self._lock:
            for key in self._interrupted() - {job.key for job in left}:
                del self._watches[key]
            for job in left:
                if job.key not in self._watches and job.kind in get_args(messages.JobKind):
                    kind = cast(messages.JobKind, job.kind)
                    video = None if job.video is None else keys.get(job.video)
                    watch = Watch(kind, video, job.request, self._report, id=job.key, state="interrupted")
                    self._watches[job.key] = watch

    def _interrupted(self) -> set[str]:
        return {key for key, watch in self._watches.items() if watch.state == "interrupted"}

    def _forget(self) -> None:
        over = [key for key, watch in self._watches.items() if watch.state in _OVER]
        for key in over[: max(0, len(self._watches) - _KEPT)]:
            del self._watches[key]
