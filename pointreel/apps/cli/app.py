"""The commands, put together. A command is one file with one function and its ``EXAMPLES``."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup

from ... import __version__
from .console import out

COMMANDS = (
    "track",
    "info",
    "convert",
    "sample",
    "stats",
    "score",
    "compare",
    "study",
    "retention",
    "bench",
    "train",
    "propose",
    "simulate",
    "validation",
    "check",
    "studio",
    "list",
    "demo",
)
"""What there is, in the order of the help. A command's file is not imported before it is asked for."""

EXIT_CODES = (
    "Exit codes: 0 done, 1 the input is at fault, 2 the command was typed wrongly, 3 something would be lost, "
    "4 done but broken frames were skipped, 130 interrupted."
)


BEGINNINGS = ("pointreel demo", "pointreel track VIDEO --point 312,208", "pointreel studio VIDEO")
"""What to type first."""


def module_of(name: str) -> ModuleType:
    """The file of a command."""
    return import_module(f".{name}", __package__)


def commands() -> Iterator[tuple[str, Callable[..., None]]]:
    """Each command's name and the function that is the command."""
    return ((name, function_of(name)) for name in COMMANDS)


def function_of(name: str) -> Callable[..., None]:
    module = module_of(name)
    function: Callable[..., None] = getattr(module, name, None) or module.list_
    return function


@cache
def _command(name: str) -> TyperCommand:
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
    alone.command(
        name,
        cls=getattr(module_of(name), "COMMAND", None),
        epilog=_examples(module_of(name).EXAMPLES),
        no_args_is_help=name not in ("demo", "studio"),
        context_settings=_CONTEXT,
    )(function_of(name))
    command = typer.main.get_command(alone)
    assert isinstance(command, TyperCommand)
    return command


def _examples(lines: Iterable[str]) -> str:
    return "\n\n".join(["Examples:", *(f"  {line}" for line in lines)])


class _Commands(TyperGroup):
    """Commands by name, imported when asked for: ``pointreel info`` does not wait for what trains networks."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        if cmd_name in COMMANDS:
            return _command(cmd_name)
        if not ctx.resilient_parsing and (near := get_close_matches(cmd_name, COMMANDS)):
            ctx.fail(f"No such command {cmd_name!r}. Did you mean {near[0]!r}?")
        return None


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
app = typer.Typer(
    name="pointreel",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings=_CONTEXT,
    epilog=f"{_examples(BEGINNINGS)}\n\n{EXIT_CODES}",
)


def _version(asked: bool) -> None:
    if asked:
        out.print(f"pointreel {__version__}")
        raise typer.Exit


@app.callback()
def _pointreel(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """A few points in, masks through the whole video out; masks in, verified points out."""
