"""A studio as its users have it: a server of its own, a clip whose masks are known, and Chromium in front of it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from pointreel.apps.sample_clip import FRAME_RATE, sample_clip
from pointreel.video import write_mp4

from .serving import HEIGHT, NUM_FRAMES, WIDTH, Server

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass(frozen=True)
class Clip:
    path: Path
    truth: Mapping[int, Mapping[int, NDArray[np.bool_]]]
    """By object, then by frame."""


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    path = tmp_path_factory.mktemp("film") / "clip.mp4"
    truth: dict[int, dict[int, NDArray[np.bool_]]] = {1: {}, 2: {}, 3: {}}
    with write_mp4(path, frame_rate=FRAME_RATE, crf=16) as mp4:
        for frame, masks in sample_clip(NUM_FRAMES, HEIGHT, WIDTH):
            mp4.add(frame)
            for number, by_frame in truth.items():
                segment = masks.segments.get(number)
                empty = np.zeros((HEIGHT, WIDTH), np.bool_)
                by_frame[frame.index] = segment.mask.to_array() if segment else empty
    return Clip(path, truth)


@pytest.fixture
def server(clip: Clip, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, clip.path)
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on this machine: the studio was not tried in a browser")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield made
        made.close()


@pytest.fixture
def page(browser: "Browser", server: Server) -> Iterator["Page"]:
    """The studio, open; whatever the page complains of fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    made = context.new_page()
    made.set_default_timeout(30_000)
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.goto(server.address)
    yield made
    context.close()
    assert not complaints
