"""An object whose truth is known, as verification sees it: parts, candidates, and what an annotator would say of them.

What a project is planned with, and what the rules for intervals, order and stopping are measured on: thousands of
verifications, each in milliseconds, as nothing of a candidate matters but its cell and its label.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .config import Config
from .estimates import DRAWN_WITH, INSIDE, PARTS, Counts, Floats, Region, hits_and_misses, pixels_by_part, ratios
from .evidence import Cell
from .likelihood import Pixels, Regions, Soft
from .ordering import cell_worth, one_more
from .sampling import candidates_of
from .simulated import PERFECT, Noise
from .simulated_truth import seen

Verdicts = Iterator[tuple[Cell, int]]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """An object on a frame: how likely it is, its pseudo-mask, and where it really is."""

    frame: int
    likelihood: Soft
    mask: Pixels
    truth: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedObject:
    """``labels`` are those of the candidates of each cell, in the order in which they were drawn.

    ``again`` is what would be said of the same candidates a second time.
    """

    pixels: Floats
    """(frames, 4)"""
    true_pixels: Floats
    """(frames, 4) how many of them are on the object."""
    labels: Mapping[Cell, Sequence[int]]
    again: Mapping[Cell, Sequence[int]]

    @classmethod
    def of(
        cls,
        views: Sequence[View],
        *,
        config: Config | None = None,
        noise: Noise = PERFECT,
        key: tuple[str | int, ...] = (),
    ) -> "SimulatedObject":
        """Cut up and sampled as the pipeline does it, and answered with some noise, or none."""
        config = config or Config()
        rng, later = np.random.default_rng(config.seed), np.random.default_rng([config.seed, 1])
        regions = [
            Regions.of(
                one.likelihood, one.mask, sure_foreground=config.sure_foreground, sure_background=config.sure_background
            )
            for one in views
        ]
        areas = [
            Region(k, kind, inside, count)
            for k, parts in enumerate(regions)
            for (kind, inside), count in parts.num_pixels().items()
        ]
        labels: dict[Cell, list[int]] = {}
        again: dict[Cell, list[int]] = {}
        for k, (one, parts) in enumerate(zip(views, regions, strict=True)):
            for point in candidates_of(
                one.frame,
                parts,
                one.likelihood,
                per_frame=config.per_frame,
                min_distance=config.min_distance,
                seed=config.seed,
                key=key,
            ):
                cell = k, PARTS.index((point.kind, bool(point.inside)))
                truth, distance = seen(one.truth, point.x, point.y)
                labels.setdefault(cell, []).append(noise.verdict(truth, distance, rng))
                again.setdefault(cell, []).append(noise.verdict(truth, distance, later))
        true = np.array([_true_pixels(one, parts) for one, parts in zip(views, regions, strict=True)], np.float64)
        return cls(pixels_by_part(areas)[1], true, labels, again)

    def on(self, rows: Sequence[int]) -> "SimulatedObject":
        """The same object, verified on some of its frames only."""
        chosen = {row: k for k, row in enumerate(rows)}
        labels, again = (
            {(chosen[row], part): found for (row, part), found in said.items() if row in chosen}
            for said in (self.labels, self.again)
        )
        return SimulatedObject(self.pixels[list(rows)], self.true_pixels[list(rows)], labels, again)

    @property
    def counts(self) -> Counts:
        """(frames, 4, labels) all verdicts."""
        counts = np.zeros((*self.pixels.shape, 3), np.int64)
        for cell, labels in self.labels.items():
            np.add.at(counts[cell], labels, 1)
        return counts

    @property
    def num_candidates(self) -> Counts:
        """(frames, 4)"""
        found = np.zeros(self.pixels.shape, np.int64)
        for cell, labels in self.labels.items():
            found[cell] = len(labels)
        return found

    @property
    def figures(self) -> tuple[float, float, float]:
        """True precision, recall and J on the sampled frames."""
        inside = float(self.pixels[:, INSIDE].sum())
        precision, recall, j = ratios(inside, *hits_and_misses(self.true_pixels.sum(axis=0)))
        return float(precision), float(recall), float(j)

    def in_paper_order(self) -> Verdicts:
        """Foreground candidates, then background, then uncertain ones; frame by frame."""
        for parts in ((0,), (3,), (1, 2)):
            for cell in sorted(self.labels):
                if cell[1] in parts:
                    yield from ((cell, label) for label in self.labels[cell])

    def in_random_order(self, rng: np.random.Generator) -> Verdicts:
        """All candidates shuffled: what a good order has to beat, too."""
        every = [(cell, label) for cell, labels in self.labels.items() for label in labels]
        for i in rng.permutation(len(every)):
            yield every[i]

    def in_order_of_gain(self) -> Verdicts:
        """Most informative first, gains refreshed after every verdict."""
        left = {cell: list(labels) for cell, labels in self.labels.items()}
        counts = np.zeros((*self.pixels.shape, 3), np.int64)
        while any(left.values()):
            gains = cell_worth(self.pixels, counts) * one_more(counts.sum(axis=2) @ DRAWN_WITH)
            cell = max((cell for cell, labels in left.items() if labels), key=lambda one: float(gains[one]))
            label = left[cell].pop(0)
            counts[cell][label] += 1
            yield cell, label


def _true_pixels(view: View, regions: Regions) -> list[int]:
    """Pixels on the object of each of ``PARTS``."""
    by_kind = regions.by_kind()
    return [
        int(np.count_nonzero(by_kind[kind] & view.truth & (view.mask if inside else ~view.mask)))
        for kind, inside in PARTS
    ]
