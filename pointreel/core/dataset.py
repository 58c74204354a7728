"""A labelled dataset as every format reads and writes it: sequences of frames, and one record per labelled frame.

Nothing is in memory but the frame at hand: a ``Sequence`` knows how to read its labels again, and hands them out one
frame at a time. ``Feature`` names what a dataset may say, so that a format can declare what it is able to hold.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from .mask import Box, Mask
from .types import Points, Segment, Trace

Attributes = Mapping[str, str | int | float | bool | None]


class Feature(StrEnum):
    """What a dataset may say. A format lists what it can hold; converting names what would be lost."""

    MASKS = "masks"
    BOXES = "boxes"
    """Boxes that are labels of their own, not the box of a mask."""
    POINTS = "points"
    CANDIDATES = "which points were proposed as foreground"
    UNDECIDED_POINTS = "points that nobody could decide on"
    LATER_POINTS = "points of an object on more than one frame"
    UNEVEN_POINTS = "objects with different numbers of points"
    """Within one sequence: of points on the object, or of points off it."""
    TRACES = "mouse traces"
    FRACTIONS = "positions between pixels"
    OVERLAP = "overlapping objects"
    VOID = "void regions"
    SCORES = "confidences"
    NAMES = "object names"
    ATTRIBUTES = "attributes"
    """Of objects or of sequences."""
    IDS = "object ids as they are"
    """Ids that are not 1, 2, 3, ... in every sequence."""
    LARGE_IDS = "object ids above 254"
    LATE_OBJECTS = "objects that appear after the first frame"
    UNLABELLED_FRAMES = "frames without labels before labelled ones"
    TRAILING_FRAMES = "frames after the last labelled one"
    EMPTY_FRAMES = "labelled frames on which no object is"
    FRAME_NAMES = "names of frames"
    """Frame names that are not the number of the frame."""
    SIZES = "frame sizes"
    UNKNOWN_SIZES = "sequences whose frame size is not known"
    UNLABELLED_OBJECTS = "objects without any label"
    EMPTY_SEQUENCES = "sequences without any object"


@dataclass(frozen=True, slots=True)
class FrameLabels:
    """All that is known of one labelled frame, by object id. A frame of the sequence without a record is not labelled.

    An object with a record elsewhere and none here is not in this frame. ``boxes`` holds boxes that are labels of
    their own; the box of a mask is ``mask.box``.
    """

    frame: int
    segments: Mapping[int, Segment] = field(default_factory=dict)
    boxes: Mapping[int, Box] = field(default_factory=dict)
    points: Mapping[int, Points] = field(default_factory=dict)
    traces: Mapping[int, Trace] = field(default_factory=dict)
    void: Mask | None = None

    def object_ids(self) -> frozenset[int]:
        """The ids of all objects that are in this frame."""
        return frozenset({*self.segments, *self.boxes, *self.points, *self.traces})


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object of a sequence: its id, what people call it, and whatever else its format keeps of it."""

    object_id: int
    name: str = ""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """One video of a dataset. ``frames[k]`` is the name of frame k; iterating reads the labels, frame by frame.

    ``height`` and ``width`` are None where the format does not say the size (points alone need none).
    ``read_labels`` starts a new pass over the labelled frames, in order of frame, each frame once.
    """

    name: str
    height: int | None
    width: int | None
    frames: tuple[str, ...]
    objects: tuple[ObjectInfo, ...]
    read_labels: Callable[[], Iterable[FrameLabels]]
    attributes: Attributes = field(default_factory=dict)

    def __iter__(self) -> Iterator[FrameLabels]:
        return iter(self.read_labels())

    @property
    def name_by_object(self) -> dict[int, str]:
        return {info.object_id: info.name for info in self.objects}


class Dataset(Protocol):
    """Sequences, read when asked for, as often as asked for.

    ``categories`` maps the name of a class to the number its format gives it; empty where a format has no classes.
    """

    @property
    def categories(self) -> Mapping[str, int]: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Sequence]: ...


@dataclass(frozen=True)
class ListedDataset:
    """A dataset whose sequences are at hand, or are read by ``open_sequence`` as they are asked for.

    >>> dataset = ListedDataset(("cat", "dog"), read_one)      # doctest: +SKIP
    """

    names: tuple[str, ...]
    open_sequence: Callable[[str], Sequence]
    categories: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, sequences: Iterable[Sequence], categories: Mapping[str, int] | None = None) -> "ListedDataset":
        """A dataset of sequences that are already there."""
        by_name = {sequence.name: sequence for sequence in sequences}
        return cls(tuple(by_name), by_name.__getitem__, categories or {})

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Sequence]:
        return map(self.open_sequence, self.names)


@dataclass(frozen=True)
class PassedDataset:
    """Another dataset whose every pass goes ``through`` a function, which may watch it, change it, or break it off."""

    dataset: Dataset
    through: Callable[[Dataset], Iterable[Sequence]]

    @property
    def categories(self) -> Mapping[str, int]:
        return self.dataset.categories

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[Sequence]:
        return iter(self.through(self.dataset))


class Format(Protocol):
    """One layout on disk. Each is a file in ``pointreel/formats`` with a ``Config`` and a ``build(config)``."""

    @property
    def holds(self) -> frozenset[Feature]:
        """What this layout can say without loss."""
        ...

    def recognises(self, path: Path) -> bool:
        """Whether ``path`` looks like this layout, decided from names and the first bytes only."""
        ...

    def read(self, path: Path) -> Dataset:
        """The dataset at ``path``. What is wrong raises ``FormatError``, here or when the sequence is reached."""
        ...

    def write(self, dataset: Dataset, path: Path) -> None:
        """Write ``dataset``, one sequence at a time, so that ``path`` is whole or not there."""
        ...
