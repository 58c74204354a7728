"""Which frames of a comparison are worth a look: the worst, the best, and those on which two methods differ most."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .comparison import Comparison

PER_SEQUENCE, APART = 2, 4
"""Frames of one sequence at most, and what part of its frames lies between two of them, a quarter: neighbours look
alike."""


@dataclass(frozen=True)
class ChosenFrame:
    """A frame by its names, what it was chosen by, and the J of each method on it."""

    sequence: str
    frame: str
    value: float
    scores: tuple[float, ...]


def worst_frames(comparison: Comparison, most: int = 6) -> list[ChosenFrame]:
    """Frames of the lowest J, meaned over methods."""
    return _spread(sorted(_by_mean(comparison), key=lambda one: one.value), comparison, most)


def best_frames(comparison: Comparison, most: int = 6) -> list[ChosenFrame]:
    """Frames of the highest J, meaned over methods, on which the truth has an object."""
    there = {name: _in_truth(comparison, name) for name in comparison.sequences}
    found = [one for one in _by_mean(comparison) if one.frame in there[one.sequence]]
    return _spread(sorted(found, key=lambda one: -one.value), comparison, most)


def different_frames(comparison: Comparison, a: int, b: int, most: int = 4) -> list[ChosenFrame]:
    """Frames on which method ``b`` is most above or below ``a``; ``value`` is by how much it is above."""
    found = [
        ChosenFrame(name, frame, float(values[b] - values[a]), tuple(values.tolist()))
        for name in comparison.sequences
        for frame, values in zip(comparison.frames(name), comparison.scores(name).T, strict=True)
        if values[a] != values[b] and not np.isnan(values[[a, b]]).any()
    ]
    return _spread(sorted(found, key=lambda one: -abs(one.value)), comparison, most)


def _by_mean(comparison: Comparison) -> Iterator[ChosenFrame]:
    for name in comparison.sequences:
        for frame, values in zip(comparison.frames(name), comparison.scores(name).T, strict=True):
            if not np.isnan(values).any():
                yield ChosenFrame(name, frame, float(values.mean()), tuple(values.tolist()))


def _in_truth(comparison: Comparison, sequence: str) -> set[str]:
    scores = comparison.methods[0].frames[sequence]
    shown: list[bool] = np.asarray(scores.in_truth.any(axis=0)).tolist()
    return {frame for frame, there in zip(scores.task.frames, shown, strict=True) if there}


def _spread(ordered: list[ChosenFrame], comparison: Comparison, most: int) -> list[ChosenFrame]:
    """The first ``most`` that are not many of one sequence nor neighbours of each other."""
    places = {name: {frame: k for k, frame in enumerate(comparison.frames(name))} for name in comparison.sequences}
    taken: dict[str, list[int]] = {}
    chosen: list[ChosenFrame] = []
    for one in ordered:
        if len(chosen) == most:
            break
        frames, others = places[one.sequence], taken.setdefault(one.sequence, [])
        place = frames[one.frame]
        if len(others) < PER_SEQUENCE and all(APART * abs(place - other) > len(frames) for other in others):
            others.append(place)
            chosen.append(one)
    return chosen
