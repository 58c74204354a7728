"""Kappas and rates: published examples, coverage, and a project's annotators."""

import numpy as np
import pytest

from pointreel.annotate import annotator_quality
from pointreel.annotate.agreement import cohens_kappa, fleiss_kappa, rate
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Candidate, Project

FLEISS_1971 = (
    "0 0 0 0 14",
    "0 2 6 4 2",
    "0 0 3 5 6",
    "0 3 9 2 0",
    "2 2 8 1 1",
    "7 7 0 0 0",
    "3 2 6 3 0",
    "2 5 3 2 2",
    "6 5 2 1 0",
    "0 2 2 3 7",
)
"""Ten subjects, fourteen raters, five categories: the usual worked example of Fleiss' kappa, which is 0.210."""

DIAGNOSES = {(0, 0): 75, (0, 1): 1, (0, 2): 4, (1, 0): 5, (1, 1): 4, (1, 2): 1, (2, 2): 10}
"""Two raters of a hundred patients, from Fleiss' Statistical Methods for Rates and Proportions: kappa is 0.68."""


def test_published_kappas() -> None:
    fleiss = fleiss_kappa({tuple(map(int, line.split())): 1 for line in FLEISS_1971})
    assert fleiss is not None
    assert fleiss.value == pytest.approx(0.210, abs=5e-4)
    cohen = cohens_kappa(DIAGNOSES)
    assert cohen is not None
    assert cohen.value == pytest.approx(0.23 / 0.34, abs=1e-9)
    low, high = 0.676 - 1.96 * 0.087, 0.676 + 1.96 * 0.087  # with the standard error that the book gives
    assert (cohen.low, cohen.high, cohen.n) == (pytest.approx(low, abs=0.06), pytest.approx(high, abs=0.06), 100)


def test_rates_of_tables() -> None:
    found = rate(0, 20)
    assert found is not None
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(0.1684, abs=1e-4)  # 1 - 0.025 ** (1 / 20)
    assert rate(0, 0) is None


def test_nothing_to_agree_on() -> None:
    assert cohens_kappa({}) is None
    assert cohens_kappa({(1, 1): 9}) is None
    assert fleiss_kappa({}) is None
    assert fleiss_kappa({(1, 0): 3}) is None
    perfect = cohens_kappa({(1, 1): 10, (0, 0): 10})
    assert perfect is not None
    assert (perfect.value, perfect.high) == (1, 1)
    assert 0.5 < perfect.low < 0.9


def test_kappas_of_chance_are_zero_and_their_bounds_cover() -> None:
    rng = np.random.default_rng(0)
    covered, n, right = 0, 60, 0.9
    agreement = right**2 + (1 - right) ** 2
    true = (agreement - 0.5) / 0.5
    for _ in range(400):
        truth = rng.integers(0, 2, n)
        said = np.where(rng.random((2, n)) < right, truth, 1 - truth)
        table = {(a, b): int(np.sum((said[0] == a) & (said[1] == b))) for a in (0, 1) for b in (0, 1)}
        found = cohens_kappa(table)
        assert found is not None
        covered += found.low <= true <= found.high
    assert covered >= 400 * 0.93
    one, other = rng.integers(0, 2, (2, 20000))
    by_chance = cohens_kappa({(a, b): int(np.sum((one == a) & (other == b))) for a in (0, 1) for b in (0, 1)})
    assert by_chance is not None
    assert by_chance.low < 0 < by_chance.high < 0.03


def test_annotators_of_a_project(project: Project) -> None:
    """Ada knows; Bob says yes to everything, and unsure to what he has seen before."""
    truth = [FOREGROUND, BACKGROUND] * 10
    points = [Candidate(frame=0, x=i, y=1, kind=FOREGROUND, overlap=2) for i in range(20)]
    points += [Candidate(frame=1, x=i, y=1, kind=FOREGROUND, overlap=2, gold=truth[i]) for i in range(10)]
    points += [Candidate(frame=0, x=i, y=1, kind=FOREGROUND, overlap=2, repeats=i) for i in range(5)]
    project.propose(1, points)
    for name in ("ada", "bob"):
        project.add_user(name)
        while task := project.next_point(name):
            again = task.point > 30
            knows = truth[round(task.x)]
            verdict = knows if name == "ada" else AMBIGUOUS if again else FOREGROUND
            project.answer(task.point, verdict, 0.5, annotator=name)
    project.settle(1, BACKGROUND, owner="owner")
    found = annotator_quality(project)
    ada, bob = found.people
    assert (ada.name, ada.answers, ada.unsure, ada.gold, ada.repeats) == ("ada", 35, 0, 10, 5)
    assert (bob.name, bob.answers, bob.unsure) == ("bob", 35, 5)
    for person, sensitivity, specificity, repeated in ((ada, 1, 1, 1), (bob, 1, 0, 0)):
        rates = person.sensitivity, person.specificity, person.repeat_agreement
        assert [found.value for found in rates if found] == [sensitivity, specificity, repeated]
        assert [found.n for found in rates if found] == [5, 5, 5]
    assert found.cohen is not None
    assert found.fleiss is not None
    assert found.cohen.n == found.fleiss.n == 35
    assert found.cohen.value == pytest.approx(_kappa(15, 35, (18, 17, 0), (30, 0, 5)), abs=1e-9)


def _kappa(alike: int, n: int, one: tuple[int, ...], other: tuple[int, ...]) -> float:
    by_chance = sum(a * b for a, b in zip(one, other, strict=True)) / n**2
    return (alike / n - by_chance) / (1 - by_chance)
