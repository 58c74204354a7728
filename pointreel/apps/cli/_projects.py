"""Projects on the command line: where there is none, the line says how one is made."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core import PointreelError
from ...store import Project
from ...store.database import FILE


def is_project(place: str) -> bool:
    """Whether there is one, as far as a look tells: servers are asked when they are opened."""
    return "://" in place or (Path(place) / FILE).exists()


def project_at(
    place: str, *, read_only: bool = False, advice: str = "Make one of a video: pointreel studio VIDEO"
) -> Project:
    """The project of a folder or of a database's URL; where there is none, ``advice`` says what to do."""
    if not is_project(place):
        raise PointreelError(f"{place}: is no project{_but(place)}. {advice}")
    return Project.open(place, read_only=read_only)


@contextmanager
def new_project(place: str) -> Iterator[Project]:
    """A new project in a folder, which is not left behind if no video came into it."""
    folder = Path(place)
    if folder.exists() and not folder.is_dir():
        raise PointreelError(f"{place}: is no project{_but(place)}. Name a new folder, and one is made there.")
    was_there = folder.is_dir()
    project = Project.create(folder)
    try:
        yield project
    finally:
        is_empty = not project.videos
        project.close()
        if is_empty:
            _remove(folder, whole=not was_there)


def _but(place: str) -> str:
    return ", but a file" if Path(place).is_file() else ""


def _remove(folder: Path, *, whole: bool) -> None:
    """Only what the project is made of, where the folder was somebody's before."""
    if whole:
        shutil.rmtree(folder)
    else:
        for file in folder.glob(f"{FILE}*"):
            file.unlink()
