"""The report of a run in Chromium: a click on a picture writes what to type."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pointreel.apps.track_outputs import write_outputs
from pointreel.core import Box, Prompt
from pointreel.engines import propagators
from pointreel.systems import Tracking
from pointreel.video import open as open_video
from pointreel.video import write_picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HEIGHT, WIDTH = 48, 64


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Of a run over noise, in which nothing can be followed, so that there is something to look at."""
    rng = np.random.default_rng(3)
    for k in range(2):
        write_picture(tmp_path / "clip" / f"{k}.png", rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    with open_video(tmp_path / "clip") as video:
        prompts = [Prompt(object_id=1, frame=0, box=Box(2, 10, 28, 30))]
        with Tracking.start(video, prompts, propagators.build("flow"), folder=tmp_path, names={1: "a b"}) as tracking:
            write_outputs(tracking, tmp_path, kinds=["report"], correcting="pointreel track clip --correct")
    return tmp_path / "report.html"


def test_a_click_on_a_picture_writes_what_to_type(browser: "Browser", report: Path) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.goto(report.as_uri())
    picture, line = page.locator(".doubts img").first, page.locator(".command")
    box = picture.bounding_box()
    assert box is not None
    example = line.inner_text()
    assert example == "pointreel track clip --correct --object 'a b' --at 1 --point x,y"

    def place(x: float, y: float) -> tuple[float, float]:
        return box["width"] * (x + 0.5) / WIDTH, box["height"] * (y + 0.5) / HEIGHT

    for (x, y), keys in (((20, 12), []), ((50, 40), ["Shift"])):
        left, top = place(x, y)
        picture.click(position={"x": left, "y": top}, modifiers=keys)
    said = "pointreel track clip --correct --object 'a b' --at 1 --point 20,12 --not-point 50,40"
    assert shlex.split(line.inner_text()) == shlex.split(said)

    page.set_viewport_size({"width": 500, "height": 900})
    smaller, mark = picture.bounding_box(), page.locator(".mark.off").bounding_box()
    assert smaller is not None
    assert mark is not None
    assert abs((mark["x"] + mark["width"] / 2 - smaller["x"]) / smaller["width"] - 50.5 / WIDTH) < 0.02

    page.set_viewport_size({"width": 900, "height": 900})
    for x, y in ((50, 40), (20, 12)):
        left, top = place(x, y)
        picture.click(position={"x": left + 1, "y": top})
    assert line.inner_text() == example
    assert page.locator(".mark").count() == 0
    page.close()
