"""Whether a server is still there that said it does something."""

import os
import socket
import time
from uuid import uuid4

from ...store import RunningJob

_SILENT = 120.0
"""Seconds after which a server of another machine, which cannot be looked for, is taken to be gone."""


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
