"""Tiles in which no two points fit: no more points than tiles can be put on a mask."""

import math

import numpy as np
from numpy.typing import NDArray

from ._pixels import Places

_LARGE = 20_000

Tiling = NDArray[np.int64]
"""(N,) the number of each pixel's tile, from 0."""


def fewest_tiles(xy: Places, squared: int) -> Tiling:
    """The best of ``tilings``: the number of its tiles bounds the number of points from above."""
    return min(tilings(xy, squared), key=lambda tiling: int(tiling.max()))


def tilings(xy: Places, squared: int) -> list[Tiling]:
    """Tilings with tiles of every shape, in strips along the columns and along the rows."""
    found = []
    for width in _shapes(math.isqrt(squared - 1), few=len(xy) > _LARGE):
        height = math.isqrt(squared - 1 - width * width)
        found += [_strips(xy, width, height), _strips(xy[:, ::-1], width, height)]
    return found


def _shapes(longest: int, *, few: bool) -> list[int]:
    """Widths of tiles to try: the short ones, for thin masks, and some up to the longest; or ``few``: near squares."""
    if few:
        return [longest * 5 // 7]
    return sorted({*range(min(longest, 4) + 1), *(longest * k // 12 for k in range(13))})


def _strips(xy: Places, width: int, height: int) -> Tiling:
    """Tiles whose pixels are at most ``width`` and ``height`` apart, each started at the first pixel that is left."""
    strip = _greedy(xy[:, 0], width)
    order = np.lexsort((xy[:, 1], strip))
    along = xy[order, 1] + strip[order] * (int(xy[:, 1].max()) + height + 2)
    tiling = np.empty(len(xy), np.int64)
    tiling[order] = _greedy(along, height)
    return tiling


def _greedy(values: NDArray[np.int64], extent: int) -> NDArray[np.int64]:
    """Group numbers: a group starts at the smallest value left and takes all that are at most ``extent`` above it."""
    distinct = np.unique(values)
    starts, first = [], 0
    while first < len(distinct):
        starts.append(int(distinct[first]))
        first = int(np.searchsorted(distinct, distinct[first] + extent, side="right"))
    return np.searchsorted(np.array(starts), values, side="right") - 1
