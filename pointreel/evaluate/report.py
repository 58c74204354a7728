"""What a scorer says: every figure under its official name, and what it had to warn of or leave out."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Protocol, TypeVar

Item = TypeVar("Item")

Figures = Mapping[str, float]
"""A figure by its official name: ``{"J&F": 0.71, "J_mean": 0.68, ...}``."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of one set of predictions.

    ``overall`` holds the global figures, ``per_object`` those of ``<sequence>_<id>``, ``per_sequence`` those of a
    sequence. ``intervals`` are 95 % bounds, over sequences, of figures in ``overall``. ``missing`` names what
    ``partial`` let pass: it is empty unless that was asked for. ``files`` are tables in an official layout, by name.
    """

    overall: Figures
    per_object: Mapping[str, Figures] = field(default_factory=dict)
    per_sequence: Mapping[str, Figures] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """``{"global": ..., "per_object": ...}``, and the rest where there is some. What is not a number is null."""
        rest = {
            "per_sequence": _by_name(self.per_sequence),
            "intervals": {name: [_number(low), _number(high)] for name, (low, high) in self.intervals.items()},
            "warnings": list(self.warnings),
            "missing": list(self.missing),
        }
        known = {"global": _figures(self.overall), "per_object": _by_name(self.per_object)}
        return known | {key: value for key, value in rest.items() if value}

    def to_csv(self) -> dict[str, str]:
        """Text by file name: the official tables where the benchmark has some, else one per kind of figure."""
        if self.files:
            return dict(self.files)
        tables = {"global": {"": self.overall}, "per_sequence": self.per_sequence, "per_object": self.per_object}
        return {f"{name}.csv": table(name, rows) for name, rows in tables.items() if rows}


class Progress(Protocol):
    """Shows that something goes on while ``items`` are taken: a bar on a terminal, or nothing."""

    def __call__(self, items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]: ...


class Scorer(Protocol):
    """One benchmark: predictions on disk against the truth on disk."""

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: "Progress" = ...) -> Report: ...


def silent(items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:  # noqa: ARG001 - a Progress
    """The progress nobody sees."""
    return iter(items)


def table(name: str, rows: Mapping[str, Figures]) -> str:
    """Rows of figures as CSV, each under its name; a row without a name has no column for it."""
    columns = list(dict.fromkeys(column for figures in rows.values() for column in figures))
    named = any(rows)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*([name.removeprefix("per_")] if named else []), *columns])
    for row, figures in rows.items():
        writer.writerow([*([row] if named else []), *(figures.get(column, "") for column in columns)])
    return text.getvalue()


def _by_name(rows: Mapping[str, Figures]) -> dict[str, dict[str, float | None]]:
    return {name: _figures(figures) for name, figures in rows.items()}


def _figures(figures: Figures) -> dict[str, float | None]:
    return {name: _number(value) for name, value in figures.items()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
