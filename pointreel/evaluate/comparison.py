"""Methods side by side on the same truth: what each scores, how sure that is, and on which frames they differ.

>>> found = compare(Path("DAVIS"), {"stcn": Path("stcn"), "xmem": Path("xmem")})     # doctest: +SKIP
>>> found.differences["xmem"]["J&F"]                                                 # doctest: +SKIP
Difference(value=0.013, low=0.002, high=0.025, p=0.018)
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core import PointreelError, Shelf
from ._completeness import few
from ._label_frames import SequenceScores
from .bootstrap import Difference, RowsBySequence, mean_intervals, objects_by_sequence, paired_differences
from .report import Figures, Progress, Report, silent

Scores = NDArray[np.float64]
MEASURES = ("J", "F")
_FEW = 5


class FrameScoring(Protocol):
    """A scorer that tells the scores of every frame beside its report."""

    def score_frames(
        self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = ...
    ) -> tuple[Report, list[SequenceScores]]: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Method:
    """One set of predictions, what it scores, and the scores of its frames by sequence."""

    name: str
    report: Report
    frames: Mapping[str, SequenceScores]

    def over_time(self, sequence: str, measure: str = "J") -> dict[str, float]:
        """J or F by the name of the frame: the mean over the objects that count there; nan where none does."""
        scores = self.frames[sequence]
        values = scores.j if measure == "J" else scores.f
        return dict(zip(scores.task.frames, _mean_of_known(values).tolist(), strict=True))

    def figures(self, sequence: str) -> Figures:
        return self.report.per_sequence[sequence]


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Methods and how they differ from the first: ``differences`` by method, then by figure.

    ``sequences`` are those that all methods have, and all figures are over them; ``warnings`` say what is left out.
    """

    truth: Path
    benchmark: str
    methods: tuple[Method, ...]
    sequences: tuple[str, ...]
    differences: Mapping[str, Mapping[str, Difference]]
    warnings: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[str, ...]:
        return tuple(self.methods[0].report.overall)

    @cached_property
    def num_objects(self) -> int:
        return len(self.methods[0].report.per_object)

    @cached_property
    def num_frames(self) -> int:
        return sum(len(self.frames(name)) for name in self.sequences if self.has_frames)

    @property
    def has_frames(self) -> bool:
        """Whether the scores of single frames are known, for all methods."""
        return all(name in method.frames for method in self.methods for name in self.sequences)

    def frames(self, sequence: str) -> tuple[str, ...]:
        """The names of the scored frames that all methods have."""
        first, *others = (method.frames[sequence].task.frames for method in self.methods)
        common = {*first}.intersection(*others)
        return tuple(frame for frame in first if frame in common)

    def scores(self, sequence: str, measure: str = "J") -> Scores:
        """J or F of each method on each of ``frames(sequence)``, (methods, frames)."""
        frames = self.frames(sequence)
        rows = [method.over_time(sequence, measure) for method in self.methods]
        return np.array([[row[frame] for frame in frames] for row in rows])

    def to_json(self) -> dict[str, object]:
        """Everything but the frames. What is not a number is null."""
        return {
            "benchmark": self.benchmark,
            "sequences": list(self.sequences),
            "methods": {method.name: method.report.to_json() for method in self.methods},
            "differences": {
                name: {figure: _json(one) for figure, one in by_figure.items()}
                for name, by_figure in self.differences.items()
            },
            "warnings": list(self.warnings),
        }


def compare(
    truth: Path,
    predictions: Mapping[str, Path],
    *,
    benchmark: str = "davis",
    num_workers: int = 1,
    progress: Progress = silent,
    **options: object,
) -> Comparison:
    """Score methods, their predictions by name, by the rules of a benchmark; ``options`` are its scorer's.

    With ``partial=True`` only sequences that all methods have are compared.
    """
    scorer = frame_scorer(benchmark, **options)
    if not predictions:
        raise PointreelError("There is nothing to compare. Give the predictions of at least one method.")
    methods = [
        method_of(name, *scorer.score_frames(truth, path, num_workers=num_workers, progress=progress))
        for name, path in predictions.items()
    ]
    return comparison_of(truth, benchmark, methods)


