"""A place at a studio for annotators that are programs, as ``annotate.simulated`` has them."""

from dataclasses import dataclass

from .client import Client
from .web import messages


@dataclass(frozen=True, slots=True)
class Question:
    """A point that somebody is asked about, with its video by name."""

    point: int
    video: str
    object_id: int
    frame: int
    x: float
    y: float
    kind: int


@dataclass(frozen=True)
class StudioDesk:
    """A place at a studio for annotators that are programs, as ``annotate.simulated`` has them."""

    client: Client
    order: messages.OrderName = "paper"
    object: int | None = None

    def next_point(self) -> Question | None:
        task = self.client.next_point(self.order, self.object)
        if task is None:
            return None
        name = self.client.video_name(task.video)
        return Question(task.point, name, task.object_id, task.frame, task.x, task.y, task.kind)

    def answer(self, point: int, verdict: int, seconds: float) -> int:  # noqa: ARG002 - a desk of simulated annotators
        """``seconds`` stay here: how long it took is what the server's clock says."""
        label: messages.Label = 0 if verdict == 0 else 1 if verdict == 1 else 2
        return self.client.answer(point, label, count=1, order=self.order, object=self.object).event
