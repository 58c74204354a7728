"""One HTML page, the plots and the numbers of a dataset of points."""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from ..core import replacing
from . import plots
from .page_look import STYLE
from .statistics import RANGE, PointStatistics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$title · points</title>
<style>$style</style>
<h1>$title</h1>
<p class="quiet">Statistics of a dataset of points, as in Table 11, Fig. 9 and Fig. 10 of Point-VOS.</p>
<table><tr>$heads</tr><tr>$cells</tr></table>
<p class="quiet">Annotations are frames that contain at least one annotated object, summed over videos; counted per
object they are $object_annotations. Background points that all objects of a frame share count once.
An object has $points_per_object points on average, $points_per_object_and_frame on each of its frames.</p>
$figures
</html>
""")

_FIGURE = Template("<h2>$heading</h2>\n<p class=quiet>$text</p>\n<figure>$svg</figure>\n")


def write_statistics(statistics: PointStatistics, folder: Path, *, title: str) -> Path:
    """Write ``index.html``, ``statistics.json`` and each plot as SVG and PNG into ``folder``; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = []
    for name, heading, text, drawing in _figures(statistics):
        plots.save(drawing, folder, name)
        figures.append(_FIGURE.substitute(heading=heading, text=text, svg=plots.to_svg(drawing)))
    with replacing(folder / "statistics.json") as draft:
        draft.write_text(json.dumps(statistics.to_json(), indent=2) + "\n")
    page = folder / "index.html"
    with replacing(page) as draft:
        draft.write_text(_page(statistics, title, "".join(figures)), encoding="utf-8")
    return page


def _page(statistics: PointStatistics, title: str, figures: str) -> str:
    table = {
        "videos": statistics.videos,
        "annotations": statistics.annotations,
        "objects": statistics.objects,
        "positive points": statistics.positive_points,
        "negative points": statistics.negative_points,
        "ambiguous points": statistics.ambiguous_points,
    }
    return _PAGE.substitute(
        title=escape(title),
        style=STYLE,
        heads="".join(f"<th>{name}</th>" for name in table),
        cells="".join(f"<td>{number:,}</td>" for number in table.values()),
        object_annotations=f"{statistics.object_annotations:,}",
        points_per_object=f"{statistics.points_per_object:.1f}",
        points_per_object_and_frame=f"{statistics.points_per_object_and_frame:.1f}",
        figures=figures,
    )


def _figures(statistics: PointStatistics) -> list[tuple[str, str, str, "Figure"]]:
    frames = {
        "objects": _named(statistics.objects_by_num_frames),
        "videos": _named(statistics.videos_by_num_frames),
    }
    points = {
        "positive points": _ranges(statistics.objects_by_positive_range),
        "negative points": _ranges(statistics.objects_by_negative_range),
    }
    return [
        (
            "frames",
            "On how many frames an object has points (Fig. 9)",
            "Frames with at least one positive point, for each object and for each video.",
            plots.bars(frames, x_label="frames", y_label="how many", colours=(plots.BLUE, plots.INK)),
        ),
        (
            "points",
            "How many points an object has (Fig. 10)",
            "Objects by their number of positive and of negative points, in ranges of ten.",
            plots.bars(points, x_label="points", y_label="objects", colours=(plots.BLUE, plots.ORANGE)),
        ),
    ]


def _named(count_by_number: Mapping[int, int]) -> dict[str, int]:
    return {str(number): count_by_number.get(number, 0) for number in range(max(count_by_number, default=0) + 1)}


def _ranges(count_by_start: Mapping[int, int]) -> dict[str, int]:
    return {f"{start}–{start + RANGE - 1}": count for start, count in count_by_start.items()}
