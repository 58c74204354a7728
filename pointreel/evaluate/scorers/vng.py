"""Video Narrative Grounding, OVIS-VNG and UVO-VNG: J&F of the object that a noun of a narrative means.

The truth is a folder with the expressions, the extra masks and the masks of OVIS or UVO; predictions are
``<video>/<expression>/<frame>.png``. All figures equal those of ``eval_vng.py`` of google/video-localized-narratives.

J and F are means over the annotated frames of an expression, the first and the last among them, and then over all
expressions of all videos: a video with more expressions counts for more. Where the truth says nothing of a frame, as
most frames of UVO, what is predicted there does not matter; an object that is not in an annotated frame is not
annotated there.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...core import PointreelError
from ...formats import Expression, GroundingFiles, NarrativeGrounding, read_labels, result_frames
from .._completeness import few
from .._workers import run_tasks
from ..bootstrap import mean_intervals
from ..metrics.j_and_f import FrameScorer
from ..report import Figures, Progress, Report, Scorer, silent


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` picks files in the truth's folder, and ``orig_masks`` is the file with the masks of OVIS or UVO where
    it lies elsewhere. With ``partial`` expressions without a result are left out, and listed, instead of refused."""

    split: str = "test"
    orig_masks: Path | None = None
    partial: bool = False


def build(config: Config) -> Scorer:
    """The scorer, as configured."""
    return VngScorer(config)


@dataclass(frozen=True)
class VngScorer:
    """J&F of expressions."""

    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        orig_masks = None if self.config.orig_masks is None else Path(self.config.orig_masks)
        files = GroundingFiles.of(truth, self.config.split, orig_masks)
        _grounding.cache_clear()  # the files may be others than the last time
        grounding = _grounding(files)
        wanted = [expression for video in grounding.videos for expression in grounding.expressions(video)]
        missing = tuple(key(expression) for expression in wanted if not result_frames(predictions, expression))
        if len(missing) == len(wanted) or (missing and not self.config.partial):
            raise _refused(predictions, missing, len(wanted))
        tasks = [_Task(files, predictions, expression) for expression in wanted if key(expression) not in set(missing)]
        figures = run_tasks(_score, tasks, num_workers=num_workers, progress=progress, what="scoring expressions")
        return _report(tasks, figures, missing, _warnings(predictions, grounding))


def score_expression(grounding: NarrativeGrounding, predictions: Path, expression: Expression) -> Figures:
    """J&F, J and F of one expression over its annotated frames."""
    files = result_frames(predictions, expression)
    scores = []
    for number, mask in grounding.masks(expression).items():
        if number not in files:
            folder = predictions / expression.video / str(expression.number)
            raise PointreelError(f"{folder}: found no picture of frame {number}, counted from 0, expected one.")
        size = mask.height, mask.width
        predicted = read_labels(files[number], size) != 0
        frame = _frame_scorer(size)(mask.to_array().view(np.uint8), predicted.view(np.uint8), [1])
        scores.append((frame.j[0], frame.f[0]))
    j, f = (float(np.array(column).mean()) for column in zip(*scores, strict=True))
    return {"J&F": 0.5 * (j + f), "J": j, "F": f}


@dataclass(frozen=True)
class _Task:
    files: GroundingFiles
    predictions: Path
    expression: Expression


def _score(task: _Task) -> Figures:
    return score_expression(_grounding(task.files), task.predictions, task.expression)


@lru_cache(maxsize=1)
def _grounding(files: GroundingFiles) -> NarrativeGrounding:
    """Read once in every process, as thousands of expressions share these files."""
    return NarrativeGrounding(files)


@lru_cache(maxsize=1)
def _frame_scorer(size: tuple[int, int]) -> FrameScorer:
    return FrameScorer(*size)


def _report(tasks: list[_Task], figures: list[Figures], missing: tuple[str, ...], warnings: tuple[str, ...]) -> Report:
    rows: dict[str, list[Figures]] = {}
    for task, of_one in zip(tasks, figures, strict=True):
        rows.setdefault(task.expression.video, []).append(of_one)
    return Report(
        overall=_mean(figures),
        per_object={key(task.expression): of_one for task, of_one in zip(tasks, figures, strict=True)},
        per_sequence={video: _mean(of_video) for video, of_video in rows.items()},
        intervals=mean_intervals(rows),
        warnings=warnings,
        missing=missing,
    )


def key(expression: Expression) -> str:
    """The name of an expression in a report."""
    return f"{expression.video}_{expression.number}"


def _mean(figures: list[Figures]) -> Figures:
    j, f = (float(np.mean([of_one[name] for of_one in figures])) for name in ("J", "F"))
    return {"J&F": 0.5 * (j + f), "J": j, "F": f}


def _refused(predictions: Path, missing: tuple[str, ...], num_expressions: int) -> PointreelError:
    return PointreelError(
        f"{predictions}: {len(missing)} of {num_expressions} expressions have no result ({few(list(missing))}). "
        "Predict them too, or score what there is with --partial."
    )


def _warnings(predictions: Path, grounding: NarrativeGrounding) -> tuple[str, ...]:
    """Folders of results that nobody asked for."""
    folders = {path.name for path in predictions.iterdir() if path.is_dir()}
    strange = sorted(folders - {*grounding.videos})
    if not strange:
        return ()
    return (f"{predictions}: not scored, because the truth has no video of the name: {few(strange)}.",)