def comparison_of(truth: Path, benchmark: str, scored: Sequence[Method]) -> Comparison:
    """Methods that are scored already, against the first of them; over the sequences that all of them have."""
    known = [method.report.per_sequence for method in scored]
    sequences = tuple(name for name in known[0] if all(name in others for others in known))
    if not sequences:
        raise PointreelError(f"{truth}: no sequence is scored for all methods, so they cannot be compared.")
    methods = [_restricted(method, sequences) for method in scored]
    rows = [objects_by_sequence(method.report) for method in methods]
    found = Comparison(
        truth=truth,
        benchmark=benchmark,
        methods=tuple(methods),
        sequences=sequences,
        differences={
            method.name: paired_differences(one, rows[0]) for method, one in zip(methods[1:], rows[1:], strict=True)
        },
    )
    left_out = [name for name in dict.fromkeys(name for others in known for name in others) if name not in sequences]
    return replace(found, warnings=(*_warnings(found), *_left_out(left_out)))


def frame_scorer(benchmark: str, **options: object) -> FrameScoring:
    """The scorer of a benchmark that has scores of single frames."""
    shelf = Shelf("scorer", "pointreel.evaluate.scorers")
    scorer = shelf.build(benchmark, **options)
    if not hasattr(scorer, "score_frames"):
        able = [name for name in shelf.names() if hasattr(shelf.build(name), "score_frames")]
        raise PointreelError(
            f"The benchmark {benchmark!r} has no scores of single frames of label maps. Use one of: {', '.join(able)}."
        )
    frame_scoring: FrameScoring = scorer
    return frame_scoring


def method_of(name: str, report: Report, scores: Iterable[SequenceScores] = ()) -> Method:
    """A method from what a scorer says of it; without the scores of frames where the scorer has none."""
    frames = {one.task.name: one for one in scores if one.task.name in report.per_sequence}
    return Method(name=name, report=report, frames=frames)


def _restricted(method: Method, sequences: tuple[str, ...]) -> Method:
    """The method's report over these sequences only; the report as it is where there are no others."""
    report = method.report
    if len(report.per_sequence) == len(sequences):
        return method
    rows = {name: objects for name, objects in objects_by_sequence(report).items() if name in sequences}
    kept = replace(
        report,
        overall=_means(rows, tuple(report.overall)),
        per_object={name: row for name, row in report.per_object.items() if name.rpartition("_")[0] in rows},
        per_sequence={name: report.per_sequence[name] for name in sequences},
        intervals=mean_intervals(rows),
        files={},
    )
    return replace(method, report=kept)


def _means(rows: RowsBySequence, figures: tuple[str, ...]) -> dict[str, float]:
    objects = [row for some in rows.values() for row in some]
    return {figure: float(np.mean([row[figure] for row in objects])) if objects else math.nan for figure in figures}


def _warnings(comparison: Comparison) -> Iterator[str]:
    if (num := len(comparison.sequences)) < _FEW:
        yield f"Only {num} sequence{'s' if num > 1 else ''}: intervals and p-values say little about others."
    for method in comparison.methods:
        for warning in method.report.warnings:
            yield f"{method.name}: {warning}"
        if method.report.missing:
            yield f"{method.name}: not there, and not scored: {few(list(method.report.missing))}."
    frames = [{name: one.task.frames for name, one in method.frames.items()} for method in comparison.methods]
    uneven = [name for name in comparison.sequences if len({one.get(name) for one in frames}) > 1]
    if uneven:
        yield f"Not all methods have the same frames of {few(uneven)}: figures of each are over the frames it has."


def _left_out(sequences: list[str]) -> Iterator[str]:
    if sequences:
        yield f"Not compared, because only some methods have them: {few(sequences)}."


def _mean_of_known(values: Scores) -> Scores:
    """Means of columns over what is a number in them."""
    known = ~np.isnan(values)
    num = known.sum(axis=0)
    means: Scores = np.divide(np.where(known, values, 0).sum(axis=0), num, out=np.full(len(num), np.nan), where=num > 0)
    return means


def _json(difference: Difference) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in asdict(difference).items()}
