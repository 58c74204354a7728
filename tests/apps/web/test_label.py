"""Label over HTTP: clicks become masks, masks are carried, and every step can be taken back."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from pointreel.apps.web.studio import Studio
from pointreel.core import Frame, FrameMasks, Mask, Prompt, Segment
from pointreel.core.protocols import Propagator
from pointreel.store import Candidate, Project
from pointreel.video import Video

from .conftest import HEIGHT, NUM_FRAMES, SIDE, WIDTH, Page, square


def rle(pixels: np.ndarray) -> dict[str, object]:
    return Mask.from_array(pixels).to_coco()


def as_mask(sent: dict[str, object]) -> Mask:
    return Mask.from_coco(sent["size"], sent["counts"])


def iou(sent: dict[str, object], frame: int) -> float:
    return as_mask(sent).iou(Mask.from_array(square(frame)))


def click(page: Page, frame: int, *points: tuple[float, float, int], key: int = 1) -> dict[str, object]:
    said = [{"x": x, "y": y, "label": label} for x, y, label in points]
    return page.put(f"/api/objects/{key}/prompts/{frame}", {"frame": frame, "points": said})


def paint(page: Page, frame: int, key: int = 1) -> None:
    page.put(f"/api/objects/{key}/masks/{frame}", {"mask": rle(square(frame))})


def masks(page: Page, start: int = 0, stop: int = NUM_FRAMES) -> dict[tuple[int, int], dict[str, object]]:
    frames = page.read(f"/api/videos/1/masks?start={start}&stop={stop}")["frames"]
    return {(one["frame"], of["key"]): of for one in frames for of in one["objects"]}


def wait(page: Page, job: dict[str, object]) -> dict[str, object]:
    deadline = time.monotonic() + 60
    while job["state"] in ("waiting", "running") and time.monotonic() < deadline:
        time.sleep(0.02)
        job = page.read(f"/api/jobs/{job['id']}")
    return job


def propagate(page: Page, frame: int, **more: object) -> dict[str, object]:
    job = page.post(
        "/api/videos/1/propagations", {"objects": None, "frame": frame, "direction": "both", "to": None} | more
    )
    return wait(page, job["job"])


def test_objects_are_added_renamed_removed_and_brought_back(page: Page) -> None:
    made = page.post("/api/videos/1/objects", {"name": "dog", "colour": "#AABBCC"})
    assert (made["object_id"], made["name"], made["colour"]) == (3, "dog", "#aabbcc")
    renamed = Page.done(page.send("PATCH", f"/api/objects/{made['key']}", {"name": "cat"}))
    assert renamed["name"] == "cat"
    assert Page.done(page.send("PATCH", f"/api/objects/{made['key']}", {"removed": True}))["removed"]
    assert [one["name"] for one in page.read("/api/videos/1/objects")["objects"]] == ["square", "rest"]
    assert page.post("/api/videos/1/undo")["kind"] == "object"
    assert [one["name"] for one in page.read("/api/videos/1/objects")["objects"]] == ["square", "rest", "cat"]
    assert page.send("PATCH", "/api/objects/99", {"name": "x"}).status_code in (404, 409)


def test_closing_an_object_is_taken_back_and_done_again(page: Page) -> None:
    def is_closed() -> bool:
        listed = page.read("/api/videos/1/objects")["objects"][0]["closed"]
        assert page.read("/api/statistics")["objects_list"][0]["closed"] == listed
        assert page.read("/api/verify/queue")["totals"]["total"] == (0 if listed else 1)
        return listed

    page.studio.project.propose(1, [Candidate(frame=0, x=20, y=30, kind=1)])
    assert Page.done(page.send("PATCH", "/api/objects/1", {"closed": True}))["closed"]
    assert is_closed()
    assert page.post("/api/undo")["kind"] == "closing"
    assert not is_closed()
    assert page.post("/api/redo")["kind"] == "closing"
    assert is_closed()
    assert page.post("/api/videos/1/undo")["objects"] == [1]
    assert not is_closed()
    assert page.post("/api/undo")["edit"] is None


def test_two_clicks_a_propagation_and_back(page: Page) -> None:
    first = click(page, 4, (32, 32, 1))
    assert 1 <= len(first["extents"]) <= 3
    second = click(page, 4, (32, 32, 1), (80, 50, 0))
    assert iou(second["extents"][0]["mask"], 4) > 0.8
    shown = masks(page)
    assert list(shown) == [(4, 1)]
    assert shown[4, 1]["locked"]
    (prompt,) = page.read("/api/objects/1/prompts")["prompts"]
    assert [point["label"] for point in prompt["points"]] == [1, 0]

    job = propagate(page, 4, objects=[1])
    assert (job["state"], job["done"], job["total"]) == ("done", NUM_FRAMES - 1, NUM_FRAMES - 1)
    made = masks(page)
    assert min(iou(made[k, 1]["mask"], k) for k in range(NUM_FRAMES)) > 0.4
    (row, _) = page.read("/api/videos/1/timeline")["objects"]
    assert (row["known"], row["locked"], row["prompts"]) == ([[0, NUM_FRAMES - 1]], [4], [4])

    back = page.post("/api/videos/1/undo", {"only": "propagation"})
    assert (back["kind"], back["frames"], back["objects"]) == ("propagation", [0, NUM_FRAMES - 1], [1])
    assert list(masks(page)) == [(4, 1)]
    assert page.post("/api/videos/1/redo")["edit"] == back["edit"]
    assert masks(page) == made
    page.post("/api/videos/1/undo")
    assert page.post("/api/videos/1/undo")["edit"] == second["edit"]
    assert len(page.read("/api/objects/1/prompts")["prompts"][0]["points"]) == 1
    assert list(page.studio.project.check()) == []


def test_a_correction_starts_from_the_mask_that_is_there_and_an_empty_prompt_gives_it_back(page: Page) -> None:
    paint(page, 0)
    propagate(page, 0)
    carried = masks(page)[6, 1]
    corrected = click(page, 6, (90, 60, 0))
    assert len(corrected["extents"]) == 1
    assert as_mask(corrected["extents"][0]["mask"]).iou(as_mask(carried["mask"])) > 0.5
    assert masks(page)[6, 1]["locked"]
    nothing = page.put("/api/objects/1/prompts/6", {"frame": 6, "points": []})
    assert nothing["extents"][0]["mask"] == carried["mask"]
    assert masks(page)[6, 1] == carried
    assert page.read("/api/objects/1/prompts")["prompts"] == []


def test_an_empty_prompt_where_nothing_was_leaves_nothing(page: Page) -> None:
    click(page, 2, (26, 32, 1))
    page.put("/api/objects/1/prompts/2", {"frame": 2})
    assert masks(page) == {}
    assert page.read("/api/videos/1/timeline")["objects"][0]["known"] == []


def test_another_extent_is_taken_and_taken_back(page: Page) -> None:
    extents = click(page, 4, (32, 32, 1))["extents"]
    last = len(extents) - 1
    taken = page.post("/api/objects/1/extents/4", {"chosen": last})
    assert taken["mask"] == extents[last]["mask"] == masks(page)[4, 1]["mask"]
    page.studio.labelling._extents.clear()  # as after a restart
    assert page.post("/api/objects/1/extents/4", {"chosen": 0})["mask"] == extents[0]["mask"]
    assert page.send("POST", "/api/objects/1/extents/4", {"chosen": 9}).status_code == 409
    assert page.send("POST", "/api/objects/1/extents/5", {"chosen": 0}).status_code == 409
    page.post("/api/videos/1/undo")
    assert masks(page)[4, 1]["mask"] == extents[last]["mask"]
    page.post("/api/videos/1/undo")
    page.post("/api/videos/1/undo")
    assert masks(page) == {}
    assert page.send("POST", "/api/objects/1/extents/4", {"chosen": 0}).status_code == 409


def test_only_the_span_between_locked_frames_changes(page: Page) -> None:
    for frame in (0, 5, 9):
        paint(page, frame)
    propagate(page, 0)
    propagate(page, 5)
    propagate(page, 9)
    before = masks(page)
    page.put("/api/objects/1/masks/6", {"mask": rle(square(6) & (np.arange(WIDTH) < 40))})
    job = propagate(page, 6, direction="forward")
    after = masks(page)
    assert {frame for frame, _ in before if before[frame, 1]["mask"] != after[frame, 1]["mask"]} <= {6, 7, 8}
    assert after[7, 1]["mask"] != before[7, 1]["mask"]
    assert job["result"]["frames"] == 2


def test_what_is_locked_while_a_propagation_runs_stays(page: Page) -> None:
    paint(page, 0)
    started = page.post("/api/videos/1/propagations", {"objects": [1], "frame": 0})["job"]
    page.put("/api/objects/1/masks/11", {"mask": rle(square(11))})
    assert wait(page, started)["state"] == "done"
    assert masks(page)[11, 1]["locked"]


def test_cancelling_keeps_what_is_done(page: Page) -> None:
    paint(page, 0)
    started = page.post("/api/videos/1/propagations", {"objects": [1], "frame": 0})["job"]
    page.send("DELETE", f"/api/jobs/{started['id']}")
    over = wait(page, started)
    assert over["state"] == "cancelled"
    kept = sorted(frame for frame, _ in masks(page))
    assert kept == list(range(len(kept)))
    assert len(kept) < NUM_FRAMES


@pytest.mark.parametrize(("locked", "frame", "said"), [((), 3, "no locked frame"), ((0,), 3, "nothing is missing")])
def test_a_propagation_with_nothing_to_do_says_why(page: Page, locked: Sequence[int], frame: int, said: str) -> None:
    for k in locked:
        paint(page, k)
        propagate(page, k)
    refused = page.send("POST", "/api/videos/1/propagations", {"objects": None, "frame": frame})
    assert refused.status_code == 409
    assert said in refused.json()["error"]


class Fragile:
    """A propagator whose sessions break when they are asked for an object."""

    def __init__(self, inner: Propagator, breaks_at: int) -> None:
        self.accepts, self._inner, self._breaks_at = inner.accepts, inner, breaks_at

    @contextmanager
    def open(self, video: Video) -> Iterator["Fragile"]:
        with self._inner.open(video) as session:
            self._session, self.lookahead = session, session.lookahead
            yield self

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> list[FrameMasks]:
        if any(prompt.object_id == self._breaks_at for prompt in queries):
            raise RuntimeError("out of paint")
        return self._session.push(frame, queries)

    def finish(self) -> list[FrameMasks]:
        return self._session.finish()


def test_what_breaks_with_one_object_does_not_stop_the_others_and_is_told_with_its_name(page: Page) -> None:
    for key in (1, 2):
        paint(page, 0, key)
    page.studio.propagating._propagator = Fragile(page.studio.propagating._loaded(), 2)
    job = propagate(page, 0)
    assert (job["state"], job["result"]["problems"]) == (
        "done",
        ["rest: something went wrong (RuntimeError: out of paint)"],
    )
    made = masks(page)
    assert sorted(frame for frame, key in made if key == 1) == list(range(NUM_FRAMES))
    assert [frame for frame, key in made if key == 2] == [0]
    saved = [event for event in page.studio.events._ring if event.kind in ("masks", "saved")]
    assert [event.kind for event in saved[-2:]] == ["masks", "saved"]
    last = propagate(page, 0, objects=[2])
    assert (last["state"], last["message"]) == ("failed", "rest: something went wrong (RuntimeError: out of paint)")


def test_what_a_killed_server_was_doing_is_interrupted_and_goes_on(page: Page) -> None:
    paint(page, 0)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    project, here = page.studio.project, socket.gethostname()
    asked = '{"objects": [1], "frame": 0}'
    for name, pid, request in (("a" * 32, gone.pid, asked), ("b" * 32, os.getppid(), asked), ("c" * 32, gone.pid, "")):
        project.begin_job(name, "propagation", server=f"{here} {pid} {name}", video="clip.mp4", request=request)
    project.begin_job("d" * 32, "export", server=f"elsewhere 1 {name}")
    listed = {job["id"][0]: job for job in page.read("/api/jobs")["jobs"]}
    assert {name: (job["state"], job["can_go_on"]) for name, job in listed.items()} == {
        "a": ("interrupted", True),
        "c": ("interrupted", False),
    }
    assert listed["a"]["video"] == 1
    assert page.send("POST", f"/api/jobs/{'c' * 32}/again").status_code == 409
    assert page.send("DELETE", f"/api/jobs/{'c' * 32}").status_code == 200
    job = wait(page, page.post(f"/api/jobs/{'a' * 32}/again")["job"])
    assert (job["state"], job["done"]) == ("done", NUM_FRAMES - 1)
    assert page.read(f"/api/jobs/{'a' * 32}")["state"] == "cancelled"
    assert [one.key[0] for one in project.running_jobs()] == ["b", "d"]


def test_who_was_only_silent_or_was_taken_up_elsewhere_is_interrupted_no_more(page: Page, folder: Path) -> None:
    """As when a laptop slept: nobody is to do what another server still does, or does again."""
    an_hour_ago, project = time.time() - 3600, page.studio.project
    with Project.open(folder, clock=lambda: an_hour_ago) as earlier:
        for name in ("a", "b"):
            earlier.begin_job(name * 32, "propagation", server=f"elsewhere 1 {name}", video="clip.mp4", request="{}")
    states = [(job["id"][0], job["state"]) for job in page.read("/api/jobs")["jobs"]]
    assert sorted(states) == [("a", "interrupted"), ("b", "interrupted")]
    project.see_jobs("elsewhere 1 a")
    project.end_job("b" * 32)
    for name in ("a", "b"):
        assert page.send("POST", f"/api/jobs/{name * 32}/again").status_code == 404
    assert page.read("/api/jobs")["jobs"] == []


def test_a_server_says_that_it_is_there_while_it_does_something(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of what waits its turn, and while nothing is heard of a long step."""
    monkeypatch.setattr("pointreel.apps.web.presence._EVERY", 0.01)
    studio, over = Studio(Project.open(folder)), threading.Event()
    studio.jobs.begin()
    for _ in range(2):
        studio.jobs.start("export", lambda watch: over.wait(60) and None)
    began, deadline = [job.seen_at for job in studio.project.running_jobs()], time.monotonic() + 60
    while not all(job.seen_at > max(began) for job in studio.project.running_jobs()) and time.monotonic() < deadline:
        time.sleep(0.01)
    seen = studio.project.running_jobs()
    over.set()
    studio.close()
    assert len(seen) == 2
    assert min(job.seen_at for job in seen) > max(began)


