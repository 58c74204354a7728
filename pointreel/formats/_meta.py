"""``meta.json`` of YouTube-VOS and MOSE, ``{"videos": {name: {"objects": {id: ...}}}}``, one video at a time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..core import FormatError
from ._json import dumps
from ._json_window import Window, loads
from ._label_maps import folder_named
from ._records import Record, describe


@dataclass(frozen=True)
class Videos:
    """The videos of a file in its order, and where in it the record of each begins and ends."""

    path: Path
    place_by_name: Mapping[str, tuple[int, int]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.place_by_name)

    def record(self, name: str) -> Record:
        start, end = self.place_by_name[name]
        with self.path.open("rb") as file:
            file.seek(start)
            content = file.read(end - start)
        where = f"videos[{name!r}]"
        return Record.of(self.path, where, loads(self.path, where, content))


def index_videos(path: Path) -> Videos:
    """One pass over the file; a name that comes twice is refused."""
    place_by_name: dict[str, tuple[int, int]] = {}
    found = False
    with Window(path) as window:
        for key in window.members():
            if key != "videos":
                window.value()
                continue
            found = True
            if window.peek() != "{":
                raise FormatError(path, key, found=describe(window.value()[0]), expected="an object, by name of video")
            for name in window.members():
                if name in place_by_name:
                    raise FormatError(path, key, found=f"{name!r} twice", expected="every video once")
                folder_named(path, key, path.parent, name)
                _, start, end = window.value()
                place_by_name[name] = (start, end)
        window.finish()
    if not found:
        raise FormatError(path, "", found="no key 'videos'", expected="the key 'videos'")
    return Videos(path, place_by_name)


def object_id(record: Record, key: str) -> int:
    """A key of ``objects`` as the number it is in the masks."""
    if key.isascii() and key.isdigit() and int(key) > 0:
        return int(key)
    raise FormatError(record.path, record.where, found=f"the object id {key!r}", expected="a whole number above 0")


class VideosWriter:
    """Writes the records of videos one after another."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._between = file, b""

    def add(self, name: str, record: Mapping[str, object]) -> None:
        self._file.write(self._between + dumps(name) + b": " + dumps(record))
        self._between = b",\n"


@contextmanager
def writing_videos(path: Path) -> Iterator[VideosWriter]:
    """A file of videos that is complete when the block ends."""
    with path.open("wb") as file:
        file.write(b'{"videos": {')
        yield VideosWriter(file)
        file.write(b"}}\n")
