"""The pixel deepest in the mask, where a person asked for one click would click (PointVIS, P1).

Each further point is the deepest pixel when the points before count as holes: the centre of the largest disc that fits
between them and the edge. Nothing is random: of equally deep pixels the first row by row is taken.
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


class DistanceTransformSampler:
    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:  # noqa: ARG002
        xy = pixels_of(scene.mask)
        depth = squared_depth(scene.mask)[scene.mask]
        chosen: list[int] = []
        while len(chosen) < min(num_points, len(xy)):
            chosen.append(int(depth.argmax()))
            np.minimum(depth, ((xy - xy[chosen[-1]]) ** 2).sum(axis=1), out=depth)
        return Points.on(xy[chosen])


def build(config: Config) -> DistanceTransformSampler:  # noqa: ARG001
    return DistanceTransformSampler()
