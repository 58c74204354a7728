"""What the command opens: a video, a folder, a project; and how it is told who may come in."""

import asyncio
import io
import json
import os
import shutil
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pointreel.apps.cli import main
from pointreel.apps.web.app import bare_app, create_app
from pointreel.apps.web.events import Events
from pointreel.apps.web.opening import opened
from pointreel.apps.web.serve import bound
from pointreel.apps.web.studio import Studio, sweep
from pointreel.core import Mask, PointreelError, Segment
from pointreel.store import Candidate, Project
from pointreel.video import write_pngs

from .conftest import Page, picture, square
from .test_guard import PASSWORD


def names(project: Project) -> list[str]:
    with project:
        return [video.name for video in project.videos]


def test_a_videos_project_lies_beside_and_is_opened_again(clip: Path, tmp_path: Path) -> None:
    for _ in range(2):
        project, left_out = opened(str(clip), tmp_path)
        assert (Path(project.name), names(project), left_out) == (tmp_path / "clip-studio", ["clip.mp4"], [])
    assert names(opened(str(tmp_path / "clip-studio"), tmp_path)[0]) == ["clip.mp4"]
    assert names(opened(None, tmp_path / "clip-studio")[0]) == ["clip.mp4"]


def test_a_folder_of_videos_is_one_project_and_a_folder_of_pictures_one_video(clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    for name in ("b.mp4", "a.MP4"):
        shutil.copy(clip, folder / name)
    (folder / "broken.mov").write_bytes(b"?")
    project, left_out = opened(str(folder), tmp_path)
    assert names(project) == ["a.MP4", "b.mp4"]
    assert len(left_out) == 1
    assert "broken.mov" in left_out[0]
    shutil.copy(clip, folder / "c.mp4")
    assert names(opened(str(folder), tmp_path)[0]) == ["a.MP4", "b.mp4", "c.mp4"]
    with write_pngs(tmp_path / "walk") as out:
        for k in range(3):
            out.add(picture(k))
    assert names(opened(str(tmp_path / "walk"), tmp_path)[0]) == ["walk"]
    (tmp_path / "trips").mkdir()
    folder.rename(tmp_path / "trips" / "films")
    (tmp_path / "walk").rename(tmp_path / "trips" / "walk")
    assert names(opened(str(tmp_path / "trips"), tmp_path)[0]) == ["a.MP4", "b.mp4", "c.mp4", "walk"]


def test_what_is_no_video_makes_no_project(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"?")
    for place, words in ((tmp_path / "clip.mp4", "clip.mp4"), (tmp_path / "none", "nothing here"), (None, "no video")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(PointreelError, match=words):
            opened(None if place is None else str(place), tmp_path / "empty")
        assert not list((tmp_path / "empty").iterdir())


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PointreelError, match=f"127.0.0.1:{port}: cannot be listened on"):
            bound("127.0.0.1", port)
    with bound("127.0.0.1", None) as first, bound("127.0.0.1", None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_users_are_added_by_the_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def add(*words: str, password: str = PASSWORD) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["pointreel", "studio", str(folder), "--no-browser", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
        with pytest.raises(SystemExit) as ended:
            main()
        out, error = capsys.readouterr()
        assert error.count("\n") <= 1
        return int(ended.value.code or 0), out + error

    code, said = add("--host", "0.0.0.0")
    assert (code, "--add-user owner" in said) == (1, True)
    assert add("--add-user", "ada")[0] == 1  # nobody could let people in
    assert add("--add-user", "owner", password="short")[0] == 1
    assert add("--add-user", "owner")[0] == 0
    assert add("--add-user", "ada", "--role", "viewer") == (0, f"ada: viewer of {folder}\n")
    with Project.open(folder) as project:
        assert [(user.name, user.role) for user in project.users] == [("owner", "owner"), ("ada", "viewer")]
        assert all((project.password_hash(user.name) or "").startswith("$argon2id$") for user in project.users)


def test_the_applications_own_beginning_and_end(folder: Path) -> None:
    stale = folder / ".import-x"
    stale.mkdir()
    os.utime(stale, (0, 0))
    (folder / "videos").mkdir()
    (folder / "videos" / ".upload-new.mp4").touch()
    studio = Studio(Project.open(folder))
    with TestClient(create_app(studio), base_url="http://localhost") as client:
        assert client.get("/api/me").status_code == 200
    assert not stale.exists()
    assert (folder / "videos" / ".upload-new.mp4").exists()
    sweep(folder, older_than=-1)
    assert not list((folder / "videos").iterdir())
    with pytest.raises(PointreelError):
        studio.jobs.start("export", lambda watch: None)


def test_the_document_and_the_page_tell_every_route(page: Page) -> None:
    said = page.read("/api/openapi.json")
    assert said == json.loads(json.dumps(bare_app().openapi()))
    text = page.get("/docs").text
    assert all(f"<code>{path}</code>" in text for path in said["paths"])
    assert "http" not in text.replace("http-equiv", "").split("<style>")[1]
    assert "<script" not in text


def finished(coroutine: Coroutine[None, None, list[str]]) -> list[str]:
    """What a coroutine returns, on a thread of its own: a browser's driver may keep a loop running on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def told(events: Events, last: str | None, count: int) -> list[str]:
    """The first events of a stream, as ``id kind``."""

    async def listen() -> list[str]:
        found: list[str] = []
        async for text in events.stream(last):
            lines = dict(line.split(": ", 1) for line in text.strip().splitlines() if ": " in line)
            if "event" in lines:
                found.append(f"{lines['id']} {lines['event']}")
            if len(found) >= count or text.startswith(":"):
                break
        return found

    return finished(listen())


def test_who_was_away_gets_what_they_missed_or_is_told_to_begin_anew() -> None:
    events = Events(kept=3, heartbeat=0.05)
    for k in range(5):
        events.publish("saved", {"k": k})
    run = told(events, "other-1", 1)[0].split("-")[0]
    assert told(events, f"{run}-3", 9) == [f"{run}-4 saved", f"{run}-5 saved"]
    assert told(events, f"{run}-2", 9) == [f"{run}-{k} saved" for k in (3, 4, 5)]
    for lost in (f"{run}-1", "other-4", "nonsense", f"{run}-99"):
        assert told(events, lost, 9) == [f"{run}-5 reset"]
    assert told(events, None, 9) == []


def test_a_listener_hears_what_another_thread_says_and_the_end() -> None:
    events = Events(heartbeat=5)

    async def listen() -> list[str]:
        found = []
        async for text in events.stream(None):
            found.append(text)
            if len(found) == 1:
                await asyncio.to_thread(events.publish, "objects", {"video": 1})
            if "objects" in text:
                await asyncio.to_thread(events.close)
        return found

    assert "event: objects" in "".join(finished(asyncio.wait_for(listen(), 10)))


def test_what_others_do_to_the_project_is_told_here(page: Page, folder: Path) -> None:
    """By a command beside the server, say: pages hear the same as if it had been done here, once."""
    video = page.read("/api/project")["videos"][0]["key"]
    page.put("/api/objects/1/masks/0", {"mask": Mask.from_array(square(0)).to_coco()})
    page.studio.listening.look()
    before = len(page.studio.events._ring)
    page.studio.listening.look()
    assert len(page.studio.events._ring) == before
    assert page.read("/api/verify/queue")["totals"]["total"] == 0
    with Project.open(folder) as other:
        edit = other.set_mask(1, 3, Segment(Mask.from_array(square(3)), 1.0))
        other.propose(1, [Candidate(frame=0, x=20, y=30, kind=1)])
    page.studio.listening.look()
    told = [(one.kind, json.loads(one.data)) for one in list(page.studio.events._ring)[before:]]
    assert [kind for kind, _ in told] == ["objects", "masks", "points", "reset", "saved"]
    assert told[:3] == [
        ("objects", {"video": video}),
        ("masks", {"video": video, "edit": edit, "frames": [3], "objects": [1]}),
        ("points", {"object": 1}),
    ]
    assert page.read("/api/verify/queue")["totals"]["total"] == 1
    assert told[-1][1]["saved_at"] == page.read("/api/project")["saved_at"]


def test_what_could_not_be_told_is_told_with_the_next_look(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.open(folder) as other:
        other.propose(1, [Candidate(frame=0, x=20, y=30, kind=1)])
        page.studio.listening.look()
        other.answer(1, 1, 0.5, annotator="owner")
    before = len(page.studio.events._ring)
    with monkeypatch.context() as patched:
        patched.setattr(page.studio.project, "last_saved", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            page.studio.listening.look()
    assert len(page.studio.events._ring) == before
    page.studio.listening.look()
    assert [one.kind for one in list(page.studio.events._ring)[before:]] == ["points", "saved"]


def test_it_is_looked_for_while_somebody_listens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointreel.apps.web.listening._EVERY", 0.01)
    studio = Studio(Project.open(folder))
    studio.listening.begin()

    async def heard() -> list[str]:
        stream = studio.events.stream(None)
        texts = [await anext(stream)]
        with Project.open(folder) as other:
            other.add_object("clip.mp4", "late")
        while not any("event: saved" in text for text in texts):
            texts.append(await asyncio.wait_for(anext(stream), 30))
        await stream.aclose()
        return texts

    texts = finished(heard())
    assert any("event: objects" in text for text in texts)
    studio.close()
