"""Hidden tests look like all others, know their answer, and are as many as was asked for."""

import numpy as np
import pytest

from pointreel.annotate.hidden import with_tests
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, Mask
from pointreel.store import Candidate


@pytest.fixture
def locked() -> dict[int, Mask]:
    pixels = np.zeros((120, 160), bool)
    pixels[30:80, 40:100] = True
    return {4: Mask.from_array(pixels), 9: Mask.empty(120, 160)}


def drawn(num: int = 200) -> list[Candidate]:
    kinds = (FOREGROUND, BACKGROUND, AMBIGUOUS)
    return [Candidate(frame=i // 20, x=float(i), y=0.0, kind=kinds[i % 3]) for i in range(num)]


def test_there_are_as_many_as_was_asked_for_and_the_rest_keeps_its_order(locked) -> None:
    made = with_tests(drawn(), locked, gold=0.1, repeats=0.05, overlap=2, rng=np.random.default_rng(0))
    plain = [one for one in made if one.gold is None and one.repeats is None]
    assert [one.x for one in plain] == [one.x for one in drawn()]
    assert sum(one.gold is not None for one in made) == 20
    assert sum(one.repeats is not None for one in made) == 10
    assert {one.overlap for one in made} == {2}


def test_repeats_show_an_earlier_point_again_and_not_at_once(locked) -> None:
    made = with_tests(drawn(), locked, repeats=0.5, rng=np.random.default_rng(1))
    late = 0
    for place, one in enumerate(made):
        if one.repeats is not None:
            first = made[one.repeats]
            assert one.repeats < place
            assert (first.frame, first.x, first.y, first.kind, first.repeats) == (
                one.frame,
                one.x,
                one.y,
                one.kind,
                None,
            )
            late += place - one.repeats >= 10
    assert late > 90


def test_known_answers_are_certain_and_half_of_them_wait_among_the_other_kind(locked) -> None:
    made = with_tests(drawn(), locked, gold=0.4, rng=np.random.default_rng(2))
    known = [one for one in made if one.gold is not None]
    inside = locked[4].to_array()
    for one in known:
        assert one.frame == 4
        y, x = int(one.y), int(one.x)
        around = inside[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4]
        assert around.all() if one.gold == FOREGROUND else not around.any()
    assert sum(one.kind != one.gold for one in known) == len(known) // 2
    assert sum(one.gold == FOREGROUND for one in known) == len(known) // 2


def test_without_a_locked_mask_nothing_is_known(locked) -> None:
    assert with_tests(drawn(), {9: locked[9]}, gold=0.5, rng=np.random.default_rng(3)) == drawn()


def test_the_same_seed_hides_the_same(locked) -> None:
    made = [with_tests(drawn(), locked, gold=0.1, repeats=0.1, rng=np.random.default_rng(4)) for _ in range(2)]
    assert made[0] == made[1]
