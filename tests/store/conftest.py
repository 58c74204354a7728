"""A small project on SQLite, and, where a server can be started here, the same one on PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from socket import socket

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, FrameMasks, Mask, Points, Prompt, Segment
from pointreel.store import Candidate, Project, SoftMask, Stratum
from pointreel.store.project import seed
from pointreel.store.schema import metadata

NUM_FRAMES, HEIGHT, WIDTH = 12, 48, 64


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Made:
    """A project with a clip, an object on it, and two annotators."""

    project: Project
    place: str | Path
    clock: Clock
    dog: int

    def again(self) -> Project:
        """The same project, opened once more, as another process would."""
        return Project.open(self.place, clock=self.clock, wait_seconds=0.2)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twelve pictures."""
    folder = tmp_path_factory.mktemp("clip") / "clip"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for k in range(NUM_FRAMES):
        pixels = rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{k:05d}.png")
    return folder


def populate(project: Project, clip: Path) -> None:
    project.add_user("ada")
    project.add_user("bob")
    project.add_video(clip)
    project.add_object("clip", "dog")


@pytest.fixture(scope="session")
def template(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was made once, to be copied."""
    folder = tmp_path_factory.mktemp("template") / "dogs"
    with Project.create(folder, owner="olga") as project:
        populate(project, clip)
    return folder


def opened(place: str | Path) -> Iterator[Made]:
    clock = Clock()
    with Project.open(place, clock=clock, wait_seconds=0.2) as project:
        yield Made(project, place, clock, 1)


@pytest.fixture
def made(template: Path) -> Iterator[Made]:
    """In memory, where there is a file system in memory: what is stored does not depend on how fast the disk is."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        shutil.copytree(template, Path(folder) / "dogs")
        yield from opened(Path(folder) / "dogs")


@pytest.fixture
def on_server(server: str, clip: Path) -> Iterator[Made]:
    with Project.open(server) as project:
        with project._database.write() as connection:
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        seed(project._database, "olga")
        populate(project, clip)
    yield from opened(server)


@pytest.fixture(params=["made", "on_server"], ids=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest) -> Made:
    """The same project on either database."""
    made: Made = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="session")