@pytest.mark.parametrize("since", ["nothing", "undone", "relocked"])
def test_a_propagation_that_was_cut_off_goes_on_where_it_was(page: Page, since: str) -> None:
    """From the last mask it stored on which its object was seen, as the same edit; from none that is outdated, and as
    an edit of its own where that would not be the last thing that was done.
    """
    project = page.studio.project
    paint(page, 3)
    propagate(page, 3)
    whole = masks(page)
    page.post("/api/videos/1/undo", {"only": "propagation"})
    request = cut_off(page, {4: square(4), 5: square(5), 6: square(6) & False, 2: square(2) & (np.arange(WIDTH) < 20)})
    if since == "undone":
        page.post("/api/videos/1/undo", {"only": "propagation"})
    if since == "relocked":
        paint(page, 3)
    job = wait(page, page.post(f"/api/jobs/{'a' * 32}/again")["job"])
    made = masks(page)
    assert (job["state"], job["done"], len(made)) == ("done", NUM_FRAMES - 1 - 3 * (since == "nothing"), NUM_FRAMES)
    if since == "nothing":
        assert all(as_mask(made[k, 1]["mask"]) == Mask.from_array(square(k)) for k in (4, 5))
        assert as_mask(made[0, 1]["mask"]).area < as_mask(whole[0, 1]["mask"]).area
        assert min(iou(made[k, 1]["mask"], k) for k in range(6, NUM_FRAMES)) > 0.4
    else:
        assert {k: of["mask"] for k, of in made.items()} == {k: of["mask"] for k, of in whole.items()}
    assert (job["result"]["edit"] == request["edit"]) == (since == "nothing")
    assert page.post("/api/videos/1/undo")["edit"] == job["result"]["edit"]
    if since == "relocked":
        assert list(masks(page)) == [(k, 1) for k in (2, 3, 4, 5, 6)]
        page.post("/api/videos/1/undo", {"only": "propagation"})
    assert list(masks(page)) == [(3, 1)]
    assert list(project.check()) == []


