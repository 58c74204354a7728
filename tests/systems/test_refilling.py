"""Filling again between locked frames: nothing that is locked changes, nor anything beyond the next lock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointreel.core import Mask, PointreelError
from pointreel.engines import propagators
from pointreel.systems import frames_made_by, left_of, refill_plan, refilled
from pointreel.video import open as open_video

NUM = 24
FULL, EMPTY = Mask.from_runs(2, 2, [0, 4]), Mask.empty(2, 2)
locks = st.dictionaries(st.integers(0, NUM - 1), st.sampled_from([FULL, EMPTY]), max_size=5)
objects = st.dictionaries(st.integers(1, 4), locks, min_size=1, max_size=4)
ways = st.sampled_from(["both", "forward", "backward"])


def frames_of(plan, object_id: int) -> list[tuple[int, int, int]]:
    """(frame, the lock it comes from, the way) of all that a plan makes of an object."""
    return [
        (frame, span.lock, one.way)
        for one in plan
        for span in one.spans
        if span.object_id == object_id
        for frame in range(span.first, span.last + 1)
    ]


@given(objects, st.integers(0, NUM - 1), ways, st.none() | st.integers(0, NUM - 1))
def test_only_what_is_not_locked_between_the_neighbouring_locks_changes(locked, frame, direction, to) -> None:
    plan = refill_plan(locked, frame, NUM, direction=direction, to=to)
    for object_id, masks in locked.items():
        made = frames_of(plan, object_id)
        assert len({at for at, _, _ in made}) == len(made)
        for at, lock, way in made:
            assert at not in masks
            assert masks[lock] == FULL
            assert not any(min(at, lock) < other < max(at, lock) for other in masks)
            assert (at - lock) * way > 0
            assert not any(min(at, frame) < other < max(at, frame) for other in masks)
            if to is not None:
                assert (at <= to) if to >= frame else (at >= to)
    for one in plan:
        assert all(span.first in one.frames and span.last in one.frames for span in one.spans)
        assert {lock for _, lock in one.starts} <= set(one.frames)


def test_from_a_locked_frame_up_to_its_neighbours() -> None:
    plan = refill_plan({1: {3: FULL, 10: FULL, 20: FULL}}, 10, NUM)
    assert frames_of(plan, 1) == [(k, 10, 1) for k in range(11, 20)] + [(k, 10, -1) for k in range(4, 10)]
    ahead = refill_plan({1: {3: FULL, 10: FULL, 20: FULL}}, 10, NUM, to=13)
    assert frames_of(ahead, 1) == [(k, 10, 1) for k in range(11, 14)]


def test_into_a_gap_from_both_of_its_ends() -> None:
    assert [lock for _, lock, _ in sorted(frames_of(refill_plan({1: {2: FULL, 9: FULL}}, 4, NUM), 1))] == [2] * 3 + [
        9
    ] * 3
    assert {lock for _, lock, _ in frames_of(refill_plan({1: {2: FULL, 9: EMPTY}}, 4, NUM), 1)} == {2}
    assert {
        lock for _, lock, _ in frames_of(refill_plan({1: {2: FULL, 9: FULL}}, 4, NUM, direction="backward"), 1)
    } == {9}
    assert refill_plan({1: {2: EMPTY}}, 2, NUM) == ()
    assert refill_plan({1: {}}, 2, NUM) == ()


def test_objects_share_a_session_where_they_share_frames() -> None:
    together = refill_plan({1: {0: FULL, 9: FULL}, 2: {4: FULL, 12: FULL}}, 5, NUM, direction="forward")
    apart = refill_plan({1: {0: FULL, 5: FULL}, 2: {4: EMPTY, 20: FULL}}, 3, NUM, direction="both")
    assert [len(one.spans) for one in together] == [2]
    assert all(len(one.spans) == 1 for one in apart)
    assert frames_made_by(together) == 11


def test_an_engine_carries_what_is_locked(walk, mask_at) -> None:
    locked = {1: {8: mask_at(8), 15: mask_at(15)}, 2: {8: mask_at(2)}}
    flow = propagators.build("flow")
    with open_video(walk) as video:
        plan = refill_plan(locked, 8, len(video))
        made = list(refilled(video, plan, locked, flow))
        first = [item.masks.frame for item in made][:4]
        of_one = {item.masks.frame: item.masks.segments[1].mask for item in made if 1 in item.object_ids}
    assert sorted(first) == [6, 7, 9, 10]
    assert sorted(of_one) == [*range(8), *range(9, 15)]
    assert min(of_one[k].iou(mask_at(k)) for k in of_one) > 0.8
    assert {k for item in made if 2 in item.object_ids for k in [item.masks.frame]} == {*range(8), *range(9, 24)}


@given(objects, st.integers(0, NUM - 1), ways, st.dictionaries(st.integers(0, NUM - 1), st.sampled_from([FULL, EMPTY])))
def test_what_is_left_goes_on_from_what_was_made(locked, frame, direction, masks) -> None:
    whole = refill_plan(locked, frame, NUM, direction=direction)
    made = dict.fromkeys(locked, masks)
    left = left_of(whole, made)
    for object_id in locked:
        before, after = ({at: (lock, way) for at, lock, way in frames_of(plan, object_id)} for plan in (whole, left))
        assert after.keys() <= before.keys()
        for at, (lock, way) in before.items():
            if at in after:
                start = after[at][0]
                assert start == lock or masks[start] == FULL
                assert set(range(lock + way, start + way, way)) <= masks.keys() if start != lock else True
            else:
                assert set(range(lock + way, at + way, way)) <= masks.keys()
    assert left_of(whole, {}) == whole
    assert left_of(whole, {i: dict.fromkeys(range(NUM), EMPTY) for i in locked}) == ()


def test_an_engine_goes_on_from_masks_it_made(walk, mask_at) -> None:
    locked, made = {1: {8: mask_at(8)}}, {1: {9: mask_at(9), 10: mask_at(10), 7: mask_at(7)}}
    with open_video(walk) as video:
        plan = left_of(refill_plan(locked, 8, len(video)), made)
        found = {
            item.masks.frame: item.masks.segments[1].mask
            for item in refilled(video, plan, locked, propagators.build("flow"), made=made)
        }
    assert sorted(found) == [*range(7), *range(11, 24)]
    assert min(found[k].iou(mask_at(k)) for k in found) > 0.7


def test_an_engine_that_takes_no_masks_is_refused(walk, mask_at) -> None:
    class Clicks:
        accepts = frozenset({"points"})

    with open_video(walk) as video, pytest.raises(PointreelError, match="takes no masks"):
        refilled(video, refill_plan({1: {0: mask_at(0)}}, 0, NUM), {1: {0: mask_at(0)}}, Clicks())
