"""What flows between rooms: frames in, one small record per frame out.

Conventions, for every type here: xy order, pixel centres at integers, 0-based frames in presentation order, RGB.
Object ids are positive ints that never change meaning; 0 is background, 255 in a label map is void.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from .mask import Box, Mask

FOREGROUND, BACKGROUND, AMBIGUOUS = 1, 0, 2
"""The labels of a point: on the object, off it, or undecided by the person who looked."""

Value = TypeVar("Value", bound=np.generic)
PromptKind = Literal["points", "box", "trace", "mask", "text"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a video. ``rgb`` is (H, W, 3) uint8."""

    index: int
    rgb: NDArray[np.uint8]

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points on one frame: ``xy`` (N, 2) float32 pixels, ``label`` (N,) int8.

    A label is 1 on the object, 0 off it, 2 where the person who looked could not say.

    ``candidate`` says, where points were proposed by a machine and judged by a person, which of them
    were proposed as foreground; (N,) bool, or None where nobody proposed anything.
    """

    xy: NDArray[np.float32]
    label: NDArray[np.int8]
    candidate: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        xy = np.ascontiguousarray(self.xy, np.float32).reshape(-1, 2)
        label = np.ascontiguousarray(self.label, np.int8).reshape(-1)
        candidate = None if self.candidate is None else np.ascontiguousarray(self.candidate, np.bool_).reshape(-1)
        if len(label) != len(xy):
            raise ValueError(f"{len(xy)} points have {len(label)} labels")
        if candidate is not None and len(candidate) != len(xy):
            raise ValueError(f"{len(xy)} points have {len(candidate)} flags that say which are candidates")
        object.__setattr__(self, "xy", xy)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "candidate", candidate)

    @classmethod
    def on(cls, xy: object) -> "Points":
        """Points that all lie on the object."""
        array = np.asarray(xy, np.float32).reshape(-1, 2)
        return cls(array, np.full(len(array), FOREGROUND, np.int8))

    @classmethod
    def off(cls, xy: object) -> "Points":
        """Points that all lie off the object."""
        array = np.asarray(xy, np.float32).reshape(-1, 2)
        return cls(array, np.full(len(array), BACKGROUND, np.int8))

    def __len__(self) -> int:
        return len(self.xy)

    def __add__(self, other: "Points") -> "Points":
        if self.candidate is None or other.candidate is None:
            candidate = None
        else:
            candidate = np.concatenate([self.candidate, other.candidate])
        return Points(np.concatenate([self.xy, other.xy]), np.concatenate([self.label, other.label]), candidate)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Points):
            return False
        same = np.array_equal(self.xy, other.xy) and np.array_equal(self.label, other.label)
        if self.candidate is None or other.candidate is None:
            return same and self.candidate is other.candidate
        return same and np.array_equal(self.candidate, other.candidate)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The path of a pointer on one frame: ``xy`` (N, 2) float32 pixels, ``seconds`` (N,) float64 from its start."""

    xy: NDArray[np.float32]
    seconds: NDArray[np.float64]

    def __post_init__(self) -> None:
        xy = np.ascontiguousarray(self.xy, np.float32).reshape(-1, 2)
        seconds = np.ascontiguousarray(self.seconds, np.float64).reshape(-1)
        if len(seconds) != len(xy):
            raise ValueError(f"a trace of {len(xy)} positions has {len(seconds)} times")
        object.__setattr__(self, "xy", xy)
        object.__setattr__(self, "seconds", seconds)

    def __len__(self) -> int:
        return len(self.xy)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Trace)
            and np.array_equal(self.xy, other.xy)
            and np.array_equal(self.seconds, other.seconds)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The mask of one object on one frame, how sure its maker was, and low-resolution logits for refinement."""

    mask: Mask
    score: float = 1.0
    hint: NDArray[np.float32] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Segment) and self.mask == other.mask and self.score == other.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is known of one object on one frame."""

    object_id: int
    frame: int
    points: Points | None = None
    box: Box | None = None
    trace: Trace | None = None
    mask: Mask | None = None
    text: str | None = None
    hint: NDArray[np.float32] | None = field(default=None, compare=False)

    def kinds(self) -> frozenset[PromptKind]:
        """Which kinds of knowledge this prompt holds."""
        given: dict[PromptKind, object] = {
            "points": self.points,
            "box": self.box,
            "trace": self.trace,
            "mask": self.mask,
            "text": self.text,
        }
        return frozenset(kind for kind, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True)
class FrameMasks:
    """The objects of one frame by id; an id that is absent is not in this frame."""

    frame: int
    segments: Mapping[int, Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointQuery:
    """Points of one object to follow from one frame on; ``region`` is the mask they were picked from."""

    object_id: int
    frame: int
    points: Points
    region: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FramePoints:
    """Where followed points are on one frame, each by object id; a track is these rows, transposed."""

    frame: int
    points: Mapping[int, NDArray[np.float32]]
    visible: Mapping[int, NDArray[np.bool_]]
    confidence: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FramePoints)
            and self.frame == other.frame
            and _same_arrays(self.points, other.points)
            and _same_arrays(self.visible, other.visible)
            and _same_arrays(self.confidence, other.confidence)
        )


def _same_arrays(one: Mapping[int, NDArray[Value]], other: Mapping[int, NDArray[Value]]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(array, other[key]) for key, array in one.items())