def cut_off(page: Page, made: dict[int, np.ndarray]) -> dict[str, object]:
    """A server was killed when its propagation had made so much; what it left to be asked for."""
    project = page.studio.project
    edit = project.begin_edit("clip.mp4", "propagation", by="owner")
    segments = {frame: Segment(Mask.from_array(pixels), 1.0) for frame, pixels in made.items()}
    project.add_masks(edit, [FrameMasks(frame, {1: segment}) for frame, segment in segments.items()])
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    request = {"objects": [1], "frame": 3, "edit": edit}
    server = f"{socket.gethostname()} {gone.pid} x"
    project.begin_job("a" * 32, "propagation", server=server, video="clip.mp4", request=json.dumps(request))
    return request


def test_a_propagation_says_where_it_can_be_taken_up(page: Page) -> None:
    """As soon as it has begun, since it may be killed at any moment."""
    project = page.studio.project
    said: list[str] = []
    change_job = project.change_job
    project.change_job = lambda key, request: said.append(request) or change_job(key, request)
    paint(page, 0)
    job = propagate(page, 0, objects=[1])
    assert [json.loads(text)["edit"] for text in said] == [job["result"]["edit"]]


def test_locks(page: Page) -> None:
    paint(page, 3)
    page.post("/api/objects/1/locks/3", {"locked": False})
    assert not masks(page)[3, 1]["locked"]
    refused = page.send("POST", "/api/videos/1/propagations", {"frame": 3})
    assert refused.status_code == 409
    assert "locked" in refused.json()["error"]
    page.post("/api/objects/1/locks/3", {"locked": True})
    assert masks(page)[3, 1]["locked"]
    assert page.send("POST", "/api/objects/1/locks/7", {"locked": True}).status_code == 409


