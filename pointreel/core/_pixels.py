"""Edges of runs from pixels and back, for arrays as people have them: row after row.

Runs go down the columns and arrays along the rows. Turning the pixels of a whole picture round costs more than all
the rest, so here it is the runs that are turned, and pixels are only read or written in the order they lie in. Where
there is nearly one run per pixel (noise), turning pixels is cheaper, and that is done instead.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ._rle import Edges, runs_from_edges

Value = TypeVar("Value", bound=np.generic)

_NOISE = 64
"""With fewer pixels than this per edge, turning pixels is faster than turning runs."""


def edges_from_pixels(pixels: NDArray[np.bool_] | NDArray[np.uint8]) -> Edges:
    """The edges of every non-zero pixel of an (H, W) array, in whichever order it lies in memory."""
    if pixels.size == 0:
        return np.empty(0, np.int64)
    if pixels.flags.f_contiguous:
        return _edges_along(pixels.ravel(order="F"))
    packed = np.packbits(pixels, axis=1, bitorder="little")
    changed = packed[1:] ^ packed[:-1]
    if np.count_nonzero(changed) * _NOISE > pixels.size:
        return _edges_along(pixels.ravel(order="F"))
    return _down_the_columns(changed, pixels[0] != 0, pixels[-1] != 0)


def changes(labels: NDArray[np.integer]) -> Edges:
    """Where the label of an (H, W) array changes, counted down the columns; 0 comes first if the array has pixels."""
    height, width = labels.shape
    if labels.size == 0:
        return np.empty(0, np.int64)
    changed = np.zeros((height - 1, -(-width // 8) * 8), bool)
    np.not_equal(labels[1:], labels[:-1], out=changed[:, :width])
    edges = _down_the_columns(np.packbits(changed, axis=1, bitorder="little"), labels[0], labels[-1])
    return edges if edges[:1].tolist() == [0] else np.concatenate([[0], edges])


def pixels_from_edges(edges: Edges, height: int, width: int) -> NDArray[np.bool_]:
    """The pixels, (H, W), row after row."""
    if len(edges) * _NOISE > height * width:
        return np.ascontiguousarray(columns_from_edges(edges, height, width).T)
    toggles = along_rows(edges, height, width)
    return _repeat(_alternating(len(toggles)), toggles, height * width).reshape(height, width)


def columns_from_edges(edges: Edges, height: int, width: int) -> NDArray[np.bool_]:
    """The pixels, (W, H), column after column."""
    if len(edges) * _NOISE > height * width:
        return _filled(edges, height * width).reshape(width, height)
    return _repeat(_alternating(len(edges)), edges, height * width).reshape(width, height)


def pixels_from_labels(edges: Edges, values: NDArray[Value], height: int, width: int) -> NDArray[Value]:
    """An (H, W) array in which ``values[k]`` begins at the sorted ``edges[k]``, counted down the columns.

    The first edge is 0. Edges may repeat: the last of them counts.
    """
    size = height * width
    if len(edges) * _NOISE > size:
        return np.ascontiguousarray(np.repeat(values, np.diff(edges, append=size)).reshape(width, height).T)
    event = np.concatenate([edges * 2, (edges + height) * 2 + 1, [size * 2, (size + height) * 2 + 1]])
    event.sort(kind="stable")
    is_left = event & 1
    here = np.concatenate([values, np.zeros(1, values.dtype)])[np.maximum(np.cumsum(1 - is_left) - 1, 0)]
    left = np.concatenate([np.zeros(1, values.dtype), values, np.zeros(1, values.dtype)])[np.cumsum(is_left)]
    place = event >> 1
    differ = np.flatnonzero(here[:-1] != left[:-1])
    changed = expand(place[differ], place[differ + 1])
    labels = np.repeat(here[differ], place[differ + 1] - place[differ])
    column = changed // height
    along = ((changed - column * height) * width + column) * 2 + (column == 0)
    order = np.argsort(along)
    labels = np.concatenate([np.zeros(1, values.dtype), labels[order]])
    return _repeat(labels, along[order] >> 1, size).reshape(height, width)


def along_rows(edges: Edges, height: int, width: int) -> NDArray[np.int64]:
    """The toggles of the same mask counted along the rows; at the start of a row two may meet and cancel.

    A pixel differs from its left neighbour where the mask differs from itself moved right by one column; that
    difference is again a list of runs. One column more than there are ends every row.
    """
    if len(edges) % 2:
        edges = np.append(edges, height * width)
    toggles = np.concatenate([edges, edges + height])
    toggles.sort()
    place = expand(toggles[::2], toggles[1::2])
    column = place // height
    place -= column * height
    place *= width
    place += column
    place.sort()
    return place


def expand(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every number from each start to before its end, one range after another."""
    lengths = ends - starts
    total = np.cumsum(lengths)
    numbers = np.arange(int(total[-1]) if len(total) else 0)
    numbers += np.repeat(starts - total + lengths, lengths)
    return numbers


