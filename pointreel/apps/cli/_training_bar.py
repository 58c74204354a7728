"""How far a training is, how long it takes yet, and how it goes."""

from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .console import remarks


class TrainingBar:
    """A bar that is there while it is open; silent when nobody watches a terminal."""

    def __init__(self, net: str, steps: int) -> None:
        newest = TextColumn("{task.fields[newest]}")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), newest)
        # Steps come slowly at times: the rate is that of the last ten minutes.
        self._bars = Progress(
            *columns, console=remarks, transient=True, disable=not remarks.is_terminal, speed_estimate_period=600
        )
        self._task = self._bars.add_task(net, start=False, total=steps, newest="making scenes")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, step: int, newest: Collection[Mapping[str, float]]) -> None:
        """``newest``: the figures of the last few steps, of which the means are shown."""
        if not newest:  # where a run goes on is where its bar begins, and counts for no speed
            self._bars.update(self._task, completed=step)
            self._bars.start_task(self._task)
            return
        last = next(iter(newest))
        shown = (f"{name} {sum(figures[name] for figures in newest) / len(newest):.3f}" for name in last)
        self._bars.update(self._task, completed=step, newest="  ".join(shown))
