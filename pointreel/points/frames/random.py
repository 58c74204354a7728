"""Random frames, each once, in order (Point-VOS' comparison: 10 frames). A shorter video gives all."""

from dataclasses import dataclass

import numpy as np

from pointreel.core import PointreelError
from pointreel.points._pixels import first_of_shuffle


@dataclass(frozen=True, kw_only=True)
class Config:
    num_frames: int = 10

    def __post_init__(self) -> None:
        if self.num_frames < 1:
            raise PointreelError(f"num_frames is {self.num_frames}, expected at least 1.")


@dataclass(frozen=True)
class RandomFrameSampler:
    config: Config

    def sample(self, num_frames: int, rng: np.random.Generator) -> tuple[int, ...]:
        return tuple(sorted(first_of_shuffle(num_frames, self.config.num_frames, rng).tolist()))


def build(config: Config) -> RandomFrameSampler:
    return RandomFrameSampler(config)
