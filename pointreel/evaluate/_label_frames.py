"""J and F of every object on every frame of a set of label maps: what the benchmarks of video segmentation share.

Frames are scored in blocks, so that long sequences are spread over workers like short ones, and only a few pictures
are in memory at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core import FormatError
from ..core.label_maps import LabelMap
from ..formats import read_labels
from ._workers import run_tasks
from .metrics.j_and_f import FrameScorer, FrameScores
from .report import Progress

_BLOCK, _LARGE_BLOCK = 16, 24 << 20
Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class SequenceTask:
    """The frames of a sequence to score: PNGs in a folder of the truth and one of predictions, all of one ``size``.

    ``object_ids`` None: all numbers that stand anywhere. ``binary``: whatever is not 0 is object 1. ``ignore_void``:
    pixels that are 255 in the truth do not count at all. ``refuse_extra_ids``: a predicted number that is none of
    ``object_ids`` is an error, and not background.
    """

    name: str
    object_ids: tuple[int, ...] | None
    frames: tuple[str, ...]
    truth: Path
    prediction: Path
    size: tuple[int, int]
    binary: bool = False
    ignore_void: bool = False
    refuse_extra_ids: bool = True

    def paths(self, k: int) -> tuple[Path, Path]:
        """The files of frame k of those to score: truth and prediction."""
        name = f"{self.frames[k]}.png"
        return self.truth / name, self.prediction / name


@dataclass(frozen=True, kw_only=True, eq=False)
class SequenceScores:
    """J and F, (objects, frames), where each object is in the truth and in the prediction, and what else was found.

    ``other_*_ids`` map a number that is none of the objects to the first file that has it.
    """

    task: SequenceTask
    object_ids: tuple[int, ...]
    j: Scores
    f: Scores
    in_truth: Flags
    in_prediction: Flags
    other_truth_ids: Mapping[int, Path] = field(default_factory=dict)
    other_predicted_ids: Mapping[int, Path] = field(default_factory=dict)


def score_sequences(tasks: Sequence[SequenceTask], *, num_workers: int, progress: Progress) -> list[SequenceScores]:
    """The scores of each sequence, in order."""
    blocks = [block for task in tasks for block in _blocks(task)]
    parts = run_tasks(_score_block, blocks, num_workers=num_workers, progress=progress, what="scoring")
    by_name = {name: list(group) for name, group in groupby(parts, lambda part: part.task.name)}
    return [_joined(task, by_name.get(task.name, [])) for task in tasks]


def _blocks(task: SequenceTask) -> Iterator[SequenceTask]:
    for start in range(0, len(task.frames), _BLOCK):
        yield replace(task, frames=task.frames[start : start + _BLOCK])


def _joined(task: SequenceTask, parts: list[SequenceScores]) -> SequenceScores:
    """The blocks of a sequence side by side. An object that a block has not seen is in neither of its label maps."""
    found = tuple(sorted({i for part in parts for i in part.object_ids}))
    ids = found if task.object_ids is None else task.object_ids
    whole = _empty(task, ids, len(task.frames))
    start = 0
    for part in parts:
        rows = [ids.index(i) for i in part.object_ids]
        columns = slice(start, start + part.j.shape[1])
        for name in ("j", "f", "in_truth", "in_prediction"):
            getattr(whole, name)[rows, columns] = getattr(part, name)
        start = columns.stop
    return replace(
        whole,
        other_truth_ids=_first_of(part.other_truth_ids for part in parts),
        other_predicted_ids=_first_of(part.other_predicted_ids for part in parts),
    )


def _empty(task: SequenceTask, ids: tuple[int, ...], num_frames: int) -> SequenceScores:
    """Scores where no object is in any label map: all are 1."""
    j, f = np.ones((2, len(ids), num_frames))
    in_truth, in_prediction = np.zeros((2, len(ids), num_frames), bool)
    return SequenceScores(task=task, object_ids=ids, j=j, f=f, in_truth=in_truth, in_prediction=in_prediction)


def _first_of(paths_by_id: Iterator[Mapping[int, Path]]) -> dict[int, Path]:
    first: dict[int, Path] = {}
    for path_by_id in paths_by_id:
        first = {**path_by_id, **first}
    return first


def _score_block(task: SequenceTask) -> SequenceScores:
    scorer = _scorer(*task.size, task.binary)
    known = None if task.object_ids is None else {*task.object_ids}
    others: tuple[dict[int, Path], dict[int, Path]] = {}, {}
    frames = []
    for paths in map(task.paths, range(len(task.frames))):
        scores = scorer(*_label_maps(task, *paths), task.object_ids)
        frames.append(scores)
        for path, ids, seen in zip(paths, (scores.truth_ids, scores.predicted_ids), others, strict=True):
            for other in {*ids} - known if known is not None else ():
                seen.setdefault(other, path)
        if others[1] and task.refuse_extra_ids:
            raise _extra_id(task, others[1])
    return replace(_table(task, frames), other_truth_ids=others[0], other_predicted_ids=others[1])


def _table(task: SequenceTask, frames: list[FrameScores]) -> SequenceScores:
    """The scores of single frames as rows of objects."""
    found = tuple(sorted({i for scores in frames for i in scores.object_ids}))
    ids = found if task.object_ids is None else task.object_ids
    table = _empty(task, ids, len(frames))
    for k, scores in enumerate(frames):
        rows = [ids.index(i) for i in scores.object_ids]
        table.j[rows, k], table.f[rows, k] = scores.j, scores.f
        table.in_truth[:, k] = [i in scores.truth_ids for i in ids]
        table.in_prediction[:, k] = [i in scores.predicted_ids for i in ids]
    return table


def _label_maps(task: SequenceTask, truth_path: Path, path: Path) -> tuple[LabelMap, LabelMap]:
    truth, prediction = read_labels(truth_path, task.size), read_labels(path, task.size)
    if task.ignore_void and (void := truth == 255).any():
        truth, prediction = (np.where(void, np.zeros_like(labels), labels) for labels in (truth, prediction))
    return truth, prediction


def _keep_freed_memory() -> None:
    """Pictures come and go; having seen a large block go, glibc's allocator keeps what is freed for the next one.

    Otherwise it gives the memory of every frame back, and asking for it again costs as much as scoring.
    """
    np.empty(_LARGE_BLOCK, np.uint8)


@lru_cache(maxsize=2)
def _scorer(height: int, width: int, binary: bool) -> FrameScorer:
    _keep_freed_memory()
    return FrameScorer(height, width, binary=binary)


def _extra_id(task: SequenceTask, path_by_id: Mapping[int, Path]) -> FormatError:
    other, path = min(path_by_id.items())
    ids = task.object_ids or ()
    known = f"objects {ids[0]} to {ids[-1]}" if len(ids) > 1 else f"object {ids[0]}" if ids else "no object"
    return FormatError(
        path,
        "",
        found=f"a pixel of {other}",
        expected=f"{known}, as the truth of {task.name!r} has",
        hint="Write 0 where no object is.",
    )
