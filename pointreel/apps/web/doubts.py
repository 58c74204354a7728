"""Where to look first: frames on which a mask is unsure, jumps in size or place, or disagrees with verified points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp, hypot, log, sqrt

import numpy as np

from ...core import BACKGROUND, FOREGROUND, Mask
from ...store import StoredMask, StoredPoint

_UNSURE, _SIZE, _PLACE, _USUAL, _NEAR = 0.7, 0.4, 0.5, 4.0, 3
_KNOWN_SHAPES = 100_000


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to look at; ``doubt`` is 0 to 1."""

    frame: int
    reason: str
    doubt: float


@dataclass(frozen=True, slots=True)
class Shape:
    area: int
    x: float
    y: float


def doubts_of(masks: Sequence[StoredMask], points: Iterable[StoredPoint] = ()) -> list[Doubt]:
    """The doubts about one object's masks, in order of frames; of those close together with one reason, the worst."""
    found = [*_unsure(masks), *_jumps(masks), *_disagreeing(masks, points)]
    return _worst_of_runs(sorted(found, key=lambda doubt: (doubt.reason, doubt.frame)))


def _unsure(masks: Sequence[StoredMask]) -> Iterable[Doubt]:
    for mask in masks:
        if not mask.locked and mask.segment.score < _UNSURE:
            yield Doubt(mask.frame, "unsure", 1 - max(0.0, mask.segment.score))


def _jumps(masks: Sequence[StoredMask]) -> Iterable[Doubt]:
    """Changes from frame to frame that are large, and larger than this object's usual ones."""
    shapes = [(mask, _shape(mask)) for mask in masks]
    pairs = [
        (after[0], before[1], after[1])
        for before, after in pairwise(shapes)
        if after[0].frame == before[0].frame + 1 and before[1] and after[1] and not after[0].locked
    ]
    sizes = [abs(log(after.area / before.area)) for _, before, after in pairs]
    steps = [hypot(after.x - before.x, after.y - before.y) / sqrt(before.area) for _, before, after in pairs]
    for reason, least, changes in (("size jumps", _SIZE, sizes), ("place jumps", _PLACE, steps)):
        limit = max(least, _USUAL * float(np.median(changes))) if changes else 0.0
        for (mask, _, _), change in zip(pairs, changes, strict=True):
            if change > limit:
                yield Doubt(mask.frame, reason, 1 - exp(-change))


def _disagreeing(masks: Sequence[StoredMask], points: Iterable[StoredPoint]) -> Iterable[Doubt]:
    """Verified points that the mask contradicts; half of a frame's points are as bad as it gets."""
    by_frame: dict[int, list[StoredPoint]] = {}
    for point in points:
        if point.label in (FOREGROUND, BACKGROUND) and not point.waiting:
            by_frame.setdefault(point.frame, []).append(point)
    for mask in masks:
        said = by_frame.get(mask.frame, [])
        if said:
            on = mask.segment.mask.at([(point.x, point.y) for point in said])
            wrong = sum(bool(is_on) != (point.label == FOREGROUND) for is_on, point in zip(on, said, strict=True))
            if wrong:
                yield Doubt(mask.frame, "points disagree", min(1.0, 0.5 + wrong / len(said)))


def _worst_of_runs(ordered: Sequence[Doubt]) -> list[Doubt]:
    kept: list[Doubt] = []
    last: Doubt | None = None
    for doubt in ordered:
        if last is not None and doubt.reason == last.reason and doubt.frame - last.frame <= _NEAR:
            if doubt.doubt > kept[-1].doubt:
                kept[-1] = doubt
        else:
            kept.append(doubt)
        last = doubt
    return sorted(kept, key=lambda doubt: doubt.frame)


def _shape(mask: StoredMask) -> Shape | None:
    return _shape_of(mask.segment.mask.height, mask.segment.mask.width, mask.segment.mask.counts)


@lru_cache(_KNOWN_SHAPES)
def _shape_of(height: int, width: int, counts: bytes) -> Shape | None:
    """Area and middle, straight from the runs: runs go down columns, so a long one is taken at its own middle."""
    runs = Mask(height, width, counts).runs()
    lengths = runs[1::2]
    area = int(lengths.sum())
    if not area:
        return None
    middles = np.cumsum(runs)[1::2] - (lengths + 1) / 2
    x, y = middles // height, middles % height
    return Shape(area, float((x * lengths).sum() / area), float((y * lengths).sum() / area))
