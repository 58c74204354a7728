"""Thin parts of things, which people cut out of photographs too coarsely: a leash, a rod, the strings of a kite."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from .berkeley import Picture
from .stock import Cutout

_MOST, _FINE = 4, 8
_SHORTEST, _LONGEST, _ROOM = 0.5, 2.5, 200


def with_strings(cutout: Cutout, rng: np.random.Generator) -> Cutout:
    """The thing with one to four thin lines, all of one colour, that go out from about one place on it."""
    length = min(_ROOM, int(rng.uniform(_SHORTEST, _LONGEST) * cutout.area**0.5))
    rgba = np.pad(cutout.rgba, ((length, length), (length, length), (0, 0)))
    strings = _drawn(rgba[..., 3] > 127, length, rng)
    rgba[strings > 0, :3] = _colour(rng)
    rgba[..., 3] = np.maximum(rgba[..., 3], strings)
    left, top = cutout.corner
    return replace(cutout, rgba=rgba, corner=(left - length, top - length))


def _drawn(thing: NDArray[np.bool_], length: int, rng: np.random.Generator) -> Picture:
    """How much of each pixel is covered by the lines."""
    rows, columns = np.nonzero(thing)
    k, turn, width = int(rng.integers(len(rows))), rng.uniform(0, 2 * np.pi), int(rng.choice([1, 1, 2, 3]))
    lines = np.zeros(thing.shape, np.uint8)
    for _ in range(int(rng.integers(1, _MOST + 1))):
        start = np.array([columns[k], rows[k]]) + rng.normal(0, 0.06 * length, 2)
        angle = turn + rng.normal(0, 0.25)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        t, sag = np.linspace(0, 1, 12)[:, None], rng.normal(0, 0.1)
        line = start + length * (t * along + sag * 4 * t * (1 - t) * across)
        cv2.polylines(lines, [np.round(line * 2**_FINE).astype(np.int32)], False, 255, width, cv2.LINE_AA, _FINE)
    return lines


def _colour(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Often nearly black or nearly white."""
    low, high = [(0, 70), (190, 256), (0, 256)][int(rng.integers(3))]
    tone, tint = rng.integers(low, high), rng.normal(0, 25, 3)
    return np.clip(tone + tint, 0, 255).astype(np.uint8)
