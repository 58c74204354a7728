"""TAO: one JSON file of videos, images, tracks and boxes at 1 frame per second; and TAO-VOS, its masks as PNGs.

Layout of ``annotations/validation.json``::

    {"info", "licenses", "categories": [{"id", "name", "synset", "merged": [{"id", "name"}]}],
     "videos": [{"id", "name": "val/YFCC100M/v_f69e...", "width", "height", "neg_category_ids",
                 "not_exhaustive_category_ids", "metadata": {...}}],
     "images": [{"id", "video_id", "file_name": "val/YFCC100M/v_f69e.../frame0391.jpg", "frame_index", "width",
                 "height", "video", "license"}],
     "tracks": [{"id", "video_id", "category_id"}],
     "annotations": [{"id", "image_id", "video_id", "track_id", "category_id", "bbox": [x, y, w, h], "area",
                      "segmentation", "iscrowd"}]}

Doubtful questions are decided by ``tao/toolkit/tao/tao.py`` of TAO-Dataset/tao: images are in the order of their
``frame_index``, categories that are ``merged`` count as the one that keeps them. That reader knows boxes only; a
``segmentation`` that is one upright rectangle is the box again, anything else is a mask, as in the files that BURST's
evaluation makes. A track keeps its number as the object's, which is unique in the whole file. The two lists of
categories and the ``metadata`` of a video are attributes of its sequence. Only the images that are listed are frames.
Keys of ours are those of the format ``coco``.

Layout of TAO-VOS (``layout=vos`` when writing)::

    ImageSets/valid.txt                                a video per line
    valid/Annotations/<video>/<frame>.png              the number of a pixel is its object, 255 is void
    valid/JPEGImages/<video>/<frame>.jpg               the frames, where they are there

For TAO-VOS no reader was published with the data; the loaders of methods that use it agree on this layout, and
``video`` may have folders. Sequences are read from the root, or from one split of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..core import Box, Dataset, Feature, PointreelError, Sequence
from ._coco_paths import json_to_read, peek
from ._coco_values import attribute, numbers_as_text, numbers_from_text
from ._frame_json import FrameDialect, FrameFile
from ._frame_writer import FrameSpelling, write_frames
from ._label_maps import require_overlap_rule
from ._paths import file_to_write
from ._records import Record
from ._tao_vos import is_tao_vos, read_tao_vos, write_tao_vos
from .coco import HOLDS

VOS = frozenset(
    {
        Feature.MASKS,
        Feature.SIZES,
        Feature.VOID,
        Feature.IDS,
        Feature.LATE_OBJECTS,
        Feature.EMPTY_FRAMES,
        Feature.EMPTY_SEQUENCES,
        Feature.FRAME_NAMES,
    }
)
_USUAL = ("annotations/*.json",)
_LISTS = ("neg_category_ids", "not_exhaustive_category_ids")
_METADATA = "metadata."


@dataclass(frozen=True, kw_only=True)
class Config:
    """``layout`` is what is written: ``json`` (TAO) or ``vos`` (TAO-VOS). ``split`` picks one of several files or
    folders when reading, and names what is written. ``suffix`` ends the file names in the JSON. ``overlap`` says what
    a PNG shows where objects overlap: ``refuse`` or ``last-on-top``."""

    layout: str = "json"
    split: str = ""
    suffix: str = ".jpg"
    overlap: str = "refuse"


@dataclass(frozen=True)
class Tao:
    """Tracks of anything, as boxes at 1 frame per second; as masks in TAO-VOS."""

    config: Config
    layout: Literal["json", "vos"]

    @property
    def holds(self) -> frozenset[Feature]:
        return VOS if self.layout == "vos" else HOLDS

    def recognises(self, path: Path) -> bool:
        if is_tao_vos(path):
            return True
        text = peek(path, *_USUAL)
        return (
            text.startswith("{")
            and '"neg_category_ids": [' in text.replace('":[', '": [')
            and '"name"' in text
            and ('"sequences"' not in text)
        )

    def read(self, path: Path) -> Dataset:
        if is_tao_vos(path):
            return read_tao_vos(path, self.config.split)
        dialect = FrameDialect(box_polygons=True, video_attributes=_attributes)
        return FrameFile(json_to_read(path, self.config.split, *_USUAL), dialect).dataset()

    def write(self, dataset: Dataset, path: Path) -> None:
        if self.layout == "vos":
            write_tao_vos(dataset, path, self.config.split or "train", self.config.overlap)
        else:
            file = file_to_write(path, f"{self.config.split or 'train'}.json")
            write_frames(dataset, file, _spelling(self.config.suffix))


def build(config: Config) -> Tao:
    """The format, as configured."""
    require_overlap_rule(config.overlap)
    match config.layout:
        case "json" | "vos":
            return Tao(config, config.layout)
    raise PointreelError(f"TAO has no layout {config.layout!r}. There are: json, vos.")


def _spelling(suffix: str) -> FrameSpelling:
    return FrameSpelling(
        title="TAO",
        suffix=suffix,
        lists=("videos", "images", "tracks", "annotations", "categories"),
        frame_key="frame_index",
        video_keys=_video_keys,
        image_keys=lambda sequence: {"video": sequence.name, "license": 0},
        box_polygon=_corners,
    )


def _attributes(video: Record) -> dict[str, str | int | float | bool | None]:
    metadata = video.record("metadata").fields if video.fields.get("metadata") is not None else {}
    named = {f"{_METADATA}{key}": attribute(value) for key, value in metadata.items()}
    return numbers_as_text(video, _LISTS[0]) | numbers_as_text(video, _LISTS[1]) | named


def _video_keys(sequence: Sequence) -> dict[str, object]:
    lists = {key: numbers_from_text(sequence.attributes.get(key)) for key in _LISTS}
    named = {key: value for key, value in sequence.attributes.items() if key.startswith(_METADATA)}
    return {**lists, "metadata": {key.removeprefix(_METADATA): value for key, value in named.items()}}


def _corners(box: Box) -> list[list[float]]:
    return [[box.left, box.top, box.right, box.top, box.right, box.bottom, box.left, box.bottom]]
