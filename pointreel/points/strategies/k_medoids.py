"""The centres of a k-medoids clustering of the mask's pixels: an even cover of the object (SAM-PT).

The clustering is scikit-learn-extra's with its defaults (Euclidean, alternating, heuristic start, 300 iterations), to
the pixel. As in SAM-PT it looks at no more than 1800 random pixels of the mask, so large masks take no longer.
"""

from dataclasses import dataclass

import numpy as np

from pointreel.core import PointreelError, Points
from pointreel.core.protocols import Scene
from pointreel.points._medoids import medoids
from pointreel.points._pixels import random_pixels, repeated


@dataclass(frozen=True, kw_only=True)
class Config:
    """``repeat``: repeat the pixels of a mask that has fewer than points are asked for, as SAM-PT does."""

    max_pixels: int = 1800
    max_iterations: int = 300
    repeat: bool = False

    def __post_init__(self) -> None:
        if self.max_pixels < 1 or self.max_iterations < 0:
            raise PointreelError(
                f"max_pixels is {self.max_pixels} and max_iterations {self.max_iterations}, expected at least 1 and 0."
            )


@dataclass(frozen=True)
class KMedoidsSampler:
    config: Config

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        few = repeated(scene.mask, num_points, repeat=self.config.repeat)
        if few is not None:
            return Points.on(few)
        xy = random_pixels(scene.mask, max(self.config.max_pixels, num_points), rng)
        return Points.on(xy[medoids(xy, num_points, self.config.max_iterations)])


def build(config: Config) -> KMedoidsSampler:
    return KMedoidsSampler(config)
