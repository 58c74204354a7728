"""Corners of the picture under the mask, which are good to track; k-medoids where there are too few (SAM-PT).

Corners are looked for away from the object's edge: the mask is eroded by 6 % of the diagonal of its box, or by 2 % or
1 % where fewer than 10 pixels would be left, or else not at all. Needs the picture.
"""

from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from pointreel.core import PointreelError, Points
from pointreel.core.protocols import Scene
from pointreel.points._pixels import box_of, repeated

from . import k_medoids

_EROSIONS = (0.06, 0.02, 0.01)
_MIN_PIXELS = 10
_QUALITY = 0.001
_BLOCK = 3
_GRADIENT = 3


@dataclass(frozen=True, kw_only=True)
class Config:
    """``max_pixels``: of how many random pixels k-medoids makes the points that are missing. ``repeat`` as there."""

    max_pixels: int = 2000
    repeat: bool = False


@dataclass(frozen=True)
class ShiTomasiSampler:
    config: Config

    def sample(self, scene: Scene, num_points: int, rng: np.random.Generator) -> Points:
        few = repeated(scene.mask, num_points, repeat=self.config.repeat)
        if few is not None and not (self.config.repeat and len(few)):
            return Points.on(few)
        corners = Points.on(_corners(_picture(scene), inner(scene.mask), num_points))
        num_missing = num_points - len(corners)
        if num_missing == 0:
            return corners
        filler = k_medoids.build(k_medoids.Config(max_pixels=self.config.max_pixels, repeat=self.config.repeat))
        return corners + filler.sample(scene, num_missing, rng)


def inner(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without its edge, as much of it as leaves enough pixels to look at."""
    tried = chain((eroded(mask, share) for share in _EROSIONS), (mask,))
    return next((smaller for smaller in tried if smaller.sum() >= _MIN_PIXELS), mask)


def eroded(mask: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Erode by a square with ``share`` of the diagonal of the mask's box as its side; by 3 x 3 where that is no pixel.

    The latter is what OpenCV makes of an empty square, and what the official code relies on unknowingly. Beyond the
    frame the mask goes on, so that its border takes nothing away.
    """
    side = int(_diagonal(mask) * share)
    square = np.ones((side, side), np.uint8)
    smaller = cv2.erode(mask.astype(np.uint8), square)
    return np.asarray(smaller, np.bool_)


def _corners(rgb: NDArray[np.uint8], mask: NDArray[np.bool_], num: int) -> NDArray[np.float32]:
    """The strongest corners under the mask, strongest first, at least a share of the mask's diagonal apart."""
    corners = cv2.goodFeaturesToTrack(
        cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY),
        maxCorners=num,
        qualityLevel=_QUALITY,
        minDistance=_diagonal(mask) / num,
        mask=mask.astype(np.uint8),
        blockSize=_BLOCK,
        gradientSize=_GRADIENT,
    )
    return np.empty((0, 2), np.float32) if corners is None else np.asarray(corners, np.float32).reshape(-1, 2)


def _diagonal(mask: NDArray[np.bool_]) -> float:
    """From the first to the last pixel of the mask's box, in float32 as the official code has it."""
    box = box_of(mask)
    if box is None:
        return 0.0
    left, right, top, bottom = box
    return float(np.sqrt(np.float32((right - left) ** 2 + (bottom - top) ** 2)))


def _picture(scene: Scene) -> NDArray[np.uint8]:
    if scene.rgb is None:
        raise PointreelError("The point sampler 'shi-tomasi' looks for corners in the picture: give the scene its rgb.")
    return scene.rgb


def build(config: Config) -> ShiTomasiSampler:
    return ShiTomasiSampler(config)
