"""Review and statistics."""

from .common import Answered, Label, Saved, Sent


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


class Unsettled(Saved):
    """The points whose settlement was taken back, or is there again."""

    points: list[int]


class ReviewItem(Answered):
    video: int
    frame: int
    key: int
    object_id: int
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
    object_id: int
    name: str
    closed: bool
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
    errors_known: bool
    """Whether annotators' errors are in the intervals of objects, as far as points judged twice tell of them."""
