"""The package as a whole: what importing it costs, and that it says one version."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import pointreel

HEAVY = ("torch", "cv2", "av", "scipy", "matplotlib", "PIL", "pycocotools", "typer", "rich")


def modules_after(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


@pytest.mark.parametrize("statement", ["import pointreel", "import pointreel.core"])
def test_importing_is_light(statement: str) -> None:
    assert not modules_after(statement) & set(HEAVY)


@pytest.mark.parametrize("room", ["video", "points", "formats"])
def test_no_room_needs_torch_or_a_command_line(room: str) -> None:
    assert not modules_after(f"import pointreel; pointreel.{room}") & {
        "torch",
        "typer",
        "rich",
        "pycocotools",
        "matplotlib",
    }


def test_version_is_the_installed_one() -> None:
    assert version("pointreel") == pointreel.__version__


def test_a_room_that_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'cellar'"):
        pointreel.cellar  # noqa: B018
