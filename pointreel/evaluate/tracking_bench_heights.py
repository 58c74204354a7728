"""An engine that is shown every video smaller than it is: how much of its quality hangs on pixels."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import Box, Frame, FrameMasks, Mask, Points, Prompt, Segment, Trace
from ..core.protocols import Propagator, Remembering, Session, VideoInfo
from ..core.types import PromptKind

Size = tuple[int, int]


@dataclass(frozen=True)
class Shrunk:
    """Frames reach the engine ``height`` pixels high, unless they are no higher; its masks are enlarged again."""

    propagator: Propagator
    height: int

    @classmethod
    def built(cls, build: Callable[[], Propagator], height: int) -> "Shrunk":
        return cls(build(), height)

    @property
    def accepts(self) -> frozenset[PromptKind]:
        return self.propagator.accepts

    @contextmanager
    def open(self, video: VideoInfo) -> Iterator[Session[Prompt, FrameMasks]]:
        if video.height <= self.height:
            with self.propagator.open(video) as session:
                yield session
            return
        small = self.height, max(1, round(video.width * self.height / video.height))
        with self.propagator.open(_Info(*small, video.num_frames)) as session:
            kind = _RememberingSession if isinstance(session, Remembering) else _Session
            yield kind(session, (video.height, video.width), small)


@dataclass(frozen=True)
class _Info:
    height: int
    width: int
    num_frames: int


@dataclass(frozen=True)
class _Session:
    session: Session[Prompt, FrameMasks]
    whole: Size
    small: Size

    @property
    def lookahead(self) -> int | None:
        return self.session.lookahead

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> Sequence[FrameMasks]:
        return self._enlarged(self.session.push(self._shrunk(frame), self._nearer(queries)))

    def finish(self) -> Sequence[FrameMasks]:
        return self._enlarged(self.session.finish())

    def _shrunk(self, frame: Frame) -> Frame:
        rgb = cv2.resize(frame.rgb, self.small[::-1], interpolation=cv2.INTER_AREA)
        return replace(frame, rgb=rgb.astype(np.uint8, copy=False))

    def _nearer(self, queries: Sequence[Prompt]) -> list[Prompt]:
        """The same prompts, in pixels of the small frame."""
        x, y = self.small[1] / self.whole[1], self.small[0] / self.whole[0]
        return [_scaled(query, x, y, self.small) for query in queries]

    def _enlarged(self, records: Sequence[FrameMasks]) -> list[FrameMasks]:
        return [replace(one, segments={i: self._whole(s) for i, s in one.segments.items()}) for one in records]

    def _whole(self, segment: Segment) -> Segment:
        return Segment(_resized(segment.mask, self.whole), segment.score)


@dataclass(frozen=True)
class _RememberingSession(_Session):
    def remember(self, frame: Frame, queries: Sequence[Prompt]) -> None:
        assert isinstance(self.session, Remembering)
        self.session.remember(self._shrunk(frame), self._nearer(queries))


def _scaled(query: Prompt, x: float, y: float, size: Size) -> Prompt:
    points, box, trace, mask = query.points, query.box, query.trace, query.mask
    return replace(
        query,
        points=None if points is None else Points(_moved(points.xy, x, y, size), points.label, points.candidate),
        box=None if box is None else Box(box.left * x, box.top * y, max(1.0, box.width * x), max(1.0, box.height * y)),
        trace=None if trace is None else Trace(_moved(trace.xy, x, y, size), trace.seconds),
        mask=None if mask is None else _resized(mask, size),
    )


def _moved(xy: NDArray[np.float32], x: float, y: float, size: Size) -> NDArray[np.float32]:
    """Places between pixels: the middle of the first pixel is half a pixel from the border."""
    moved: NDArray[np.float32] = np.clip((xy + 0.5) * (x, y) - 0.5, 0, np.array(size[::-1]) - 1).astype(np.float32)
    return moved


def _resized(mask: Mask, size: Size) -> Mask:
    way = cv2.INTER_AREA if size[0] < mask.height else cv2.INTER_LINEAR
    return Mask.from_array(cv2.resize(mask.to_array().astype(np.float32), size[::-1], interpolation=way) > 0.5)
