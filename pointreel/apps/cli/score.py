"""Predictions against the truth, as the official benchmarks score them."""

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from ...core import PointreelError, replacing
from ...evaluate import Figures, Report, comparison_of, define, method_of, scorers, write_plots
from .console import out, print_json, print_table, progress, remarks
from .options import parse

EXAMPLES = (
    "pointreel score davis demo/DAVIS demo/DAVIS",
    "pointreel score davis demo/DAVIS demo/DAVIS/Annotations/480p -n 2 --json",
    "pointreel score davis demo/DAVIS demo/DAVIS --csv demo/scores --worst",
    "pointreel score davis demo/DAVIS demo/DAVIS --plots demo/score-plots",
    "pointreel score --define J_decay",
)

_SHOWN = 10


def _define(figure: str | None) -> None:
    """Say what a figure means, and do nothing else."""
    if figure is None:
        return
    for k, one in enumerate(define(figure)):
        if k:
            out.print("")
        out.print(f"{one.figure} of {', '.join(one.benchmarks)} ({one.direction})", markup=False, style="bold")
        out.print(f"{one.formula}\n{one.words}", markup=False)
    raise typer.Exit


def score(
    name: Annotated[str, typer.Argument(metavar="BENCHMARK", help="Which; see `pointreel list scorers`.")],
    truth: Annotated[Path, typer.Argument(metavar="GT", help="The truth: its folder or its file.")],
    predictions: Annotated[Path, typer.Argument(metavar="PRED", help="The predictions: their folder or their file.")],
    num_workers: Annotated[int, typer.Option("-n", min=1, help="How many processes work on it.")] = 1,
    binary: Annotated[
        bool, typer.Option("--binary", help="Whatever is not 0 is one object, as in DAVIS-2016.")
    ] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Score what is there, and say what is missing.")] = False,
    worst: Annotated[bool, typer.Option("--worst", help="List sequences, the worst first.")] = False,
    folder: Annotated[Path | None, typer.Option("--csv", help="Write the benchmark's tables into this folder.")] = None,
    plots: Annotated[Path | None, typer.Option("--plots", help="Write plots as PNG, SVG and CSV here.")] = None,
    option: Annotated[list[str], typer.Option("--option", help="An option of the scorer, as KEY=VALUE.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    define_figure: Annotated[  # noqa: ARG001 - its callback has done all
        str | None,
        typer.Option("--define", callback=_define, is_eager=True, help="Say what a figure means, and score nothing."),
    ] = None,
) -> None:
    """Score predictions as a benchmark does, with 95 % intervals over sequences where a figure has one."""
    flags = {"binary": binary, "partial": partial}
    options = parse(scorers, name, [*option, *(f"{flag}=yes" for flag, given in flags.items() if given)])
    for path in (truth, predictions):
        if not path.exists():
            raise PointreelError(f"{path}: there is nothing here. Check the path.")
    scorer = scorers.build(name, **options)
    by_frame = plots is not None and hasattr(scorer, "score_frames")
    scored = (scorer.score_frames if by_frame else scorer.score)(
        truth, predictions, num_workers=num_workers, progress=progress
    )
    report, frames = scored if by_frame else (scored, ())
    if folder:
        _write_tables(report, folder)
    if plots:
        write_plots(comparison_of(truth, name, [method_of(predictions.name, report, frames)]), plots, progress=progress)
    _show(report, worst, as_json)
    if not as_json:
        places = {"tables": folder, "plots": plots}
        for what, place in places.items():
            if place:
                out.print(f"{what}: {place}", markup=False)


def _write_tables(report: Report, folder: Path) -> None:
    for table, text in report.to_csv().items():
        with replacing(folder / table) as draft:
            draft.write_text(text, encoding="utf-8")


def _show(report: Report, worst: bool, as_json: bool) -> None:
    for warning in report.warnings:
        remarks.print(f"warning: {warning}", markup=False)
    if as_json:
        print_json(report.to_json())
        return
    if report.missing:
        remarks.print(f"not there, and not scored: {_few(report.missing)}", markup=False)
    bounds = {figure: f"{low:.4f} to {high:.4f}" for figure, (low, high) in report.intervals.items()}
    rows = [(figure, f"{value:.4f}", bounds.get(figure, "")) for figure, value in report.overall.items()]
    print_table("", rows, heads=("figure", "value", "95 % interval" if bounds else ""))
    if worst:
        _show_worst(report)
    remarks.print(f"What a figure means: pointreel score --define {quote(rows[0][0])}", markup=False)


def _show_worst(report: Report) -> None:
    """All sequences by the first figure they have, from the lowest."""
    if not report.per_sequence:
        remarks.print("This benchmark has no figures of single sequences.")
        return
    heads = tuple(next(iter(report.per_sequence.values())))
    ordered = sorted(report.per_sequence.items(), key=lambda item: _first(item[1]))
    out.print("")
    print_table("", [(name, *_texts(figures, heads)) for name, figures in ordered], heads=("sequence", *heads))


def _first(figures: Figures) -> float:
    """What sequences are ordered by; those without a number come last."""
    value = next(iter(figures.values()), sys.float_info.max)
    return value if value == value else sys.float_info.max


def _texts(figures: Figures, heads: tuple[str, ...]) -> list[str]:
    return [f"{figures[head]:.4f}" if head in figures else "" for head in heads]


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
