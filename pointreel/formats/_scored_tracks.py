"""Tracks as the scorers of YouTube-VIS, OVIS and UVO want them: every mask of a file still in its bytes, in one pass.

A dataset tells what is in a video; a score needs more of the same files: the number and the stated areas of an
annotation, results without any mask, and the order of the file. Masks are compressed RLE where the file has it so, and
are not looked into before they are scored; ``TrackFile.blame`` finds the one that is broken.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from ..core import FormatError, Mask
from ._coco_paths import json_to_read
from ._coco_values import mask_from_counts, mask_from_json, size_from_json
from ._json_window import Window
from ._records import Record, describe

Size = tuple[int, int]
_TRUTH = ("annotations/*.json", "*/instances.json", "VideoDenseSet/*.json", "VideoSparseSet/*.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredVideo:
    """A video of the truth; ``name`` is the folder of its files."""

    number: int
    name: str
    size: Size
    num_frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredTrack:
    """One annotation or one result. ``number`` is the ``id`` of an annotation, and the place of a result in its file.

    ``area`` is the mean of the areas an annotation states where they are not 0, as the official code takes it;
    None where it states none.
    """

    where: str
    number: int
    video: int
    category: int
    masks: tuple[Mask | None, ...]
    score: float
    is_crowd: bool
    area: float | None


@dataclass(frozen=True)
class TrackFile:
    """What a file says. Of results, videos and categories are those of the truth."""

    path: Path
    videos: Mapping[int, ScoredVideo]
    categories: Mapping[int, str]
    tracks_by_video: Mapping[int, tuple[ScoredTrack, ...]]

    def blame(self, video: int) -> None:
        """Raise what is wrong with the masks of a video, by their place; return if nothing is."""
        for track in self.tracks_by_video.get(video, ()):
            for k, mask in enumerate(track.masks):
                if mask is not None:
                    record = Record(self.path, f"{track.where}.segmentations[{k}]", {})
                    mask_from_counts(record, "counts", mask.counts.decode("ascii"), mask.height, mask.width)


def read_true_tracks(path: Path, split: str = "") -> TrackFile:
    """The annotations of a file of YouTube-VIS, OVIS or UVO, or of the one in a folder, by video."""
    file = json_to_read(path, split, *_TRUTH)
    drafts: list[_Draft] = []
    rest: dict[str, object] = {}
    with Window(file) as window:
        if window.peek() != "{":
            raise FormatError(file, "", found="no object", expected="an object with videos and annotations")
        for key in window.members():
            if key == "annotations" and window.peek() == "[":
                drafts += [_Draft.of(_element(file, key, k, value)) for k, value in _numbered(window)]
            else:
                rest[key], _, _ = window.value()
        window.finish()
    record = Record(file, "", rest)
    if not drafts:
        raise record.wrong("annotations", found="none", expected="the truth", hint="Public validation sets have none.")
    videos = {video.number: video for video in map(_video, record.records("videos"))}
    categories = {category.integer("id"): category.text("name") for category in record.records("categories", [])}
    return _track_file(file, drafts, videos, categories)


def read_predicted_tracks(path: Path, truth: TrackFile) -> TrackFile:
    """The results of a method, or those of the one file in a folder, for the videos of ``truth``."""
    file = json_to_read(path, "")
    with Window(file) as window:
        if window.peek() != "[":
            raise FormatError(file, "", found="no list", expected="a list of results [{'video_id', 'score', ...}]")
        drafts = [_Draft.of(_element(file, "", k, value), result=k + 1) for k, value in _numbered(window)]
        window.finish()
    return _track_file(file, drafts, truth.videos, truth.categories)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A record that was read before the size of its video was known."""

    where: str
    number: int
    video: int
    category: int
    segmentations: list[object]
    score: float
    is_crowd: bool
    area: float | None

    @classmethod
    def of(cls, record: Record, result: int | None = None) -> "_Draft":
        """An annotation, or the ``result``-th result."""
        segmentations = [
            _early(record, k, value) for k, value in enumerate(record.items("segmentations"))
        ]  # most are masks from here on, which are small
        video, category = record.integer("video_id"), record.integer("category_id")
        if result is not None:
            return cls(record.where, result, video, category, segmentations, _score(record), False, None)
        is_crowd = record.truth("iscrowd", False)
        return cls(record.where, record.integer("id"), video, category, segmentations, 1.0, is_crowd, _area(record))


