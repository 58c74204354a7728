"""Objects that go out of sight and return: what the embedded engine says while they are away, and afterwards."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import torch

from pointreel.core import Frame, Mask, Prompt, Segment
from pointreel.core.types import FrameMasks
from pointreel.engines import propagators
from pointreel.engines.nets.ridge import Moments
from pointreel.engines.small.glance import Glance, Place, Wanted
from pointreel.engines.small.weights import load_propagate

HEIGHT, WIDTH, RADIUS, NUM_FRAMES = 120, 160, 15, 22
AWAY = range(8, 14)


class Info:
    height, width, num_frames = HEIGHT, WIDTH, NUM_FRAMES


def scene(*, twin: bool) -> Iterator[tuple[Frame, np.ndarray]]:
    """A speckled red disk goes behind a wall and comes out further down; a paler twin may stay in sight."""
    rng = np.random.default_rng(0)
    ground = cv2.blur(rng.integers(40, 150, (HEIGHT, WIDTH, 3), np.uint8), (3, 3))
    speckles = cv2.blur(rng.integers(0, 110, (HEIGHT, WIDTH, 1), np.uint8), (3, 3))[..., None]
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    wall = (x >= 60) & (x < 100)
    for k in range(NUM_FRAMES):
        at = (25 + 4 * k, 40) if k < AWAY[0] else (80, 60) if k in AWAY else (108 + 3 * (k - AWAY[-1]), 75)
        disk = (x - at[0]) ** 2 + (y - at[1]) ** 2 < RADIUS**2
        rgb = ground.copy()
        if twin:
            other = (x - 25) ** 2 + (y - 100) ** 2 < RADIUS**2
            rgb[other] = speckles[other] + np.array((140, 90, 60), np.uint8)
        rgb[disk] = np.roll(speckles, (at[1] - 40, at[0] - 25), (0, 1))[disk] + np.array((140, 20, 10), np.uint8)
        rgb[wall] = (60, 60, 140)
        yield Frame(k, rgb), disk & ~wall


def overlap(segment: Segment | None, truth: np.ndarray) -> float:
    found = np.zeros_like(truth) if segment is None else segment.mask.to_array() > 0
    return float((found & truth).sum() / (found | truth).sum())


def prompt() -> Prompt:
    return Prompt(object_id=1, frame=0, mask=Mask.from_array(next(scene(twin=False))[1]))


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "with a twin"])
def told(request: pytest.FixtureRequest) -> tuple[bool, list[FrameMasks]]:
    with propagators.build("small", size=128).open(Info()) as session:
        frames = (frame for frame, _ in scene(twin=request.param))
        return request.param, [r for frame in frames for r in session.push(frame, [prompt()] * (frame.index == 0))]


def test_what_is_hidden_is_said_to_be_missing_and_its_twin_is_not_taken_for_it(told) -> None:
    _, records = told
    assert [records[k].segments for k in AWAY[1:]] == [{}] * (len(AWAY) - 1)


def test_what_returns_is_found_again(told) -> None:
    twin, records = told
    disks = [disk for _, disk in scene(twin=twin)]
    before, after = range(1, AWAY[0] - 4), range(AWAY[-1] + 5, NUM_FRAMES)
    assert min(overlap(records[k].segments.get(1), disks[k]) for k in before) > 0.75
    assert min(overlap(records[k].segments.get(1), disks[k]) for k in after) > 0.6


def test_a_session_that_is_put_away_while_the_object_is_missing_finds_it_likewise(told) -> None:
    twin, records = told
    frames, away = [frame for frame, _ in scene(twin=twin)], AWAY[3]
    engine = propagators.build("small", size=128)
    with engine.open(Info()) as one, engine.open(Info()) as other:
        for frame in frames[:away]:
            one.push(frame, [prompt()] * (frame.index == 0))
        other.restore(one.snapshot())
        assert [r for frame in frames[away:] for r in other.push(frame)] == records[away:]


def nothing_learnt() -> Moments:
    return Moments(torch.zeros(1, 2, 2), torch.zeros(1, 2))


def test_what_looked_like_it_elsewhere_is_followed_and_is_not_it() -> None:
    wanted = Wanted(nothing_learnt(), nothing_learnt(), likeness=0.8, root=10)
    wanted = wanted.with_rivals([Place(50, 50, 0.7), Place(20, 20, -0.5)])
    assert wanted.rivals == (Place(50, 50, 0.7),)
    moved, stranger = Place(56, 50, 0.7), Place(90, 50, 0.75)
    wanted, others = wanted.following([stranger, moved])
    assert (wanted.rivals, others) == ((moved,), [stranger])
    assert wanted.following([Place(56, 50, -0.6)])[0].rivals == ()


@torch.inference_mode()
def test_a_glance_says_where_something_is_like_the_object_unless_that_is_taken() -> None:
    net, frames = load_propagate(None, "cpu"), list(scene(twin=False))
    (first, disk), (later, moved) = frames[0], frames[-1]
    wanted = Glance.at(first, net, "cpu").learnt(disk.astype(np.float32), 2 * RADIUS, None)
    glance = Glance.at(later, net, "cpu")
    place = glance.likest(wanted, 1)[0]
    assert moved[round(place.y), round(place.x)]
    assert place.likeness > wanted.least(0.7)
    assert glance.likest(wanted, 1, moved)[0].likeness < wanted.least(0.7)
    beside = np.roll(moved, -50, 1)
    assert glance.likeness(moved.astype(np.float32), wanted) > glance.likeness(beside.astype(np.float32), wanted) + 0.3
