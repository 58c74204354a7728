"""The project's figures as SVG and its tables as CSV."""

import csv
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from itertools import accumulate
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from ...evaluate import plots, point_statistics
from ...evaluate.statistics import RANGE
from ...store import Project
from .statistics import SECONDS_PER_DENSE_MASK, Statistics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NOTHING = {"0": 0}
_NAMED = 20
_DRAWING = Lock()
"""Matplotlib is not made for threads, and must not even be imported by two at once."""


def figure(project: Project, name: str) -> str:
    """A figure as an ``<svg>`` element: fig9, fig10, pace or cost."""
    with _DRAWING:
        return plots.to_svg(_FIGURES[name](project))


def table(project: Project, statistics: Statistics, name: str) -> str:
    """A table as CSV: points, annotators or objects."""
    rows = {"points": lambda: _points(project), "annotators": lambda: _annotators(statistics)}
    return _csv(rows.get(name, lambda: _objects(project, statistics))())


def _fig9(project: Project) -> "Figure":
    said = point_statistics(project.verified())
    groups = {"objects": _numbers(said.objects_by_num_frames), "videos": _numbers(said.videos_by_num_frames)}
    return _fitted(plots.bars(groups, x_label="frames", y_label="how many", colours=(plots.BLUE, plots.INK)))


def _fig10(project: Project) -> "Figure":
    said = point_statistics(project.verified())
    by_range = {"positive points": said.objects_by_positive_range, "negative points": said.objects_by_negative_range}
    groups = {name: _ranges(counts) for name, counts in by_range.items()}
    return _fitted(plots.bars(groups, x_label="points", y_label="objects", colours=(plots.BLUE, plots.ORANGE)))


def _fitted(drawing: "Figure") -> "Figure":
    """As wide as the others beside it, however many places it has: some of them are named."""
    drawing.set_size_inches(*plots.figure()[0].get_size_inches())
    (axes,) = drawing.axes
    places, names = axes.get_xticks(), [label.get_text() for label in axes.get_xticklabels()]
    step = -(-len(names) // _NAMED)
    axes.set_xticks(places[::step], names[::step])
    return drawing


def _pace(project: Project) -> "Figure":
    """Seconds per verdict, as a running median over each annotator's last 25."""
    drawing, axes = plots.figure()
    by_name: dict[str, list[float]] = {}
    for event in project.log():
        if event.seconds is not None and not event.settles:
            by_name.setdefault(event.by, []).append(event.seconds)
    for name, seconds in sorted(by_name.items()):
        axes.plot(range(1, len(seconds) + 1), _running_median(seconds), label=name, linewidth=1.6)
    axes.set_xlabel("verdicts", color=plots.INK)
    axes.set_ylabel("seconds per verdict", color=plots.INK)
    axes.set_ylim(bottom=0)
    if by_name:
        axes.legend(frameon=False, fontsize=9)
    return drawing


def _cost(project: Project) -> "Figure":
    """Hours of verifying so far, day by day, against those that masks of the same frames would have taken."""
    drawing, axes = plots.figure()
    days = project.verdicts_per_day()
    spent = list(accumulate(seconds / 3600 for _, _, seconds in days))
    axes.plot([day.isoformat() for day, _, _ in days], spent, color=plots.BLUE, marker="o", label="points, as verified")
    dense = project.num_frames_answered() * SECONDS_PER_DENSE_MASK / 3600
    label = f"masks of the same frames, {SECONDS_PER_DENSE_MASK:g} s each"
    axes.axhline(dense, color=plots.ORANGE, linestyle="--", label=label)
    axes.set_ylabel("hours", color=plots.INK)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=9)
    return drawing


_FIGURES: Mapping[str, Callable[[Project], "Figure"]] = {
    "fig9": _fig9,
    "fig10": _fig10,
    "pace": _pace,
    "cost": _cost,
}


def _running_median(seconds: list[float], width: int = 25) -> list[float]:
    return [float(np.median(seconds[max(0, k + 1 - width) : k + 1])) for k in range(len(seconds))]


def _numbers(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(k): counts.get(k, 0) for k in range(max(counts) + 1)} if counts else _NOTHING


def _ranges(counts: Mapping[int, int]) -> dict[str, int]:
    return {f"{start}–{start + RANGE - 1}": count for start, count in counts.items()} or _NOTHING


def _points(project: Project) -> Iterable[tuple[object, ...]]:
    yield "point", "video", "object", "frame", "x", "y", "kind", "label", "answers", "waiting"
    for thing in project.objects:
        for point in project.points(thing.key):
            said = point.kind, "" if point.label is None else point.label, point.answers, int(point.waiting)
            yield point.key, thing.video, thing.name or thing.object_id, point.frame, point.x, point.y, *said


def _annotators(statistics: Statistics) -> Iterable[tuple[object, ...]]:
    rates = ("sensitivity", "specificity", "repeat_agreement")
    named = (f"{rate}{part}" for rate in rates for part in ("", "_low", "_high"))
    yield "annotator", "answers", "median", "p90", "seconds", "tests", *named
    for row in statistics.annotators():
        found = (getattr(row, rate) for rate in rates)
        bounds = (part for one in found for part in (("", "", "") if one is None else (one.value, one.low, one.high)))
        yield row.name, row.answers, row.median, row.p90, row.seconds, row.gold_n, *bounds


def _objects(project: Project, statistics: Statistics) -> Iterable[tuple[object, ...]]:
    heads = ("points", "answered", "foreground", "background", "undecided")
    yield "object", "video", "object_id", "name", *heads, "j", "j_low", "j_high", "may_stop", "closed"
    videos = {video.key: video.name for video in project.videos}
    for row in statistics.objects():
        j = row.quality.j if row.quality is not None else None
        bounds = ("", "", "") if j is None else (j.value, j.low, j.high)
        counts = (getattr(row, head) for head in heads)
        named = row.key, videos[row.video], row.object_id, row.name
        yield *named, *counts, *bounds, int(row.may_stop), int(row.closed)


def _csv(rows: Iterable[tuple[object, ...]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: object) -> object:
    """A name that a spreadsheet would take for a formula is written as the text it is."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
