"""The embedded engine: points, boxes, traces or masks in, masks out; its weights ship with the package."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ...core import Mask, PointreelError, UnknownName
from ...core.protocols import Propagator, VideoInfo
from ...core.types import Frame, FrameMasks, Points, Prompt, PromptKind, Segment
from ..nets.optical_flow import FlowFinder
from ..nets.small_propagate import Memory
from ..small.correction import put_right
from ..small.first_mask import CAREFULLY, Candidate, FirstMask, Given, as_one
from ..small.nearby import Said
from ..small.seeker import Seeker
from ..small.state import from_bytes, to_bytes
from ..small.tracked import Carrier, Pair, Tracked
from ..small.weights import load_prompt, load_propagate
from ..small.windows import grey, low_logits

ACCEPTS: frozenset[PromptKind] = frozenset({"points", "box", "trace", "mask"})
EXTENTS = ("likeliest", "smallest", "middle", "largest")
_STRIDE, _SMALLEST = 32, 96
_FLOW_SIDE, _FIRST_SIZE = 200, 256
_HINT_SIDE = 512
_MOST_KNOWN = 6
_DOUBT = 0.5  # the network was trained with 1, and then gives up too much of what is right


@dataclass(frozen=True, kw_only=True)
class Config:
    """``size``: the side of the window in which an object is carried. Several objects share the pixels: each after the
    first adds a quarter.

    ``extent``: which mask is meant where a click could mean several: the likeliest, smallest, middle or largest.
    ``weights``: a folder of your own. ``look_ahead``: an object that is pointed at on the very first frame waits for
    the second one, since what moves is easier to tell apart. ``hints``: each segment brings its logits along, at most
    512 wide and high, and objects that are nowhere likely bring theirs with an empty mask.
    """

    size: int = 256
    extent: str = "likeliest"
    weights: str = ""
    device: str = "cpu"
    look_ahead: bool = True
    hints: bool = False

    def __post_init__(self) -> None:
        if self.size % _STRIDE or not _SMALLEST <= self.size <= 1024:
            raise PointreelError(f"size: found {self.size}, expected a multiple of {_STRIDE} from {_SMALLEST} to 1024.")
        if self.extent not in EXTENTS:
            raise UnknownName("extent", self.extent, EXTENTS)


@dataclass
class Session:
    """The newest frame, and every object on it."""

    config: Config
    first: FirstMask
    carrier: Carrier
    seeker: Seeker
    size: tuple[int, int]
    objects: dict[int, Tracked] = field(default_factory=dict)
    known: dict[int, tuple[Memory, ...]] = field(default_factory=dict)
    said: dict[int, list[Said]] = field(default_factory=dict)
    _before: Frame | None = None
    _held: tuple[Frame, list[Prompt]] | None = None

    def __post_init__(self) -> None:
        self._finder = FlowFinder(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._small: NDArray[np.uint8] | None = None

    @property
    def lookahead(self) -> int:
        """1 until the first frame is done with, and 0 from there on."""
        return int(self.config.look_ahead and self._before is None)

    def snapshot(self) -> bytes:
        """All that the next frame depends on; not while a frame is held back."""
        if self._held is not None:
            raise PointreelError(f"Frame {self._held[0].index} is still held back: there is nothing to keep yet.")
        return to_bytes(self.objects, self.known, self._before)

    def restore(self, state: bytes) -> None:
        """Go on after the frame that the state was kept after."""
        self.objects, self.known, self._before = from_bytes(state, self.config.device)
        self._small = None if self._before is None else _small_grey(self._before)

    def forget(self) -> None:
        """Let go of every frame and object."""
        self.objects, self.known, self.said, self._before, self._held, self._small = {}, {}, {}, None, None, None

    @torch.inference_mode()
    def remember(self, frame: Frame, queries: Sequence[Prompt]) -> None:
        """What objects look like on a frame that is not the next one; of each the first few such frames are kept."""
        for query in queries:
            known = self.known.get(query.object_id, ())
            if query.mask and len(known) < _MOST_KNOWN:
                memory = self.carrier.memory(frame, query.mask.to_array().astype(np.bool_), self._size(1))
                self.known[query.object_id] = (*known, memory)
            if query.points:
                self.said.setdefault(query.object_id, []).append(Said.of(frame, query.points))

    @torch.inference_mode()
    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> Sequence[FrameMasks]:
        _refuse_what_is_not_taken(queries)
        if frame.rgb.shape[:2] != self.size:
            found, wanted = (f"{width} x {height}" for height, width in (frame.rgb.shape[:2], self.size))
            raise PointreelError(f"Frame {frame.index}: found {found} pixels, expected {wanted} as the video has.")
        if self._held is not None:
            held, self._held = self._held, None
            return [self._stepped(*held, ahead=frame), self._stepped(frame, queries)]
        if self.config.look_ahead and self._before is None and any(query.mask is None for query in queries):
            self._held = frame, list(queries)
            return []
        return [self._stepped(frame, queries)]

    @torch.inference_mode()
    def finish(self) -> Sequence[FrameMasks]:
        held, self._held = self._held, None
        return [] if held is None else [self._stepped(*held)]

    def _stepped(self, frame: Frame, queries: Sequence[Prompt], ahead: Frame | None = None) -> FrameMasks:
        """Carry every object here, then hear what is said of this frame."""
        small = _small_grey(frame)
        if self._before is not None and self._small is not None and self.objects:
            pair = Pair(frame, self._before, self._finder.flow(small, self._small))
            self.objects = self.seeker.step(pair, self.objects, self._size(len(self.objects)), self._size(1))
        for query in as_one(queries):
            self._hear(query, frame, ahead or self._before)
        self._before, self._small = frame, small
        given = {q.object_id: q.mask for q in as_one(queries) if q.mask is not None and q.kinds() == {"mask"}}
        return FrameMasks(frame.index, _segments(self.objects, frame, given, hints=self.config.hints))

    def _hear(self, query: Prompt, frame: Frame, other: Frame | None) -> None:
        """A mask is taken as it is; anything else, with a mask or without, has to be made a mask of first."""
        earlier, known = self.objects.get(query.object_id), self.known.get(query.object_id, ())
        size, quality = self._size(len(self.objects.keys() | {query.object_id})), 1.0
        doubt = 0.0
        if query.mask is not None and query.kinds() == {"mask"}:
            mask = query.mask.to_array().astype(np.bool_)
        else:
            found = self._found(query, frame, other, earlier)
            mask, quality = found.window.whole(found.mask, frame.height, frame.width) > 0.5, found.quality
            doubt = _DOUBT
        others = known if earlier is None else (earlier.memory, *known)
        self.objects[query.object_id] = self.carrier.started(frame, mask, size, quality, others, doubt=doubt)
        self.known.pop(query.object_id, None)

    def _found(self, query: Prompt, frame: Frame, other: Frame | None, earlier: Tracked | None) -> Candidate:
        """The mask that is meant: a new one, or the one that is there, put right."""
        given, prior = Given.of(query), None
        nearby = sum((said.on(frame) for said in self.said.pop(query.object_id, ())), Points.on([]))
        if query.mask is not None:
            prior = self.first.around(query.mask.to_array().astype(np.float32))
        elif earlier is not None and earlier.is_there and query.box is None:
            prior = Candidate(earlier.window, earlier.mask, earlier.quality)
        if prior is not None:
            return put_right(self.first, frame, given, prior, other, nearby)
        found = self.first.candidates(frame, given.and_points(nearby), other, looks=CAREFULLY)
        return _meant(found, self.config.extent)

    def _size(self, num_objects: int) -> int:
        """Each object after the first adds a quarter to the pixels that are looked at, and all share them."""
        share = self.config.size * np.sqrt((1 + 0.25 * (num_objects - 1)) / num_objects)
        return max(_SMALLEST, int(share / _STRIDE) * _STRIDE)


@dataclass(frozen=True)
class Small:
    """The propagator, as configured."""

    config: Config
    accepts: frozenset[PromptKind] = ACCEPTS

    @contextmanager
    def open(self, video: VideoInfo) -> Iterator[Session]:
        folder = Path(self.config.weights) if self.config.weights else None
        first = FirstMask(load_prompt(folder, self.config.device), _FIRST_SIZE, self.config.device)
        net = load_propagate(folder, self.config.device)
        carrier = Carrier(net, self.config.device)
        seeker = Seeker(net, self.config.device, carrier)
        session = Session(self.config, first, carrier, seeker, (video.height, video.width))
        try:
            yield session
        finally:
            session.forget()


def build(config: Config) -> Propagator:
    return Small(config)


def _meant(candidates: Sequence[Candidate], extent: str) -> Candidate:
    """The likeliest, or the one of that size among those that a prompt can mean."""
    by_area = sorted(candidates, key=lambda candidate: candidate.area)
    at = {"smallest": 0, "middle": len(by_area) // 2, "largest": -1}
    return by_area[at[extent]] if extent in at else candidates[0]


def _segments(
    objects: dict[int, Tracked], frame: Frame, given: Mapping[int, Mask], *, hints: bool
) -> dict[int, Segment]:
    """Whole masks of what is there; the surer of two has a pixel, and a mask that was given stays itself."""
    seen = {i: tracked for i, tracked in objects.items() if tracked.is_there or hints}
    spreads = {i: t.window.whole(t.mask, frame.height, frame.width) for i, t in seen.items()}
    logits = {i: low_logits(spread, _HINT_SIDE) for i, spread in spreads.items() if hints}
    masks = {i: spread > 0.5 for i, spread in spreads.items()}
    if len(spreads) > 1:
        best = np.maximum.reduce(list(spreads.values()))
        for i, spread in spreads.items():
            masks[i] &= spread >= best
            best = np.where(masks[i], np.float32(2), best)
    there = {i: Mask.from_array(mask) for i, mask in masks.items() if mask.any() or hints}
    segments = {i: Segment(mask, objects[i].quality, logits.get(i)) for i, mask in there.items()}
    segments |= {i: Segment(mask, 1.0) for i, mask in given.items()}
    return dict(sorted(segments.items()))


def _small_grey(frame: Frame) -> NDArray[np.uint8]:
    scale = min(1.0, _FLOW_SIDE / min(frame.height, frame.width))
    size = max(32, round(frame.width * scale)), max(32, round(frame.height * scale))
    return grey(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False))


def _refuse_what_is_not_taken(queries: Sequence[Prompt]) -> None:
    for query in queries:
        if unknown := query.kinds() - ACCEPTS:
            raise PointreelError(
                f"Object {query.object_id} on frame {query.frame} has {', '.join(sorted(unknown))} for a prompt; "
                f"the engine 'small' takes {', '.join(sorted(ACCEPTS))}."
            )
