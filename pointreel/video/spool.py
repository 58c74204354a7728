"""A stream is copied to a temporary file first: memory stays constant and every frame can be reached again."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pointreel.core import VideoError


def stream_of(path: Path) -> BinaryIO | None:
    """Standard input for ``-``, the open end of a pipe or device, None for anything else."""
    if str(path) == "-":
        return sys.stdin.buffer
    if path.is_fifo() or path.is_char_device() or path.is_socket():
        return path.open("rb")
    return None


def name_of(stream: BinaryIO) -> Path:
    """What errors call a stream."""
    name = getattr(stream, "name", None)
    return Path(name) if isinstance(name, str) and not name.startswith("<") else Path("stdin" if name else "stream")


@contextmanager
def spooled(stream: BinaryIO) -> Iterator[Path]:
    """A temporary file that holds what is left of ``stream``; it is gone after the block.

    It lies in the system's folder for temporary files, which TMPDIR names, and takes as much room as the video.
    """
    with tempfile.NamedTemporaryFile(prefix="pointreel-", suffix=".video") as file:
        try:
            shutil.copyfileobj(stream, file, 1 << 20)
        except TypeError:
            raise VideoError(name_of(stream), "the stream gives text; open it in binary mode") from None
        file.flush()
        yield Path(file.name)
