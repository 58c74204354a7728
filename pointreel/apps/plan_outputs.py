"""A plan as a plot, a table and JSON: what seconds of annotators buy."""

import csv
import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from ..annotate.planning import Choice, Plan
from ..core import replacing
from ..evaluate import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
COLOURS = ("#7a8790", "#5aa9a0", "#2a6f97", "#d9822b", "#22303a")


def write_plan(found: Plan, folder: Path) -> None:
    """``plan.json``, ``plan.csv``, ``plan.svg`` and ``plan.png``."""
    with replacing(folder / "plan.json") as draft:
        draft.write_text(json.dumps(found.to_json(), indent=2) + "\n", encoding="utf-8")
    with replacing(folder / "plan.csv") as draft:
        draft.write_text(_table(found), encoding="utf-8")
    plots.save(plan_plot(found), folder, "plan")


def plan_plot(found: Plan) -> "Figure":
    """A line for each number of frames: the error of J against the seconds of an object."""
    drawing, axes = plots.figure(width=7.5, height=4.2)
    numbers = sorted({one.num_frames for one in found.choices})
    for number, colour in zip(numbers, COLOURS, strict=False):
        line = [one for one in found.choices if one.num_frames == number]
        seconds, errors = [one.seconds for one in line], [one.error for one in line]
        for one in line:
            if one.low is not None and one.high is not None:
                axes.vlines(one.seconds, one.low, one.high, color=colour, alpha=0.35, lw=1.2)
        label = f"{number} frame{'' if number == 1 else 's'}"
        axes.plot(seconds, errors, "o-", color=colour, markersize=4, linewidth=1.8, label=label)
    axes.set_xscale("log")
    axes.set_xticks([one for one in TICKS if seconds_of(found)[0] / 2 < one < 2 * seconds_of(found)[-1]])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds an object", color=plots.INK)
    axes.set_ylabel("mean error of the estimated J", color=plots.INK)
    many = f"{found.num_objects} object{'' if found.num_objects == 1 else 's'}; upright lines hold the mean with 95 %"
    axes.set_title(many, fontsize=9, color=plots.INK, loc="left")
    axes.legend(frameon=False, fontsize=9)
    return drawing


def seconds_of(found: Plan) -> list[float]:
    """What the choices cost, ascending."""
    return [one.seconds for one in found.choices]


def _table(found: Plan) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, list(Choice.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(one) for one in found.choices)
    return out.getvalue()
