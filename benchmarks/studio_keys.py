"""How long after a key the next point is on the screen, in a real browser, with 10,000 points waiting.

    python benchmarks/studio_keys.py            # 10,000 points, 200 keys, one every 0.3 s

The time runs from the key's event in the page to the frame after the one in which the next point was drawn: an upper
bound of what an eye waits for. The verdict itself is on its way to the server meanwhile; its time is shown beside it.
Needs Chromium (Debian's package will do) and playwright.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from pointreel.apps.sample_clip import FRAME_RATE, sample_clip
from pointreel.core import BACKGROUND, FOREGROUND
from pointreel.store import Candidate, Project
from pointreel.video import write_mp4

NUM_FRAMES, HEIGHT, WIDTH = 60, 480, 854

WATCH = """() => {
    window.waits = [];
    let pressed = 0;
    addEventListener("keydown", () => { pressed = performance.now(); }, true);
    new MutationObserver(() => {
        if (!pressed) return;
        const from = pressed;
        pressed = 0;
        requestAnimationFrame(() => requestAnimationFrame(() => window.waits.push(performance.now() - from)));
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-point"] });
    window.answered = () => performance.getEntriesByType("resource")
        .filter(entry => entry.name.endsWith("/answers")).map(entry => entry.duration);
    performance.setResourceTimingBufferSize(10000);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between two keys")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = project_of(Path(folder), options.points)
        with studio(clip) as address, browser() as page:
            page.goto(f"{address}#/verify")
            page.locator(".verify[data-drawn]").wait_for()
            waits, answers = pressed(page, options.keys, options.pause)
    print(f"{len(waits)} keys with {options.points:,} points waiting, milliseconds")
    for name, values in (("key to the next point on the screen", waits), ("verdict stored", answers)):
        median, p95 = np.percentile(values, [50, 95])
        print(f"{name}: median {median:.0f}, p95 {p95:.0f}, most {max(values):.0f}")


def pressed(page: Page, num_keys: int, pause: float) -> tuple[list[float], list[float]]:
    page.evaluate(WATCH)
    for k in range(num_keys):
        page.keyboard.press("fj"[k % 2])
        page.wait_for_timeout(1000 * pause)
    return page.evaluate("() => window.waits"), page.evaluate("() => window.answered()")


def project_of(folder: Path, num_points: int) -> Path:
    """A clip, and beside it the project that the studio makes of it, with points all over its frames."""
    clip = folder / "clip.mp4"
    with write_mp4(clip, frame_rate=FRAME_RATE) as mp4:
        for frame, _ in sample_clip(NUM_FRAMES, HEIGHT, WIDTH):
            mp4.add(frame)
    rng = np.random.default_rng(0)
    places = rng.integers(0, [NUM_FRAMES, WIDTH, HEIGHT], (num_points, 3)).tolist()
    with Project.create(folder / "clip-studio") as project:
        project.add_video(clip)
        key = project.add_object("clip.mp4", "astronaut").key
        kinds = [FOREGROUND if k < num_points // 2 else BACKGROUND for k in range(num_points)]
        project.propose(
            key,
            [Candidate(frame=frame, x=x, y=y, kind=kind) for (frame, x, y), kind in zip(places, kinds, strict=True)],
        )
    return clip


@contextmanager
def studio(clip: Path) -> Iterator[str]:
    command = [sys.executable, "-c", "from pointreel.apps.cli import main; main()", "studio", str(clip), "--no-browser"]
    with subprocess.Popen(command, cwd=clip.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            process.kill()


@contextmanager
def browser() -> Iterator[Page]:
    chromium = shutil.which("chromium") or sys.exit("no chromium on this machine")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield made.new_page(viewport={"width": 1280, "height": 720})
        made.close()


if __name__ == "__main__":
    main()
