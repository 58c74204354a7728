"""From one dataset format to another, saying first what would be lost."""

from pathlib import Path
from typing import Annotated

import typer

from ...core import Dataset, Format, WouldLose
from ...formats import Content, losses
from ...formats import shelf as formats
from .console import out, print_json, remarks, watched
from .options import dataset_at, must_be_new, parse

EXAMPLES = (
    "pointreel convert --from davis --to ytvis demo/DAVIS demo/davis.json",
    "pointreel convert --to mots demo/davis.json demo/mots --allow-loss",
)


def convert(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The dataset to read: its folder or its file.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Where to write; must not exist yet.")],
    to: Annotated[str, typer.Option("--to", help="The format to write; see `pointreel list formats`.")],
    from_: Annotated[str | None, typer.Option("--from", help="The format to read; recognised when not given.")] = None,
    read: Annotated[list[str], typer.Option("--read", help="An option of the format read, as KEY=VALUE.")] = [],  # noqa: B006
    write: Annotated[list[str], typer.Option("--write", help="An option of the format written, as KEY=VALUE.")] = [],  # noqa: B006
    allow_loss: Annotated[bool, typer.Option("--allow-loss", help="Write although something is lost.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Convert a dataset. Prints what the target cannot hold, and refuses to lose anything unless told to."""
    name, dataset = dataset_at(source, from_, read)
    options = parse(formats, to, write)
    layout: Format = formats.build(to, **(_lossy_options(to) if allow_loss else {}) | options)
    must_be_new(target)
    lost = losses(watched(dataset, "checking"), layout)
    _say_losses(to, lost)
    if lost and not allow_loss:
        raise WouldLose(f"{target}: nothing was written. Use --allow-loss to write without the {len(lost)} above.")
    layout.write(watched(dataset, "writing"), target)
    _say_done(name, to, dataset, target, lost, as_json)


LOSSY = {"overlap": "last-on-top", "counts": "fewest"}
"""What formats that refuse by themselves are told with ``--allow-loss``."""


def _lossy_options(name: str) -> dict[str, object]:
    known = formats.module(name).Config.__dataclass_fields__
    return {option: choice for option, choice in LOSSY.items() if option in known}


def _say_losses(to: str, lost: list[Content]) -> None:
    if lost:
        remarks.print(f"The format {to} cannot hold:")
        for loss in lost:
            remarks.print(f"  · {loss}")


def _say_done(name: str, to: str, dataset: Dataset, target: Path, lost: list[Content], as_json: bool) -> None:
    if as_json:
        losses_json = [{"what": loss.feature.value, "count": loss.count, "first": loss.first} for loss in lost]
        print_json({"from": name, "to": to, "path": str(target), "sequences": len(dataset), "lost": losses_json})
    else:
        sequences = f"{len(dataset)} sequence{'' if len(dataset) == 1 else 's'}"
        out.print(f"{target}: {sequences} from {name} to {to}{', without what is named above' if lost else ''}")
