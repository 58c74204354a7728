"""Negatives: points off the object, anywhere in the frame, picked as positives are (Point-VOS' background points).

With the union of all objects as the mask, these are points of their common background.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pointreel.core import Points
from pointreel.core.protocols import PointSampler, Scene
from pointreel.points import samplers
from pointreel.points._pixels import background_of
from pointreel.points.scene import Scene as BackgroundScene


@dataclass(frozen=True, kw_only=True)
class Config:
    """``strategy`` names the sampler of positives that picks the points, ``options`` are those of its ``Config``."""

    strategy: str = "random"
    options: Mapping[str, str | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class BackgroundSampler:
    strategy: PointSampler

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        background = BackgroundScene(background_of(scene), rgb=scene.rgb)
        return Points.off(self.strategy.sample(background, num_points, rng).xy)


def build(config: Config) -> BackgroundSampler:
    return BackgroundSampler(samplers.build(config.strategy, **config.options))
