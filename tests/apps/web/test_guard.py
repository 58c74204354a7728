"""Who may do what, on every route there is; logging in; and pages elsewhere that would like to do it for you."""

import itertools
import json
import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from pointreel.apps.web.app import bare_app, create_app
from pointreel.apps.web.guard import role_of
from pointreel.apps.web.routes import ROUTERS
from pointreel.apps.web.serve import require_login
from pointreel.apps.web.studio import Studio
from pointreel.core import PointreelError
from pointreel.store import Project

from .conftest import Page

PASSWORD = "correct horse battery"
ROLES = ("viewer", "annotator", "owner")
ROUTES = [(method, route) for router in ROUTERS for route in router.routes for method in route.methods]


def path_of(route: APIRoute) -> str:
    """An address of the route that names nothing that is there."""
    return re.sub(r"{\w+}", "0", route.path)


def opened(folder: Path) -> Iterator[Page]:
    studio = Studio(Project.open(folder), propagator="flow")
    studio.people._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    studio.people.change("owner", None, PASSWORD)
    for name in ("viewer", "annotator"):
        studio.people.add(name, name, PASSWORD)
    yield Page(TestClient(create_app(studio), base_url="http://studio.example"), studio)
    studio.close()


@pytest.fixture
def open_page(folder: Path) -> Iterator[Page]:
    """A studio at which people log in, seen by somebody who has not."""
    yield from opened(folder)


@pytest.fixture(scope="module")
def everybody(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    """Somebody of each role, logged in, and a stranger, at one studio."""
    folder = tmp_path_factory.mktemp("everybody") / "squares"
    shutil.copytree(template, folder)
    for stranger in opened(folder):
        yield {role: log_in(stranger, role) for role in ROLES} | {"stranger": stranger}


def log_in(page: Page, name: str, password: str = PASSWORD) -> Page:
    other = Page(TestClient(page.client.app, base_url="http://studio.example"), page.studio)
    assert other.send("POST", "/api/login", {"name": name, "password": password}).status_code == 200
    other.refresh()
    return other


def test_every_path_of_the_application_is_one_that_says_what_it_needs() -> None:
    said = {route.path for _, route in ROUTES}
    assert set(bare_app().openapi()["paths"]) == said
    assert all(role_of(route) in (None, *ROLES) for _, route in ROUTES)
    assert {path_of(route) for _, route in ROUTES if role_of(route) is None} == {
        "/api/me",
        "/api/login",
        "/api/logout",
    }


GUARDED = [(m, route) for m, route in ROUTES if role_of(route) is not None and route.path != "/api/events"]


@pytest.mark.parametrize(("method", "route"), GUARDED, ids=[f"{method} {route.path}" for method, route in GUARDED])
def test_each_route_is_for_its_role_and_those_above(everybody: dict[str, Page], method: str, route: APIRoute) -> None:
    """Refused with 403 is who may not; who may gets as far as being told what else is wrong."""
    need, path = role_of(route), path_of(route)
    statuses = {role: everybody[role].send(method, path).status_code for role in ("stranger", *ROLES)}
    below = ROLES[: ROLES.index(need)]
    assert {role for role, status in statuses.items() if status == 403} == set(below)
    assert {role for role, status in statuses.items() if status == 401} == {"stranger"}
    assert 500 not in statuses.values()


def test_the_stream_of_events_is_not_for_everybody(open_page: Page) -> None:
    assert open_page.get("/api/events").status_code == 401


@pytest.mark.parametrize(("method", "route"), [one for one in ROUTES if one[0] not in ("GET", "HEAD")], ids=str)
def test_no_change_without_the_token(page: Page, method: str, route: APIRoute) -> None:
    path = path_of(route)
    for headers in ({}, {"X-Pointreel-Csrf": "0" * 64}, page.headers | {"Origin": "http://evil.example"}):
        answer = page.client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert answer.json().keys() == {"error"}


def test_the_studios_own_page_may_change_things(page: Page) -> None:
    for origin in ("http://localhost",):
        sent = page.send("PUT", "/api/preferences", {"keys": {"yes": "f"}}, headers={"Origin": origin})
        assert sent.status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8765", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8765", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("192.168.1.5:8765", 421),
        ("", 421),
    ],
)
def test_without_a_login_only_this_machine_is_answered(page: Page, host: str, status: int) -> None:
    for path in ("/api/me", "/api/project", "/"):
        assert page.get(path, headers={"Host": host}).status_code in (status, 503 if path == "/" else status)


def test_no_password_no_other_address(page: Page) -> None:
    hosts = ("0.0.0.0", "192.168.1.5", "::", "studio.example")
    for host in hosts:
        with pytest.raises(PointreelError, match="without a password"):
            require_login(page.studio, host)
    require_login(page.studio, "127.0.0.1")
    page.studio.people.change("owner", None, PASSWORD)
    for host in hosts:
        require_login(page.studio, host)


