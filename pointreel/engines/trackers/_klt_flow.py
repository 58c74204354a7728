"""Lucas and Kanade's step from one grey frame to the next, there and back, for all points in one call.

OpenCV's Python functions take pictures and no pyramids, so a call builds the pyramids of both frames: what is asked for
together shares them, and points are never followed one by one.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WINDOW = (17, 17)
_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 0.02)
_LEAST_LEVELS, _FINEST_SIDE = 3, 480
FAR = 1e3


@dataclass(frozen=True, slots=True)
class Grey:
    """A grey frame: bytes for steps, and the same as floats for patches."""

    pixels: NDArray[np.uint8]
    image: Floats

    @classmethod
    def of(cls, rgb: NDArray[np.uint8]) -> "Grey":
        pixels = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
        return cls(pixels, pixels.astype(np.float32))

    @property
    def num_levels(self) -> int:
        """Large frames have more levels, so that the same motion in parts of the frame is followed."""
        return _LEAST_LEVELS + max(0, round(math.log2(max(self.size) / _FINEST_SIDE)))

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.image.shape
        return height, width

    def holds(self, xy: Floats) -> NDArray[np.bool_]:
        """Which places are within the frame, to the outer edges of its pixels."""
        height, width = self.size
        return np.asarray(((xy >= -0.5) & (xy < (width - 0.5, height - 0.5))).all(axis=1), np.bool_)


def step(before: Grey, after: Grey, xy: Floats, guess: Floats | None = None) -> tuple[Floats, Floats]:
    """Where points went, and how far from its start each is when it is followed back; ``FAR`` where it got lost."""
    if not len(xy):
        return xy.copy(), np.zeros(0, np.float32)
    there, found = _follow(before, after, xy, guess)
    back, returned = _follow(after, before, there, None if guess is None else there + (xy - guess))
    apart = np.linalg.norm(back - xy, axis=1).astype(np.float32)
    apart[~(found & returned) | ~np.isfinite(apart)] = FAR
    return np.where((apart < FAR)[:, None], there, xy), apart


def _follow(before: Grey, after: Grey, xy: Floats, guess: Floats | None) -> tuple[Floats, NDArray[np.bool_]]:
    start = np.array(xy, np.float32, order="C").reshape(-1, 1, 2)
    end = np.array(xy if guess is None else guess, np.float32, order="C").reshape(-1, 1, 2)
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        before.pixels,
        after.pixels,
        start,
        end,
        winSize=WINDOW,
        maxLevel=before.num_levels,
        criteria=_STOP,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        minEigThreshold=1e-5,
    )
    return np.asarray(moved, np.float32).reshape(-1, 2), np.asarray(found).reshape(-1) > 0
