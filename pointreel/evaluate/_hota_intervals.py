"""How sure HOTA is: its figures when the sequences are drawn again, many times."""

from collections.abc import Sequence

import numpy as np

from .bootstrap import bounds, draws
from .metrics.hota import Hota


def hota_intervals(sequences: Sequence[Hota], *, seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % bounds of each figure that is a mean over alphas."""
    if not sequences:
        return {}
    curves = [Hota.weighted(sequences, weights).by_alpha() for weights in draws(len(sequences), seed=seed)]
    return {name: bounds(np.concatenate([one[name].mean(axis=-1) for one in curves])) for name in curves[0]}
