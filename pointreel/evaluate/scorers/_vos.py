"""What MOSE, LVOS, TAO-VOS, SA-V and YouTube-VOS share: objects may come late, and count from when they come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core import FormatError
from ...formats import LabelFiles, read_header
from .._completeness import predicted_frames, stray_warnings
from .._label_frames import SequenceScores, SequenceTask, score_sequences
from ..bootstrap import mean_intervals
from ..report import Figures, Progress, Report, silent

FIGURES = ("J&F", "J_mean", "F_mean")
VOID = 255

Find = Callable[[Path], LabelFiles]
Rows = dict[str, dict[int, dict[str, float]]]
"""Figures by sequence and object."""


@dataclass(frozen=True, kw_only=True)
class VosScorer:
    """J and F, averaged over the frames of an object and then over objects.

    The objects are those of the truth. An object counts from the first frame on which truth or prediction has it, or
    with ``after_reference`` after the first frame on which the truth has it. ``find`` says where the label maps of a
    folder lie. ``void``: whether 255 is void and not an object.
    """

    find: Find
    skip_ends: bool = True
    after_reference: bool = False
    void: bool = False
    binary: bool = False
    partial: bool = False

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        return self.score_frames(truth, predictions, num_workers=num_workers, progress=progress)[0]

    def score_frames(
        self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent
    ) -> tuple[Report, list[SequenceScores]]:
        """The report, and the scores of every frame: not a number where an object does not count."""
        scores, missing, warnings = self.frames(truth, predictions, num_workers=num_workers, progress=progress)
        rows = {one.task.name: self._rows(one) for one in scores}
        return report(rows, missing, warnings), [self._counted(one) for one in scores]

    def frames(
        self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent
    ) -> tuple[list[SequenceScores], tuple[str, ...], list[str]]:
        """The scores of every object on every frame, what is missing, and what there is to warn of."""
        files, root = self.find(truth), self.find(predictions).root
        if not files.names:
            raise FormatError(files.root, "", found="no folder with PNGs", expected="a folder per sequence")
        frames = {name: files.frames(name) for name in files.names}
        scored = {name: names[1:-1] if self.skip_ends else names for name, names in frames.items()}
        warnings = [
            f"{files.folder(name)}: {len(frames[name])} label maps, of which none is scored."
            for name, names in scored.items()
            if not names
        ]
        kept, missing = predicted_frames(root, scored, partial=self.partial)
        tasks = [self._task(files, root, name, names) for name, names in kept.items()]
        scores = score_sequences(tasks, num_workers=num_workers, progress=progress)
        return scores, missing, [*stray_warnings(root, frames), *warnings, *_extra_objects(scores, self.void)]

    def _task(self, files: LabelFiles, predictions: Path, name: str, frames: tuple[str, ...]) -> SequenceTask:
        header = read_header(files.path(name, frames[0]))
        return SequenceTask(
            name=name,
            object_ids=None,
            frames=frames,
            truth=files.folder(name),
            prediction=predictions / name,
            size=(header.height, header.width),
            binary=self.binary,
        )

    def _rows(self, one: SequenceScores) -> dict[int, dict[str, float]]:
        return {
            object_id: figures(one.j[k, start:], one.f[k, start:])
            for k, object_id in enumerate(one.object_ids)
            if one.in_truth[k].any()
            and not (self.void and object_id == VOID)
            and (start := self._start(one, k)) < one.j.shape[1]
        }

    def _counted(self, one: SequenceScores) -> SequenceScores:
        rows = self._rows(one)
        starts = [self._start(one, k) if i in rows else one.j.shape[1] for k, i in enumerate(one.object_ids)]
        early = np.arange(one.j.shape[1]) < np.array(starts, np.int64)[:, None]
        return replace(one, j=np.where(early, np.nan, one.j), f=np.where(early, np.nan, one.f))

    def _start(self, one: SequenceScores, k: int) -> int:
        """The first frame that counts for an object."""
        if self.after_reference:
            return int(one.in_truth[k].argmax()) + 1
        return int((one.in_truth[k] | one.in_prediction[k]).argmax())


def figures(j: NDArray[np.float64], f: NDArray[np.float64]) -> dict[str, float]:
    """Means over frames, and the mean of the two."""
    j_mean, f_mean = float(j.mean()), float(f.mean())
    return dict(zip(FIGURES, ((j_mean + f_mean) / 2, j_mean, f_mean), strict=True))


def report(rows: Rows, missing: tuple[str, ...], warnings: list[str]) -> Report:
    """Means over all objects."""
    per_object = {f"{name}_{i}": row for name, objects in rows.items() for i, row in objects.items()}
    return Report(
        overall=means(per_object),
        per_object=per_object,
        per_sequence={name: means({str(i): row for i, row in objects.items()}) for name, objects in rows.items()},
        intervals=mean_intervals({name: list(objects.values()) for name, objects in rows.items()}),
        warnings=tuple(warnings),
        missing=missing,
    )


def means(rows: Mapping[str, Figures]) -> dict[str, float]:
    """The mean of each figure; not a number where there are no rows."""
    names = next(iter(rows.values()), dict.fromkeys(FIGURES, np.nan))
    return {name: float(np.mean([row[name] for row in rows.values()])) if rows else np.nan for name in names}


def _extra_objects(scores: list[SequenceScores], void: bool) -> list[str]:
    """Objects that only predictions have: they are passed over, but pixels that are theirs are missed elsewhere."""
    found = []
    for one in scores:
        for k, object_id in enumerate(one.object_ids):
            if not one.in_truth[k].any() and not (void and object_id == VOID):
                path = one.task.paths(int(one.in_prediction[k].argmax()))[1]
                found.append(f"{path}: object {object_id} is not in the truth, so it is not scored.")
    return found
