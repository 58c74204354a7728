"""Intervals from drawing sequences again, and what is left of a score under weaker supervision."""

import random

import numpy as np
import pytest

from pointreel.core import PointreelError
from pointreel.evaluate import Report
from pointreel.evaluate.bootstrap import draws, mean_intervals, retention

ROWS = {
    "a": [{"J": 0.9}, {"J": 0.8}],
    "b": [{"J": 0.2}],
    "c": [{"J": 0.6}, {"J": 0.5}, {"J": 0.7}],
    "d": [],
    "e": [{"J": 0.4}],
}


def report(scale: float) -> Report:
    objects = {f"{name}_{k}": {"J&F": row["J"] * scale} for name, rows in ROWS.items() for k, row in enumerate(rows)}
    per_sequence = {name: {"J&F": 0.0} for name, rows in ROWS.items() if rows}
    overall = {"J&F": sum(row["J&F"] for row in objects.values()) / len(objects)}
    return Report(overall=overall, per_object=objects, per_sequence=per_sequence)


def test_bounds_agree_with_a_plain_loop() -> None:
    dice = random.Random(1)
    sequences = [rows for rows in ROWS.values() if rows]
    means = []
    for _ in range(20000):
        drawn = [row["J"] for _ in sequences for row in dice.choice(sequences)]
        means.append(sum(drawn) / len(drawn))
    assert mean_intervals(ROWS)["J"] == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.02)


def test_bounds_are_the_same_every_time_and_lie_around_the_mean() -> None:
    low, high = mean_intervals(ROWS)["J"]
    assert mean_intervals(ROWS)["J"] == (low, high)
    assert low < report(1).overall["J&F"] < high


def test_one_sequence_says_nothing_about_others() -> None:
    assert mean_intervals({"a": ROWS["a"]})["J"] == pytest.approx((0.85, 0.85))


def test_without_objects_there_are_no_bounds() -> None:
    assert mean_intervals({"a": []}) == {}


def test_what_is_no_number_has_no_bounds() -> None:
    assert np.isnan(mean_intervals({"a": [{"J": np.nan}], "b": [{"J": np.nan}]})["J"]).all()


def test_each_draw_takes_as_many_sequences_as_there_are() -> None:
    weights = np.concatenate(list(draws(7, num_draws=1200)))
    assert weights.shape == (1200, 7)
    assert (weights.sum(axis=1) == 7).all()


def test_half_the_score_everywhere_is_half_without_doubt() -> None:
    found = retention(report(0.5), report(1))
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_retention_needs_the_same_sequences() -> None:
    other = Report(overall={"J&F": 1.0}, per_sequence={"a": {}, "x": {}})
    with pytest.raises(PointreelError, match="only one has 'b'"):
        retention(other, report(1))
