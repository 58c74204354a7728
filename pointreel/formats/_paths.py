"""Where a format's file lies when people name the folder around it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ..core import FormatError

_HEAD = 8192


def file_to_write(path: Path, default: str) -> Path:
    """``path`` itself, or the file of the usual name inside it when ``path`` is a folder."""
    return path / default if path.is_dir() else path


def file_to_read(path: Path, *usual: str) -> Path:
    """``path`` itself, or the one file in it that fits the ``usual`` patterns when ``path`` is a folder."""
    if path.is_file():
        return path
    if not path.exists():
        raise FormatError(path, "", found="nothing", expected="a file", hint="Check the path.")
    fitting = sorted({file for pattern in usual for file in path.glob(pattern) if file.is_file()})
    if len(fitting) != 1:
        names = ", ".join(file.name for file in fitting[:5])
        many = f"a folder with {len(fitting)} such files ({names})"
        found = many if fitting else f"a folder without {' or '.join(usual[:2])}"
        raise FormatError(path, "", found=found, expected="one file", hint="Name the file itself.")
    return fitting[0]


def heads(path: Path, *usual: str) -> Iterator[bytes]:
    """The first bytes of ``path``, or of a few files in it that fit ``usual`` where it is a folder."""
    fitting = (file for pattern in usual for file in sorted(path.glob(pattern))) if path.is_dir() else iter([path])
    for file in islice((file for file in fitting if file.is_file()), 5):
        with file.open("rb") as opened:
            yield opened.read(_HEAD)
