"""Writes the layout of COCO, with its videos and tracks, one frame in memory at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core import Box, Dataset, FrameLabels, ObjectInfo, Sequence
from ..core.bulk import areas_and_boxes
from ._coco_tables import CategoryNumbers
from ._coco_values import INFO, box_to_json, iscrowd, mask_to_json, size_of
from ._json import ListsWriter


def _nothing(_: Sequence) -> dict[str, object]:
    return {}


def _no_polygon(_: Box) -> list[list[float]]:
    return []


@dataclass(frozen=True, kw_only=True)
class FrameSpelling:
    """How a dataset spells the layout: the order of its lists, the key for a frame's number, the keys it adds to
    videos and images, and what stands for the segmentation of an object that has only a box."""

    title: str = "COCO"
    suffix: str = ".jpg"
    lists: tuple[str, ...] = ("images", "annotations", "categories", "videos", "tracks")
    frame_key: str = "frame_id"
    video_keys: Callable[[Sequence], dict[str, object]] = _nothing
    image_keys: Callable[[Sequence], dict[str, object]] = _nothing
    box_polygon: Callable[[Box], list[list[float]]] = _no_polygon


def write_frames(dataset: Dataset, path: Path, spelling: FrameSpelling) -> None:
    """Write ``{"info", "images", "annotations", "categories", "videos", "tracks"}``, one frame in memory at a time."""
    with ListsWriter(path, spelling.lists, {"info": INFO}) as out:
        writer = _Writer(out, CategoryNumbers(dataset.categories), spelling)
        for video_id, sequence in enumerate(dataset, 1):
            writer.add(video_id, sequence)
        for category in writer.numbers.to_json():
            out.add("categories", category)


class _Writer:
    """Counts ids over the whole file."""

    def __init__(self, out: ListsWriter, numbers: CategoryNumbers, spelling: FrameSpelling) -> None:
        self._out, self.numbers, self._spelling = out, numbers, spelling
        self._num_images = self._num_annotations = 0
        self._last_track = 0

    def add(self, video_id: int, sequence: Sequence) -> None:
        height, width = size_of(sequence, self._spelling.title)
        of_all = {"video_id": video_id, "width": width, "height": height} | self._spelling.image_keys(sequence)
        ours = {"name": sequence.name, "attributes": dict(sequence.attributes)}
        keys = self._spelling.video_keys(sequence)
        self._out.add("videos", {"id": video_id, "width": width, "height": height} | ours | keys)
        keys_by_object = {info.object_id: self._add_track(video_id, info) for info in sequence.objects}
        done = 0
        for labels in sequence:
            self._add_unlabelled(sequence, of_all, range(done, labels.frame))
            image_id = self._add_image(sequence, of_all, labels.frame)
            done = labels.frame + 1
            for object_id in sorted(labels.object_ids() - keys_by_object.keys()):
                keys_by_object[object_id] = self._add_track(video_id, ObjectInfo(object_id))
            for object_id, keys in self._annotations(labels):
                of_image = {"image_id": image_id, "video_id": video_id}
                self._add_annotation(of_image | keys_by_object[object_id] | keys)
        self._add_unlabelled(sequence, of_all, range(done, len(sequence.frames)))

    def _add_track(self, video_id: int, info: ObjectInfo) -> dict[str, object]:
        """Lists a track, numbered over the whole file, by its object's number where that is higher than all before it.

        Returns the keys that its annotations share.
        """
        self._last_track = max(self._last_track + 1, info.object_id)
        category = self.numbers.keys_of(info)
        ours = {"object_id": info.object_id, "attributes": dict(info.attributes)}
        self._out.add("tracks", {"id": self._last_track, "video_id": video_id} | category | ours)
        return {
            "track_id": self._last_track,
            "category_id": category["category_id"],
            "iscrowd": iscrowd(info.attributes),
        }

    def _add_unlabelled(self, sequence: Sequence, of_all: dict[str, object], frames: range) -> None:
        for k in frames:
            self._add_image(sequence, of_all | {"labelled": False}, k)

    def _add_image(self, sequence: Sequence, of_all: dict[str, object], k: int) -> int:
        self._num_images += 1
        name, frame = sequence.name, sequence.frames[k]
        alone = len(sequence.frames) == 1 and frame == name.rpartition("/")[2]
        file_name = f"{name}{self._spelling.suffix}" if alone else f"{name}/{frame}{self._spelling.suffix}"
        image: dict[str, object] = {"id": self._num_images, "file_name": file_name, self._spelling.frame_key: k}
        self._out.add("images", image | of_all)
        return self._num_images

    def _annotations(self, labels: FrameLabels) -> Iterator[tuple[int, dict[str, object]]]:
        """What is said of each object on a frame. ``own_box`` is ours: the box is a label beside the mask."""
        found = areas_and_boxes([segment.mask for segment in labels.segments.values()])
        for (object_id, segment), (area, around) in zip(labels.segments.items(), found, strict=True):
            box = labels.boxes.get(object_id)
            keys = {"segmentation": mask_to_json(segment.mask), "area": area, "bbox": box_to_json(box or around)}
            scored: dict[str, object] = {} if segment.score == 1.0 else {"score": segment.score}
            yield object_id, keys | scored | ({} if box is None else {"own_box": True})
        for object_id, box in labels.boxes.items():
            if object_id not in labels.segments:
                polygon = self._spelling.box_polygon(box)
                yield object_id, {"segmentation": polygon, "bbox": box_to_json(box), "area": box.area}

    def _add_annotation(self, keys: dict[str, object]) -> None:
        self._num_annotations += 1
        self._out.add("annotations", {"id": self._num_annotations} | keys)
