"""Ten annotators at one studio over HTTP: is any verdict lost or doubled, and how long is it from key to next point?

Type: python benchmarks/studio_load.py        (3 minutes; --seconds 30 for a glance, --pace 0 to answer at once)

A server of its own is started for a project with 10,000 points. Each annotator logs in, and for every point fetches the
whole frame and the enlarged part of it of the points that come next, as the page does, thinks for a while and answers.
What is counted as the time to the next point is the whole request that stores the verdict and brings the next points.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import numpy as np

from pointreel.apps.client import Client
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Candidate, Project
from pointreel.video import write_mp4

HEIGHT, WIDTH, FRAMES, PER_OBJECT = 480, 854, 60, 200
KINDS = (FOREGROUND,) * 7 + (BACKGROUND,) * 10 + (AMBIGUOUS,) * 3
PASSWORD = "a password for tests"
SERVER = "from pointreel.apps.cli import main; main()"


def make_clip(path: Path) -> None:
    """Smooth noise that moves, so that pictures are about as large as those of real videos."""
    ground = cv2.GaussianBlur(
        np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH * 2, 3), dtype=np.uint8), (0, 0), 3
    )
    with write_mp4(path, frame_rate=24) as out:
        for k in range(FRAMES):
            out.add(np.ascontiguousarray(ground[:, 4 * k : 4 * k + WIDTH]))


def build(folder: Path, num_points: int, names: list[str]) -> Path:
    """A project with objects of 200 candidates each on ten frames, and people with passwords."""
    clip, place = folder / "clip.mp4", folder / "load"
    make_clip(clip)
    rng = np.random.default_rng(1)
    with Project.create(place) as project:
        project.add_video(clip)
        for _ in range(num_points // PER_OBJECT):
            key = project.add_object("clip.mp4", "thing").key
            xy = rng.integers(0, (WIDTH, HEIGHT), (PER_OBJECT, 2))
            points = [
                Candidate(frame=6 * (i // 20), x=float(x), y=float(y), kind=KINDS[i % 20])
                for i, (x, y) in enumerate(xy)
            ]
            project.propose(key, points)
    for name in ("owner", *names):
        words = [sys.executable, "-c", SERVER, "studio", str(place), "--add-user", name]
        subprocess.run(words, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True)
    return place


@dataclass
class Annotator:
    """Somebody who answers until told to stop."""

    address: str
    name: str
    pace: float
    acknowledged: dict[int, int] = field(default_factory=dict)
    answers_ms: list[float] = field(default_factory=list)
    pictures_ms: list[float] = field(default_factory=list)
    events: list[int] = field(default_factory=list)

    def work(self, until: float) -> None:
        rng = random.Random(self.name)
        with Client(self.address, self.name, PASSWORD) as studio, httpx.Client(base_url=self.address) as pictures:
            pictures.cookies = studio._http.cookies
            tasks = studio.queue().tasks
            studio.show(tasks[0].point)
            seen: set[str] = set()
            while tasks and time.monotonic() < until:
                for task in tasks:
                    self.look(pictures, task, seen)
                time.sleep(rng.lognormvariate(0, 0.4) * self.pace)
                task = tasks[0]
                label = task.kind if rng.random() > 0.05 else AMBIGUOUS
                following = tasks[1].point if len(tasks) > 1 else None
                began = time.perf_counter()
                said = studio.answer(task.point, label, next_shown=following)
                self.answers_ms.append((time.perf_counter() - began) * 1000)
                self.acknowledged[task.point] = label
                self.events.append(said.event)
                tasks = said.queue.tasks

    def look(self, pictures: httpx.Client, task: object, seen: set[str]) -> None:
        """What a page shows of a point, from the server unless the browser has it: these addresses never change."""
        frame = f"/api/videos/{task.video}/frames/{task.frame}.jpg?version={task.version}"
        place = f"x={task.x}&y={task.y}&side=120&size=480"
        crop = f"/api/videos/{task.video}/crops/{task.frame}.jpg?version={task.version}&{place}"
        for address in (frame, crop):
            if address not in seen:
                began = time.perf_counter()
                assert pictures.get(address).status_code == 200
                self.pictures_ms.append((time.perf_counter() - began) * 1000)
                seen.add(address)


def check(place: Path, people: list[Annotator]) -> dict[str, object]:
    """What was acknowledged against what is in the log of the project, once the server has ended."""
    with Project.open(place) as project:
        log = list(project.log())
        problems = list(project.check())
    acknowledged = Counter(point for person in people for point in person.acknowledged)
    stored = {(event.by, event.point): event.label for event in log}
    lost = sum(stored.get((one.name, point)) != label for one in people for point, label in one.acknowledged.items())
    doubled = sum(count - 1 for count in Counter(event.point for event in log).values())
    return {
        "verdicts": len(log),
        "acknowledged": sum(acknowledged.values()),
        "lost": lost,
        "doubled": doubled,
        "points given to two people": sum(count > 1 for count in acknowledged.values()),
        "problems found by check": len(problems),
    }


def run(place: Path, names: list[str], seconds: float, pace: float) -> dict[str, object]:
    words = [sys.executable, "-c", SERVER, "studio", str(place), "--no-browser", "--port", "0"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = server.stdout.readline().split(": ")[-1].strip()
        people = [Annotator(address, name, pace) for name in names]
        time.sleep(3)
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=person.work, args=(until,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        server.terminate()
        server.wait(30)
    answers = [ms for person in people for ms in person.answers_ms]
    pictures = [ms for person in people for ms in person.pictures_ms]
    return check(place, people) | {
        "key to next point, ms (median, p95, p99)": quantiles(answers),
        "a picture, ms (median, p95, p99)": quantiles(pictures),
        "verdicts per second": round(len(answers) / seconds, 1),
    }


def quantiles(values: list[float]) -> list[float]:
    return [round(float(value), 1) for value in np.quantile(values, (0.5, 0.95, 0.99))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--annotators", type=int, default=10)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--pace", type=float, default=0.95, help="median seconds of thinking; 0 for none")
    options = parser.parse_args()
    names = [f"annotator {k}" for k in range(options.annotators)]
    with tempfile.TemporaryDirectory(prefix="pointreel-load-") as folder:
        place = build(Path(folder), options.points, names)
        print(json.dumps(run(place, names, options.seconds, options.pace), indent=2))


if __name__ == "__main__":
    main()
