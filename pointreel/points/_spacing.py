"""Random pixels of a mask that keep a distance from each other, and as many as asked for wherever so many fit.

First pixels are taken in random order, each if it is far enough from those taken before. Where there is room this is
the whole of it, and the first k of n points are the k points that the same generator state gives for k. Where the mask
runs out of free pixels too early, the points are moved apart until more fit: see ``_packing``.
"""

import numpy as np
from numpy.typing import NDArray

from ._packing import pack
from ._pixels import Places, box_of, first_by_key
from ._room import Room

_FIRST, _CHUNK = 256, 4096


def spaced_pixels(mask: NDArray[np.bool_], num: int, distance: float, rng: np.random.Generator) -> Places:
    """At most ``num`` random pixels of a mask, each pair at least ``distance`` apart; fewer only where no more fit."""
    box = box_of(mask)
    if box is None or num <= 0:
        return np.empty((0, 2), np.int64)
    left, right, top, bottom = box
    room = Room(np.ascontiguousarray(mask[top : bottom + 1, left : right + 1]), distance)
    chosen = _in_random_order(room, num, rng)
    if len(chosen) < min(num, room.num_pixels):
        chosen = pack(room, chosen, num, rng)
    xy: Places = room.places(chosen) + np.array([left, top])
    return xy


def _in_random_order(room: Room, num: int, rng: np.random.Generator) -> list[int]:
    """Random sequential insertion. The first pixels of the order nearly always do: the others are sorted if not."""
    keys = rng.random(room.num_pixels)
    free, chosen = room.mask.copy(), list[int]()
    room.fill(free, chosen, room.flat[first_by_key(keys, _FIRST)], num)
    if len(chosen) < num and room.num_pixels > _FIRST:
        order = room.flat[first_by_key(keys, room.num_pixels)]
        for start in range(_FIRST, len(order), _CHUNK):
            room.fill(free, chosen, order[start : start + _CHUNK], num)
    return chosen
