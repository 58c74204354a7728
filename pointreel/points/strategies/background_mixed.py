"""Negatives: the mixed sampling on all that is not the object (SAM-PT)."""

from dataclasses import dataclass

import numpy as np

from pointreel.core import Points
from pointreel.core.protocols import Scene
from pointreel.points._pixels import background_of
from pointreel.points.scene import Scene as BackgroundScene

from . import mixed


@dataclass(frozen=True, kw_only=True)
class Config:
    """``repeat``: repeat the pixels of a background that has fewer than points are asked for, as SAM-PT does."""

    repeat: bool = False


@dataclass(frozen=True)
class BackgroundMixedSampler:
    config: Config

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        background = BackgroundScene(background_of(scene), rgb=scene.rgb)
        return Points.off(mixed.build(mixed.Config(repeat=self.config.repeat)).sample(background, num_points, rng).xy)


def build(config: Config) -> BackgroundMixedSampler:
    return BackgroundMixedSampler(config)
