"""Negatives: positives of the other objects (SAM-PT; PointVIS' annotation-free negatives).

Each other object gives its share of the points, the first ones one more where they do not divide; where objects
overlap, only its pixels off this object count. A system that has already picked the others' positives uses those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pointreel.core import Points
from pointreel.core.protocols import PointSampler, Scene
from pointreel.points import samplers
from pointreel.points._pixels import background_of
from pointreel.points.scene import Scene as OtherScene


@dataclass(frozen=True, kw_only=True)
class Config:
    """``strategy`` names the sampler of the other objects' positives, ``options`` are those of its ``Config``."""

    strategy: str = "k-medoids"
    options: Mapping[str, str | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class OtherObjectsSampler:
    strategy: PointSampler

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        off = background_of(scene)
        others = [other & off for other in scene.others]
        others = [other for other in others if other.any()]
        num, points = max(num_points, 0), Points.off([])
        for k, other in enumerate(others):
            share = num // len(others) + (k < num % len(others))
            points += Points.off(self.strategy.sample(OtherScene(other, rgb=scene.rgb), share, rng).xy)
        return points


def build(config: Config) -> OtherObjectsSampler:
    return OtherObjectsSampler(samplers.build(config.strategy, **config.options))
