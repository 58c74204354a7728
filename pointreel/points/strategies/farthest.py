"""Farthest points: from the centre of the mask, each next point as far from all before as can be (Point-VOS, FPS).

The centre is the pixel that is deepest in the mask, by the Euclidean distance transform. Nothing is random: of equally
far pixels the first row by row is taken.
"""

from dataclasses import dataclass

import numpy as np

from pointreel.core import Points
from pointreel.core.protocols import Scene
from pointreel.points._depth import squared_depth
from pointreel.points._pixels import pixels_of


@dataclass(frozen=True, kw_only=True)
class Config:
    """Nothing to choose."""


class FarthestSampler:
    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:  # noqa: ARG002
        xy = pixels_of(scene.mask)
        num = min(num_points, len(xy))
        if num <= 0:
            return Points.on([])
        x, y = xy[:, 0].copy(), xy[:, 1].copy()
        chosen = [int(squared_depth(scene.mask)[scene.mask].argmax())]
        gap = _squared_distance(x, y, chosen[0])
        while len(chosen) < num:
            chosen.append(int(gap.argmax()))
            np.minimum(gap, _squared_distance(x, y, chosen[-1]), out=gap)
        return Points.on(xy[chosen])


def _squared_distance(x: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    squared: np.ndarray = (x - x[k]) ** 2 + (y - y[k]) ** 2
    return squared


def build(config: Config) -> FarthestSampler:  # noqa: ARG001
    return FarthestSampler()
