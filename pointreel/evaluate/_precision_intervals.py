"""How sure average precision is: the figures of drawing the videos again, many times.

A video that is drawn twice counts twice: so every prediction and every track of the truth has the weight of its video,
predictions are put in order once, and each draw is a few running sums.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .bootstrap import bounds, draws
from .metrics.average_precision import MOST_PREDICTIONS, RECALLS, THRESHOLDS, Matches

Floats = NDArray[np.float64]
NamedMatches = Mapping[int, Sequence[tuple[int, Matches]]]
"""By category: what was matched in a video, beside the number of the video, counted from 0."""
NUM_DRAWS = 1000


def precision_intervals(
    found: NamedMatches, num_videos: int, *, num_draws: int = NUM_DRAWS, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """95 % bounds of AP, AP50, AP75 and AR100."""
    weights = [drawn for some in draws(num_videos, num_draws=num_draws, seed=seed) for drawn in some]
    figures = resampled(found, weights)
    return {name: bounds(values) for name, values in figures.items()}


def resampled(found: NamedMatches, weights: Sequence[Floats]) -> dict[str, Floats]:
    """AP, AP50, AP75 and AR100 for each draw, which is a weight for every video; nan where nothing is to be found."""
    rows = [_Rows(matches) for matches in found.values() if any(one.num_truth[0] for _, one in matches)]
    precision = np.full((len(weights), len(rows), len(THRESHOLDS)), np.nan)
    recall = precision.copy()
    for k, category in enumerate(rows):
        for d, weight in enumerate(weights):
            precision[d, k], recall[d, k] = category.figures(weight)
    return {
        "AP": _mean(precision),
        "AP50": _mean(precision[..., :1]),
        "AP75": _mean(precision[..., 5:6]),
        "AR100": _mean(recall),
    }


class _Rows:
    """The predictions of one category in order of score, and the tracks of the truth by video."""

    def __init__(self, found: Sequence[tuple[int, Matches]]) -> None:
        most = MOST_PREDICTIONS[-1]
        scores = np.concatenate([matches.scores[:most] for _, matches in found])
        order = np.argsort(-scores, kind="stable")
        video = np.concatenate([np.full(len(matches.scores[:most]), k) for k, matches in found])
        right = np.concatenate([matches.right[0, :, :most] for _, matches in found], axis=-1)[:, order]
        ignored = np.concatenate([matches.ignored[0, :, :most] for _, matches in found], axis=-1)[:, order]
        self._video, self._right, self._wrong = video[order], right & ~ignored, ~right & ~ignored
        self._true_video = np.array([k for k, _ in found])
        self._num_truth = np.array([int(matches.num_truth[0]) for _, matches in found])

    def figures(self, weights: Floats) -> tuple[Floats, Floats]:
        """Mean precision over the recalls and the recall reached, by threshold."""
        num_truth = float((weights[self._true_video] * self._num_truth).sum())
        if not num_truth:
            return np.full(len(THRESHOLDS), np.nan), np.full(len(THRESHOLDS), np.nan)
        weight = weights[self._video]
        num_right, num_wrong = (np.cumsum(kind * weight, axis=1) for kind in (self._right, self._wrong))
        share = num_right / (num_right + num_wrong + np.spacing(1))
        highest = np.zeros((len(THRESHOLDS), len(weight) + 1))
        highest[:, :-1] = np.maximum.accumulate(share[:, ::-1], axis=1)[:, ::-1]
        reached = num_right / num_truth
        precision = [np.mean(highest[t, np.searchsorted(recalls, RECALLS)]) for t, recalls in enumerate(reached)]
        return np.array(precision), reached[:, -1] if len(weight) else np.zeros(len(THRESHOLDS))


def _mean(values: Floats) -> Floats:
    """The mean of each draw, over what is there to be found."""
    there = ~np.isnan(values)
    num = there.sum(axis=(1, 2))
    total = np.where(there, values, 0.0).sum(axis=(1, 2))
    mean: Floats = np.divide(total, num, out=np.full(len(values), np.nan), where=num > 0)
    return mean
