"""Quality of pseudo-labels, as in TAO-VOS: mean IoU, recall@50 and recall@70 where the object is.

The truth and the labels are datasets of any format; ``truth_format`` and ``labels_format`` name it where it is not
recognised. Sequences and frames are matched by their names, and objects by their ids.

J is the mean IoU over all masks of the truth that have a pixel, and recall@50 and recall@70 are the parts of them that
the labels overlap with an IoU of at least 0.5 and 0.7: frames without the object do not count, and an object without a
label has an IoU of 0. Figures of an object and of a sequence are the same over its masks. Where the truth is void
nothing counts. A labelled frame of the truth on which the labels say nothing at all is refused, like a sequence that
they do not have; with ``partial`` both are left out, and listed.
"""

from dataclasses import dataclass
from pathlib import Path

from ...core import PointreelError
from .._completeness import few
from .._datasets import DatasetPair, forget_datasets
from .._workers import run_tasks
from ..bootstrap import mean_intervals
from ..metrics.label_quality import ious_where_present, label_quality
from ..report import Progress, Report, Scorer, silent


@dataclass(frozen=True, kw_only=True)
class Config:
    """See above; formats are named as ``pointreel list formats`` names them."""

    truth_format: str = ""
    labels_format: str = ""
    partial: bool = False


def build(config: Config) -> Scorer:
    """The scorer, as configured."""
    return LabelScorer(config)


@dataclass(frozen=True)
class LabelScorer:
    """Quality of labels beside the truth."""

    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        forget_datasets()
        formats = {"truth_format": self.config.truth_format, "predictions_format": self.config.labels_format}
        pair = DatasetPair(truth=truth, predictions=predictions, **formats)
        missing = pair.missing(partial=self.config.partial)
        tasks = [_Task(pair, name) for name in pair.true_sequences() if name not in missing]
        scored = run_tasks(_score, tasks, num_workers=num_workers, progress=progress, what="comparing labels")
        unlabelled = [frame for sequence in scored for frame in sequence.unlabelled]
        if unlabelled and not self.config.partial:
            raise PointreelError(
                f"{predictions}: frames without any label: {few(unlabelled)}. "
                "Label them, or use --partial to leave them out."
            )
        return _report(scored, (*missing, *unlabelled), pair.warnings())


@dataclass(frozen=True, slots=True)
class _Task:
    pair: DatasetPair
    name: str


@dataclass(frozen=True, slots=True)
class _Scored:
    """The IoUs of a sequence by object, and the frames on which the labels say nothing."""

    name: str
    ious: dict[int, list[float]]
    unlabelled: tuple[str, ...]


def _score(task: _Task) -> _Scored:
    ious: dict[int, list[float]] = {}
    unlabelled = []
    for frame, truth, labels in task.pair.frames(task.name):
        masks = {object_id: segment.mask for object_id, segment in truth.segments.items()}
        if labels is None and any(masks.values()):
            unlabelled.append(f"{task.name}/{frame}")
            continue
        found = {} if labels is None else {key: segment.mask for key, segment in labels.segments.items()}
        for object_id, iou in ious_where_present(masks, found, void=truth.void).items():
            ious.setdefault(object_id, []).append(iou)
    return _Scored(task.name, ious, tuple(unlabelled))


def _report(scored: list[_Scored], missing: tuple[str, ...], warnings: tuple[str, ...]) -> Report:
    by_sequence = {one.name: [iou for ious in one.ious.values() for iou in ious] for one in scored}
    return Report(
        overall=label_quality(iou for ious in by_sequence.values() for iou in ious),
        per_object={
            f"{one.name}_{object_id}": label_quality(ious)
            for one in scored
            for object_id, ious in sorted(one.ious.items())
        },
        per_sequence={name: label_quality(ious) for name, ious in by_sequence.items()},
        intervals=mean_intervals({name: [label_quality([iou]) for iou in ious] for name, ious in by_sequence.items()}),
        warnings=warnings,
        missing=missing,
    )
