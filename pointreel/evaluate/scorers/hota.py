"""HOTA, DetA and AssA of the masks of any two datasets, as for TAO-VOS: found and followed, whatever their ids.

The truth and the predictions are datasets of any format; ``truth_format`` and ``predictions_format`` name it where it
is not recognised. Sequences and frames are matched by their names; objects are matched by how well they overlap, so
their ids may be any. Figures are those of TrackEval without classes: detections are counted together over all
sequences, and associations averaged over all matches. Every labelled frame of the truth counts. A frame on which
nothing was predicted has everything missed; a sequence without predictions is refused, unless ``partial``.
"""

from dataclasses import dataclass
from pathlib import Path

from ...core import FrameLabels, iou_matrix
from .._datasets import DatasetPair, forget_datasets
from .._hota_intervals import hota_intervals
from .._workers import run_tasks
from ..metrics.hota import FrameSimilarities, Hota, hota
from ..report import Progress, Report, Scorer, silent


@dataclass(frozen=True, kw_only=True)
class Config:
    """See above; formats are named as ``pointreel list formats`` names them."""

    truth_format: str = ""
    predictions_format: str = ""
    partial: bool = False


def build(config: Config) -> Scorer:
    """The scorer, as configured."""
    return HotaScorer(config)


@dataclass(frozen=True)
class HotaScorer:
    """HOTA of two datasets."""

    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        forget_datasets()
        formats = {"truth_format": self.config.truth_format, "predictions_format": self.config.predictions_format}
        pair = DatasetPair(truth=truth, predictions=predictions, **formats)
        missing = pair.missing(partial=self.config.partial)
        tasks = [_Task(pair, name) for name in pair.true_sequences() if name not in missing]
        counted = run_tasks(_score, tasks, num_workers=num_workers, progress=progress, what="scoring sequences")
        return Report(
            overall=sum(counted, Hota.nothing()).figures(),
            per_sequence={task.name: one.figures() for task, one in zip(tasks, counted, strict=True)},
            intervals=hota_intervals(counted),
            warnings=pair.warnings(),
            missing=missing,
        )


@dataclass(frozen=True, slots=True)
class _Task:
    pair: DatasetPair
    name: str


def _score(task: _Task) -> Hota:
    return hota(_similarities(truth, predicted) for _, truth, predicted in task.pair.frames(task.name))


def _similarities(truth: FrameLabels, predicted: FrameLabels | None) -> FrameSimilarities:
    """The objects with pixels on one frame."""
    true = {key: segment.mask for key, segment in truth.segments.items() if segment.mask}
    other = {key: segment.mask for key, segment in predicted.segments.items() if segment.mask} if predicted else {}
    return FrameSimilarities([*true], [*other], iou_matrix([*true.values()], [*other.values()]))
