"""Methods side by side, as one page with figures, curves and pictures."""

from pathlib import Path
from typing import Annotated

import typer

from ...core import PointreelError
from ...evaluate import Comparison, scorers, write_comparison, write_plots
from ...evaluate import compare as compare_methods
from ._methods import methods
from .console import out, print_json, print_table, progress, remarks
from .options import parse

EXAMPLES = (
    "pointreel compare demo/DAVIS demo/DAVIS --out demo/compare.html",
    "pointreel compare demo/DAVIS first=demo/DAVIS second=demo/DAVIS/Annotations --out demo/compare.html -n 2 --json",
    "pointreel compare demo/DAVIS demo/DAVIS --binary --plots demo/plots",
)


def compare(
    truth: Annotated[Path, typer.Argument(metavar="GT", help="The truth: a DAVIS root, Annotations, or a folder.")],
    predictions: Annotated[
        list[str], typer.Argument(metavar="PRED...", help="Predictions of each method, as PATH or NAME=PATH.")
    ],
    page: Annotated[Path | None, typer.Option("--out", help="Write one self-contained HTML page.")] = None,
    plots: Annotated[Path | None, typer.Option("--plots", help="Write plots as PNG, SVG and CSV here.")] = None,
    images: Annotated[
        Path | None, typer.Option("--images", help="Pictures of the frames, if not in JPEGImages beside GT.")
    ] = None,
    benchmark: Annotated[str, typer.Option("--as", help="The rules: davis, lvos, mose or tao-vos.")] = "davis",
    num_workers: Annotated[int, typer.Option("-n", min=1, help="How many processes work on it.")] = 1,
    binary: Annotated[
        bool, typer.Option("--binary", help="Whatever is not 0 is one object, as in DAVIS-2016.")
    ] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Compare what is there, and say what is missing.")] = False,
    option: Annotated[list[str], typer.Option("--option", help="An option of the scorer, as KEY=VALUE.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Compare methods on the same truth: figures, how sure the differences are, and the frames that make them.

    The first method is what the others are compared with. `pointreel score --define FIGURE` says what a figure means.
    """
    flags = {"binary": binary, "partial": partial}
    options = parse(scorers, benchmark, [*option, *(f"{flag}=yes" for flag, given in flags.items() if given)])
    named = methods(predictions)
    for path in (truth, *([images] if images else [])):
        if not path.exists():
            raise PointreelError(f"{path}: there is nothing here. Check the path.")
    if page is not None and page.is_dir():
        raise PointreelError(f"{page}: is a folder, and the page is one file. Name it: {page / 'compare.html'}")
    found = compare_methods(truth, named, benchmark=benchmark, num_workers=num_workers, progress=progress, **options)
    if page is not None:
        write_comparison(found, page, images=images, progress=progress)
    if plots is not None:
        write_plots(found, plots, progress=progress)
    _show(found, as_json)
    if not as_json:
        _say_places(page, plots)


def _show(found: Comparison, as_json: bool) -> None:
    for warning in found.warnings:
        remarks.print(f"warning: {warning}", markup=False)
    if as_json:
        print_json(found.to_json())
        return
    heads = ("figure", *(method.name for method in found.methods))
    print_table("", [(figure, *_cells(found, figure)) for figure in found.figures], heads=heads)


def _cells(found: Comparison, figure: str) -> list[str]:
    """Each method's value; behind it, for all but the first, the difference and its p-value."""
    cells = []
    for method in found.methods:
        difference = found.differences.get(method.name, {}).get(figure)
        told = f" ({difference.value:+.4f}, p {difference.p:.4f})" if difference is not None else ""
        cells.append(f"{method.report.overall[figure]:.4f}{told}")
    return cells


def _say_places(page: Path | None, plots: Path | None) -> None:
    if page is not None:
        out.print(f"page: {page}", markup=False)
    if plots is not None:
        out.print(f"plots: {plots}", markup=False)
    if page is None and plots is None:
        remarks.print("With --out PAGE.html all of this, curves and pictures become a page.")
