"""Frames at equal distances, the first and the last among them (Point-VOS: 10 frames).

Frame k of n is k (T - 1) / (n - 1), rounded as ``numpy.linspace(0, T - 1, n).round()`` is, but from whole numbers; one
frame alone is the first. Each frame comes once, and a video of at most n frames gives all.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pointreel.core import PointreelError


@dataclass(frozen=True, kw_only=True)
class Config:
    num_frames: int = 10

    def __post_init__(self) -> None:
        if self.num_frames < 1:
            raise PointreelError(f"num_frames is {self.num_frames}, expected at least 1.")


@dataclass(frozen=True)
class EvenSampler:
    config: Config

    def sample(self, num_frames: int, rng: np.random.Generator) -> tuple[int, ...]:  # noqa: ARG002
        num = min(self.config.num_frames, num_frames)
        if num < 2:
            return tuple(range(num))
        return tuple(round(Fraction(k * (num_frames - 1), num - 1)) for k in range(num))


def build(config: Config) -> EvenSampler:
    return EvenSampler(config)
