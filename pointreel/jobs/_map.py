"""One function over many items: in order, each item's outcome kept, whatever becomes of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ..core import PointreelError
from ._journal import Journal
from ._pool import Pool

Item = TypeVar("Item")
Result = TypeVar("Result")
Tell = Callable[[object], None]
"""How a function says how far it is. If nobody wants the result any more when that is heard, it raises ``Stopped``."""


class Stopped(Exception):
    """The work was stopped before it was done; nothing is wrong with the item."""


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """What became of an item: a ``result``, or an ``error`` in one line; neither, if it was stopped or never begun."""

    item: Item
    result: Result | None = None
    error: str | None = None
    is_done: bool = False


def map(
    fn: Callable[[Item, Tell], Result],
    items: Sequence[Item],
    *,
    num_workers: int = 1,
    name: Callable[[Item], str] = str,
    watch: Callable[[Item, object], None] | None = None,
    stop: Callable[[], bool] | None = None,
    resume: Path | None = None,
) -> list[Outcome[Item, Result]]:
    """``fn(item, tell)`` for every item, with the outcomes in the order of the items.

    An item that fails, or takes its process down with it, has an ``error``, and the others are worked on. With more
    than one worker ``fn``, items and results cross processes, so they have to be picklable, and each worker takes its
    share of the cores. ``watch`` hears, in this thread, what ``fn`` tells. ``stop`` is asked whenever something is
    told. ``resume`` is a file in which results are written down as they come: items with the same ``name`` are not
    worked on again, and results have to be what JSON can hold.
    """
    if num_workers < 1:
        raise PointreelError(f"{num_workers} workers can do nothing. Give 1 or more.")
    with Journal.open(resume) as journal:
        known = {name(item): item for item in items}
        if resume is not None and len(known) != len(items):
            raise PointreelError(f"{resume}: several items have the same name; a run of them cannot be taken up.")
        outcomes: dict[int, Outcome[Item, Result]] = {
            place: Outcome(item, journal.results[name(item)], is_done=True)
            for place, item in enumerate(items)
            if name(item) in journal.results
        }
        left = [place for place in range(len(items)) if place not in outcomes]
        work = _here if min(num_workers, len(left)) <= 1 else _in_processes

        def note(place: int, outcome: Outcome[Item, Result]) -> None:
            outcomes[place] = outcome
            if outcome.is_done:
                journal.add(name(outcome.item), outcome.result)

        work(fn, items, left, num_workers, note, watch or _nobody, stop or _never)
        return [outcomes.get(place, Outcome(item)) for place, item in enumerate(items)]


Note = Callable[[int, Outcome[Item, Result]], None]


def _here(
    fn: Callable[[Item, Tell], Result],
    items: Sequence[Item],
    left: Sequence[int],
    num_workers: int,  # noqa: ARG001 - both ways of working are called alike
    note: Note[Item, Result],
    watch: Callable[[Item, object], None],
    stop: Callable[[], bool],
) -> None:
    for place in left:
        item = items[place]

        def tell(said: object, item: Item = item) -> None:
            watch(item, said)
            if stop():
                raise Stopped

        if stop():
            return
        try:
            outcome = Outcome(item, fn(item, tell), is_done=True)
        except Stopped:
            return
        except Exception as error:  # whatever it is, it is this item's, and the others are worked on
            outcome = Outcome(item, error=in_a_line(error))
        note(place, outcome)


def _in_processes(
    fn: Callable[[Item, Tell], Result],
    items: Sequence[Item],
    left: Sequence[int],
    num_workers: int,
    note: Note[Item, Result],
    watch: Callable[[Item, object], None],
    stop: Callable[[], bool],
) -> None:
    with Pool(_worked_on, fn, min(num_workers, len(left))) as pool:
        waiting = [*reversed(left)]
        while waiting or pool.is_busy:
            while waiting and pool.has_room and not stop():
                place = waiting.pop()
                pool.give(place, items[place])
            if not pool.is_busy:
                return
            for place, kind, said in pool.heard():
                if kind == "told":
                    watch(items[place], said)
                elif kind == "done":
                    note(place, Outcome(items[place], said, is_done=True))
                elif kind == "failed":
                    note(place, Outcome(items[place], error=str(said)))
            if stop():
                pool.stop()


def _worked_on(
    fn: Callable[[Item, Tell], Result], item: Item, tell: Tell, stops: Callable[[], bool]
) -> tuple[str, object]:
    """In a worker: what became of an item."""

    def telling(said: object) -> None:
        tell(said)
        if stops():
            raise Stopped

    try:
        return "done", fn(item, telling)
    except Stopped:
        return "stopped", None
    except Exception as error:
        return "failed", in_a_line(error)


def in_a_line(error: Exception) -> str:
    """An error of ours as it is; another one with its kind, since its message was not written to be read alone."""
    said = " ".join(str(error).split())
    return said if isinstance(error, PointreelError) else f"{type(error).__name__}: {said}".rstrip(": ")


def _nobody(item: object, said: object) -> None:
    pass


def _never() -> bool:
    return False
