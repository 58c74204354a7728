"""What there is: engines, formats, samplers, scorers, recipes."""

from enum import StrEnum
from typing import Annotated

import typer

from ...core import Shelf
from ...evaluate import scorers
from ...formats import shelf as formats
from ...points import frame_samplers, samplers
from .console import out, print_json, print_table

EXAMPLES = ("pointreel list formats", "pointreel list samplers --json")

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
    RECIPES = "recipes"


def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the engines, formats, samplers, scorers or recipes there are, each with what it is for."""
    rows = [(shelf.kind, name, shelf.summary(name)) for shelf in SHELVES[kind.value] for name in shelf.names()]
    if as_json:
        print_json([{"kind": what, "name": name, "summary": summary} for what, name, summary in rows])
    elif rows:
        print_table("", rows, heads=("kind", "name", "what it is"))
    else:
        out.print(f"There are no {kind.value} in this installation.")
