"""Verify over HTTP: every verdict once, on the server's clock, and nothing said of what is a test."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi.testclient import TestClient

from pointreel.apps.web.app import create_app
from pointreel.apps.web.studio import Studio
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, Points, Prompt
from pointreel.store import Candidate, Project

from .conftest import NUM_FRAMES, WIDTH, Page

YES, NO, UNSURE = FOREGROUND, BACKGROUND, AMBIGUOUS


def candidates(num: int = 12) -> list[Candidate]:
    kinds = (AMBIGUOUS, BACKGROUND, FOREGROUND)
    return [Candidate(frame=i % NUM_FRAMES, x=i % WIDTH, y=i // WIDTH, kind=kinds[i % 3]) for i in range(num)]


def answer(page: Page, point: int, label: int = YES, **more: object) -> dict[str, object]:
    return page.post("/api/verify/answers", {"point": point, "label": label, "token": uuid4().hex} | more)


@pytest.fixture
def asked(page: Page) -> Page:
    page.studio.project.propose(1, candidates())
    return page


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(asked: Page) -> Clock:
    made = Clock()
    asked.studio.verifying.clocks._now = made
    return made


def test_the_queue_goes_on_by_kind_and_counts(asked: Page) -> None:
    queue = asked.read("/api/verify/queue?count=4")
    assert [task["kind"] for task in queue["tasks"]] == [YES] * 4
    assert queue["totals"] == {"answered": 0, "total": 12}
    assert queue["batch"] == {
        "object": 1, "object_name": "square", "kind": YES, "answered": 0, "total": 4, "skipped": 0
    }  # fmt: skip
    assert queue["pace"] == {"median_seconds": None, "streak": 0, "eta_seconds": None}
    kinds = []
    while queue["tasks"]:
        kinds.append(queue["tasks"][0]["kind"])
        said = answer(asked, queue["tasks"][0]["point"], count=2)
        assert said["queue"]["tasks"][:1] == queue["tasks"][1:2] or len(queue["tasks"]) < 2 or kinds
        queue = said["queue"]
    assert kinds == [YES] * 4 + [NO] * 4 + [UNSURE] * 4
    assert (queue["batch"], queue["totals"]) == (None, {"answered": 12, "total": 12})
    assert list(asked.studio.project.check()) == []


def test_the_clock_runs_while_the_point_is_shown_and_stands_still_in_pauses(asked: Page, clock: Clock) -> None:
    first, second = (task["point"] for task in asked.read("/api/verify/queue?count=2")["tasks"])
    asked.post("/api/verify/shown", {"point": first})
    clock.seconds += 1.5
    asked.post("/api/verify/paused", {"point": first})
    clock.seconds += 500
    asked.post("/api/verify/shown", {"point": first})
    clock.seconds += 0.25
    asked.post("/api/verify/shown", {"point": first})
    clock.seconds += 0.25
    said = answer(asked, first, next_shown=second)
    assert said["seconds"] == pytest.approx(2.0)
    clock.seconds += 4
    said = answer(asked, second)
    assert said["seconds"] == pytest.approx(4.0)
    assert said["queue"]["pace"] == {"median_seconds": 3.0, "streak": 2, "eta_seconds": 30.0}
    assert [event.seconds for event in asked.studio.project.log()] == [2.0, 4.0]


def test_sending_twice_stores_once(asked: Page) -> None:
    point = asked.read("/api/verify/queue")["tasks"][0]["point"]
    body = {"point": point, "label": NO, "token": "sent-again"}
    first, second = (asked.post("/api/verify/answers", body) for _ in range(2))
    assert first["event"] == second["event"]
    assert len(list(asked.studio.project.log())) == 1
    refused = asked.send("POST", "/api/verify/answers", body | {"label": YES})
    assert refused.status_code == 409
    assert "token" in refused.json()["error"]


def test_back_shows_the_same_point_again_and_forward_brings_the_verdict_back(asked: Page) -> None:
    queue = asked.read("/api/verify/queue?count=3")
    point = queue["tasks"][0]["point"]
    answer(asked, point)
    back = asked.post("/api/verify/undo", {"count": 3})
    assert back["points"] == [point]
    assert back["task"]["point"] == point
    assert [task["point"] for task in back["queue"]["tasks"]] == [task["point"] for task in queue["tasks"]]
    assert back["queue"]["totals"]["answered"] == 0
    forth = asked.post("/api/verify/redo")
    assert (forth["points"], forth["task"]) == ([point], None)
    assert forth["queue"]["totals"]["answered"] == 1
    assert forth["queue"]["tasks"][0]["point"] != point
    assert [event.label for event in asked.studio.project.log()] == [YES, None, None]


def test_back_with_the_order_by_gain_shows_the_point_first_though_others_gain_more(asked: Page) -> None:
    project = asked.studio.project
    points = [stored.key for stored in project.points(1)]
    project.set_gains({points[0]: -1.0} | dict.fromkeys(points[1:], 5.0))
    answer(asked, points[0])
    back = asked.post("/api/verify/undo", {"count": 2, "order": "gain"})
    assert back["queue"]["tasks"][0]["point"] == points[0]


def test_a_batch_is_reopened_as_a_whole(asked: Page) -> None:
    for task in asked.read("/api/verify/queue?count=6")["tasks"]:
        answer(asked, task["point"])
    reopened = asked.post("/api/verify/undo-batch", {"object": 1, "kind": YES})
    assert len(reopened["points"]) == 4
    assert [task["kind"] for task in reopened["queue"]["tasks"]] == [YES] * 4
    assert reopened["queue"]["totals"]["answered"] == 2
    assert asked.post("/api/verify/undo-batch", {"object": 1, "kind": YES})["points"] == []


def test_tests_and_repeats_look_like_all_others(page: Page) -> None:
    plain = [*candidates(3), Candidate(frame=1, x=5, y=5, kind=YES, gold=NO)]
    page.studio.project.propose(1, [*plain, Candidate(frame=0, x=0, y=0, kind=AMBIGUOUS, repeats=0)])
    tasks = page.read("/api/verify/queue?count=16")["tasks"]
    assert len(tasks) == 5
    assert len({tuple(sorted(task)) for task in tasks}) == 1
    assert "gold" not in json.dumps(tasks)
    assert "repeat" not in json.dumps(tasks)


def test_what_is_wrong_is_said_and_nothing_stored(asked: Page) -> None:
    good = {"point": 1, "label": 1, "token": "0123456789"}
    for wrong in ({"label": 3}, {"token": "short"}, {"point": "x"}, {"seconds": 1.0}):
        assert asked.send("POST", "/api/verify/answers", good | wrong).status_code == 422
    assert asked.send("POST", "/api/verify/answers", good | {"point": 999}).status_code == 409
    assert asked.send("POST", "/api/verify/answers", content=b"{").status_code == 422
    assert list(asked.studio.project.log()) == []


def test_a_disk_that_is_full_says_so_and_the_same_point_comes_again(asked: Page, clock: Clock) -> None:
    engine = asked.studio.project._database._engine
    point = asked.read("/api/verify/queue")["tasks"][0]["point"]
    asked.post("/api/verify/shown", {"point": point})
    clock.seconds += 2
    creator = engine.pool._creator

    def limited(*given: object) -> sqlite3.Connection:
        made: sqlite3.Connection = creator(*given)
        made.execute("PRAGMA max_page_count=1")
        return made

    engine.dispose()
    engine.pool._creator = limited
    for k in range(200):  # there is room in the pages there are, for a while
        refused = asked.send("POST", "/api/verify/answers", {"point": point, "label": k % 3, "token": f"token {k:04}"})
        if refused.status_code != 200:
            break
    assert (refused.status_code, refused.json().keys()) == (507, {"error"})
    assert "full" in refused.json()["error"]
    stored = len(list(asked.studio.project.log()))
    engine.dispose()
    engine.pool._creator = creator
    assert stored == k
    assert answer(asked, point)["event"] == stored + 1


def test_a_project_that_another_process_holds_says_to_try_again(folder: Path) -> None:
    studio = Studio(Project.open(folder, wait_seconds=0.1))
    studio.project.propose(1, candidates())
    page = Page(TestClient(create_app(studio), base_url="http://localhost"), studio)
    point = page.read("/api/verify/queue")["tasks"][0]["point"]
    other = sqlite3.connect(folder / "project.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = page.send("POST", "/api/verify/answers", {"point": point, "label": 1, "token": "0123456789"})
    assert refused.status_code == 503
    other.execute("ROLLBACK")
    other.close()
    assert page.read("/api/verify/queue")["tasks"][0]["point"] == point
    studio.close()


def test_the_localisation_says_which_object_is_meant(asked: Page) -> None:
    assert asked.get("/api/verify/localisation/1").status_code == 404
    asked.studio.project.prompt(1, Prompt(object_id=1, frame=3, points=Points.on([(20, 30)])))
    said = asked.read("/api/verify/localisation/1")
    assert (said["frame"], said["points"], said["mask"]) == (3, [{"x": 20, "y": 30, "label": 1}], None)


_SERVER = "from pointreel.apps.cli import main; main()"


class Served:
    """A real process on loopback, which can be killed and started again."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        words = [sys.executable, "-c", _SERVER, "studio", str(folder), "--no-browser", "--port", str(port)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split(": ")[-1].strip()
        self.client = httpx.Client(base_url=self.address, timeout=30)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                self.csrf = self.client.get("/api/me").json()["csrf"]
                return
            except httpx.TransportError:
                time.sleep(0.05)

    def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        return Page.done(self.client.post(path, json=body, headers={"X-Pointreel-Csrf": self.csrf}))

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        self.process.wait(30)
        self.ended()
        return self.process.returncode

    def ended(self) -> tuple[str, str]:
        """What it said, once it is certain that it has ended."""
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        return self.process.communicate(timeout=30)


