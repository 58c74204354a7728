"""The motion that the points of an object agree on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TOLERANCE, _SLACK = 3.0, 0.1
"""Pixels that a point may be off a motion, and by how much more with every pixel from where that is known exactly."""
_LEAST, _MOST = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Similarity:
    """Turn, scale and shift: ``linear @ xy + shift``; ``num_points`` agree on it."""

    linear: Floats
    shift: Floats
    num_points: int

    def __call__(self, xy: Floats) -> Floats:
        moved: Floats = xy @ self.linear.T + self.shift
        return moved


def similarity(before: Floats, after: Floats, turns: Floats, trust: Floats) -> Similarity | None:
    """The motion most of the points agree on; None where there is no point.

    It is RANSAC without chance: every point knows its own turn and scale (``turns``, (N, 2, 2)), so each one alone
    proposes a motion, and the one that most others follow wins, of equals that of the point most to be trusted. Then
    the points that agree are fitted together. Two points that contradict each other are so never blended into a third
    motion that neither made.
    """
    if not len(before):
        return None
    linear = np.array([nearest_similarity(turn) for turn in turns])
    apart = before[None] - before[:, None]
    moved = after[:, None] + np.einsum("nij,nmj->nmi", linear, apart)
    off = np.linalg.norm(moved - after[None], axis=-1)
    agrees = off <= _TOLERANCE + _SLACK * np.linalg.norm(apart, axis=-1)
    best = max(range(len(before)), key=lambda k: (int(agrees[k].sum()), float(trust[k]), -k))
    with_it = agrees[best]
    num_points = int(with_it.sum())
    fitted = _fitted(before[with_it], after[with_it]) if num_points > 2 else linear[best]
    centre, centre_after = before[with_it].mean(axis=0), after[with_it].mean(axis=0)
    return Similarity(fitted, (centre_after - fitted @ centre).astype(np.float32), num_points)


def _fitted(before: Floats, after: Floats) -> Floats:
    """The least-squares turn and scale; none where the points are one place."""
    from_middle, to_middle = before - before.mean(axis=0), after - after.mean(axis=0)
    energy = float((from_middle**2).sum())
    if energy < 1.0:
        return np.eye(2, dtype=np.float32)
    return nearest_similarity(2 * to_middle.T @ from_middle / energy)


def nearest_similarity(linear: Floats) -> Floats:
    """The turn and scale closest to a linear map; none where it is next to nothing or beyond reason."""
    (a, b), (c, d) = linear
    cosine, sine = (a + d) / 2, (c - b) / 2
    if not _LEAST < np.hypot(cosine, sine) < _MOST:
        return np.eye(2, dtype=np.float32)
    return np.array([[cosine, -sine], [sine, cosine]], np.float32)
