"""Nonsense is refused in one line, wherever it is sent; nothing of it makes the server stumble."""

import itertools
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pointreel.apps.web.app import create_app
from pointreel.apps.web.studio import Studio
from pointreel.store import Candidate, Project

from .conftest import HEIGHT, WIDTH, Page
from .test_guard import ROUTES

VALUES = (
    *(None, True, 0, 1, 2, -1, 3, 2**31, 2**63, 2**70, 1e308, 0.5, "", "a", "1", "é\u0000", "../x", "davis", "both"),
    *([], [0], [1, 1], [2**70], [[1, 2, 3]], {}, {"x": 1, "y": 1, "label": 1}),
    {"size": [HEIGHT, WIDTH], "counts": "zzz"},
    {"left": 0, "top": 0, "width": 1e9, "height": 1},
    [{"x": 5, "y": 5, "label": 1}] * 3,
)
KEYS = (
    *("name", "frame", "points", "point", "label", "token", "box", "trace", "mask", "locked", "chosen", "objects"),
    *("object", "direction", "to", "only", "format", "what", "role", "password", "colour", "removed", "closed"),
    *("kind", "count", "keys", "order", "next_shown"),
)
SOUND: dict[str, dict[str, object]] = {
    "/api/verify/answers": {"point": 2**70, "label": 1, "token": "12345678"},
    "/api/verify/shown": {"point": 2**70},
    "/api/verify/undo-batch": {"object": 2**70},
    "/api/proposals": {"objects": [2**70]},
    "/api/videos/{v}/propagations": {"frame": 0, "objects": [2**70]},
    "/api/objects/{key}/prompts/{frame}": {"frame": 0, "points": [{"x": 1e300, "y": 1, "label": 1}]},
    "/api/objects/{key}/masks/{frame}": {"mask": {"size": [2**70, 2**70], "counts": "0"}},
    "/api/points/{point}/settle": {"label": 1},
}
"""Bodies that are right but for a number."""

CHANGING = [(method, route.path) for method, route in ROUTES if method not in ("GET", "HEAD")]


@pytest.fixture(scope="module")
def page(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One studio takes all of it."""
    folder = tmp_path_factory.mktemp("nonsense") / "squares"
    shutil.copytree(template, folder)
    studio = Studio(Project.open(folder), propagator="flow")
    studio.project.propose(1, [Candidate(frame=0, x=k, y=0, kind=k % 3) for k in range(5)])
    app = create_app(studio)
    yield Page(TestClient(app, base_url="http://localhost", raise_server_exceptions=False), studio)
    studio.close()


@pytest.mark.parametrize(("method", "path"), CHANGING, ids=[" ".join(one) for one in CHANGING])
def test_nonsense(page: Page, method: str, path: str) -> None:
    rng = random.Random(path)
    bodies = [None, [], "text", 5, *({rng.choice(KEYS): rng.choice(VALUES) for _ in range(n)} for n in range(8))]
    bodies += [{"frame": 0, "points": value} for value in VALUES[:8]]
    bodies.append(SOUND.get(path, {}))
    for number, body in itertools.product((0, 1, 2**70), bodies):
        answer = page.send(method, re.sub(r"{\w+}", str(number), path), body)
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400:
            assert answer.json().keys() == {"error"}
            assert "\n" not in answer.json()["error"]
    page.refresh()
    assert list(page.studio.project.check()) == []


@pytest.mark.parametrize(
    "path", [route.path for method, route in ROUTES if method == "GET" and "event" not in route.path]
)
def test_numbers_that_are_too_large(page: Page, path: str) -> None:
    page.client = TestClient(page.client.app, base_url="http://localhost", raise_server_exceptions=False)
    large = dict.fromkeys(("object", "frame", "start", "stop", "width", "x", "y", "side", "limit", "count"), 2**70)
    for number, query in itertools.product((1, 2**70), ({}, large)):
        answer = page.get(re.sub(r"{\w+}", str(number), path), params=query)
        assert answer.status_code < 500, answer.text
