"""Train networks by a recipe; what was stopped goes on."""

import json
import shlex
import signal
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...core import UnknownName
from ...train import recipes
from . import INTERRUPTED
from ._training_bar import TrainingBar
from .console import out, print_json, print_table, remarks
from .options import parse

if TYPE_CHECKING:  # torch is imported once it is known that there is something to do
    from ...train.loop import Figures
    from ...train.protocols import Recipe

_TINY = "--option sizes=64,64 --option batch=1 --option drawn=3"

EXAMPLES = (
    f"pointreel train small --steps 2 {_TINY} --out tiny --net propagate",
    f"pointreel train small --steps 2 {_TINY} --out tiny --json",
)

_NEWEST = 50


def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Which; see `pointreel list recipes`.")],
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where all is kept; RECIPE-training when not given.")
    ] = None,
    photographs: Annotated[
        Path | None, typer.Option(help="The folder of BSDS500; without it, scenes of noise.")
    ] = None,
    net: Annotated[str, typer.Option(help="Which network of the recipe, or both.")] = "both",
    steps: Annotated[int | None, typer.Option(min=1, help="How long; the recipe knows when not given.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Processes that make what is learnt from.")] = None,
    option: Annotated[list[str], typer.Option(help="An option of the recipe, as KEY=VALUE.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Train the networks of an engine from scratch, and write weights that the engine takes.

    Ctrl-C keeps what was reached; the same command again goes on from there, and ends with the same weights.
    """
    named = {"photographs": photographs, "steps": steps, "device": device, "workers": workers}
    words = [f"{key}={value}" for key, value in named.items() if value is not None]
    folder = folder or Path(f"{recipe}-training")
    chosen: Recipe = recipes.build(recipe, **parse(recipes, recipe, [*words, *option]))
    nets = chosen.nets if net == "both" else (net,)
    if nets[0] not in chosen.nets:
        raise UnknownName(f"network of the recipe {recipe!r}", net, (*chosen.nets, "both"))
    done = {name: _train(chosen, name, folder) for name in nets}
    _say(done, folder, chosen.usage(folder), as_json)


def _train(recipe: "Recipe", net: str, folder: Path) -> dict[str, object]:
    """One network, to its end or until Ctrl-C; what came of it."""
    training, newest = recipe.training(net, folder), deque["Figures"](maxlen=_NEWEST)
    with _asked_to_stop() as stops, TrainingBar(net, training.schedule.steps) as bar:

        def watch(step: int, figures: "Figures") -> None:
            if figures:
                newest.append(figures)
            bar.show(step, newest)

        weights = training.run(watch=watch, stop=lambda: bool(stops))
    if not training.is_done:
        again = shlex.join(["pointreel", *sys.argv[1:]])
        remarks.print(f"{net}: {training.step} of {training.schedule.steps} steps are kept. Go on with: {again}")
        raise typer.Exit(INTERRUPTED)
    path, log = recipe.write(net, weights, folder), folder / net / "log.jsonl"
    figures = json.loads(log.read_text(encoding="utf-8").splitlines()[-1]) if log.is_file() else {}
    return {"weights": str(path), "log": str(log), "newest": figures}


def _say(done: Mapping[str, Mapping[str, object]], folder: Path, usage: str, as_json: bool) -> None:
    if as_json:
        print_json({"folder": str(folder), "nets": done, "usage": usage})
        return
    kinds = {"weights": "what was learnt, as the engine takes it", "log": "how it went"}
    print_table("", [(one[kind], f"{net}: {what}") for net, one in done.items() for kind, what in kinds.items()])
    out.print(f"\n{usage}", markup=False)


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """Fills up when Ctrl-C is pressed; pressed once more it does not wait for the step to end."""
    asked: list[int] = []

    def handle(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
