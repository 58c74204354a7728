"""Results as they come, one JSON line each, each on the disk before the next: what a run can be taken up from."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ..core import FormatError, PointreelError


class Journal:
    """The results of earlier runs by the name of their item, and a place for those of this one."""

    def __init__(self, path: Path | None, results: dict[str, Any], file: BinaryIO | None) -> None:
        self.results, self._path, self._file = results, path, file

    @classmethod
    @contextmanager
    def open(cls, path: Path | None) -> Iterator["Journal"]:
        """The journal in a file, which may not be there yet; without one, nothing is kept."""
        if path is None:
            yield cls(None, {}, None)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.seek(0)
            content = file.read()
            whole = content[: content.rfind(b"\n") + 1]
            results = dict(_line(path, number, line) for number, line in enumerate(whole.splitlines(), 1))
            file.truncate(len(whole))  # a line that a killed process left half written
            yield cls(path, results, file)

    def add(self, name: str, result: object) -> None:
        if self._file is None:
            return
        try:
            line = json.dumps({"item": name, "result": result})
        except (TypeError, ValueError) as error:
            raise PointreelError(f"{self._path}: the result of {name!r} cannot be written down ({error}).") from None
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _line(path: Path, number: int, line: bytes) -> tuple[str, Any]:
    try:
        said = json.loads(line)
        return str(said["item"]), said["result"]
    except (ValueError, TypeError, KeyError):
        found = repr(line[:40])
        raise FormatError(path, f"line {number}", found=found, expected="an item and its result") from None
