"""What DAVIS says of a row of scores: how good on average, how often good, and how much worse at the end."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_BINS, _BYTE = 4, 256


class MeanRecallDecay(NamedTuple):
    mean: float
    recall: float
    decay: float


def mean_recall_decay(scores: NDArray[np.float64], *, wrap: bool = True) -> MeanRecallDecay:
    """The mean, the part above 0.5, and the mean of the first quarter less that of the last.

    Quarters share their end frames. The published evaluation keeps their ends in a byte, so from 256 frames on they
    wrap: a quarter is wrong or empty, and the decay of an empty one is not a number. With ``wrap=False`` they do not.

    >>> mean_recall_decay(np.array([1.0, 1.0, 0.5, 0.0]))
    MeanRecallDecay(mean=0.625, recall=0.5, decay=0.75)
    """
    if not len(scores):
        return MeanRecallDecay(np.nan, np.nan, np.nan)
    ends = np.rint(np.linspace(1, len(scores), _BINS + 1) + 1e-10).astype(np.int64) - 1
    stops = ends + 1
    if wrap:
        ends, stops = ends % _BYTE, (ends % _BYTE + 1) % _BYTE
    first, last = scores[ends[0] : stops[1]], scores[ends[-2] : stops[-1]]
    decay = first.mean() - last.mean() if len(first) and len(last) else np.nan
    return MeanRecallDecay(float(scores.mean()), float((scores > 0.5).mean()), float(decay))
