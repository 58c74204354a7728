"""The studio is killed in the middle of a propagation, by the system and not in play, and goes on when it is back."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pointreel.apps.sample_clip import FRAME_RATE
from pointreel.core import Mask
from pointreel.store import Project
from pointreel.video import open as open_video
from pointreel.video import write_mp4

from . import serving
from .conftest import Clip
from .newcomer import Newcomer
from .serving import Server
from .test_studio import ASTRONAUT, middle

if TYPE_CHECKING:
    from playwright.sync_api import Page

NUM_FRAMES = 3 * serving.NUM_FRAMES


@pytest.fixture
def server(clip: Clip, tmp_path: Path) -> Iterator[Server]:
    """On a clip that takes some seconds: there and back again."""
    path = tmp_path / "long.mp4"
    with open_video(clip.path) as video:
        frames = list(video)
    with write_mp4(path, frame_rate=FRAME_RATE) as mp4:
        for index, frame in enumerate([*frames, *frames[::-1], *frames]):
            mp4.add(replace(frame, index=index))
    made = Server(tmp_path, path)
    made.start()
    yield made
    made.kill()


def test_a_propagation_that_was_killed_goes_on_from_what_it_had_stored(
    clip: Clip, server: Server, page: "Page"
) -> None:
    someone = Newcomer(page)
    someone.is_at_frame(0)
    someone.click(*middle(clip, 0))
    someone.press("p")
    while len(masks(server)) < 6:
        time.sleep(0.02)
    server.kill()
    stored = stored_in(server.project)
    assert 6 <= len(stored) < NUM_FRAMES - 1
    server.start()
    someone.sees("The studio was stopped while it was propagating through long.mp4")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on").wait_for(state="hidden")
    while (job := server.get("jobs")["jobs"][0])["state"] not in ("done", "failed"):
        time.sleep(0.05)
    assert (job["state"], job["done"], job["total"]) == ("done", *[NUM_FRAMES - len(stored)] * 2)
    made = masks(server)
    assert sorted(made) == list(range(NUM_FRAMES))
    assert {frame: made[frame] for frame in stored} == stored
    someone.press("z")
    page.wait_for_function("() => !document.querySelector('.this-frame dd')?.textContent.includes('…')")
    server.kill()
    assert sorted(stored_in(server.project)) == [0]


def masks(server: Server) -> dict[int, Mask]:
    return server.masks(ASTRONAUT, NUM_FRAMES)


def stored_in(project: Path) -> dict[int, Mask]:
    """What is on the disk, which is as it should be."""
    with Project.open(project) as opened:
        assert list(opened.check()) == []
        return {mask.frame: mask.segment.mask for mask in opened.masks(ASTRONAUT)}