def test_a_mask_as_png(page: Page) -> None:
    _, png = cv2.imencode(".png", square(2).astype(np.uint8))
    Page.done(page.send("PUT", "/api/objects/1/masks/2.png", content=png.tobytes()))
    assert iou(masks(page)[2, 1]["mask"], 2) == 1
    _, large = cv2.imencode(".png", np.zeros((HEIGHT, WIDTH + 1), np.uint8))
    for content, status in ((b"GIF89a", 415), (large.tobytes(), 422), (png.tobytes()[:60], 415)):
        assert page.send("PUT", "/api/objects/1/masks/2.png", content=content).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {"frame": 3, "points": [{"x": 1, "y": 2, "label": 1}]},
        {"frame": 4, "points": [{"x": 900, "y": 2, "label": 1}]},
        {"frame": 4, "points": [{"x": 9, "y": 2, "label": 0}]},
        {"frame": 4, "points": [{"x": 9, "y": 2, "label": 5}]},
        {"frame": 4, "box": {"left": 4, "top": 3, "width": 0, "height": 5}},
        {"frame": 4, "mask": {"size": [2, 2], "counts": "22"}},
        {"frame": 4, "mask": {"size": [HEIGHT, WIDTH], "counts": "\x00nonsense"}},
        {"frame": 4, "text": "the dog"},
    ],
)
def test_prompts_that_cannot_be_meant_are_refused_in_one_line(page: Page, body: dict[str, object]) -> None:
    answer = page.send("PUT", "/api/objects/1/prompts/4", body)
    assert answer.status_code in (400, 422)
    assert answer.json().keys() == {"error"}
    assert masks(page) == {}
    assert page.send("PUT", "/api/objects/1/prompts/4", content=b'{"frame": 4').status_code == 422
    assert page.send("PUT", "/api/objects/1/prompts/12", {"frame": 12, "points": []}).status_code == 404


