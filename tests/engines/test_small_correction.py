"""Masks that are put right by clicks, and what a session knows of an object from frames it is not fed."""

import numpy as np
import pytest

from pointreel.core import Frame, Mask, Points, Prompt
from pointreel.engines import propagators, segmenters
from pointreel.engines.small.correction import put_right
from pointreel.engines.small.first_mask import FirstMask, Given, as_one
from pointreel.engines.small.nearby import Said
from pointreel.engines.small.weights import load_prompt

from .test_small import DISK, HEIGHT, WIDTH, Info, overlap, scene

NONE = np.zeros((0, 2), np.float32)


@pytest.fixture(scope="module")
def first() -> FirstMask:
    return FirstMask(load_prompt(None, "cpu"), 128, "cpu")


def at(*points: tuple[int, int]) -> np.ndarray:
    return np.array(points, np.float32).reshape(-1, 2)


def corrected(first: FirstMask, mask: np.ndarray, on: np.ndarray, off: np.ndarray) -> np.ndarray:
    """What comes of a mask of the first frame, as a mask of the frame."""
    frame = next(scene())[0]
    prior = first.around(mask.astype(np.float32))
    assert prior is not None
    found = put_right(first, frame, Given(on, off, None), prior)
    whole = np.zeros((HEIGHT, WIDTH), np.float32)
    whole[found.window.part(HEIGHT, WIDTH)] = found.window.spread(found.mask, HEIGHT, WIDTH)
    return whole > 0.5


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_a_piece_with_a_click_in_its_middle_that_is_off_the_object_goes(first: FirstMask) -> None:
    _, disk, square = next(scene())
    left = corrected(first, disk | square, NONE, at((125, 40)))
    assert iou(left, disk) > 0.9
    assert not corrected(first, square, NONE, at((125, 40))).any()


def test_a_piece_that_a_point_on_the_object_is_on_stays(first: FirstMask) -> None:
    _, _, square = next(scene())
    kept = corrected(first, square, at((116, 32)), at((125, 40)))
    assert kept[32, 116]
    assert not kept[40, 125]


def test_what_was_missed_is_added_and_what_was_right_stays(first: FirstMask) -> None:
    _, disk, square = next(scene())
    both = corrected(first, square, at((50, 60)), NONE)
    assert (both & square).sum() > 0.8 * square.sum()
    assert (both & disk).sum() > 0.8 * disk.sum()
    half = disk & (np.arange(WIDTH) < 50)
    assert iou(corrected(first, half, at((62, 60)), NONE), disk) > 0.85


def test_every_point_holds_in_the_end(first: FirstMask) -> None:
    """Also where points make no sense on the picture."""
    _, disk, _ = next(scene())
    on, off = at((10, 10), (30, 110), (150, 100)), at((45, 55), (55, 65), (62, 60), (38, 62))
    mask = corrected(first, disk, on, off)
    assert all(mask[int(y), int(x)] for x, y in on)
    assert not any(mask[int(y), int(x)] for x, y in off)


def test_a_mask_and_points_of_one_frame_are_one_prompt() -> None:
    mask = Mask.from_array(next(scene())[1])
    rough = Prompt(object_id=1, frame=0, mask=mask)
    other = Prompt(object_id=2, frame=0, points=DISK)
    click, second = (Prompt(object_id=1, frame=0, points=Points.on([xy])) for xy in ((1, 2), (3, 4)))
    both, alone = as_one([rough, other, click, second])
    assert alone == other
    assert both.mask == mask
    assert both.points == Points.on([(1, 2), (3, 4)])


def test_a_mask_with_points_is_put_right_by_a_session_as_by_a_segmenter() -> None:
    frame, disk, _ = next(scene())
    half = disk & (np.arange(WIDTH) < 50)
    told = Prompt(object_id=1, frame=0, mask=Mask.from_array(half), points=Points.on([(62, 60)]))
    with propagators.build("small", look_ahead=False).open(Info()) as session:
        (record,) = session.push(frame, [told])
    engine = segmenters.build("small")
    (segment,) = engine.segment(engine.encode(frame), [told])
    assert record.segments[1].mask == segment.mask
    assert overlap(segment, disk) > 0.85


def test_a_frame_that_is_remembered_teaches_what_the_object_looks_like() -> None:
    """Told of half a disk, a session that has seen the whole on a later frame finds more of it."""
    frames = list(scene())
    half = Prompt(object_id=1, frame=0, mask=Mask.from_array(frames[0][1] & (np.arange(WIDTH) < 52)))
    whole = Prompt(object_id=1, frame=8, mask=Mask.from_array(frames[8][1]))

    def found(*remembered: Prompt) -> float:
        with propagators.build("small", size=128).open(Info()) as session:
            for prompt in remembered:
                session.remember(frames[prompt.frame][0], [prompt])
            records = [r for f, _, _ in frames[:5] for r in session.push(f, [half] if f.index == 0 else [])]
        assert [record.frame for record in records] == [0, 1, 2, 3, 4]
        return overlap(records[-1].segments.get(1), frames[4][1])

    assert found(whole) > found() + 0.01


