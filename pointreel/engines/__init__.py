"""Engines: what turns a prompt into a mask, carries masks through a video, or follows points.

Three shelves, one file per engine. Nothing is imported until an engine is asked for:

>>> from pointreel.engines import propagators
>>> small = propagators.build("small")              # doctest: +SKIP
>>> with small.open(video.info) as session:         # doctest: +SKIP
...     for frame in video:
...         records = session.push(frame, queries)
"""

import importlib

from ..core.plugins import Shelf

__all__ = ["propagators", "segmenters", "trackers"]

for _folder in ("segmenters", "propagators", "trackers"):
    importlib.import_module(f"{__name__}.{_folder}")  # else the first engine to come would put it in its shelf's place

segmenters = Shelf("segmenter", "pointreel.engines.segmenters")
propagators = Shelf("propagator", "pointreel.engines.propagators")
trackers = Shelf("tracker", "pointreel.engines.trackers")
