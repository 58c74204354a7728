"""Masks carried along DIS optical flow: no learning, no memory but the last frame, a few milliseconds a frame.

The baseline every other propagator has to beat. It knows motion and no appearance: what is hidden is lost, and what
comes back is not found again. A box is taken for a filled box.

The mask is warped at reduced resolution as a soft one, along the flow from each frame back to the one before it (DIS,
Kroeger et al. 2016), and made a little crisper each time, since interpolation blurs. The score tells how much of the
object was followed without a break since it was said where it is: on each frame, the part of its pixels that come back
to where they were when followed there and back again, multiplied up.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray

from pointreel.core import Box, Frame, FrameMasks, Mask, PointreelError, Prompt, PromptKind, Segment, UnknownName
from pointreel.core.protocols import Propagator, VideoInfo

ACCEPTS: frozenset[PromptKind] = frozenset({"box", "mask"})
PRESETS = {
    "ultrafast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}
_LEAST_SIDE = 32
"""DIS wants a pyramid: smaller pictures are enlarged to this."""

_STAY = 0.25
"""The power of each frame's part in the score: three of four pixels that are not followed are on the object still."""

Grey = NDArray[np.uint8]
Soft = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Config:
    """``side`` is the shorter side of the pictures flow is taken from; ``preset`` is ultrafast, fast or medium.

    ``crispness`` steepens the soft mask after each warp: 1 leaves it blurred. ``tolerance`` is how many reduced pixels
    off a point may come back and still count as followed. ``hints``: each segment brings its logits along, at the
    reduced resolution.
    """

    side: int = 240
    preset: str = "medium"
    crispness: float = 1.25
    tolerance: float = 0.5
    hints: bool = False

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise UnknownName("preset of DIS flow", self.preset, PRESETS)
        if not (_LEAST_SIDE <= self.side <= 4096 and self.crispness >= 1 and self.tolerance > 0):
            raise PointreelError(
                f"found side={self.side}, crispness={self.crispness}, tolerance={self.tolerance}; expected a side of "
                f"{_LEAST_SIDE} to 4096, a crispness from 1 up and a tolerance above 0."
            )


@dataclass
class FlowSession:
    """The last frame in grey, and of each object the soft mask and the score on it."""

    config: Config
    size: tuple[int, int]
    lookahead: int = 0
    _grey: Grey | None = None
    _soft: dict[int, Soft] = field(default_factory=dict)
    _score: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(PRESETS[self.config.preset])
        self._reduced = _reduced(*self.size, self.config.side)

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> Sequence[FrameMasks]:
        grey = _grey(frame, self._reduced)
        segments = self._carried(self._grey, grey) if self._grey is not None and self._soft else {}
        for prompt in queries:
            mask = _said_by(prompt, self.size)
            segments[prompt.object_id] = Segment(mask, 1.0)
            self._score[prompt.object_id] = 1.0
            self._soft[prompt.object_id] = _resized(mask.to_array().astype(np.float32), self._reduced)
        self._grey = grey
        return [FrameMasks(frame.index, dict(sorted(segments.items())))]

    def finish(self) -> Sequence[FrameMasks]:
        return ()

    def snapshot(self) -> bytes:
        out = BytesIO()
        grey = np.empty((0, 0), np.uint8) if self._grey is None else self._grey
        arrays = {f"soft{i}": soft for i, soft in self._soft.items()}
        scores = np.array([self._score[i] for i in self._soft], np.float64)
        np.savez(out, allow_pickle=False, grey=grey, scores=scores, **arrays)
        return out.getvalue()

    def restore(self, state: bytes) -> None:
        with np.load(BytesIO(state), allow_pickle=False) as arrays:
            self._grey = arrays["grey"] if arrays["grey"].size else None
            self._soft = {int(key[4:]): arrays[key] for key in arrays.files if key.startswith("soft")}
            self._score = dict(zip(self._soft, arrays["scores"].tolist(), strict=True))

    def _carried(self, before: Grey, now: Grey) -> dict[int, Segment]:
        back, there = self._between(now, before), self._between(before, now)
        source = back + _grid(*self._reduced)
        followed = self._is_followed(back, there, source)
        segments: dict[int, Segment] = {}
        for object_id, soft in list(self._soft.items()):
            warped = _looked_up(soft, source, cv2.BORDER_CONSTANT)
            warped = np.clip((warped - 0.5) * np.float32(self.config.crispness) + np.float32(0.5), 0, 1)
            inside = warped > 0.5
            if not inside.any():
                del self._soft[object_id]  # it is gone, and nothing here could find it again
                continue
            self._soft[object_id] = warped
            self._score[object_id] *= float(followed[inside].mean()) ** _STAY
            mask = Mask.from_array(_enlarged(warped, self.size))
            if mask:
                hint = _logits(warped) if self.config.hints else None
                segments[object_id] = Segment(mask, self._score[object_id], hint)
        return segments

    def _is_followed(self, back: Soft, there: Soft, source: Soft) -> Soft:
        """For every pixel 1 where the way back and the way there cancel out, else 0."""
        error = np.square(back + _looked_up(there, source, cv2.BORDER_REPLICATE)).sum(axis=2)
        followed: Soft = (error <= self.config.tolerance**2).astype(np.float32)
        return followed

    def _between(self, one: Grey, other: Grey) -> Soft:
        return self._flow.calc(one, other, np.zeros((*one.shape, 2), np.float32)).astype(np.float32, copy=False)


