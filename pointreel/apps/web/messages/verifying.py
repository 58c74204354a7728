"""Points to be verified, and what is said of them."""

from typing import Annotated

from pydantic import Field

from .common import Answered, Key, Label, OrderName, Saved, Sent
from .labelling import BoxIn, Point, Rle


class Task(Answered):
    point: int
    video: int
    version: str
    object: int
    object_id: int
    object_name: str
    colour: str
    frame: int
    x: float
    y: float
    kind: Label
    expires_at: str


class Batch(Answered):
    object: int
    object_name: str
    kind: Label
    answered: int
    total: int
    skipped: int


class Totals(Answered):
    answered: int
    total: int


class PaceOut(Answered):
    median_seconds: float | None
    streak: int
    eta_seconds: float | None


class Queue(Answered):
    tasks: list[Task]
    batch: Batch | None
    totals: Totals
    pace: PaceOut


class Shown(Sent):
    point: Key


class Done(Answered):
    ok: bool


class AnswerIn(Sent):
    point: Key
    label: Label
    token: Annotated[str, Field(min_length=8, max_length=64)]
    next_shown: Key | None = None
    count: Annotated[int, Field(ge=1, le=16)] = 4
    order: OrderName = "paper"
    object: Key | None = None


class AnswerOut(Saved):
    event: int
    seconds: float
    queue: Queue


class QueueIn(Sent):
    """How the queue that comes with an answer is to be made."""

    count: Annotated[int, Field(ge=1, le=16)] = 4
    order: OrderName = "paper"
    object: Key | None = None


class BatchIn(Sent):
    object: Key
    kind: Label | None = None
    count: Annotated[int, Field(ge=1, le=16)] = 4
    order: OrderName = "paper"


class Reopened(Saved):
    points: list[int]
    task: Task | None
    queue: Queue


class ReopenedBatch(Saved):
    points: list[int]
    queue: Queue


class Localisation(Answered):
    object: int
    video: int
    version: str
    frame: int
    points: list[Point]
    box: BoxIn | None
    trace: list[tuple[float, float, float]] | None
    mask: Rle | None
