"""What every propagator promises, run over all there are: a new file on the shelf is tested the day it lands."""

import gc
import resource
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from pointreel.core import Box, Frame, FrameMasks, Mask, PointreelError, Points, Prompt, Trace
from pointreel.core.protocols import Propagator, Resumable
from pointreel.engines import propagators

HEIGHT, WIDTH = 72, 96


@dataclass(frozen=True)
class Size:
    height: int = HEIGHT
    width: int = WIDTH
    num_frames: int = 300


def scene(count: int, height: int = HEIGHT, width: int = WIDTH) -> Iterator[Frame]:
    """Two patches of texture that move over a third; each frame is made when it is asked for."""
    rng = np.random.default_rng(5)
    ground, one, two = (
        cv2.GaussianBlur(rng.integers(0, 255, (size, size, 3)).astype(np.uint8), (0, 0), 1.2) // part + base
        for size, part, base in ((max(height, width), 4, 20), (height // 3, 2, 120), (height // 4, 3, 60))
    )
    for k in range(count):
        rgb = ground[:height, :width].copy()
        for patch, (x, y) in ((one, place(k, 0, width)), (two, place(k, 1, width))):
            side = patch.shape[0]
            rgb[y : y + side, x : x + side] = patch
        yield Frame(k, rgb)


def place(k: int, which: int, width: int = WIDTH) -> tuple[int, int]:
    """The left upper corner of a patch: it wanders to and fro by a pixel a frame."""
    reach = width // 6
    wander = abs(k % (2 * reach) - reach)
    return (width // 10 + wander, width // 12) if which == 0 else (width // 2 + wander, width // 3)


def patch_mask(k: int, which: int) -> Mask:
    x, y = place(k, which)
    side = HEIGHT // 3 if which == 0 else HEIGHT // 4
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[y : y + side, x : x + side] = True
    return Mask.from_array(pixels)


def said(object_id: int, frame: int, which: int, accepts: frozenset[str]) -> Prompt:
    """The patch as the richest kind of prompt the engine takes."""
    mask = patch_mask(frame, which)
    if "mask" in accepts:
        return Prompt(object_id=object_id, frame=frame, mask=mask)
    if "box" in accepts:
        return Prompt(object_id=object_id, frame=frame, box=mask.box)
    x, y = mask.centroid or (0, 0)
    return Prompt(object_id=object_id, frame=frame, points=Points.on([(x, y)]))


def run(engine: Propagator, frames: list[Frame], prompts: dict[int, list[Prompt]]) -> list[FrameMasks]:
    with engine.open(Size()) as session:
        records = [record for frame in frames for record in session.push(frame, prompts.get(frame.index, ()))]
        return [*records, *session.finish()]


LIGHT = {"small": {"size": 96}, "flow": {"preset": "ultrafast", "side": 72}}
"""Options that suit frames as small as these, so that the tests take seconds."""


@pytest.fixture(params=propagators.names())
def engine(request: pytest.FixtureRequest) -> Propagator:
    return propagators.build(request.param, **LIGHT.get(request.param, {}))


def test_there_is_an_engine_to_test() -> None:
    assert "flow" in propagators.names()


def test_records_come_in_order_within_the_lookahead(engine: Propagator) -> None:
    prompts = {0: [said(1, 0, 0, engine.accepts)]}
    seen: list[int] = []
    with engine.open(Size()) as session:
        for frame in scene(12):
            seen += [record.frame for record in session.push(frame, prompts.get(frame.index, ()))]
            if session.lookahead is not None:
                assert frame.index - len(seen) < session.lookahead + 1
        seen += [record.frame for record in session.finish()]
    assert seen == list(range(12))


def test_ids_survive_and_masks_follow(engine: Propagator) -> None:
    """A patch that moves a third of its side away is still found: a mask that stays behind overlaps less."""
    prompts = {0: [said(1, 0, 0, engine.accepts), said(7, 0, 1, engine.accepts)]}
    records = run(engine, list(scene(9)), prompts)
    assert all(set(record.segments) == {1, 7} for record in records)
    for object_id, which in ((1, 0), (7, 1)):
        last = records[-1].segments[object_id]
        assert last.mask.iou(patch_mask(8, which)) > max(0.6, patch_mask(0, which).iou(patch_mask(8, which)))
        assert 0 <= last.score <= 1


def test_a_late_prompt_works(engine: Propagator) -> None:
    prompts = {0: [said(1, 0, 0, engine.accepts)], 5: [said(7, 5, 1, engine.accepts)]}
    records = run(engine, list(scene(9)), prompts)
    assert [7 in record.segments for record in records] == [False] * 5 + [True] * 4
    assert records[-1].segments[7].mask.iou(patch_mask(8, 1)) > 0.6


def test_a_second_prompt_of_an_object_moves_it(engine: Propagator) -> None:
    prompts = {0: [said(1, 0, 0, engine.accepts)], 4: [said(1, 4, 1, engine.accepts)]}
    records = run(engine, list(scene(7)), prompts)
    if "mask" not in engine.accepts:
        pytest.skip("a point or a box may be taken as a hint for the object as it is")
    assert records[6].segments[1].mask.iou(patch_mask(6, 1)) > 0.6


def test_reversed_order_works(engine: Propagator) -> None:
    records = run(engine, list(scene(9))[::-1], {8: [said(1, 8, 0, engine.accepts)]})
    assert [record.frame for record in records] == list(range(8, -1, -1))
    assert records[-1].segments[1].mask.iou(patch_mask(0, 0)) > 0.6


def test_two_runs_are_identical(engine: Propagator) -> None:
    prompts = {0: [said(1, 0, 0, engine.accepts)], 3: [said(7, 3, 1, engine.accepts)]}
    one, two = (run(engine, list(scene(8)), prompts) for _ in range(2))
    assert one == two


def test_a_session_knows_nothing_of_the_one_before(engine: Propagator) -> None:
    prompts = {0: [said(1, 0, 0, engine.accepts)]}
    fresh = run(engine, list(scene(5)), prompts)
    run(engine, list(scene(5)), {0: [said(7, 0, 1, engine.accepts)]})
    assert run(engine, list(scene(5)), prompts) == fresh


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory of a process is read from /proc")
def test_memory_is_flat(engine: Propagator) -> None:
    """What the process holds grows by less than a tenth of what frames 100 to 300 are, whoever allocated it."""
    height, width = 240, 320
    mask = patch_mask(0, 0).resize(height, width)
    prompt = Prompt(object_id=1, frame=0, mask=mask) if "mask" in engine.accepts else said(1, 0, 0, engine.accepts)
    held = {}
    with engine.open(Size(height, width)) as session:
        for frame in scene(300, height, width):
            session.push(frame, [prompt] if not frame.index else ())
            if frame.index in (100, 299):
                gc.collect()
                held[frame.index] = resident_bytes()
        session.finish()
    assert held[299] - held[100] < 200 * height * width * 3 / 10


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_closing_frees_the_frames(engine: Propagator) -> None:
    """Nothing keeps what was pushed once the session is closed, not even the session itself."""
    with engine.open(Size()) as session:
        for frame in scene(3):
            session.push(frame, [said(1, 0, 0, engine.accepts)] if not frame.index else ())
        kept = weakref.ref(frame.rgb)
    del frame
    gc.collect()
    assert kept() is None


def test_kinds_that_are_not_accepted_are_refused_by_name(engine: Propagator) -> None:
    everything = {
        "points": Prompt(object_id=1, frame=0, points=Points.on([(20, 20)])),
        "box": Prompt(object_id=1, frame=0, box=Box(10, 10, 20, 20)),
        "trace": Prompt(object_id=1, frame=0, trace=Trace(np.array([[10, 10], [20, 20]]), np.array([0.0, 1.0]))),
        "mask": Prompt(object_id=1, frame=0, mask=patch_mask(0, 0)),
        "text": Prompt(object_id=1, frame=0, text="the patch"),
    }
    (frame,) = scene(1)
    for kind, prompt in everything.items():
        with engine.open(Size()) as session:
            if kind in engine.accepts:
                session.push(frame, [prompt])
                session.finish()
            else:
                with pytest.raises(PointreelError, match=kind):
                    session.push(frame, [prompt])


def test_no_prompt_no_object(engine: Propagator) -> None:
    assert all(not record.segments for record in run(engine, list(scene(3)), {}))


@pytest.mark.parametrize("size", [(64, 48), (17, 33), (48, 64), (160, 40)])
def test_any_size_of_frame(engine: Propagator, size: tuple[int, int]) -> None:
    height, width = size
    pixels = np.zeros(size, bool)
    pixels[height // 4 : height // 2, width // 4 : width // 2] = True
    mask = Mask.from_array(pixels)
    prompt = Prompt(object_id=1, frame=0, mask=mask) if "mask" in engine.accepts else None
    if prompt is None:
        pytest.skip("takes no mask")
    grey = np.repeat(np.arange(height * width, dtype=np.uint8).reshape(height, width, 1), 3, axis=2)
    with engine.open(Size(height, width)) as session:
        records = [*session.push(Frame(0, grey), [prompt]), *session.push(Frame(1, grey)), *session.finish()]
    assert [(r.segments[1].mask.height, r.segments[1].mask.width) for r in records] == [size, size]
    assert records[1].segments[1].mask.iou(mask) > 0.5


def test_a_session_put_away_goes_on_as_if_it_had_not_been(engine: Propagator) -> None:
    frames, prompts = list(scene(8)), {0: [said(1, 0, 0, engine.accepts), said(7, 0, 1, engine.accepts)]}
    whole = run(engine, frames, prompts)
    with engine.open(Size()) as session:
        if not isinstance(session, Resumable):
            pytest.skip("sessions of this engine are run again instead")
        for frame in frames[:4]:
            session.push(frame, prompts.get(frame.index, ()))
        state = session.snapshot()
    with engine.open(Size()) as session:
        assert isinstance(session, Resumable)
        session.restore(state)
        assert [record for frame in frames[4:] for record in session.push(frame)] == whole[4:]
