"""Who may do what: every route of the API says which role it needs, and says so here."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from ...store import Role, User
from .errors import Refused
from .studio import Studio

CSRF_HEADER = "x-pointreel-csrf"
_RANK: dict[str, int] = {"viewer": 0, "annotator": 1, "owner": 2}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def studio_of(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


TheStudio = Annotated[Studio, Depends(studio_of)]


class Need:
    """A dependency: somebody of this role or a higher one, who means it where something changes."""

    def __init__(self, role: Role | None) -> None:
        self.role = role

    async def __call__(self, request: Request, studio: TheStudio) -> User | None:
        """The user. ``None`` as the role: anybody, also who is not logged in, but not another page of theirs."""
        if request.method not in _SAFE:
            require_meant(request, studio)
        cookie = request.cookies.get(studio.people.cookie)
        if cookie and not studio.people.knows(cookie):
            await run_in_threadpool(studio.people.look_up, cookie)
        user = studio.people.user_of(cookie)
        if self.role is None:
            return user
        if user is None:
            raise Refused(401, "You are not logged in. Log in first.")
        if _RANK[user.role] < _RANK[self.role]:
            raise Refused(403, f"You are {_a(user.role)}, and this needs {_a(self.role)}. Ask an owner of the project.")
        return user


def role_of(route: APIRoute) -> Role | None:
    """The role that a route says it needs; a route that says nothing is a mistake, and is told."""
    found = [one.call for one in route.dependant.dependencies if isinstance(one.call, Need)]
    if len(found) != 1:
        raise TypeError(f"{route.path}: {len(found)} dependencies say whom this route is for; there has to be one.")
    return found[0].role


def require_meant(request: Request, studio: Studio) -> None:
    """A change comes from the studio's own page or from a program, never from another page the browser has open."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(403, f"The request comes from the page of {origin[:100]}. Use the studio's own page.")
    cookie = request.cookies.get(studio.people.cookie)
    if not studio.people.is_csrf(request.headers.get(CSRF_HEADER), cookie):
        raise Refused(403, f"The header {CSRF_HEADER} is missing or old. Take it from GET /api/me, and try again.")


def _a(role: str) -> str:
    return f"a{'n' if role[0] in 'ao' else ''} {role}"


Anybody = Annotated[User | None, Depends(Need(None))]
Viewer = Annotated[User, Depends(Need("viewer"))]
Annotator = Annotated[User, Depends(Need("annotator"))]
Owner = Annotated[User, Depends(Need("owner"))]
