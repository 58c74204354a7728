"""The studio's story, from opening a clip to files that hold what was said, in a real browser."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pointreel.core import Mask
from pointreel.formats import shelf
from pointreel.store import Project

from .conftest import Clip
from .newcomer import Newcomer
from .serving import NUM_FRAMES, Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASTRONAUT = 1
NUM_POINTS = 50
RELOADED_AFTER, KILLED_AFTER = 20, 35


def middle(clip: Clip, frame: int) -> tuple[int, int]:
    """A pixel well inside the astronaut."""
    ys, xs = np.nonzero(clip.truth[ASTRONAUT][frame])
    k = np.argmin(np.hypot(xs - xs.mean(), ys - ys.mean()))
    return int(xs[k]), int(ys[k])


def test_a_newcomer_labels_verifies_and_takes_the_files_home(clip: Clip, server: Server, page: "Page") -> None:
    someone = Newcomer(page)
    labelled(clip, server, someone)
    corrected(clip, server, someone)
    proposed(server, someone)
    said = verified(clip, server, someone)
    exported(server, someone, said)


def labelled(clip: Clip, server: Server, someone: Newcomer) -> None:
    """Two clicks and one key: masks in every frame."""
    x, y = middle(clip, 0)
    someone.is_at_frame(0)
    someone.click(x, y)
    someone.click(x, y - 25)
    [astronaut] = server.get("videos/1/objects")["objects"]
    assert astronaut["prompt_frames"] == [0]
    assert server.masks(ASTRONAUT)[0].to_array()[y, x]
    someone.propagates()
    assert sorted(server.masks(ASTRONAUT)) == list(range(NUM_FRAMES))


def corrected(clip: Clip, server: Server, someone: Newcomer) -> None:
    """A click on another frame locks it; only what lies between locks is made anew, and one key takes it back."""
    someone.press("Shift+ArrowRight")
    someone.is_at_frame(10)
    someone.click(*middle(clip, 10))
    someone.sees("Locked")
    before = server.masks(ASTRONAUT)
    someone.propagates("Shift+P")
    server_says = server.get("videos/1/timeline")["objects"][0]
    assert server_says["locked"] == [0, 10]
    after = server.masks(ASTRONAUT)
    assert {k: after[k] for k in range(11)} == {k: before[k] for k in range(11)}
    assert any(after[k] != before[k] for k in range(11, NUM_FRAMES))
    someone.press("z")
    someone.page.wait_for_function("() => !document.querySelector('.this-frame dd')?.textContent.includes('…')")
    assert server.masks(ASTRONAUT) == before
    someone.press("Control+Shift+z")
    someone.page.wait_for_function("() => !document.querySelector('.this-frame dd')?.textContent.includes('…')")
    assert server.masks(ASTRONAUT) == after


def proposed(server: Server, someone: Newcomer) -> None:
    someone.goes_to("Project")
    someone.page.get_by_role("button", name="Propose points").click()
    someone.sees("Proposed:")
    assert server.get("project")["videos"][0]["num_points"] >= NUM_POINTS
    someone.page.get_by_role("button", name="Verify them").click()


def verified(clip: Clip, server: Server, someone: Newcomer) -> dict[int, int]:
    """Fifty points by keys only, through a reload and a server that is killed; what was said of each."""
    said: dict[int, int] = {}
    someone.page.locator(".verify[data-drawn]").wait_for()
    while len(said) < NUM_POINTS:
        if len(said) == RELOADED_AFTER:
            asked = someone.point
            someone.page.reload()
            someone.page.locator(".verify[data-drawn]").wait_for()
            assert someone.point == asked
        if len(said) == KILLED_AFTER:
            survived(server, someone)
        point = someone.point
        assert point not in said, "a point is asked about once"
        task = server.get("verify/queue?count=1")["tasks"][0]
        assert task["point"] == point
        is_on_it = bool(clip.truth[ASTRONAUT][task["frame"]][round(task["y"]), round(task["x"])])
        someone.answers("f" if is_on_it else "j")
        said[point] = int(is_on_it)
    return said


def survived(server: Server, someone: Newcomer) -> None:
    """The server is gone, a key is pressed, and the page says that it was not stored; then it goes on as before."""
    asked = someone.point
    server.kill()
    someone.press("f")
    someone.sees("Not stored")
    assert someone.point == asked
    someone.press("f", "j")
    server.start()
    someone.sees("This is the point again")
    someone.page.locator(f".verify[data-point='{asked}'][data-drawn]").wait_for()


def exported(server: Server, someone: Newcomer, said: dict[int, int]) -> None:
    someone.goes_to("Project")
    masks = server.masks(ASTRONAUT)
    points_file = downloaded(someone, server.folder / "points", "verified points")
    masks_file = downloaded(someone, server.folder / "masks", "masks")
    server.kill()
    with Project.open(server.project) as project:
        answers = {answer.point: answer.label for answer in project.answers()}
        assert answers == said
        events = [event for event in project.log() if event.label is not None]
        assert len(events) == NUM_POINTS
        stored = {point.key: point for point in project.points(ASTRONAUT)}
    expected = sorted((stored[key].frame, stored[key].x, stored[key].y, label) for key, label in said.items())
    assert sorted(points_in(points_file)) == expected
    assert masks_in(masks_file, server.folder / "davis") == masks


def downloaded(someone: Newcomer, to: Path, what: str) -> Path:
    page = someone.page
    page.locator("select", has_text="verified points").select_option(label=what)
    with page.expect_response(lambda answer: answer.url.endswith("/api/exports")):
        page.get_by_role("button", name="Export", exact=True).click()
    someone.waits_for_job()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    to.mkdir()
    path = to / download.value.suggested_filename
    download.value.save_as(path)
    return path


def points_in(path: Path) -> list[tuple[int, float, float, int]]:
    [sequence] = shelf.build("point-vos").read(path)
    return [
        (labels.frame, float(x), float(y), int(label))
        for labels in sequence
        for points in labels.points.values()
        for (x, y), label in zip(points.xy, points.label, strict=True)
    ]


def masks_in(path: Path, folder: Path) -> dict[int, Mask]:
    """The masks of the PNGs, which nobody else's mask covers since there is one object."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    [sequence] = shelf.build("davis").read(folder)
    return {labels.frame: labels.segments[ASTRONAUT].mask for labels in sequence if ASTRONAUT in labels.segments}
