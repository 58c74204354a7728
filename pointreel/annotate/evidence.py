"""What a project knows of an object's pseudo-mask: the parts its candidates were drawn from, and what was said."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..core import AMBIGUOUS, FOREGROUND
from ..store import Project, StoredPoint
from .estimates import PARTS, Counts, Floats, Said, counts_by_part, pixels_by_part

Cell = tuple[int, int]
"""A row of ``frames`` and one of ``PARTS``."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Of one proposal. Points that test or repeat are no part of a random sample, and do not count."""

    proposal: str
    frames: list[int]
    pixels: Floats
    """(frames, 4)"""
    counts: Counts
    """(frames, 4, labels)"""
    waiting: Mapping[int, Cell]
    """Points that wait for a verdict, in the order in which they were drawn, tests and repeats among them."""
    unanswered: Counts
    """(frames, 4) how many candidates without a verdict there are."""

    @classmethod
    def of(cls, project: Project, object_key: int) -> "Evidence | None":
        """The newest proposal that says from where its candidates were drawn; None where there is none."""
        points = sorted(project.points(object_key), key=lambda point: point.key)
        for name in dict.fromkeys(point.proposal for point in reversed(points)):
            strata = project.strata(object_key, name)
            if strata:
                frames, pixels = pixels_by_part(strata)
                return cls._of(name, frames, pixels, [point for point in points if point.proposal == name])
        return None

    @classmethod
    def _of(cls, name: str, frames: list[int], pixels: Floats, points: list[StoredPoint]) -> "Evidence":
        drawn = [point for point in points if point.gold is None and point.repeats is None]
        said = [Said(one.frame, one.kind, _inside(one), one.label) for one in drawn if one.label is not None]
        unanswered = np.zeros((len(frames), len(PARTS)), np.int64)
        for point in drawn:
            if point.label is None:
                unanswered[_cell(frames, point)] += 1
        waiting = {point.key: _cell(frames, point) for point in points if point.waiting and point.frame in frames}
        return cls(name, frames, pixels, counts_by_part(frames, said), waiting, unanswered)


def _cell(frames: list[int], point: StoredPoint) -> Cell:
    return frames.index(point.frame), PARTS.index((point.kind, _inside(point)))


def _inside(point: StoredPoint) -> bool:
    """On the mask or off it; what the machine is sure of is so by its kind."""
    return bool(point.inside) if point.kind == AMBIGUOUS else point.kind == FOREGROUND
