"""Intervals from verdicts: by hand, against Clopper and Pearson, and whether they cover as often as they say."""

import numpy as np
import pytest
from scipy.stats import beta

from pointreel.annotate.estimates import Region, Said, estimate, quality
from pointreel.annotate.simulated_objects import SimulatedObject
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, PointreelError

from .made_objects import made

ONE_FRAME = [
    Region(0, FOREGROUND, True, 800),
    Region(0, AMBIGUOUS, True, 200),
    Region(0, AMBIGUOUS, False, 100),
    Region(0, BACKGROUND, False, 8900),
]


def said(kind: int, inside: bool, *labels: int, frame: int = 0) -> list[Said]:
    return [Said(frame, kind, inside, label) for label in labels]


def all_verdicts(one: SimulatedObject) -> np.ndarray:
    counts = np.zeros((*one.pixels.shape, 3), np.int64)
    for cell, label in one.in_paper_order():
        counts[cell][label] += 1
    return counts


def test_figures_by_hand() -> None:
    """Many verdicts, so that what is believed without any weighs next to nothing."""
    many = [
        *said(FOREGROUND, True, *[FOREGROUND] * 9000, *[BACKGROUND] * 1000),
        *said(AMBIGUOUS, True, *[FOREGROUND] * 5000, *[BACKGROUND] * 5000),
        *said(AMBIGUOUS, False, *[FOREGROUND] * 2000, *[BACKGROUND] * 8000),
        *said(BACKGROUND, False, *[FOREGROUND] * 100, *[BACKGROUND] * 9900),
    ]
    found = estimate(ONE_FRAME, many)
    hits, misses = 0.9 * 800 + 0.5 * 200, 0.2 * 100 + 0.01 * 8900
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision.value == pytest.approx(hits / 1000, abs=1e-3)
    assert found.recall.value == pytest.approx(hits / (hits + misses), abs=1e-3)
    assert found.j.value == pytest.approx(hits / (1000 + misses), abs=1e-3)
    assert found.j.low < found.j.value < found.j.high < found.j.low + 0.06
    assert (found.answered, found.unsure, found.unknown) == (40000, 0, 0)


@pytest.mark.parametrize(("yes", "no"), [(9, 1), (20, 0), (0, 7), (55, 45)])
def test_precision_of_one_part_is_clopper_and_pearsons(yes: int, no: int) -> None:
    found = estimate([Region(0, FOREGROUND, True, 500)], said(FOREGROUND, True, *[1] * yes, *[0] * no))
    assert found.precision is not None
    low = beta.ppf(0.025, yes, no + 1) if yes else 0
    high = beta.ppf(0.975, yes + 1, no) if no else 1
    assert (found.precision.low, found.precision.high) == pytest.approx((low, high), abs=0.01)


def test_unsure_counts_against_the_mask_below_and_for_it_above() -> None:
    parts = [Region(0, FOREGROUND, True, 500)]
    without = estimate(parts, said(FOREGROUND, True, *[1] * 16, *[0] * 4)).j
    with_some = estimate(parts, said(FOREGROUND, True, *[1] * 16, *[0] * 4, *[AMBIGUOUS] * 5)).j
    as_no = estimate(parts, said(FOREGROUND, True, *[1] * 16, *[0] * 9)).j
    as_yes = estimate(parts, said(FOREGROUND, True, *[1] * 21, *[0] * 4)).j
    assert with_some.value == pytest.approx(without.value, abs=1e-9)
    assert with_some.low == pytest.approx(as_no.low, abs=0.01)
    assert with_some.high == pytest.approx(as_yes.high, abs=0.01)


def test_a_part_of_a_frame_that_nobody_looked_at_is_unknown() -> None:
    parts = [Region(0, FOREGROUND, True, 500), Region(1, FOREGROUND, True, 500)]
    half = estimate(parts, said(FOREGROUND, True, *[1] * 60))
    assert half.precision is not None
    assert half.unknown == 0.5
    assert half.precision.low < 0.5
    assert half.precision.high == 1
    whole = estimate(parts, [*said(FOREGROUND, True, *[1] * 60), *said(FOREGROUND, True, *[1] * 60, frame=1)])
    assert whole.precision is not None
    assert whole.precision.low > 0.95


def test_a_verdict_weighs_the_pixels_it_stands_for() -> None:
    """Half of the verdicts are wrong, but on a frame with a tenth of the pixels."""
    parts = [Region(0, FOREGROUND, True, 9000), Region(1, FOREGROUND, True, 1000)]
    found = estimate(parts, [*said(FOREGROUND, True, *[1] * 100), *said(FOREGROUND, True, *[0] * 100, frame=1)])
    assert found.precision is not None
    assert found.precision.value == pytest.approx(0.9, abs=0.005)


def test_masks_that_are_empty_and_verdicts_from_nowhere() -> None:
    found = estimate([Region(0, BACKGROUND, False, 1000)], said(BACKGROUND, False, *[0] * 30))
    assert found.precision is None
    assert found.j.value == 0
    with pytest.raises(PointreelError, match="frame 7: has a verdict"):
        estimate(ONE_FRAME, said(FOREGROUND, True, 1, frame=7))


@pytest.mark.parametrize("seed", [1, 2])
def test_intervals_cover_at_least_as_often_as_they_say(seed: int) -> None:
    """Intervals of 95 % miss 10 of 200 objects; more than 18 is chance once in a hundred."""
    rng = np.random.default_rng(seed)
    missed, widths = np.zeros(3), []
    for _ in range(200):
        one = made(rng)
        found = quality(one.pixels, all_verdicts(one))
        figures = zip(one.figures, (found.precision, found.recall, found.j), strict=True)
        missed += [not (bounds.low - 1e-9 <= true <= bounds.high + 1e-9) for true, bounds in figures if bounds]
        widths.append(found.j.width)
    assert missed.max() <= 18
    assert np.mean(widths) < 0.4  # bounds of 0 and 1 would cover too


def test_intervals_at_half_the_verdicts_cover_too() -> None:
    rng = np.random.default_rng(3)
    missed = 0
    for _ in range(80):
        one = made(rng)
        counts = np.zeros((*one.pixels.shape, 3), np.int64)
        for (cell, label), _ in zip(one.in_order_of_gain(), range(80), strict=False):
            counts[cell][label] += 1
        bounds = quality(one.pixels, counts).j
        missed += not bounds.low - 1e-9 <= one.figures[2] <= bounds.high + 1e-9
    assert missed <= 10
