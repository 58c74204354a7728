"""The largest set of pixels that keep their distance, by search: a proof for small masks.

Pixels are bits of whole numbers, and ``near[k]`` are those too near to pixel k, itself among them. A pixel is left out
from the start when another one stands in fewer ways: near[a] within near[b] means that a can always stand in for b.
That leaves little but the edge of a small mask. Then: a set that cannot grow has a pixel in every surroundings near[k],
so it is enough to try each pixel of one of them in turn.
"""

import numpy as np
from numpy.typing import NDArray

from ._pixels import Places
from ._room import Room
from ._tiles import tilings

PROVEN_PIXELS = 1500
PROVEN_POINTS = 200
"""The search is as deep as the set is large, and Python's stack is not deeper than a thousand calls."""
NUM_BRANCHES = 5000
_NUM_TILINGS = 4
_BLOCK = 64


def largest_set(room: Room, chosen: list[int], wanted: int) -> tuple[list[int], bool]:
    """A larger set than ``chosen``, up to ``wanted``, if one was found; and whether there is surely none larger."""
    xy = room.places(room.flat)
    near = _near(xy, room.squared)
    kept = _undominated_by_neighbours(room, near)
    kept = kept[_undominated(near[np.ix_(kept, kept)])]
    search = _Search(near[np.ix_(kept, kept)], _tiles_as_bits(xy[kept], room.squared), len(chosen), wanted)
    search.extend((1 << len(kept)) - 1, ())
    best = [int(room.flat[kept[k]]) for k in search.best] or chosen
    return best, search.branches > 0 or len(best) >= wanted


class _Search:
    """Branch and bound. ``best`` is the largest set found that is larger than what was known."""

    def __init__(self, near: NDArray[np.bool_], tilings: list[list[int]], known: int, wanted: int) -> None:
        self.near = [_bits(row) for row in near]
        self.tilings = tilings
        self.size, self.wanted = known, wanted
        self.best: tuple[int, ...] = ()
        self.branches = NUM_BRANCHES

    def extend(self, free: int, chosen: tuple[int, ...]) -> None:
        """Try all sets that add some of the ``free`` pixels, which are far enough from those ``chosen``."""
        if len(chosen) > self.size:
            self.size, self.best = len(chosen), chosen
        around = self.near[_lowest(free)] & free if free else 0
        while around and self.size < self.wanted and self.branches > 0:
            if len(chosen) + self._bound(free) <= self.size:
                return
            self.branches -= 1
            k = _lowest(around)
            self.extend(free & ~self.near[k], (*chosen, k))
            around, free = around & ~(1 << k), free & ~(1 << k)

    def _bound(self, free: int) -> int:
        return min(sum(1 for tile in tiling if tile & free) for tiling in self.tilings)


def _near(xy: Places, squared: int) -> NDArray[np.bool_]:
    """(N, N) which pixels are too near to which; made in blocks of rows that stay in the cache."""
    x, y = xy[:, 0].astype(np.int32), xy[:, 1].astype(np.int32)
    near = np.empty((len(xy), len(xy)), np.bool_)
    for start in range(0, len(xy), _BLOCK):
        rows = slice(start, start + _BLOCK)
        dx, dy = x[rows, None] - x[None, :], y[rows, None] - y[None, :]
        np.less(dx * dx + dy * dy, squared, out=near[rows])
    return near


def _undominated_by_neighbours(room: Room, near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices left when pixels are dropped that one of the eight around them can stand in for: a fast first cut."""
    bits = np.packbits(near, axis=1)
    number = np.full((room.height + 2, room.width + 2), -1, np.int64)
    number[1:-1, 1:-1][room.mask] = np.arange(len(near))
    dropped = np.zeros(len(near), np.bool_)
    for dy, dx in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
        a = number[1 + dy : 1 + dy + room.height, 1 + dx : 1 + dx + room.width][room.mask]
        b = np.flatnonzero(a >= 0)
        a = a[b]
        a_within_b = ~(bits[a] & ~bits[b]).any(axis=1)
        b_within_a = ~(bits[b] & ~bits[a]).any(axis=1)
        dropped[b[a_within_b & (~b_within_a | (a < b))]] = True
    return np.flatnonzero(~dropped)


def _undominated(near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices left when pixels are dropped that any other one can stand in for, until there are none such."""
    kept = np.arange(len(near))
    while True:
        rest = near[np.ix_(kept, kept)]
        counts = rest.astype(np.float32)
        within = counts @ counts == rest.sum(axis=1)[:, None]
        earlier = np.triu(np.ones_like(rest), 1)
        dropped = (within & (~within.T | earlier)).any(axis=0)
        if not dropped.any():
            return kept
        kept = kept[~dropped]


def _tiles_as_bits(xy: Places, squared: int) -> list[list[int]]:
    best = sorted(tilings(xy, squared), key=lambda tiling: int(tiling.max()))[:_NUM_TILINGS]
    return [[_bits(tiling == tile) for tile in range(int(tiling.max()) + 1)] for tiling in best]


def _bits(flags: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
