"""What all tests share: where the real data lies, when it is there at all; one thread; and which run in one process."""

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded; as many processes as cores test at once

import pytest
from hypothesis import settings

settings.register_profile("pointreel", parent=settings(), deadline=None)  # nothing is timed in a test
settings.load_profile("pointreel")

SHARED = Path(os.environ.get("POINTREEL_SHARED", Path(__file__).parents[1].parent / "shared"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes one tests a file, and one tests all that needs the demo, so that it is made once."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            needs_demo = "demo_folder" in getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.xdist_group("demo" if needs_demo else str(item.path)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real videos and masks beside the checkout; its tests are skipped, visibly, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real data not found at {SHARED}; set POINTREEL_SHARED to its folder")
    return SHARED
