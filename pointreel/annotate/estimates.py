"""How good a pseudo-mask is, as far as verdicts on random points can tell: precision, recall and J with intervals.

The candidates of an object were drawn at random within four parts of each sampled frame: what the machine is sure is
the object, what it is sure is not, and of what it is unsure about, the inside and the outside of its mask. The pixels
of each part are known, so each verdict stands for a number of pixels, and where a part is on the object to a share of
``on``,

    TP = sum of pixels x on over the parts inside the mask;    FN = the same over the parts outside it;
    precision = TP / inside,    recall = TP / (TP + FN),    J = TP / (inside + FN).

What is inside is known to the pixel, so TP and FN are all that is estimated. The figures are those of all sampled
frames taken together: every one of them is looked at, so frames are strata here and not clusters. What the sampled
frames say of those between them is another question (see ``planning``).

Bounds are those of Clopper and Pearson for each part, melded (Fay, Proschan and Brittain, 2015): the lower bound of J
is a quantile of J where TP is drawn from the lower confidence distributions and FN from the upper ones, and the upper
bound the other way round. They need no large numbers, and hold at shares near 0 and 1. Verdicts of unequal weight count
as fewer (Kish's effective number). Points keep a distance, so they vary less than the independent ones that such bounds
are made for. "Unsure" counts against the mask in lower bounds and for it in upper ones. A part of a frame in which
nothing was answered yet is unknown: wholly wrong below, wholly right above.

The estimates themselves lean a little towards what is to be expected of a machine, so that the first verdicts do not
throw them about: by one verdict in each part, and by ten in the background, where one stands for many pixels. Bounds
do not lean.

What annotators say is taken for the truth, unless it is known how often they err (see ``mistakes``). A part of which
they say to a share q that it is on the object is on it to (q - f) / (1 - m - f), where m is how often a point on it is
missed, and f how often the object is seen where it is not (Rogan and Gladen, 1978). With both anywhere between 0 and
what pairs of verdicts allow for, that is at least (q - f) / (1 - f) and at most q / (1 - m).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, PointreelError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
"""(frames, parts, labels): how many verdicts, by frame in order, part as in ``PARTS``, and label."""

LEVEL = 0.95

PARTS = ((FOREGROUND, True), (AMBIGUOUS, True), (AMBIGUOUS, False), (BACKGROUND, False))
"""The four parts: as what its candidates are proposed, and whether it is inside the pseudo-mask."""

INSIDE = np.array([inside for _, inside in PARTS])
DRAWN_WITH = np.array([[kind == other for other, _ in PARTS] for kind, _ in PARTS], np.float64)
"""(4, 4) which parts share their candidates: uncertain ones are drawn inside and outside at once."""

_BELIEF = (0.97, 0.75, 0.25)
_MISSED = 0.1
_WEIGHT = np.array([1.0, 1.0, 1.0, 10.0])
"""How many verdicts belief is worth. One in the background may stand for as many pixels as the object has."""
NUM_DRAWS = 4000


class Area(Protocol):
    """The pixels of one part of one sampled frame."""

    @property
    def frame(self) -> int: ...
    @property
    def kind(self) -> int: ...
    @property
    def inside(self) -> bool: ...
    @property
    def pixels(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Region:
    """An ``Area`` by hand."""

    frame: int
    kind: int
    inside: bool
    pixels: int


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a random point: on the object, off it, or unsure."""

    frame: int
    kind: int
    inside: bool
    label: int


@dataclass(frozen=True, slots=True)
class Bounded:
    """An estimate, and the bounds that hold the true value with the confidence that was asked for."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a pseudo-mask is on its sampled frames; precision and recall are None where there is nothing to share.

    ``unknown`` is the share of the pixels that lie in parts of frames in which nothing was answered yet.
    """

    precision: Bounded | None
    recall: Bounded | None
    j: Bounded
    level: float
    answered: int
    unsure: int
    unknown: float


def estimate(areas: Iterable[Area], said: Iterable[Said], *, level: float = LEVEL) -> Quality:
    """Precision, recall and J of the mask that the areas were cut by, from verdicts on random points in them."""
    frames, pixels = pixels_by_part(areas)
    return quality(pixels, counts_by_part(frames, said), level=level)


def pixels_by_part(areas: Iterable[Area]) -> tuple[list[int], Floats]:
    """The sampled frames, and (frames, 4) their pixels by part."""
    found = list(areas)
    frames = sorted({area.frame for area in found})
    pixels = np.zeros((len(frames), len(PARTS)))
    for area in found:
        pixels[frames.index(area.frame), PARTS.index((area.kind, area.inside))] += area.pixels
    return frames, pixels


