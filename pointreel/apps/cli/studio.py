"""The studio: a page in the browser where people label videos and verify points, served from this machine."""

import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...core import PointreelError
from .console import out, remarks

if TYPE_CHECKING:
    from ...store import Project, Role

EXAMPLES = (
    "pointreel studio demo/clip.mp4",
    "pointreel studio clip-studio --port 8080 --no-browser",
    "pointreel studio clip-studio --add-user owner",
)


SHORTEST = 8
"""Characters a password has at least."""


class RoleName(StrEnum):
    OWNER = "owner"
    ANNOTATOR = "annotator"
    VIEWER = "viewer"


def studio(
    place: Annotated[
        str | None, typer.Argument(metavar="[VIDEO|FOLDER|PROJECT]", help="What to open; a project here if not given.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Where to listen; a free port if not given.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on. Others than this machine need users.")
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    add_user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Add a user, or give one a new password, and end.")
    ] = None,
    role: Annotated[RoleName | None, typer.Option(help="The role of --add-user; an annotator if not given.")] = None,
) -> None:
    """Open the studio on a video, a folder of videos or a project, and serve it until Ctrl-C.

    A video's project is kept in the folder VIDEO-studio here. While no user has a password, whoever uses this machine
    is the owner; from the first password on everybody logs in.
    """
    from ..web.opening import opened  # other commands start quicker without a web server
    from ..web.serve import serve
    from ..web.studio import Studio

    project, left_out = opened(place, Path.cwd())
    if add_user is not None:
        with project:
            _add_user(project, add_user, None if role is None else role.value)
        return
    for problem in left_out:
        remarks.print(f"left out: {problem}", markup=False)
    served = Studio(project)
    try:
        with suppress(KeyboardInterrupt):
            serve(served, host, port, say=lambda address: _say(project.name, address), open_browser=not no_browser)
    finally:
        served.close()
    remarks.print("The studio is closed. Everything is saved.")


def _say(name: str, address: str) -> None:
    out.print(f"{name}: {address}", markup=False)
    remarks.print("Ctrl-C ends it.")
    sys.stdout.flush()


def _add_user(project: "Project", name: str, role: "Role | None") -> None:
    """A new user, or a new password, and role if one is given, for one that is there."""
    from ..web.sessions import Sessions

    people = Sessions(project)
    if name in {user.name for user in project.users}:
        user = people.change(name, role, _password(name))
    else:
        user = people.add(name, role or "annotator", _password(name))
    out.print(f"{name}: {user.role} of {project.name}", markup=False)


def _password(name: str) -> str:
    """Asked for twice at a terminal; otherwise the first line of the input."""
    if sys.stdin.isatty():
        password = str(typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True))
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST:
        raise PointreelError(f"The password has to have {SHORTEST} characters or more.")
    return password