def server(new_database: Callable[[], str]) -> str:
    """A project on a server, to be emptied before each test."""
    url = new_database()
    Project.create(url).close()
    return url


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Makes empty databases on a PostgreSQL server of this session's own, on loopback."""
    programs = _postgresql()
    if programs is None or find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL server is installed here, or psycopg is not")
    folder = Path(tempfile.mkdtemp(prefix="pointreel-postgresql-"))
    nobody_else = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if nobody_else:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", _free_port()
    settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    control = [*nobody_else, str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "30"]

    def say(*words: str) -> None:
        with (folder / "said").open("ab") as said:
            subprocess.run([*words], check=True, stdout=said, stderr=said, cwd=folder, timeout=60)

    say(*nobody_else, str(programs / "initdb"), "-D", str(data), "-U", "pointreel", "-A", "trust", "--no-sync")
    say(*control, "-o", settings, "-l", str(folder / "log"), "start")
    numbers = count()

    def new() -> str:
        name = f"project{next(numbers)}"
        say(str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "pointreel", name)
        return f"postgresql://pointreel@127.0.0.1:{port}/{name}"

    try:
        yield new
    finally:
        say(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql() -> Path | None:
    """The newest server's folder of programs, as Debian or the PATH has it."""
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return None
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (str(debian[-1]) if debian else None)
    return None if found is None else Path(found).resolve().parent


def _free_port() -> int:
    with socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def candidates(num: int = 6) -> list[Candidate]:
    """Uncertain, background and foreground candidates in turns, in the order in which nobody should see them."""
    kinds = (AMBIGUOUS, BACKGROUND, FOREGROUND)
    return [
        Candidate(frame=i % NUM_FRAMES, x=i % WIDTH, y=i % HEIGHT, kind=kinds[i % 3], gain=i % 5 + i / 1000)
        for i in range(num)
    ]


def everything(made: Made) -> None:
    """A working day: whatever a project can be asked to do, once."""
    project, dog = made.project, made.dog
    project.add_user("vic", "viewer", password_hash="#")
    project.change_user("vic", role="annotator")
    project.begin_login("vic", "mark")
    project.use_logins(["mark"])
    project.end_logins([login.mark for login in project.logins() if login.name == "vic"])
    ball = project.add_object("clip", "ball", by="olga").key
    project.describe(ball, name="red ball", by="olga")
    project.undo_edit("clip", by="olga")
    project.redo_edit("clip", by="olga")
    project.prompt(dog, Prompt(object_id=1, frame=0, points=Points.on([(3, 4)])), by="ada")
    project.prompt(dog, Prompt(object_id=1, frame=1, mask=Mask.empty(HEIGHT, WIDTH)), by="ada")
    edit = project.begin_edit("clip", "propagation")
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[3:9, 4:20] = True
    segment = Segment(Mask.from_array(pixels), 0.9)
    project.add_masks(edit, [FrameMasks(k, {1: segment}) for k in range(3)], object_ids=[1, 2])
    project.mark_stage(dog, "sampling", "done")
    soft = SoftMask(1, np.linspace(-3, 3, 24, dtype=np.float32).reshape(4, 6))
    kept = project.keep_stage(dog, "propagation", fingerprint="a", masks=[FrameMasks(2, {1: segment})], maps=[soft])
    project.keep_stage(dog, "propagation", fingerprint="b", maps=[SoftMask(0, soft.logits)], edit=kept)
    assert not project.is_undone(kept)
    points = [replace(point, overlap=2) for point in candidates(9)]
    points += [Candidate(frame=1, x=5, y=5, kind=FOREGROUND, gold=BACKGROUND), replace(points[0], repeats=0)]
    project.propose(dog, points, strata=[Stratum(dog, "points", 1, FOREGROUND, True, 120)])
    (project.maps(dog), project.strata(dog))
    project.propose(ball, candidates(4))
    project.set_gains({1: 3.5})
    for name, order in (("ada", "paper"), ("bob", "gain")):
        for verdict in (FOREGROUND, BACKGROUND, AMBIGUOUS, FOREGROUND):
            for task in project.next_points(name, 2, order, object_key=dog):
                project.answer(task.point, verdict, 0.7, annotator=name, token=f"{name} {task.point} {verdict}")
    project.next_point("vic")
    project.release("vic")
    project.undo("ada")
    project.undo("ada")
    project.redo("ada")
    project.undo_batch("bob", dog, BACKGROUND)
    project.settle(1, BACKGROUND, owner="olga")
    project.undo_settlement("olga")
    project.redo("olga")
    acting = project.acting("olga")
    acting.propose(ball, candidates(5), name="again")
    acting.keep_stage(ball, "pseudo-mask", fingerprint="a", masks=[FrameMasks(2, {2: segment})])
    project.undo_edit(by="olga")
    acting.propose(ball, candidates(5), name="again")
    project.undo_edit(by="olga")
    project.redo_edit(by="olga")
    project.begin_job("job", "propagation", server="here 1 a", video="clip")
    project.change_job("job", "{}")
    project.see_jobs("here 1 a")
    assert [job.key for job in project.running_jobs()] == ["job"]
    project.end_job("job")
    project.close_object(ball, by="olga")
    project.undo_edit(by="olga")
    project.redo_edit(by="olga")
    list(project.log())
    list(project.answers(dog))
    list(project.masks(dog))
    (project.users, project.videos, project.objects, project.prompts(dog), project.stages(), project.progress())
    (project.edits("clip"), project.points(dog, 0), project.statistics(), project.password_hash("vic"))
    for dataset in (project.verified(), project.segmented()):
        for sequence in dataset:
            list(sequence)
    assert list(project.check()) == []