def counts_by_part(frames: list[int], said: Iterable[Said]) -> Counts:
    """Verdicts, counted."""
    counts = np.zeros((len(frames), len(PARTS), 3), np.int64)
    for one in said:
        if one.frame not in frames or (one.kind, one.inside) not in PARTS:
            raise PointreelError(f"frame {one.frame}: has a verdict, and no part that the point was drawn in. Propose.")
        counts[frames.index(one.frame), PARTS.index((one.kind, one.inside)), one.label] += 1
    return counts


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts by part, summed over frames: each weighs as many pixels as it stands for. All are (..., 4)."""

    pixels: Floats
    known: Floats
    """Pixels in frames with a verdict of that kind."""
    on: Floats
    """What share of the verdicts said: on the object."""
    unsure: Floats
    effective: Floats
    """How many verdicts of equal weight would say as much."""

    @classmethod
    def of(cls, pixels: Floats, counts: Counts) -> "Tally":
        """Of (frames, 4) pixels and (..., frames, 4, labels) verdicts, several sets of them at once if need be."""
        answered = counts.sum(axis=-1)
        drawn = answered @ DRAWN_WITH
        weight = np.divide(pixels @ DRAWN_WITH, drawn, out=np.zeros(drawn.shape), where=drawn > 0)
        total, squares = (weight * answered).sum(axis=-2), (weight**2 * answered).sum(axis=-2)
        shares = (weight[..., None] * counts).sum(axis=-3) / np.maximum(total, 1e-300)[..., None]
        effective = np.divide(total**2, squares, out=np.zeros(total.shape), where=squares > 0)
        known = (pixels * (drawn > 0)).sum(axis=-2)
        return cls(pixels.sum(axis=0), known, shares[..., FOREGROUND], shares[..., AMBIGUOUS], effective)

    def shares(self) -> Floats:
        """To what share each part is on the object: "unsure" is left out, and belief counts as some verdicts."""
        sure = self.effective * (1 - self.unsure)
        estimated: Floats = (self.effective * self.on + _WEIGHT * self.belief()) / (sure + _WEIGHT)
        return estimated

    def belief(self) -> Floats:
        """The same before anybody has looked: of the sure background, as much as a tenth of the mask is large."""
        missed = _MISSED * self.pixels[INSIDE].sum() / max(self.pixels[-1], 1.0)
        return np.array([*_BELIEF, min(missed, 0.5)])

    def lowest(self, rng: np.random.Generator, imagined: Floats | float = 0.0) -> Floats:
        """(draws, 4) pixels on the object, from each part's lower confidence distribution."""
        yes = self.effective * self.on
        said = _beta(rng, yes, self.effective - yes + 1)
        return np.maximum(said - imagined, 0) / np.maximum(1 - imagined, 1e-9) * self.known

    def highest(self, rng: np.random.Generator, missed: Floats | float = 0.0) -> Floats:
        """The same from the upper one; what is unknown is on the object."""
        yes = self.effective * np.minimum(self.on + self.unsure, 1)
        said = _beta(rng, yes + 1, self.effective - yes)
        return np.minimum(said / np.maximum(1 - missed, 1e-9), 1) * self.known + (self.pixels - self.known)


def _beta(rng: np.random.Generator, a: Floats, b: Floats) -> Floats:
    """Draws from beta distributions, which for an a or b of 0 are all at that end."""
    drawn = rng.beta(np.maximum(a, 1e-9), np.maximum(b, 1e-9), (NUM_DRAWS, len(a)))
    drawn[:, a <= 1e-9] = 0
    drawn[:, b <= 1e-9] = 1
    return drawn


class Erring(Protocol):
    """How often verdicts are wrong: (draws, 4) rates by part."""

    def missed(self, rng: np.random.Generator) -> Floats: ...
    def imagined(self, rng: np.random.Generator) -> Floats: ...


def quality(pixels: Floats, counts: Counts, *, level: float = LEVEL, mistakes: Erring | None = None) -> Quality:
    """Precision, recall and J from (frames, 4) pixels and the verdicts in them, which may be mistaken."""
    tally, rng = Tally.of(pixels, counts), np.random.default_rng(0)  # the same verdicts give the same bounds
    low = tally.lowest(rng, mistakes.imagined(rng) if mistakes else 0.0)
    high = tally.highest(rng, mistakes.missed(rng) if mistakes else 0.0)
    inside = float(tally.pixels[INSIDE].sum())
    estimates = ratios(inside, *hits_and_misses(tally.pixels * tally.shares()))
    lows = ratios(inside, hits_and_misses(low)[0], hits_and_misses(high)[1])
    highs = ratios(inside, hits_and_misses(high)[0], hits_and_misses(low)[1])
    tail = (1 - level) / 2
    precision, recall, j = (
        _bounded(float(value), float(np.quantile(lower, tail)), float(np.quantile(upper, 1 - tail)))
        for value, lower, upper in zip(estimates, lows, highs, strict=True)
    )
    return Quality(
        precision=precision if inside else None,
        recall=recall if tally.pixels.any() else None,
        j=j,
        level=level,
        answered=int(counts.sum()),
        unsure=int(counts[..., AMBIGUOUS].sum()),
        unknown=float((tally.pixels - tally.known).sum() / max(tally.pixels.sum(), 1.0)),
    )


def hits_and_misses(on: Floats) -> tuple[Floats, Floats]:
    """TP and FN of (..., 4) pixels on the object."""
    return on[..., INSIDE].sum(axis=-1), on[..., ~INSIDE].sum(axis=-1)


def ratios(inside: float, hits: Floats, misses: Floats) -> tuple[Floats, Floats, Floats]:
    """Precision, recall and J; 0 where there is nothing to share."""
    least = 1e-9
    return hits / max(inside, least), hits / np.maximum(hits + misses, least), hits / np.maximum(inside + misses, least)


def _bounded(value: float, low: float, high: float) -> Bounded:
    return Bounded(value, min(low, value), max(high, value))
