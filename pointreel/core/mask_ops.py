"""Geometry of masks, done on the edges of their runs (see ``_rle``): no pixel is touched.

A *piece* is a part of a run inside one column: ``column``, and rows from ``top`` to before ``bottom``. Pieces are in
the order of the runs, so that moving, cropping and scaling them by anything that keeps the order gives runs again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._pixels import expand
from ._rle import Edges, canonical

Ints = NDArray[np.signedinteger]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Vertical strips of pixels, in order of column and row, that do not overlap."""

    column: Ints
    top: Ints
    bottom: Ints

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, which: NDArray[np.bool_] | Ints) -> "Pieces":
        return Pieces(self.column[which], self.top[which], self.bottom[which])


def spans(edges: Edges, num_pixels: int) -> tuple[Ints, Ints]:
    """Where each run of set pixels starts, and where it has ended."""
    closed = np.append(edges, num_pixels) if len(edges) % 2 else edges
    return closed[::2], closed[1::2]


def pieces(starts: Ints, ends: Ints, height: int) -> Pieces:
    """Runs, cut where a column ends."""
    first = starts // max(height, 1)
    last = (ends - 1) // max(height, 1)
    if np.array_equal(first, last):
        origin = first * height
        return Pieces(first, starts - origin, ends - origin)
    num_pieces = last - first + 1
    column, top, bottom = (np.repeat(values, num_pieces) for values in (first, starts, ends))
    begin = (np.cumsum(num_pieces) - num_pieces)[num_pieces > 1]
    cut = expand(begin, begin + num_pieces[num_pieces > 1])  # most runs need no cutting
    column[cut] += (cut - np.repeat(begin, num_pieces[num_pieces > 1])).astype(column.dtype)
    top -= column * height
    bottom -= column * height
    top[cut], bottom[cut] = np.maximum(top[cut], 0), np.minimum(bottom[cut], height)
    return Pieces(column, top, bottom)


def edges_from_pieces(strips: Pieces, height: int, width: int) -> Edges:
    """The edges of pieces; those that meet across the end of a column become one run again."""
    toggles = np.stack([strips.top, strips.bottom], axis=1) + (strips.column * height)[:, None]
    return canonical(toggles.reshape(-1), height * width)


def combine(masks: Sequence[Edges], num_pixels: int, at_least: int) -> Edges:
    """The pixels that are in at least so many of the masks: 1 is the union, all of them the intersection."""
    place = np.concatenate(masks)
    falls = np.concatenate([np.arange(len(edges)) & 1 for edges in masks])
    event = (place << 1) | falls
    event.sort()
    depth = np.cumsum(1 - ((event & 1) << 1))
    place = event >> 1
    settled = np.flatnonzero(np.diff(place, append=num_pixels))
    inside = depth[settled] >= at_least
    turns: Edges = place[settled[np.flatnonzero(np.diff(inside, prepend=False))]]
    return turns


def complement(edges: Edges) -> Edges:
    """Every pixel that is not set."""
    return edges[1:] if len(edges) and edges[0] == 0 else np.concatenate([[0], edges])


def shift(edges: Edges, size: tuple[int, int], dx: int, dy: int, new_size: tuple[int, int]) -> Edges:
    """The mask moved by whole pixels onto a canvas of ``new_size``, (height, width); what leaves it is cut off."""
    height, width = new_size
    strips = pieces(*spans(edges, size[0] * size[1]), size[0])
    column = strips.column + dx
    top, bottom = np.clip(strips.top + dy, 0, height), np.clip(strips.bottom + dy, 0, height)
    stays = (column >= 0) & (column < width) & (top < bottom)
    return edges_from_pieces(Pieces(column, top, bottom)[stays], height, width)


def nearest(num_old: int, num_new: int) -> Ints:
    """Which of the old pixels holds the centre of each new one, in whole-number arithmetic."""
    return (2 * np.arange(num_new) + 1) * num_old // (2 * num_new)


def scale(edges: Edges, size: tuple[int, int], new_size: tuple[int, int]) -> Edges:
    """The mask with every new pixel taken from the old pixel that holds its centre."""
    (height, width), (new_height, new_width) = size, new_size
    row = np.searchsorted(nearest(height, new_height), np.arange(height + 1))
    strips = pieces(*spans(edges, height * width), height)
    strips = Pieces(strips.column, row[strips.top], row[strips.bottom])
    strips = strips[strips.top < strips.bottom]
    source = nearest(width, new_width)
    first, end = np.searchsorted(strips.column, source), np.searchsorted(strips.column, source, side="right")
    index = expand(first, end)
    column = np.repeat(np.arange(new_width), end - first)
    return edges_from_pieces(Pieces(column, strips.top[index], strips.bottom[index]), new_height, new_width)


def fill(edges: Edges, height: int, width: int) -> Edges:
    """The mask with every hole filled: background from which no path of side-by-side pixels leads to the border."""
    ground = pieces(*spans(complement(edges), height * width), height)
    if not len(ground):
        return edges
    at_border = (ground.top == 0) | (ground.bottom == height) | (ground.column == 0) | (ground.column == width - 1)
    one, other = _neighbours(ground, height)
    border = np.flatnonzero(at_border) + 1
    one, other = np.concatenate([one + 1, np.zeros_like(border)]), np.concatenate([other + 1, border])
    outside = _components(len(ground) + 1, one, other)[1:] == 0
    return complement(edges_from_pieces(ground[outside], height, width))


def _neighbours(strips: Pieces, height: int) -> tuple[Ints, Ints]:
    """All pairs of pieces that touch along a side of a pixel, across two columns."""
    starts, ends = strips.column * height + strips.top, strips.column * height + strips.bottom
    low = np.searchsorted(ends, starts + height, side="right")
    high = np.searchsorted(starts, ends + height, side="left")
    high = np.maximum(low, high)
    return np.repeat(np.arange(len(strips)), high - low), expand(low, high)


def _components(num_nodes: int, one: Ints, other: Ints) -> Ints:
    """For every node the smallest node it is connected with; edges are given by their two ends.

    Roots are hooked to smaller roots, and paths shortened to their root, until both ends of every edge agree.
    """
    root = np.arange(num_nodes)
    while True:
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        apart = low != high
        if not apart.any():
            return root
        one, other = one[apart], other[apart]
        np.minimum.at(root, high[apart], low[apart])
        while not np.array_equal(shorter := root[root], root):
            root = shorter
