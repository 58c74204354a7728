"""DAVIS 2016 and 2017, semi-supervised: J and F with mean, recall and decay.

The truth and the predictions are each a DAVIS root, its ``Annotations`` folder, or a folder of sequence folders. Which
sequences count says ``split``, a list in ``ImageSets``; where none is named it is "val" if there is such a list, else
all sequences with masks.

As the published evaluation has it: the first and the last frame of a sequence are not scored; the objects of a
sequence are 1 up to the largest number in its first frame; void in the truth is background unless ``ignore_void``; an
object that neither has in a frame scores 1; the mean over objects, not sequences, is the figure of the set; and decay
keeps its bins in a byte, so sequences of more than 256 scored frames have a wrong decay or none, unless
``decay=unwrapped``. DAVIS-2016 is scored with ``binary``: whatever is not 0 is the object.

Where the published evaluation goes on without a word, there is a warning: objects of the truth that are not in its
first frame, sequences without objects, files that belong to no frame. Where it crashes, the error names the file.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from ...core import FormatError, UnknownName
from ...formats import LabelFiles, read_header, read_labels
from ...formats import shelf as formats
from ...points import frame_samplers
from .._completeness import predicted_frames, stray_warnings
from .._label_frames import SequenceScores, SequenceTask, score_sequences
from ..bootstrap import mean_intervals
from ..metrics.mean_recall_decay import mean_recall_decay
from ..report import Figures, Progress, Report, silent

VOID, _FEWEST = 255, 3
_DECAYS = ("official", "unwrapped")
FIGURES = ("J&F", "J_mean", "J_recall", "J_decay", "F_mean", "F_recall", "F_decay")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``partial`` scores what is there and says what is missing. ``num_frames`` scores so many frames of a sequence,
    evenly spaced, instead of all, as in the study of sparse ground truth of Point-VOS. See above for the rest."""

    binary: bool = False
    split: str | None = None
    partial: bool = False
    ignore_void: bool = False
    decay: str = "official"
    resolution: str = "480p"
    num_frames: int | None = None

    def __post_init__(self) -> None:
        if self.decay not in _DECAYS:
            raise UnknownName("kind of decay", self.decay, _DECAYS)


def build(config: Config) -> "Davis":
    return Davis(config)


@dataclass(frozen=True)
class Davis:
    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        return self.score_frames(truth, predictions, num_workers=num_workers, progress=progress)[0]

    def score_frames(
        self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent
    ) -> tuple[Report, list[SequenceScores]]:
        """The report, and the scores of every frame that it is made of."""
        true_files, split = self._truth(truth)
        root = formats.build("davis", resolution=self.config.resolution).label_files(predictions).root
        frames = {name: _require_enough(true_files, name) for name in true_files.names}
        scored = {name: self._scored(names[1:-1]) for name, names in frames.items()}
        kept, missing = predicted_frames(root, scored, partial=self.config.partial)
        tasks = [self._task(true_files, root, name, kept[name], frames[name][0]) for name in kept]
        scores = score_sequences(tasks, num_workers=num_workers, progress=progress)
        warnings = [*stray_warnings(root, frames), *_unscored_folders(true_files), *map_warnings(scores)]
        return self._report(scores, split, missing, warnings), scores

    def _scored(self, frames: tuple[str, ...]) -> tuple[str, ...]:
        if self.config.num_frames is None:
            return frames
        sampler = frame_samplers.build("evenly", num_frames=self.config.num_frames)
        return tuple(frames[k] for k in sampler.sample(len(frames), np.random.default_rng(0)))

    def _truth(self, path: Path) -> tuple[LabelFiles, str]:
        """The files of the truth, and the name of the list they stand in."""
        layout = formats.build("davis", resolution=self.config.resolution)
        split = self.config.split or ("val" if "val" in layout.splits(path) else None)
        years = (2016, 2017) if self.config.binary else (None,)
        for year in years:
            try:
                options = {"split": split, "year": year, "resolution": self.config.resolution}
                files: LabelFiles = formats.build("davis", **options).label_files(path)
            except FormatError:
                if year == years[-1]:
                    raise
            else:
                break
        if not files.names:
            raise FormatError(files.root, "", found="no folder with PNGs", expected="a folder per sequence")
        return files, split or "val"

    def _task(
        self, files: LabelFiles, predictions: Path, name: str, frames: tuple[str, ...], first: str
    ) -> SequenceTask:
        path = files.path(name, first)
        labels = read_labels(path)
        largest = int((labels != 0).any()) if self.config.binary else int(labels[labels != VOID].max(initial=0))
        header = read_header(path)
        return SequenceTask(
            name=name,
            object_ids=tuple(range(1, largest + 1)),
            frames=frames,
            truth=files.folder(name),
            prediction=predictions / name,
            size=(header.height, header.width),
            binary=self.config.binary,
            ignore_void=self.config.ignore_void,
        )

    def _report(
        self, scores: list[SequenceScores], split: str, missing: tuple[str, ...], warnings: list[str]
    ) -> Report:
        wrap = self.config.decay == "official"
        objects = {
            one.task.name: {
                f"{one.task.name}_{object_id}": figures_of(one, k, wrap=wrap)
                for k, object_id in enumerate(one.object_ids)
            }
            for one in scores
        }
        per_object = {name: figures for rows in objects.values() for name, figures in rows.items()}
        overall = _overall(per_object)
        if any(np.isnan(value) for value in overall.values()):
            warnings.append(
                "Decay is not a number: the published bins wrap in sequences of more than 255 scored frames. "
                "The option decay=unwrapped gives what was meant."
            )
        return Report(
            overall=overall,
            per_object=per_object,
            per_sequence={name: mean_of(rows) for name, rows in objects.items() if rows},
            intervals=mean_intervals({name: list(rows.values()) for name, rows in objects.items()}),
            warnings=tuple(warnings),
            missing=missing,
            files=_official_tables(split, overall, per_object),
        )


