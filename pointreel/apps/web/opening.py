"""Which project a studio opens: one that is there, or a new one for a video or a folder of videos."""

import os
import shutil
from pathlib import Path

from ...core import PointreelError, VideoError
from ...store import Project
from ...store.database import FILE
from ...video.images import find_images

SUFFIX = "-studio"
FILMS = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ogv", ".ts", ".mts", ".m2ts", ".wmv", ".gif"}
)


def opened(place: str | None, beside: Path) -> tuple[Project, list[str]]:
    """The project for what was named, and what was left out of it with the reason.

    A video's project is the folder ``<stem>-studio`` in ``beside``, and a folder of videos has one named after it; a
    second time the same project is opened again. Without a name it is the project of ``beside`` itself.
    """
    if place is not None and "://" in place:
        return Project.open(place), []
    path = beside if place is None else Path(place)
    if (path / FILE).is_file():
        return Project.open(path), []
    if not path.exists():
        raise PointreelError(f"{path}: there is nothing here. Name a video, a folder of videos, or a project.")
    videos = films_in(path)
    if not videos:
        raise PointreelError(f"{path}: holds no project and no video. Name a video, a folder of videos, or a project.")
    folder = beside / f"{path.stem if path.is_file() else path.resolve().name}{SUFFIX}"
    is_new = not (folder / FILE).is_file()
    project = Project.create(folder) if is_new else Project.open(folder)
    problems = add_videos(project, videos)
    if project.videos:
        return project, problems
    project.close()
    if is_new:
        shutil.rmtree(folder)
    raise PointreelError(f"{problems[0]}. There is no other video to open." if problems else f"{path}: is empty.")


def add_videos(project: Project, videos: list[Path], *, copy: bool = False) -> list[str]:
    """Add those that are not there yet; what cannot be read is left out, and why."""
    known = {project.video_path(video.name).resolve() for video in project.videos}
    names = {video.name for video in project.videos}
    problems = []
    for path in videos:
        if path.resolve() in known:
            continue
        try:
            names.add(project.add_video(path, name=_free(path.name, names), copy=copy).name)
        except VideoError as error:
            problems.append(" ".join(str(error).split()))
    return problems


def films_in(path: Path) -> list[Path]:
    """The video files of a folder; a folder of pictures is one video, and so is a file.

    Where there is neither, those of the folders in it.
    """
    if path.is_file():
        return [path]
    return _films_of(path) or [film for folder in _folders(path) for film in _films_of(folder)]


def _films_of(folder: Path) -> list[Path]:
    films = sorted(file for file in folder.iterdir() if file.suffix.lower() in FILMS and file.is_file())
    return films or ([folder] if find_images(folder) else [])


def _folders(path: Path) -> list[Path]:
    """Those that can be looked into."""
    found = sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith("."))
    return [one for one in found if os.access(one, os.R_OK | os.X_OK)]


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else next(new for k in range(2, 10_000) if (new := f"{name} {k}") not in taken)
