"""What scenes are made of: photographs, and things cut out of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .berkeley import Picture, photographs_in, read_photograph, read_segments

Pixels = NDArray[np.bool_]

_SCALE, _LARGEST = 0.75, 0.35
_SMALLEST_AREA, _BORDER_SHARE = 350, 0.3
_TRIES, _CUTOUTS, _BACKGROUNDS = 18, 10, 3


@dataclass(frozen=True, eq=False)
class Cutout:
    """A thing: its colours and opacity, where its top left corner was, how many pixels it has, and, for some, the
    photograph with the thing painted over."""

    rgba: Picture
    corner: tuple[int, int]
    area: int
    behind: Picture | None = None


@dataclass(frozen=True, eq=False)
class Stock:
    """Photographs to stand behind, and cut-outs to stand before them."""

    photographs: Sequence[Picture] = field(repr=False)
    cutouts: Sequence[Cutout] = field(repr=False)

    def __add__(self, other: "Stock") -> "Stock":
        return Stock([*self.photographs, *other.photographs], [*self.cutouts, *other.cutouts])


def load_bsds(folder: Path, *, seed: int = 0) -> Stock:
    """The stock of BSDS500; see `berkeley` for what lies where.

    Things are unions of neighbouring segments, of one to seven, so that they have parts as real things do.
    """
    return _joined(
        _from_photograph(path, np.random.default_rng([seed, k])) for k, path in enumerate(photographs_in(folder))
    )


def procedural_stock(*, num_photographs: int = 40, seed: int = 0) -> Stock:
    """A stock that needs no photographs: cells of noise, each with its own texture, and unions of them."""
    return _joined(_procedural(np.random.default_rng([seed, k])) for k in range(num_photographs))


def _joined(parts: Iterable[Stock]) -> Stock:
    made = list(parts)
    return Stock([p for part in made for p in part.photographs], [c for part in made for c in part.cutouts])


def _from_photograph(path: Path, rng: np.random.Generator) -> Stock:
    photograph = read_photograph(path)
    size = int(photograph.shape[1] * _SCALE), int(photograph.shape[0] * _SCALE)
    rgb = _resized(photograph, size, cv2.INTER_AREA)
    maps = [_resized(labels, size, cv2.INTER_NEAREST) for labels in read_segments(path, photograph.shape[:2])]
    return Stock([rgb], list(_cutouts(rgb, sorted(maps, key=lambda segments: int(segments.max())), rng)))


def _resized(picture: Picture, size: tuple[int, int], interpolation: int) -> Picture:
    return cv2.resize(picture, size, interpolation=interpolation).astype(np.uint8, copy=False)


def _cutouts(rgb: Picture, maps: Sequence[Picture], rng: np.random.Generator) -> Iterator[Cutout]:
    """Things of one photograph, none of them nearly another; coarse segmentations are taken more often than fine."""
    taken: list[Pixels] = []
    for _ in range(_TRIES):
        segments = maps[min(len(maps) - 1, int(rng.exponential(1.2)))]
        mask = _union(segments, rng)
        thing = None if mask is None else _solid(mask, rng)
        if thing is None or any((thing & other).sum() > 0.8 * (thing | other).sum() for other in taken):
            continue
        taken.append(thing)
        yield _cutout(rgb, thing, with_behind=len(taken) <= _BACKGROUNDS, rng=rng)
        if len(taken) == _CUTOUTS:
            return


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
    piece = (pieces == 1 + int(np.argmax(numbers[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    rim = int(piece[0].sum() + piece[-1].sum() + piece[:, 0].sum() + piece[:, -1].sum())
    outline = cv2.morphologyEx(piece, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).sum() / 2
    if piece.sum() < _SMALLEST_AREA or rim > _BORDER_SHARE * outline:
        return None
    contours, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(piece), contours, -1, 1, -1)
    solid: Pixels = (filled if rng.random() < 0.6 and filled.sum() < 1.3 * piece.sum() else piece) > 0
    return solid


def _cutout(rgb: Picture, thing: Pixels, *, with_behind: bool, rng: np.random.Generator) -> Cutout:
    rows, columns = np.nonzero(thing)
    top, left = max(0, rows.min() - 5), max(0, columns.min() - 5)
    inside = np.s_[top : rows.max() + 6, left : columns.max() + 6]
    opacity = cv2.GaussianBlur(thing.astype(np.uint8) * 255, (3, 3), 0)
    behind = _without(rgb, thing, rng) if with_behind else None
    return Cutout(np.dstack([rgb, opacity])[inside].copy(), (int(left), int(top)), int(thing.sum()), behind)


def _without(rgb: Picture, thing: Pixels, rng: np.random.Generator) -> Picture:
    """The photograph with the thing painted over, at a third of the size, with some grain against the smoothness."""
    height, width = thing.shape
    hole = cv2.dilate(thing.astype(np.uint8) * 255, np.ones((5, 5), np.uint8))
    small = cv2.resize(rgb, (width // 3, height // 3), interpolation=cv2.INTER_AREA)
    wide = cv2.dilate(cv2.resize(hole, (width // 3, height // 3)), np.ones((3, 3), np.uint8))
    painted = cv2.resize(cv2.inpaint(small, (wide > 20).astype(np.uint8), 3, cv2.INPAINT_TELEA), (width, height))
    grain = rng.normal(0, 4, (height, width, 1))
    share = cv2.GaussianBlur(hole.astype(np.float32) / 255, (5, 5), 0)[..., None]
    return np.clip((painted + grain) * share + rgb * (1 - share), 0, 255).astype(np.uint8)


def _procedural(rng: np.random.Generator, height: int = 240, width: int = 360) -> Stock:
    """Cells around random places; each is a colour with its own noise, coarse and fine."""
    places = rng.random((int(rng.integers(8, 40)), 2)) * (height, width)
    y, x = np.mgrid[:height, :width]
    bend = [cv2.resize(rng.normal(0, 14, (8, 12)), (width, height), interpolation=cv2.INTER_CUBIC) for _ in range(2)]
    distance = [(y + bend[0] - row) ** 2 + (x + bend[1] - column) ** 2 for row, column in places]
    segments = np.argmin(distance, 0).astype(np.uint8)
    grain, blotch = rng.normal(0, 1, (height, width, 1)), rng.normal(0, 1, (height // 8, width // 8, 3))
    blotches = cv2.resize(blotch, (width, height), interpolation=cv2.INTER_CUBIC)
    colour, rough = rng.uniform(20, 235, (len(places), 3)), rng.uniform(0, 25, (2, len(places), 1))
    rgb = colour[segments] + rough[0][segments] * cv2.GaussianBlur(grain, (3, 3), 0)[..., None] * 2
    rgb = np.clip(rgb + rough[1][segments] * blotches, 0, 255).astype(np.uint8)
    return Stock([rgb], list(_cutouts(rgb, [segments], rng)))
