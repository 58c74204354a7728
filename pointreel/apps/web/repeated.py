"""Something that a server does again and again beside its answers, until it is closed."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread


class Repeated:
    """``do``, every so many seconds, on a thread of its own. What goes wrong with it once may go well the next time."""

    def __init__(self, do: Callable[[], None], *, every: float, name: str) -> None:
        self._do, self._every, self._over = do, every, Event()
        self._thread = Thread(target=self._run, name=f"pointreel-{name}", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """It is not done any more once this returns."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            with suppress(Exception):
                self._do()
