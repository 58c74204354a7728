"""The pixels inside polygons, as pycocotools rasterises them, to the byte.

The rule, so that it can be told apart from others: corners are put on a grid five times as fine, sides are drawn on
that grid one point per step of their longer direction, and where the outline passes the middle of a pixel column the
mask changes at the next pixel below. Pixel centres are therefore at .5 here, as COCO's annotations have them.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._rle import Edges, canonical
from .errors import MaskError
from .mask_ops import combine

_FINER = 5.0
_FAR = 1e6

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def edges_from_polygons(polygons: Iterable[ArrayLike], height: int, width: int) -> Edges:
    """The union of polygons, each a flat list x, y, x, y, ... or an (N, 2) array of corners."""
    parts: Sequence[Edges] = [_edges_from_corners(_corners(part), height, width) for part in polygons]
    if len(parts) == 1:
        return parts[0]
    return combine([np.empty(0, np.int64), *parts], height * width, at_least=1)


def _corners(polygon: ArrayLike) -> Floats:
    numbers = np.asarray(polygon, np.float64).reshape(-1)
    if len(numbers) < 6 or len(numbers) % 2:
        raise MaskError(f"a polygon has {len(numbers)} numbers; it needs at least 3 corners of 2 numbers each")
    if not (np.abs(numbers) < _FAR).all():
        bad = numbers[~(np.abs(numbers) < _FAR)][0]
        raise MaskError(f"a polygon has the coordinate {bad}; they are numbers below a million")
    return numbers.reshape(-1, 2)


def _edges_from_corners(corners: Floats, height: int, width: int) -> Edges:
    x, y = _outline(np.trunc(_FINER * corners + 0.5).astype(np.int64))
    step = np.flatnonzero(np.diff(x))
    left = np.where(x[step + 1] < x[step], x[step + 1], x[step + 1] - 1)
    column = (left + 0.5) / _FINER - 0.5
    row = (np.minimum(y[step], y[step + 1]) + 0.5) / _FINER - 0.5
    middle = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    below = np.ceil(np.clip(row[middle], 0, height)).astype(np.int64)
    toggles = column[middle].astype(np.int64) * height + below
    toggles.sort()
    return canonical(toggles, height * width)


def _outline(corner: Ints) -> tuple[Ints, Ints]:
    """Every grid point of a closed outline, in order; a corner is there once for each of its two sides.

    A side is always computed from its end with the smaller major coordinate, so that it does not depend on direction.
    """
    start, end = corner, np.roll(corner, -1, axis=0)
    size = np.abs(end - start)
    flat = size[:, 0] >= size[:, 1]
    long = np.where(flat, size[:, 0], size[:, 1])
    ahead = np.where(flat, end[:, 0] - start[:, 0], end[:, 1] - start[:, 1]) >= 0
    origin, target = np.where(ahead[:, None], start, end), np.where(ahead[:, None], end, start)
    across = np.where(flat, target[:, 1] - origin[:, 1], target[:, 0] - origin[:, 0])
    slope = across / np.maximum(long, 1)
    side = np.repeat(np.arange(len(corner)), long + 1)
    first = np.cumsum(long + 1) - (long + 1)
    t = np.arange(len(side)) - first[side]
    t = np.where(ahead[side], t, long[side] - t)
    origin, flat = origin[side], flat[side]
    minor = np.trunc(np.where(flat, origin[:, 1], origin[:, 0]) + slope[side] * t + 0.5).astype(np.int64)
    major = np.where(flat, origin[:, 0], origin[:, 1]) + t
    return np.where(flat, major, minor), np.where(flat, minor, major)
