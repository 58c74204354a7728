"""COCO: one JSON file with images and, for each image, annotations with masks or boxes.

Layout::

    {"images": [{"id", "file_name", "width", "height"}],
     "annotations": [{"id", "image_id", "category_id", "segmentation": RLE or [polygon, ...], "bbox": [x, y, w, h],
                      "area", "iscrowd"}],
     "categories": [{"id", "name", "supercategory"}]}

Doubtful questions are decided by ``pycocotools.coco.COCO``: a segmentation is compressed RLE, uncompressed RLE or
polygons. An annotation without one is a box; no other box is a label of its own.

COCO knows no videos. A sequence is made of the images of one ``video_id`` with the list ``videos``, as CocoVID of
mmtracking has them, in the order of ``frame_id``; else of the images of one folder, in the order of the file; and an
image that lies in no folder is a sequence of its own. An object is made of the annotations of one ``track_id`` or
``instance_id``; annotations without are an object each. Key points are passed over.

Written are ``videos``, ``video_id``, ``frame_id`` and ``track_id``, which pycocotools passes over, and keys of ours:
the list ``tracks``, which is TAO's, with ``object_id``, ``attributes`` and ``object_name`` (empty for objects without
a name, which are of the category "object"); ``labelled`` (false) of an image that nobody labelled; ``score`` of an
annotation, as results have it, and ``own_box`` where the box is a label of its own beside the mask.
"""

from dataclasses import dataclass
from pathlib import Path

from ..core import Dataset, Feature
from ._coco_paths import json_to_read, peek
from ._frame_json import FrameDialect, FrameFile
from ._frame_writer import FrameSpelling, write_frames
from ._paths import file_to_write

HOLDS = frozenset(Feature) - {
    Feature.POINTS,
    Feature.CANDIDATES,
    Feature.UNDECIDED_POINTS,
    Feature.LATER_POINTS,
    Feature.UNEVEN_POINTS,
    Feature.TRACES,
    Feature.VOID,
    Feature.UNKNOWN_SIZES,
}
_USUAL = ("annotations/instances_*.json", "annotations/*.json")
_OTHERS = ('"neg_category_ids": [', '"neg_category_ids":[', '"ytid"', '"file_names"', '"segmentations"')


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` picks one of several files in a folder, as ``val2017``. ``each_image`` makes every image a sequence
    of its own, also where images share a folder. ``suffix`` ends the file names that are written."""

    split: str = ""
    each_image: bool = False
    suffix: str = ".jpg"


@dataclass(frozen=True)
class Coco:
    """Images with annotations, in one JSON file."""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return HOLDS

    def recognises(self, path: Path) -> bool:
        text = peek(path, *_USUAL)
        if not text.startswith("{") or any(key in text for key in _OTHERS):
            return False
        return ('"images"' in text and '"file_name"' in text) or ('"annotations"' in text and '"image_id"' in text)

    def read(self, path: Path) -> Dataset:
        file = json_to_read(path, self.config.split, *_USUAL)
        return FrameFile(file, FrameDialect(each_image=self.config.each_image)).dataset()

    def write(self, dataset: Dataset, path: Path) -> None:
        write_frames(dataset, file_to_write(path, "instances.json"), FrameSpelling(suffix=self.config.suffix))


def build(config: Config) -> Coco:
    """The format, as configured."""
    return Coco(config)
