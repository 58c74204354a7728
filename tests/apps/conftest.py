"""One small demo for all tests of the command line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a small ``demo/`` lies, as `make demo` makes it."""
    folder = tmp_path_factory.mktemp("work")
    done = pointreel(folder, "demo", "--out", "demo", "--frames", "21", "--height", "96")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(demo_folder: Path) -> Run:
    """Run the command line beside ``demo/``: ``run("info", "demo/clip.mp4")``."""
    return lambda *words: pointreel(demo_folder, *words)


def pointreel(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pointreel.apps.cli import main; main()", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
