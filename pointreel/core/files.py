"""Files are replaced whole or not at all, and names from outside stay inside their folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from .errors import PointreelError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place, durably, when the block ends well.

    >>> with replacing(Path("notes.json")) as draft:      # doctest: +SKIP
    ...     draft.write_text("{}")
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o666 & ~_umask())
        _flush(draft)
        draft.replace(path)
        _flush(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes ``path`` when the block ends well; ``path`` must be new or empty."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise PointreelError(f"{path}: exists and is not an empty folder. Choose another place or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield draft
        draft.chmod(0o777 & ~_umask())
        if path.exists():
            path.rmdir()
        draft.replace(path)
        _flush(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def inside(root: Path, name: str) -> Path:
    """``root / name``, where ``name`` comes from outside and may have folders but must not leave ``root``."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not name.strip() or "\0" in name or ".." in parts or (parts and (parts[0] == "/" or parts[0].endswith(":"))):
        raise PointreelError(f"{root}: the name {name!r} does not stay inside this folder. Rename it in the source.")
    return root.joinpath(*parts)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
