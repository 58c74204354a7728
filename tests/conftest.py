"""What all tests share: where the real data lies, when it is there at all."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("pointreel", parent=settings(), deadline=None)  # nothing is timed in a test
settings.load_profile("pointreel")

SHARED = Path(os.environ.get("POINTREEL_SHARED", Path(__file__).parents[1].parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real videos and masks beside the checkout; its tests are skipped, visibly, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real data not found at {SHARED}; set POINTREEL_SHARED to its folder")
    return SHARED
