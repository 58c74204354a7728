"""Pixels of masks as lists of places, and random choices among them that are the same on every platform."""

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

from pointreel.core.protocols import Scene

Places = NDArray[np.int64]
"""(N, 2) xy of pixels."""


def pixels_of(mask: NDArray[np.bool_]) -> Places:
    """Every pixel of a mask, row by row."""
    ys, xs = np.nonzero(mask)
    return np.column_stack([xs, ys])


def random_pixels(mask: NDArray[np.bool_], num: int, rng: np.random.Generator) -> Places:
    """At most ``num`` different pixels of a mask, in random order."""
    flat = np.flatnonzero(mask)
    chosen = flat[first_of_shuffle(len(flat), num, rng)]
    return np.column_stack([chosen % mask.shape[1], chosen // mask.shape[1]])


def first_of_shuffle(num_items: int, num: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """The first ``num`` of ``num_items`` indices in random order: those of the smallest of that many random numbers.

    ``rng.permutation`` may change from one NumPy to the next and ``rng.random`` has not, so the order is made here.
    One number is drawn per item, however few are asked for: asking for more only makes the list longer.
    """
    return first_by_key(rng.random(num_items), num)


def first_by_key(keys: NDArray[np.float64], num: int) -> NDArray[np.int64]:
    """Indices of the ``num`` smallest keys, smallest first; equal keys by index."""
    if 0 < num < len(keys):
        near = np.flatnonzero(keys <= np.partition(keys, num - 1)[num - 1])
    else:
        near = np.arange(len(keys))
    return near[np.argsort(keys[near], kind="stable")][: max(num, 0)]


def background_of(scene: Scene) -> NDArray[np.bool_]:
    """What is surely not the object: neither its mask nor void."""
    return ~scene.mask if scene.void is None else ~(scene.mask | scene.void)


def box_of(mask: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """First and last column, first and last row of a mask, all inclusive; None where it is empty."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return None
    return int(columns[0]), int(columns[-1]), int(rows[0]), int(rows[-1])


def generator(seed: int, *key: str | int) -> np.random.Generator:
    """A generator of its own for each key, so that no result depends on what was drawn before it, or where.

    >>> float(generator(0, "dog", 3).random()) == float(generator(0, "dog", 3).random())
    True
    """
    digest = hashlib.sha256(json.dumps([seed, *key]).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def repeated(mask: NDArray[np.bool_], num: int, *, repeat: bool) -> Places | None:
    """What a mask with fewer than ``num`` pixels gives: each once, or again and again; None where it has enough."""
    if num <= 0:
        return np.empty((0, 2), np.int64)
    if np.count_nonzero(mask) >= num:
        return None
    xy = pixels_of(mask)
    return xy[np.arange(num) % len(xy)] if repeat and len(xy) else xy
