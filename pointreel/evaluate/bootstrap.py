"""How sure a figure is: 95 % intervals from drawing the sequences again, with replacement.

Sequences are drawn, not objects or frames, because what happens in one sequence hangs together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import PointreelError
from .report import Figures, Report

Values = NDArray[np.float64]

NUM_DRAWS, LEVEL, _AT_ONCE = 10_000, 0.95, 500


@dataclass(frozen=True)
class Retention:
    """What is left of a score: 0.9 is nine tenths of it. ``low`` and ``high`` bound it with 95 % confidence."""

    value: float
    low: float
    high: float


def mean_intervals(
    rows_by_sequence: Mapping[str, Sequence[Figures]], *, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Bounds of each figure's mean over the rows (the objects) of all sequences."""
    names, sums, counts = _totals(rows_by_sequence)
    if not names:
        return {}
    drawn = np.concatenate([weights @ sums / (weights @ counts) for weights in draws(len(sums), seed=seed)])
    return {name: bounds(drawn[:, k]) for k, name in enumerate(names)}


def retention(weak: Report, full: Report, figure: str = "J&F", *, seed: int = 0) -> Retention:
    """The score of a weakly supervised run over that of its fully supervised twin, drawing the same sequences for both.

    Both reports must be of the same sequences.
    """
    if weak.per_sequence.keys() != full.per_sequence.keys():
        other = sorted(weak.per_sequence.keys() ^ full.per_sequence.keys())[0]
        raise PointreelError(f"Retention compares runs on the same sequences, and only one has {other!r}. Score both.")
    parts = [_totals(_objects_by_sequence(report, figure)) for report in (weak, full)]
    (_, weak_sums, weak_counts), (_, full_sums, full_counts) = parts
    drawn = [
        (weights @ weak_sums[:, 0] / (weights @ weak_counts[:, 0]))
        / (weights @ full_sums[:, 0] / (weights @ full_counts[:, 0]))
        for weights in draws(len(weak_sums), seed=seed)
    ]
    return Retention(weak.overall[figure] / full.overall[figure], *bounds(np.concatenate(drawn)))


def draws(num_sequences: int, *, num_draws: int = NUM_DRAWS, seed: int = 0) -> Iterator[Values]:
    """How often each sequence is drawn, (draws, sequences), some hundred draws at a time."""
    rng = np.random.default_rng(seed)
    chances = np.full(num_sequences, 1 / num_sequences)
    for start in range(0, num_draws, _AT_ONCE):
        yield rng.multinomial(num_sequences, chances, size=min(_AT_ONCE, num_draws - start)).astype(np.float64)


def bounds(drawn: Values, level: float = LEVEL) -> tuple[float, float]:
    """The middle part of the figures drawn; not a number where none of them is one."""
    if np.isnan(drawn).all():
        return np.nan, np.nan
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return low, high


def _totals(rows_by_sequence: Mapping[str, Sequence[Figures]]) -> tuple[list[str], Values, Values]:
    """Names of figures; their sums and the number of rows, (sequences, figures), without sequences that have none."""
    kept = [rows for rows in rows_by_sequence.values() if rows]
    names = list(kept[0][0]) if kept else []
    sums = np.array([[sum(row[name] for row in rows) for name in names] for rows in kept])
    return names, sums, np.array([[float(len(rows))] * len(names) for rows in kept])


def _objects_by_sequence(report: Report, figure: str) -> dict[str, list[Figures]]:
    """The objects of a report by sequence, which is what stands before the last underscore of their names."""
    rows: dict[str, list[Figures]] = {name: [] for name in report.per_sequence}
    for name, figures in report.per_object.items():
        rows[name.rpartition("_")[0]].append({figure: figures[figure]})
    return rows
