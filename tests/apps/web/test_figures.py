"""Review, statistics and proposals: what a lead sees is what was said, and what is offered comes from the pipeline."""

import csv
import io
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from pointreel.annotate import stages
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, FrameMasks, Mask, Points, Prompt, Segment
from pointreel.store import Candidate

from .conftest import NUM_FRAMES, Page, square
from .test_label import wait

YES, NO, UNSURE = FOREGROUND, BACKGROUND, AMBIGUOUS


@pytest.fixture
def verified(page: Page) -> Page:
    """Two people asked about the same points, one of whom is wrong about one, and two tests."""
    project = page.studio.project
    project.add_user("ada")
    project.add_user("=bob")
    edit = project.begin_edit("clip.mp4", "propagation")
    project.add_masks(edit, [FrameMasks(k, {1: Segment(Mask.from_array(square(k)), 0.9)}) for k in range(NUM_FRAMES)])
    points = [Candidate(frame=k, x=20 + 3 * k, y=30, kind=YES, overlap=2) for k in range(3)]
    points += [Candidate(frame=k, x=2, y=2, kind=NO, overlap=2) for k in range(3)]
    points += [Candidate(frame=5, x=1, y=1, kind=NO, gold=NO, overlap=2)]
    points += [Candidate(frame=5, x=30, y=30, kind=YES, gold=YES, overlap=2)]
    project.propose(1, points)
    for name, seconds in (("ada", 1.0), ("=bob", 2.0)):
        for task in project.next_points(name, 8):
            wrong = name == "=bob" and task.frame == 1 and task.kind == YES
            project.answer(task.point, NO if wrong else task.kind, seconds, annotator=name)
    return page


def test_statistics(verified: Page) -> None:
    said = verified.read("/api/statistics")
    assert (said["points"], said["points_done"], said["seconds"], said["median"]) == (8, 8, 24.0, 1.5)
    by_name = {row["name"]: row for row in said["by_annotator"]}
    assert (by_name["ada"]["median"], by_name["=bob"]["median"], by_name["ada"]["gold_n"]) == (1.0, 2.0, 2)
    assert by_name["ada"]["sensitivity"]["value"] == 1.0
    assert said["agreement"]["cohen"]["low"] <= said["agreement"]["cohen"]["value"] <= 1
    assert said["dense_equivalent"] == {"masks": 4, "seconds": 320.0}
    assert [(day["answers"], day["seconds"]) for day in said["per_day"]] == [(16, 24.0)]
    assert said["eta_seconds"] == 0
    square_row, rest = said["objects_list"]
    assert (square_row["points"], square_row["answered"], square_row["foreground"], square_row["background"]) == (
        6,
        6,
        2,
        3,
    )
    assert [(row["object_id"], row["name"]) for row in (square_row, rest)] == [(1, "square"), (2, "rest")]
    assert (rest["points"], rest["quality"], rest["may_stop"]) == (0, None, False)


def test_statistics_of_nothing(page: Page) -> None:
    said = page.read("/api/statistics")
    assert (said["points"], said["median"], said["eta_seconds"], said["per_day"]) == (0, 0.0, None, [])


@pytest.mark.parametrize("name", ["fig9", "fig10", "pace", "cost"])
def test_figures_are_drawings(verified: Page, name: str) -> None:
    sent = verified.get(f"/api/statistics/{name}.svg")
    assert sent.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(sent.content).tag.endswith("svg")


def test_figures_of_nothing_are_drawings_too(page: Page) -> None:
    for name in ("fig9", "fig10", "pace", "cost"):
        assert page.get(f"/api/statistics/{name}.svg").status_code == 200


def test_tables(verified: Page) -> None:
    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(verified.get(f"/api/statistics/{name}.csv").text)))

    assert [row["label"] for row in rows("points")].count("1") == 3
    assert [row["annotator"] for row in rows("annotators")] == ["'=bob", "ada"]
    named = [(row["object"], row["object_id"], row["name"], row["closed"]) for row in rows("objects")]
    assert named == [("1", "1", "square", "0"), ("2", "2", "rest", "0")]
    assert verified.get("/api/statistics/users.csv").status_code == 422


def test_disagreement_is_reviewed_and_settled(verified: Page) -> None:
    (item, *_) = [one for one in verified.read("/api/review")["items"] if one["reason"] == "annotators differ"]
    assert (item["frame"], item["key"], item["object_id"], item["object_name"]) == (1, 1, 1, "square")
    (point,) = verified.read("/api/objects/1/points?disagreement=1")["points"]
    assert point["label"] == UNSURE
    assert {(one["by"], one["label"]) for one in point["answers"]} == {("ada", YES), ("=bob", NO)}
    assert len(verified.read("/api/objects/1/points?frame=1")["points"]) == 2
    assert len(verified.read("/api/objects/1/points?annotator=ada")["points"]) == 8
    settled = verified.post(f"/api/points/{point['point']}/settle", {"label": YES})
    assert settled["event"] == 17
    (point,) = verified.read("/api/objects/1/points?disagreement=1")["points"]
    assert point["label"] == YES
    assert [one["settles"] for one in point["answers"]].count(True) == 1
    assert "annotators differ" not in {one["reason"] for one in verified.read("/api/review")["items"]}
    assert verified.post("/api/review/undo")["points"] == [point["point"]]
    assert verified.read("/api/objects/1/points?disagreement=1")["points"][0]["label"] == UNSURE
    assert verified.post("/api/review/undo")["points"] == []
    assert verified.post("/api/review/redo")["points"] == [point["point"]]
    assert verified.read("/api/objects/1/points?disagreement=1")["points"] == [point]


