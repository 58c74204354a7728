"""A quarter k-medoids, a third Shi-Tomasi corners and the rest random pixels (SAM-PT).

The parts do not know of each other, as in SAM-PT: two of them may choose the same pixel. One or two points are random
only, so that the picture is needed from three points on.
"""

from dataclasses import dataclass

import numpy as np

from pointreel.core import Points
from pointreel.core.protocols import Scene
from pointreel.points._pixels import random_pixels, repeated

from . import k_medoids


@dataclass(frozen=True, kw_only=True)
class Config:
    """``repeat``: repeat the pixels of a mask that has fewer than points are asked for, as SAM-PT does."""

    repeat: bool = False


@dataclass(frozen=True)
class MixedSampler:
    config: Config

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        few = repeated(scene.mask, num_points, repeat=self.config.repeat)
        if few is not None and not (self.config.repeat and len(few)):
            return Points.on(few)
        num_medoids, num_corners = num_points // 4, num_points // 3
        points = Points.on([])
        if num_medoids:
            points += k_medoids.build(k_medoids.Config(repeat=self.config.repeat)).sample(scene, num_medoids, rng)
        if num_corners:
            points += self._corners(scene, num_corners, rng)
        return points + self._random(scene, num_points - num_medoids - num_corners, rng)

    def _corners(self, scene: Scene, num: int, rng: np.random.Generator) -> Points:
        from . import shi_tomasi  # here, because it brings OpenCV, which one or two points do not need

        return shi_tomasi.build(shi_tomasi.Config(repeat=self.config.repeat)).sample(scene, num, rng)

    def _random(self, scene: Scene, num: int, rng: np.random.Generator) -> Points:
        few = repeated(scene.mask, num, repeat=self.config.repeat)
        return Points.on(few if few is not None else random_pixels(scene.mask, num, rng))


def build(config: Config) -> MixedSampler:
    return MixedSampler(config)
