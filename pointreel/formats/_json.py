"""Big JSON files in small memory: one pass notes where each record lies, later reads take one record at a time.

What stays in memory of a million records is their places, and which group each belongs to.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from ..core import replacing
from ._json_window import Window, loads
from ._records import Record

Group = str | int
GroupOf = Callable[[Record], Group]

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Records:
    """The records of one list in a file: where each begins and ends, and which group it belongs to."""

    path: Path
    name: str
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    order: NDArray[np.int64]
    slice_by_group: Mapping[Group, tuple[int, int]]
    keys: tuple[str, ...] = ()
    present: bool = True
    """Whether the file has this list at all; it may still be empty."""

    def __len__(self) -> int:
        return len(self.start)

    def __iter__(self) -> Iterator[Record]:
        return self._read(range(len(self)))

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group, in the order in which the file first names it."""
        return tuple(self.slice_by_group)

    def count(self, group: Group) -> int:
        first, last = self.slice_by_group.get(group, (0, 0))
        return last - first

    def of(self, group: Group) -> Iterator[Record]:
        """The records of one group, in the order of the file."""
        return self._read(self._places(group))

    def of_each(self, groups: Iterable[Group]) -> Iterator[list[Record]]:
        """The records of one group after the other; the file is opened once for all of them."""
        with self.path.open("rb") as file:
            for group in groups:
                yield [self._record(file, i) for i in self._places(group)]

    def _places(self, group: Group) -> list[int]:
        first, last = self.slice_by_group.get(group, (0, 0))
        places: list[int] = self.order[first:last].tolist()
        return places

    def _read(self, indices: list[int] | range) -> Iterator[Record]:
        with self.path.open("rb") as file:
            for i in indices:
                yield self._record(file, i)

    def _record(self, file: BinaryIO, i: int) -> Record:
        file.seek(int(self.start[i]))
        content = file.read(int(self.end[i] - self.start[i]))
        where = f"{self.name}[{self.keys[i]!r}]" if self.keys else f"{self.name}[{i}]"
        return Record.of(self.path, where, loads(self.path, where, content))