def test_logging_in_and_out(open_page: Page) -> None:
    said = open_page.read("/api/me")
    assert (said["user"], said["login_required"], said["project"]) == (None, True, None)
    answer = open_page.send("POST", "/api/login", {"name": "annotator", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    assert answer.json()["user"] == {"name": "annotator", "role": "annotator"}
    assert open_page.send("POST", "/api/logout").status_code == 403  # the token belongs to a session
    open_page.refresh()
    assert open_page.get("/api/project").status_code == 200
    assert open_page.send("POST", "/api/logout").status_code == 200
    assert open_page.get("/api/project").status_code == 401


def test_wrong_passwords_are_refused_alike_and_then_have_to_wait(open_page: Page) -> None:
    said = {
        open_page.send("POST", "/api/login", {"name": name, "password": "wrong password"}).text
        for name in ("owner", "nobody")
    }
    assert len(said) == 1
    statuses = [
        open_page.send("POST", "/api/login", {"name": "owner", "password": f"wrong {k}"}).status_code for k in range(6)
    ]
    assert statuses == [401] * 4 + [429] * 2
    later = open_page.studio.people._clock() + 61
    refused = open_page.send("POST", "/api/login", {"name": "owner", "password": PASSWORD})
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert open_page.send("POST", "/api/login", {"name": "viewer", "password": PASSWORD}).status_code == 200
    open_page.studio.people._clock = lambda: later
    open_page.refresh()
    assert open_page.send("POST", "/api/login", {"name": "owner", "password": PASSWORD}).status_code == 200


@pytest.fixture
def another(open_page: Page) -> Iterator[Callable[[], Page]]:
    """Another server of the same project, as after a restart, with the same browser before it."""
    studios: list[Studio] = []

    def started() -> Page:
        studios.append(Studio(Project.open(open_page.studio.project.place)))
        client = TestClient(create_app(studios[-1]), base_url="http://studio.example")
        client.cookies = open_page.client.cookies
        return Page(client, studios[-1])

    yield started
    for studio in studios:
        studio.close()


def test_who_is_logged_in_stays_so_when_the_server_is_started_again(
    open_page: Page, another: Callable[[], Page]
) -> None:
    beside = another()
    assert beside.get("/api/project").status_code == 401
    open_page.send("POST", "/api/login", {"name": "annotator", "password": PASSWORD})
    open_page.refresh()
    again, beside.client.cookies = another(), open_page.client.cookies
    assert again.headers == open_page.headers  # a page that was open goes on with the token it has
    for page in (again, beside):
        assert page.read("/api/me")["user"]["name"] == "annotator"
    cookie = open_page.client.cookies[open_page.studio.people.cookie]
    kept = Path(open_page.studio.project.place, "project.db").read_bytes()
    beside_it = Path(open_page.studio.project.place, "project.db-wal").read_bytes()
    assert cookie.encode() not in kept + beside_it
    assert open_page.send("POST", "/api/logout").status_code == 200
    for page in (again, beside):
        page.studio.people._counted_at = -math.inf  # two seconds later
        assert page.get("/api/project").status_code == 401


def test_a_session_ends_when_it_was_not_used_for_twelve_hours_and_after_a_month(
    open_page: Page, another: Callable[[], Page]
) -> None:
    open_page.send("POST", "/api/login", {"name": "annotator", "password": PASSWORD})
    logins, now = open_page.studio.people._logins, time.time()
    hours = itertools.accumulate([11, 11, 13])
    statuses = []
    for hour in hours:
        logins._clock = lambda hour=hour: now + hour * 3600
        statuses.append(open_page.get("/api/project").status_code)
        open_page.studio.people.refresh()
    assert statuses == [200, 200, 401]
    assert open_page.studio.project.logins() == []
    assert another().get("/api/project").status_code == 401
    logins._clock = lambda: now
    open_page.refresh()
    open_page.send("POST", "/api/login", {"name": "annotator", "password": PASSWORD})
    for hour in range(10, 24 * 32, 10):
        logins._clock = lambda hour=hour: now + hour * 3600
        if open_page.get("/api/project").status_code == 401:
            break
    assert hour == 730


def test_a_new_password_ends_the_sessions_of_the_old_one(open_page: Page) -> None:
    ada, owner = log_in(open_page, "annotator"), log_in(open_page, "owner")
    changed = owner.send("PATCH", "/api/users/annotator", {"password": "another password", "role": "viewer"})
    assert changed.json() == {"name": "annotator", "role": "viewer"}
    assert ada.get("/api/project").status_code == 401
    assert [login.name for login in owner.studio.project.logins()] == ["owner"]
    assert open_page.send("POST", "/api/login", {"name": "annotator", "password": PASSWORD}).status_code == 401
    assert owner.send("PATCH", "/api/users/nobody", {"role": "viewer"}).status_code == 404
    assert owner.send("POST", "/api/users", {"name": "eve", "password": "short"}).status_code == 422
    assert owner.send("PATCH", "/api/users/owner", {"role": "viewer"}).status_code == 409


def test_the_first_password_is_an_owners(page: Page) -> None:
    refused = page.send("POST", "/api/users", {"name": "ada", "role": "annotator", "password": PASSWORD})
    assert refused.status_code == 409
    assert [one["name"] for one in page.read("/api/users")["users"]] == ["owner"]
    assert page.send("PATCH", "/api/users/owner", {"password": PASSWORD}).status_code == 200
    assert page.get("/api/project").status_code == 401
    assert page.read("/api/me")["login_required"]


def test_passwords_are_kept_as_argon2_and_never_sent(open_page: Page) -> None:
    stored = open_page.studio.project.password_hash("owner")
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert "argon2" not in log_in(open_page, "owner").get("/api/users").text


def test_preferences_are_each_users_own_and_small(open_page: Page) -> None:
    ada, vic = log_in(open_page, "annotator"), log_in(open_page, "viewer")
    ada.put("/api/preferences", {"keys": {"yes": "j"}, "opacity": 0.5})
    assert ada.read("/api/preferences") == {"keys": {"yes": "j"}, "opacity": 0.5}
    assert vic.read("/api/preferences") == {"keys": {}}
    assert ada.send("PUT", "/api/preferences", {"keys": {}, "x": "y" * 17_000}).status_code == 413
    assert list(ada.studio.project.check()) == []


def test_answers_tell_nothing_of_where_the_project_lies(page: Page, folder: Path, clip: Path) -> None:
    texts = [page.get(path).text for path in ("/api/me", "/api/project", "/api/openapi.json", "/docs")]
    texts.append(page.send("POST", "/api/points/99/settle", {"label": 1}).text)
    copy = folder.parent / "copy.mp4"
    shutil.copy(clip, copy)
    page.studio.project.add_video(copy)
    page.read("/api/project")
    copy.unlink()
    texts += [page.get(path).text for path in ("/api/videos/2/frames/0.jpg", "/api/project")]
    assert "copy.mp4" in texts[-2]
    assert not any(str(folder.parent) in text for text in texts)
    assert json.loads(texts[0])["project"] == {"name": "squares", "folder_name": "squares"}


@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5cproject.db",
        "//etc/passwd",
        "/project.db",
        "/api/exports/..%2f..%2fproject.db/download",
        "/api/exports/%2e%2e/download",
        "/api/exports/exports/download",
        "/api/videos/..%2f1/frames/0.jpg",
    ],
)
def test_nothing_outside_is_read_by_any_spelling_of_a_path(page: Page, folder: Path, path: str) -> None:
    (folder / "exports").mkdir(exist_ok=True)
    answer = page.get(path)
    assert answer.status_code >= 400
    assert b"SQLite" not in answer.content
    assert b"root:" not in answer.content


