"""Who one is, logging in and out, users, and what each user prefers."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from .... import __version__
from ....store import User
from ..errors import Refused
from ..guard import Anybody, Owner, TheStudio, Viewer
from ..messages import ChangedPerson, Done, Login, Me, NewPerson, People, Person, Preferences, ProjectName
from ..studio import Studio

router = APIRouter(prefix="/api", tags=["people"])


@router.get("/me")
def get_me(request: Request, studio: TheStudio, user: Anybody) -> Me:
    """Who one is, and the token that every change has to bring in the header X-Pointreel-Csrf."""
    return me(studio, user, request.cookies.get(studio.people.cookie))


@router.post("/login")
def log_in(sent: Login, request: Request, response: Response, studio: TheStudio, _: Anybody) -> Me:
    """Begin a session with a name and a password; it is kept in a cookie that scripts cannot read."""
    who = request.client.host if request.client else ""
    found, cookie = studio.people.log_in(sent.name, sent.password, who)
    response.set_cookie(
        studio.people.cookie, cookie, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
    )
    return me(studio, found, cookie)


@router.post("/logout")
def log_out(request: Request, response: Response, studio: TheStudio, _: Anybody) -> Done:
    """End the session."""
    studio.people.log_out(request.cookies.get(studio.people.cookie))
    response.delete_cookie(studio.people.cookie, path="/", httponly=True, samesite="strict")
    return Done(ok=True)


@router.get("/users")
def list_users(studio: TheStudio, _: Owner) -> People:
    """Everybody who works on the project."""
    return People(users=[_person(one) for one in studio.project.users])


@router.post("/users")
def add_user(sent: NewPerson, studio: TheStudio, _: Owner) -> Person:
    """Somebody new. The first password that is given makes everybody log in from then on."""
    return _person(studio.people.add(sent.name, sent.role, sent.password))


@router.patch("/users/{name}")
def change_user(name: str, sent: ChangedPerson, studio: TheStudio, _: Owner) -> Person:
    """Another role or password. A new password ends the sessions that were begun with the old one."""
    if name not in {one.name for one in studio.project.users}:
        raise Refused(404, f"There is nobody named {name[:100]!r}. The names stand at /api/users.")
    return _person(studio.people.change(name, sent.role, sent.password))


@router.get("/preferences")
def get_preferences(studio: TheStudio, user: Viewer) -> Preferences:
    """What a front end keeps for the user."""
    return Preferences.model_validate_json(studio.project.preferences(user.name) or "{}")


@router.put("/preferences")
def set_preferences(sent: Annotated[Preferences, Body()], studio: TheStudio, user: Viewer) -> Preferences:
    """Keep a front end's own settings, at most 16 kB of them."""
    text = sent.model_dump_json()
    if len(text.encode()) > _MOST_PREFERRED:
        raise Refused(413, f"Preferences: found {len(text):,} characters, expected at most {_MOST_PREFERRED:,}.")
    studio.project.prefer(user.name, text)
    return sent


_MOST_PREFERRED = 16_384


def me(studio: Studio, user: User | None, cookie: str | None) -> Me:
    """What somebody who is not logged in may know is that they have to."""
    project = None if user is None else ProjectName(name=studio.title, folder_name=studio.folder_name)
    return Me(
        user=None if user is None else _person(user),
        login_required=studio.people.login_required,
        csrf=studio.people.csrf(cookie),
        project=project,
        version=__version__,
    )


def _person(user: User) -> Person:
    return Person(name=user.name, role=user.role)