class _NumberedSlices(Mapping[Group, tuple[int, int]]):
    """Where the records of each group lie when all groups are numbers: a million groups cost 24 bytes each."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self._sorted, self._first, code, count = np.unique(
            numbers, return_index=True, return_inverse=True, return_counts=True
        )
        self.order = np.argsort(code, kind="stable")
        self._end = np.cumsum(count)

    def __getitem__(self, group: Group) -> tuple[int, int]:
        if isinstance(group, int):
            at = int(np.searchsorted(self._sorted, group))
            if at < len(self._sorted) and self._sorted[at] == group:
                return int(self._end[at - 1]) if at else 0, int(self._end[at])
        raise KeyError(group)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._sorted[np.argsort(self._first)].tolist())

    def __len__(self) -> int:
        return len(self._sorted)


class _Builder:
    """Collects the places of records while a file is passed over."""

    def __init__(self, path: Path, name: str, group_of: GroupOf) -> None:
        self.path, self.name, self.group_of = path, name, group_of
        self.start, self.end, self.code = array("q"), array("q"), array("q")
        self.code_by_group: dict[Group, int] = {}
        self.numbers: array[int] | None = array("q")
        self.keys: list[str] = []
        self.present = False

    def add(self, value: object, start: int, end: int, key: str | None = None) -> None:
        where = f"{self.name}[{len(self.start)}]" if key is None else f"{self.name}[{key!r}]"
        group = self.group_of(Record.of(self.path, where, value))
        self.start.append(start)
        self.end.append(end)
        self._note(group)
        if key is not None:
            self.keys.append(key)

    def done(self) -> Records:
        start, end = (np.array(places, np.int64) for places in (self.start, self.end))
        order, slices = self._grouped()
        return Records(self.path, self.name, start, end, order, slices, tuple(self.keys), self.present)

    def _note(self, group: Group) -> None:
        """Numbers are kept as they are; with the first text, every group becomes a code of a dictionary."""
        if self.numbers is not None:
            if isinstance(group, int) and abs(group) < 1 << 62:
                self.numbers.append(group)
                return
            earlier, self.numbers = self.numbers, None
            for number in earlier:
                self._note(number)
        self.code.append(self.code_by_group.setdefault(group, len(self.code_by_group)))

    def _grouped(self) -> tuple[NDArray[np.int64], Mapping[Group, tuple[int, int]]]:
        if self.numbers is not None:
            slices = _NumberedSlices(np.array(self.numbers, np.int64))
            return slices.order, slices
        code = np.array(self.code, np.int64)
        order = np.argsort(code, kind="stable")
        bounds = np.searchsorted(code[order], np.arange(len(self.code_by_group) + 1)).tolist()
        return order, {group: (bounds[i], bounds[i + 1]) for group, i in self.code_by_group.items()}


def index_object(path: Path, lists: Mapping[str, GroupOf]) -> tuple[Record, dict[str, Records]]:
    """A file ``{"info": ..., "videos": [...], "annotations": [...]}``: ``lists`` are indexed, the rest is read.

    A list that is missing or null is empty and not ``present``.

    >>> rest, lists = index_object(path, {"annotations": lambda a: a.integer("video_id")})     # doctest: +SKIP
    """
    rest: dict[str, object] = {}
    builders = {name: _Builder(path, name, group_of) for name, group_of in lists.items()}
    with Window(path) as window:
        for key in window.members():
            if key in builders and window.peek() == "[":
                builders[key].present = True
                for value, start, end in window.elements():
                    builders[key].add(value, start, end)
                continue
            rest[key], _, _ = window.value()
            if key in builders and rest[key] is not None:
                Record(path, "", rest).items(key)
        window.finish()
    return Record(path, "", rest), {name: builder.done() for name, builder in builders.items()}


def index_mapping(path: Path, group_of: GroupOf) -> Records:
    """A file ``{"key": record, ...}``; the keys are kept."""
    builder = _Builder(path, "", group_of)
    with Window(path) as window:
        for key in window.members():
            value, start, end = window.value()
            builder.add(value, start, end, key)
        window.finish()
    return builder.done()


def index_list(path: Path, group_of: GroupOf) -> Records:
    """A file ``[record, ...]``."""
    builder = _Builder(path, "", group_of)
    with Window(path) as window:
        for value, start, end in window.elements():
            builder.add(value, start, end)
        window.finish()
    return builder.done()


def index_lines(path: Path, group_of: GroupOf) -> Records:
    """A file with one record per line (JSON Lines); empty lines are passed over."""
    builder = _Builder(path, "line", group_of)
    position = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                builder.add(loads(path, f"line {number}", line), position, position + len(line))
            position += len(line)
    return builder.done()


def first_character(path: Path) -> str:
    """The first character that is not white space: ``{`` or ``[`` in a JSON file; empty for a file with none."""
    try:
        with path.open("rb") as file:
            return file.read(4096).removeprefix(b"\xef\xbb\xbf").decode("latin-1").strip()[:1]
    except OSError:
        return ""


class ListsWriter:
    """Writes ``{"head": ..., "a": [...], "b": [...]}`` while the lists grow side by side, in constant memory.

    The lists are spooled to temporary files; the file appears whole when the block ends well.
    """

    def __init__(self, path: Path, names: tuple[str, ...], head: Mapping[str, object] | None = None) -> None:
        self._path, self.head = path, dict(head or {})
        self._spool_by_name: dict[str, IO[bytes]] = {name: TemporaryFile() for name in names}  # noqa: SIM115 - __exit__ closes

    def add(self, name: str, record: object) -> None:
        self._spool_by_name[name].write(dumps(record) + b",\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._assemble()
        finally:
            for spool in self._spool_by_name.values():
                spool.close()

    def _assemble(self) -> None:
        with replacing(self._path) as draft, draft.open("wb") as out:
            out.write(b"{")
            for key, value in self.head.items():
                out.write(dumps(key) + b": " + dumps(value) + b",\n")
            for i, (name, spool) in enumerate(self._spool_by_name.items()):
                out.write((b",\n" if i else b"") + dumps(name) + b": [")
                _copy_without_last_comma(spool, out)
                out.write(b"]")
            out.write(b"}\n")


def dumps(value: object) -> bytes:
    """JSON in UTF-8, as all our writers make it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _copy_without_last_comma(spool: IO[bytes], out: IO[bytes]) -> None:
    left = max(spool.tell() - len(b",\n"), 0)
    spool.seek(0)
    while left:
        chunk = spool.read(min(left, _CHUNK))
        out.write(chunk)
        left -= len(chunk)