def test_points_of_a_frame_nearby_are_found_on_this_one() -> None:
    frames = [frame for frame, _, _ in scene()]
    said = Said.of(frames[2], Points.on([(54, 60), (44, 52)]) + Points.off([(125, 42)]))
    here = said.on(frames[5])
    assert np.abs(here.xy - [(60, 60), (50, 52), (125, 45)]).max() < 1
    assert here.label.tolist() == [1, 1, 0]
    other = np.random.default_rng(7).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    assert not len(said.on(Frame(5, other)))
    assert not len(said.on(frames[11]))


def test_what_was_said_of_a_frame_nearby_helps_here() -> None:
    """A click on one half of the square, when the other half was clicked two frames ago."""
    frames = list(scene())
    _, disk, square = frames[2]
    told = Prompt(object_id=1, frame=2, mask=Mask.from_array(disk), points=Points.off([(150, 100)]))

    def found(*remembered: Prompt) -> np.ndarray:
        with propagators.build("small", size=128, look_ahead=False).open(Info()) as session:
            for prompt in remembered:
                session.remember(frames[prompt.frame][0], [prompt])
            (record,) = session.push(frames[2][0], [told])
        return record.segments[1].mask.to_array() > 0

    alone, helped = found(), found(Prompt(object_id=1, frame=0, points=Points.on([(125, 40)])))
    assert (helped & square).sum() > (alone & square).sum()


def test_what_is_remembered_is_put_away_with_the_session() -> None:
    frames = [(frame, disk) for frame, disk, _ in scene()]
    late = Prompt(object_id=3, frame=2, mask=Mask.from_array(frames[2][1]))
    first = Prompt(object_id=1, frame=0, mask=Mask.from_array(frames[0][1]))
    engine = propagators.build("small", size=128)

    def begun(session) -> bytes:
        session.remember(frames[9][0], [Prompt(object_id=3, frame=9, mask=Mask.from_array(frames[9][1]))])
        for frame, _ in frames[:2]:
            session.push(frame, [first] if frame.index == 0 else [])
        return session.snapshot()

    def rest(session) -> list:
        return [r for f, _ in frames[2:5] for r in session.push(f, [late] if f.index == 2 else [])]

    with engine.open(Info()) as one, engine.open(Info()) as other:
        state = begun(one)
        other.restore(state)
        assert rest(other) == rest(one)


def test_objects_together_are_carried_as_each_alone(monkeypatch) -> None:
    """Windows of one size, memories of several lengths: a batch changes nothing but the last bits."""
    frames = list(scene())
    prompts = [Prompt(object_id=i, frame=0, mask=Mask.from_array(frames[0][i])) for i in (1, 2)]
    monkeypatch.setattr(propagators.module("small").Session, "_size", lambda *_: 128)

    def last(told: list[Prompt]) -> dict[int, np.ndarray]:
        with propagators.build("small", size=128).open(Info()) as session:
            session.remember(frames[6][0], [Prompt(object_id=2, frame=6, mask=Mask.from_array(frames[6][2]))])
            records = [r for f, _, _ in frames[:3] for r in session.push(f, told if f.index == 0 else [])]
        return {i: segment.mask.to_array() > 0 for i, segment in records[-1].segments.items()}

    together, alone = last(prompts), {i: mask for prompt in prompts for i, mask in last([prompt]).items()}
    assert together.keys() == alone.keys() == {1, 2}
    assert all(iou(together[i], alone[i]) > 0.98 for i in together)


def test_frames_of_nothing_teach_nothing() -> None:
    """An object that is clicked away on a frame is still known, and found where it is on the next."""
    frames = list(scene())
    away = Prompt(object_id=1, frame=1, mask=Mask.from_array(frames[1][2]), points=Points.off([(125, 41)]))
    with propagators.build("small", size=128, look_ahead=False).open(Info()) as session:
        session.remember(frames[6][0], [Prompt(object_id=1, frame=6, mask=Mask.from_array(frames[6][1]))])
        (record,) = session.push(Frame(1, frames[1][0].rgb), [away])
        assert record.segments == {}
        for frame, _, _ in frames[2:6]:
            (record,) = session.push(frame)
    assert overlap(record.segments.get(1), frames[5][1]) > 0.5
