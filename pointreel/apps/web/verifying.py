"""Verifying: who is shown which point, when it was shown, and what was said of it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from ...core import PointreelError
from ...store import Project, Task
from . import messages
from .clocks import Clocks
from .events import Events
from .pictures import Pictures, version_of
from .totals import Totals
from .translating import label_in

_LEASE = 120.0


@dataclass(frozen=True)
class Wanted:
    """How a queue is to be made."""

    count: int = 4
    order: messages.OrderName = "paper"
    object: int | None = None


class Verifying:
    """Points of one project, for any number of people at once."""

    def __init__(self, project: Project, pictures: Pictures, events: Events) -> None:
        self._project, self._pictures, self._events = project, pictures, events
        self.clocks, self.totals = Clocks(), Totals(project)
        self._current: dict[str, int] = {}
        self._gains = ThreadPoolExecutor(1, "pointreel-gains")
        self._waiting: set[int] = set()
        self._lock = Lock()

    def queue(self, name: str, wanted: Wanted) -> messages.Queue:
        """The points that somebody is asked next, theirs for two minutes; first the one they are looking at."""
        tasks = self._project.next_points(
            name, wanted.count, wanted.order, object_key=wanted.object, lease_seconds=_LEASE
        )
        tasks = self._current_first(name, tasks, wanted)
        answered, total = self.totals.of(wanted.object)
        middle, streak = self.clocks.pace(name)
        left = None if middle is None else middle * (total - answered)
        return messages.Queue(
            tasks=[self._told(task) for task in tasks],
            batch=self._batch(name, tasks[0]) if tasks else None,
            totals=messages.Totals(answered=answered, total=total),
            pace=messages.PaceOut(median_seconds=middle, streak=streak, eta_seconds=left),
        )

    def shown(self, name: str, point: int) -> None:
        self._current[name] = point
        self.clocks.show(name, point)

    def answer(self, name: str, sent: messages.AnswerIn) -> tuple[int, float]:
        """The event's key and the seconds, once the verdict is on the disk; its point's clock runs on if it is not."""
        seconds = self.clocks.read(name, sent.point)
        event = self._project.answer(sent.point, sent.label, seconds, annotator=name, token=sent.token)
        self.clocks.answered(name, sent.point, seconds)
        if self._current.get(name) == sent.point:
            del self._current[name]
        if sent.next_shown is not None:
            self.shown(name, sent.next_shown)
        return event, seconds

    def undo(self, name: str) -> list[int]:
        return self._reopened(name, self._project.undo(name))

    def redo(self, name: str) -> list[int]:
        return self._reopened(name, self._project.redo(name))

    def undo_batch(self, name: str, key: int, kind: int | None) -> list[int]:
        points = self._reopened(name, self._project.undo_batch(name, key, kind))
        if points:
            self._project.release(name)  # else the points that came after them would come before them
        return points

    def task(self, name: str, points: list[int]) -> messages.Task | None:
        """The point that was taken back, for whoever took it back; None if it is not open to them."""
        if len(points) != 1:
            return None
        task = self._project.lease(name, points[0], lease_seconds=_LEASE)
        if task is not None:
            self._current[name] = task.point
        return None if task is None else self._told(task)

    def changed(self, keys: set[int], order: messages.OrderName) -> None:
        """Verdicts on these objects' points were stored or taken back."""
        for key in keys:
            self.totals.changed(key)
            self._events.publish("points", {"object": key})
            if order == "gain":
                self._refresh_gains(key)

    def reopened(self, keys: set[int]) -> None:
        """People are asked about these objects again, or no longer."""
        self.totals.stale()
        for key in keys:
            self._events.publish("points", {"object": key})

    def close(self) -> None:
        self._gains.shutdown(wait=True, cancel_futures=True)

    def _reopened(self, name: str, points: list[int]) -> list[int]:
        self.clocks.reopened(name)
        self._current.pop(name, None)
        return points

    def _current_first(self, name: str, tasks: list[Task], wanted: Wanted) -> list[Task]:
        point = self._current.get(name)
        if point is None or (tasks and tasks[0].point == point):
            return tasks
        current = next((task for task in tasks if task.point == point), None)
        if current is None:
            current = self._project.lease(name, point, lease_seconds=_LEASE)
        if current is None or wanted.object not in (None, current.object_key):
            return tasks
        return [current, *(task for task in tasks if task.point != point)][: wanted.count]

    def _told(self, task: Task) -> messages.Task:
        video = self._pictures.named(task.video)
        return messages.Task(
            point=task.point,
            video=video.key,
            version=version_of(video),
            object=task.object_key,
            object_id=task.object_id,
            object_name=task.object_name,
            colour=task.colour,
            frame=task.frame,
            x=task.x,
            y=task.y,
            kind=label_in(task.kind),
            expires_at=task.expires_at.isoformat(timespec="milliseconds"),
        )

    def _batch(self, name: str, task: Task) -> messages.Batch:
        found = self._project.batch(name, task.object_key, task.kind)
        return messages.Batch(
            object=task.object_key,
            object_name=task.object_name,
            kind=label_in(task.kind),
            answered=found.answered,
            total=found.total,
            skipped=max(0, found.answered - found.own),
        )

    def _refresh_gains(self, key: int) -> None:
        """What verdicts are expected to gain, worked out anew after the answer has gone out; once for many answers."""
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)
        self._gains.submit(self._refresh, key)

    def _refresh(self, key: int) -> None:
        from ...annotate import refresh_gains

        with self._lock:
            self._waiting.discard(key)
        with suppress(PointreelError):  # a project that cannot be written to says so with the next verdict
            refresh_gains(self._project, key)
