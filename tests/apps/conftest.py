"""One small demo for all tests of the command line, and the command line itself."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pointreel.apps.cli import main

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a small ``demo/`` lies, as `make demo` makes it, and what was said. Nobody writes into it."""
    folder = tmp_path_factory.mktemp("work")
    done = in_a_process(folder, "demo", "--out", "demo", "--frames", "21", "--height", "96")
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout)
    return folder


@pytest.fixture
def run_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in a folder: ``run_in(folder, "info", "clip.mp4")``. Here: a process takes a second."""

    def run(folder: Path, *words: str) -> Done:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["pointreel", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Done(words, end.value.code or 0, said.out, said.err)  # type: ignore[arg-type]

    return run


@pytest.fixture
def run(demo_folder: Path, run_in: Run) -> Run:
    """Run the command line beside ``demo/``: ``run("info", "demo/clip.mp4")``."""
    return partial(run_in, demo_folder)


def in_a_process(folder: Path, *words: str) -> Done:
    """The command as a process of its own, where that is what is tested."""
    command = [sys.executable, "-c", "from pointreel.apps.cli import main; main()", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
