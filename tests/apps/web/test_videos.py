"""The project and its pictures: exact frames, tags that mean what they say, uploads that are looked at."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pointreel.apps.web.pictures import Pictures
from pointreel.core import PointreelError
from pointreel.video import Video

from .conftest import HEIGHT, NUM_FRAMES, WIDTH, Page, jpeg, picture


def test_the_project_lists_its_videos(page: Page) -> None:
    said = page.read("/api/project")
    (video,) = said["videos"]
    assert (said["name"], video["name"], video["state"], video["message"]) == ("squares", "clip.mp4", "ok", "")
    assert (video["width"], video["height"], video["num_frames"], video["num_objects"]) == (
        WIDTH,
        HEIGHT,
        NUM_FRAMES,
        2,
    )
    assert video["duration"] == pytest.approx(1.0)
    assert page.read("/api/videos/1/times")["seconds"][-1] == pytest.approx(11 / 12)


@pytest.mark.parametrize("order", [range(NUM_FRAMES), reversed(range(NUM_FRAMES)), [5, 0, 11, 6, 7, 8, 3]])
def test_every_frame_is_the_one_that_was_asked_for(page: Page, order: list[int]) -> None:
    for k in order:
        shown = jpeg(page.get(f"/api/videos/1/frames/{k}.jpg").content)
        errors = [np.abs(shown.astype(int) - picture(other)).mean() for other in range(NUM_FRAMES)]
        assert shown.shape == (HEIGHT, WIDTH, 3)
        assert int(np.argmin(errors)) == k


def test_a_frame_that_somebody_rests_on_is_decoded_before_they_click(page: Page) -> None:
    pictures = page.studio.pictures
    for k, neighbour in ((5, 6), (NUM_FRAMES - 1, NUM_FRAMES - 2)):
        page.post(f"/api/videos/1/frames/{k}/ready")
        pictures._ahead.submit(lambda: None).result()
        assert pictures._frames.get((1, k)).index == k
        assert pictures._frames.get((1, neighbour)).index == neighbour
    assert page.send("POST", f"/api/videos/1/frames/{NUM_FRAMES}/ready").status_code == 404


def test_many_at_once_get_their_own_frames(page: Page) -> None:
    def error(k: int) -> float:
        return float(
            np.abs(jpeg(page.get(f"/api/videos/1/frames/{k % 12}.jpg").content).astype(int) - picture(k % 12)).mean()
        )

    with ThreadPoolExecutor(6) as pool:
        assert max(pool.map(error, range(48))) < 12


def test_no_more_videos_are_open_than_are_looked_at(page: Page, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many take turns; and who comes while a video is closed gets it opened again."""
    monkeypatch.setattr("pointreel.apps.web.pictures._OPEN", 2)
    monkeypatch.setattr("pointreel.apps.web.pictures._DECODED", 0)
    project, opened = page.studio.project, []
    for number in range(2, 5):
        project.add_video(clip, name=f"clip {number}.mp4")
    open_video = project.open_video
    monkeypatch.setattr(project, "open_video", lambda name: opened.append(open_video(name)) or opened[-1])
    pictures = Pictures(project)

    def is_right(k: int) -> bool:
        frame = pictures.frame(1 + k % 4, k % NUM_FRAMES)
        return bool(np.abs(frame.rgb.astype(int) - picture(k % NUM_FRAMES)).mean() < 12)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(is_right, range(40)))
    assert len(opened) > 4
    assert sum(is_open(video) for video in opened) == 2
    pictures.close()
    assert not any(is_open(video) for video in opened)


def is_open(video: Video) -> bool:
    try:
        return video[0].index == 0
    except PointreelError:
        return False


