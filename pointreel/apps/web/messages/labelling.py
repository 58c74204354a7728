"""Objects, prompts, masks, the timeline, propagation, undoing."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .common import Answered, Colour, DirectionName, Finite, Frame, Key, Label, Name, Saved, Sent


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
    """``edit``: that of the same propagation, which was cut off. It is gone on with, from the masks it has made."""

    objects: Annotated[list[Key], Field(max_length=1000)] | None = None
    frame: Frame
    direction: DirectionName = "both"
    to: Frame | None = None
    edit: Key | None = None


class UndoIn(Sent):
    only: Literal["propagation"] | None = None


class Undone(Saved):
    """What was taken back or brought back: the newest edit, and all that was done at once with it."""

    edit: int | None
    kind: str
    frames: tuple[int, int] | None
    objects: list[int]