def test_boxes_traces_and_masks_are_prompts_too(page: Page) -> None:
    boxed = page.put(
        "/api/objects/1/prompts/0", {"frame": 0, "box": {"left": 8, "top": 20, "width": SIDE, "height": SIDE}}
    )
    assert iou(boxed["extents"][0]["mask"], 0) > 0.7
    trace = [[12 + k, 24 + k, k / 10] for k in range(16)]
    traced = page.put("/api/objects/2/prompts/0", {"frame": 0, "trace": trace})
    assert iou(traced["extents"][0]["mask"], 0) > 0.5
    given = page.put("/api/objects/2/prompts/1", {"frame": 1, "mask": rle(square(1))})
    assert iou(given["extents"][0]["mask"], 1) == 1


def test_doubts_come_worst_first_and_name_the_jump(page: Page) -> None:
    project = page.studio.project
    pixels = {k: square(k) for k in range(NUM_FRAMES)}
    pixels[7] = np.roll(square(7), 16, 0)
    edit = project.begin_edit("clip.mp4", "propagation")
    scores = {3: 0.2, 4: 0.4}
    records = [FrameMasks(k, {1: Segment(Mask.from_array(on), scores.get(k, 0.95))}) for k, on in pixels.items()]
    project.add_masks(edit, records)
    doubts = page.read("/api/videos/1/timeline")["doubts"]
    assert {(doubt["frame"], doubt["reason"]) for doubt in doubts} >= {(3, "unsure"), (7, "place jumps")}
    assert all(one["doubt"] >= other["doubt"] for one, other in pairwise(doubts))
    assert 4 not in {doubt["frame"] for doubt in doubts}


def test_too_many_frames_at_once(page: Page) -> None:
    assert page.get("/api/videos/1/masks?start=0&stop=65").status_code == 422
