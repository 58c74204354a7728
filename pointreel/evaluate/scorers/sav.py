"""SA-V val and test: J and F with a PNG per object, ``<video>/<object>/<frame>.png``, so that objects may overlap.

Truth and predictions are roots with ``Annotations_6fps``, that folder, or plain folders of videos. In each PNG whatever
is not 0 is the object. The labelled frames of an object but its first and last are scored, and all of them count from
the first on which truth or prediction has the object; an object that the truth shows on none of them is left out.
These are the rules of ``sav_benchmark.py`` of facebookresearch/sam2, whose figures are these times 100.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from ...formats import LabelFiles, label_files
from ..report import Progress, Report, Scorer, silent
from ._vos import VosScorer, report


@dataclass(frozen=True, kw_only=True)
class Config:
    """``partial`` scores what is there. ``skip_ends``: see above."""

    skip_ends: bool = True
    partial: bool = False


def build(config: Config) -> Scorer:
    return ObjectFolderScorer(config)


@dataclass(frozen=True)
class ObjectFolderScorer:
    """Every folder of an object is scored as a sequence of one object."""

    config: Config

    def score(self, truth: Path, predictions: Path, *, num_workers: int = 1, progress: Progress = silent) -> Report:
        scorer = VosScorer(find=_find, binary=True, skip_ends=self.config.skip_ends, partial=self.config.partial)
        by_folder = scorer.score(truth, predictions, num_workers=num_workers, progress=progress)
        rows: dict[str, dict[int, dict[str, float]]] = {}
        for name, row in by_folder.per_object.items():
            video, _, number = name.removesuffix("_1").rpartition("/")
            rows.setdefault(video, {})[int(number)] = dict(row)
        return replace(report(rows, by_folder.missing, []), warnings=by_folder.warnings)


def _find(path: Path) -> LabelFiles:
    masks = path / "Annotations_6fps"
    return label_files(masks if masks.is_dir() else path)
