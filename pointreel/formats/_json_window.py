"""A moving window over a JSON file: one value after another, in the memory of the largest.

A window of text moves over the file and the standard library's own scanner takes one value after another from it.
The window is decoded as Latin-1, where a character is a byte, so a position in the text is a position in the file;
what is handed out is decoded as the UTF-8 it is.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from ..core import FormatError

_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Window:
    """A moving window over a JSON file. Positions are bytes from the start of the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text, self._at, self._base, self._whole, self._ascii = "", 0, 0, False, True

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
                    return self._decoded(value, start, end), self._base + start, self._base + end
            self._more()

    def members(self) -> Iterator[str]:
        """The keys of an object; the caller takes each value before asking for the next key."""
        for _ in self._entries("{", "}"):
            key, _, _ = self.value()
            if not isinstance(key, str):
                raise self._broken("Expecting a key in double quotes", self._at)
            self._take(":")
            yield key

    def elements(self) -> Iterator[tuple[object, int, int]]:
        """The values of a list."""
        for _ in self._entries("[", "]"):
            yield self.value()

    def finish(self) -> None:
        """Nothing may follow."""
        if self.peek():
            raise self._broken("Extra data", self._at)

    def _decoded(self, value: object, start: int, end: int) -> object:
        """The value, parsed once more as UTF-8 where that is not the same as Latin-1."""
        if self._ascii:
            return value
        content = self._text[start:end]
        return value if content.isascii() else loads(self.path, f"byte {self._base + start}", content.encode("latin-1"))

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
        self._ascii = self._text.isascii()

    def _broken(self, problem: str, at: int) -> FormatError:
        found = repr(self._text[at : at + 12]) if at < len(self._text) else "the end of the file"
        where = f"byte {self._base + at}"
        return FormatError(self.path, where, found=found, expected=f"well-formed JSON ({problem})")


def loads(path: Path, where: str, content: bytes) -> object:
    """One JSON value in UTF-8; what is wrong is told with its place."""
    try:
        value: object = json.loads(content)
    except UnicodeDecodeError as error:
        raise FormatError(path, where, found=f"bytes that are not UTF-8 ({error.reason})", expected="UTF-8") from None
    except json.JSONDecodeError as error:
        raise FormatError(path, where, found=f"broken JSON ({error.msg})", expected="one JSON value") from None
    return value
