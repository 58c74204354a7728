"""How good annotators are, and how far they agree: rates and kappas with 95 % intervals, from counts alone.

A *kappa* is the part of what chance leaves open that people agree on: (agreement - chance) / (1 - chance). Chance is
that of two people who keep their own habits (Cohen, 1960), or of any number of people who share theirs (Fleiss, 1971).

Rates have the bounds of Clopper and Pearson, which cover at least as often as they say. Kappas have those of their
agreement, with chance as it was found: they say something where all agree, where those of the usual standard error are
a point.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure, its bounds, and how many points it comes from."""

    value: float
    low: float
    high: float
    n: int


def rate(successes: float, n: int, *, level: float = LEVEL) -> Rate | None:
    """A share with the bounds of Clopper and Pearson; None of nothing.

    >>> found = rate(9, 10)
    >>> round(found.low, 4), round(found.high, 4)
    (0.555, 0.9975)
    """
    if not n:
        return None
    tail = (1 - level) / 2
    low = float(betaincinv(successes, n - successes + 1, tail)) if successes > 0 else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return Rate(successes / n, low, high, n)


def cohens_kappa(table: Mapping[tuple[int, int], int], *, level: float = LEVEL) -> Rate | None:
    """Of two people: ``table`` counts the points by what the one and the other said of them.

    None where they have no point in common, or where chance leaves nothing open: both always say the same one thing.

    >>> round(cohens_kappa({(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15}).value, 4)
    0.4
    """
    n = sum(table.values())
    if not n:
        return None
    labels = {label for pair in table for label in pair}
    habits = [
        [sum(count for pair, count in table.items() if pair[who] == label) / n for who in (0, 1)] for label in labels
    ]
    by_chance = sum(one * other for one, other in habits)
    alike = sum(count for (one, other), count in table.items() if one == other)
    return _beyond(rate(alike, n, level=level), by_chance)


def fleiss_kappa(table: Mapping[tuple[int, ...], int], *, level: float = LEVEL) -> Rate | None:
    """Of as many people for each point: ``table`` counts the points by how many people gave each label.

    None where chance leaves nothing open, or nobody shares a point.

    >>> round(fleiss_kappa({(2, 0): 5, (1, 1): 1, (0, 2): 4}).value, 4)
    0.798
    """
    rows, times = np.array(list(table), np.float64), np.array(list(table.values()), np.float64)
    if not times.sum() or rows[0].sum() < 2:
        return None
    n, people = times.sum(), rows[0].sum()
    alike = float(times @ ((rows**2).sum(axis=1) - people) / (people * (people - 1)))
    by_chance = float((((times @ rows) / (n * people)) ** 2).sum())
    return _beyond(rate(min(alike, float(n)), int(n), level=level), by_chance)


def _beyond(agreement: Rate | None, chance: float) -> Rate | None:
    """What chance leaves open is agreed on to this part."""
    if agreement is None or chance >= 1 - 1e-12:
        return None
    value, low, high = ((one - chance) / (1 - chance) for one in (agreement.value, agreement.low, agreement.high))
    return Rate(value, max(low, -1.0), high, agreement.n)
