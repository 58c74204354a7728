"""Negatives: random pixels of the object's box that are off the object (PointVIS, P1N1 in-box).

An object that fills its box gets none.
"""

from dataclasses import dataclass

import numpy as np

from pointreel.core import Points
from pointreel.core.protocols import Scene
from pointreel.points._pixels import background_of, box_of, random_pixels


@dataclass(frozen=True, kw_only=True)
class Config:
    """Nothing to choose."""


class InBoxSampler:
    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        box = box_of(scene.mask)
        if box is None:
            return Points.off([])
        left, right, top, bottom = box
        inside = background_of(scene)[top : bottom + 1, left : right + 1]
        return Points.off(random_pixels(inside, num_points, rng) + np.array([left, top]))


def build(config: Config) -> InBoxSampler:  # noqa: ARG001
    return InBoxSampler()