def test_tags(page: Page) -> None:
    version = page.read("/api/project")["videos"][0]["version"]
    first = page.get(f"/api/videos/1/frames/3.jpg?version={version}")
    tag = first.headers["etag"]
    assert "immutable" in first.headers["cache-control"]
    again = page.get(f"/api/videos/1/frames/3.jpg?version={version}", headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert page.get("/api/videos/1/frames/4.jpg").headers["etag"] != tag
    small = page.get("/api/videos/1/frames/3.jpg?width=48&version=old")
    assert "immutable" not in small.headers["cache-control"]
    assert small.headers["etag"] != tag
    assert jpeg(small.content).shape == (32, 48, 3)


def test_a_crop_has_its_place_in_the_middle_and_grey_outside(page: Page) -> None:
    crop = jpeg(page.get("/api/videos/1/crops/0.jpg?x=8&y=20&side=16&size=160").content).astype(int)
    assert crop.shape == (160, 160, 3)
    red = crop[..., 0] - crop[..., 1] > 80
    assert red[85:, 85:].mean() > 0.9
    assert red[:75, :].mean() < 0.1
    assert red[:, :70].mean() < 0.1
    outside = jpeg(page.get("/api/videos/1/crops/0.jpg?x=-500&y=0&side=20&size=32").content)
    assert np.abs(outside.astype(int) - 96).max() < 6


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/videos/9/frames/0.jpg", 404),
        ("/api/videos/1/frames/12.jpg", 404),
        ("/api/videos/1/frames/-1.jpg", 422),
        ("/api/videos/1/frames/x.jpg", 422),
        ("/api/videos/1/frames/0.jpg?width=3", 422),
        ("/api/videos/1/crops/0.jpg?x=nan&y=0&side=5", 422),
        ("/api/nothing", 404),
    ],
)
def test_what_is_not_there_says_so_in_one_line(page: Page, path: str, status: int) -> None:
    answer = page.get(path)
    assert answer.status_code == status
    assert answer.json().keys() == {"error"}
    assert "\n" not in answer.json()["error"]


def test_a_video_that_is_gone_or_changed_is_told(page: Page, clip: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    page.studio.project.add_video(copy)
    assert [v["state"] for v in page.read("/api/project")["videos"]] == ["ok", "ok"]
    copy.write_bytes(clip.read_bytes()[:-50])
    assert [v["state"] for v in page.read("/api/project")["videos"]] == ["ok", "changed"]
    copy.unlink()
    said = page.read("/api/project")["videos"][1]
    assert said["state"] == "missing"
    assert str(tmp_path) not in said["message"]


def test_an_upload_becomes_a_video_of_the_project(page: Page, clip: Path, folder: Path) -> None:
    names = []
    for _ in range(2):
        answer = page.send("PUT", "/api/uploads/My%20clip%3F.MP4", content=clip.read_bytes())
        names.append(Page.done(answer)["name"])
    assert names == ["My clip_.mp4", "My clip_-2.mp4"]
    assert sorted(path.name for path in (folder / "videos").iterdir()) == sorted(names)
    assert page.get("/api/videos/3/frames/11.jpg").status_code == 200
    assert list(page.studio.project.check()) == []


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("clip.mp4", b"no video at all", 415),
        ("clip.mp4", b"", 415),
        ("clip", b"x", 400),
        ("..", b"x", 400),
        ("clip.mp4", b"x" * (5 << 20), 413),
    ],
)
def test_what_is_no_video_leaves_nothing_behind(
    page: Page, folder: Path, name: str, content: bytes, status: int
) -> None:
    answer = page.send("PUT", f"/api/uploads/{name}", content=content)
    assert answer.status_code in (status, 405 if name == ".." else status)
    assert len(page.studio.project.videos) == 1
    assert not list(folder.glob("videos/*"))
    assert not list(folder.glob("videos/.*"))


def test_a_long_body_of_unknown_length_is_cut_off(page: Page, folder: Path) -> None:
    answer = page.send("PUT", "/api/uploads/a.mp4", content=(b"x" * 100_000 for _ in range(60)))
    assert answer.status_code == 413
    assert not list(folder.glob("videos/.*"))
