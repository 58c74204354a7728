"""Most informative first: which verdict is expected to change the estimate of a mask the most.

What is uncertain of J is TP and FN, so what one more verdict is worth follows from how J depends on them: with D the
pixels inside the mask or missed by it, dJ = dTP / D - J dFN / D. A cell (a part of a frame, of A pixels, with n
verdicts) in which a share p is on the object adds (A c)^2 p (1 - p) / n to the variance of J, where c is 1 / D inside
and J / D outside. One more verdict takes from it

    gain = (A c)^2 p (1 - p) / (n (n + 1)),

uncertainty times expected change: much where the machine wavers, where pixels are many, where little was answered. A
cell that nobody has looked at comes before all others (its n is 0.001): an object that was lost on a frame shows there.
Gains are of one kind for all objects of a project, so they can be compared.

A gain depends on the cell and on nothing else of the point. So within a cell points keep the random order in which they
were drawn, what was answered is a random sample of each cell at any time, and estimates stay honest, which they would
not where points near an edge came first.
"""

from collections import Counter

import numpy as np

from ..store import Project
from .estimates import DRAWN_WITH, INSIDE, PARTS, Counts, Floats, Tally, hits_and_misses, ratios
from .evidence import Evidence

_START = 0.001


def refresh_gains(project: Project, object_key: int) -> int:
    """Store what a verdict on each waiting candidate of an object is expected to gain now; how many there are.

    Cheap enough to follow every verdict. What is known of other objects does not matter for this one's.
    """
    evidence = Evidence.of(project, object_key)
    gains = {} if evidence is None else point_gains(evidence)
    project.set_gains(gains)
    return len(gains)


def refresh_all_gains(project: Project) -> int:
    """The same for every object, as after a proposal."""
    return sum(refresh_gains(project, thing.key) for thing in project.objects)


def point_gains(evidence: Evidence) -> dict[int, float]:
    """By point: the k-th of those of a kind that wait on a frame gains what it would after k more verdicts there."""
    worth = cell_worth(evidence.pixels, evidence.counts)
    drawn = evidence.counts.sum(axis=2) @ DRAWN_WITH
    ahead: Counter[tuple[int, int]] = Counter()
    gains = {}
    for point, cell in evidence.waiting.items():
        drawn_with = cell[0], PARTS[cell[1]][0]
        gains[point] = float(worth[cell] * one_more(drawn[cell] + ahead[drawn_with]))
        ahead[drawn_with] += 1
    return gains


def one_more(num: Floats) -> Floats:
    """What one more verdict takes from 1 / n."""
    return 1 / ((num + _START) * (num + _START + 1))


def cell_worth(pixels: Floats, counts: Counts) -> Floats:
    """(frames, 4) the variance of J that the candidates of each cell are to tell, if there were one verdict of each."""
    area = pixels @ DRAWN_WITH
    share = np.divide(pixels, area, out=np.zeros_like(pixels), where=area > 0)
    worth: Floats = (share * _variance(Tally.of(pixels, counts))) @ DRAWN_WITH * area**2
    return worth


def _variance(tally: Tally) -> Floats:
    """Of each part: the variance of whether a pixel is on the object, times the square of what that changes of J."""
    share = tally.shares()
    inside = float(tally.pixels[INSIDE].sum())
    hits, misses = hits_and_misses(tally.pixels * share)
    j = ratios(inside, hits, misses)[2]
    change = np.where(INSIDE, 1.0, j) / max(inside + float(misses), 1.0)
    return np.asarray(change**2 * share * (1 - share), np.float64)
