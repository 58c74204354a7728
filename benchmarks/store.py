"""How long a project of a million candidates takes to say which point comes next, and to keep an answer.

Type: python benchmarks/store.py            (some minutes; --points 100000 for a glance, --place URL for a server)
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import and_, func, insert, literal, null, select, update

from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Candidate, Project
from pointreel.store.asking import first_free
from pointreel.store.judging import crew_of
from pointreel.store.schema import answers, points, verdicts

PER_OBJECT = 200
KINDS = (FOREGROUND,) * 7 + (BACKGROUND,) * 10 + (AMBIGUOUS,) * 3
ANNOTATORS = tuple(f"annotator {i}" for i in range(10))


def build(place: str | Path, clip: Path, num_points: int) -> Project:
    """Objects with 200 candidates each, as the paper's pipeline makes them; every point is to be seen by two people."""
    project = Project.create(place, owner="olga")
    for name in ANNOTATORS:
        project.add_user(name)
    project.add_video(clip)
    rng = np.random.default_rng(0)
    for _ in range(num_points // PER_OBJECT):
        gains = rng.random(PER_OBJECT)
        project.propose(project.add_object("clip").key, [candidate(i, gains[i]) for i in range(PER_OBJECT)])
    return project


def candidate(i: int, gain: float) -> Candidate:
    return Candidate(frame=i // 20, x=i % 20 * 3, y=i // 20 * 4, kind=KINDS[i % 20], gain=float(gain), overlap=2)


def make_clip(folder: Path) -> Path:
    clip = folder / "clip"
    clip.mkdir()
    for k in range(10):
        Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(clip / f"{k:05d}.png")
    return clip


def answered_by(project: Project, name: str, first: int, last: int) -> None:
    """Answers of one person to points ``first`` to ``last``, all at once: one by one they would take an hour."""
    user = project.user(name).key
    chosen = and_(points.c.id.between(first, last), points.c.answers == 0)
    with project._database.write() as connection:
        start = connection.execute(select(func.max(verdicts.c.id))).scalar() or 0
        said = (
            points.c.id + (start - first + 1),
            literal(project._database.now()),
            literal(user),
            literal("benchmark"),
            points.c.id,
            literal(FOREGROUND),
            literal(0.9),
            literal(False),
            null(),
            literal("benchmark"),
            null(),
        )
        connection.execute(insert(verdicts).from_select([c.name for c in verdicts.c], select(*said).where(chosen)))
        event = verdicts.c.id, verdicts.c.label, verdicts.c.seconds, verdicts.c.settles
        given = select(verdicts.c.point_id, verdicts.c.user_id, *event).where(verdicts.c.id > start)
        connection.execute(insert(answers).from_select([c.name for c in answers.c], given))
        crew = crew_of(connection, [user])
        connection.execute(update(points).where(chosen).values(crew_id=crew, queue=crew, answers=1, label=FOREGROUND))


def quantiles(job: Callable[[], object], times: int) -> dict[str, float]:
    """The median and the 95th percentile of a job's time in milliseconds; the first is not counted."""
    taken = []
    for _ in range(times + 1):
        start = time.perf_counter()
        job()
        taken.append(1000 * (time.perf_counter() - start))
    median, p95 = np.quantile(taken[1:], [0.5, 0.95])
    return {"median_ms": round(float(median), 2), "p95_ms": round(float(p95), 2)}


def asking(project: Project, name: str, times: int) -> Iterator[dict[str, object]]:
    """Only the query for the next point, and then all that happens between two keys of an annotator."""
    user = project.user(name).key
    for order in ("paper", "gain"):
        for key in (None, 17):

            def query(order: str = order, key: int | None = key) -> None:
                given = {"user": user, "now": project._database.now(), "key": key}
                with project._database.read() as connection:
                    connection.execute(first_free(order, key is not None), given).scalar()

            of = "one object" if key else "all"
            yield {"what": f"query for the next point, order {order}, {of}", **quantiles(query, times)}
    yield {"what": "next_point", **quantiles(partial(project.next_point, name), times)}
    yield {"what": "next_points, four", **quantiles(partial(project.next_points, name, 4), times)}
    yield {"what": "answer and next_points, four", **quantiles(partial(round_of, project, name), times)}


def round_of(project: Project, name: str) -> None:
    (task, *_) = project.next_points(name, 4)
    project.answer(task.point, FOREGROUND, 0.9, annotator=name)


def exporting(project: Project) -> dict[str, object]:
    before, start, count = peak(), time.perf_counter(), 0
    for sequence in project.verified():
        for labels in sequence:
            count += sum(map(len, labels.points.values()))
    return {
        "what": "export of verified points",
        "points": count,
        "seconds": round(time.perf_counter() - start, 1),
        "more_mib": round(peak() - before),
    }


def peak() -> float:
    """The most memory this process ever had, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def measure(project: Project, num_points: int, times: int) -> Iterator[dict[str, object]]:
    yield from ({"state": "nothing answered"} | row for row in asking(project, ANNOTATORS[0], times))
    for name in ANNOTATORS[1:]:
        project.next_points(name, 4)
    yield from ({"state": "nine others hold four points each"} | row for row in asking(project, ANNOTATORS[0], times))
    half = num_points // 2
    answered_by(project, ANNOTATORS[0], 1, half)
    half_done = "half answered by the one who asks"
    yield from ({"state": half_done} | row for row in asking(project, ANNOTATORS[0], times))
    answered_by(project, ANNOTATORS[1], half + 1, num_points)
    rest = "that, and the rest answered by another"
    yield from ({"state": rest} | row for row in asking(project, ANNOTATORS[0], times))
    third = "all answered once, a third person asks"
    yield from ({"state": third} | row for row in asking(project, ANNOTATORS[2], times))
    for key in range(1, num_points // PER_OBJECT + 1):
        project.close_object(key)
    yield {"state": "every object closed"} | exporting(project)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--place", help="an empty database, instead of a new folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = time.perf_counter()
        with build(arguments.place or folder / "project", make_clip(folder), arguments.points) as project:
            print(json.dumps({"what": "building", "seconds": round(time.perf_counter() - start)}), flush=True)
            for row in measure(project, arguments.points, arguments.times):
                print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
