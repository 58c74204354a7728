"""Files are replaced whole or not at all, and names from outside stay inside their folder."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from uuid import uuid4

from .errors import PointreelError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place, durably, when the block ends well.

    >>> with replacing(Path("notes.json")) as draft:      # doctest: +SKIP
    ...     draft.write_text("{}")
    """
    if path.is_dir():
        raise PointreelError(f"{path}: is a folder, and a file is to be written. Choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _beside(path, path.suffix)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield draft
        _flush(draft)
        draft.replace(path)
        _flush(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``path`` when the block ends well; ``path`` must be new or empty."""
    place = path.resolve()  # "." and links can be asked for, but not be replaced themselves
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise PointreelError(f"{path}: exists and is not an empty folder. Choose another place or remove it first.")
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = _beside(place)
    draft.mkdir()
    try:
        yield draft
        if place.exists():
            place.rmdir()
        draft.replace(place)
        _flush(place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def inside(root: Path, name: str) -> Path:
    """``root / name``, where ``name`` comes from outside and may have folders but must not leave ``root``."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    leaves = not parts or parts[0].startswith("/") or ".." in parts or PureWindowsPath(name).drive
    if leaves or not name.strip() or "\0" in name:
        raise PointreelError(f"{root}: the name {name!r} does not stay inside this folder. Rename it in the source.")
    return root.joinpath(*parts)


def _beside(path: Path, suffix: str = "") -> Path:
    return path.with_name(f".{path.name[:40]}.{uuid4().hex}{suffix[:40]}")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
