"""What every command shows: results on standard output, progress and remarks on the error stream."""

import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ...core import Dataset, PassedDataset

Item = TypeVar("Item")

SKIPPED_BROKEN = 4
"""The exit code of a command that did its work but left broken frames out."""

_BETWEEN_LINES = 30.0
"""Seconds."""

out = Console(soft_wrap=True, highlight=False)
remarks = Console(stderr=True, soft_wrap=True, highlight=False)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.1f}/s", style="progress.data.speed")


def this_command() -> str:
    """What to type for ``pointreel``: its name where that is found, else where the command is that runs."""
    return "pointreel" if shutil.which("pointreel") else shlex.quote(os.path.relpath(sys.argv[0]))


def progress(items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:
    """``items``, with a bar, rate and time left while they last; where nobody watches a terminal, a line at times."""
    if not remarks.is_terminal:
        yield from _in_lines(items, what, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=remarks, transient=True) as bars:
        yield from bars.track(items, total=total, description=what)


def _in_lines(items: Iterable[Item], what: str, total: int | None) -> Iterator[Item]:
    """For logs: nothing about what is quickly done."""
    begun = said = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - said < _BETWEEN_LINES:
            continue
        said, rate = now, done / (now - begun)
        left = "" if total is None else f" of {total:,}, {timedelta(seconds=round((total - done) / rate))} left"
        remarks.print(f"{what}: {done:,}{left}, {rate:,.1f}/s", markup=False)


def watched(dataset: Dataset, what: str) -> Dataset:
    """The same dataset, whose every pass shows its progress."""
    return PassedDataset(dataset, lambda sequences: progress(sequences, what, len(sequences)))


def print_json(value: object) -> None:
    """One JSON document on standard output, for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201 - the one place that prints results


def print_table(title: str, rows: Iterable[tuple[object, ...]], heads: tuple[str, ...] = ()) -> None:
    """A table for people that is plain lines for ``grep``; without ``heads`` the first column names the second."""
    texts = [tuple(map(str, row)) for row in ((heads, *rows) if heads else rows)]
    widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    if title:
        out.print(Text(title, style="bold"))
    for i, row in enumerate(texts):
        line = "  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        out.print(Text(line, style="bold" if heads and i == 0 else ""))