def _edges_along(flat: NDArray[np.bool_] | NDArray[np.uint8]) -> Edges:
    """The edges of pixels that lie in the order in which runs count them."""
    packed = np.packbits(flat, bitorder="little")
    words = np.zeros(len(packed) // 8 + 1, "<u8")
    words.view(np.uint8)[: len(packed)] = packed
    changed = words ^ (words << np.uint64(1))
    changed[1:] ^= words[:-1] >> np.uint64(63)
    edges = _ones(changed.view(np.uint8))
    return edges[:-1] if len(edges) and edges[-1] == len(flat) else edges


def _down_the_columns(changed: NDArray[np.uint8], top: NDArray[Value], bottom: NDArray[Value]) -> Edges:
    """Edges from packed rows that say which pixels differ from the one below, and from the ends of the columns."""
    height = len(changed) + 1
    column = _ones(changed.reshape(-1))
    row = column // (changed.shape[1] * 8)
    column -= row * (changed.shape[1] * 8)
    inside = column * height
    inside += row
    inside += 1
    between = (np.flatnonzero(top[1:] != bottom[:-1]) + 1) * height
    first = np.flatnonzero(top[:1])
    edges = np.concatenate([first, between, inside])
    edges.sort()
    return edges


def _filled(edges: Edges, size: int) -> NDArray[np.bool_]:
    """Pixels along the edges, for very many: each is the parity of the edges so far, taken 64 at a time."""
    toggles = np.zeros((size // 64 + 1) * 64, np.uint8)  # room for an edge at the very end
    toggles[edges] = 1
    words = np.packbits(toggles, bitorder="little").view("<u8")
    for distance in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(distance)
    carried = np.bitwise_xor.accumulate(words >> np.uint64(63))
    words[1:] ^= np.uint64(0) - carried[:-1]
    return np.unpackbits(words.view(np.uint8), count=size, bitorder="little").view(np.bool_)


def _alternating(num_edges: int) -> NDArray[np.bool_]:
    values = np.zeros(num_edges + 1, bool)
    values[1::2] = True
    return values


def _repeat(values: NDArray[Value], edges: NDArray[np.int64], size: int) -> NDArray[Value]:
    """One value before the first edge, one between each two, and one after the last."""
    return np.repeat(values, runs_from_edges(edges, size))


def _ones(packed: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where the ones are among bits that are packed lowest first; most bytes are zero, or it is slow."""
    busy = np.flatnonzero(packed != 0)
    if len(busy) * 2 > packed.size:
        return np.flatnonzero(np.unpackbits(packed, bitorder="little").view(bool))
    bits = np.flatnonzero(np.unpackbits(packed[busy], bitorder="little").view(bool))
    ones: NDArray[np.int64] = busy[bits >> 3]
    ones <<= 3
    bits &= 7
    ones += bits
    return ones
