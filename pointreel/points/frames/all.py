"""Every frame."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Config:
    """Nothing to choose."""


class AllFramesSampler:
    def sample(self, num_frames: int, rng: np.random.Generator) -> tuple[int, ...]:  # noqa: ARG002
        return tuple(range(num_frames))


def build(config: Config) -> AllFramesSampler:  # noqa: ARG001
    return AllFramesSampler()
