"""The Python client does what its page says, against the application itself."""

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from pointreel.annotate.simulated import Noise, SimulatedAnnotator
from pointreel.apps.client import Client, StudioError
from pointreel.apps.client_desk import ClientDesk
from pointreel.apps.web import messages
from pointreel.core import Mask
from pointreel.store import Candidate

from .conftest import NUM_FRAMES, Page, square
from .test_guard import PASSWORD


class Through(httpx.BaseTransport):
    """Requests go straight to the application; some answers are lost on their way back."""

    def __init__(self, client: TestClient, lose: int = 0) -> None:
        self._inner, self.lose = client._transport, lose

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        if self.lose and request.url.path.endswith("/answers"):
            self.lose -= 1
            raise httpx.ReadError("lost")
        return answer


@pytest.fixture
def studio(page: Page) -> Client:
    return Client("http://localhost", transport=Through(page.client))


def test_a_day_at_the_studio(studio: Client, page: Page, clip: Path, tmp_path: Path) -> None:
    assert studio.me().user.name == "owner"
    assert studio.upload(clip).name == "clip-2.mp4"
    key = studio.add_object("clip-2.mp4", "red square")
    extents = studio.click(key, 4, [(32, 32, 1), (80, 50, 0)])
    assert extents[0].iou(Mask.from_array(square(4))) > 0.7
    studio.set_mask(key, 4, Mask.from_array(square(4)))
    job = studio.wait(studio.propagate("clip-2.mp4", frame=4, objects=[key]))
    assert (job.state, len(studio.masks("clip-2.mp4", 0, NUM_FRAMES))) == ("done", NUM_FRAMES)
    assert studio.undo_edit("clip-2.mp4").kind == studio.redo_edit("clip-2.mp4").kind == "propagation"
    with pytest.raises(StudioError, match=r"clip-2\.mp4: something was said of it since"):
        studio.undo_action()  # the newest action is the video's arrival
    page.studio.project.propose(key, [Candidate(frame=0, x=k, y=0, kind=k % 2) for k in range(20)])
    for _ in range(6):
        task = studio.next_point()
        studio.answer(task.point, task.kind)
    assert len(studio.undo().points) == 1
    assert studio.queue().totals.answered == 5
    assert studio.statistics().points == studio.queue().totals.total
    result = studio.export("point-vos", "points", tmp_path / "points.json")
    (record,) = json.loads((tmp_path / "points.json").read_text()).values()
    assert (len(record["annotated_points"]), record["object_name"]) == (5, "red square")
    assert result.file_name == "squares-point-vos-points.json"


def test_a_job_that_was_interrupted_is_told_and_goes_on(studio: Client, page: Page) -> None:
    studio.set_mask(1, 4, Mask.from_array(square(4)))
    asked = {"server": f"{socket.gethostname()} {os.getpid()} before", "request": '{"frame": 4}'}
    page.studio.project.begin_job("f" * 32, "propagation", video="clip.mp4", **asked)
    running = messages.Job(
        id="f" * 32,
        kind="propagation",
        state="running",
        done=1,
        total=9,
        eta_seconds=1.0,
        message="",
        video=1,
        result=None,
    )
    with pytest.raises(StudioError, match="stopped during this propagation"):
        studio.wait(running)
    assert studio.wait(studio.go_on(running)).state == "done"
    assert len(studio.masks("clip.mp4", 0, NUM_FRAMES)) == NUM_FRAMES


def test_an_answer_that_is_lost_on_its_way_is_stored_once(page: Page) -> None:

    page.studio.project.propose(1, [Candidate(frame=0, x=k, y=0, kind=1) for k in range(3)])
    studio = Client("http://localhost", transport=Through(page.client, lose=2))
    task = studio.next_point()
    assert studio.answer(task.point, 0).event == 1
    assert len(list(page.studio.project.log())) == 1


def test_what_is_wrong_is_an_error_in_one_line(studio: Client, tmp_path: Path) -> None:
    for wrong, words in (
        (lambda: studio.video("dog.mp4"), "There are: clip.mp4"),
        (lambda: studio.click(99, 0, [(1, 1, 1)]), "no object with the key 99"),
        (lambda: studio.set_mask(1, 0, Mask.from_array(np.ones((2, 2)))), "as the video has"),
        (lambda: studio.export("davis", "masks", tmp_path / "x.zip"), "no masks to export"),
        (lambda: Client("http://127.0.0.1:9").me(), "does not answer"),
        (lambda: Client("http://localhost", "owner", PASSWORD, transport=studio._http._transport), "wrong"),
    ):
        with pytest.raises(StudioError, match=words):
            wrong()
    assert not (tmp_path / "x.zip").exists()


class Squares:
    """The truth of the clip, and how far a point is from the border of the square, roughly."""

    def at(self, video: str, object_id: int, frame: int, x: float, y: float) -> tuple[int, float]:
        assert (video, object_id) == ("clip.mp4", 1)
        return int(square(frame)[int(y), int(x)]), 10.0


def test_simulated_annotators_side_by_side_answer_each_point_once(page: Page) -> None:
    project = page.studio.project
    page.studio.people._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    page.studio.people.change("owner", None, PASSWORD)
    names = ("ada", "bob", "eve")
    for name in names:
        page.studio.people.add(name, "annotator", PASSWORD)
    points = [Candidate(frame=k % NUM_FRAMES, x=(7 * k) % 96, y=(5 * k) % 64, kind=k % 3) for k in range(60)]
    project.propose(1, points)

    def work(name: str) -> list[tuple[int, int]]:
        transport = Through(TestClient(page.client.app, base_url="http://localhost"))
        with Client("http://localhost", name, PASSWORD, transport=transport) as studio:
            annotator = SimulatedAnnotator(truth=Squares(), noise=Noise(wrong=0, unsure=0, slips=0))
            return [
                (done.point, done.verdict) for done in annotator.work(ClientDesk(studio, wait=lambda seconds: None))
            ]

    with ThreadPoolExecutor(len(names)) as pool:
        said = [one for found in pool.map(work, names) for one in found]
    log = list(project.log())
    assert sorted((event.point, event.label) for event in log) == sorted(said)
    assert len({point for point, _ in said}) == len(said) == 60
    assert all(event.seconds is not None and event.seconds > 0 for event in log)
    assert {point.key: point.label for point in project.points(1)} == dict(said)
    assert list(project.check()) == []
