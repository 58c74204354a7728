"""With what a pipeline is run: the engines by their names, and the numbers of the paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, PointreelError
from ..points import frame_samplers


@dataclass(frozen=True, kw_only=True)
class Config:
    """The numbers of Point-VOS: 10 frames, with 7, 10 and 3 candidates, 20 pixels apart.

    ``sure_foreground`` and ``sure_background`` are where the likelihood of an object is thresholded; the paper gives no
    numbers for these. Segmenter and propagator go by their names, with options for their ``Config``.

    ``gold`` and ``repeats`` are how many hidden tests there are, as shares of the candidates: points whose answer is
    known, and points that are shown again. ``overlap`` people are asked about each.
    """

    segmenter: str = "small"
    propagator: str = "small"
    segmenter_options: Mapping[str, object] = field(default_factory=dict)
    propagator_options: Mapping[str, object] = field(default_factory=dict)
    num_frames: int = 10
    num_foreground: int = 7
    num_background: int = 10
    num_ambiguous: int = 3
    min_distance: float = 20.0
    sure_foreground: float = 0.9
    sure_background: float = 0.1
    gold: float = 0.0
    repeats: float = 0.0
    overlap: int = 1
    seed: int = 0
    num_workers: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.sure_background < 0.5 < self.sure_foreground <= 1:
            found = f"sure_background={self.sure_background:g} and sure_foreground={self.sure_foreground:g}"
            raise PointreelError(f"found {found}; expected the first from 0 to below 0.5, the second above it up to 1.")
        counts = {name: getattr(self, name) for name in ("num_foreground", "num_background", "num_ambiguous")}
        if negative := [f"{name}={count}" for name, count in counts.items() if count < 0]:
            raise PointreelError(f"found {negative[0]}; expected 0 or more.")
        if not (0 <= self.gold <= 1 and 0 <= self.repeats <= 1 and 1 <= self.overlap <= 100):
            found = f"gold={self.gold:g}, repeats={self.repeats:g}, overlap={self.overlap}"
            raise PointreelError(f"found {found}; expected two shares from 0 to 1, and 1 to 100 people.")
        if self.num_frames < 1 or self.num_workers < 1 or not 0 <= self.min_distance < 1e6:
            found = f"num_frames={self.num_frames}, num_workers={self.num_workers}, min_distance={self.min_distance:g}"
            raise PointreelError(f"found {found}; expected at least 1 frame and 1 worker, and a distance from 0 up.")

    @property
    def per_frame(self) -> Mapping[int, int]:
        return {FOREGROUND: self.num_foreground, BACKGROUND: self.num_background, AMBIGUOUS: self.num_ambiguous}

    def frames_of(self, num_frames: int) -> tuple[int, ...]:
        """The frames that candidates come from."""
        sampler = frame_samplers.build("evenly", num_frames=self.num_frames)
        chosen: tuple[int, ...] = sampler.sample(num_frames, np.random.default_rng(0))
        return chosen
