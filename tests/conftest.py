"""What all tests share: where the real data lies, when it is there at all; one thread; and which run in one process."""

import os
from pathlib import Path, PurePosixPath

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded; as many processes as cores test at once

import pytest
from hypothesis import settings

settings.register_profile("pointreel", parent=settings(), deadline=None)  # nothing is timed in a test
settings.load_profile("pointreel")

SHARED = Path(os.environ.get("POINTREEL_SHARED", Path(__file__).parents[1].parent / "shared"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Of several processes one tests a file, and one the whole command line, so that its demo is made once."""
    from xdist.scheduler import LoadScopeScheduling

    class ByWhatIsShared(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = PurePosixPath(nodeid.split("::")[0])
            return str(file.parent if file.parent.name == "apps" else file)

    config.option.loadscopereorder = False  # the files with the most tests are not those that take longest
    return ByWhatIsShared(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real videos and masks beside the checkout; its tests are skipped, visibly, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"real data not found at {SHARED}; set POINTREEL_SHARED to its folder")
    return SHARED
