"""Whether a few frames of ground truth rank methods as all frames do: Fig. 8 of Point-VOS."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core import PointreelError
from ..points import frame_samplers
from . import plots
from .comparison import Comparison, Method, compare
from .page_look import colour
from .report import Progress, silent, table
from .score_plots import save_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUM_FRAMES = (3, 4, 5, 10)


@dataclass(frozen=True, kw_only=True)
class SparseStudy:
    """J&F of each method on all frames and on some, and how alike the two rank the methods (Spearman, 1: the same)."""

    dense: Mapping[str, float]
    sparse: Mapping[int, Mapping[str, float]]
    rank_correlation: Mapping[int, float]

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    def by_method(self) -> dict[str, dict[str, float]]:
        """J&F of each method on ``dense``, and on ``3`` frames, and so on."""
        return {
            name: {"dense": value} | {str(number): found[name] for number, found in self.sparse.items()}
            for name, value in self.dense.items()
        }


def sparse_study(
    truth: Path,
    predictions: Mapping[str, Path],
    *,
    num_frames: Sequence[int] = NUM_FRAMES,
    benchmark: str = "davis",
    num_workers: int = 1,
    progress: Progress = silent,
    **options: object,
) -> SparseStudy:
    """Score methods (their predictions by name) as DAVIS does, on all frames and on so many evenly spaced ones.

    The frames are chosen among those that are scored at all, so 3 frames are 3 scored frames of each sequence. Every
    prediction is read once: a few frames have the scores that they have among all. ``options`` are the scorer's.
    """
    if len(predictions) < 2:
        raise PointreelError("Ranks need at least two methods. Give the predictions of more.")
    if wrong := [number for number in num_frames if number < 1]:
        raise PointreelError(f"{wrong[0]} frames cannot be scored. Choose 1 or more.")
    found = compare(truth, predictions, benchmark=benchmark, num_workers=num_workers, progress=progress, **options)
    dense = {method.name: method.report.overall["J&F"] for method in found.methods}
    sparse = {
        number: {method.name: _score_on(number, method, found) for method in found.methods} for number in num_frames
    }
    return SparseStudy(
        dense=dense,
        sparse=sparse,
        rank_correlation={
            number: rank_correlation(list(dense.values()), list(some.values())) for number, some in sparse.items()
        },
    )


def _score_on(number: int, method: Method, comparison: Comparison) -> float:
    """J&F of a method on so many frames of each sequence."""
    sampler = frame_samplers.build("evenly", num_frames=number)
    objects: list[float] = []
    for name in comparison.sequences:
        scores, frames = method.frames[name], comparison.frames(name)
        at = [scores.task.frames.index(frames[k]) for k in sampler.sample(len(frames), np.random.default_rng(0))]
        for j, f in zip(scores.j[:, at], scores.f[:, at], strict=True):
            if not np.isnan(j).all():
                objects.append((float(np.nanmean(j)) + float(np.nanmean(f))) / 2)
    return float(np.mean(objects)) if objects else np.nan


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


def write_sparse_study(study: SparseStudy, folder: Path) -> None:
    """Fig. 8 as ``dense-against-sparse.png`` and ``.svg``, and its numbers as ``.csv``."""
    save_plot(folder, "dense-against-sparse", study_plot(study), table("method", study.by_method()))


def study_plot(study: SparseStudy) -> "Figure":
    """A panel for each number of frames: a dot for every method, dense up and sparse across, and the diagonal."""
    from matplotlib.figure import Figure

    num = len(study.sparse)
    columns = min(num, 2)
    rows = -(-num // columns)
    drawing = Figure(figsize=(4.2 * columns, 4.0 * rows + 0.5), layout="constrained")
    values = [*study.dense.values(), *(value for some in study.sparse.values() for value in some.values())]
    ends = [float(np.nanmin(values)) - 0.03, float(np.nanmax(values)) + 0.03]
    for panel, (number, some) in enumerate(study.sparse.items()):
        axes = drawing.add_subplot(rows, columns, panel + 1)
        plots.quieten(axes)
        axes.plot(ends, ends, color=plots.GRID, linewidth=1.2, zorder=0)
        for k, (name, dense) in enumerate(study.dense.items()):
            axes.plot([some[name]], [dense], _marker(k), color=colour(k), label="" if panel else name)
        title = f"{number} frame{'' if number == 1 else 's'} · rank correlation {study.rank_correlation[number]:.3f}"
        axes.set_title(title, fontsize=10, color=plots.INK)
        axes.set(xlim=ends, ylim=ends, aspect="equal")
        axes.set_xlabel("temporally sparse J&F", color=plots.INK)
        axes.set_ylabel("temporally dense J&F", color=plots.INK)
    drawing.legend(loc="outside lower center", frameon=False, ncols=min(len(study.dense), 3), fontsize=9)
    return drawing


def _marker(k: int) -> str:
    """Methods beyond the colours there are have other shapes."""
    return "osD^vP*X"[k // 8 % 8]
