"""BURST: HOTA, DetA and AssA of masks, for its exemplar-guided, class-guided and open-world tasks.

The truth and the predictions are files of BURST; all figures equal those of TrackEval.

HOTA is computed for every class that the truth has, and averaged: over all classes, over those COCO has as well
(``_common``) and over the rest (``_uncommon``). With ``task=class-guided`` predictions of a class that nobody looked
for are left out before: those that match nothing at an IoU of 0.5, on frames without the class unless it is known not
to be in the sequence, and everywhere where it is not annotated exhaustively. With ``task=exemplar-guided`` a track has
the number, and with it the class, of the object whose mask, box or point was given. With ``task=open-world`` there are
no classes, and OWTA, which does not count wrong detections, comes first; ``subset`` then looks at objects of known or
of unknown classes only.

As there, frames on which the truth has no object are not looked at, nor are distractors, and of a frame's predictions
the 300 of the highest scores. A sequence without predictions has everything missed, and is warned of.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ...core import FormatError, UnknownName, iou_matrix
from ...formats import BurstSequence, BurstTracks, Detection
from .._burst_classes import DISTRACTORS, KEPT_BY_MERGED, KNOWN
from .._completeness import few
from .._hota_intervals import hota_intervals
from .._workers import run_tasks
from ..metrics.hota import FrameSimilarities, Hota, hota
from ..report import Figures, Progress, Report, Scorer, silent

TASKS, SUBSETS = ("class-guided", "exemplar-guided", "open-world"), ("all", "known", "unknown")
MOST_DETECTIONS = 300
_OBJECT = 1
"""The class of everything in the open world; where TrackEval asks what is known of the class, it asks of this one."""
_EPS = float(np.finfo(float).eps)

Detections = tuple[Detection, ...]
ByClass = dict[int, Hota]


@dataclass(frozen=True, kw_only=True)
class Config:
    """See above for ``task`` and ``subset``. ``split`` picks one of several files in the truth's folder."""

    task: str = "class-guided"
    subset: str = "all"
    split: str = ""

    def __post_init__(self) -> None:
        for what, value, known in (("task of BURST", self.task, TASKS), ("subset of BURST", self.subset, SUBSETS)):
            if value not in known:
                raise UnknownName(what, value, known)


def build(config: Config) -> Scorer:
    """The scorer, as configured."""
    return BurstScorer(config)


@dataclass(frozen=True)
class BurstScorer:
    """HOTA of files of BURST."""

    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        _opened.cache_clear()  # the files may be others than the last time
        true_file, predicted_file = _opened(truth, self.config.split), _opened(predictions, "")
        tasks = [_Task(self.config, truth, predictions, name) for name in true_file.names]
        counted = run_tasks(_score, tasks, num_workers=num_workers, progress=progress, what="scoring sequences")
        classes = sorted({number for one in counted for number in one.true_classes} - DISTRACTORS)
        of_classes = {
            number: sum((one.by_class[number] for one in counted if number in one.by_class), Hota.nothing())
            for number in classes
        }
        return Report(
            overall=_overall(of_classes, self.config.task),
            per_sequence={
                task.name: sum((one.by_class[k] for k in classes if k in one.by_class), Hota.nothing()).figures()
                for task, one in zip(tasks, counted, strict=True)
            },
            intervals=_intervals(counted) if self.config.task == "open-world" else {},
            warnings=tuple(_warnings(true_file, predicted_file, sum(one.num_strange for one in counted))),
        )


