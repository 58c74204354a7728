"""Whether a few frames of ground truth rank methods as all frames do: Fig. 8 of Point-VOS."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..core import PointreelError
from .report import Progress, silent
from .scorers import davis

NUM_FRAMES = (3, 4, 5, 10)


@dataclass(frozen=True, kw_only=True)
class SparseStudy:
    """J&F of each method on all frames and on some, and how alike the two rank the methods (Spearman, 1: the same)."""

    dense: Mapping[str, float]
    sparse: Mapping[int, Mapping[str, float]]
    rank_correlation: Mapping[int, float]

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def sparse_study(
    truth: Path,
    predictions: Mapping[str, Path],
    *,
    num_frames: Sequence[int] = NUM_FRAMES,
    num_workers: int = 1,
    progress: Progress = silent,
) -> SparseStudy:
    """Score methods (their predictions by name) as DAVIS does, on all frames and on so many evenly spaced ones.

    The frames are chosen among those that are scored at all, so 3 frames are 3 scored frames of each sequence.
    """
    if len(predictions) < 2:
        raise PointreelError("Ranks need at least two methods. Give the predictions of more.")

    def scores(number: int | None) -> dict[str, float]:
        scorer = davis.build(davis.Config(num_frames=number))
        return {
            name: scorer.score(truth, path, num_workers=num_workers, progress=progress).overall["J&F"]
            for name, path in predictions.items()
        }

    dense, sparse = scores(None), {number: scores(number) for number in num_frames}
    return SparseStudy(
        dense=dense,
        sparse=sparse,
        rank_correlation={
            number: rank_correlation(list(dense.values()), list(found.values())) for number, found in sparse.items()
        },
    )


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's: the correlation of ranks, where equal values share the mean of theirs.

    >>> round(rank_correlation([0.1, 0.5, 0.9], [3.0, 2.0, 1.0]), 9)
    -1.0
    """
    from scipy.stats import rankdata

    ranks = np.stack([rankdata(a), rankdata(b)])
    apart = ranks - ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((apart**2).sum(axis=1)).prod()
    return float((apart[0] * apart[1]).sum() / size) if size else np.nan
