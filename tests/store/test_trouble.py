"""Full disks, other writers, folders one cannot write to, files that are cut: one clear line, and nothing lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pointreel.core import FOREGROUND, MissingExtra
from pointreel.store import (
    Project,
    ProjectBusy,
    ProjectDamaged,
    ProjectFull,
    ProjectReadOnly,
    ProjectTooNew,
    StoreError,
)

from .conftest import Made, candidates


def answers_stored(place: Path | str) -> int:
    with Project.open(place) as project:
        assert list(project.check()) == []
        return len(list(project.log()))


def test_a_second_writer_waits_and_is_told(made: Made) -> None:
    made.project.propose(made.dog, candidates(2))
    other = sqlite3.connect(Path(made.place) / "project.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ProjectBusy, match=r"somebody else has been writing for 0.2 s; this was not stored. Try again"):
        made.project.answer(1, FOREGROUND, 0.5, annotator="ada")
    assert len(made.project.points(made.dog)) == 2
    other.execute("ROLLBACK")
    other.close()
    made.project.answer(1, FOREGROUND, 0.5, annotator="ada")
    assert answers_stored(made.place) == 1


def answer_on(project: Project, stored: list[int]) -> None:
    """Answer until it is refused."""
    while len(stored) < 20_000:
        project.answer(1 + len(stored) % 200, FOREGROUND, 0.5, annotator="ada", session="s" * 60)
        stored.append(1)


def fill(project: Project) -> int:
    """How many answers were stored before the disk was full."""
    stored: list[int] = []
    with pytest.raises(ProjectFull, match="the disk is full; this was not stored, and all before it was"):
        answer_on(project, stored)
    return len(stored)


def test_a_database_that_may_not_grow_keeps_what_it_has(made: Made) -> None:
    engine = made.project._database._engine
    made.project.propose(made.dog, candidates(200))
    with made.project._database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    engine.dispose()
    grown = engine.pool._creator  # every connection from here on has the limit

    def limited(*given: object) -> sqlite3.Connection:
        made_connection: sqlite3.Connection = grown(*given)
        made_connection.execute(f"PRAGMA max_page_count={pages + 8}")
        return made_connection

    engine.pool._creator = limited
    stored = fill(made.project)
    assert stored > 3
    made.project.close()
    assert answers_stored(made.place) == stored


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_what_it_has(template: Path, small_disk: Path, tmp_path: Path) -> None:
    place = small_disk / "dogs"
    shutil.copytree(template, place)
    with Project.open(place) as project:
        project.propose(1, candidates(200))
        stored = fill(project)
        assert stored > 3
        assert len(list(project.log())) == stored
    shutil.copytree(place, tmp_path / "rescued")
    assert answers_stored(tmp_path / "rescued") == stored


_AS_NOBODY = """
import os, sys
import sqlalchemy.dialects.sqlite
from pointreel.store import Project, StoreError
os.setuid(65534)
try:
    with Project.open(sys.argv[1], read_only=len(sys.argv) > 2) as project:
        print(len(list(project.log())), len(project.points(1)))
        project.answer(1, 1, 0.5, annotator="ada")
except StoreError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def as_nobody(made: Made) -> Callable[..., list[str]]:
    """Open the project as somebody who may read it only."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody who may not write")
    place = Path(made.place)
    for folder in (place.parent, place):
        folder.chmod(0o755)

    def run(*words: str) -> list[str]:
        command = [sys.executable, "-c", _AS_NOBODY, str(place), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert not done.stderr
        return done.stdout.splitlines()

    return run


def test_a_folder_one_cannot_write_to_is_told_and_can_be_read(made: Made, as_nobody: Callable[..., list[str]]) -> None:
    made.project.propose(made.dog, candidates(3))
    made.project.answer(1, FOREGROUND, 0.5, annotator="ada")
    (told,) = as_nobody("read only")
    assert told.startswith("ProjectReadOnly")
    assert "its last writes are still in project.db-wal" in told
    made.project.close()
    (told,) = as_nobody()
    assert told.startswith("ProjectReadOnly")
    assert "cannot be written to; nothing was lost. Make it writable, or open it for reading only" in told
    counts, told = as_nobody("read only")
    assert counts == "1 3"
    assert "was opened for reading only" in told
    assert answers_stored(made.place) == 1


def test_a_project_opened_for_reading_is_not_written_to(made: Made) -> None:
    made.project.propose(made.dog, candidates(1))
    with Project.open(made.place, read_only=True) as project:
        assert len(project.points(made.dog)) == 1
        for write in (lambda: project.next_point("ada"), lambda: project.add_user("eve")):
            with pytest.raises(ProjectReadOnly, match="was opened for reading only"):
                write()


def test_a_newer_project_is_left_alone(made: Made) -> None:
    made.project.close()
    with sqlite3.connect(Path(made.place) / "project.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999_later'")
    connection.close()
    before = (Path(made.place) / "project.db").read_bytes()
    with pytest.raises(ProjectTooNew, match=r"has the schema 0999_later, and .* up to \d{4}_\w+; .*Upgrade pointreel"):
        Project.open(made.place)
    assert (Path(made.place) / "project.db").read_bytes() == before


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def overwrite(file: Path) -> None:
    file.write_bytes(b"a picture, perhaps" * 4000)


def scribble(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * 16384)


def drop(file: Path) -> None:
    file.unlink()
    sqlite3.connect(file).execute("CREATE TABLE other (x)").connection.close()


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (cut, r"is damaged \(it has [\d,]+ of [\d,]+ bytes; it was cut\)"),
        (empty, r"is damaged \(it is empty\)"),
        (overwrite, r"is damaged \(it is no SQLite database\)"),
        (drop, r"is damaged \(its tables are missing"),
    ],
)
def test_a_damaged_file_is_told_and_left_alone(made: Made, harm: Callable[[Path], None], message: str) -> None:
    made.project.close()
    file = Path(made.place) / "project.db"
    harm(file)
    before = file.read_bytes()
    with pytest.raises(ProjectDamaged, match=message) as caught:
        Project.open(made.place)
    assert "Nothing was written to it" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == before


def test_damage_inside_is_found_by_opening_or_by_checking(made: Made) -> None:
    made.project.propose(made.dog, candidates(6))
    made.project.close()
    scribble(Path(made.place) / "project.db")
    try:
        with Project.open(made.place) as project:
            found = [f"{problem.where} {problem.what}" for problem in project.check()]
    except ProjectDamaged as error:
        found = [str(error)]
    assert found
    assert all("restore a backup" in problem for problem in found)


def test_no_project_two_projects_and_half_a_project(made: Made, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is no project, there is no project.db in it"):
        Project.open(tmp_path)
    with pytest.raises(StoreError, match="is a project already"):
        Project.create(made.place)
    (tmp_path / "clip.txt").write_text("mine")
    Project.create(tmp_path).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.txt", "project.db"]


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match=r"postgresql://ada:\*\*\*@127.0.0.1:1/x: the server did not do it"):
        Project.open("postgresql://ada:secret@127.0.0.1:1/x")
    with pytest.raises(StoreError, match="is no address of a database"):
        Project.open("://")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'pointreel\[postgres\]'"):
        Project.open("postgresql://127.0.0.1/x")


def test_a_server_holds_one_project_in_a_database(server: str) -> None:
    with pytest.raises(StoreError, match="holds a project already"):
        Project.create(server)
