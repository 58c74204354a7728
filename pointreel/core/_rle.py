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

import numpy as np
from numpy.typing import NDArray

from .errors import MaskError

Runs = NDArray[np.int64]
Edges = NDArray[np.int64]

_FIRST = 48
_MORE = 32
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
    return canonical(ends[:-1], num_pixels) if len(runs) and not runs[1:].all() else ends[:-1]


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


def edges_from_many(counts: Sequence[bytes], num_pixels: int) -> tuple[Edges, NDArray[np.int64]]:
    """The edges of many masks of one size, end to end, and the bounds between masks: mask k has
    ``edges[bounds[k]:bounds[k + 1]]``. One pass over all bytes."""
    last = np.cumsum([len(data) for data in counts])
    try:
        values, ends = _read(b"".join(counts))
    except MaskError:
        return _one_by_one(counts, num_pixels)
    stops = np.searchsorted(ends, last, side="right")
    lengths = np.diff(stops, prepend=0)
    if not len(values) or not lengths.all() or (ends[stops - 1] != last).any():
        return _one_by_one(counts, num_pixels)
    runs = _undo_differences(values, stops - lengths, lengths)
    totals = np.add.reduceat(runs, stops - lengths)
    inner = np.ones(len(runs), bool)
    inner[stops - lengths] = False
    if (totals != num_pixels).any() or (runs < 0).any() or not runs[inner].all():
        return _one_by_one(counts, num_pixels)
    edges = np.cumsum(runs) - np.repeat(np.arange(len(counts)) * num_pixels, lengths)
    inner[:-1], inner[-1] = inner[1:].copy(), False
    return edges[inner], np.concatenate([[0], np.cumsum(lengths - 1)])


def counts_from_many(edges: Edges, bounds: NDArray[np.int64], num_pixels: int) -> list[bytes]:
    """The compressed bytes of many masks of one size, in one pass; the inverse of ``edges_from_many``."""
    num_masks = len(bounds) - 1
    starts = bounds[:-1] + np.arange(num_masks)
    stops = bounds[1:] + np.arange(1, num_masks + 1)
    ends = np.full(len(edges) + num_masks, num_pixels, np.int64)
    ends[np.delete(np.arange(len(ends)), stops - 1)] = edges
    runs = np.diff(ends, prepend=0)
    runs[starts] = ends[starts]
    values = runs.copy()
    values[3:] -= runs[1:-2]
    for place in range(3):
        index = starts[stops - starts > place] + place
        values[index] = runs[index]
    data, sizes = _write(values)
    cuts = np.concatenate([[0], np.cumsum(sizes)])
    return [data[i:j] for i, j in zip(cuts[starts].tolist(), cuts[stops].tolist(), strict=True)]


def _one_by_one(counts: Sequence[bytes], num_pixels: int) -> tuple[Edges, NDArray[np.int64]]:
    """The slow way for bytes that are odd in some way: it finds which mask is wrong, or reads it all the same."""
    each = [edges_from_counts(data, num_pixels) for data in counts]
    bounds = np.cumsum([0, *(len(edges) for edges in each)])
    return np.concatenate([np.empty(0, np.int64), *each]), bounds


def _undo_differences(values: Runs, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Runs:
    """Run lengths from the written values of many masks.

    Every mask gets an even number of places, so that one running sum per parity serves all of them; what was summed
    before a mask began is taken off again. The first value of a mask is in no sum.
    """
    padded = lengths + (lengths & 1)
    room = np.cumsum(padded) - padded
    place = np.arange(len(values)) + np.repeat(room - starts, lengths)
    pairs = np.zeros((int(padded.sum()) // 2, 2), np.int64)
    flat = pairs.reshape(-1)
    flat[place] = values
    flat[room] = 0
    sums = np.cumsum(pairs, axis=0)
    before = np.zeros((len(starts), 2), np.int64)
    before[1:] = sums[room[1:] // 2 - 1]
    sums -= np.repeat(before, padded // 2, axis=0)
    runs = sums.reshape(-1)[place]
    runs[starts] = values[starts]
    return runs


def _read(data: bytes) -> tuple[Runs, NDArray[np.int64]]:
    """The numbers in ``data`` and, for each, where its last character is, counted from 1."""
    code = np.frombuffer(b"0" + data, np.uint8) - np.uint8(_FIRST)  # one in front, so that looking back stays inside
    if int(code.max()) > 63:
        bad = int(np.argmax(code > 63))
        raise MaskError(f"character {bad} of a mask's counts is {data[bad - 1 : bad]!r}, not one of '0' to 'o'")
    if code[-1] >= _MORE:
        raise MaskError(f"a mask's counts break off after {len(data)} characters")
    last = np.flatnonzero(code < _MORE)[1:]
    values = (code[last] ^ np.uint8(16)).astype(np.int64) - 16
    which: NDArray[np.int64] = np.arange(len(last))
    place: NDArray[np.int64] = last
    for _ in range(_MOST_GROUPS):
        group = code[place - 1]
        more = np.flatnonzero(group >= _MORE)
        if not len(more):
            return values, last
        which, place = which[more], place[more] - 1
        values[which] = (values[which] << 5) | (group[more] & np.uint8(31))
    raise MaskError("a run in a mask's counts is longer than any picture")


def _write(values: Runs) -> tuple[bytes, NDArray[np.int64]]:
    """The characters of all ``values`` and how many each takes."""
    size = values ^ (values >> 63)
    num_groups = np.ones(len(values), np.int64)
    largest, limit = int(size.max(initial=0)), 1 << 4
    while limit <= largest:
        num_groups += size >= limit
        limit <<= 5
    place = np.cumsum(num_groups)
    data = np.empty(int(place[-1]) if len(place) else 0, np.uint8)
    place -= num_groups
    rest, left = values, num_groups
    while len(rest):
        code = (rest & 31).astype(np.uint8)
        more = np.flatnonzero(left > 1)
        code[more] |= _MORE
        data[place] = code
        rest, left, place = rest[more] >> 5, left[more] - 1, place[more] + 1
    data += np.uint8(_FIRST)
    return data.tobytes(), num_groups
