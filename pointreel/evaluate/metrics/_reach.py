"""How many pixels of one set lie within a radius of another set: the two sides of a contour's precision and recall.

Each set becomes one long integer, a bit per pixel and a row after the other, and growing it by a disk is shifts and
ors of that integer: exact, and a few operations whatever the number of pixels in the set.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Places = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of pixels."""


def within_reach(a: Places, b: Places, radius: int) -> tuple[int, int]:
    """How many pixels of ``a`` have one of ``b`` at most ``radius`` away, and how many of ``b`` one of ``a``.

    >>> within_reach((np.array([0, 0]), np.array([0, 9])), (np.array([2]), np.array([0])), radius=2)
    (1, 1)
    """
    top, bottom = _common(a[0], b[0], radius)
    left, right = _common(a[1], b[1], radius)
    height, width = bottom - top + 1, right - left + 1
    if height <= 0 or width <= 0:
        return 0, 0
    stride = stride_for(width, radius)
    bits_a, bits_b = (as_bits(_picture(rows - top, columns - left, height, width, stride)) for rows, columns in (a, b))
    return bits_within_reach(bits_a, bits_b, stride, radius)


def bits_within_reach(a: int, b: int, stride: int, radius: int) -> tuple[int, int]:
    """The same for sets that are bits already, in rows of ``stride``."""
    if not a or not b:
        return 0, 0
    return (a & _grown(b, stride, radius)).bit_count(), (b & _grown(a, stride, radius)).bit_count()


def stride_for(width: int, radius: int) -> int:
    """Bits from row to row: a disk that leaves a row on one side must land in the gap before the next."""
    return -(-(width + radius) // 8) * 8


def as_bits(picture: NDArray[np.bool_]) -> int:
    """Pixels as one long integer, the first one lowest."""
    return int.from_bytes(np.packbits(picture.reshape(-1), bitorder="little").tobytes(), "little")


def f_measure(found_truth: int, num_truth: int, found_prediction: int, num_prediction: int) -> float:
    """The harmonic mean of how much of the prediction is right and how much of the truth is found."""
    if not num_truth or not num_prediction:
        return float(num_truth == num_prediction)
    precision, recall = found_prediction / num_prediction, found_truth / num_truth
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _common(a: NDArray[np.int64], b: NDArray[np.int64], radius: int) -> tuple[int, int]:
    """First and last row, or column, in which pixels of both can be within reach of each other."""
    if not len(a) or not len(b):
        return 0, -1
    return int(max(a.min(), b.min())) - radius, int(min(a.max(), b.max())) + radius


def _picture(
    rows: NDArray[np.int64], columns: NDArray[np.int64], height: int, width: int, stride: int
) -> NDArray[np.bool_]:
    """The pixels that lie in the height and width given."""
    at = rows * stride + columns
    kept = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    pixels = np.zeros(height * stride, bool)
    pixels[at if kept.all() else at[kept]] = True
    return pixels


def _grown(bits: int, stride: int, radius: int) -> int:
    """The set grown by the disk ``x * x + y * y <= radius * radius``: each of its rows is a span, moved up and down."""
    spans = _spans(bits, radius)
    middle, *others = half_widths(radius)
    grown = spans[middle] >> middle
    for rows, half in enumerate(others, 1):
        span, move = spans[half], rows * stride
        grown |= span << (move - half)
        grown |= span >> (move + half)
    return grown


def _spans(bits: int, radius: int) -> dict[int, int]:
    """The set grown to the right by twice each half width, by doubling."""
    spans = {}
    length, grown = 1, bits
    for half in sorted(set(half_widths(radius))):
        wanted = 2 * half + 1
        while 2 * length <= wanted:
            grown |= grown << length
            length *= 2
        spans[half] = grown | grown << (wanted - length)
    return spans


@cache
def half_widths(radius: int) -> tuple[int, ...]:
    """How far a disk reaches to either side of its middle column, in its middle row and each one below.

    >>> half_widths(3)
    (3, 2, 2, 0)
    """
    return tuple(math.isqrt(radius * radius - row * row) for row in range(radius + 1))
