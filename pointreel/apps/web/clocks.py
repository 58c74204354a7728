"""How long people look at points, on the server's clock: it runs while a point is shown, and stands still in pauses."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from threading import Lock

_MOST, _LAST, _BREAK = 10_000, 50, 60.0


@dataclass
class _Clock:
    elapsed: float = 0.0
    since: float | None = None

    def read(self, now: float) -> float:
        return self.elapsed + (now - self.since if self.since is not None else 0.0)


@dataclass
class _Sitting:
    """Somebody's last verdicts."""

    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST))
    streak: int = 0
    last: float = float("-inf")


class Clocks:
    """One clock for each person and point, and each person's pace. In memory: a restart begins them anew."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, Lock()
        self._clocks: OrderedDict[tuple[str, int], _Clock] = OrderedDict()
        self._sittings: dict[str, _Sitting] = {}

    def show(self, name: str, point: int) -> None:
        """The point is on the screen; a clock that stood still goes on."""
        with self._lock:
            clock = self._clocks.setdefault((name, point), _Clock())
            if clock.since is None:
                clock.since = self._now()
            while len(self._clocks) > _MOST:
                self._clocks.popitem(last=False)

    def pause(self, name: str, point: int) -> None:
        with self._lock:
            clock = self._clocks.get((name, point))
            if clock is not None:
                clock.elapsed, clock.since = clock.read(self._now()), None
            if name in self._sittings:
                self._sittings[name].streak = 0

    def read(self, name: str, point: int) -> float:
        """Seconds so far; 0 for a point that was not said to be shown."""
        with self._lock:
            clock = self._clocks.get((name, point))
            return 0.0 if clock is None else clock.read(self._now())

    def answered(self, name: str, point: int, seconds: float) -> None:
        """The verdict is stored: its clock is done, and its time counts for the pace."""
        with self._lock:
            self._clocks.pop((name, point), None)
            sitting, now = self._sittings.setdefault(name, _Sitting()), self._now()
            sitting.streak = 1 if now - sitting.last > _BREAK else sitting.streak + 1
            sitting.last = now
            if seconds > 0:
                sitting.seconds.append(seconds)

    def reopened(self, name: str) -> None:
        """Something was taken back."""
        with self._lock:
            if name in self._sittings:
                self._sittings[name].streak = 0

    def pace(self, name: str) -> tuple[float | None, int]:
        """The median of the last verdicts' seconds, and how many came without a break."""
        with self._lock:
            sitting = self._sittings.get(name, _Sitting())
            return (median(sitting.seconds) if sitting.seconds else None), sitting.streak
