"""Work in several processes: in order, with the first error, never hanging on a worker that died or on Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pointreel.core import FormatError, PointreelError
from pointreel.evaluate._workers import run_tasks
from pointreel.evaluate.report import silent


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise FormatError(Path(f"{number}.png"), "", found="nothing", expected="a PNG")


def die(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("num_workers", [1, 2, 9])
def test_results_come_in_order(num_workers: int) -> None:
    found = run_tasks(double, range(7), num_workers=num_workers, progress=silent, what="")
    assert found == [0, 2, 4, 6, 8, 10, 12]


@pytest.mark.parametrize("num_workers", [1, 2])
def test_nothing_to_do_is_done_at_once(num_workers: int) -> None:
    assert run_tasks(double, [], num_workers=num_workers, progress=silent, what="") == []


@pytest.mark.parametrize("num_workers", [1, 2])
def test_the_first_error_comes_back_whole(num_workers: int) -> None:
    with pytest.raises(FormatError, match=r"^0\.png: found nothing, expected a PNG") as raised:
        run_tasks(fail, range(5), num_workers=num_workers, progress=silent, what="")
    assert raised.value.path == Path("0.png")


def test_a_worker_that_dies_ends_the_run() -> None:
    with pytest.raises(PointreelError, match="A worker process ended before its work was done"):
        run_tasks(die, range(20), num_workers=2, progress=silent, what="")


def test_no_workers_are_refused() -> None:
    with pytest.raises(PointreelError, match="0 workers"):
        run_tasks(double, [1], num_workers=0, progress=silent, what="")


SLOW = r"""
import os
import time

from pointreel.evaluate._workers import run_tasks
from pointreel.evaluate.report import silent

def slowly(number):
    if number < 2:
        os.write(1, b"begun\n")  # in one piece: both workers write
    time.sleep(0.2)

run_tasks(slowly, range(5000), num_workers=2, progress=silent, what="")
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_run(end: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    process.send_signal(end)
    process.communicate(timeout=20)  # ends when the last worker has closed its end of the pipes
    assert process.returncode not in (0, None)
    deadline = time.monotonic() + 20
    while group_exists(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not group_exists(process.pid)


def group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