@dataclass(frozen=True, slots=True)
class _Task:
    config: Config
    truth: Path
    predictions: Path
    name: str


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is counted in a sequence, by class, and how many tracks have the number of no object."""

    by_class: ByClass
    true_classes: frozenset[int]
    num_strange: int


@lru_cache(maxsize=4)
def _opened(path: Path, split: str) -> BurstTracks:
    """Indexed once in every process."""
    return BurstTracks(path, split)


def _score(task: _Task) -> _Counted:
    config, predicted_file = task.config, _opened(task.predictions, "")
    truth = _opened(task.truth, config.split).sequence(task.name)
    true = _mapped(truth, lambda one: _true_class(one, config))
    predicted: dict[str, Detections] = {}
    num_strange = 0
    if task.name in predicted_file.names:
        sequence = predicted_file.sequence(task.name)
        _require_size(predicted_file.path, sequence, truth.size)
        class_of, num_strange = _predicted_class(truth, true, sequence, config.task)
        predicted = _mapped(sequence, class_of)
    frames = [(detections, _best(predicted.get(path, ()))) for path, detections in true.items() if detections]
    classes = {one.category for pair in frames for some in pair for one in some}
    by_class = {number: hota(_frames_of_class(frames, number, truth, config.task)) for number in classes}
    true_classes = frozenset(one.category for detections, _ in frames for one in detections)
    return _Counted(by_class, true_classes, num_strange)


def _require_size(path: Path, sequence: BurstSequence, size: tuple[int, int]) -> None:
    if sequence.size != size:
        found, expected = (f"{height} x {width} pixels" for height, width in (sequence.size, size))
        raise FormatError(path, sequence.name, found=found, expected=f"{expected}, as in the truth")


ClassOf = Callable[[Detection], int | None]


def _mapped(sequence: BurstSequence, class_of: ClassOf) -> dict[str, Detections]:
    """The detections by frame, each under the class it counts as; those that do not count are left out."""
    return {
        path: tuple(
            Detection(one.track, category, one.mask, one.score)
            for one in detections
            if (category := class_of(one)) is not None
        )
        for path, detections in sequence.detections.items()
    }


def _true_class(one: Detection, config: Config) -> int | None:
    """The class that an object of the truth counts as; None for one that is not looked at."""
    if one.category in DISTRACTORS:
        return None
    if config.task != "open-world":
        return KEPT_BY_MERGED.get(one.category, one.category)
    return None if config.subset != "all" and (one.category in KNOWN) != (config.subset == "known") else _OBJECT


def _predicted_class(
    truth: BurstSequence, true: Mapping[str, Detections], predicted: BurstSequence, task: str
) -> tuple[ClassOf, int]:
    """The class that a prediction counts as, and how many tracks have the number of no object where they should."""
    if task == "open-world":
        return lambda _: _OBJECT, 0
    if task == "class-guided":
        return lambda one: KEPT_BY_MERGED.get(one.category, one.category), 0
    class_by_track = {one.track: one.category for detections in true.values() for one in detections}
    known = {one.track for detections in truth.detections.values() for one in detections}
    there = {one.track for detections in predicted.detections.values() for one in detections}
    return lambda one: class_by_track.get(one.track), len(there - known)


def _best(detections: Detections) -> Detections:
    if len(detections) <= MOST_DETECTIONS:
        return detections
    return tuple(sorted(detections, key=lambda one: one.score, reverse=True)[:MOST_DETECTIONS])


def _frames_of_class(
    frames: list[tuple[Detections, Detections]], number: int, sequence: BurstSequence, task: str
) -> Iterator[FrameSimilarities]:
    is_negative = number in sequence.negative_categories
    is_partly_annotated = number in sequence.not_exhaustive_categories
    for pair in frames:
        truth, predicted = ([one for one in some if one.category == number] for some in pair)
        similarity = iou_matrix([one.mask for one in truth], [one.mask for one in predicted])
        if task != "exemplar-guided" and (is_partly_annotated or not (truth or is_negative)):
            kept = _matched(similarity)
            predicted, similarity = [predicted[k] for k in kept], similarity[:, kept]
        yield FrameSimilarities([one.track for one in truth], [one.track for one in predicted], similarity)


def _matched(similarity: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which predictions match something at 0.5."""
    close = np.where(similarity < 0.5 - _EPS, 0.0, similarity)
    rows, columns = linear_sum_assignment(-close)
    kept: NDArray[np.int64] = np.sort(columns[close[rows, columns] > _EPS])
    return kept


def _overall(of_classes: ByClass, task: str) -> Figures:
    """The mean of each figure over classes."""
    if task == "open-world":
        figures = of_classes.get(_OBJECT, Hota.nothing()).figures()
        return {name: figures[name] for name in ("OWTA", *figures)}
    figures_by_class = {number: hota.figures() for number, hota in of_classes.items()}
    groups = {
        "": list(figures_by_class.values()),
        "_common": [figures for number, figures in figures_by_class.items() if number in KNOWN],
        "_uncommon": [figures for number, figures in figures_by_class.items() if number not in KNOWN],
    }
    names = ("HOTA", "DetA", "AssA")
    split = {f"{name}{group}": _mean(some, name) for group, some in groups.items() for name in names}
    return split | {name: _mean(groups[""], name) for name in Hota.nothing().figures()}


def _intervals(counted: list[_Counted]) -> dict[str, tuple[float, float]]:
    return hota_intervals([one.by_class.get(_OBJECT, Hota.nothing()) for one in counted])


def _mean(figures: list[dict[str, float]], name: str) -> float:
    return float(np.mean([of_one[name] for of_one in figures])) if figures else math.nan


def _warnings(truth: BurstTracks, predictions: BurstTracks, num_strange: int) -> Iterator[str]:
    """What TrackEval passes over without a word."""
    silent_ones = [name for name in truth.names if name not in predictions.names]
    if silent_ones:
        yield f"{predictions.path}: sequences without any prediction, where all is missed: {few(silent_ones)}."
    strays = [name for name in predictions.names if name not in truth.names]
    if strays:
        yield f"{predictions.path}: not scored, because the truth has no sequence of the name: {few(strays)}."
    if num_strange:
        yield f"{predictions.path}: {num_strange} tracks do not count, because no object of the truth has their number."
