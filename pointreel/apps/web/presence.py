"""Whether a server is still there that said it does something: it says so again and again, while it does."""

import os
import socket
import time
from collections.abc import Callable
from uuid import uuid4

from ...store import Project, RunningJob
from .repeated import Repeated

_EVERY, _SILENT = 15.0, 120.0
"""Seconds after which a server says that it is there, and after which one that does not is taken to be gone."""


class Presence:
    """This server, for others on the same project. How long a step of a job takes has nothing to do with it."""

    def __init__(self, project: Project, works: Callable[[], bool]) -> None:
        self.name = name_of_server()
        self._project, self._works = project, works
        self._said = Repeated(self._say, every=_EVERY, name="presence")

    def begin(self) -> None:
        self._said.begin()

    def close(self) -> None:
        self._said.close()

    def _say(self) -> None:
        if self._works():
            self._project.see_jobs(self.name)


def name_of_server() -> str:
    """A name that no other server has, and by which its process can be found on this machine."""
    return f"{socket.gethostname()} {os.getpid()} {uuid4().hex}"


def is_there(job: RunningJob) -> bool:
    if time.time() - job.seen_at.timestamp() > _SILENT:
        return False
    host, pid, _ = job.server.rsplit(" ", 2)
    return host != socket.gethostname() or _runs(int(pid))


def _runs(pid: int) -> bool:
    """Whether there is such a process, and it is another one: a number may be given to the next server again."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # there is one, of somebody else
        pass
    return True
