"""A mask as room for points that keep a distance: whole-number arithmetic on the raster around each point."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ._pixels import Places


class Room:
    """The pixels of a mask, numbered row by row, and how much two points on them would overlap.

    Points p and q overlap by ``squared - |p - q|²`` where that is positive. Squared distances of pixels are whole
    numbers, so nothing here is rounded, and everything costs what the surroundings of one point cost.
    """

    def __init__(self, mask: NDArray[np.bool_], distance: float) -> None:
        self.mask = mask
        self.height, self.width = mask.shape
        self.squared = max(1, math.ceil(distance * distance))
        self.flat = np.flatnonzero(mask)
        self.reach_y = min(math.isqrt(self.squared - 1), self.height - 1)
        self.reach_x = min(math.isqrt(self.squared - 1), self.width - 1)
        dy = np.arange(-self.reach_y, self.reach_y + 1, dtype=np.int64)[:, None]
        dx = np.arange(-self.reach_x, self.reach_x + 1, dtype=np.int64)[None, :]
        self.overlap = np.maximum(self.squared - dy * dy - dx * dx, 0)
        self.near = self.overlap > 0

    @property
    def num_pixels(self) -> int:
        return len(self.flat)

    def places(self, chosen: Sequence[int] | NDArray[np.int64]) -> Places:
        """The xy of pixels given by their place in the raster."""
        flat = np.asarray(chosen, np.int64)
        return np.column_stack([flat % self.width, flat // self.width])

    def around(self, pixel: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Where the surroundings of a pixel lie in the raster, and in ``overlap`` and ``near``."""
        y, x = divmod(pixel, self.width)
        top, left = max(y - self.reach_y, 0), max(x - self.reach_x, 0)
        bottom, right = min(y + self.reach_y + 1, self.height), min(x + self.reach_x + 1, self.width)
        dy, dx = self.reach_y - y, self.reach_x - x
        return (
            (slice(top, bottom), slice(left, right)),
            (slice(top + dy, bottom + dy), slice(left + dx, right + dx)),
        )

    def fill(self, free: NDArray[np.bool_], chosen: list[int], order: NDArray[np.int64], num: int) -> list[int]:
        """Add pixels to ``chosen`` in this order wherever they are still ``free``, until there are ``num``."""
        waiting = order
        while len(chosen) < num:
            waiting = waiting[free.ravel()[waiting]]
            if not len(waiting):
                break
            chosen.append(int(waiting[0]))
            self.block(free, chosen[-1])
        return chosen

    def block(self, free: NDArray[np.bool_], pixel: int) -> None:
        """No pixel nearer to this one is free any more."""
        here, there = self.around(pixel)
        free[here] &= ~self.near[there]