def figures_of(scores: SequenceScores, k: int, *, wrap: bool = True) -> dict[str, float]:
    """The seven figures of one object."""
    j, f = (mean_recall_decay(np.ascontiguousarray(values[k]), wrap=wrap) for values in (scores.j, scores.f))
    values = ((j.mean + f.mean) / 2, *j, *f)
    return dict(zip(FIGURES, values, strict=True))


def mean_of(rows: Mapping[str, Figures]) -> dict[str, float]:
    """The mean of each figure over rows."""
    return {figure: sum(row[figure] for row in rows.values()) / len(rows) for figure in FIGURES}


def map_warnings(scores: list[SequenceScores]) -> list[str]:
    """What the published evaluation leaves out in silence."""
    warnings = []
    for one in scores:
        for object_id, path in sorted(one.other_truth_ids.items()):
            if object_id != VOID:
                warnings.append(f"{path}: object {object_id} is not in the first frame, so it is not scored.")
        if not one.object_ids:
            warnings.append(f"{one.task.truth}: no object in the first frame, so nothing is scored.")
    return warnings


def _overall(per_object: Mapping[str, Figures]) -> dict[str, float]:
    """Means over objects; J&F is made of the two means, as the published evaluation makes it."""
    if not per_object:
        return dict.fromkeys(FIGURES, np.nan)
    overall = mean_of(per_object)
    return overall | {"J&F": (overall["J_mean"] + overall["F_mean"]) / 2}


def _require_enough(files: LabelFiles, name: str) -> tuple[str, ...]:
    frames = files.frames(name)
    if len(frames) < _FEWEST:
        found = f"{len(frames)} label map{'' if len(frames) == 1 else 's'}"
        expected = f"at least {_FEWEST}, because the first and the last are not scored"
        raise FormatError(files.folder(name), "", found=found, expected=expected)
    return frames


def _unscored_folders(files: LabelFiles) -> list[str]:
    """Empty folders beside the sequences of the truth."""
    empty = sorted(folder.name for folder in files.root.iterdir() if folder.is_dir() and not any(folder.iterdir()))
    return [f"{files.root / name}: is empty, so nothing of it is scored." for name in empty]


def _official_tables(split: str, overall: Figures, per_object: Mapping[str, Figures]) -> dict[str, str]:
    """The two tables of the published evaluation, to the letter."""
    heads = [figure if figure != "J&F" else "J&F_mean" for figure in FIGURES]
    titles = [head.replace("_", "-").title().replace("J&f", "J&F") for head in heads]
    rows = [(name, figures["J_mean"], figures["F_mean"]) for name, figures in per_object.items()]
    return {
        f"global_results-{split}.csv": _table(titles, [[overall[figure] for figure in FIGURES]]),
        f"per-sequence_results-{split}.csv": _table(["Sequence", "J-Mean", "F-Mean"], rows),
    }


def _table(heads: list[str], rows: Sequence[Sequence[str | float]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else f"{value:.3f}"
