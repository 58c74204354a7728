"""The studio: a page in the browser where people label videos and verify points, served from this machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...core import PointreelError
from .console import out, remarks

if TYPE_CHECKING:
    from ...store import Project

EXAMPLES = (
    "pointreel studio demo/clip.mp4",
    "pointreel studio clip-studio --port 8080 --no-browser",
    "pointreel studio clip-studio --add-user ada --role owner",
)


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
    role: Annotated[
        Literal["owner", "annotator", "viewer"], typer.Option(help="The role of --add-user.")
    ] = "annotator",
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
            _add_user(project, add_user, role)
        return
    for problem in left_out:
        remarks.print(f"left out: {problem}", markup=False)
    served = Studio(project)
    try:
        serve(served, host, port, say=lambda address: _say(project.name, address), open_browser=not no_browser)
    except KeyboardInterrupt:
        remarks.print("The studio is closed. Everything is saved.")
    finally:
        served.close()


def _say(name: str, address: str) -> None:
    out.print(f"{name}: {address}", markup=False)
    remarks.print("Ctrl-C ends it.")
    sys.stdout.flush()


def _add_user(project: "Project", name: str, role: Literal["owner", "annotator", "viewer"]) -> None:
    """A new user, or a new password for one that is there."""
    from ..web.sessions import Sessions

    known = {user.name for user in project.users}
    password = _password(name)
    people = Sessions(project)
    if name in known:
        people.change(name, role, password)
    else:
        people.add(name, role, password)
    out.print(f"{name}: {role} of {project.name}", markup=False)


def _password(name: str) -> str:
    """Asked for twice at a terminal; otherwise the first line of the input."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True))
    password = sys.stdin.readline().rstrip("\n")
    if len(password) < 8:
        raise PointreelError("The password has to have 8 characters or more.")
    return password
