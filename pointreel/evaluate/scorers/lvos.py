"""LVOS: J and F of long videos, and V, how unsteady a method is over time.

The truth is the folder of a split, with ``meta.json`` and ``Annotations``; predictions are the same, or a folder of
sequence folders. An object is scored on every fifth frame from the ``start`` to before the ``end`` of its
``frame_range`` in meta.json, the first one, which is given to the method, among them; where it is not in the truth a
method must not find it. J&F, J_mean, F_mean and V are means over objects; V of an object is the standard deviation of
the mean of its J and F over frames, from a variance rounded to four decimals, as published.

``unseen`` names a file with the names of the videos whose categories were not seen in training, one a line. J, F and V
are then given for both kinds, and G is the mean of J_seen, F_seen, J_unseen and F_unseen.

These are the rules of LingyiHongfd/lvos-evaluation. Where it differs from them by oversight, it is not followed: it
prints as V of the set that of the last object, divides the sum of the four by 2, and counts as 0 what ``frame_nums``
promises beyond the range. Frames without a label map end it in a crash; here they do not count, with a warning. For
the rules of hkchengrex/vos-benchmark, which many report on
LVOS, see ``mose``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...core import FormatError
from ...formats import LabelFiles, label_files, object_spans
from .._completeness import few
from .._label_frames import SequenceScores
from ..bootstrap import mean_intervals
from ..definitions import Definition
from ..report import Figures, Progress, Report, silent
from ._vos import VosScorer, figures

NAMES = ("J&F", "J_mean", "F_mean", "V")
KINDS = ("seen", "unseen")
_MEASURES = {"J": "J_mean", "F": "F_mean", "V": "V"}

Rows = dict[str, dict[int, dict[str, float]]]


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` is the folder below the root; see above for ``unseen``. ``partial`` scores what is there."""

    split: str = ""
    unseen: Path | None = None
    partial: bool = False


def build(config: Config) -> "Lvos":
    return Lvos(config)


@dataclass(frozen=True)
class Lvos:
    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        return self.score_frames(truth, predictions, num_workers=num_workers, progress=progress)[0]

    def score_frames(
        self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent
    ) -> tuple[Report, list[SequenceScores]]:
        """The report, and the scores of every frame: not a number where an object does not count."""
        spans = object_spans(truth, self.config.split)
        unseen = self._unseen()
        scorer = VosScorer(find=self._find, skip_ends=False, partial=self.config.partial)
        scores, missing, warnings = scorer.frames(truth, predictions, num_workers=num_workers, progress=progress)
        counted = [_counted(one, spans.get(one.task.name, {})) for one in scores]
        rows = {one.task.name: _rows(one) for one in counted}
        warnings = [*warnings, *_unlabelled(truth, counted, spans)]
        return _report(rows, unseen, missing, warnings), counted

    def _find(self, path: Path) -> LabelFiles:
        return label_files(path.parent if path.name == "meta.json" else path, self.config.split)

    def _unseen(self) -> frozenset[str] | None:
        if self.config.unseen is None:
            return None
        names = frozenset(self.config.unseen.read_text(encoding="utf-8").split())
        if not names:
            raise FormatError(self.config.unseen, "", found="no names", expected="a video per line")
        return names


def _counted(one: SequenceScores, spans: Mapping[int, range]) -> SequenceScores:
    """The scores of the objects that are listed, on the frames that are; one that nobody has has a score of 1."""
    numbers = [int(frame) if frame.isdecimal() else -1 for frame in one.task.frames]
    j, f = np.full((2, len(spans), len(numbers)), np.nan)
    flags = np.zeros((2, len(spans), len(numbers)), bool)
    for row, (object_id, span) in enumerate(spans.items()):
        at = [k for k, number in enumerate(numbers) if number in span]
        known = one.object_ids.index(object_id) if object_id in one.object_ids else None
        j[row, at], f[row, at] = (1, 1) if known is None else (one.j[known, at], one.f[known, at])
        if known is not None:
            flags[:, row] = one.in_truth[known], one.in_prediction[known]
    return replace(one, object_ids=tuple(spans), j=j, f=f, in_truth=flags[0], in_prediction=flags[1])


