"""How well an engine tracks, on any folder in the layout of DAVIS."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ...core import PointreelError, replacing
from ...engines import propagators
from ...evaluate import Report
from ...evaluate.report import table
from ...evaluate.tracking_bench import Start
from ...evaluate.tracking_bench import bench as measure
from ...evaluate.tracking_bench_heights import Shrunk
from .console import out, print_json, print_table, progress, remarks
from .options import parse

EXAMPLES = (
    "pointreel bench flow --data demo/DAVIS",
    "pointreel bench flow --data demo/DAVIS --start mask --start box --json",
    "pointreel bench flow --data demo/DAVIS --sequences sample --csv demo/bench",
)


def bench(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="A propagator; see `pointreel list engines`.")],
    data: Annotated[Path, typer.Option("--data", help="A DAVIS root: Annotations and JPEGImages.")],
    start: Annotated[list[str], typer.Option(help="mask, box, points:N or clicks; may be given again.")] = ["mask"],  # noqa: B006
    seeds: Annotated[int, typer.Option(min=1, help="How many times points are drawn.")] = 5,
    max_clicks: Annotated[int, typer.Option(min=1, help="Give up after so many clicks on a sequence.")] = 20,
    sequences: Annotated[str | None, typer.Option(help="Only these, with commas between.")] = None,
    split: Annotated[str | None, typer.Option(help="A list in ImageSets; val where there is one, else all.")] = None,
    height: Annotated[int | None, typer.Option(min=16, help="Show the engine videos that are no higher.")] = None,
    option: Annotated[list[str], typer.Option(help="An option of the engine, as KEY=VALUE.")] = [],  # noqa: B006
    num_workers: Annotated[int, typer.Option("-n", min=1, help="Processes; measure speed with one.")] = 1,
    folder: Annotated[Path | None, typer.Option("--csv", help="Write a table per start into this folder.")] = None,
    masks: Annotated[Path | None, typer.Option("--out", help="Keep the masks in this new folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Measure an engine: official J and F, speed, and clicks to a mean J of 0.80, with 95 % intervals over sequences.

    A start is what the engine is given on the first frame. `clicks` gives one point, and then corrects the worst frame
    again and again.
    """
    starts = [Start.parse(text) for text in start]
    build = partial(propagators.build, engine, **parse(propagators, engine, option))
    if not data.exists():
        raise PointreelError(f"{data}: there is nothing here. Check the path.")
    reports = measure(
        build if height is None else partial(Shrunk.built, build, height),
        data,
        starts,
        num_seeds=seeds,
        max_clicks=max_clicks,
        split=split,
        sequences=[name.strip() for name in (sequences or "").split(",") if name.strip()],
        folder=masks,
        num_workers=num_workers,
        progress=progress,
    )
    if folder:
        _write_tables(reports, folder)
    _show(reports, as_json)


def _write_tables(reports: dict[str, Report], folder: Path) -> None:
    """A row per sequence and one for all; colons have no place in the names of files."""
    for name, report in reports.items():
        with replacing(folder / f"{name.replace(':', '-')}.csv") as draft:
            draft.write_text(table("sequence", {**report.per_sequence, "all": report.overall}), encoding="utf-8")


def _show(reports: dict[str, Report], as_json: bool) -> None:
    for name, report in reports.items():
        for warning in report.warnings:
            remarks.print(f"warning: {name}: {warning}", markup=False)
    if as_json:
        print_json({name: report.to_json() for name, report in reports.items()})
        return
    for k, (name, report) in enumerate(reports.items()):
        if k:
            out.print("")
        _show_start(name, report)


def _show_start(name: str, report: Report) -> None:
    """Sequences, then all of them together with what bounds it."""
    heads = tuple(report.overall)
    low = {figure: bound[0] for figure, bound in report.intervals.items()}
    high = {figure: bound[1] for figure, bound in report.intervals.items()}
    rows = {**report.per_sequence, "all": report.overall, "95 % from": low, "95 % to": high}
    texts = [(row, *(_text(figure, figures.get(figure)) for figure in heads)) for row, figures in rows.items()]
    print_table(name, texts, heads=("sequence", *heads))


def _text(figure: str, value: float | None) -> str:
    if value is None or value != value:
        return "-"
    return f"{value:.1f}" if figure in ("frames_per_second", "clicks_to_0.80") else f"{value:.4f}"
