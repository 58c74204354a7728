"""The Point-VOS benchmark: J&F when methods start from 1, 2, 5 and 10 points, and the mean of the four.

Predictions are a folder with the folders ``1``, ``2``, ``5`` and ``10`` in it, each a root with ``Annotations`` or a
folder of sequence folders. The truth has label maps of as many frames as there are: all of DAVIS or YouTube-VOS, three
after the reference frame in PV-Oops. An object counts after its reference frame, which is the first frame on which the
truth has it.

PV-Oops labels only frames *after* the reference frame, up to three, so there ``reference=no`` has to be said: an object
counts from the first labelled frame on which truth or prediction has it. A truth that looks so is warned of.

``J&F@5`` is the mean over objects when all start from 5 points. ``J&F``, ``J_mean`` and ``F_mean`` are means of the
four, which is the figure that the tables of the paper end with. What the paper leaves open, and is decided here: J and
F are averaged over the frames of an object, then over objects, as in DAVIS; the last frame counts as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...core import PointreelError
from ...formats import label_files
from ..report import Progress, Report, silent
from ._vos import FIGURES, Rows, VosScorer, report

_LABELLED_IN_OOPS = 3


@dataclass(frozen=True, kw_only=True)
class Config:
    """``points`` names the folders there are, with commas. ``partial`` scores what is there. See above for the rest."""

    points: str = "1,2,5,10"
    split: str = ""
    reference: bool = True
    partial: bool = False


def build(config: Config) -> "PointVos":
    return PointVos(config)


@dataclass(frozen=True)
class PointVos:
    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        scorer = VosScorer(
            find=lambda path: label_files(path, self.config.split),
            skip_ends=False,
            after_reference=self.config.reference,
            partial=self.config.partial,
        )
        names = [name.strip() for name in self.config.points.split(",")]
        there = [name for name in names if (predictions / name).is_dir()]
        lacking = [name for name in names if name not in there]
        if not there or (lacking and not self.config.partial):
            raise PointreelError(
                f"{predictions}: found no folder {(lacking or names)[0]!r}, expected one for each of "
                f"{', '.join(names)} points. Write it, or choose others with the option points=..."
            )
        doubts = _doubts(truth, self.config) if self.config.reference else []
        found = {
            name: scorer.score(truth, predictions / name, num_workers=num_workers, progress=progress) for name in there
        }
        merged = _merged(found, lacking)
        return replace(merged, warnings=(*doubts, *merged.warnings))


def over_budgets(reports: Mapping[str, Report]) -> Report:
    """One report of several, each the score of one number of points; all must be of the same objects."""
    return _merged(reports, [])


def _doubts(truth: Path, config: Config) -> list[str]:
    """A warning where the truth has as few labelled frames as PV-Oops, whose reference frames have no masks."""
    files = label_files(truth, config.split)
    if not files.names or any(len(files.frames(name)) > _LABELLED_IN_OOPS for name in files.names):
        return []
    return [
        f"{truth}: no sequence has more than {_LABELLED_IN_OOPS} labelled frames, and the first on which an object is "
        "does not count. In PV-Oops, whose reference frames have no masks, it does: use reference=no."
    ]


def _merged(reports: Mapping[str, Report], lacking: list[str]) -> Report:
    first, *others = reports.values()
    for other in others:
        if different := other.per_object.keys() ^ first.per_object.keys():
            raise PointreelError(
                f"Only some numbers of points have a score of {min(different)}. Score the same objects."
            )
    rows: Rows = {name: {} for name in first.per_sequence}
    for key in first.per_object:
        name, _, number = key.rpartition("_")
        rows[name][int(number)] = _merged_row({budget: one.per_object[key] for budget, one in reports.items()})
    missing = [f"{name}/" for name in lacking]
    missing += [f"{budget}/{path}" for budget, one in reports.items() for path in one.missing]
    return report(rows, tuple(missing), [warning for one in reports.values() for warning in one.warnings])


def _merged_row(row_by_budget: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    mean = {figure: float(np.mean([row[figure] for row in row_by_budget.values()])) for figure in FIGURES}
    return mean | {f"J&F@{budget}": row["J&F"] for budget, row in row_by_budget.items()}
