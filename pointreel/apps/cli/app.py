"""The commands, put together. A command is one file with one function and its ``EXAMPLES``."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Annotated

import typer

from ... import __version__
from . import bench, check, compare, convert, demo, info, list, retention, sample, score, stats, study, track, train
from .console import out

COMMANDS: dict[str, ModuleType] = {
    "track": track,
    "info": info,
    "convert": convert,
    "sample": sample,
    "stats": stats,
    "score": score,
    "compare": compare,
    "study": study,
    "retention": retention,
    "bench": bench,
    "train": train,
    "check": check,
    "list": list,
    "demo": demo,
}

EXIT_CODES = (
    "Exit codes: 0 done, 1 the input is at fault, 2 the command was typed wrongly, 3 something would be lost, "
    "4 done but broken frames were skipped, 130 interrupted."
)

app = typer.Typer(
    name="pointreel",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EXIT_CODES,
)


def commands() -> Iterator[tuple[str, Callable[..., None]]]:
    """Each command's name and the function that is the command."""
    return ((name, getattr(module, name, None) or module.list_) for name, module in COMMANDS.items())


def _version(asked: bool) -> None:
    if asked:
        out.print(f"pointreel {__version__}")
        raise typer.Exit


@app.callback()
def _pointreel(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """A few points in, masks through the whole video out; masks in, verified points out."""


for _name, _function in commands():
    _examples = "\n\n".join(f"  {example}" for example in COMMANDS[_name].EXAMPLES)
    _class = getattr(COMMANDS[_name], "COMMAND", None)
    app.command(_name, cls=_class, epilog=f"Examples:\n\n{_examples}", no_args_is_help=_name != "demo")(_function)
