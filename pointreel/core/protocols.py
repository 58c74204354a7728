"""The protocols between engines and the systems made of them. A system knows these and never an engine."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .types import Frame, FrameMasks, FramePoints, PointQuery, Points, Prompt, PromptKind, Segment

Query = TypeVar("Query", contravariant=True)
Record = TypeVar("Record", covariant=True)
Encoded = TypeVar("Encoded")


class VideoInfo(Protocol):
    """What an engine may know of a video before the first frame."""

    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def num_frames(self) -> int: ...


class Segmenter(Protocol[Encoded]):
    """One picture: encode once, prompt often."""

    @property
    def accepts(self) -> frozenset[PromptKind]: ...
    def encode(self, frame: Frame) -> Encoded: ...
    def segment(self, encoded: Encoded, prompts: Sequence[Prompt]) -> list[Segment]: ...


class Session(Protocol[Query, Record]):
    """A video, stepped. Frames go in, in order; finished records come out, in order, at most ``lookahead`` frames late.

    ``lookahead`` is 0 for causal engines, the window's length for windowed ones, None where the whole clip is needed.
    """

    @property
    def lookahead(self) -> int | None: ...
    def push(self, frame: Frame, queries: Sequence[Query] = ()) -> Sequence[Record]: ...
    def finish(self) -> Sequence[Record]: ...


class Propagator(Protocol):
    """Prompts on any frames in, masks of every frame out."""

    @property
    def accepts(self) -> frozenset[PromptKind]: ...
    def open(self, video: VideoInfo) -> AbstractContextManager[Session[Prompt, FrameMasks]]: ...


class PointTracker(Protocol):
    """Points on any frames in, their places on every frame out."""

    def open(self, video: VideoInfo) -> AbstractContextManager[Session[PointQuery, FramePoints]]: ...


class Scene(Protocol):
    """One object on one frame, as a sampler of points sees it: boolean masks and, where it is known, the picture.

    ``void`` is where nobody can say what is there: neither object nor background.
    """

    @property
    def mask(self) -> NDArray[np.bool_]: ...
    @property
    def others(self) -> Sequence[NDArray[np.bool_]]: ...
    @property
    def void(self) -> NDArray[np.bool_] | None: ...
    @property
    def rgb(self) -> NDArray[np.uint8] | None: ...


class PointSampler(Protocol):
    """A way to pick points for a mask. The same generator state gives the same points, on every platform."""

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points: ...


class FrameSampler(Protocol):
    """A way to pick frames of a video: sorted, each once."""

    def sample(self, num_frames: int, rng: np.random.Generator) -> tuple[int, ...]: ...


@runtime_checkable
class Resumable(Protocol):
    """A session that can be put away between two frames and taken up in another process, with the same results.

    Optional, for causal sessions (``lookahead`` 0): one without it is run again from its first prompt instead.
    """

    def snapshot(self) -> bytes: ...
    def restore(self, state: bytes) -> None: ...


@runtime_checkable
class Remembering(Protocol):
    """A session that can be told what an object looks like on a frame that is not its next one, which may lie ahead.

    Optional. It makes no record of that frame and goes on as if it had not seen it, but knows the object better. A
    query brings the object's mask there, points that were said of it, or both.
    """

    def remember(self, frame: Frame, queries: Sequence[Prompt]) -> None: ...
