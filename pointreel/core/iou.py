"""How much masks overlap, many against many, without touching a pixel and without a cache.

In one column, two runs share min(bottoms) - max(tops) pixels. So masks are cut into *layers* with at most one run per
column, two rows of numbers each, and a layer is compared with whole tables of others at once. Masks with very many runs
(noise, foliage) would need too many layers: they are compared as bits instead, 64 pixels to a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._pixels import columns_from_edges
from ._rle import edges_from_many
from .errors import MaskError
from .mask import Box, Mask, require_one_size
from .mask_ops import Pieces, pieces

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BLOCK = 1 << 16
"""Numbers that are worked on at once, so that they stay in the cache."""


def iou_matrix(a: Sequence[Mask], b: Sequence[Mask], iscrowd: ArrayLike | None = None) -> Floats:
    """Shared pixels over the pixels of either, (len(a), len(b)); the same numbers as ``pycocotools.mask.iou(a, b)``.

    ``iscrowd`` is one flag per mask of ``b``: what is shared with a crowd is divided by the pixels of ``a`` alone.
    Two masks without pixels have an IoU of 0, as there.
    """
    crowd = _crowd(iscrowd, len(b))
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    height, width = require_one_size([*a, *b])
    left, right = _Stack.of(a, height, width), _Stack.of(b, height, width)
    shared = _shared_by_bits(left, right) if _many_layers(left, right) else _shared_by_layers(left, right)
    return _ratio(shared, left.area, right.area, crowd)


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
    """Masks of one size side by side, as the pieces of one very wide picture, and which piece lies in which layer."""

    height: int
    width: int
    edges: tuple[Ints, Ints]
    area: Floats
    strips: Pieces
    layer: Ints
    mask_of_layer: Ints

    @classmethod
    def of(cls, masks: Sequence[Mask], height: int, width: int) -> "_Stack":
        num_pixels = height * width
        edges, bounds = edges_from_many([mask.counts for mask in masks], num_pixels)
        num_edges = np.diff(bounds)
        closed = np.insert(edges, bounds[1:][num_edges % 2 == 1], num_pixels)
        num_runs = (num_edges + 1) // 2
        mask = np.repeat(np.arange(len(masks)), num_runs)
        area = np.bincount(mask, closed[1::2] - closed[::2], len(masks)).astype(np.float64)
        strips = pieces(closed + np.repeat(mask * num_pixels, 2), height, width * len(masks))
        layer, mask_of_layer = _layers(strips.column, width, len(masks))
        return cls(height, width, (edges, bounds), area, strips, layer, mask_of_layer)

    def extent(self) -> Ints:
        """First column and column after the last, of every layer."""
        column = self.strips.column % self.width
        extent = np.tile([self.width, 0], (len(self.mask_of_layer), 1))
        np.minimum.at(extent[:, 0], self.layer, column)
        np.maximum.at(extent[:, 1], self.layer, column + 1)
        return extent

    def table(self, rows: Ints) -> Floats | NDArray[np.float32]:
        """One number of every piece, (layers, columns); 0 where a layer has no piece. Sums in it are exact."""
        exact = np.float32 if self.height * self.width < 1 << 24 else np.float64
        table = np.zeros((len(self.mask_of_layer), self.width), exact)
        table[self.layer, self.strips.column % self.width] = rows
        return table

    def bits(self) -> NDArray[np.uint64]:
        """All pixels, (masks, columns, words)."""
        edges, bounds = self.edges
        packed = np.zeros((len(bounds) - 1, self.width, -(-self.height // 64) * 8), np.uint8)
        for k in range(len(packed)):
            columns = columns_from_edges(edges[bounds[k] : bounds[k + 1]], self.height, self.width)
            packed[k, :, : -(-self.height // 8)] = np.packbits(columns, axis=1)
        return packed.view(np.uint64)


def _layers(column: Ints, width: int, num_masks: int) -> tuple[Ints, Ints]:
    """For every piece its layer: the k-th piece of a column lies in the k-th layer of its mask. And whose layers."""
    first = np.flatnonzero(np.diff(column, prepend=-1))
    rank = np.arange(len(column)) - np.repeat(first, np.diff(first, append=len(column)))
    mask = column // max(width, 1)
    num_layers = np.zeros(num_masks, np.int64)
    np.maximum.at(num_layers, mask, rank + 1)
    return (np.cumsum(num_layers) - num_layers)[mask] + rank, np.repeat(np.arange(num_masks), num_layers)


def _many_layers(a: _Stack, b: _Stack) -> bool:
    """Whether comparing bits would be less work."""
    extent = a.extent()
    by_layers = int((extent[:, 1] - extent[:, 0]).sum()) * len(b.mask_of_layer)
    words = len(a.area) * len(b.area) * a.width * -(-a.height // 64)
    unpacking = (len(a.area) + len(b.area)) * a.width * a.height // 4
    return by_layers > words + unpacking


def _shared_by_layers(a: _Stack, b: _Stack) -> Floats:
    shared = np.zeros((len(a.area), len(b.area)))
    top_a, bottom_a, top_b, bottom_b = (s.table(x) for s in (a, b) for x in (s.strips.top, s.strips.bottom))
    extent_b = b.extent()
    for layer, (left, right) in enumerate(a.extent().tolist()):
        near = np.flatnonzero((extent_b[:, 0] < right) & (extent_b[:, 1] > left))
        across = slice(left, right)
        step = max(1, _BLOCK // max(1, right - left))
        for rows in (near[i : i + step] for i in range(0, len(near), step)):
            low = np.minimum(bottom_b[rows, across], bottom_a[layer, across])
            low -= np.maximum(top_b[rows, across], top_a[layer, across])
            sums = np.maximum(low, 0, out=low) @ np.ones(right - left, low.dtype)
            shared[a.mask_of_layer[layer]] += np.bincount(b.mask_of_layer[rows], sums, len(b.area))
    return shared


def _shared_by_bits(a: _Stack, b: _Stack) -> Floats:
    bits_a, bits_b = (stack.bits().reshape(len(stack.area), -1) for stack in (a, b))
    shared = np.zeros((len(a.area), len(b.area)))
    step = max(1, _BLOCK // max(1, bits_a.shape[1]))
    for k, words in enumerate(bits_a):
        for i in range(0, len(bits_b), step):
            both = np.bitwise_count(bits_b[i : i + step] & words)
            shared[k, i : i + step] = both.sum(axis=1, dtype=np.int64)
    return shared
