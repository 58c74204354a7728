"""Typed reading of JSON from outside: a wrong key or type is told with its file, its place and what was expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..core import FormatError

Value = TypeVar("Value")
REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object, and where it lies.

    >>> Record(Path("a.json"), "videos[0]", {"id": "7"}).integer("id")
    Traceback (most recent call last):
    pointreel.core.errors.FormatError: a.json: videos[0].id: found text '7', expected a whole number.
    """

    path: Path
    where: str
    fields: Mapping[str, object]

    @classmethod
    def of(cls, path: Path, where: str, value: object) -> "Record":
        """``value`` as a record; anything but a JSON object is refused."""
        if not isinstance(value, dict):
            raise FormatError(path, where, found=describe(value), expected="an object")
        return cls(path, where, value)

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def place(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def wrong(self, key: str, *, found: str, expected: str, hint: str = "") -> FormatError:
        """The error to raise for the value under ``key``."""
        return FormatError(self.path, self.place(key), found=found, expected=expected, hint=hint)

    def text(self, key: str, default: object = REQUIRED) -> str:
        return self._typed(key, str, "text", default)

    def integer(self, key: str, default: object = REQUIRED) -> int:
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            if isinstance(value, float) and value.is_integer():
                return int(value)
            raise self.wrong(key, found=describe(value), expected="a whole number")
        return value

    def number(self, key: str, default: object = REQUIRED) -> float:
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, found=describe(value), expected="a number")
        return float(value)

    def truth(self, key: str, default: object = REQUIRED) -> bool:
        value = self._value(key, default)
        if value in (0, 1):
            return bool(value)
        raise self.wrong(key, found=describe(value), expected="true or false")

    def items(self, key: str, default: object = REQUIRED) -> list[object]:
        return self._typed(key, list, "a list", default)

    def record(self, key: str) -> "Record":
        return Record.of(self.path, self.place(key), self._value(key, REQUIRED))

    def records(self, key: str, default: object = REQUIRED) -> Iterator["Record"]:
        for i, value in enumerate(self.items(key, default)):
            yield Record.of(self.path, f"{self.place(key)}[{i}]", value)

    def _value(self, key: str, default: object) -> object:
        if key in self.fields:
            return self.fields[key]
        if default is REQUIRED:
            keys = ", ".join(list(self.fields)[:8]) or "none"
            raise FormatError(self.path, self.where, found=f"the keys {keys}", expected=f"the key {key!r}")
        return default

    def _typed(self, key: str, kind: type[Value], name: str, default: object) -> Value:
        value = self._value(key, default)
        if not isinstance(value, kind):
            raise self.wrong(key, found=describe(value), expected=name)
        return value


def describe(value: object) -> str:
    """A value as an error shows it: its kind and the start of it.

    >>> describe("7"), describe([1, 2]), describe(None)
    ("text '7'", 'a list of 2', 'null')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"text {value if len(value) <= 40 else value[:37] + '...'!r}"
        case int() | float():
            return f"the number {value}"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"an object with {len(value)} keys"
        case _:
            return type(value).__name__
