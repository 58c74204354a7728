"""What there is: engines, formats, samplers, scorers, figures, recipes."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from ...core import Shelf
from ...evaluate import definitions, scorers
from ...formats import shelf as formats
from ...points import frame_samplers, samplers
from .console import out, print_json, print_table

EXAMPLES = ("pointreel list formats", "pointreel list samplers --json", "pointreel list figures")

SHELVES = {
    "engines": (
        Shelf("segmenter", "pointreel.engines.segmenters"),
        Shelf("propagator", "pointreel.engines.propagators"),
        Shelf("tracker", "pointreel.engines.trackers"),
    ),
    "formats": (formats,),
    "samplers": (samplers, frame_samplers),
    "scorers": (scorers,),
    "recipes": (Shelf("recipe", "pointreel.train.recipes"),),
}


class Kind(StrEnum):
    ENGINES = "engines"
    FORMATS = "formats"
    SAMPLERS = "samplers"
    SCORERS = "scorers"
    FIGURES = "figures"
    RECIPES = "recipes"


def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the engines, formats, samplers, scorers, figures or recipes there are, each with what it is for."""
    if kind is Kind.FIGURES:
        _list_figures(as_json)
        return
    rows = [(shelf.kind, name, shelf.summary(name)) for shelf in SHELVES[kind.value] for name in shelf.names()]
    if as_json:
        print_json([{"kind": what, "name": name, "summary": summary} for what, name, summary in rows])
    elif rows:
        print_table("", rows, heads=("kind", "name", "what it is"))
    else:
        out.print(f"There are no {kind.value} in this installation.")


def _list_figures(as_json: bool) -> None:
    """Every figure that scores print; `pointreel score --define` has the rule in words too."""
    if as_json:
        print_json([asdict(one) for one in definitions()])
        return
    rows = [(one.figure, ", ".join(one.benchmarks), one.formula) for one in definitions()]
    print_table("", rows, heads=("figure", "of", "formula"))
