"""Work done in this process or in several; a worker that dies ends the run, and none outlives it."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from typing import TypeVar

from ..core import PointreelError
from ..jobs import begin_worker
from .report import Progress

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    num_workers: int,
    progress: Progress,
    what: str,
    fresh: bool = False,
) -> list[Result]:
    """``[function(task) for task in tasks]``, by ``num_workers`` processes if more than one.

    The first error of a task is raised, and what has not begun by then never begins. ``fresh`` starts new interpreters:
    OpenCV and torch keep threads of their own, which a forked process waits for in vain.
    """
    if num_workers < 1:
        raise PointreelError(f"{num_workers} workers cannot score anything. Give 1 or more.")
    num_workers = min(num_workers, len(tasks))
    if num_workers <= 1:
        return [function(task) for task in progress(tasks, what, len(tasks))]
    pool = ProcessPoolExecutor(num_workers, get_context("spawn") if fresh else _context(), begin_worker)
    try:
        with _undisturbed():
            running = [pool.submit(function, task) for task in tasks]
        return [future.result() for future in progress(running, what, len(running))]
    except BrokenProcessPool:
        raise PointreelError(
            "A worker process ended before its work was done, as when memory runs out or somebody ends it. "
            "Nothing was scored. Use fewer workers."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until all tasks are handed over: it must not strike while the pool holds its locks."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> BaseContext:
    """Forking starts at once, but is safe only where no other thread runs."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return get_context("fork" if forks else "spawn")
