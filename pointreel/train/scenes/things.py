"""Things in a photograph that people have cut into segments: which of its segments, together, are one."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .berkeley import Picture

Pixels = NDArray[np.bool_]

_TRIES, _LARGEST = 30, 0.35
_SMALLEST_AREA, _BORDER_SHARE = 350, 0.3
_AT_BORDER, _LARGEST_ISLAND = 0.06, 0.4
_CUT_OFF, _ROUND, _CENTRAL = 3.0, 0.6, 0.4


def things(maps: Sequence[Picture], rng: np.random.Generator) -> Iterator[tuple[float, Pixels]]:
    """Masks of what may be things, with how much each is like one; ``maps`` are several people's, the coarsest first.

    A thing is a union of neighbouring segments, of one to seven, or all that stands free of the border of the picture,
    so that it has parts as real things do. Coarse maps are taken more often than fine ones.
    """
    for k in range(_TRIES):
        segments = maps[min(len(maps) - 1, int(rng.exponential(1.2)))]
        mask = _union(segments, rng) if k % 3 else _island(segments, rng)
        thing = None if mask is None else _solid(mask, rng)
        if thing is not None:
            yield _likeness(thing, maps), thing


def _likeness(thing: Pixels, maps: Sequence[Picture]) -> float:
    """High where all people drew its outline, and where it is whole, in one lump, and in the middle: 0 to 1."""
    height, width = thing.shape
    outline, _ = cv2.findContours(thing.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = cv2.contourArea(cv2.convexHull(max(outline, key=len)))
    lump = 1 - _ROUND + _ROUND * min(1.0, float(thing.sum()) / max(1.0, hull))
    rows, columns = np.nonzero(thing)
    away = np.hypot(columns.mean() / width - 0.5, rows.mean() / height - 0.5)
    agreed = float(np.mean([_agreement(thing[::2, ::2], segments[::2, ::2]) for segments in maps]))
    return agreed * max(0.0, 1 - _CUT_OFF * _cut_off(thing)) * lump * float(np.exp(-((away / _CENTRAL) ** 2)))


def _agreement(thing: Pixels, segments: Picture) -> float:
    """The IoU of a thing with the segments of a map that are mostly it."""
    inside, areas = (np.bincount(found.ravel(), minlength=256) for found in (segments[thing], segments))
    theirs = (2 * inside > areas)[segments]
    return float((theirs & thing).sum() / max(1, (theirs | thing).sum()))


def _island(segments: Picture, rng: np.random.Generator) -> Pixels | None:
    """What hangs together of all segments that are hardly at the border of the picture."""
    areas = np.bincount(segments.ravel(), minlength=256)
    border = np.concatenate([segments[0], segments[-1], segments[:, 0], segments[:, -1]])
    free = (np.bincount(border, minlength=256) <= _AT_BORDER * len(border)) & (areas < _LARGEST * segments.size)
    count, pieces, numbers, _ = cv2.connectedComponentsWithStats(free[segments].astype(np.uint8), connectivity=4)
    if count < 2:
        return None
    sizes = numbers[1:, cv2.CC_STAT_AREA]
    island: Pixels = pieces == 1 + int(rng.choice(count - 1, p=sizes / sizes.sum()))
    return island if 0.004 < island.mean() < _LARGEST_ISLAND else None


def _union(segments: Picture, rng: np.random.Generator) -> Pixels | None:
    """A segment with a few of its neighbours, between 0.4 % of the picture and a drawn upper bound."""
    share = np.bincount(segments.ravel()) / segments.size
    largest, num_more = rng.choice([0.06, 0.15, _LARGEST]), rng.choice([0, 0, 1, 1, 2, 3, 4, 6])
    for _ in range(8):
        start = int(rng.integers(len(share)))
        if not 6e-4 < share[start] <= largest:
            continue
        mask: Pixels = segments == start
        for _ in range(num_more):
            ring = segments[(cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~mask]
            more = int(ring[rng.integers(len(ring))]) if len(ring) else start
            if share[more] < 0.15 and mask.mean() + share[more] < largest:
                mask = mask | (segments == more)
        if 0.004 < mask.mean() < largest:
            return mask
    return None


def _solid(mask: Pixels, rng: np.random.Generator) -> Pixels | None:
    """The largest piece of a mask, often with its holes filled; None if it is tiny, or the frame cuts much off it."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, pieces, numbers, _ = cv2.connectedComponentsWithStats(opened)
    if count < 2:
        return None
    piece = pieces == 1 + int(np.argmax(numbers[1:, cv2.CC_STAT_AREA]))
    if piece.sum() < _SMALLEST_AREA or _cut_off(piece) > _BORDER_SHARE:
        return None
    contours, _ = cv2.findContours(piece.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(piece.shape, np.uint8), contours, -1, 1, -1)
    solid: Pixels = (filled if rng.random() < 0.6 and filled.sum() < 1.3 * piece.sum() else piece) > 0
    return solid


def _cut_off(thing: Pixels) -> float:
    """How much of the outline is the border of the picture."""
    rim = int(thing[0].sum() + thing[-1].sum() + thing[:, 0].sum() + thing[:, -1].sum())
    outline = cv2.morphologyEx(thing.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).sum() / 2
    return rim / max(1.0, float(outline))