def test_an_upload_cannot_be_aimed(page: Page, clip: Path, folder: Path) -> None:
    before = set(folder.parent.rglob("*"))
    for name in ("..%2f..%2fevil.mp4", "%2ftmp%2fevil.mp4", "..%5cevil.mp4", ".hidden.mp4", "a%00b.mp4"):
        page.send("PUT", f"/api/uploads/{name}", content=clip.read_bytes())
    new = set(folder.parent.rglob("*")) - before
    assert all(path.parent == folder / "videos" or path == folder / "videos" for path in new)
    assert not any(path.name.startswith(".") for path in new)


def test_a_link_out_of_the_project_is_not_followed_by_downloads(page: Page, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    place = folder / "exports" / ("a" * 32)
    place.mkdir(parents=True)
    (place / "out.zip").symlink_to(tmp_path / "secret")
    answer = page.get(f"/api/exports/{'a' * 32}/download")
    assert (answer.status_code, b"secret" in answer.content) == (404, False)


def test_paths_of_the_machine_are_only_for_those_who_sit_at_it(open_page: Page, clip: Path) -> None:
    owner = log_in(open_page, "owner")
    refused = owner.send("POST", "/api/imports", {"path": str(clip)})
    assert refused.status_code == 403
    assert "Upload" in refused.json()["error"]


def test_too_much_is_refused_before_it_is_read(page: Page) -> None:
    sent = page.client.request(
        "PUT", "/api/preferences", headers=page.headers | {"Content-Length": str(10**12)}, content=b"{}"
    )
    assert sent.status_code == 413
    assert page.send("PUT", "/api/preferences", content=b"[" * 100_000).status_code in (400, 422)
    assert page.send("PUT", "/api/preferences", content=b"\xff\xfe{}").status_code in (400, 422)


def test_pages_come_with_rules_for_the_browser(page: Page) -> None:
    headers = page.get("/docs").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"].split("style-src")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"
    assert page.get("/api/project").headers["cache-control"] == "no-store"
