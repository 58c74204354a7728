"""YouTube-VIS 2019 / 2021 and OVIS: one JSON file with videos, categories and a track of masks per object.

Layout::

    {"videos": [{"id", "width", "height", "length", "file_names": ["0043f083b5/00000.jpg", ...]}],
     "categories": [{"id", "name", "supercategory"}],
     "annotations": [{"id", "video_id", "category_id", "iscrowd", "height", "width", "length",
                      "segmentations": [RLE, [polygon, ...] or null], "bboxes": [[x, y, w, h] or null],
                      "areas": [number or null]}]}

and for results ``[{"video_id", "category_id", "score", "segmentations": [RLE or null]}]``.

Doubtful questions are decided by ``pycocotools/ytvos.py`` of youtubevos/cocoapi, the benchmark's own reader: a
segmentation is compressed RLE, uncompressed RLE or polygons, and null or an empty list where the object is not.
A sequence is named by the folder of its files; a file whose ``annotations`` are null or missing, as the public
validation sets of OVIS and 2021, has no labelled frames. All frames of other files are labelled.

Keys of ours, which that reader passes over: ``name`` and ``attributes`` of a video and its ``labelled_frames`` where
not all are; of an annotation ``object_id``, ``attributes``, ``object_name`` (empty for objects without a name, which
are of the category "object"), ``score`` and ``scores``, and ``own_boxes``, the frames on which the box is a label of
its own beside the mask. A box without a mask is a label of its own.
"""

from dataclasses import dataclass
from pathlib import Path

from ..core import Dataset, Feature
from ._coco_paths import json_to_read, peek
from ._json import first_character
from ._paths import file_to_write
from ._video_json import VideoDialect, VideoFile, write_videos
from ._video_results import ResultsFile, write_results

RESULTS = frozenset(
    {
        Feature.MASKS,
        Feature.SIZES,
        Feature.OVERLAP,
        Feature.SCORES,
        Feature.NAMES,
        Feature.IDS,
        Feature.LARGE_IDS,
        Feature.LATE_OBJECTS,
        Feature.EMPTY_FRAMES,
    }
)
VIDEOS = RESULTS | {
    Feature.BOXES,
    Feature.FRACTIONS,
    Feature.ATTRIBUTES,
    Feature.UNLABELLED_FRAMES,
    Feature.TRAILING_FRAMES,
    Feature.FRAME_NAMES,
    Feature.UNLABELLED_OBJECTS,
    Feature.EMPTY_SEQUENCES,
}
_USUAL = ("annotations/*.json", "*/instances.json")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` picks one of several files in a folder. ``results`` writes the list of results of a method;
    ``truth`` is the annotation file whose numbers of videos and categories results use. ``suffix`` ends the file
    names that are written."""

    split: str = ""
    results: bool = False
    truth: Path | None = None
    suffix: str = ".jpg"


@dataclass(frozen=True)
class YtVis:
    """Videos with a track of masks per object, in one JSON file."""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return RESULTS if self.config.results else VIDEOS

    def recognises(self, path: Path) -> bool:
        text = peek(path, *_USUAL)
        if text.startswith("["):
            return '"segmentations"' in text and '"video_id"' in text
        return '"videos"' in text and '"file_names"' in text and '"ytid"' not in text

    def read(self, path: Path) -> Dataset:
        file = json_to_read(path, self.config.split, *_USUAL)
        if first_character(file) == "[":
            return ResultsFile(file, self._truth()).dataset()
        return VideoFile(file, VideoDialect()).dataset()

    def write(self, dataset: Dataset, path: Path) -> None:
        if self.config.results:
            write_results(dataset, file_to_write(path, "results.json"), self._truth())
        else:
            write_videos(dataset, file_to_write(path, "instances.json"), VideoDialect(suffix=self.config.suffix))

    def _truth(self) -> VideoFile | None:
        return VideoFile(self.config.truth, VideoDialect()) if self.config.truth else None


def build(config: Config) -> YtVis:
    """The format, as configured."""
    return YtVis(config)
