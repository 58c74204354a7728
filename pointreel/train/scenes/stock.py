"""What scenes are made of: photographs, and things cut out of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .berkeley import Picture, photographs_in, read_photograph, read_segments
from .things import Pixels, things

_SCALE, _SAME = 0.75, 0.7
_CUTOUTS, _BACKGROUNDS = 8, 3
_DRAWN, _ANYTHING = 0.5, 0.02


@dataclass(frozen=True, eq=False)
class Cutout:
    """A thing: its colours and opacity, where its top left corner was, how many pixels it has, and how much it is like
    something that people would point at; for some the photograph that it was cut out of with the thing painted over,
    and that photograph."""

    rgba: Picture
    corner: tuple[int, int]
    area: int
    likeness: float = 1.0
    behind: Picture | None = None
    photograph: Picture | None = None


@dataclass(frozen=True, eq=False)
class Stock:
    """Photographs to stand behind, and cut-outs to stand before them."""

    photographs: Sequence[Picture] = field(repr=False)
    cutouts: Sequence[Cutout] = field(repr=False)

    @cached_property
    def chances(self) -> NDArray[np.float64]:
        """How likely each cut-out is to be drawn: likely things more often."""
        wanted = np.array([cutout.likeness for cutout in self.cutouts]) ** 3 + _ANYTHING
        return np.asarray(wanted / wanted.sum(), np.float64)

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
    """Things of one photograph, the likeliest first, none of them nearly another."""
    taken: list[Pixels] = []
    for likeness, thing in sorted(things(maps, rng), key=lambda found: -found[0]):
        if any((thing & other).sum() > _SAME * (thing | other).sum() for other in taken):
            continue
        taken.append(thing)
        yield _cutout(rgb, thing, likeness, with_behind=len(taken) <= _BACKGROUNDS, rng=rng)
        if len(taken) == _CUTOUTS:
            return


def _cutout(rgb: Picture, thing: Pixels, likeness: float, *, with_behind: bool, rng: np.random.Generator) -> Cutout:
    rows, columns = np.nonzero(thing)
    top, left = max(0, rows.min() - 5), max(0, columns.min() - 5)
    inside = np.s_[top : rows.max() + 6, left : columns.max() + 6]
    opacity = cv2.GaussianBlur(thing.astype(np.uint8) * 255, (3, 3), 0)
    behind = _without(rgb, thing, rng) if with_behind else None
    return Cutout(
        np.dstack([rgb, opacity])[inside].copy(), (int(left), int(top)), int(thing.sum()), likeness, behind, rgb
    )


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
    cutouts = [replace(cutout, likeness=_DRAWN * cutout.likeness) for cutout in _cutouts(rgb, [segments], rng)]
    return Stock([rgb], cutouts)
