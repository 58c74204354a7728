"""In and out: what is exported is right, comes back as it was, and nothing else of the machine comes along."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from pointreel.apps.web.app import create_app
from pointreel.apps.web.studio import Studio
from pointreel.core import BACKGROUND, FOREGROUND, FrameMasks, Mask, Segment
from pointreel.formats import shelf as formats
from pointreel.store import Candidate, Project
from pointreel.video import write_pngs

from .conftest import NUM_FRAMES, Page, square
from .test_label import wait


@pytest.fixture
def full(page: Page) -> Page:
    """Masks on every frame, and points that are answered."""
    project = page.studio.project
    edit = project.begin_edit("clip.mp4", "propagation")
    records = [FrameMasks(k, {1: Segment(Mask.from_array(square(k)), 0.9)}) for k in range(NUM_FRAMES)]
    project.add_masks(edit, records)
    points = [Candidate(frame=k, x=20 + 3 * k, y=30, kind=FOREGROUND) for k in range(4)]
    points += [Candidate(frame=k, x=2, y=2, kind=BACKGROUND) for k in range(4)]
    project.propose(1, points)
    for task in project.next_points("owner", 8):
        project.answer(task.point, task.kind, 0.5, annotator="owner")
    return page


def exported(page: Page, format: str, what: str) -> tuple[dict[str, object], bytes, str]:
    job = wait(page, page.post("/api/exports", {"format": format, "what": what})["job"])
    assert job["state"] == "done", job["message"]
    sent = page.get(f"/api/exports/{job['id']}/download")
    assert sent.status_code == 200
    return job["result"], sent.content, sent.headers["content-disposition"]


def test_points_as_point_vos(full: Page) -> None:
    result, content, disposition = exported(full, "point-vos", "points")
    (record,) = json.loads(content).values()
    assert record["video_name"] == "clip"
    assert [point["status"] for point in record["annotated_points"]].count("ACCEPTED") == 4
    assert len(record["annotated_points"]) == 8
    assert result["file_name"] == "squares-point-vos-points.json"
    assert result["file_name"] in disposition


def test_masks_as_davis_and_back(full: Page, clip: Path, tmp_path: Path) -> None:
    result, content, _ = exported(full, "davis", "masks")
    assert result["file_name"].endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(tmp_path / "out")
    (sequence,) = formats.build("davis").read(tmp_path / "out" / "squares-davis-masks")
    read = {labels.frame: labels.segments[1].mask for labels in sequence}
    assert read == {k: Mask.from_array(square(k)) for k in range(NUM_FRAMES)}

    project = full.studio.project
    project.undo_edit("clip.mp4")
    job = wait(full, Page.done(full.send("POST", "/api/imports/upload?format=davis", content=content))["job"])
    assert (job["state"], job["result"]["masks"], job["result"]["problems"]) == ("done", NUM_FRAMES, [])
    back = {
        mask.frame: (mask.segment.mask, mask.locked) for thing in project.objects for mask in project.masks(thing.key)
    }
    assert back == {k: (Mask.from_array(square(k)), True) for k in range(NUM_FRAMES)}
    assert not list(Path(project.name).glob(".import-*"))
    assert list(project.check()) == []


def test_points_come_back_with_their_verdicts_and_only_once(full: Page, clip: Path, tmp_path: Path) -> None:
    _, content, _ = exported(full, "point-vos", "points")
    file = tmp_path / "points.json"
    file.write_bytes(content)
    other = tmp_path / "other"
    with Project.create(other) as project:
        project.add_video(clip)
    studio = Studio(Project.open(other))
    page = Page(TestClient(create_app(studio), base_url="http://localhost"), studio)
    for expected in (8, 0):
        job = wait(page, page.post("/api/imports", {"path": str(file), "format": None})["job"])
        assert (job["state"], job["result"]["points"]) == ("done", expected), job
    (thing,) = studio.project.objects
    labels = [(point.frame, point.label, point.kind) for point in studio.project.points(thing.key)]
    assert sorted(labels) == sorted([(k, kind, kind) for k in range(4) for kind in (FOREGROUND, BACKGROUND)])
    assert page.post("/api/undo")["objects"] == [thing.key]
    assert (studio.project.objects, list(studio.project.answers())) == ([], [])
    page.post("/api/redo")
    assert studio.project.objects == [thing]
    assert [(point.frame, point.label, point.kind) for point in studio.project.points(thing.key)] == labels
    studio.close()


@pytest.mark.parametrize("name", formats.names())
def test_every_format_that_holds_masks_or_points_is_written(full: Page, name: str) -> None:
    said = {one["name"]: one for one in full.read("/api/formats")["formats"]}[name]
    for what, holds in (("points", said["holds_points"]), ("masks", said["holds_masks"])):
        if holds:
            _, content, _ = exported(full, name, what)
            assert content
        else:
            assert full.send("POST", "/api/exports", {"format": name, "what": what}).status_code == 409


def test_nothing_to_export_is_said(page: Page) -> None:
    job = wait(page, page.post("/api/exports", {"format": "davis", "what": "masks"})["job"])
    assert (job["state"], job["result"]) == ("failed", None)
    assert "no masks to export" in job["message"]
    assert page.send("POST", "/api/exports", {"format": "davi", "what": "masks"}).json()["error"].count("davis")
    assert page.get(f"/api/exports/{job['id']}/download").status_code == 404


def test_a_folder_of_videos_and_a_dataset_with_pictures_come_in(page: Page, clip: Path, tmp_path: Path) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (videos / name).write_bytes(clip.read_bytes())
    (videos / "broken.mp4").write_bytes(b"nothing")
    job = wait(page, page.post("/api/imports", {"path": str(videos)})["job"])
    assert job["state"] == "done", job
    assert (len(job["result"]["videos"]), len(job["result"]["problems"])) == (2, 1)

    with write_pngs(tmp_path / "D" / "JPEGImages" / "480p" / "walk") as frames:
        for k in range(3):
            frames.add(np.full((8, 10, 3), 9 * k, np.uint8))
    with write_pngs(tmp_path / "D" / "Annotations" / "480p" / "walk") as frames:
        for _ in range(3):
            frames.add_labels(3 * np.eye(8, 10, dtype=int))
    job = wait(page, page.post("/api/imports", {"path": str(tmp_path / "D"), "format": "davis"})["job"])
    assert (job["state"], job["result"]["problems"]) == ("done", [])
    walk = page.studio.project.video("walk")
    (thing,) = page.studio.project.objects_of("walk")
    assert (walk.num_frames, thing.object_id) == (3, 3)
    assert [mask.segment.mask.area for mask in page.studio.project.masks(thing.key)] == [8, 8, 8]
    named = [["clip.mp4"], ["clip.mp4", "a.mp4", "b.mp4"], ["clip.mp4", "a.mp4", "b.mp4", "walk"]]
    for path, expected in (("undo", named[1]), ("undo", named[0]), ("redo", named[1]), ("redo", named[2])):
        page.post(f"/api/{path}")
        assert [video["name"] for video in page.read("/api/project")["videos"]] == expected
    assert list(page.studio.project.masks(thing.key))


def test_videos_in_a_zip_file_become_the_projects_own(page: Page, clip: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.write(clip, "holiday/beach.mp4")
    job = wait(page, Page.done(page.send("POST", "/api/imports/upload", content=packed.getvalue()))["job"])
    assert (job["state"], len(job["result"]["videos"])) == ("done", 1), job
    videos = {video["name"]: video["state"] for video in page.read("/api/project")["videos"]}
    assert videos == {"clip.mp4": "ok", "beach.mp4": "ok"}


def test_what_cannot_come_in_is_listed(full: Page, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        job = wait(full, full.post("/api/imports", {"path": str(path)})["job"])
        assert job["state"] == "failed"
    job = wait(full, Page.done(full.send("POST", "/api/imports/upload", content=b"no zip"))["job"])
    assert (job["state"], "zip" in job["message"]) == ("failed", True)


@pytest.mark.parametrize("name", ["../../evil.txt", "/tmp/evil.txt", "a/../../evil.txt", "..\\evil.txt"])
def test_a_zip_file_cannot_write_beside_its_place(page: Page, folder: Path, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr(name, "evil")
    job = wait(page, Page.done(page.send("POST", "/api/imports/upload", content=packed.getvalue()))["job"])
    assert job["state"] == "failed"
    assert not list(folder.parent.rglob("evil.txt"))
    assert str(folder) not in job["message"]