@dataclass(frozen=True)
class Flow:
    """The propagator, as configured."""

    config: Config
    accepts: frozenset[PromptKind] = ACCEPTS

    @contextmanager
    def open(self, video: VideoInfo) -> Iterator[FlowSession]:
        session = FlowSession(self.config, (video.height, video.width))
        try:
            yield session
        finally:
            session._grey, session._soft = None, {}


def build(config: Config) -> Propagator:
    return Flow(config)


def _said_by(prompt: Prompt, size: tuple[int, int]) -> Mask:
    """The mask of a prompt, or its box filled."""
    if unknown := sorted(prompt.kinds() - ACCEPTS):
        raise PointreelError(f"The engine 'flow' takes no {' or '.join(unknown)}; it takes: box, mask.")
    if prompt.mask is not None:
        return prompt.mask
    if prompt.box is None:
        raise PointreelError(f"object {prompt.object_id}, frame {prompt.frame}: the prompt says nothing.")
    return _filled(prompt.box, *size)


def _filled(box: Box, height: int, width: int) -> Mask:
    pixels = np.zeros((height, width), np.bool_)
    left, top, right, bottom = (round(side) for side in (box.left, box.top, box.right, box.bottom))
    pixels[max(top, 0) : max(bottom, top + 1), max(left, 0) : max(right, left + 1)] = True
    return Mask.from_array(pixels)


def _reduced(height: int, width: int, side: int) -> tuple[int, int]:
    """The size flow is taken at: ``side`` or what there is if less, but never too small for DIS."""
    scale = min(1.0, side / min(height, width))
    scale = max(scale, _LEAST_SIDE / min(height, width))
    return max(_LEAST_SIDE, round(height * scale)), max(_LEAST_SIDE, round(width * scale))


def _grid(height: int, width: int) -> Soft:
    """Every pixel's own x and y."""
    grid: Soft = np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))
    return grid


def _looked_up(picture: Soft, source: Soft, border: int) -> Soft:
    """The picture where ``source`` says for every pixel, between pixels too."""
    looked_up = cv2.remap(picture, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderMode=border)
    return looked_up.astype(np.float32, copy=False)


def _grey(frame: Frame, size: tuple[int, int]) -> Grey:
    grey = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY)
    way = cv2.INTER_AREA if grey.shape[0] > size[0] else cv2.INTER_LINEAR
    return cv2.resize(grey, size[::-1], interpolation=way).astype(np.uint8, copy=False)


def _resized(picture: Soft, size: tuple[int, int]) -> Soft:
    way = cv2.INTER_AREA if picture.shape[0] > size[0] else cv2.INTER_LINEAR
    return cv2.resize(picture, size[::-1], interpolation=way).astype(np.float32, copy=False)


def _logits(soft: Soft) -> Soft:
    sure = np.clip(soft, 1e-3, 1 - 1e-3)
    logits: Soft = np.log(sure / (1 - sure)).astype(np.float32, copy=False)
    return logits


def _enlarged(soft: Soft, size: tuple[int, int]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (soft if soft.shape == size else _resized(soft, size)) > 0.5
    return inside
