"""Negatives: random pixels outside the object's box, but inside the box twice as wide and high (PointVIS, P1N1).

The larger box has the same centre and is cut off at the frame. A pixel whose centre lies on its edge is inside.
"""

from dataclasses import dataclass

import numpy as np

from pointreel.core import PointreelError, Points
from pointreel.core.protocols import Scene
from pointreel.points._pixels import background_of, box_of, random_pixels


@dataclass(frozen=True, kw_only=True)
class Config:
    """``percent`` is the size of the larger box: 200 is twice as wide and twice as high."""

    percent: int = 200

    def __post_init__(self) -> None:
        if self.percent <= 100:
            raise PointreelError(f"percent is {self.percent}, expected more than 100: the box itself is 100.")


@dataclass(frozen=True)
class AroundBoxSampler:
    config: Config

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        box = box_of(scene.mask)
        if box is None:
            return Points.off([])
        left, right, top, bottom = box
        dx, dy = self._margin(right - left + 1), self._margin(bottom - top + 1)
        first_x, first_y = max(left - dx, 0), max(top - dy, 0)
        around = background_of(scene)
        around[top : bottom + 1, left : right + 1] = False
        around = around[first_y : bottom + dy + 1, first_x : right + dx + 1]
        return Points.off(random_pixels(around, num_points, rng) + np.array([first_x, first_y]))

    def _margin(self, extent: int) -> int:
        """How many pixels more on each side: half of what is added, to the next whole pixel whose centre is inside.

        A pixel j beyond the box's last has its centre j - 1/2 past the box's edge, so j - 1/2 <= extent * more / 200.
        """
        return (extent * (self.config.percent - 100) + 100) // 200


def build(config: Config) -> AroundBoxSampler:
    return AroundBoxSampler(config)
