"""Plots as SVG and PNG, drawn without a display and in one style. Matplotlib is loaded when the first is drawn."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ..core import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, INK, GRID = "#2a6f97", "#d9822b", "#22303a", "#d9dfe3"


def figure(width: float = 8.0, height: float = 3.6) -> "tuple[Figure, Axes]":
    """An empty plot with quiet axes."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(width, height), layout="constrained")
    axes = drawing.add_subplot()
    quieten(axes)
    return drawing, axes


def quieten(axes: "Axes") -> None:
    """Light lines, no box."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRID)
    axes.tick_params(colors=INK, length=0, labelsize=9)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, linewidth=0.8)


def bars(groups: Mapping[str, Mapping[str, int]], *, x_label: str, y_label: str, colours: tuple[str, ...]) -> "Figure":
    """Bars side by side, with the number over each: ``groups`` maps what a colour means to a height by place."""
    from matplotlib.ticker import MaxNLocator

    places = list(dict.fromkeys(place for heights in groups.values() for place in heights))
    drawing, axes = figure(width=max(6.0, 0.42 * len(places) * len(groups) + 2))
    width = 0.84 / max(len(groups), 1)
    for i, ((name, height_by_place), colour) in enumerate(zip(groups.items(), colours, strict=False)):
        heights = [height_by_place.get(place, 0) for place in places]
        drawn = axes.bar([k + i * width for k in range(len(places))], heights, width, label=name, color=colour)
        axes.bar_label(drawn, [str(height) if height else "" for height in heights], fontsize=7, color=INK, padding=2)
    axes.set_xticks([k + width * (len(groups) - 1) / 2 for k in range(len(places))], places)
    axes.tick_params(axis="x", rotation=45 if max(map(len, places), default=0) > 4 else 0)
    axes.set_xlabel(x_label, color=INK)
    axes.set_ylabel(y_label, color=INK)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if len(groups) > 1:
        axes.legend(frameon=False, fontsize=9)
    return drawing


def to_svg(drawing: "Figure") -> str:
    """The drawing as an ``<svg>`` element, the same text for the same drawing."""
    from matplotlib import rc_context

    out = BytesIO()
    with rc_context({"svg.hashsalt": "pointreel"}):
        drawing.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue().decode()
    return text[text.index("<svg") :]


def save(drawing: "Figure", folder: Path, name: str) -> None:
    """``name.svg`` and ``name.png`` in ``folder``, which is made where it is not there."""
    with replacing(folder / f"{name}.svg") as draft:
        draft.write_text(to_svg(drawing), encoding="utf-8")
    with replacing(folder / f"{name}.png") as draft:
        drawing.savefig(draft, dpi=160)
