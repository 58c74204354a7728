"""The command line. Each command is one file, with examples that the tests run.

Exit codes: 0 done · 1 the input is at fault, and the message says where · 2 the command was typed wrongly ·
3 a conversion would lose something and ``--allow-loss`` was not given · 4 done, but broken frames were skipped ·
130 interrupted.
"""

import errno
import os
import sys

from ...core import PointreelError, WouldLose

INPUT_AT_FAULT, WOULD_LOSE, INTERRUPTED = 1, 3, 130

_SPINS = "3000"
_ELSEWHERE = "Choose another place."
_ADVICE = {
    errno.ENOENT: "Check the path.",
    errno.ENOTDIR: f"A part of this path is a file. {_ELSEWHERE}",
    errno.EEXIST: f"It is in the way. {_ELSEWHERE}",
    errno.EISDIR: "Name a file in it, or another one.",
    errno.EACCES: f"You may not do this here. {_ELSEWHERE}",
    errno.EPERM: f"You may not do this here. {_ELSEWHERE}",
    errno.EROFS: _ELSEWHERE,
    errno.ENOSPC: f"Make room, and type the same again. {_ELSEWHERE}",
}
"""What to do about what the system says."""


def main() -> None:
    """Run the command line; what is the input's fault ends as one line on the error stream."""
    _let_threads_sleep()
    from .app import app

    try:
        app()
    except WouldLose as error:
        sys.exit(_complain(error, WOULD_LOSE))
    except PointreelError as error:
        sys.exit(_complain(error, INPUT_AT_FAULT))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(INPUT_AT_FAULT)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        advice = _ADVICE.get(error.errno or 0, "")
        sys.exit(_complain(f"{place}{error.strerror or error}. {advice}", INPUT_AT_FAULT))
    except KeyboardInterrupt:
        sys.exit(_complain("interrupted; nothing half-written is left behind", INTERRUPTED))


def _let_threads_sleep() -> None:
    """Before torch is loaded, which reads this once; what the user has set stays.

    Threads that spin while they wait take the cores from each other and from all else that runs. Threads that sleep at
    once are woken too often: where nothing else runs a track takes a quarter longer. So they spin for a moment.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
        os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)


def _complain(problem: object, code: int) -> int:
    one_line = " ".join(str(problem).split())
    print(f"pointreel: {one_line}", file=sys.stderr)  # noqa: T201 - the one place that prints errors
    return code
