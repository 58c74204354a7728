"""From a click to the stored mask over HTTP: how long does it take, and how much of that is not the engine?

Type: python benchmarks/studio_clicks.py [VIDEO]        (half a minute; without a video a 720p clip is made)

A server of its own is started. Each click is on another frame, which was shown and rested on before, as on the page.
Beside the time by the clock stands the processor time of the server, which says more on a machine that does other
things too. The same is measured for masks that are painted: all that a click costs but the engine.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import httpx
import numpy as np

from pointreel.core import Mask
from pointreel.video import write_mp4

HEIGHT, WIDTH, FRAMES, CLICKS = 720, 1280, 60, 10
SERVER = "from pointreel.apps.cli import main; main()"
TICK = os.sysconf("SC_CLK_TCK")


def make_clip(path: Path) -> None:
    """A bright disc that moves over smooth noise."""
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    ground = cv2.GaussianBlur(noise, (0, 0), 3)
    with write_mp4(path, frame_rate=24) as out:
        for k in range(FRAMES):
            out.add(cv2.circle(ground.copy(), (WIDTH // 2 + 2 * k, HEIGHT // 2), 90, (230, 120, 40), -1))


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measured(name: str, pid: int, frames: list[int], show: Callable[[int], None], act: Callable[[int], None]) -> None:
    clock, processor = [], []
    for k in frames:
        show(k)
        spent, began = processor_seconds(pid), time.perf_counter()
        act(k)
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (processor_seconds(pid) - spent))
    print(
        f"{name}: {statistics.median(clock):.0f} ms by the clock ({min(clock):.0f} to {max(clock):.0f}), "
        f"{statistics.mean(processor):.0f} ms of the server's processor time"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(folder) / "clip.mp4"
        if len(sys.argv) < 2:
            make_clip(clip)
        words = [sys.executable, "-c", SERVER, "studio", str(clip), "--no-browser", "--port", "0"]
        with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                address = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
                clicks(address, server.pid)
            finally:
                server.terminate()


def clicks(address: str, pid: int) -> None:
    with httpx.Client(base_url=address, timeout=120) as http:
        http.headers["X-Pointreel-Csrf"] = http.get("/api/me").json()["csrf"]
        (video,) = http.get("/api/project").json()["videos"]
        v, x, y = video["key"], video["width"] / 2, video["height"] / 2
        key = http.post(f"/api/videos/{v}/objects", json={"name": "thing"}).json()["key"]
        frames = [k * (video["num_frames"] - 2) // CLICKS + 1 for k in range(CLICKS)]
        disc = np.zeros((video["height"], video["width"]), np.uint8)
        mask = Mask.from_array(cv2.circle(disc, (int(x), int(y)), int(y) // 4, 1, -1) > 0).to_coco()

        def show(k: int) -> None:
            http.get(f"/api/videos/{v}/frames/{k}.jpg").raise_for_status()
            http.post(f"/api/videos/{v}/frames/{k}/ready").raise_for_status()
            time.sleep(0.5)

        def click(k: int) -> None:
            said = {"frame": k, "points": [{"x": x, "y": y, "label": 1}]}
            http.put(f"/api/objects/{key}/prompts/{k}", json=said).raise_for_status()

        def paint(k: int) -> None:
            http.put(f"/api/objects/{key}/masks/{k}", json={"mask": mask}).raise_for_status()

        click(0)  # the engine is loaded
        measured("click", pid, frames, show, click)
        measured("paint", pid, frames, show, paint)


if __name__ == "__main__":
    main()
