"""An engine that is shown smaller videos: the same places and masks, in fewer pixels."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from pointreel.core import Box, Frame, FrameMasks, Mask, Points, Prompt, Segment, Trace
from pointreel.core.protocols import Remembering
from pointreel.evaluate.tracking_bench_heights import Shrunk

HEIGHT, WIDTH = 48, 64


@dataclass
class Noting:
    """An engine that says what it was told: on every frame, the masks it heard of."""

    accepts: frozenset = frozenset({"points", "box", "trace", "mask"})
    remembers: bool = False
    opened: list = field(default_factory=list)
    heard: list = field(default_factory=list)

    @contextmanager
    def open(self, video) -> Iterator["Noting"]:
        self.opened.append((video.height, video.width, video.num_frames))
        yield NotingMore(heard=self.heard) if self.remembers else self

    lookahead = 0

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> list[FrameMasks]:
        self.heard.append((frame, *queries))
        return [FrameMasks(frame.index, {q.object_id: Segment(q.mask, 0.25) for q in queries if q.mask is not None})]

    def finish(self) -> list[FrameMasks]:
        return []


class NotingMore(Noting):
    def remember(self, frame: Frame, queries: Sequence[Prompt]) -> None:
        self.heard.append((frame, *queries))


@dataclass(frozen=True)
class Info:
    height: int = HEIGHT
    width: int = WIDTH
    num_frames: int = 3


@pytest.fixture
def frame() -> Frame:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[8:24, 16:32] = 200
    return Frame(0, rgb)


@pytest.fixture
def mask() -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[8:24, 16:32] = True
    return Mask.from_array(pixels)


def test_masks_come_back_as_large_as_the_video(frame: Frame, mask: Mask) -> None:
    engine = Noting()
    with Shrunk(engine, 12).open(Info()) as session:
        (record,) = session.push(frame, [Prompt(object_id=1, frame=0, mask=mask)])
        assert session.finish() == []
        assert not isinstance(session, Remembering)
    assert engine.opened == [(12, 16, 3)]
    ((small, query),) = engine.heard
    assert small.rgb.shape == (12, 16, 3)
    assert np.array_equal(query.mask.to_array(), small.rgb[..., 0] > 100)
    assert (record.segments[1].mask.height, record.segments[1].score) == (HEIGHT, 0.25)
    assert record.segments[1].mask.iou(mask) > 0.95  # its corners are round


def test_places_are_the_same_places(frame: Frame) -> None:
    engine = Noting()
    places = [[0, 0], [31.5, 23.5], [63, 47]]
    query = Prompt(
        object_id=1,
        frame=0,
        points=Points.on(places),
        box=Box(16, 8, 16, 2),
        trace=Trace(np.array(places, np.float32), np.arange(3.0)),
    )
    with Shrunk(engine, 12).open(Info()) as session:
        session.push(frame, [query])
    ((_, small),) = engine.heard
    assert small.points.xy.tolist() == [[0, 0], [7.5, 5.5], [15, 11]]
    assert np.array_equal(small.trace.xy, small.points.xy)
    assert small.box == Box(4, 2, 4, 1)
    assert small.points.label.tolist() == [1, 1, 1]


def test_an_empty_mask_stays_one(frame: Frame) -> None:
    engine = Noting()
    with Shrunk(engine, 24).open(Info()) as session:
        (record,) = session.push(frame, [Prompt(object_id=1, frame=0, mask=Mask.empty(HEIGHT, WIDTH))])
    assert engine.heard[0][1].mask == Mask.empty(24, 32)
    assert record.segments[1].mask == Mask.empty(HEIGHT, WIDTH)


def test_what_is_remembered_is_small_too(frame: Frame, mask: Mask) -> None:
    engine = Noting(remembers=True)
    with Shrunk(engine, 12).open(Info()) as session:
        assert isinstance(session, Remembering)
        session.remember(frame, [Prompt(object_id=1, frame=0, mask=mask)])
    ((small, query),) = engine.heard
    assert (small.rgb.shape, query.mask.height) == ((12, 16, 3), 12)


def test_a_video_that_is_no_higher_stays_as_it_is(frame: Frame, mask: Mask) -> None:
    engine = Noting()
    query = Prompt(object_id=1, frame=0, mask=mask)
    with Shrunk.built(lambda: engine, HEIGHT).open(Info()) as session:
        session.push(frame, [query])
    assert engine.heard == [(frame, query)]
    assert engine.opened == [(HEIGHT, WIDTH, 3)]
