"""Which frames come from which prompt: nothing twice, nothing left out, nothing across a locked frame."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from pointreel.systems._plan import DIRECTIONS, correction, first_round

NUM = 40
frames = st.integers(0, NUM - 1)
locks = st.dictionaries(st.integers(1, 4), st.sets(frames, min_size=1, max_size=5), min_size=1, max_size=3)


def made(passes) -> Counter[tuple[int, int]]:
    return Counter((s.object_id, k) for p in passes for s in p.spans for k in range(s.first, s.last + 1))


def lock_by_frame(passes) -> dict[tuple[int, int], int]:
    return {(s.object_id, k): s.lock for p in passes for s in p.spans for k in range(s.first, s.last + 1)}


@settings(max_examples=60)
@given(locks)
def test_both_ways_every_frame_comes_from_the_nearest_lock(by_object) -> None:
    passes = first_round(by_object, NUM, "both")
    assert made(passes) == Counter((i, k) for i in by_object for k in range(NUM))
    for (i, k), lock in lock_by_frame(passes).items():
        assert abs(k - lock) == min(abs(k - other) for other in by_object[i])
        assert lock in by_object[i]


@settings(max_examples=60)
@given(locks, st.sampled_from(["forward", "backward"]))
def test_one_way_every_frame_comes_from_the_last_lock_passed(by_object, direction) -> None:
    (one,) = first_round(by_object, NUM, direction)
    assert one.way == (1 if direction == "forward" else -1)
    found = lock_by_frame([one])
    for i, own in by_object.items():
        for k in range(NUM):
            passed = [lock for lock in own if (k - lock) * one.way >= 0]
            expected = max(passed) if one.way > 0 and passed else min(passed, default=None)
            assert found.get((i, k)) == expected


@settings(max_examples=60)
@given(locks, st.sampled_from(DIRECTIONS))
def test_a_pass_sees_every_frame_it_makes_after_the_lock_it_comes_from(by_object, direction) -> None:
    for one in first_round(by_object, NUM, direction):
        order = list(one.frames)
        for span in one.spans:
            assert (span.object_id, span.lock) in one.starts
            for k in range(span.first, span.last + 1):
                assert order.index(span.lock) <= order.index(k)


@settings(max_examples=80)
@given(frames, st.sets(frames, max_size=9), st.sampled_from(DIRECTIONS))
def test_a_correction_stays_between_its_neighbours(lock, others, direction) -> None:
    others = others - {lock}
    passes = correction(1, lock, others, NUM, direction)
    counted = made(passes)
    before, after = max((f for f in others if f < lock), default=-1), min((f for f in others if f > lock), default=NUM)
    low = lock if direction == "forward" else before + 1
    high = lock if direction == "backward" else after - 1
    assert counted == Counter((1, k) for k in range(low, high + 1))
    assert passes[0].owns(1, lock)
    assert all(p.starts == ((1, lock),) for p in passes)


@given(frames, st.sets(frames, max_size=9), st.sampled_from(DIRECTIONS))
def test_a_correction_knows_the_nearest_of_the_other_locks(lock, others, direction) -> None:
    others = others - {lock}
    for one in correction(1, lock, others, NUM, direction):
        known = [frame for _, frame in one.known]
        assert set(known) <= others
        assert len(known) == min(6, len(others))
        assert all(abs(k - lock) <= abs(other - lock) for k in known for other in others - set(known))