def test_a_killed_server_loses_nothing_that_was_acknowledged_and_ctrl_c_ends_one(folder: Path) -> None:
    with Project.open(folder) as project:
        project.propose(1, candidates(60))
    acknowledged: dict[int, int] = {}
    served = Served(folder)
    try:
        assert served.address.startswith("http://localhost:")
        tasks = served.client.get("/api/verify/queue?count=4").json()["tasks"]
        for _ in range(6):
            point = tasks[0]["point"]
            served.post("/api/verify/shown", {"point": point})
            said = served.post("/api/verify/answers", {"point": point, "label": point % 3, "token": uuid4().hex})
            acknowledged[point] = point % 3
            tasks = said["queue"]["tasks"]
        shown = tasks[0]["point"]
        served.post("/api/verify/shown", {"point": shown})
    finally:
        assert served.end(signal.SIGKILL) == -signal.SIGKILL
    again = Served(folder)
    try:
        assert again.client.get("/api/verify/queue").json()["tasks"][0]["point"] == shown
        with again.client.stream("GET", "/api/events") as events:  # a page that listens does not keep it from ending
            assert events.status_code == 200
            again.process.send_signal(signal.SIGINT)
            assert again.process.wait(30) == 0
    finally:
        _, said = again.ended()
    assert "Everything is saved" in said
    with Project.open(folder) as project:
        assert {event.point: event.label for event in project.log()} == acknowledged
        assert list(project.check()) == []
