"""UVO 0.5 / 1.0: dense and sparse videos in the layout of YouTube-VIS, and its frames in the layout of COCO.

Layout of ``VideoDenseSet/UVO_video_val_dense.json`` and ``VideoSparseSet/UVO_sparse_val_video.json``::

    {"info": {...},
     "videos": [{"id", "ytid", "start_idx", "label", "width", "height", "file_names": ["<ytid>/30.png", ...]}],
     "categories": [{"id": 1, "name": "object"}, ...],
     "annotations": [{"id", "video_id", "category_id", "iscrowd", "height", "width", "length", "start_idx",
                      "segmentations": [RLE or null], "bboxes", "areas"}]}

Layout of ``FrameSet/UVO_frame_val.json``: that of COCO, with files in a folder for every video,
``{"images": [{"id", "file_name": "<ytid>/60.png", ...}], "annotations": [...], "categories": [...]}``; its annotations
are not tracked, so that each is an object of its own.

Doubtful questions are decided by UVO's own ``EvaluationAPI``: for videos ``pycocotools/ytvos.py`` of
youtubevos/cocoapi, for frames ``pycocotools.coco.COCO``. The frames of a video are those of ``file_names``, all of
them labelled: 90 in a dense video, one per second in a sparse one. Results are read as those of YouTube-VIS.

A sequence is named by its ``ytid``; ``label`` and ``start_idx`` are its attributes. The keys of ours are those of the
formats ``ytvis`` and ``coco``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..core import Dataset, Feature, PointreelError, Sequence
from ._coco_paths import json_to_read, peek
from ._frame_json import FrameDialect, FrameFile
from ._frame_writer import FrameSpelling, write_frames
from ._json import first_character
from ._paths import file_to_write
from ._video_json import VideoDialect, VideoFile, write_videos
from ._video_results import ResultsFile, write_results
from .coco import HOLDS
from .ytvis import RESULTS

_USUAL = ("VideoDenseSet/*.json", "VideoSparseSet/*.json", "FrameSet/*.json")
_ATTRIBUTES = ("label", "start_idx")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``layout`` is what is written: ``video`` (dense and sparse sets), ``frame`` (the frame set) or ``results``;
    what is read is seen from the file. ``split`` picks one of several files in a folder. ``truth`` is the annotation
    file whose numbers of videos and categories results use. ``suffix`` ends the file names that are written."""

    layout: str = "video"
    split: str = ""
    truth: Path | None = None
    suffix: str = ".png"


@dataclass(frozen=True)
class Uvo:
    """Open-world videos: every object has a mask, few have a name."""

    config: Config
    layout: Literal["video", "frame", "results"]

    @property
    def holds(self) -> frozenset[Feature]:
        return RESULTS if self.layout == "results" else HOLDS

    def recognises(self, path: Path) -> bool:
        text = peek(path, *_USUAL)
        return text.startswith("{") and ('"ytid"' in text or (path.name.startswith("UVO_") and '"annotations"' in text))

    def read(self, path: Path) -> Dataset:
        file = json_to_read(path, self.config.split, *_USUAL)
        if first_character(file) == "[":
            return ResultsFile(file, self._truth()).dataset()
        if _has_frames_only(file):
            return FrameFile(file, FrameDialect()).dataset()
        return VideoFile(file, self._dialect()).dataset()

    def write(self, dataset: Dataset, path: Path) -> None:
        match self.layout:
            case "video":
                write_videos(dataset, file_to_write(path, "UVO_video_dense.json"), self._dialect())
            case "frame":
                spelling = FrameSpelling(title="UVO", suffix=self.config.suffix, video_keys=_video_keys)
                write_frames(dataset, file_to_write(path, "UVO_frame.json"), spelling)
            case "results":
                write_results(dataset, file_to_write(path, "results.json"), self._truth())

    def _dialect(self) -> VideoDialect:
        return VideoDialect(
            title="UVO",
            suffix=self.config.suffix,
            names=("name", "ytid"),
            attributes=_ATTRIBUTES,
            video_keys=_video_keys,
            annotation_keys=lambda sequence: {"start_idx": _start(sequence)},
        )

    def _truth(self) -> VideoFile | None:
        return VideoFile(self.config.truth, self._dialect()) if self.config.truth else None


def build(config: Config) -> Uvo:
    """The format, as configured."""
    match config.layout:
        case "video" | "frame" | "results":
            return Uvo(config, config.layout)
    raise PointreelError(f"UVO has no layout {config.layout!r}. There are: frame, results, video.")


def _video_keys(sequence: Sequence) -> dict[str, object]:
    label = sequence.attributes.get("label")
    return {"ytid": sequence.name, "start_idx": _start(sequence), "label": label if isinstance(label, str) else ""}


def _start(sequence: Sequence) -> int:
    start = sequence.attributes.get("start_idx")
    return start if isinstance(start, int) else 0


def _has_frames_only(file: Path) -> bool:
    """Whether a file speaks of images, and of no video, near its start and its end."""
    text = peek(file)
    images = '"images"' in text or '"image_id"' in text
    return images and '"file_names"' not in text and '"segmentations"' not in text
