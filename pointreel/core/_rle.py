"""Run lengths as bytes: the code of COCO, for one mask and for many at once.

Inside this room a mask is its *edges*: the sorted positions, counted down the columns, at which the pixels change,
starting from background. ``[2, 5]`` sets the pixels 2, 3 and 4; an edge at 0 says that the first pixel is set; a last
edge without a partner runs to the end. Edges are unique and lie below the number of pixels, so equal edges are
equal pixels.

Run lengths are the differences of edges. COCO writes each, from the fourth on, as the difference to the run before the
last one, in groups of five bits, lowest first, one printable character per group: bit 5 says that more follow, the
highest bit of the last group is the sign.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .errors import MaskError

Runs = NDArray[np.int64]
Edges = NDArray[np.int64]
Places = NDArray[np.signedinteger]
"""Positions that go on from mask to mask, in 32 bits where they fit."""

_Spans = tuple[Places, Places, NDArray[np.int64]]

_FIRST = 48
_MORE = 32
_HALF = 16
_MOST_GROUPS = 12  # 60 bits: what a signed 64-bit number holds in whole groups


def canonical(toggles: NDArray[np.int64], num_pixels: int) -> Edges:
    """Edges from sorted positions that may repeat: two changes at one place are none."""
    first = np.flatnonzero(np.diff(toggles, prepend=-1))
    times = np.diff(first, append=len(toggles))
    edges: Edges = toggles[first[(times & 1) == 1]]
    return edges[: int(np.searchsorted(edges, num_pixels))]


def edges_from_runs(runs: NDArray[np.int64], num_pixels: int) -> Edges:
    """Edges from run lengths, background first; runs of length zero are allowed anywhere."""
    if len(runs) and int(runs.min()) < 0:
        raise MaskError(f"run {int(runs.argmin())} of a mask has the length {int(runs.min())}; lengths are at least 0")
    ends = np.cumsum(runs)
    total = int(ends[-1]) if len(runs) else 0
    if total != num_pixels:
        raise MaskError(f"the runs of a mask add up to {total} pixels, and its size says {num_pixels}")
    return canonical(ends[:-1], num_pixels) if len(runs) > 1 and not int(runs[1:].min()) else ends[:-1]


def runs_from_edges(edges: Edges, num_pixels: int) -> Runs:
    """Run lengths, background first."""
    runs = np.empty(len(edges) + 1, np.int64)
    runs[:-1] = edges
    runs[-1] = num_pixels
    runs[1:] -= edges
    return runs


def runs_from_counts(counts: bytes) -> Runs:
    """The run lengths that compressed bytes spell, as they are spelt."""
    values, _ = _read(counts)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def edges_from_counts(counts: bytes, num_pixels: int) -> Edges:
    """The edges that compressed bytes spell; what is not a mask of that many pixels raises ``MaskError``."""
    return edges_from_runs(runs_from_counts(counts), num_pixels)


def counts_from_edges(edges: Edges, num_pixels: int) -> bytes:
    """The compressed bytes, equal to those of pycocotools."""
    values = runs_from_edges(edges, num_pixels)
    values[3:] -= values[1:-2].copy()
    return _write(values)[0]


def spans_from_many(counts: Sequence[bytes], num_pixels: int) -> _Spans:
    """Where the runs of set pixels start and end, for many masks of one size, and how many runs each mask has.

    Positions go on from mask to mask: those of mask k have ``k * num_pixels`` added. One pass over all bytes.
    """
    if not counts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    spans = _spans_of_canonical(counts, num_pixels)
    if spans is None:
        respelt = [counts_from_edges(edges_from_counts(data, num_pixels), num_pixels) for data in counts]
        spans = _spans_of_canonical(respelt, num_pixels)
    if spans is None:
        raise MaskError(f"{len(counts)} masks of {num_pixels} pixels are more than can be counted; take fewer at once")
    return spans


def counts_from_many(edges: Edges, bounds: NDArray[np.int64], num_pixels: int) -> list[bytes]:
    """The compressed bytes of many masks of one size, in one pass; mask k has ``edges[bounds[k]:bounds[k + 1]]``."""
    num_masks = len(bounds) - 1
    starts = bounds[:-1] + np.arange(num_masks)
    stops = bounds[1:] + np.arange(1, num_masks + 1)
    ends = np.full(len(edges) + num_masks, num_pixels, np.int64)
    ends[np.delete(np.arange(len(ends)), stops - 1)] = edges
    runs = np.diff(ends, prepend=0)
    runs[starts] = ends[starts]
    values = runs.copy()
    values[3:] -= runs[1:-2]
    for number in range(3):
        index = starts[stops - starts > number] + number
        values[index] = runs[index]
    data, is_first = _write(values)
    cuts = [*np.flatnonzero(is_first)[starts].tolist(), len(data)]
    return [data[i:j] for i, j in pairwise(cuts)]


def _spans_of_canonical(counts: Sequence[bytes], num_pixels: int) -> _Spans | None:
    """What ``spans_from_many`` gives, or None where bytes are wrong, or have runs of no length."""
    last = np.cumsum([len(data) for data in counts])
    try:
        values, ends = _read(b"".join(counts))
    except MaskError:
        return None
    stops = np.searchsorted(ends, last, side="right")
    lengths = np.diff(stops, prepend=0)
    if not lengths.all() or (ends[stops - 1] != last).any() or max(values.max(), -values.min()) > num_pixels:
        return None
    firsts = stops - lengths
    kind: type[np.signedinteger] = np.int32 if len(counts) * num_pixels < 1 << 31 else np.int64
    runs = _undo_differences(values.astype(kind), firsts, lengths)
    place = np.cumsum(runs, dtype=kind)
    short = runs < 1
    short[firsts] = runs[firsts] < 0
    if short.any() or (place[stops - 1] != np.arange(1, len(counts) + 1) * num_pixels).any():
        return None
    num_runs = lengths // 2
    is_set = 2 * np.arange(int(num_runs.sum()))
    is_set += np.repeat(firsts + 1 - 2 * (np.cumsum(num_runs) - num_runs), num_runs)
    return place[is_set - 1], place[is_set], num_runs


def _undo_differences(values: Places, firsts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Places:
    """Run lengths from the written values of many masks: sums of every other value, from the second or third on.

    The sums go on from mask to mask; what they had reached when a mask began is taken off again.
    """
    sums = np.empty(len(values) + 2, values.dtype)
    sums[:2] = 0
    np.cumsum(values[::2], out=sums[2::2])
    np.cumsum(values[1::2], out=sums[3::2])
    before, head = sums[firsts + 1], sums[firsts + 2]
    runs = sums[2:]
    for parity in range(2):
        starts_here = (firsts & 1) == parity
        num_here = (lengths + starts_here) // 2
        runs[parity::2] -= np.repeat(np.where(starts_here, head, before), num_here)
    runs[firsts] = values[firsts]
    return runs


def _read(data: bytes) -> tuple[Runs, NDArray[np.int64]]:
    """The numbers in ``data`` and, for each, where its last character is, counted from 1."""
    code = np.frombuffer(b"0" + data, np.uint8) - np.uint8(_FIRST)  # one in front, so that places count from 1
    if int(code.max()) > 63:
        bad = int(np.argmax(code > 63))
        raise MaskError(f"character {bad} of a mask's counts is {data[bad - 1 : bad]!r}, not one of '0' to 'o'")
    if code[-1] >= _MORE:
        raise MaskError(f"a mask's counts break off after {len(data)} characters")
    final = code < _MORE
    last = np.flatnonzero(final)[1:]
    values = (code[last] ^ np.uint8(16)).astype(np.int64)
    values -= 16
    more = np.flatnonzero(~final)
    if len(more):
        _prepend_groups(values, more - np.arange(1, len(more) + 1), code[more] & np.uint8(31))
    return values, last


def _prepend_groups(values: Runs, which: NDArray[np.int64], group: NDArray[np.uint8]) -> None:
    """Put lower groups of five bits below the ``values`` they belong to; of one value, the last group comes first."""
    followed = np.zeros(len(which), bool)
    np.equal(which[1:], which[:-1], out=followed[:-1])
    now = np.flatnonzero(~followed)
    for _ in range(_MOST_GROUPS - 1):
        index = which[now]
        values[index] = (values[index] << 5) | group[now]
        now = now[now > 0] - 1
        now = now[followed[now]]
        if not len(now):
            return
    raise MaskError("a run in a mask's counts is longer than any picture")


def _write(values: Runs) -> tuple[bytes, NDArray[np.bool_]]:
    """The characters of all ``values``, and which of them are the first of a value."""
    size = values ^ (values >> 63)
    code = values.astype(np.uint8)
    code &= _MORE - 1
    long = np.flatnonzero(size >= _HALF)
    if not len(long):
        code += np.uint8(_FIRST)
        return code.tobytes(), np.ones(len(values), bool)
    num_extra = _groups(size[long]) - 1
    is_first = np.ones(len(values) + int(num_extra.sum()), bool)
    code[long] |= _MORE
    data = np.empty(len(is_first), np.uint8)
    rest, at = values[long] >> 5, long + np.cumsum(num_extra) - num_extra + 1
    while len(rest):
        more = np.flatnonzero(num_extra > 1)
        group = (rest & 31).astype(np.uint8)
        group[more] |= _MORE
        data[at], is_first[at] = group, False
        rest, at, num_extra = rest[more] >> 5, at[more] + 1, num_extra[more] - 1
    data[is_first] = code
    data += np.uint8(_FIRST)
    return data.tobytes(), is_first


def _groups(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many groups of five bits hold a number and its sign."""
    num_groups = np.ones(len(size), np.int64)
    largest, limit = int(size.max(initial=0)), _HALF
    while limit <= largest:
        num_groups += size >= limit
        limit <<= 5
    return num_groups
