"""Big JSON files in small memory: one pass notes where each record lies, later reads take one record at a time.

A window of text moves over the file and the standard library's own scanner takes one value after another from it.
The window is decoded as Latin-1, where a character is a byte, so a position in the text is a position in the file;
a record that is read for its content is decoded as the UTF-8 it is.
"""

import json
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from ..core import FormatError, replacing
from ._records import Record

Group = str | int
GroupOf = Callable[[Record], Group]

_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


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
        first, last = self.slice_by_group.get(group, (0, 0))
        return self._read(self.order[first:last].tolist())

    def _read(self, indices: list[int] | range) -> Iterator[Record]:
        with self.path.open("rb") as file:
            for i in indices:
                file.seek(int(self.start[i]))
                content = file.read(int(self.end[i] - self.start[i]))
                where = f"{self.name}[{self.keys[i]!r}]" if self.keys else f"{self.name}[{i}]"
                yield Record.of(self.path, where, _loads(self.path, where, content))


class _Builder:
    """Collects the places of records while a file is passed over."""

    def __init__(self, path: Path, name: str, group_of: GroupOf) -> None:
        self.path, self.name, self.group_of = path, name, group_of
        self.start, self.end, self.code = array("q"), array("q"), array("q")
        self.code_by_group: dict[Group, int] = {}
        self.keys: list[str] = []

    def add(self, value: object, start: int, end: int, key: str | None = None) -> None:
        where = f"{self.name}[{len(self.start)}]" if key is None else f"{self.name}[{key!r}]"
        group = self.group_of(Record.of(self.path, where, value))
        self.start.append(start)
        self.end.append(end)
        self.code.append(self.code_by_group.setdefault(group, len(self.code_by_group)))
        if key is not None:
            self.keys.append(key)

    def done(self) -> Records:
        code = np.frombuffer(self.code, np.int64) if self.code else np.empty(0, np.int64)
        order = np.argsort(code, kind="stable")
        bounds = np.searchsorted(code[order], np.arange(len(self.code_by_group) + 1)).tolist()
        slices = {group: (bounds[i], bounds[i + 1]) for group, i in self.code_by_group.items()}
        start, end = (np.array(places, np.int64) for places in (self.start, self.end))
        return Records(self.path, self.name, start, end, order, slices, tuple(self.keys))


def index_object(path: Path, lists: Mapping[str, GroupOf]) -> tuple[Record, dict[str, Records]]:
    """A file ``{"info": ..., "videos": [...], "annotations": [...]}``: ``lists`` are indexed, the rest is read.

    >>> rest, lists = index_object(path, {"annotations": lambda a: a.integer("video_id")})     # doctest: +SKIP
    """
    rest: dict[str, object] = {}
    builders = {name: _Builder(path, name, group_of) for name, group_of in lists.items()}
    with _Window(path) as window:
        for key in window.members():
            if key in builders and window.peek() == "[":
                for value, start, end in window.elements():
                    builders[key].add(_text(value), start, end)
            elif key in builders:
                value, _, _ = window.value()
                Record(path, "", {key: value}).items(key)
            else:
                rest[key] = _text(window.value()[0])
        window.finish()
    return Record(path, "", rest), {name: builder.done() for name, builder in builders.items()}


def index_mapping(path: Path, group_of: GroupOf) -> Records:
    """A file ``{"key": record, ...}``; the keys are kept."""
    builder = _Builder(path, "", group_of)
    with _Window(path) as window:
        for key in window.members():
            value, start, end = window.value()
            builder.add(_text(value), start, end, key)
        window.finish()
    return builder.done()


def index_list(path: Path, group_of: GroupOf) -> Records:
    """A file ``[record, ...]``."""
    builder = _Builder(path, "", group_of)
    with _Window(path) as window:
        for value, start, end in window.elements():
            builder.add(_text(value), start, end)
        window.finish()
    return builder.done()


def index_lines(path: Path, group_of: GroupOf) -> Records:
    """A file with one record per line (JSON Lines); empty lines are passed over."""
    builder = _Builder(path, "line", group_of)
    position = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                builder.add(_loads(path, f"line {number}", line), position, position + len(line))
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

    def add(self, name: str, record: Mapping[str, object]) -> None:
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


def _loads(path: Path, where: str, content: bytes) -> object:
    try:
        value: object = json.loads(content)
    except UnicodeDecodeError as error:
        raise FormatError(path, where, found=f"bytes that are not UTF-8 ({error.reason})", expected="UTF-8") from None
    except json.JSONDecodeError as error:
        raise FormatError(path, where, found=f"broken JSON ({error.msg})", expected="one JSON value") from None
    return value


def _text(value: object) -> object:
    """A value from the Latin-1 window with its texts decoded as the UTF-8 they are."""
    match value:
        case str():
            return value if value.isascii() else value.encode("latin-1", "surrogateescape").decode("utf-8", "replace")
        case list():
            return [_text(item) for item in value]
        case dict():
            return {_text(key): _text(item) for key, item in value.items()}
        case _:
            return value


class _Window:
    """A moving window over a JSON file. Positions are bytes from the start of the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text, self._at, self._base, self._whole = "", 0, 0, False

    def __enter__(self) -> Self:
        self._file = self.path.open("rb")
        self._more()
        if self._text.startswith("\xef\xbb\xbf"):
            self._at = 3
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def peek(self) -> str:
        """The next character that is not white space, empty at the end of the file."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or self._whole:
                return self._text[self._at : self._at + 1]
            self._more()

    def value(self) -> tuple[object, int, int]:
        """The next JSON value, and the positions of its first byte and of the one behind its last."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut_off = error.pos >= len(self._text) - 16 or error.msg.startswith("Unterminated string")
                if self._whole or not cut_off:
                    raise self._broken(error.msg, error.pos) from None
            else:
                if end < len(self._text) or self._whole:
                    start, self._at = self._at, end
                    return value, self._base + start, self._base + end
            self._more()

    def members(self) -> Iterator[str]:
        """The keys of an object; the caller takes each value before asking for the next key."""
        for _ in self._entries("{", "}"):
            key, _, _ = self.value()
            if not isinstance(key, str):
                raise self._broken("Expecting a key in double quotes", self._at)
            self._take(":")
            yield str(_text(key))

    def elements(self) -> Iterator[tuple[object, int, int]]:
        """The values of a list."""
        for _ in self._entries("[", "]"):
            yield self.value()

    def finish(self) -> None:
        """Nothing may follow."""
        if self.peek():
            raise self._broken("Extra data", self._at)

    def _entries(self, opening: str, closing: str) -> Iterator[None]:
        self._take(opening)
        if self.peek() == closing:
            self._take(closing)
            return
        while True:
            yield None
            if self.peek() == closing:
                self._take(closing)
                return
            self._take(",")

    def _take(self, character: str) -> None:
        if self.peek() != character:
            raise self._broken(f"Expecting {character!r}", self._at)
        self._at += 1

    def _more(self) -> None:
        chunk = self._file.read(max(_CHUNK, len(self._text) - self._at))
        self._whole = not chunk
        self._base += self._at
        self._text = self._text[self._at :] + chunk.decode("latin-1")
        self._at = 0

    def _broken(self, problem: str, at: int) -> FormatError:
        found = repr(self._text[at : at + 12]) if at < len(self._text) else "the end of the file"
        where = f"byte {self._base + at}"
        return FormatError(self.path, where, found=found, expected=f"well-formed JSON ({problem})")
