"""What goes over the wire: one model for each thing the studio's API takes or answers, and nothing of how it is done.

Positions are xy in pixels with their centres at integers, frames count from 0, and ``key`` names a row of the project.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

RoleName = Literal["owner", "annotator", "viewer"]
Label = Literal[0, 1, 2]
"""0 off the object, 1 on it, 2 undecided."""
DirectionName = Literal["both", "forward", "backward"]
OrderName = Literal["paper", "gain"]
JobKind = Literal["propagation", "proposal", "import", "export"]
JobState = Literal["waiting", "running", "done", "cancelled", "failed"]
VideoState = Literal["ok", "missing", "changed"]

Name = Annotated[str, Field(max_length=200)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Frame = Annotated[int, Field(ge=0, lt=1 << 31)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Sent(BaseModel):
    """What a client sends; a field nobody knows is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answered(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(frozen=True)


class Saved(Answered):
    saved_at: str
    """When it was on the disk, on the server's clock, as ISO 8601."""


# People


class Person(Answered):
    name: str
    role: RoleName


class ProjectName(Answered):
    name: str
    folder_name: str


class Me(Answered):
    user: Person | None
    login_required: bool
    csrf: str
    project: ProjectName | None
    version: str


class Login(Sent):
    name: Name
    password: Annotated[str, Field(max_length=1024)]


class People(Answered):
    users: list[Person]


class NewPerson(Sent):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: RoleName = "annotator"
    password: Annotated[str, Field(min_length=8, max_length=1024)] | None = None


class ChangedPerson(Sent):
    role: RoleName | None = None
    password: Annotated[str, Field(min_length=8, max_length=1024)] | None = None


class Preferences(Sent):
    """Whatever a front end keeps for a user: key bindings, opacity. Small."""

    model_config = ConfigDict(extra="allow", frozen=True)

    keys: dict[str, str] = Field(default_factory=dict)


# Videos


class Video(Answered):
    key: int
    name: str
    width: int
    height: int
    num_frames: int
    duration: float
    version: str
    state: VideoState
    message: str
    num_objects: int
    num_points: int
    num_answered: int


class Project(Answered):
    name: str
    saved_at: str | None
    videos: list[Video]


class Times(Answered):
    seconds: list[float]


# Label


class Rle(BaseModel):
    """A mask as COCO writes it: [height, width], and the compressed run lengths."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: tuple[int, int]
    counts: Annotated[str, Field(max_length=1 << 24)]


class Thing(Answered):
    """An object of a video."""

    key: int
    object_id: int
    name: str
    colour: str
    visible_default: bool
    removed: bool
    closed: bool
    prompt_frames: list[int]
    num_points: int
    num_answered: int


class SavedThing(Thing):
    saved_at: str


class Things(Answered):
    objects: list[Thing]


class NewThing(Sent):
    name: Name = ""
    colour: Colour | None = None


class ChangedThing(Sent):
    name: Name | None = None
    colour: Colour | None = None
    removed: bool | None = None
    closed: bool | None = None


class Point(Sent):
    x: Finite
    y: Finite
    label: Label


class BoxIn(Sent):
    left: Finite
    top: Finite
    width: Finite
    height: Finite


class PromptIn(Sent):
    frame: Frame
    points: Annotated[list[Point], Field(max_length=1000)] = Field(default_factory=list)
    box: BoxIn | None = None
    trace: Annotated[list[tuple[Finite, Finite, Finite]], Field(max_length=20000)] | None = None
    mask: Rle | None = None


class Prompts(Answered):
    prompts: list[PromptIn]


class Extent(Answered):
    mask: Rle
    score: float


class Prompted(Saved):
    edit: int
    frame: int
    extents: list[Extent]
    chosen: int


class ChosenExtent(Sent):
    chosen: Annotated[int, Field(ge=0, lt=16)]


class TakenExtent(Saved):
    edit: int
    mask: Rle


class PaintedMask(Sent):
    mask: Rle
    locked: bool = True


class LockIn(Sent):
    locked: bool


class Edited(Saved):
    edit: int


class ObjectMask(Answered):
    key: int
    mask: Rle
    score: float
    locked: bool


class FrameOfMasks(Answered):
    frame: int
    objects: list[ObjectMask]


class Masks(Answered):
    frames: list[FrameOfMasks]


class PointsOnFrame(Answered):
    frame: int
    total: int
    answered: int


class TimelineRow(Answered):
    key: int
    known: list[tuple[int, int]]
    present: list[tuple[int, int]]
    score: list[float | None]
    locked: list[int]
    prompts: list[int]
    points: list[PointsOnFrame]


class Doubt(Answered):
    frame: int
    key: int
    reason: str
    doubt: float


class Timeline(Answered):
    objects: list[TimelineRow]
    doubts: list[Doubt]


class Propagate(Sent):
    objects: Annotated[list[int], Field(max_length=1000)] | None = None
    frame: Frame
    direction: DirectionName = "both"
    to: Frame | None = None


class UndoIn(Sent):
    only: Literal["propagation"] | None = None


class Undone(Saved):
    edit: int | None
    kind: str
    frames: tuple[int, int] | None
    objects: list[int]


# Jobs


class Lost(Answered):
    """Something a format could not hold, and was written without."""

    what: str
    count: int
    first: str


class JobResult(Answered):
    edit: int | None = None
    frames: int | None = None
    videos: list[int] = Field(default_factory=list)
    objects: int | None = None
    points: int | None = None
    masks: int | None = None
    file_name: str | None = None
    lost: list[Lost] = Field(default_factory=list)
    problems: list[str] = Field(default_factory=list)


class Job(Answered):
    id: str
    kind: JobKind
    state: JobState
    done: int
    total: int
    eta_seconds: float | None
    message: str
    video: int | None
    result: JobResult | None


class Started(Answered):
    job: Job


class Jobs(Answered):
    jobs: list[Job]


class ProposeIn(Sent):
    """``gold`` and ``repeats``: hidden tests, as shares of the candidates; ``overlap``: people asked about each."""

    objects: Annotated[list[int], Field(max_length=10000)] | None = None
    gold: Annotated[float, Field(ge=0, le=1)] = 0.0
    repeats: Annotated[float, Field(ge=0, le=1)] = 0.0
    overlap: Annotated[int, Field(ge=1, le=100)] = 1


class ImportIn(Sent):
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    format: Name | None = None


class ExportIn(Sent):
    format: Name
    what: Literal["points", "masks"]


class FormatOut(Answered):
    name: str
    title: str
    holds_points: bool
    holds_masks: bool
    writable: bool


class Formats(Answered):
    formats: list[FormatOut]


# Verify


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
    point: int


class Done(Answered):
    ok: bool


class AnswerIn(Sent):
    point: int
    label: Label
    token: Annotated[str, Field(min_length=8, max_length=64)]
    next_shown: int | None = None
    count: Annotated[int, Field(ge=1, le=16)] = 4
    order: OrderName = "paper"
    object: int | None = None


class AnswerOut(Saved):
    event: int
    seconds: float
    queue: Queue


class QueueIn(Sent):
    """How the queue that comes with an answer is to be made."""

    count: Annotated[int, Field(ge=1, le=16)] = 4
    order: OrderName = "paper"
    object: int | None = None


class BatchIn(Sent):
    object: int
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


# Review and statistics


class Opinion(Answered):
    by: str
    label: Label
    seconds: float
    settles: bool


class ReviewedPoint(Answered):
    point: int
    frame: int
    x: float
    y: float
    kind: Label
    label: Label | None
    waiting: bool
    answers: list[Opinion]


class ReviewedPoints(Answered):
    points: list[ReviewedPoint]


class SettleIn(Sent):
    label: Label


class Settled(Saved):
    event: int


class ReviewItem(Answered):
    video: int
    frame: int
    key: int
    object_name: str
    reason: str
    doubt: float


class Review(Answered):
    items: list[ReviewItem]


class Interval(Answered):
    value: float
    low: float
    high: float


class KindRow(Answered):
    kind: Label
    answers: int
    median: float
    p90: float
    seconds: float


class AnnotatorRow(Answered):
    name: str
    answers: int
    median: float
    p90: float
    seconds: float
    sensitivity: Interval | None
    specificity: Interval | None
    repeat_agreement: Interval | None
    gold_n: int


class Agreement(Answered):
    cohen: Interval | None
    fleiss: Interval | None


class DenseEquivalent(Answered):
    masks: int
    seconds: float


class DayRow(Answered):
    day: str
    answers: int
    seconds: float


class Quality(Answered):
    precision: Interval | None
    recall: Interval | None
    j: Interval


class ObjectRow(Answered):
    key: int
    video: int
    name: str
    points: int
    answered: int
    foreground: int
    background: int
    undecided: int
    quality: Quality | None
    may_stop: bool
    seconds_saved: float | None


class StatisticsOut(Answered):
    objects: int
    objects_done: int
    points: int
    points_done: int
    seconds: float
    median: float
    p90: float
    by_kind: list[KindRow]
    by_annotator: list[AnnotatorRow]
    agreement: Agreement
    dense_equivalent: DenseEquivalent
    per_day: list[DayRow]
    eta_seconds: float | None
    objects_list: list[ObjectRow]


class Trouble(Answered):
    """Every error: one line that says what, where and what to do."""

    error: str
