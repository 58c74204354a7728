"""Everything that happens, numbered, for pages that listen: who was away for a moment goes on where they were."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from threading import Lock
from uuid import uuid4

_KEPT, _HEARTBEAT = 2000, 15.0


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    kind: str
    data: str


class Events:
    """A ring of the newest events. Any thread may publish; each listener is a stream of server-sent events."""

    def __init__(self, kept: int = _KEPT, heartbeat: float = _HEARTBEAT) -> None:
        self._ring: deque[_Event] = deque(maxlen=kept)
        self._run, self._heartbeat = uuid4().hex[:8], heartbeat
        self._number, self._lock = 0, Lock()
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._closed = False

    def publish(self, kind: str, data: Mapping[str, object]) -> None:
        with self._lock:
            self._number += 1
            self._ring.append(_Event(self._number, kind, json.dumps(data)))
        self._wake()

    @property
    def has_listeners(self) -> bool:
        return bool(self._listeners)

    def close(self) -> None:
        """End all streams, so that a server that stops does not wait for pages that listen."""
        self._closed = True
        self._wake()

    async def stream(self, last_id: str | None) -> AsyncIterator[str]:
        """The events after the one with that id; ``reset`` where they are not kept any more. Ends with the server."""
        woken = asyncio.Event()
        listener = asyncio.get_running_loop(), woken
        with self._lock:
            self._listeners.add(listener)
            at = self._begin(last_id)
        try:
            yield "retry: 1000\n\n"
            while not self._closed:
                woken.clear()
                at, texts = self._after(at)
                for text in texts:
                    yield text
                if not texts:
                    yield await self._pause(woken)
        finally:
            with self._lock:
                self._listeners.discard(listener)

    async def _pause(self, woken: asyncio.Event) -> str:
        try:
            await asyncio.wait_for(woken.wait(), self._heartbeat)
        except TimeoutError:
            return ": still here\n\n"
        return ""

    def _begin(self, last_id: str | None) -> int | None:
        """The number to go on after; None where that is not known, as after a restart of the server."""
        if not last_id:
            return self._number
        run, _, number = last_id.partition("-")
        return int(number) if run == self._run and number.isdecimal() else None

    def _after(self, at: int | None) -> tuple[int, list[str]]:
        with self._lock:
            first = self._ring[0].number if self._ring else self._number + 1
            if at is None or not first - 1 <= at <= self._number:
                return self._number, [self._written(_Event(self._number, "reset", "{}"))]
            return self._number, [self._written(event) for event in self._ring if event.number > at]

    def _written(self, event: _Event) -> str:
        return f"id: {self._run}-{event.number}\nevent: {event.kind}\ndata: {event.data}\n\n"

    def _wake(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for loop, woken in listeners:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)
