"""Average precision and recall of tracks, as the benchmarks of YouTube-VIS, OVIS and UVO compute them.

A prediction is right at a threshold when the IoU of its track with one of the truth's reaches it. Predictions are taken
by falling score, and each takes, of the tracks that are left, the one it overlaps most; of equal ones the last. A track
whose mean area lies outside the range looked at, and a crowd, are *ignored*: what takes them counts neither way, and
they are only taken by what no other track is close enough to. A crowd can be taken again and again. A prediction that
takes nothing counts as wrong, unless its own mean area lies outside the range.

Areas are means over the frames on which a track has pixels, and both ends of a range belong to it. Precision is read
off at 101 recalls, as the highest at that recall or a higher one.

The order of equals matters where scores are equal: it is that of the videos, then of the categories where they are not
looked at one by one, then of the predictions as they are given.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Mask
from ...core.tracks import TrackRuns

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MOST_PREDICTIONS = (1, 10, 100)
"""Of each video and category, how many predictions count: those of the highest scores."""
AREA_RANGES = {"": (0.0, 1e10), "s": (0.0, 128.0**2), "m": (128.0**2, 256.0**2), "l": (256.0**2, 1e10)}
"""Smallest and largest mean area, by the letter that figures of that range end with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthTrack:
    """One object. ``area`` is its mean area as an annotation states it; None takes that of the masks.

    A track that is not ``countable`` can be taken as any other, but what takes it remains wrong. So the official code
    treats the annotation whose number is 0, as it notes matches by number.
    """

    masks: Sequence[Mask | None]
    category: int = 1
    is_crowd: bool = False
    area: float | None = None
    countable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedTrack:
    """One predicted object, and how sure its maker was."""

    masks: Sequence[Mask | None]
    score: float
    category: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTracks:
    """What a video holds and what was predicted for it; all masks are of ``size``, (height, width)."""

    size: tuple[int, int]
    num_frames: int
    truth: Sequence[TruthTrack]
    predictions: Sequence[PredictedTrack]


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What became of the predictions for one category of one video, in order of score.

    ``right`` and ``ignored`` are (area ranges, thresholds, predictions); ``num_truth`` is, by area range, how many
    tracks of the truth count.
    """

    scores: Floats
    right: Bools
    ignored: Bools
    num_truth: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AveragePrecision:
    """Precision and recall in all ways the benchmarks ask for; -1 where the truth has nothing to find.

    ``precision`` is (thresholds, recalls, categories, area ranges, numbers of predictions); ``recall`` is the same
    without the second axis.
    """

    categories: tuple[int, ...]
    precision: Floats
    recall: Floats

    def figures(self) -> dict[str, float]:
        """Every figure by its official name: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl."""
        at = {f"AP{round(100 * THRESHOLDS[k])}": _mean(self.precision[[k], ..., 0, -1]) for k in (0, 5)}
        precisions = {f"AP{name}": _mean(self.precision[..., a, -1]) for a, name in enumerate(AREA_RANGES)}
        recalls = {f"AR{most}": _mean(self.recall[..., 0, m]) for m, most in enumerate(MOST_PREDICTIONS)}
        by_size = {f"AR{name}": _mean(self.recall[..., a, -1]) for a, name in enumerate(AREA_RANGES) if name}
        return {"AP": precisions.pop("AP")} | at | precisions | recalls | by_size

    def precision_by_category(self) -> dict[int, float]:
        """AP of each category alone."""
        return {number: _mean(self.precision[:, :, k, 0, -1]) for k, number in enumerate(self.categories)}


def average_precision(
    videos: Iterable[VideoTracks], *, categories: Sequence[int] | None = None, by_category: bool = True
) -> AveragePrecision:
    """Average precision and recall over ``videos``.

    ``categories`` are those that count, all of the truth's where it is None; what is of none of them is passed over.
    Without ``by_category`` their tracks are thrown together, and any prediction may take any of them.

    >>> cat = Mask.from_array([[0, 1], [0, 1]])
    >>> video = VideoTracks(
    ...     size=(2, 2),
    ...     num_frames=2,
    ...     truth=[TruthTrack(masks=[cat, None])],
    ...     predictions=[PredictedTrack(masks=[cat, None], score=0.9)],
    ... )
    >>> average_precision([video]).figures()["AR100"]
    1.0
    """
    found: defaultdict[int, list[Matches]] = defaultdict(list)
    for video in videos:
        for category, matches in matches_by_category(video, categories, by_category=by_category).items():
            found[category].append(matches)
    return accumulate(found, categories if by_category else (0,))


def accumulate(found: dict[int, list[Matches]], categories: Sequence[int] | None) -> AveragePrecision:
    """Precision and recall from the matches of all videos, in their order, by category."""
    some = [category for category, matches in found.items() if any(video.num_truth[0] for video in matches)]
    order = tuple(sorted(some if categories is None else set(categories)))
    shape = len(order), len(AREA_RANGES), len(MOST_PREDICTIONS)
    precision = np.full((len(THRESHOLDS), len(RECALLS), *shape), -1.0)
    recall = np.full((len(THRESHOLDS), *shape), -1.0)
    for k, category in enumerate(order):
        for m, most in enumerate(MOST_PREDICTIONS if found.get(category) else ()):
            _accumulate(found[category], most, precision[:, :, k, :, m], recall[:, k, :, m])
    return AveragePrecision(order, precision, recall)


def video_figures(matches: Mapping[int, Matches]) -> dict[str, float]:
    """AP, AP50 and AR100 of one video alone, over its categories with something to find; nan where there is none."""
    some = [[of_one] for of_one in matches.values() if of_one.num_truth[0]]
    precision = np.zeros((len(THRESHOLDS), len(RECALLS), len(some), len(AREA_RANGES)))
    recall = np.zeros((len(THRESHOLDS), len(some), len(AREA_RANGES)))
    for k, found in enumerate(some):
        _accumulate(found, MOST_PREDICTIONS[-1], precision[:, :, k], recall[:, k], num_ranges=1)
    values = {"AP": precision[..., 0], "AP50": precision[0, ..., 0], "AR100": recall[..., 0]}
    return {name: float(np.mean(value)) if some else math.nan for name, value in values.items()}


def matches_by_category(
    video: VideoTracks, categories: Sequence[int] | None = None, *, by_category: bool = True
) -> dict[int, Matches]:
    """What became of the predictions for one video, category by category, or under 0 for all of them together."""
    truth = TrackRuns.of([track.masks for track in video.truth], video.size, video.num_frames)
    predicted = TrackRuns.of([track.masks for track in video.predictions], video.size, video.num_frames)
    iou = truth.iou_with(predicted, at_least=float(THRESHOLDS[0])).T
    kind, predicted_kind = ([track.category for track in tracks] for tracks in (video.truth, video.predictions))
    known = sorted({*kind, *predicted_kind} if categories is None else set(categories))
    score = np.array([track.score for track in video.predictions], np.float64)
    groups = {category: [category] for category in known} if by_category else {0: known}
    matches = {}
    for name, group in groups.items():
        mine = np.array([k for category in group for k, kind_k in enumerate(kind) if kind_k == category], np.int64)
        theirs = [k for category in group for k, kind_k in enumerate(predicted_kind) if kind_k == category]
        if not len(mine) and not theirs:
            continue
        first = np.array(theirs, np.int64)[np.argsort(-score[theirs], kind="stable")][: MOST_PREDICTIONS[-1]]
        sides = _Sides.of([video.truth[k] for k in mine], truth.mean_areas()[mine], predicted.mean_areas()[first])
        matches[name] = _matched(iou[np.ix_(first, mine)], score[first], sides)
    return matches


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """What matters of tracks beside their IoU: ``ignored`` and ``outside`` are (area ranges, tracks)."""

    ignored: Bools
    is_crowd: Bools
    countable: Bools
    outside: Bools

    @classmethod
    def of(cls, truth: Sequence[TruthTrack], areas: Floats, predicted_areas: Floats) -> "_Sides":
        stated = [area if track.area is None else track.area for track, area in zip(truth, areas, strict=True)]
        is_crowd = np.array([track.is_crowd for track in truth], bool)
        countable = np.array([track.countable for track in truth], bool)
        return cls(is_crowd | _outside(np.array(stated)), is_crowd, countable, _outside(predicted_areas))


def _outside(areas: Floats) -> Bools:
    """Which areas lie outside each range, (area ranges, areas)."""
    low, high = np.array(list(AREA_RANGES.values())).T[:, :, None]
    outside: Bools = (areas < low) | (areas > high)
    return outside


def _matched(iou: Floats, score: Floats, sides: _Sides) -> Matches:
    """Let the predictions take tracks, one after the other, in all area ranges and at all thresholds at once."""
    shape = len(AREA_RANGES), len(THRESHOLDS)
    right, ignored = np.zeros((*shape, len(score)), bool), np.zeros((*shape, len(score)), bool)
    free = np.ones((*shape, iou.shape[1]), bool)
    for d, overlap in enumerate(iou):
        close = np.flatnonzero(overlap >= THRESHOLDS[0])
        if not len(close):
            continue
        may = free[..., close] & (overlap[close] >= THRESHOLDS[:, None])
        counts = may & ~sides.ignored[:, None, close]
        may = np.where(counts.any(axis=-1, keepdims=True), counts, may)
        best = close[::-1][np.where(may, overlap[close], -1.0)[..., ::-1].argmax(axis=-1)]
        area_range, threshold = np.nonzero(may.any(axis=-1))
        best = best[area_range, threshold]
        free[area_range, threshold, best] = sides.is_crowd[best]
        right[area_range, threshold, d] = sides.countable[best]
        ignored[area_range, threshold, d] = sides.ignored[area_range, best]
    ignored |= ~right & sides.outside[:, None]
    return Matches(score, right, ignored, (~sides.ignored).sum(axis=1))


def _accumulate(
    found: list[Matches], most: int, precision: Floats, recall: Floats, num_ranges: int = len(AREA_RANGES)
) -> None:
    """Fill in (thresholds, recalls, area ranges) and (thresholds, area ranges) for the first ``most`` of each video."""
    order = np.argsort(-np.concatenate([matches.scores[:most] for matches in found]), kind="stable")
    right = np.concatenate([matches.right[:num_ranges, :, :most] for matches in found], axis=-1)[..., order]
    ignored = np.concatenate([matches.ignored[:num_ranges, :, :most] for matches in found], axis=-1)[..., order]
    num_truth = np.sum([matches.num_truth[:num_ranges] for matches in found], axis=0)
    num_right = np.cumsum(right & ~ignored, axis=-1).astype(np.float64)
    num_wrong = np.cumsum(~right & ~ignored, axis=-1).astype(np.float64)
    share = num_right / (num_wrong + num_right + np.spacing(1))
    highest = np.zeros((*share.shape[:-1], len(order) + 1))
    highest[..., :-1] = np.maximum.accumulate(share[..., ::-1], axis=-1)[..., ::-1]
    for a in np.flatnonzero(num_truth):
        reached = num_right[a] / num_truth[a]
        recall[:, a] = reached[:, -1] if len(order) else 0.0
        for t, recalls in enumerate(reached):
            precision[t, :, a] = highest[a, t, np.searchsorted(recalls, RECALLS)]


def _mean(values: Floats) -> float:
    """The mean of what is there to be found; -1 where nothing is."""
    there = values[values > -1]
    return float(np.mean(there)) if len(there) else -1.0
