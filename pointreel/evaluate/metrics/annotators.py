"""How fast people answer, and how far they agree: the figures of an annotation of points.

An answer is what one person said of one point: foreground, background or undecided (1, 0 and 2). Point-VOS gives
seconds per object and per point; an answer that took long because somebody went for coffee should not count, so that
what is above ``longest`` seconds is taken for that many.

Agreement of two people is the part of their common points that they answered alike. *Kappa* and *alpha* say how much
of what chance leaves open is agreed on: 1 is all of it, 0 is what chance gives. Cohen's kappa is for two people,
Krippendorff's alpha for any number, of whom each may have answered some of the points only.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations

Answers = Mapping[Hashable, int]
"""What one person said, by whatever names a point."""


def seconds_per_point(seconds: Iterable[float], *, longest: float = math.inf) -> float:
    """The mean time of an answer; nan without any.

    >>> seconds_per_point([0.5, 1.0, 600.0], longest=3.0)
    1.5
    """
    times = [min(one, longest) for one in seconds]
    return sum(times) / len(times) if times else math.nan


def agreement(one: Answers, other: Answers) -> float:
    """The part of the points that both answered on which they said the same; nan where there is no such point.

    >>> agreement({"a": 1, "b": 0, "c": 1}, {"a": 1, "b": 1, "d": 0})
    0.5
    """
    common = one.keys() & other.keys()
    return sum(one[point] == other[point] for point in common) / len(common) if common else math.nan


def mean_agreement(people: Iterable[Answers]) -> float:
    """The mean agreement of every two people with points in common."""
    pairs = [agreement(one, other) for one, other in combinations(people, 2)]
    known = [value for value in pairs if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def cohens_kappa(one: Answers, other: Answers) -> float:
    """Agreement beyond chance of two people; nan where they have no point in common or leave no room for chance.

    >>> cohens_kappa({1: 1, 2: 1, 3: 0, 4: 0}, {1: 1, 2: 1, 3: 0, 4: 1})
    0.5
    """
    common = sorted(one.keys() & other.keys(), key=repr)
    if not common:
        return math.nan
    counts, other_counts = (Counter(answers[point] for point in common) for answers in (one, other))
    by_chance = sum(counts[answer] * other_counts[answer] for answer in counts) / len(common) ** 2
    return (agreement(one, other) - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan


def krippendorffs_alpha(people: Iterable[Answers]) -> float:
    """Agreement beyond chance of any number of people; nan where no point has two answers or all answers are alike.

    >>> round(krippendorffs_alpha([{1: 1, 2: 1, 3: 0}, {1: 1, 2: 0, 3: 0}]), 3)
    0.444
    """
    by_point: dict[Hashable, list[int]] = {}
    for answers in people:
        for point, answer in answers.items():
            by_point.setdefault(point, []).append(answer)
    answered = [Counter(said) for said in by_point.values() if len(said) > 1]
    total = sum(answered, Counter())
    num_answers = total.total()
    apart = sum(_pairs_apart(said) / (said.total() - 1) for said in answered)
    by_chance = _pairs_apart(total) / (num_answers - 1) if num_answers else 0.0
    return 1 - apart / by_chance if by_chance else math.nan


def _pairs_apart(said: Counter[int]) -> int:
    """How many ordered pairs of answers differ."""
    return said.total() ** 2 - sum(count**2 for count in said.values())
