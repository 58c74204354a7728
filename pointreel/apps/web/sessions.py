"""Passwords, the sessions that are begun with them, and the token that tells a click in the studio from a trap."""

import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable
from functools import cached_property
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ...store import Project, Role, User
from .errors import Refused
from .logins import Logins

_FAILURES, _WINDOW = 5, 60.0
_FRESH = 2.0


class Sessions:
    """The users of one project as a web server knows them.

    Nobody has to log in while nobody has a password: then whoever can reach the server is the project's first owner,
    and the server listens on this machine only.
    """

    def __init__(self, project: Project, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._project, self._clock, self._lock = project, clock, Lock()
        self._hasher, self._turns = PasswordHasher(), BoundedSemaphore(2)
        self._secret = secrets.token_bytes(32)
        self._logins = Logins(project)
        self._failures: dict[tuple[str, str], list[float]] = {}
        place = project.name if project.folder is None else str(project.folder.resolve())
        self.cookie = f"pointreel_{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        self._users: list[User] = []
        self._counted_at, self._required = -math.inf, True

    def user_of(self, cookie: str | None) -> User | None:
        """Whose session this is; without passwords, the owner."""
        if not self.login_required:
            return next(user for user in self._people() if user.role == "owner")
        name = self._logins.name_of(cookie) if cookie else None
        return next((user for user in self._people() if user.name == name), None)

    def log_in(self, name: str, password: str, address: str) -> tuple[User, str]:
        """The user and the cookie of a new session; wrong ones are counted, and too many have to wait."""
        self._require_patience(name, address)
        stored = self._project.password_hash(name)
        if not self._fits(stored or self._nobody, password) or stored is None:
            with self._lock:
                self._failures.setdefault((name, address), []).append(self._clock())
            raise Refused(401, "The name or the password is wrong. Try again.")
        if self._hasher.check_needs_rehash(stored):
            self._project.change_user(name, password_hash=self._hasher.hash(password))
        with self._lock:
            self._failures.pop((name, address), None)
        return self._project.user(name), self._logins.begin(name)

    def log_out(self, cookie: str | None) -> None:
        if cookie:
            self._logins.end(cookie)

    def add(self, name: str, role: Role, password: str | None) -> User:
        self._require_a_way_in(role, password)
        user = self._project.add_user(name, role, password_hash=self._hash(password))
        self._counted_at = -math.inf
        return user

    def change(self, name: str, role: Role | None, password: str | None) -> User:
        """Another role or password; whoever knew the old password is logged out."""
        self._require_a_way_in(role or self._project.user(name).role, password)
        user = self._project.change_user(name, role=role, password_hash=self._hash(password))
        self._counted_at = -math.inf
        if password is not None:
            self._logins.end_of(name)
        return user

    @property
    def login_required(self) -> bool:
        """Whether anybody has a password."""
        self._people()
        return self._required

    @property
    def is_fresh(self) -> bool:
        """Whether who there is was looked up a moment ago."""
        return self._clock() - self._counted_at <= _FRESH

    def knows(self, cookie: str | None) -> bool:
        """Whether it takes no look into the project to say whose session this is, if it is anybody's."""
        return not (cookie and self._required) or self._logins.knows(cookie)

    def look_up(self, cookie: str) -> None:
        self._logins.look_up(cookie)

    def refresh(self) -> None:
        """Look up who there is, and whether any has a password: another process may have changed that."""
        users = self._project.users
        self._logins.refresh()
        self._required = any(map(self._has_password, users))
        self._users, self._counted_at = users, self._clock()

    def _people(self) -> list[User]:
        if not self.is_fresh:
            self.refresh()
        return self._users

    def csrf(self, cookie: str | None) -> str:
        """The token of a session, which only the studio's own page can have read; it lasts as long as the session."""
        return hmac.new(cookie.encode() if cookie else self._secret, b"csrf", hashlib.sha256).hexdigest()

    def is_csrf(self, token: str | None, cookie: str | None) -> bool:
        return token is not None and hmac.compare_digest(token.encode(), self.csrf(cookie).encode())

    @cached_property
    def _nobody(self) -> str:
        """What a name that nobody has is compared with, so that it takes as long as one that somebody has."""
        return self._hasher.hash(secrets.token_hex(16))

    def _fits(self, stored: str, password: str) -> bool:
        """Two at a time: each takes 64 MiB, on purpose."""
        try:
            with self._turns:
                return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _require_patience(self, name: str, address: str) -> None:
        """Five wrong passwords a minute for a name from one address, and twenty from an address over all names."""
        now = self._clock()
        with self._lock:
            recent = {key: [at for at in times if now - at < _WINDOW] for key, times in self._failures.items()}
            self._failures = {key: times for key, times in recent.items() if times}
            of_name = self._failures.get((name, address), [])
            of_place = [at for (_, where), times in self._failures.items() if where == address for at in times]
        for times, limit in ((of_name, _FAILURES), (of_place, 4 * _FAILURES)):
            if len(times) >= limit:
                wait = max(1, round(_WINDOW - (now - min(times))) + 1)
                raise Refused(429, f"Too many wrong passwords. Wait {wait} s, and try again.", retry_after=wait)

    def _require_a_way_in(self, role: Role, password: str | None) -> None:
        """From the first password on everybody has to log in, so an owner has to be able to."""
        owners = (user for user in self._project.users if user.role == "owner")
        if password is not None and role != "owner" and not any(map(self._has_password, owners)):
            raise Refused(409, "No owner has a password, and nobody could let people in. Give an owner one first.")

    def _has_password(self, user: User) -> bool:
        return self._project.password_hash(user.name) is not None

    def _hash(self, password: str | None) -> str | None:
        return None if password is None else self._hasher.hash(password)