def _rows(one: SequenceScores) -> dict[int, dict[str, float]]:
    there = ~np.isnan(one.j)
    return {
        object_id: _figures(one.j[k, there[k]], one.f[k, there[k]])
        for k, object_id in enumerate(one.object_ids)
        if there[k].any()
    }


def _figures(j: np.ndarray, f: np.ndarray) -> dict[str, float]:
    variance = round(float(((j + f) / 2).var()), 4)
    return figures(j, f) | {"V": float(np.sqrt(variance))}


def _report(rows: Rows, unseen: frozenset[str] | None, missing: tuple[str, ...], warnings: list[str]) -> Report:
    objects = {name: list(some.values()) for name, some in rows.items()}
    intervals = mean_intervals(objects)
    overall = dict(_means([row for some in objects.values() for row in some]))
    if unseen is not None:
        kinds = {
            kind: _means(
                [row for name, some in objects.items() if (name in unseen) == (kind == "unseen") for row in some]
            )
            for kind in KINDS
        }
        split = {f"{m}_{kind}": means[name] for kind, means in kinds.items() for m, name in _MEASURES.items()}
        g = float(np.mean([split[f"{m}_{kind}"] for kind in KINDS for m in ("J", "F")]))
        overall = {"G": g} | overall | split
    return Report(
        overall=overall,
        per_object={f"{name}_{i}": row for name, some in rows.items() for i, row in some.items()},
        per_sequence={name: _means(some) for name, some in objects.items() if some},
        intervals=intervals,
        warnings=tuple(warnings),
        missing=missing,
    )


def _means(rows: list[dict[str, float]]) -> Figures:
    return {name: float(np.mean([row[name] for row in rows])) if rows else np.nan for name in NAMES}


def _unlabelled(truth: Path, scores: list[SequenceScores], spans: Mapping[str, Mapping[int, range]]) -> list[str]:
    """What meta.json lists and no label map shows."""
    lacking = [
        f"{one.task.name}_{object_id}"
        for one in scores
        for k, (object_id, span) in enumerate(spans.get(one.task.name, {}).items())
        if len(span) > int((~np.isnan(one.j[k])).sum())
    ]
    unlisted = [one.task.name for one in scores if one.task.name not in spans]
    warnings = [f"{truth}: not all frames of meta.json are scored, of {few(lacking)}."] if lacking else []
    return warnings + ([f"{truth}: not in meta.json, and not scored: {few(unlisted)}."] if unlisted else [])


def _of_kinds(figure: str, of: str, *, higher: bool = True) -> list[Definition]:
    return [
        Definition(
            figure=f"{figure}_{kind}",
            formula=f"{figure}_{kind} = mean over objects of {kind} videos of {of}",
            words=f"Videos are {kind} by the list that the option unseen names.",
            benchmarks=("lvos",),
            higher_is_better=higher,
        )
        for kind in KINDS
    ]


_V_OF_OBJECT = "the standard deviation over frames of (J + F) / 2"
DEFINITIONS = (
    Definition(
        figure="V",
        formula=f"V = mean over objects of {_V_OF_OBJECT}",
        words="How unsteady a method is over time. The variance is rounded to four decimals, as published.",
        benchmarks=("lvos",),
        higher_is_better=False,
    ),
    Definition(
        figure="G",
        formula="G = (J_seen + F_seen + J_unseen + F_unseen) / 4",
        words="The figure that LVOS V2 ranks by, where the option unseen says which videos are unseen.",
        benchmarks=("lvos",),
    ),
    *_of_kinds("J", "the mean over frames of J"),
    *_of_kinds("F", "the mean over frames of F"),
    *_of_kinds("V", _V_OF_OBJECT, higher=False),
)
