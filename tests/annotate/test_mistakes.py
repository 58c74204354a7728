"""How often verdicts are wrong, from points that were judged twice, and what that does to bounds."""

from collections import Counter

import numpy as np
import pytest

from pointreel.annotate.estimates import PARTS, quality
from pointreel.annotate.mistakes import Mistakes
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Candidate, Project

RATES = (0.08, 0.03)  # missed, imagined
ON = {FOREGROUND: 0.95, AMBIGUOUS: 0.5, BACKGROUND: 0.02}


def verdict(is_on: bool, rng: np.random.Generator) -> int:
    missed, imagined = RATES
    return int(rng.random() >= missed) if is_on else int(rng.random() < imagined)


def pairs(num: int, seed: int) -> Counter[tuple[int, int, int]]:
    rng = np.random.default_rng(seed)
    found: Counter[tuple[int, int, int]] = Counter()
    for kind, share in ON.items():
        for _ in range(num):
            is_on = bool(rng.random() < share)
            found[kind, verdict(is_on, rng), verdict(is_on, rng)] += 1
    return found


def test_rates_are_bounded_from_above() -> None:
    """In nearly all projects, whatever the true rates are in the parts that tell of them."""
    held = []
    for seed in range(40):
        found, rng = Mistakes(pairs(200, seed)), np.random.default_rng(0)
        high = [np.quantile(rates, 0.975, axis=0) for rates in (found.missed(rng), found.imagined(rng))]
        held.append([(rates >= true).all() for rates, true in zip(high, RATES, strict=True)])
    assert np.mean(held) > 0.9
    assert float(np.mean(high)) < 0.35


def test_nothing_is_known_of_few_pairs() -> None:
    assert not Mistakes(Counter({(FOREGROUND, 1, 1): 500, (BACKGROUND, 0, 0): 10})).is_known
    assert Mistakes(Counter({(FOREGROUND, 1, 1): 500, (BACKGROUND, 0, 0): 90})).is_known


def test_bounds_hold_what_wrong_verdicts_would_put_outside() -> None:
    """A mask that is right, and people who miss what they see: without their errors it is said to be worse."""
    pixels, rng = np.array([[3000.0, 300.0, 300.0, 20000.0]] * 10), np.random.default_rng(1)
    found = Mistakes(pairs(200, 0))
    held = {False: 0, True: 0}
    for _ in range(40):
        counts = np.zeros((10, len(PARTS), 3), np.int64)
        for part, (on, num) in enumerate(((True, 7), (True, 2), (False, 1), (False, 10))):
            for frame in range(10):
                for _ in range(num):
                    counts[frame, part, verdict(on, rng)] += 1
        for known in held:
            of = quality(pixels, counts, mistakes=found if known else None)
            assert of.precision is not None
            held[known] += of.precision.high >= 0.999 and of.j.high >= 0.999
    assert held[True] >= 0.95 * 40
    assert held[False] < 10


@pytest.mark.parametrize("how", ["repeats", "overlap"])
def test_pairs_are_found_in_a_project(project: Project, how: str) -> None:
    """Of the same person, or of two; what an owner settled and what nobody was sure of is left out."""
    key = project.objects[0].key
    overlap = 2 if how == "overlap" else 1
    points = [Candidate(frame=k // 4, x=k, y=k // 10, kind=FOREGROUND, overlap=overlap) for k in range(8)]
    if how == "repeats":
        points += [Candidate(frame=k // 4, x=k, y=k // 10, kind=FOREGROUND, repeats=k) for k in range(8)]
    project.propose(key, points)
    first, second = [1, 1, 1, 0, 0, 2, 1, 1], [1, 1, 0, 1, 0, 1, 2, 1]
    people = ("owner", "owner") if how == "repeats" else ("owner", "grace")
    if how == "overlap":
        project.add_user("grace")
    keys = sorted(point.key for point in project.points(key))
    places = (keys[:8], keys[8:] or keys)
    for name, labels, these in zip(people, (first, second), places, strict=True):
        for point, label in zip(these, labels, strict=True):
            project.answer(point, label, 1.0, annotator=name)
    project.settle(keys[0], 0, owner="owner")
    found = Counter(Mistakes.found_in(project).pairs)
    said = Counter({tuple(sorted(pair[1:])): 0 for pair in found})
    for (_, *pair), number in found.items():
        said[tuple(sorted(pair))] += number
    assert said == {(1, 1): 2, (0, 1): 2, (0, 0): 1}
    assert {kind for kind, _, _ in found} == {FOREGROUND}
    assert Mistakes.of(project) is None


def test_no_verdict_is_in_two_pairs(project: Project) -> None:
    """Three pairs of three people would not tell of errors each on its own, and so promise too much."""
    people = ["owner", "ada", "grace", "joan", "mary"]
    for name in people[1:]:
        project.add_user(name)
    key = project.objects[0].key
    project.propose(key, [Candidate(frame=0, x=1, y=1, kind=AMBIGUOUS, overlap=len(people))])
    (point,) = project.points(key)
    for name, label in zip(people, (1, 0, 1, 1, 0), strict=True):
        project.answer(point.key, label, 1.0, annotator=name)
    assert Mistakes.found_in(project).pairs == {(AMBIGUOUS, 1, 0): 1, (AMBIGUOUS, 1, 1): 1}
