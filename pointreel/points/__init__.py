"""How points are picked from masks, and frames from videos: one file per strategy, found by its name.

>>> import numpy as np
>>> from pointreel.points import Scene, samplers
>>> dot = Scene(np.array([[False, True], [False, False]]))
>>> samplers.build("random").sample(dot, 10, np.random.default_rng(0)).xy.tolist()
[[1.0, 0.0]]

What holds for every sampler:

- Points are centres of pixels, positives on the mask, negatives off it and never on void.
- A mask with fewer pixels than points gives each of its pixels once; an empty mask gives no points, and no error.
- The same generator state gives the same points on every platform: randomness comes from ``rng.random`` only, and
  what is compared is integers, or floats whose every step is exactly rounded (Shi-Tomasi corners are OpenCV's).
"""

from pointreel.core import Shelf

from ._pixels import generator
from .from_masks import point_labels, reference_labels
from .scene import Scene

samplers = Shelf("point sampler", "pointreel.points.strategies")
frame_samplers = Shelf("frame sampler", "pointreel.points.frames")

__all__ = ["Scene", "frame_samplers", "generator", "point_labels", "reference_labels", "samplers"]
