"""How much masks overlap, many against many, without a cache.

In one column two runs share min(ends) - max(starts) pixels, where that is positive. So masks are cut into *strips* of
16 columns with at most one run in each, a strip is two short rows of numbers, and all strips of one side are compared
with all of the other that lie in the same columns, in one sweep over the picture. Masks with very many runs (noise)
would make too many strips: they are compared as bits instead, 64 pixels to a word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._pixels import columns_from_edges
from ._rle import spans_from_many
from .errors import MaskError
from .mask import Box, Mask, require_one_size
from .mask_ops import pieces

Floats = NDArray[np.float64]
Ints = NDArray[np.signedinteger]

_SHIFT = 4
_COLUMNS = 1 << _SHIFT
_BLOCK = 1 << 17
"""Numbers that are worked on at once, so that they stay in the cache."""
_WAITING = 1 << 16
"""Sums that may wait to be added up, so that memory is bounded."""


def iou_matrix(a: Sequence[Mask], b: Sequence[Mask], iscrowd: ArrayLike | None = None) -> Floats:
    """Shared pixels over the pixels of either, (len(a), len(b)); the same numbers as ``pycocotools.mask.iou(a, b)``.

    ``iscrowd`` is one flag per mask of ``b``: what is shared with a crowd is divided by the pixels of ``a`` alone.
    Two masks without pixels have an IoU of 0, as there.
    """
    crowd = _crowd(iscrowd, len(b))
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    height, width = require_one_size([*a, *b])
    stack = _Stack(height, width, *spans_from_many([mask.counts for mask in (*a, *b)], height * width))
    shared = _shared_by_bits(stack, len(a)) if _many_runs(stack, len(a)) else _shared_by_strips(stack, len(a))
    area = stack.area()
    return _ratio(shared, area[: len(a)], area[len(a) :], crowd)


def box_iou_matrix(a: Sequence[Box], b: Sequence[Box], iscrowd: ArrayLike | None = None) -> Floats:
    """The same for boxes: shared area over the area of either, or of ``a`` alone where ``b`` is a crowd."""
    crowd = _crowd(iscrowd, len(b))
    one = np.array([(box.left, box.top, box.width, box.height) for box in a], np.float64).reshape(-1, 1, 4)
    two = np.array([(box.left, box.top, box.width, box.height) for box in b], np.float64).reshape(1, -1, 4)
    ends = np.minimum(one[..., :2] + one[..., 2:], two[..., :2] + two[..., 2:])
    size = np.maximum(ends - np.maximum(one[..., :2], two[..., :2]), 0)
    return _ratio(size[..., 0] * size[..., 1], one[:, 0, 2] * one[:, 0, 3], two[0, :, 2] * two[0, :, 3], crowd)


def _crowd(iscrowd: ArrayLike | None, num_masks: int) -> NDArray[np.bool_]:
    crowd = np.zeros(num_masks, bool) if iscrowd is None else np.asarray(iscrowd, bool).reshape(-1)
    if len(crowd) != num_masks:
        raise MaskError(f"{len(crowd)} crowd flags for {num_masks} masks; there has to be one for each on the right")
    return crowd


def _ratio(shared: Floats, area_a: Floats, area_b: Floats, crowd: NDArray[np.bool_]) -> Floats:
    either = np.where(crowd, area_a[:, None], area_a[:, None] + area_b - shared)
    return np.divide(shared, either, out=np.zeros_like(shared), where=shared > 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Stack:
    """The runs of many masks of one size, as positions that go on from mask to mask: the columns of a wide picture."""

    height: int
    width: int
    starts: Ints
    ends: Ints
    num_runs: Ints

    def area(self) -> Floats:
        """The number of pixels of each mask."""
        some = np.flatnonzero(self.num_runs)
        area = np.zeros(len(self.num_runs))
        if len(some):
            firsts = np.cumsum(self.num_runs) - self.num_runs
            area[some] = np.add.reduceat(self.ends - self.starts, firsts[some])
        return area


@dataclass(frozen=True, slots=True, eq=False)
class _Strips:
    """Pieces in strips, which are in order of place: strip k has ``ends[:, k]`` and ``starts[:, k]``, column by column.

    The strips at place p, which is 16 columns, begin at ``bounds[2 * p]``, those of the second masks of the table at
    ``bounds[2 * p + 1]``; ``mask`` says whose they are.
    """

    ends: Ints
    starts: Ints
    bounds: Ints
    mask: Ints

    @classmethod
    def of(cls, stack: _Stack, num_first: int) -> "_Strips":
        """The k-th piece of a column goes to the k-th strip of its mask there; a column without one is 0 high."""
        cut = pieces(stack.starts, stack.ends, stack.height)
        mask = cut.column // max(stack.width, 1)
        column = cut.column - mask * stack.width
        layer = _ranks(cut.column)
        num_layers = int(layer.max(initial=0)) + 1
        num_keys = len(stack.num_runs) * num_layers
        key = (column >> _SHIFT) * num_keys + mask * num_layers + layer
        taken = np.zeros(-(-stack.width // _COLUMNS) * num_keys + 1, bool)
        taken[key] = True
        index = np.cumsum(taken, dtype=np.int32) - taken
        owner = np.flatnonzero(taken) % num_keys // num_layers
        place = (column & (_COLUMNS - 1)) * len(owner) + index[key]
        rows = np.zeros((2, _COLUMNS * len(owner)), np.int16 if _COLUMNS * stack.height < 1 << 15 else np.int32)
        rows[0, place], rows[1, place] = cut.bottom, cut.top
        ends, starts = rows.reshape(2, _COLUMNS, -1)
        bounds = np.sort(np.concatenate([index[::num_keys], index[num_first * num_layers :: num_keys]]))
        return cls(ends, starts, bounds, owner)


def _ranks(values: Ints) -> Ints:
    """For every one of sorted values how many before it are equal."""
    rank = np.zeros_like(values)
    again = np.flatnonzero(values[1:] == values[:-1]) + 1
    rank[again] = 1
    while len(again := again[rank[again - 1] == rank[again]]):
        rank[again] += 1
    return rank


def _many_runs(stack: _Stack, num_first: int) -> bool:
    """Whether bits are less work than strips, by the nanoseconds that both were measured to take."""
    place = (stack.starts[::_COLUMNS] // max(stack.height, 1) % max(stack.width, 1)) >> _SHIFT
    split = int(stack.num_runs[:num_first].sum()) // _COLUMNS
    one, other = (np.bincount(some, minlength=stack.width) for some in (place[:split], place[split:]))
    by_strips = 15 * float((one * other).sum())
    num_all, num_pairs = len(stack.num_runs), num_first * (len(stack.num_runs) - num_first)
    by_bits = stack.height * stack.width * (0.2 * num_all + num_pairs / 64)
    return by_strips > by_bits


def _shared_by_strips(stack: _Stack, num_first: int) -> Floats:
    """For every pair of masks what their strips share, added up whenever enough of it waits."""
    num_second = len(stack.num_runs) - num_first
    total: Floats = np.zeros(num_first * num_second)
    waiting: list[tuple[Ints, Ints]] = []
    num_waiting = 0
    for pair, shared in _meetings(_Strips.of(stack, num_first), num_first, num_second):
        waiting.append((pair, shared))
        num_waiting += len(pair)
        if num_waiting > _WAITING:
            total += _added_up(waiting, len(total))
            waiting, num_waiting = [], 0
    if waiting:
        total += _added_up(waiting, len(total))
    return total.reshape(num_first, num_second)


def _added_up(parts: list[tuple[Ints, Ints]], size: int) -> Floats:
    pair, shared = (np.concatenate(column) for column in zip(*parts, strict=True))
    return np.bincount(pair, shared, size).astype(np.float64)


def _meetings(strips: _Strips, num_first: int, num_second: int) -> Iterator[tuple[Ints, Ints]]:
    """Blocks of strips that lie in the same columns: the number of their pair of masks, and the pixels they share."""
    ends, starts, mask = strips.ends, strips.starts, strips.mask
    row, column = (mask * num_second)[:, None], mask - num_first
    bounds = strips.bounds.tolist()
    for first, second, stop in zip(bounds[::2], bounds[1::2], bounds[2::2], strict=False):
        other, step = slice(second, stop), max(1, _BLOCK // (_COLUMNS * max(1, stop - second)))
        for start in range(first, second if second < stop else first, step):
            one = slice(start, min(start + step, second))
            both = _meet(ends[:, one, None], starts[:, one, None], ends[:, None, other], starts[:, None, other])
            yield (row[one] + column[other]).reshape(-1), both.reshape(-1)


def _meet(
    end: Ints,
    start: Ints,
    other_end: Ints,
    other_start: Ints,
) -> Ints:
    """min(ends) - max(starts), where positive, added up over the first axis, whose length is a power of two."""
    low = np.minimum(end, other_end)
    high = np.maximum(start, other_start)
    low -= np.minimum(low, high, out=high)
    while (half := len(low) // 2) > 0:
        low[:half] += low[half:]
        low = low[:half]
    total: Ints = low[0]
    return total


def _shared_by_bits(stack: _Stack, num_first: int) -> Floats:
    """For every pair of masks how many bits both have set."""
    bits = _bits(stack)
    shared = np.zeros((num_first, len(bits) - num_first))
    step = max(1, _BLOCK // max(1, bits.shape[1]))
    for mask, words in enumerate(bits[:num_first]):
        for k in range(num_first, len(bits), step):
            both = np.bitwise_count(bits[k : k + step] & words)
            shared[mask, k - num_first : k - num_first + step] = both.sum(axis=1, dtype=np.int64)
    return shared


def _bits(stack: _Stack) -> NDArray[np.uint64]:
    """All pixels, (masks, words), in the order in which runs count them."""
    num_pixels = stack.height * stack.width
    packed = np.zeros((len(stack.num_runs), -(-num_pixels // 64) * 8), np.uint8)
    edges = np.stack([stack.starts, stack.ends], axis=1)
    for mask, (start, end) in enumerate(pairwise([0, *np.cumsum(stack.num_runs).tolist()])):
        pixels = columns_from_edges(edges[start:end].reshape(-1) - mask * num_pixels, stack.height, stack.width)
        packed[mask, : -(-num_pixels // 8)] = np.packbits(pixels)
    return packed.view(np.uint64)
