"""Which of two masks is kept between a correction and the next lock."""

from collections.abc import Sequence

import numpy as np
import pytest

from pointreel.core import Mask, Segment
from pointreel.systems._sharing import Ends, agreement, reach, sureness


def bar(length: int) -> Mask:
    pixels = np.zeros((4, 10), bool)
    pixels[:, :length] = True
    return Mask.from_array(pixels)


NOTHING = Mask.empty(4, 10)


FARNESS = [k / 10 for k in range(11)]
EVEN = [0.5] * 11


def shares(ends: Ends, old: Sequence[float] = EVEN, new: Sequence[float] = EVEN) -> list[bool]:
    """Whether the new mask is as good, from the lock to the correction; with the scores of both in that order."""
    return [gain > -1e-9 for gain in ends.gains(old[::-1], new[::-1], FARNESS)][::-1]


@pytest.mark.parametrize(
    ("was", "new", "first_new"),
    [
        (None, None, 5),  # both are lost at their far end: the nearer one has a frame
        (None, bar(10), 0),  # what was there was lost, and what is new is right to the end
        (None, bar(5), 4),
        (bar(5), None, 7),  # what was there was half right, and what is new is lost
        (bar(10), bar(10), 0),
    ],
)
def test_the_one_that_agrees_better_at_its_far_end_has_more(was, new, first_new: int) -> None:
    ends = Ends(corrected=bar(10), was=was, locked=bar(10), old=bar(10), new=new)
    assert shares(ends) == [k >= first_new for k in range(11)]


def test_what_was_wrong_at_both_ends_goes() -> None:
    assert all(shares(Ends(corrected=bar(10), was=None, locked=bar(10), old=None, new=None)))


def test_the_surer_one_has_more() -> None:
    ends = Ends(corrected=bar(10), was=None, locked=bar(10), old=bar(10), new=None)
    assert shares(ends).index(True) == 5
    assert shares(ends, old=[0.7] * 11).index(True) == 6
    assert shares(ends, new=[0.9] * 11).index(True) == 3
    assert shares(ends, old=[0.9] * 11, new=[0.9] * 11).index(True) == 5
    assert shares(ends, new=[0.5] * 7 + [0.0] + [0.5] * 3) == [k >= 5 and k != 7 for k in range(11)]


def test_nothing_is_believed_less_than_a_mask() -> None:
    nothing = sureness(Segment(NOTHING, 0.9))
    assert sureness(Segment(bar(3), 0.75)) > sureness(Segment(bar(3), 0.4)) > sureness(None) == nothing


def test_a_change_reaches_as_far_as_it_is_worth_most_in_all() -> None:
    assert reach([]) == 0
    assert reach([0.0, 0.0]) == 2  # what is as good as before is taken from the correction
    assert reach([-0.1, -0.1]) == 0
    assert reach([0.3, -0.1, 0.2, -0.6, 0.3]) == 3  # one doubtful frame is no end, and nothing is taken after it


def test_agreement_of_nothing() -> None:
    assert agreement(None, NOTHING) == agreement(NOTHING, NOTHING) == 1
    assert agreement(None, bar(3)) == agreement(bar(3), NOTHING) == 0
    assert agreement(bar(5), bar(10)) == 0.5
