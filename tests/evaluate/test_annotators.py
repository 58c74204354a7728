"""How fast people answer and how far they agree, against tables of answers and Krippendorff's own example."""

import math

import numpy as np
import pytest

from pointreel.evaluate.metrics.annotators import (
    agreement,
    cohens_kappa,
    krippendorffs_alpha,
    mean_agreement,
    seconds_per_point,
)

PUBLISHED = (
    "1 2 3 3 2 1 4 1 2 * * *",
    "1 2 3 3 2 2 4 1 2 5 * 3",
    "* 3 3 3 2 3 4 2 2 5 1 *",
    "1 2 3 3 2 4 4 1 2 5 1 *",
)
"""Four observers and twelve units, of which some are missing: alpha is 0.743 (Computing Krippendorff's Alpha, 2011)."""


def test_alpha_of_the_published_example() -> None:
    people = [{k: int(word) for k, word in enumerate(line.split()) if word != "*"} for line in PUBLISHED]
    assert krippendorffs_alpha(people) == pytest.approx(0.743, abs=5e-4)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_equals_that_of_the_table_of_answers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = rng.integers(0, 3, 50)
    other = np.where(rng.random(50) < 0.6, one, rng.integers(0, 3, 50))
    answers = [dict(enumerate(some.tolist())) for some in (one, other)]
    table = np.zeros((3, 3))
    np.add.at(table, (one, other), 1 / 50)
    by_chance = np.trace(np.outer(table.sum(1), table.sum(0)))
    assert cohens_kappa(*answers) == pytest.approx((np.trace(table) - by_chance) / (1 - by_chance), abs=1e-12)
    assert agreement(*answers) == np.mean(one == other)


def test_chance_and_nothing_in_common() -> None:
    rng = np.random.default_rng(1)
    people = [dict(enumerate(rng.integers(0, 2, 4000).tolist())) for _ in range(3)]
    assert abs(krippendorffs_alpha(people)) < 0.05
    assert abs(mean_agreement(people) - 0.5) < 0.03
    assert krippendorffs_alpha([people[0], people[0]]) == 1.0
    for figure in (agreement, cohens_kappa):
        assert math.isnan(figure({1: 1}, {2: 1}))
    assert math.isnan(krippendorffs_alpha([{1: 1}, {2: 1}]))
    assert math.isnan(mean_agreement([{1: 1}]))
    assert math.isnan(cohens_kappa({1: 1}, {1: 1}))


def test_seconds_of_point_vos() -> None:
    assert seconds_per_point([140 / 147] * 147) == pytest.approx(0.95, abs=0.005)
    assert seconds_per_point([1.0, 100.0], longest=5.0) == 3.0
    assert math.isnan(seconds_per_point([]))
