"""Random pixels of the mask, at least 20 pixels apart (Point-VOS).

The largest number of points that fits is returned where the mask has no room for all: proven on small masks, as near to
it as search gets on larger ones. With ``min_distance=0`` it is SAM-PT's random sampling.
"""

from dataclasses import dataclass

import numpy as np

from pointreel.core import PointreelError, Points
from pointreel.core.protocols import Scene
from pointreel.points._pixels import random_pixels
from pointreel.points._spacing import spaced_pixels


@dataclass(frozen=True, kw_only=True)
class Config:
    """``min_distance`` in pixels, between the centres of any two points; a distance of exactly that is enough."""

    min_distance: float = 20.0

    def __post_init__(self) -> None:
        if not 0 <= self.min_distance < 1e6:
            raise PointreelError(f"min_distance is {self.min_distance}, expected a number of pixels from 0 up.")


@dataclass(frozen=True)
class RandomSampler:
    config: Config

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        if self.config.min_distance <= 1:
            return Points.on(random_pixels(scene.mask, num_points, rng))
        return Points.on(spaced_pixels(scene.mask, num_points, self.config.min_distance, rng))


def build(config: Config) -> RandomSampler:
    return RandomSampler(config)
