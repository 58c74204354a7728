"""One object of a video as YouTube-VIS writes it: a record with a list that has an entry, or null, for every frame."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..core import Box, FrameLabels, ObjectInfo, Segment, Sequence
from ..core.bulk import areas_and_boxes
from ._coco_tables import CategoryNames
from ._coco_values import (
    Size,
    attributes_from_json,
    box_from_json,
    box_to_json,
    mask_to_json,
    masks_from_json,
)
from ._records import Record, describe


@dataclass(frozen=True)
class Track:
    """What an annotation says of each frame; a box without a mask is a label of its own, others where it is said."""

    object_id: int
    record: Record
    segmentations: list[object]
    boxes: list[object]
    scores: list[object]
    own_boxes: frozenset[int]

    @classmethod
    def of(cls, record: Record, object_id: int, num_frames: int) -> "Track":
        lists = {key: _list_of(record, key, num_frames) for key in ("segmentations", "bboxes", "scores")}
        if "segmentations" not in record and "bboxes" not in record:
            record.items("segmentations")
        if "scores" not in record:
            lists["scores"] = [_score(record, "score", record.fields.get("score"))] * num_frames
        own_boxes = frozenset(k for k in record.items("own_boxes", []) if isinstance(k, int))
        return cls(object_id, record, lists["segmentations"], lists["bboxes"], lists["scores"], own_boxes)

    def segmentation(self, k: int) -> tuple[Record, str, object]:
        """What stands for the mask on frame ``k``, with its place."""
        return self.record, f"segmentations[{k}]", self.segmentations[k]

    def score(self, k: int) -> float:
        return _score(self.record, f"scores[{k}]", self.scores[k])

    def box(self, k: int, *, masked: bool) -> Box | None:
        """The box on frame ``k`` where it is a label of its own."""
        if masked and k not in self.own_boxes:
            return None
        return box_from_json(self.record, f"bboxes[{k}]", self.boxes[k])


def objects_of(annotations: Iterable[Record], categories: CategoryNames) -> Iterator[ObjectInfo]:
    """The objects of a video: numbered as the file says, else 1, 2, 3, ... as they come."""
    seen: set[int] = set()
    for k, annotation in enumerate(annotations, 1):
        object_id = annotation.integer("object_id", k)
        if object_id < 1 or object_id in seen:
            found = f"object {object_id}" + (" a second time" if object_id in seen else "")
            raise annotation.wrong("object_id", found=found, expected="a positive number of its own")
        seen.add(object_id)
        attributes = attributes_from_json(annotation)
        if "attributes" not in annotation and annotation.truth("iscrowd", False):
            attributes = {"iscrowd": 1}
        yield ObjectInfo(object_id, categories.of(annotation), attributes)


def tracks_of(annotations: list[Record], categories: CategoryNames, num_frames: int) -> list[Track]:
    """What each annotation of a video says of each frame."""
    objects = objects_of(annotations, categories)
    return [Track.of(r, info.object_id, num_frames) for info, r in zip(objects, annotations, strict=True)]


def labels_of(tracks: list[Track], frames: Iterable[int], size: Size) -> Iterator[FrameLabels]:
    """The records of the labelled ``frames``."""
    for k in frames:
        segments, boxes = {}, {}
        masks = masks_from_json([track.segmentation(k) for track in tracks], size)
        for track, mask in zip(tracks, masks, strict=True):
            box = track.box(k, masked=mask is not None)
            if mask is not None:
                segments[track.object_id] = Segment(mask, track.score(k))
            if box is not None:
                boxes[track.object_id] = box
        yield FrameLabels(k, segments, boxes)


class TrackLists:
    """The lists of one object, filled frame by frame."""

    def __init__(self, info: ObjectInfo, num_frames: int) -> None:
        self.info = info
        self._segmentations: list[object] = [None] * num_frames
        self._boxes: list[object] = [None] * num_frames
        self._areas: list[object] = [None] * num_frames
        self._own_boxes: list[int] = []
        self._score_by_frame: dict[int, float] = {}

    def add_segment(self, frame: int, segment: Segment, area: int, box: Box | None) -> None:
        """Note a mask; ``area`` and ``box`` are those of the mask."""
        self._segmentations[frame] = mask_to_json(segment.mask)
        self._areas[frame] = area
        self._boxes[frame] = box_to_json(box)
        self._score_by_frame[frame] = segment.score

    def add_box(self, frame: int, box: Box) -> None:
        """Note a box that is a label of its own, after the mask if there is one."""
        self._boxes[frame] = box_to_json(box)
        if self._segmentations[frame] is None:
            self._areas[frame] = box.area
        else:
            self._own_boxes.append(frame)

    def to_json(self) -> dict[str, object]:
        """The lists of an annotation. ``own_boxes`` is ours: frames on which the box is not just that of the mask."""
        own: dict[str, object] = {"own_boxes": self._own_boxes} if self._own_boxes else {}
        return {"segmentations": self._segmentations, "bboxes": self._boxes, "areas": self._areas} | own

    def to_result(self) -> dict[str, object]:
        """The lists of a result."""
        return {"segmentations": self._segmentations}

    def scores(self, *, always: bool = False) -> dict[str, object]:
        """``score``, the mean over the frames, and where they differ, ``scores``, which is ours, with each of them."""
        scores = list(self._score_by_frame.values())
        if set(scores) <= {1.0}:
            return {"score": 1.0} if always else {}
        if len(set(scores)) == 1:
            return {"score": scores[0]}
        each = [self._score_by_frame.get(k) for k in range(len(self._segmentations))]
        return {"score": sum(scores) / len(scores), "scores": each}


def gather(sequence: Sequence) -> tuple[list[int], list[TrackLists]]:
    """Which frames of a sequence are labelled, and the lists of every object, in the order of its objects."""
    num_frames = len(sequence.frames)
    labelled: list[int] = []
    lists_by_object = {info.object_id: TrackLists(info, num_frames) for info in sequence.objects}
    for labels in sequence:
        labelled.append(labels.frame)
        for object_id in sorted(labels.object_ids() - lists_by_object.keys()):
            lists_by_object[object_id] = TrackLists(ObjectInfo(object_id), num_frames)
        found = areas_and_boxes([segment.mask for segment in labels.segments.values()])
        for (object_id, segment), (area, around) in zip(labels.segments.items(), found, strict=True):
            lists_by_object[object_id].add_segment(labels.frame, segment, area, around)
        for object_id, box in labels.boxes.items():
            lists_by_object[object_id].add_box(labels.frame, box)
    return labelled, list(lists_by_object.values())


def _list_of(record: Record, key: str, num_frames: int) -> list[object]:
    if record.fields.get(key) is None:
        return [None] * num_frames
    values = record.items(key)
    if len(values) != num_frames:
        raise record.wrong(key, found=describe(values), expected=f"one entry for each of the {num_frames} frames")
    return values


def _score(record: Record, key: str, value: object) -> float:
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise record.wrong(key, found=describe(value), expected="a number")
    return float(value)
