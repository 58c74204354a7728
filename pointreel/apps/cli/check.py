"""Whether a project is whole: its database, its log, what follows from it, its masks, its videos."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from . import INPUT_AT_FAULT
from .console import out, print_json, progress

if TYPE_CHECKING:
    from ...store import Problem

EXAMPLES = ("pointreel check demo/project", "pointreel check demo/project --thorough --json")


def check(
    place: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's folder, or the URL of its database.")],
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read all bytes of all videos, not only a sample of them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Say whether a project is whole; every problem is a line, and with any of them the exit code is 1."""
    from ._projects import project_at  # other commands start quicker without a database

    with project_at(place, read_only=True) as project:
        problems = list(progress(project.check(thorough=thorough), "checking"))
        name = project.name
    if as_json:
        found = [{"where": problem.where, "what": problem.what} for problem in problems]
        print_json({"project": name, "sound": not problems, "problems": found})
    else:
        _say(name, problems)
    if problems:
        raise typer.Exit(INPUT_AT_FAULT)


def _say(name: str, problems: "Sequence[Problem]") -> None:
    for problem in problems:
        out.print(str(problem), markup=False)
    many = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    out.print(f"{name}: {many if problems else 'is whole'}", markup=False)
