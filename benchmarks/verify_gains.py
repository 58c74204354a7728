"""What keeping gains up to date costs beside a verdict, with 10,000 candidates of 50 objects waiting.

``python benchmarks/verify_gains.py`` prints medians of 200 rounds: ask, answer, refresh; and now and then the quality.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from pointreel.annotate import object_quality, refresh_all_gains, refresh_gains
from pointreel.annotate.estimates import PARTS
from pointreel.core import AMBIGUOUS, BACKGROUND
from pointreel.store import Candidate, Project, Stratum

NUM_OBJECTS, NUM_FRAMES, NUM_ROUNDS = 50, 10, 200
PIXELS, CANDIDATES = (3000, 300, 300, 15000), (7, 2, 1, 10)


def fill(folder: Path) -> Project:
    """Ten frames, fifty objects, two hundred candidates each."""
    (folder / "clip").mkdir()
    for k in range(NUM_FRAMES):
        noise = np.random.default_rng(k).integers(0, 255, (64, 64, 3), np.uint8)
        Image.fromarray(noise).save(folder / "clip" / f"{k:05d}.png")
    project = Project.create(folder / "project")
    project.add_video(folder / "clip")
    for number in range(NUM_OBJECTS):
        key = project.add_object("clip", str(number)).key
        cells = [(k, *part, i) for k in range(NUM_FRAMES) for i, part in enumerate(PARTS)]
        strata = [Stratum(key, "made", k, kind, inside, PIXELS[i]) for k, kind, inside, i in cells]
        points = [
            Candidate(frame=k, x=j, y=i, kind=kind, inside=inside)
            for k, kind, inside, i in cells
            for j in range(CANDIDATES[i])
        ]
        project.propose(key, points, name="made", strata=strata)
    return project


def main() -> None:
    times: dict[str, list[float]] = {}

    def timed(what: str, work: Callable[[], object]) -> object:
        begin = time.perf_counter()
        found = work()
        times.setdefault(what, []).append(1e3 * (time.perf_counter() - begin))
        return found

    with tempfile.TemporaryDirectory() as place, fill(Path(place)) as project:
        print(f"{refresh_all_gains(project)} candidates wait")
        for number in range(NUM_ROUNDS):
            task = timed("next point", lambda: project.next_point("owner", "gain"))
            verdict = BACKGROUND if task.kind == AMBIGUOUS else task.kind
            timed(
                "answer",
                lambda task=task, verdict=verdict: project.answer(task.point, verdict, 0.95, annotator="owner"),
            )
            timed("refresh gains", lambda task=task: refresh_gains(project, task.object_key))
            if number % 10 == 0:
                timed("quality", lambda task=task: object_quality(project, task.object_key, seconds_per_point=0.95))
    for what, found in times.items():
        print(f"{what}: {statistics.median(found):.1f} ms")


if __name__ == "__main__":
    main()
