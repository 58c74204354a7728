"""A place for a simulated annotator at a studio, over HTTP."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..annotate.simulated import Asked
from .client import Client
from .web import messages


@dataclass(frozen=True, slots=True)
class Shown:
    """A point that the studio asks about, as annotators look at it."""

    point: int
    video: str
    object_id: int
    frame: int
    x: float
    y: float


@dataclass
class ClientDesk:
    """Whoever is logged in with ``client``.

    A studio takes the time itself, so a verdict that takes some seconds is waited for; ``wait`` may be shorter.

    >>> with Client("http://127.0.0.1:8000", "ada", password) as client:               # doctest: +SKIP
    ...     done = list(SimulatedAnnotator(truth).work(ClientDesk(client)))
    """

    client: Client
    order: messages.OrderName = "paper"
    object_key: int | None = None
    wait: Callable[[float], None] = time.sleep
    _names: dict[int, str] = field(default_factory=dict)

    def next_point(self) -> Asked | None:
        task = self.client.next_point(self.order, self.object_key)
        if task is None:
            return None
        if task.video not in self._names:
            self._names = {video.key: video.name for video in self.client.project().videos}
        return Shown(task.point, self._names[task.video], task.object_id, task.frame, task.x, task.y)

    def answer(self, point: int, verdict: int, seconds: float) -> int:
        """The key of the verdict's event."""
        self.wait(seconds)
        return self.client.answer(point, verdict, count=1, order=self.order, object=self.object_key).event
