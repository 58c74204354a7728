"""Every k-th frame, from the first one on."""

from dataclasses import dataclass

import numpy as np

from pointreel.core import PointreelError


@dataclass(frozen=True, kw_only=True)
class Config:
    """Frames ``start``, ``start + step``, ...; a step of 5 is how YouTube-VOS is labelled."""

    step: int = 5
    start: int = 0

    def __post_init__(self) -> None:
        if self.step < 1 or self.start < 0:
            raise PointreelError(f"step is {self.step} and start {self.start}, expected at least 1 and 0.")


@dataclass(frozen=True)
class EveryFrameSampler:
    config: Config

    def sample(self, num_frames: int, rng: np.random.Generator) -> tuple[int, ...]:  # noqa: ARG002
        return tuple(range(self.config.start, num_frames, self.config.step))


def build(config: Config) -> EveryFrameSampler:
    return EveryFrameSampler(config)
