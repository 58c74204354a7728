"""When to stop: how often that is right, what it saves, and what it waits for."""

import numpy as np
import pytest

from pointreel.annotate.estimates import PARTS
from pointreel.annotate.estimates_stop import Outlook, Stop, estimated_j, outlook
from pointreel.annotate.simulated_objects import SimulatedObject
from pointreel.core import BACKGROUND, FOREGROUND, PointreelError

from .made_objects import made


def stopped(one: SimulatedObject, stop: Stop) -> tuple[int, bool, bool]:
    """After how many verdicts, what was decided, and what all candidates decide."""
    counts, total = np.zeros((*one.pixels.shape, 3), np.int64), one.num_candidates
    found: tuple[int, bool] | None = None
    for k, (cell, label) in enumerate(one.in_order_of_gain(), 1):
        counts[cell][label] += 1
        if found is None and k % 10 == 0:
            ahead = outlook(one.pixels, counts, total - counts.sum(axis=2), stop=stop)
            found = (k, ahead.accept) if ahead.may_stop else None
    decided = bool(estimated_j(one.pixels, counts) >= stop.threshold)
    return *(found or (int(total.sum()), decided)), decided


def test_half_of_the_papers_points_decide_the_same() -> None:
    """60 objects: at most 73 of 147 points in the mean, and no more disagreements than the doubt allows for."""
    rng = np.random.default_rng(11)
    runs = [stopped(made(rng), Stop()) for _ in range(60)]
    assert np.mean([num for num, _, _ in runs]) <= 73
    assert np.mean([early != late for _, early, late in runs]) <= 0.1 + 2 * np.sqrt(0.1 * 0.9 / 60)
    assert 10 < sum(late for _, _, late in runs) < 50


def seen(**num: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two frames of a mask that is right, with so many verdicts on each frame's foreground and background."""
    pixels = np.array([[5000, 0, 0, 5000], [5000, 0, 0, 5000]], float)
    counts, total = np.zeros((2, len(PARTS), 3), np.int64), np.array([[50, 0, 0, 50]] * 2)
    for k in (0, 1):
        counts[k, 0, FOREGROUND] = num[f"on{k}"] - num.get("wrong", 0)
        counts[k, 0, BACKGROUND] = num.get("wrong", 0)
        counts[k, 3, BACKGROUND] = num[f"off{k}"]
    return pixels, counts, total - counts.sum(axis=2)


def looked(stop: Stop | None = None, **num: int) -> Outlook:
    return outlook(*seen(**num), stop=stop or Stop(), seconds_per_point=2.0)


def test_a_frame_that_nobody_looked_at_holds_it_up() -> None:
    assert not looked(on0=20, off0=20, on1=0, off1=20).may_stop
    assert not looked(on0=20, off0=0, on1=20, off1=20).may_stop
    assert looked(on0=20, off0=20, on1=20, off1=20).reason == "decided"


def test_narrow_is_enough_where_nothing_is_decided() -> None:
    """J is about 0.7, above or below: nobody knows before the last candidate. But it is known well enough."""
    verdicts = {"on0": 40, "off0": 40, "on1": 40, "off1": 40, "wrong": 12}
    assert looked(Stop(width=0.5), **verdicts).reason == "narrow"
    assert looked(Stop(width=0.05), **verdicts).reason is None


def test_what_is_saved_and_what_is_left() -> None:
    ahead = looked(on0=20, off0=20, on1=20, off1=20)
    assert (ahead.remaining, ahead.seconds_saved, ahead.accept) == (120, 240.0, True)
    done = looked(on0=50, off0=50, on1=50, off1=50)
    assert (done.remaining, done.confidence, done.seconds_saved) == (0, 1.0, 0.0)


def test_nothing_said_nothing_stopped() -> None:
    assert not looked(on0=0, off0=0, on1=0, off1=0).may_stop


@pytest.mark.parametrize("wrong", [{"threshold": 0.0}, {"width": 1.5}, {"doubt": -0.1}])
def test_options_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(PointreelError, match="expected between 0 and 1"):
        Stop(**wrong)
