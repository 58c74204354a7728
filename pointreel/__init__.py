"""pointreel: a few points become masks through a whole video, and masks become verified points.

The rooms are imported when they are first named, so ``import pointreel`` needs neither torch nor OpenCV:

>>> import pointreel
>>> pointreel.core.Mask.from_array([[0, 1], [1, 1]]).area
3
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .apps.tracking import track

__version__ = "0.1.0"

ROOMS = ("core", "video", "points", "formats", "engines", "store", "systems", "evaluate", "apps")

__all__ = ["__version__", "track", *ROOMS]


def __getattr__(name: str) -> ModuleType:
    if name in ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "track":  # declared above for those who check types, and loaded here when it is called for
        function: ModuleType = importlib.import_module(f"{__name__}.apps.tracking").track
        return function
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
