"""How many points are answered, of how many that are asked about: counted once, and then object by object."""

import time
from threading import Lock

from ...store import Project

_SELDOM, _SHARE = 10.0, 50.0


class Totals:
    """Counting all points takes the longer the more there are, so it is done anew only now and then."""

    def __init__(self, project: Project) -> None:
        self._project, self._lock = project, Lock()
        self._by_object: dict[int, tuple[int, int]] = {}
        self._closed: set[int] = set()
        self._due = float("-inf")

    def of(self, key: int | None = None) -> tuple[int, int]:
        """Answered and total, of one object or of all that are there."""
        with self._lock:
            if time.monotonic() > self._due:
                self._count()
            rows = self._by_object.values() if key is None else [self._by_object.get(key, (0, 0))]
            return sum(answered for answered, _ in rows), sum(total for _, total in rows)

    def changed(self, key: int) -> None:
        """Something was said of an object's points."""
        rows = self._project.progress(key)
        answered = sum(row.answered for row in rows)
        with self._lock:
            self._by_object[key] = answered, answered if key in self._closed else sum(row.total for row in rows)

    def stale(self) -> None:
        """There are other points than before."""
        self._due = float("-inf")

    def _count(self) -> None:
        began = time.monotonic()
        things = self._project.objects
        there = {thing.key for thing in things}
        self._closed = {thing.key for thing in things if thing.closed}
        counted: dict[int, tuple[int, int]] = {}
        for row in self._project.progress():
            if row.object_key in there:
                answered, total = counted.get(row.object_key, (0, 0))
                left = 0 if row.object_key in self._closed else row.total - row.answered
                counted[row.object_key] = answered + row.answered, total + row.answered + left
        self._by_object = counted
        now = time.monotonic()
        self._due = now + max(_SELDOM, _SHARE * (now - began))
