"""YouTube-VOS 2018 and 2019: G, the mean of J and F over the categories seen in training and over those unseen.

The truth is the folder of a split, with ``meta.json`` and ``Annotations``; predictions are the same, or a folder of
sequence folders. An object is scored on the frames that meta.json lists for it and that have a label map, so it counts
from when it comes. Each of J_seen, F_seen, J_unseen and F_unseen is a mean over all objects of its kind, and G is the
mean of the four; where there are no unseen categories, of the two that are left.

The evaluation server is not published. The first frame of an object is given to every method; whether the server
scores it is not known, and here it does not count unless ``first_frame=yes``. Which categories were seen is known from
the training set, whose 65 are built in; ``seen`` names another training set's meta.json.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core import FormatError
from ...formats import LabelFiles, label_files, scored_objects
from ..bootstrap import bounds, draws
from ..report import Progress, Report, silent
from ._vos import FIGURES, Rows, VosScorer, figures, report

_SEEN = """
airplane ape bear bike bird boat bucket bus camel cat cow crocodile deer dog dolphin duck eagle earless_seal
elephant fish fox frisbee frog giant_panda giraffe hand hat hedgehog horse knife leopard lion lizard monkey
motorbike mouse others owl paddle parachute parrot penguin person plant rabbit raccoon sedan shark sheep sign
skateboard snail snake snowboard squirrel surfboard tennis_racket tiger toilet train truck turtle umbrella whale
zebra
"""
SEEN = frozenset(_SEEN.split())
KINDS = ("J_seen", "F_seen", "J_unseen", "F_unseen")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` is the folder below the root; ``seen`` a meta.json of training; ``partial`` scores what is there."""

    split: str = ""
    seen: Path | None = None
    first_frame: bool = False
    partial: bool = False


def build(config: Config) -> "YoutubeVos":
    return YoutubeVos(config)


@dataclass(frozen=True)
class YoutubeVos:
    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        listed = scored_objects(truth, self.config.split)
        scorer = VosScorer(find=self._find, skip_ends=False, partial=self.config.partial)
        scores, missing, warnings = scorer.frames(truth, predictions, num_workers=num_workers, progress=progress)
        rows: Rows = {}
        for one in scores:
            rows[one.task.name] = {}
            for object_id, (_, frames) in listed.get(one.task.name, {}).items():
                at = [k for k, frame in enumerate(one.task.frames) if frame in frames]
                at = at if self.config.first_frame else at[1:]
                if object_id in one.object_ids and at:
                    k = one.object_ids.index(object_id)
                    rows[one.task.name][object_id] = figures(one.j[k, at], one.f[k, at])
        categories = {name: {i: category for i, (category, _) in objects.items()} for name, objects in listed.items()}
        return self._report(rows, categories, report(rows, missing, warnings))

    def _find(self, path: Path) -> LabelFiles:
        return label_files(path.parent if path.name == "meta.json" else path, self.config.split)

    def _report(self, rows: Rows, categories: dict[str, dict[int, str]], found: Report) -> Report:
        seen = self._seen()
        kinds = {name: {i: categories[name][i] in seen for i in objects} for name, objects in rows.items()}
        sums, counts = np.zeros((2, len(rows), len(KINDS)))
        for k, (name, objects) in enumerate(rows.items()):
            for i, row in objects.items():
                at = 0 if kinds[name][i] else 2
                sums[k, at : at + 2] += row["J_mean"], row["F_mean"]
                counts[k, at : at + 2] += 1
        overall = dict(zip(("G", *KINDS), _g(np.ones((1, len(rows))), sums, counts)[0].tolist(), strict=True))
        drawn = np.concatenate([_g(weights, sums, counts) for weights in draws(len(rows))])
        return Report(
            overall=overall | {name: found.overall[name] for name in FIGURES},
            per_object=found.per_object,
            per_sequence=found.per_sequence,
            intervals={name: bounds(drawn[:, k]) for k, name in enumerate(("G", *KINDS))} | dict(found.intervals),
            warnings=found.warnings,
            missing=found.missing,
        )

    def _seen(self) -> frozenset[str]:
        if self.config.seen is None:
            return SEEN
        listed = scored_objects(self.config.seen.parent if self.config.seen.is_file() else self.config.seen)
        categories = frozenset(category for objects in listed.values() for category, _ in objects.values())
        if not categories - {""}:
            raise FormatError(self.config.seen, "", found="no categories", expected="the category of each object")
        return categories


def _g(weights: np.ndarray, sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """G and the four means it is of, (draws, 5), for sequences drawn ``weights`` times."""
    with np.errstate(invalid="ignore"):
        means = (weights @ sums) / (weights @ counts)
    there = ~np.isnan(means)
    g = np.where(there, means, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.column_stack([np.where(there.any(axis=1), g, np.nan), means])
