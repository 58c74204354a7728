"""What was answered is there, whoever dies: a process that is killed, or the machine with it."""

import json
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pointreel.core import FOREGROUND
from pointreel.store import Candidate, Project

from .conftest import HEIGHT, NUM_FRAMES, WIDTH, Made

KILLS = 25

_KILLER = """
import os, random, signal, sys, time
from pointreel.store import Project

place, kills = sys.argv[1], int(sys.argv[2])
rng = random.Random(7)

def annotate(out):
    project = Project.open(place)
    while task := project.next_point("ada"):
        os.write(out, f"try {task.point}\\n".encode())
        project.answer(task.point, task.point % 3, 0.5, annotator="ada")
        os.write(out, f"kept {task.point}\\n".encode())

for _ in range(kills):
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        annotate(theirs)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as lines:
        for _ in range(rng.randint(1, 12)):
            print(lines.readline().strip(), flush=True)
        time.sleep(rng.random() * 0.02)  # and then anywhere: between two words, in a write, in a commit
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for line in lines:
            print(line.strip(), flush=True)
"""


def many(project: Project, key: int, num: int, **words: int) -> None:
    points = [Candidate(frame=i % NUM_FRAMES, x=i % WIDTH, y=i % HEIGHT, kind=FOREGROUND, **words) for i in range(num)]
    project.propose(key, points)


def test_a_killed_process_loses_no_verdict_it_was_told_is_kept(template: Path, tmp_path: Path) -> None:
    place = tmp_path / "dogs"
    shutil.copytree(template, place)
    with Project.open(place) as project:
        many(project, 1, 1000)
    done = subprocess.run(
        [sys.executable, "-c", _KILLER, str(place), str(KILLS)], capture_output=True, text=True, check=True, timeout=120
    )
    said = [line.split() for line in done.stdout.splitlines() if line]
    kept = [int(point) for word, point in said if word == "kept"]
    tried = {int(point) for word, point in said if word == "try"}
    with Project.open(place) as project:
        stored = [event.point for event in project.log()]
        assert {event.point: event.label for event in project.log()} == {point: point % 3 for point in stored}
        assert list(project.check()) == []
    assert len(kept) == len(set(kept)) > KILLS
    assert set(kept) <= set(stored) <= tried
    assert len(stored) == len(set(stored))
    assert len(stored) - len(kept) <= KILLS


def test_what_the_disk_holds_after_each_verdict_is_whole(made: Made, tmp_path: Path) -> None:
    """A copy of the files, as a machine that loses its power leaves them: nothing waits in this process's memory."""
    many(made.project, made.dog, 5)
    for count in range(1, 5):
        task = made.project.next_point("ada")
        made.project.answer(task.point, FOREGROUND, 0.5, annotator="ada")
        shutil.copytree(made.place, tmp_path / str(count), ignore=shutil.ignore_patterns("*-shm"))
        with Project.open(tmp_path / str(count)) as copy:
            assert len(list(copy.log())) == count
            assert list(copy.check()) == []


def test_a_verdict_waits_for_the_disk_and_a_lease_does_not(made: Made) -> None:
    levels = {"OFF": 0, "NORMAL": 1, "FULL": 2}
    for durable, level in ((True, "FULL"), (False, "NORMAL"), (True, "FULL")):
        with made.project._database.write(durable=durable) as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == levels[level]
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_threads_share_a_project_and_nobody_gets_anothers_point(made: Made) -> None:
    many(made.project, made.dog, 60, overlap=2)
    names = [f"annotator {i}" for i in range(4)]
    for name in names:
        made.project.add_user(name)
    together = threading.Barrier(len(names))

    def work(name: str) -> list[int]:
        project, mine = made.project, []
        together.wait()
        while tasks := project.next_points(name, 3, lease_seconds=600):
            project.answer(tasks[0].point, FOREGROUND, 0.5, annotator=name, token=f"{name} {tasks[0].point}")
            mine.append(tasks[0].point)
            list(project.progress())
        return mine

    with Project.open(made.place, wait_seconds=30) as patient, ThreadPoolExecutor(len(names)) as pool:
        made.project = patient
        answered = dict(zip(names, pool.map(work, names), strict=True))
        assert sorted(point for mine in answered.values() for point in mine) == sorted([*range(1, 61)] * 2)
        assert all(len(mine) == len(set(mine)) for mine in answered.values())
        assert sorted((event.by, event.point) for event in patient.log()) == sorted(
            (name, point) for name, mine in answered.items() for point in mine
        )
        assert list(patient.check()) == []


_ANNOTATOR = """
import json, sys
from pointreel.store import Project
with Project.open(sys.argv[1], wait_seconds=60) as project:
    mine = []
    while task := project.next_point(sys.argv[2], lease_seconds=600):
        project.answer(task.point, 1, 0.5, annotator=sys.argv[2])
        mine.append(task.point)
print(json.dumps(mine))
"""


def test_processes_share_a_project_and_nobody_gets_anothers_point(made: Made) -> None:
    many(made.project, made.dog, 40)
    commands = [[sys.executable, "-c", _ANNOTATOR, str(made.place), name] for name in ("ada", "bob")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    answered = [json.loads(process.communicate(timeout=100)[0]) for process in running]
    assert sorted(answered[0] + answered[1]) == list(range(1, 41))
    assert list(made.project.check()) == []


_TWICE = """
import os, signal, subprocess, sys
from pointreel.store import Project

place = sys.argv[1]
here = Project.open(place)
assert here.objects
with Project.open(place) as again:
    assert again.objects
other = f"from pointreel.store import Project\\nwith Project.open({place!r}) as it: it.add_object('clip', 'theirs')"
subprocess.run([sys.executable, "-c", other], check=True)
here.add_object("clip", "mine")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_project_that_is_opened_twice_here_is_not_taken_for_abandoned_elsewhere(
    template: Path, tmp_path: Path
) -> None:
    """Who closes it as the last one tidies the log of writes away, and there must be no doubt who that is."""
    place = tmp_path / "dogs"
    shutil.copytree(template, place)
    subprocess.run([sys.executable, "-c", _TWICE, str(place)], check=False, timeout=120)
    with Project.open(place) as project:
        assert [thing.name for thing in project.objects][-2:] == ["theirs", "mine"]
        assert list(project.check()) == []
