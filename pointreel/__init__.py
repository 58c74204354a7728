"""pointreel: a few points become masks through a whole video, and masks become verified points.

The rooms are imported when they are first named, so ``import pointreel`` needs neither torch nor OpenCV:

>>> import pointreel
>>> pointreel.core.Mask.from_array([[0, 1], [1, 1]]).area
3
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"

ROOMS = ("core", "video", "points", "formats", "engines", "evaluate", "apps")

__all__ = ["__version__", *ROOMS]


def __getattr__(name: str) -> ModuleType:
    if name in ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
