"""Scores as plots, each as PNG, SVG and CSV: figures with intervals, sequences, frames over time, A against B."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import inside, replacing
from . import plots
from .comparison import MEASURES, Comparison
from .page_look import colour
from .report import Figures, Progress, Report, silent, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MANY = 40
"""Sequences whose names can still be read side by side."""


def write_plots(comparison: Comparison, folder: Path, *, progress: Progress = silent) -> None:
    """Write ``figures``, ``sequences``, ``<b> against <a>`` for every two methods with the first, and
    ``over-time/<sequence>`` where scores of frames are known; each as ``.png``, ``.svg`` and ``.csv``."""
    first = comparison.figures[0]
    figures = {method.name: _with_bounds(method.report) for method in comparison.methods}
    save_plot(folder, "figures", figures_plot(comparison), table("method", figures))
    by_sequence = {
        name: {method.name: method.figures(name).get(first, float("nan")) for method in comparison.methods}
        for name in comparison.sequences
    }
    if first in comparison.methods[0].figures(comparison.sequences[0]):
        save_plot(folder, "sequences", _sequences_plot(by_sequence, first), table("sequence", by_sequence))
        for method in comparison.methods[1:]:
            pair = (comparison.methods[0].name, method.name)
            rows = {name: {one: row[one] for one in pair} for name, row in by_sequence.items()}
            place = f"{pair[1]} against {pair[0]}".replace("/", "_")
            save_plot(folder, place, scatter_plot(rows, pair, first), table("sequence", rows))
    if comparison.has_frames:
        for name in progress(comparison.sequences, "drawing sequences", len(comparison.sequences)):
            save_plot(folder, f"over-time/{name}", over_time_plot(comparison, name), _over_time_table(comparison, name))


def figures_plot(comparison: Comparison) -> "Figure":
    """Every figure of every method as a dot on its interval."""
    num = len(comparison.methods)
    drawing, axes = plots.figure(height=1.2 + 0.24 * (num + 1) * len(comparison.figures))
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=plots.GRID, linewidth=0.8)
    for k, method in enumerate(comparison.methods):
        for row, figure in enumerate(comparison.figures):
            value, place = method.report.overall[figure], row + (k - (num - 1) / 2) / (num + 1)
            low, high = method.report.intervals.get(figure, (value, value))
            axes.plot([low, high], [place, place], color=colour(k), linewidth=2)
            axes.plot([value], [place], "o", color=colour(k), markersize=5, label="" if row else method.name)
    axes.set_yticks(range(len(comparison.figures)), comparison.figures)
    axes.invert_yaxis()
    axes.set_xlabel("value, with its 95 % interval over sequences", color=plots.INK)
    _legend(axes, num)
    return drawing


def over_time_plot(comparison: Comparison, sequence: str, measure: str = "J") -> "Figure":
    """A line for every method: J or F on every frame, the mean over objects."""
    frames, scores = comparison.frames(sequence), comparison.scores(sequence, measure)
    drawing, axes = plots.figure(width=9.0)
    for k, (method, row) in enumerate(zip(comparison.methods, scores, strict=True)):
        axes.plot(range(len(frames)), row, color=colour(k), linewidth=1.8, label=method.name)
    step = max(1, len(frames) // 8)
    axes.set_xticks(range(0, len(frames), step), frames[::step])
    axes.set_ylim(-0.02, 1.02)
    axes.set_ylabel(f"{measure} of {sequence}", color=plots.INK)
    axes.set_xlabel("frame", color=plots.INK)
    _legend(axes, len(comparison.methods))
    return drawing


def scatter_plot(rows: Mapping[str, Figures], pair: Sequence[str], figure: str) -> "Figure":
    """A dot for every row, with the diagonal: above it the second of ``pair`` is better."""
    drawing, axes = plots.figure(width=5.2, height=5.2)
    x, y = ([row[name] for row in rows.values()] for name in pair)
    known = [value for value in (*x, *y) if value == value]
    low, high = min(known, default=0.0) - 0.03, max(known, default=1.0) + 0.03
    axes.plot([low, high], [low, high], color=plots.GRID, linewidth=1.2, zorder=0)
    axes.plot(x, y, "o", color=plots.BLUE, alpha=0.8, markersize=6)
    for name, a, b in zip(rows, x, y, strict=True):
        if len(rows) <= _MANY // 2 and a == a and b == b:
            axes.annotate(name, (a, b), (5, 3), textcoords="offset points", fontsize=7, color=plots.INK)
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    axes.set_xlabel(f"{figure} of {pair[0]}", color=plots.INK)
    axes.set_ylabel(f"{figure} of {pair[1]}", color=plots.INK)
    return drawing


def _sequences_plot(rows: Mapping[str, Figures], figure: str) -> "Figure":
    """Every sequence, from the lowest mean over methods to the highest, a dot for every method."""
    names = sorted(rows, key=lambda name: sum(rows[name].values()) / len(rows[name]))
    methods = list(next(iter(rows.values())))
    drawing, axes = plots.figure(width=max(6.0, min(0.32 * len(names) + 2, 18.0)), height=4.2)
    for k, method in enumerate(methods):
        axes.plot(range(len(names)), [rows[name][method] for name in names], "o", color=colour(k), label=method)
    shown = names if len(names) <= _MANY else [""] * len(names)
    axes.set_xticks(range(len(names)), shown, rotation=90 if len(names) > 6 else 0)
    axes.set_xlabel("sequence, the worst first", color=plots.INK)
    axes.set_ylabel(figure, color=plots.INK)
    _legend(axes, len(methods))
    return drawing


def save_plot(folder: Path, name: str, drawing: "Figure", csv_text: str) -> None:
    """One plot as ``.png``, ``.svg`` and ``.csv``; the name may have folders, but stays inside."""
    place = inside(folder, name)
    plots.save(drawing, place.parent, place.name)
    with replacing(place.with_name(f"{place.name}.csv")) as draft:
        draft.write_text(csv_text, encoding="utf-8")


def _legend(axes: "Axes", num: int) -> None:
    if num > 1:
        axes.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), ncols=min(num, 4))


def _over_time_table(comparison: Comparison, sequence: str) -> str:
    by_measure = {measure: comparison.scores(sequence, measure) for measure in MEASURES}
    rows = {
        frame: {
            f"{measure} {method.name}": float(scores[m, k])
            for measure, scores in by_measure.items()
            for m, method in enumerate(comparison.methods)
        }
        for k, frame in enumerate(comparison.frames(sequence))
    }
    return table("frame", rows)


def _with_bounds(report: Report) -> dict[str, float]:
    """Every figure, and the ends of its interval beside it."""
    row: dict[str, float] = {}
    for figure, value in report.overall.items():
        row[figure] = value
        if figure in report.intervals:
            row[f"{figure} low"], row[f"{figure} high"] = report.intervals[figure]
    return row
