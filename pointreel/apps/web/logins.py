"""Who is logged in: known to the project, so that they still are when the server is started again, and on others."""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from ...store import Login, Project, StoreError

_IDLE, _LONGEST, _NOTED = 12 * 3600.0, 30 * 86_400.0, 300.0


@dataclass
class _Known:
    name: str
    began: float
    used: float
    noted: float
    """When it was last used, as the project has it."""

    def is_over(self, now: float) -> bool:
        return now - self.used > _IDLE or now - self.began > _LONGEST


class Logins:
    """Sessions of one project, as they were a moment ago; that one is in use is noted every few minutes."""

    def __init__(self, project: Project, *, clock: Callable[[], float] = time.time) -> None:
        self._project, self._clock, self._lock = project, clock, Lock()
        self._known: dict[str, _Known] = {}

    def begin(self, name: str) -> str:
        """The cookie of a new session."""
        cookie = secrets.token_urlsafe(32)
        self._project.begin_login(name, mark_of(cookie))
        now = self._clock()
        with self._lock:
            self._known[mark_of(cookie)] = _Known(name, now, now, now)
        return cookie

    def name_of(self, cookie: str) -> str | None:
        """Whose session it is; nobody's if it has ended."""
        with self._lock:
            found, now = self._known.get(mark_of(cookie)), self._clock()
            if found is None or found.is_over(now):
                return None
            found.used = now
            return found.name

    def knows(self, cookie: str) -> bool:
        """Whether it was looked up before."""
        with self._lock:
            return mark_of(cookie) in self._known

    def look_up(self, cookie: str) -> None:
        """A session that was begun a moment ago, on another server."""
        for login in self._project.logins(mark_of(cookie)):
            with self._lock:
                self._known[login.mark] = self._merged(login)

    def end(self, cookie: str) -> None:
        with self._lock:
            self._known.pop(mark_of(cookie), None)
        self._project.end_logins([mark_of(cookie)])

    def end_of(self, name: str) -> None:
        """Of somebody whose password has changed; the project has ended them already."""
        with self._lock:
            self._known = {mark: known for mark, known in self._known.items() if known.name != name}

    def refresh(self) -> None:
        """Take over what the project knows: what was begun and ended on other servers."""
        with self._lock:
            before = set(self._known)
        stored = {login.mark: login for login in self._project.logins()}
        with self._lock:
            ended, begun = before - self._known.keys(), self._known.keys() - before
            found = {mark: self._merged(login) for mark, login in stored.items() if mark not in ended}
            self._known = found | {mark: self._known[mark] for mark in begun}
            now = self._clock()
            over = [mark for mark, known in self._known.items() if known.is_over(now)]
            in_use = [mark for mark, known in self._known.items() if known.used - known.noted > _NOTED]
        with suppress(StoreError):  # a project that cannot be written to says so to whoever changes something
            self._note(over, in_use)

    def _note(self, over: list[str], in_use: list[str]) -> None:
        if over:
            self._project.end_logins(over)
        if in_use:
            self._project.use_logins(in_use)

    def _merged(self, login: Login) -> _Known:
        known, used = self._known.get(login.mark), login.used_at.timestamp()
        return _Known(login.name, login.began_at.timestamp(), max(used, known.used) if known else used, used)


def mark_of(cookie: str) -> str:
    """What is kept of a cookie: enough to know it again, not enough to use it."""
    return sha256(cookie.encode()).hexdigest()
