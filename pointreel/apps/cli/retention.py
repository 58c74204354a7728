"""What is left of a score under weaker supervision."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ...core import PointreelError
from ...evaluate import Report, Retention, Scorer, comparison_of, figures_to_retain, method_of, scorers
from ...evaluate import retention as retention_of
from ._methods import methods
from .console import print_json, print_table, progress, remarks
from .options import parse

EXAMPLES = (
    "pointreel retention demo/DAVIS points=demo/DAVIS masks=demo/DAVIS/Annotations",
    "pointreel retention demo/DAVIS points=demo/DAVIS masks=demo/DAVIS/Annotations --figure J_mean --json",
)


def retention(
    truth: Annotated[Path, typer.Argument(metavar="GT", help="The truth: its folder or its file.")],
    weak: Annotated[str, typer.Argument(metavar="WEAK", help="Predictions of the weakly supervised run.")],
    full: Annotated[str, typer.Argument(metavar="FULL", help="Predictions of its fully supervised twin.")],
    figure: Annotated[
        list[str], typer.Option("--figure", help="Of which figures; those that are shares of what is right by default.")
    ] = [],  # noqa: B006
    benchmark: Annotated[str, typer.Option("--as", help="The rules; see `pointreel list scorers`.")] = "davis",
    num_workers: Annotated[int, typer.Option("-n", min=1, help="How many processes work on it.")] = 1,
    binary: Annotated[
        bool, typer.Option("--binary", help="Whatever is not 0 is one object, as in DAVIS-2016.")
    ] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Score what is there, and say what is missing.")] = False,
    option: Annotated[list[str], typer.Option("--option", help="An option of the scorer, as KEY=VALUE.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say how much of its fully supervised twin's score a weakly supervised run keeps, with 95 % intervals.

    0.9 is nine tenths of it. The same sequences are drawn again for both runs, so both must be of the same ones.
    """
    flags = {"binary": binary, "partial": partial}
    options = parse(scorers, benchmark, [*option, *(f"{flag}=yes" for flag, given in flags.items() if given)])
    if not truth.exists():
        raise PointreelError(f"{truth}: there is nothing here. Check the path.")
    scorer: Scorer = scorers.build(benchmark, **options)
    scored = [
        method_of(name, scorer.score(truth, path, num_workers=num_workers, progress=progress))
        for name, path in methods([weak, full]).items()
    ]
    compared = comparison_of(truth, benchmark, scored)
    weaker, fuller = reports = [method.report for method in compared.methods]
    figures = figure or figures_to_retain(fuller)
    if not figures:
        raise PointreelError(f"{benchmark} has no figure that is a mean over objects, so nothing can be retained.")
    found = {name: retention_of(weaker, fuller, name) for name in figures}
    for warning in compared.warnings:
        remarks.print(f"warning: {warning}", markup=False)
    if as_json:
        overall = {kind: report.to_json()["global"] for kind, report in zip(("weak", "full"), reports, strict=True)}
        print_json({**overall, "retention": {name: asdict(one) for name, one in found.items()}})
    else:
        _show([method.name for method in compared.methods], reports, found)


def _show(names: list[str], reports: list[Report], found: dict[str, Retention]) -> None:
    rows = [
        (
            figure,
            *(f"{report.overall[figure]:.4f}" for report in reports),
            f"{one.value:.4f}",
            f"{one.low:.4f} to {one.high:.4f}",
        )
        for figure, one in found.items()
    ]
    print_table("", rows, heads=("figure", *names, "retention", "95 % interval"))
