"""Images with annotations of their own, strung to videos: the layout of COCO, which UVO's frames and TAO share.

Which images make a sequence: those of one ``video_id`` (TAO, CocoVID), else those of one folder, else each its own.
Which annotations make an object: those of one track, else each its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from ..core import Box, Dataset, FormatError, FrameLabels, ListedDataset, Segment, Sequence
from ._coco_tables import CategoryNames, Ids, with_names_of_their_own
from ._coco_values import (
    Size,
    attributes_from_json,
    box_from_json,
    common_folder,
    frame_from_file_name,
    masks_from_json,
    safe_name,
    size_from_json,
)
from ._frame_tracks import Tracks
from ._json import Group, GroupOf, index_object
from ._records import Record

Attributes = dict[str, str | int | float | bool | None]


def _no_attributes(_: Record) -> Attributes:
    return {}


@dataclass(frozen=True, kw_only=True)
class FrameDialect:
    """How a dataset reads the layout. ``box_polygons``: a polygon that only goes round the box is no mask, as in TAO;
    ``video_attributes`` finds what is said of a video; ``each_image``: images are never frames of one video."""

    each_image: bool = False
    box_polygons: bool = False
    video_attributes: Callable[[Record], Attributes] = _no_attributes


class FrameFile:
    """A file whose places are known: which images make which sequence, and where the annotations of each image lie."""

    def __init__(self, path: Path, dialect: FrameDialect) -> None:
        self.path, self._dialect = path, dialect
        self._name_by_video: dict[int, str] = {}
        self._ids = {name: Ids(path, name) for name in ("videos", "images", "annotations", "tracks")}
        lists: dict[str, GroupOf] = {
            "images": self._note_image,
            "annotations": partial(self._note, "annotations", "image_id"),
            "videos": self._note_video,
            "tracks": partial(self._note, "tracks", "video_id"),
        }
        rest, found = index_object(path, lists)
        self._images, self._annotations = found["images"], found["annotations"]
        self._videos, self._tracks = found["videos"], found["tracks"]
        if not self._images.present:
            rest.items("images")
        for ids in self._ids.values():
            ids.check()
        self._ids["images"].refuse_others(self._annotations, "image_id")
        self.categories = CategoryNames(rest)
        self._group_by_name = self._named_groups()

    def dataset(self) -> Dataset:
        return ListedDataset(tuple(self._group_by_name), self.open, self.categories.number_by_name)

    def open(self, name: str) -> Sequence:
        """One sequence. Without a list of tracks its annotations are read once more, for the objects there are."""
        group = self._group_by_name[name]
        video = next(self._videos.of(group), None)
        images = _in_order(list(self._images.of(group)))
        size = _size(images, video)
        image_ids = [image.integer("id") for image in images]
        labelled = [image.truth("labelled", self._annotations.present) for image in images]
        tracks = self._tracks_of(group, image_ids)
        return Sequence(
            name=name,
            height=size[0],
            width=size[1],
            frames=_frames(name, images),
            objects=tracks.objects,
            read_labels=partial(self._read_labels, image_ids, labelled, tracks, size),
            attributes=self._attributes(video),
        )

    def _read_labels(
        self, image_ids: list[int], labelled: list[bool], tracks: Tracks, size: Size
    ) -> Iterator[FrameLabels]:
        for k, annotations in enumerate(self._annotations.of_each(image_ids)):
            if labelled[k]:
                yield self._labels(k, annotations, tracks, size)

    def _labels(self, k: int, annotations: list[Record], tracks: Tracks, size: Size) -> FrameLabels:
        segments: dict[int, Segment] = {}
        boxes: dict[int, Box] = {}
        masks = masks_from_json([self._segmentation(annotation) for annotation in annotations], size)
        for annotation, mask in zip(annotations, masks, strict=True):
            object_id = tracks.object_of(annotation)
            if object_id in segments or object_id in boxes:
                found = f"object {object_id} a second time on one image"
                raise FormatError(self.path, annotation.where, found=found, expected="each object once")
            if mask is not None:
                segments[object_id] = Segment(mask, annotation.number("score", 1.0))
            if mask is None or annotation.truth("own_box", False):
                box = box_from_json(annotation, "bbox", annotation.fields.get("bbox"))
                if box is not None:
                    boxes[object_id] = box
        return FrameLabels(k, segments, boxes)

    def _segmentation(self, annotation: Record) -> tuple[Record, str, object]:
        value = annotation.fields.get("segmentation")
        only_a_box = self._dialect.box_polygons and _goes_round_a_box(value)
        return annotation, "segmentation", None if only_a_box else value

    def _tracks_of(self, group: Group, image_ids: list[int]) -> Tracks:
        if self._tracks.present and isinstance(group, int):
            return Tracks.listed(self._tracks.of(group), self.categories)
        return Tracks.found(self._annotations.of_each(image_ids), self.categories)

    def _attributes(self, video: Record | None) -> Attributes:
        if video is None:
            return {}
        return attributes_from_json(video) if "attributes" in video else self._dialect.video_attributes(video)

    def _note(self, name: str, key: str, record: Record) -> int:
        self._ids[name].add(record)
        return record.integer(key)

    def _note_video(self, video: Record) -> int:
        video_id = self._ids["videos"].add(video)
        name = video.text("name") if "name" in video else str(video_id)
        self._name_by_video[video_id] = safe_name(video, "name", name)
        return video_id

    def _note_image(self, image: Record) -> Group:
        self._ids["images"].add(image)
        file_name = safe_name(image, "file_name", image.text("file_name"))
        if "video_id" in image and not self._dialect.each_image:
            return image.integer("video_id")
        folder = file_name.rpartition("/")[0]
        return folder if folder and not self._dialect.each_image else frame_from_file_name(file_name, "")

    def _named_groups(self) -> dict[str, Group]:
        """Every sequence: the videos the file lists, or else that its images speak of; and folders."""
        numbers = [group for group in self._images.groups if isinstance(group, int)]
        if self._videos.present and (numbers or not len(self._images)):
            self._ids["videos"].refuse_others(self._images, "video_id")
            numbers = list(self._name_by_video)
        name_by_number = {number: self._name(number) for number in numbers}
        folders = {group: group for group in self._images.groups if isinstance(group, str)}
        return {**with_names_of_their_own(name_by_number), **folders}

    def _name(self, video_id: int) -> str:
        if video_id in self._name_by_video:
            return self._name_by_video[video_id]
        return common_folder([image.text("file_name") for image in self._images.of(video_id)]) or str(video_id)


def _in_order(images: list[Record]) -> list[Record]:
    """By the number of the frame, where every image has one; else as the file has them."""
    key = next((key for key in ("frame_index", "frame_id") if all(key in image for image in images)), None)
    if key is None:
        return images
    ordered = sorted(images, key=lambda image: image.integer(key))
    for before, image in pairwise(ordered):
        if before.integer(key) == image.integer(key):
            raise image.wrong(key, found=f"{image.integer(key)} a second time", expected="each frame of a video once")
    return ordered


def _frames(name: str, images: list[Record]) -> tuple[str, ...]:
    files = [image.text("file_name") for image in images]
    if len(files) == 1 and frame_from_file_name(files[0], "") == name:
        return (name.rpartition("/")[2],)
    folder = name if all(file.startswith(f"{name}/") for file in files) else common_folder(files)
    frames = tuple(frame_from_file_name(file, folder) for file in files)
    seen: set[str] = set()
    for frame, image in zip(frames, images, strict=True):
        if frame in seen:
            raise image.wrong("file_name", found=f"the frame {frame!r} a second time", expected="each frame once")
        seen.add(frame)
    return frames


def _size(images: list[Record], video: Record | None) -> Size:
    """The size all images of a sequence share, else the one of the video."""
    found: Size = (None, None)
    for image in images:
        size = _size_of(image)
        if found != (None, None) and size != found:
            hint = "Are its images not frames of a video? Then read it with each_image."
            said = f"{size[0]} x {size[1]} pixels"
            raise image.wrong("height", found=said, expected=f"{found[0]} x {found[1]}, as before it", hint=hint)
        found = size
    return found if found != (None, None) or video is None else _size_of(video)


def _size_of(record: Record) -> Size:
    if record.fields.get("height") is None or record.fields.get("width") is None:
        return None, None
    return size_from_json(record)


def _goes_round_a_box(value: object) -> bool:
    """Whether a segmentation is one polygon of four corners, upright."""
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], list) or len(value[0]) != 8:
        return False
    xs, ys = set(map(str, value[0][::2])), set(map(str, value[0][1::2]))
    return len(xs) <= 2 and len(ys) <= 2
