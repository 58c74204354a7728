"""Where an unseen point of an object should be, from where its other points went."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_TOLERANCE = 4.0
"""Pixels that a point may be off its object's rigid motion and still count as moving with it."""
_TOO_CLOSE = 2.0


@dataclass(frozen=True, slots=True)
class Similarity:
    """Turn, scale and shift: ``linear @ xy + shift``; from ``num_points`` points that agree."""

    linear: Floats
    shift: Floats
    num_points: int

    def __call__(self, xy: Floats) -> Floats:
        moved: Floats = xy @ self.linear.T + self.shift
        return moved


def similarity(before: Floats, after: Floats, turns: Floats | None = None) -> Similarity | None:
    """The motion most of the points agree on (RANSAC); for one point its shift, and its own turn if that is known.

    None where there is no point. The same points give the same motion.
    """
    if not len(before):
        return None
    spread = float(np.linalg.norm(before - before.mean(axis=0), axis=1).max())
    if len(before) == 1 or spread < _TOO_CLOSE:
        linear = np.eye(2, dtype=np.float32) if turns is None else nearest_similarity(turns.mean(axis=0))
        return Similarity(linear, after.mean(axis=0) - linear @ before.mean(axis=0), len(before))
    found, inliers = cv2.estimateAffinePartial2D(
        before.astype(np.float32), after.astype(np.float32), method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE
    )
    if found is None or not 0.2 < np.linalg.norm(found[:, 0]) < 5:
        shift = np.median(after - before, axis=0).astype(np.float32)
        return Similarity(np.eye(2, dtype=np.float32), shift, 1)
    return Similarity(found[:, :2].astype(np.float32), found[:, 2].astype(np.float32), int(inliers.sum()))


def nearest_similarity(linear: Floats) -> Floats:
    """The turn and scale closest to a linear map."""
    (a, b), (c, d) = linear
    cosine, sine = (a + d) / 2, (c - b) / 2
    if np.hypot(cosine, sine) < 0.2:
        return np.eye(2, dtype=np.float32)
    return np.array([[cosine, -sine], [sine, cosine]], np.float32)
