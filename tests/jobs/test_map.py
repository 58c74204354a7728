"""Work on many items: what fails is listed, what dies is replaced, what is done stays done."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pointreel import jobs
from pointreel.core import FormatError, PointreelError
from pointreel.jobs import Outcome, Tell

WORKERS = pytest.mark.parametrize("num_workers", [1, 2])


def halved(item: int, tell: Tell) -> int:
    """Fails in three ways: with an error of ours, with one of Python's, and with its life."""
    tell(("half of", item))
    if item == 3:
        raise PointreelError("3: is odd. Give an even number.")
    if item == 5:
        return item // 0
    if item == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return item // 2


@WORKERS
def test_outcomes_come_in_the_order_of_the_items_and_failures_stop_nothing(num_workers: int) -> None:
    told: list[tuple[int, object]] = []
    found = jobs.map(
        halved, [8, 3, 6, 5, 4], num_workers=num_workers, watch=lambda item, said: told.append((item, said))
    )
    assert found == [
        Outcome(8, 4, is_done=True),
        Outcome(3, error="3: is odd. Give an even number."),
        Outcome(6, 3, is_done=True),
        Outcome(5, error="ZeroDivisionError: integer division or modulo by zero"),
        Outcome(4, 2, is_done=True),
    ]
    assert sorted(told) == sorted((item, ("half of", item)) for item in (8, 3, 6, 5, 4))


def test_an_item_that_takes_its_process_along_is_listed_too() -> None:
    found = jobs.map(halved, [8, 7, 6, 7, 4, 2], num_workers=2)
    assert [one.result for one in found] == [4, None, 3, None, 2, 1]
    assert [one.error is not None and "by signal 9" in one.error for one in found] == [False, True, False, True] + [
        False
    ] * 2


@WORKERS
def test_stopping_keeps_what_is_done(num_workers: int) -> None:
    seen: list[object] = []
    found = jobs.map(
        halved,
        list(range(0, 400, 8)),
        num_workers=num_workers,
        watch=lambda item, said: seen.append(item),
        stop=lambda: len(seen) >= 5,
    )
    done = [one for one in found if one.is_done]
    assert len(found) == 50
    assert 3 <= len(done) <= 10
    assert all(one.error is None for one in found)
    assert all(one.result == one.item // 2 for one in done)


def slow(item: int, tell: Tell) -> int:
    tell("begun")
    while True:
        tell("still at it")


@WORKERS
def test_a_function_that_tells_is_stopped_in_the_middle(num_workers: int) -> None:
    told: list[object] = []
    found = jobs.map(
        slow, [1, 2], num_workers=num_workers, watch=lambda item, said: told.append(said), stop=lambda: len(told) > 20
    )
    assert found == [Outcome(1), Outcome(2)]


def test_a_run_that_was_killed_goes_on_with_what_is_left(tmp_path: Path) -> None:
    journal, log = tmp_path / "run" / "journal", tmp_path / "log"
    script = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from pointreel import jobs

        def work(item, tell):
            with open({str(log)!r}, "a") as log:
                log.write(item + "\\n")
            if item == "c" and len(Path({str(log)!r}).read_text().split()) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            return {{"name": item}}

        print([one.result["name"] for one in jobs.map(work, list("abcd"), resume=Path({str(journal)!r}))])
        """
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with journal.open("ab") as file:
        file.write(b'{"item": "c", "res')  # as a kill in the middle of a line leaves it
    again = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert again.stdout == "['a', 'b', 'c', 'd']\n", again.stderr
    assert log.read_text().split() == ["a", "b", "c", "c", "d"]
    assert [json.loads(line)["item"] for line in journal.read_text().splitlines()] == ["a", "b", "c", "d"]


def test_wrong_journals_and_wrong_numbers_say_so(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("nothing of ours\n")
    with pytest.raises(FormatError, match="journal: line 1: found b'nothing of ours'"):
        jobs.map(halved, [2], resume=tmp_path / "journal")
    with pytest.raises(PointreelError, match="have the same name"):
        jobs.map(halved, [2, 2], resume=tmp_path / "other")
    with pytest.raises(PointreelError, match="cannot be written down"):
        jobs.map(lambda item, tell: {1, 2}, [2], resume=tmp_path / "third")
    with pytest.raises(PointreelError, match="Give 1 or more"):
        jobs.map(halved, [2], num_workers=0)


def unpicklable(item: int, tell: Tell) -> object:
    return lambda: item


def test_a_result_that_cannot_leave_its_process_is_a_failure_of_that_item() -> None:
    found = jobs.map(unpicklable, [1, 2], num_workers=2)
    assert all(one.error is not None and "cannot leave its process" in one.error for one in found)
