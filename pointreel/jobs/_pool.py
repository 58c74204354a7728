"""Processes that are handed one item at a time, so that it is known whose fault it is when one of them dies."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Any

from ._worker import begin_worker

_CONTEXT = multiprocessing.get_context(
    "spawn"
)  # OpenCV and torch keep threads, which a forked process waits for in vain
_WAIT_SECONDS = 0.1
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

Tell = Callable[[object], None]
Work = Callable[[Any, Any, Tell, Callable[[], bool]], tuple[str, object]]
"""``work(fn, item, tell, stops)``: how it ended, and what came of it."""


@dataclass
class _Worker:
    process: BaseProcess
    pipe: "Connection[Any, Any]"
    place: int | None = None


class Pool:
    """Workers, each with a pipe of its own. Leaving the block ends them, whatever they are doing."""

    def __init__(self, work: Work, fn: Any, num_workers: int) -> None:  # noqa: ANN401 - it only passes through
        self._task, self._num_workers = (work, fn), num_workers
        self._stopped: Event = _CONTEXT.Event()
        self._workers: list[_Worker] = []

    @property
    def is_busy(self) -> bool:
        return any(worker.place is not None for worker in self._workers)

    @property
    def has_room(self) -> bool:
        return sum(worker.place is not None for worker in self._workers) < self._num_workers

    def give(self, place: int, item: object) -> None:
        """Let an idle worker, or a new one, work on an item."""
        worker = next((one for one in self._workers if one.place is None), None) or self._hired()
        worker.place = place
        worker.pipe.send(item)

    def stop(self) -> None:
        """Tell all workers that nobody wants the results any more."""
        self._stopped.set()

    def heard(self) -> Iterator[tuple[int, str, Any]]:
        """What workers have said since, as (place of the item, what kind of news, what), after a short wait at most."""
        by_pipe = {worker.pipe: worker for worker in self._workers if worker.place is not None}
        for pipe in wait(list(by_pipe), _WAIT_SECONDS):
            worker = by_pipe[pipe]  # type: ignore[index]
            if (place := worker.place) is None:
                continue
            try:
                kind, said = worker.pipe.recv()
            except (EOFError, OSError):
                kind, said = "failed", self._dismissed(worker)
            if kind != "told":
                worker.place = None
            yield place, kind, said

    def _hired(self) -> _Worker:
        here, there = _CONTEXT.Pipe()
        share = max(1, (os.cpu_count() or 1) // self._num_workers)
        process = _CONTEXT.Process(target=_serve, args=(there, self._stopped, share), daemon=True)
        process.start()
        there.close()
        worker = _Worker(process, here)
        self._workers.append(worker)
        here.send(self._task)
        return worker

    def _dismissed(self, worker: _Worker) -> str:
        """Why a process is gone, which no item of it is worked on any more."""
        worker.process.join(5)
        self._workers.remove(worker)
        worker.pipe.close()
        code = worker.process.exitcode
        how = f"by signal {-code}" if code is not None and code < 0 else f"with the code {code}"
        return f"Its process ended {how} before the work was done, as when memory runs out or somebody ends it."

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(5)
            worker.pipe.close()


def _serve(pipe: "Connection[Any, Any]", stopped: Event, share: int) -> None:
    """A worker's life."""
    begin_worker()
    for name in _THREADS:  # before the task is unpickled, which brings the libraries that read them
        os.environ.setdefault(name, str(share))
    work, fn = pipe.recv()
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        kind, said = work(fn, item, lambda told: pipe.send(("told", told)), stopped.is_set)
        try:
            pipe.send((kind, said))
        except (TypeError, AttributeError, ValueError) as error:
            pipe.send(("failed", f"Its result cannot leave its process ({error})."))
