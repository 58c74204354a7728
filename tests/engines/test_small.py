"""The embedded engine, with the weights that ship: what it does on scenes whose masks are known."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import cv2
import numpy as np
import pytest

from pointreel.core import Frame, Mask, PointreelError, Points, Prompt, Segment
from pointreel.core.types import Trace
from pointreel.engines import propagators, segmenters
from pointreel.engines.small import weights
from pointreel.engines.small.first_mask import Given

HEIGHT, WIDTH = 120, 160


class Info:
    height, width, num_frames = HEIGHT, WIDTH, 12


def scene(num_frames: int = 12) -> Iterator[tuple[Frame, np.ndarray, np.ndarray]]:
    """A red disk and a blue square on green noise; both drift, and their masks are exact."""
    ground = np.random.default_rng(0).integers(60, 110, (HEIGHT, WIDTH, 3), np.uint8)
    ground[..., 1] += 60
    grain = cv2.blur(np.random.default_rng(1).integers(0, 90, (HEIGHT, WIDTH, 1), np.uint8), (3, 3))[..., None]
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    for k in range(num_frames):
        disk = (x - 50 - 2 * k) ** 2 + (y - 60) ** 2 < 22**2
        square = (abs(x - 125) < 14) & (abs(y - 40 - k) < 14)
        rgb = ground.copy()
        rgb[disk] = np.roll(grain, (2 * k, 0), (1, 0))[disk] + np.array((150, 20, 10), np.uint8)
        rgb[square] = np.roll(grain, (0, k), (1, 0))[square] + np.array((20, 30, 150), np.uint8)
        yield Frame(k, rgb), disk, square


def overlap(segment: Segment | None, truth: np.ndarray) -> float:
    found = np.zeros_like(truth) if segment is None else segment.mask.to_array() > 0
    return float((found & truth).sum() / (found | truth).sum())


def tracked(prompts: list[Prompt], **options: object) -> list[dict[int, Segment]]:
    with propagators.build("small", size=128, **options).open(Info()) as session:
        records = [r for frame, _, _ in scene() for r in session.push(frame, prompts if frame.index == 0 else [])]
        records += session.finish()
    assert [record.frame for record in records] == list(range(12))
    return [dict(record.segments) for record in records]


DISK = Points.on([(50, 60), (40, 52), (60, 70)])


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(object_id=1, frame=0, points=DISK),
        Prompt(object_id=1, frame=0, points=DISK + Points.off([(10, 10), (120, 100)])),
        Prompt(object_id=1, frame=0, mask=Mask.from_array(next(scene())[1])),
        Prompt(object_id=1, frame=0, box=Mask.from_array(next(scene())[1]).box),
        Prompt(
            object_id=1,
            frame=0,
            trace=Trace(np.array([(38 + t % 25, 45 + t) for t in range(30)]), np.linspace(0, 2, 30)),
        ),
    ],
    ids=["points", "negatives", "mask", "box", "trace"],
)
def test_every_kind_of_prompt_finds_the_disk_and_keeps_it(prompt: Prompt) -> None:
    masks = tracked([prompt])
    found = [overlap(segments.get(1), disk) for (_, disk, _), segments in zip(scene(), masks, strict=True)]
    assert min(found) > 0.75


def test_a_mask_that_is_given_comes_back_as_it_was() -> None:
    disk = Mask.from_array(next(scene())[1])
    assert tracked([Prompt(object_id=5, frame=0, mask=disk)])[0] == {5: Segment(disk, 1.0)}


def test_two_objects_keep_their_numbers_and_share_no_pixel() -> None:
    _, disk, square = next(scene())
    prompts = [
        Prompt(object_id=7, frame=0, mask=Mask.from_array(disk)),
        Prompt(object_id=2, frame=0, mask=Mask.from_array(square)),
    ]
    for (_, disk, square), segments in zip(scene(), tracked(prompts), strict=True):
        assert overlap(segments.get(7), disk) > 0.8
        assert overlap(segments.get(2), square) > 0.8
        assert not (segments[7].mask.to_array() & segments[2].mask.to_array()).any()


def test_a_click_puts_a_carried_mask_right() -> None:
    """Half of the disk is forgotten; one click on what is missing brings it back."""
    frames = list(scene())
    half = frames[0][1] & (np.arange(WIDTH) < 50)
    with propagators.build("small", size=128).open(Info()) as session:
        session.push(frames[0][0], [Prompt(object_id=1, frame=0, mask=Mask.from_array(half))])
        before = session.push(frames[1][0])[0].segments[1]
        click = Prompt(object_id=1, frame=2, points=Points.on([(66, 60), (44, 60)]))
        after = session.push(frames[2][0], [click])[0].segments[1]
    assert overlap(after, frames[2][1]) > max(0.8, overlap(before, frames[1][1]) + 0.2)


def test_a_session_that_is_put_away_goes_on_as_if_it_had_not_been() -> None:
    frames = [frame for frame, _, _ in scene()]
    prompt = Prompt(object_id=3, frame=0, points=DISK)
    engine = propagators.build("small", size=128)
    with engine.open(Info()) as one, engine.open(Info()) as other:
        whole = [r for frame in frames for r in one.push(frame, [prompt] if frame.index == 0 else [])]
        for frame in frames[:5]:
            other.push(frame, [prompt] if frame.index == 0 else [])
        state = other.snapshot()
        with engine.open(Info()) as fresh:
            fresh.restore(state)
            rest = [r for frame in frames[5:] for r in fresh.push(frame)]
    assert rest == whole[5:]


def test_a_state_of_another_version_is_refused_with_what_to_do() -> None:
    with propagators.build("small").open(Info()) as session:
        for frame, disk, _ in islice(scene(), 2):
            session.push(frame, [Prompt(object_id=1, frame=0, mask=Mask.from_array(disk))] if not frame.index else [])
        with np.load(BytesIO(session.snapshot())) as arrays:
            known = {name: arrays[name] for name in arrays.files if not name.endswith("/sight")}
        older = BytesIO()
        np.savez(older, **known)
        with pytest.raises(PointreelError, match="another version of the engine 'small'"):
            session.restore(older.getvalue())


def test_the_first_frame_waits_for_the_second_only_if_it_is_pointed_at() -> None:
    frame = next(scene())[0]
    with propagators.build("small", size=128).open(Info()) as session:
        assert session.lookahead == 1
        assert session.push(frame, [Prompt(object_id=1, frame=0, points=DISK)]) == []
        with pytest.raises(PointreelError, match="Frame 0 is still held back"):
            session.snapshot()
        assert [record.frame for record in session.finish()] == [0]
        assert session.lookahead == 0


def test_a_single_click_may_mean_several_things() -> None:
    engine, (frame, disk, _) = segmenters.build("small"), next(scene())
    found = engine.extents(engine.encode(frame), Prompt(object_id=1, frame=0, points=Points.on([(50, 60)])))
    assert 1 <= len(found) <= 3
    assert max(overlap(segment, disk) for segment in found) > 0.7


def test_the_extent_that_is_meant_can_be_said() -> None:
    click = Prompt(object_id=1, frame=0, points=Points.on([(50, 60)]))
    areas = [tracked([click], extent=extent)[0][1].mask.area for extent in ("smallest", "middle", "largest")]
    assert areas == sorted(areas)
    with pytest.raises(PointreelError, match="There is no extent named 'huge'"):
        propagators.build("small", extent="huge")


def test_a_hint_is_an_earlier_answer_made_better() -> None:
    engine, (frame, disk, _) = segmenters.build("small"), next(scene())
    encoded = engine.encode(frame)
    (first,) = engine.segment(encoded, [Prompt(object_id=1, frame=0, points=DISK)])
    assert first.hint is not None
    (again,) = engine.segment(encoded, [Prompt(object_id=1, frame=0, points=DISK, hint=first.hint)])
    assert overlap(again, disk) > 0.8


def test_what_is_not_taken_is_refused() -> None:
    with propagators.build("small").open(Info()) as session:
        with pytest.raises(PointreelError, match="has text for a prompt; the engine 'small' takes box, mask, points"):
            session.push(next(scene())[0], [Prompt(object_id=1, frame=0, text="the disk")])
        with pytest.raises(PointreelError, match="found 64 x 48 pixels, expected 160 x 120"):
            session.push(Frame(0, np.zeros((48, 64, 3), np.uint8)))
    with pytest.raises(PointreelError, match="size: found 100, expected a multiple of 32"):
        propagators.build("small", size=100)


def test_weights_that_are_not_there_or_are_others_are_named(tmp_path) -> None:
    with pytest.raises(PointreelError, match=r"propagate\.safetensors: there are no weights here"):
        weights.load_propagate(tmp_path, "cpu")
    (tmp_path / "prompt.safetensors").write_bytes((weights.SHIPPED / "propagate.safetensors").read_bytes())
    with pytest.raises(PointreelError, match="holds the weights of another network"):
        weights.load_prompt(tmp_path, "cpu")
    (tmp_path / "propagate.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(PointreelError, match="is no readable file of weights"):
        weights.load_propagate(tmp_path, "cpu")


def test_a_long_trace_becomes_a_few_points_of_its_middle() -> None:
    trace = Trace(np.stack([np.arange(101), np.zeros(101)], 1), np.arange(101) / 50)
    given = Given.of(Prompt(object_id=1, frame=0, trace=trace))
    assert len(given.on) == 8
    assert given.on[:, 0].min() >= 9
    assert given.on[:, 0].max() <= 91


def test_points_on_a_string_do_not_take_the_rest_along() -> None:
    height, width = 240, 480
    ground = cv2.blur(np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8), (9, 9)) // 2 + 60
    y, x = np.mgrid[:height, :width]
    disk = (x - 80) ** 2 + (y - 150) ** 2 < 28**2
    rgb = ground.copy()
    cv2.line(rgb, (80, 150), (470, 20), (150, 20, 10), 1)
    rgb[disk] = (150, 20, 10)
    on_disk, on_string = [(80, 150), (66, 140), (92, 162), (70, 166), (94, 136)], [(410, 40), (470, 20)]
    prompt = Prompt(object_id=1, frame=0, points=Points.on([*on_disk, *on_string]))
    engine = segmenters.build("small")
    (segment,) = engine.segment(engine.encode(Frame(0, rgb)), [prompt])
    assert overlap(segment, disk) > 0.8


def test_points_that_lie_together_are_all_heard() -> None:
    empty = np.zeros((0, 2), np.float32)

    def left(*places: tuple[float, float]) -> int:
        return len(Given(np.array(places, np.float32).reshape(-1, 2), empty, None).together().on)

    body = [(0.0, 0.0), (10.0, 5.0), (20.0, 0.0), (10.0, 20.0)]
    assert [left(*body[:k]) for k in range(5)] == [0, 1, 2, 3, 4]
    assert left(*body, (200.0, 100.0)) == 4
    assert left(*body, (30.0, 20.0)) == 5
    assert left(*body[:3], (200.0, 100.0)) == 4  # three are too few to say what is together
    assert left((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (9.0, 9.0)) == 4
