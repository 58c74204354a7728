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

RowsBySequence = Mapping[str, Sequence[Figures]]
"""The figures of each object, by sequence."""

NUM_DRAWS, LEVEL, _AT_ONCE = 10_000, 0.95, 500
_NOTHING = 1e-12
"""What rounding leaves of no difference at all."""


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

    Both reports must be of the same sequences, and ``figure`` a mean over their objects.
    """
    if weak.per_sequence.keys() != full.per_sequence.keys():
        other = sorted(weak.per_sequence.keys() ^ full.per_sequence.keys())[0]
        raise PointreelError(f"Retention compares runs on the same sequences, and only one has {other!r}. Score both.")
    (weak_sums, weak_counts), (full_sums, full_counts) = (_totals_of(report, figure) for report in (weak, full))
    if not full.overall[figure] > 0:
        raise PointreelError(f"Retention of {figure} needs a full score above 0, and it is {full.overall[figure]:.4f}.")
    drawn = [
        (weights @ weak_sums / (weights @ weak_counts)) / (weights @ full_sums / (weights @ full_counts))
        for weights in draws(len(weak_sums), seed=seed)
    ]
    return Retention(weak.overall[figure] / full.overall[figure], *bounds(np.concatenate(drawn)))


def figures_to_retain(report: Report) -> tuple[str, ...]:
    """The figures that a part can be kept of: means over objects, above 0, of which higher is better."""
    means = (figure for figure, value in report.overall.items() if value > 0 and not figure.endswith("_decay"))
    return tuple(figure for figure in means if _is_mean(report, figure, *_totals_by_name(report, figure)))


def _totals_of(report: Report, figure: str) -> tuple[Values, Values]:
    """The sum of a figure over the objects of each sequence, and how many they are."""
    sums, counts = _totals_by_name(report, figure)
    if not _is_mean(report, figure, sums, counts):
        known = ", ".join(figures_to_retain(report)) or "none"
        raise PointreelError(f"{figure!r} is no mean over objects, so sequences cannot be drawn. Such are: {known}.")
    return sums[:, 0], counts[:, 0]


def _totals_by_name(report: Report, figure: str) -> tuple[Values, Values]:
    rows = objects_by_sequence(report)
    wanted = {name: [{figure: row.get(figure, np.nan)} for row in rows[name]] for name in sorted(rows)}
    return _totals(wanted)[1:]


def _is_mean(report: Report, figure: str, sums: Values, counts: Values) -> bool:
    if not len(sums):
        return False
    return bool(np.isclose(sums.sum() / counts.sum(), report.overall.get(figure, np.nan), rtol=1e-9))


@dataclass(frozen=True)
class Difference:
    """How much higher one figure is than another, with 95 % bounds; ``p`` says how easily chance gives as much."""

    value: float
    low: float
    high: float
    p: float


def paired_differences(
    rows_by_sequence: RowsBySequence, baseline: RowsBySequence, *, seed: int = 0
) -> dict[str, Difference]:
    """What each figure's mean over all rows (the objects) gains over that of ``baseline``.

    The same sequences are drawn for both, so that what is hard for both cancels. ``p`` is two-sided: twice the part of
    the draws on the other side of 0 than the difference, where draws without any difference count for both sides. It
    is never below ``2 ** (1 - sequences)``: so often all sequences would lean to one side by chance alone, and drawing
    the same few sequences again cannot tell that.

    >>> rows = {name: [{"J": 0.5 + k / 100}] for k, name in enumerate("abcdef")}
    >>> higher = {name: [{"J": row["J"] + 0.1}] for name, [row] in rows.items()}
    >>> difference = paired_differences(higher, rows)["J"]
    >>> round(difference.value, 3), difference.p < 0.05
    (0.1, True)
    """
    if rows_by_sequence.keys() != baseline.keys():
        other = sorted(rows_by_sequence.keys() ^ baseline.keys())[0]
        raise PointreelError(f"Differences are taken on the same sequences, and only one side has {other!r}.")
    names, sums, counts = _totals(rows_by_sequence)
    _, other_sums, other_counts = _totals({name: baseline[name] for name in rows_by_sequence})
    if not names or sums.shape != other_sums.shape:
        return {}
    ones = np.ones((1, len(sums)))
    weights = [ones, *draws(len(sums), seed=seed)]
    found = np.concatenate(
        [some @ sums / (some @ counts) - some @ other_sums / (some @ other_counts) for some in weights]
    )
    least = 2.0 ** (1 - len(sums))
    return {name: _difference(found[0, k], found[1:, k], least) for k, name in enumerate(names)}


def _difference(value: float, drawn: Values, least: float) -> Difference:
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Difference(np.nan, np.nan, np.nan, np.nan)
    tail = min(np.count_nonzero(drawn <= _NOTHING), np.count_nonzero(drawn >= -_NOTHING))
    return Difference(float(value), *bounds(drawn), min(1.0, max(least, 2 * float(tail + 1) / (len(drawn) + 1))))


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


def objects_by_sequence(report: Report) -> dict[str, list[Figures]]:
    """The objects of a report by sequence, which is what stands before the last underscore of their names."""
    rows: dict[str, list[Figures]] = {name: [] for name in report.per_sequence}
    for name, figures in report.per_object.items():
        rows.setdefault(name.rpartition("_")[0], []).append(figures)
    return rows