def test_points_that_contradict_the_mask_come_up_worst(verified: Page) -> None:
    project = verified.studio.project
    project.set_mask(1, 2, Segment(Mask.from_array(~square(2)), 0.95), locked=False)
    items = verified.read("/api/review")["items"]
    assert (items[0]["frame"], items[0]["reason"]) == (2, "points disagree")
    assert all(item["frame"] in (0, 1, 2, 5) for item in verified.read("/api/review?annotator=ada")["items"])
    assert verified.read("/api/review?annotator=nobody")["items"] == []
    assert len(verified.read("/api/review?limit=1")["items"]) == 1


def test_proposals_come_from_the_pipeline_and_wait_to_be_verified(page: Page) -> None:
    refused = wait(page, page.post("/api/proposals", {})["job"])
    assert (refused["state"], refused["result"]) == ("failed", None)
    page.studio.project.prompt(1, Prompt(object_id=1, frame=4, points=Points.on([(32, 32)])), by="owner")
    page.studio.project.set_mask(1, 4, Segment(Mask.from_array(square(4)), 1.0), by="owner")
    sent = {"objects": [1], "gold": 0.1, "repeats": 0.1}
    job = wait(page, page.post("/api/proposals", sent)["job"])
    assert job["state"] == "done", job["message"]
    points = page.studio.project.points(1)
    plain = sum(point.gold is None and point.repeats is None for point in points)
    assert sum(point.gold is not None for point in points) == sum(point.repeats is not None for point in points)
    assert sum(point.gold is not None for point in points) == round(plain / 10)
    queue = page.read("/api/verify/queue?count=16")
    assert queue["totals"]["total"] == job["result"]["points"] > 10
    assert {task["object_name"] for task in queue["tasks"]} == {"square"}
    for task in queue["tasks"]:
        page.post(
            "/api/verify/answers", {"point": task["point"], "label": task["kind"], "token": f"token {task['point']:04}"}
        )
    assert page.read("/api/statistics")["objects_list"][0]["quality"]["j"]["high"] > 0
    masks = len(list(page.studio.project.masks(1)))
    back = page.post("/api/undo")
    assert (back["kind"], back["objects"], back["frames"]) == ("points", [1], [0, NUM_FRAMES - 1])
    assert page.read("/api/verify/queue")["tasks"] == []
    assert page.read("/api/verify/queue")["totals"] == {"answered": 16, "total": 16}  # nobody's work is lost
    assert len(list(page.studio.project.masks(1))) == 1
    again = wait(page, page.post("/api/proposals", sent)["job"])
    assert (again["state"], again["result"]["points"]) == ("done", job["result"]["points"])
    assert len(list(page.studio.project.masks(1))) == masks
    assert page.read("/api/verify/queue")["totals"] == {"answered": 16, "total": job["result"]["points"]}
    assert list(page.studio.project.check()) == []


def test_what_breaks_with_one_object_is_told_with_its_name_and_the_others_have_points(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (1, 2):
        page.studio.project.set_mask(key, 4, Segment(Mask.from_array(square(4)), 1.0), by="owner")
    page.studio.project.describe(1, name="", by="owner")
    whole = stages.with_tests

    def breaks(found: list[Candidate], *rest: object, **words: object) -> list[Candidate]:
        monkeypatch.setattr(stages, "with_tests", whole)
        raise RuntimeError("out of paint")

    monkeypatch.setattr(stages, "with_tests", breaks)
    job = wait(page, page.post("/api/proposals", {})["job"])
    assert job["state"] == "done", job
    assert job["result"]["problems"] == ["object 1: something went wrong (RuntimeError: out of paint)"]
    assert (job["result"]["objects"], page.studio.project.points(1)) == (1, [])
    assert page.studio.project.points(2)
    assert [event.kind for event in page.studio.events._ring].count("saved") > 3


_ALL_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pointreel.apps.web.figures import figure
from pointreel.store import Project

with Project.open(sys.argv[1]) as project, ThreadPoolExecutor(4) as threads:
    for drawn in threads.map(lambda name: figure(project, name), ("fig9", "fig10", "pace", "cost")):
        assert "<svg" in drawn
"""


def test_a_page_may_ask_for_all_figures_at_once(template: Path) -> None:
    """In a process of its own, in which nobody has drawn anything before."""
    done = subprocess.run([sys.executable, "-c", _ALL_AT_ONCE, template], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