def _numbered(window: Window) -> Iterator[tuple[int, object]]:
    return enumerate(value for value, _, _ in window.elements())


def _element(file: Path, key: str, k: int, value: object) -> Record:
    return Record.of(file, f"{key}[{k}]", value)


def _early(record: Record, k: int, value: object) -> object:
    """Run lengths as a mask of the size they state; what else there may be, as polygons, is left as it is."""
    if value is None or not isinstance(value, dict):
        return value
    size, counts = value.get("size"), value.get("counts")
    if type(size) is list and len(size) == 2 and type(counts) is str and counts.isascii():
        height, width = size
        if type(height) is int and type(width) is int:
            return Mask(height, width, counts.encode())
    return mask_from_json(record, f"segmentations[{k}]", value, (None, None))


def _score(record: Record) -> float:
    score = record.number("score")
    if not isfinite(score):
        raise record.wrong("score", found=str(score), expected="a number")
    return score


def _area(record: Record) -> float | None:
    """The mean of the areas that are stated and not 0."""
    if not isinstance(record.fields.get("areas"), list):
        return None
    areas = []
    for k, area in enumerate(record.items("areas")):
        if area is not None and (isinstance(area, bool) or not isinstance(area, int | float) or not isfinite(area)):
            raise record.wrong(f"areas[{k}]", found=describe(area), expected="a number or null")
        if area:
            areas.append(area)
    return float(np.array(areas).mean()) if areas else 0.0


def _video(record: Record) -> ScoredVideo:
    files = record.items("file_names", [])
    first = files[0] if files and isinstance(files[0], str) else ""
    number, num_frames = record.integer("id"), len(files) or record.integer("length")
    name = first.rpartition("/")[0] or str(number)
    return ScoredVideo(number=number, name=name, size=size_from_json(record), num_frames=num_frames)


def _track_file(
    file: Path, drafts: list[_Draft], videos: Mapping[int, ScoredVideo], categories: Mapping[int, str]
) -> TrackFile:
    tracks: defaultdict[int, list[ScoredTrack]] = defaultdict(list)
    for draft in drafts:
        tracks[draft.video].append(_track(file, draft, videos))
    return TrackFile(file, videos, categories, {video: tuple(some) for video, some in tracks.items()})


def _track(file: Path, draft: _Draft, videos: Mapping[int, ScoredVideo]) -> ScoredTrack:
    record = Record(file, draft.where, {})
    video = videos.get(draft.video)
    if video is None:
        raise record.wrong("video_id", found=f"the number {draft.video}", expected="a video of the truth")
    if len(draft.segmentations) != video.num_frames:
        expected = f"{video.num_frames}, one for each frame of video {video.number}"
        raise record.wrong("segmentations", found=describe(draft.segmentations), expected=expected)
    return ScoredTrack(
        where=draft.where,
        number=draft.number,
        video=draft.video,
        category=draft.category,
        masks=tuple(_late(record, k, value, video.size) for k, value in enumerate(draft.segmentations)),
        score=draft.score,
        is_crowd=draft.is_crowd,
        area=draft.area,
    )


def _late(record: Record, k: int, value: object, size: Size) -> Mask | None:
    """A segmentation, of the size of its video."""
    if not isinstance(value, Mask):
        return None if value is None else mask_from_json(record, f"segmentations[{k}]", value, size)
    if (value.height, value.width) != size:
        found, expected = f"{value.height} x {value.width} pixels", f"{size[0]} x {size[1]}, the size of the video"
        raise record.wrong(f"segmentations[{k}].size", found=found, expected=expected)
    return value
