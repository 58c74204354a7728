"""The figures of a dataset of points: Table 11, Fig. 9 and Fig. 10 of Point-VOS."""

from pathlib import Path
from typing import Annotated

import typer

from ...evaluate import point_statistics, write_statistics
from .console import out, print_json, print_table, watched
from .options import dataset_at

EXAMPLES = ("pointreel stats demo/points.json --out demo/statistics", "pointreel stats demo/points.json --json")


def stats(
    source: Annotated[Path, typer.Argument(metavar="DATASET", help="A dataset of points: its folder or its file.")],
    from_: Annotated[str | None, typer.Option("--from", help="The format to read; recognised when not given.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Write a page, plots and numbers into this folder.")
    ] = None,
    read: Annotated[list[str], typer.Option("--read", help="An option of the format read, as KEY=VALUE.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Count videos, objects, annotated frames and points, and draw their distributions."""
    _, dataset = dataset_at(source, from_, read)
    statistics = point_statistics(watched(dataset, "counting"))
    page = write_statistics(statistics, folder, title=source.stem) if folder else None
    if as_json:
        print_json(statistics.to_json())
        return
    table = {
        "videos": statistics.videos,
        "annotations (frames with an annotated object)": statistics.annotations,
        "annotations per object": statistics.object_annotations,
        "objects": statistics.objects,
        "positive points": statistics.positive_points,
        "negative points": statistics.negative_points,
        "ambiguous points": statistics.ambiguous_points,
        "points per object": f"{statistics.points_per_object:.1f}",
    }
    print_table(str(source), table.items())
    if page:
        out.print(f"page: {page}")
