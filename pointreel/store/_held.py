"""Database files that this process has open.

As soon as a process closes any handle on a file, POSIX takes all its locks on that file away. SQLite sees to its own
handles; but whoever reads the file beside it and closes it undoes SQLite's locks. Another process that ends then takes
itself for the last one and removes the log of writes, and what is written here from then on is lost with it. So a file
is looked at from outside only while nobody here has it open.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock

_open: Counter[tuple[int, int]] = Counter()
_lock = Lock()

Release = Callable[[], None]


def hold(file: Path, look: Callable[[Path], None]) -> Release:
    """Note that a file is open until what is returned is called; ``look`` at it first, where it is not open yet."""
    with _lock:
        found = file.stat()
        key = found.st_dev, found.st_ino
        if not _open[key]:
            look(file)
        _open[key] += 1
    left = [key]

    def release() -> None:
        with _lock:
            while left:
                _open[left.pop()] -= 1

    return release
