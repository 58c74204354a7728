"""A task of Label Studio, which is one video with what annotators or a model said about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ..core import Attributes, Box, FormatError, FrameLabels, PointreelError, Sequence
from ._coco_values import attributes_from_json
from ._label_studio_regions import Region, Size, ids_of, region_to_json, regions_of
from ._records import Record, describe

OWN = "pointreel"
"""What we keep of a task in its free ``meta``."""


@dataclass(frozen=True)
class Task:
    """A task, read whole."""

    record: Record
    size: Size | None
    frames: tuple[str, ...]
    labelled: frozenset[int] | None
    attributes: Attributes
    region_by_object: dict[int, Region]

    @classmethod
    def of(cls, record: Record, *, source: str, number: int, size: Size | None, skip: bool) -> "Task":
        """Annotation ``number`` of those nobody cancelled; ``size`` where the file does not say it."""
        own = _own(record)
        regions = list(regions_of(_results(record, source, number), skip=skip))
        num_frames = max(own.integer("num_frames", 0), *(region.num_frames for region in regions), 0)
        frames = _texts(own, "frames") if "frames" in own else tuple(f"{k:05d}" for k in range(num_frames))
        if len(frames) < num_frames:
            raise own.wrong("frames", found=f"{len(frames)} names", expected=f"the names of {num_frames} frames")
        return cls(
            record,
            _size([own, *(region.record for region in regions)]) or size,
            frames,
            _numbers(own, "labelled", len(frames)),
            attributes_from_json(own),
            dict(zip(ids_of(regions), regions, strict=True)),
        )

    def labels(self) -> Iterator[FrameLabels]:
        """Every frame, or those that our writer said are labelled and any that got a key frame since."""
        keyframes = {}
        if self.region_by_object:
            size = self._known_size()
            keyframes = {object_id: region.keyframes(size) for object_id, region in self.region_by_object.items()}
        labelled = (
            range(len(self.frames))
            if self.labelled is None
            else sorted(self.labelled.union(*(of_object.frames.tolist() for of_object in keyframes.values())))
        )
        for k in labelled:
            boxes = {object_id: of_object.at(k) for object_id, of_object in keyframes.items()}
            yield FrameLabels(k, boxes={object_id: box for object_id, box in boxes.items() if box is not None})

    def _known_size(self) -> Size:
        if self.size is None:
            hint = "Give height= and width=."
            found = "positions in percent of a frame of unknown size"
            raise FormatError(self.record.path, self.record.where, found=found, expected="its size", hint=hint)
        return self.size


def task_name(record: Record) -> str:
    """The name our writer kept, else that of the file the task shows, without folders and ending."""
    own = _own(record)
    if "name" in own:
        return own.text("name")
    data = record.record("data")
    texts = [value for value in (data.fields.get("video"), *data.fields.values()) if isinstance(value, str) and value]
    if not texts:
        raise data.wrong("video", found=describe(data.fields.get("video")), expected="the address of a video")
    address = urlsplit(texts[0])
    path = address.path if not address.query.startswith("d=") else address.query.removeprefix("d=")
    return PurePosixPath(unquote(path)).stem or texts[0]


def task_to_json(sequence: Sequence, number: int, url: str, frames_per_second: float) -> dict[str, object]:
    """A sequence as a task with one annotation."""
    boxes: dict[int, dict[int, Box]] = {info.object_id: {} for info in sequence.objects}
    labelled: list[int] = []
    for labels in sequence:
        labelled.append(labels.frame)
        for object_id, box in labels.boxes.items():
            boxes[object_id][labels.frame] = box
    if sequence.objects and (not sequence.height or not sequence.width):
        raise PointreelError(f"{sequence.name}: Label Studio needs the size of the frames, and it is not known.")
    num_frames, size = len(sequence.frames), (sequence.height or 0, sequence.width or 0)
    result = [
        region_to_json(info, boxes[info.object_id], num_frames, size, frames_per_second) for info in sequence.objects
    ]
    return {
        "id": number,
        "data": {"video": url.replace("{name}", sequence.name)},
        "meta": {OWN: _own_to_json(sequence, labelled)},
        "annotations": [{"id": number, "result": result, "was_cancelled": False, "ground_truth": False}],
        "predictions": [],
    }


def _own_to_json(sequence: Sequence, labelled: list[int]) -> dict[str, object]:
    own: dict[str, object] = {"name": sequence.name, "num_frames": len(sequence.frames)}
    if sequence.height is not None and sequence.width is not None:
        own |= {"height": sequence.height, "width": sequence.width}
    if any(name != f"{k:05d}" for k, name in enumerate(sequence.frames)):
        own["frames"] = list(sequence.frames)
    if len(labelled) < len(sequence.frames):
        own["labelled"] = labelled
    return own | ({"attributes": dict(sequence.attributes)} if sequence.attributes else {})


def _own(record: Record) -> Record:
    """What our writer kept of the task; an empty record in files of others."""
    meta = record.fields.get("meta")
    place = f"{record.place('meta')}.{OWN}"
    return Record.of(record.path, place, meta[OWN] if isinstance(meta, dict) and OWN in meta else {})


def _results(record: Record, source: str, number: int) -> list[Record]:
    kept = [said for said in record.records(source, []) if not said.fields.get("was_cancelled")]
    if number < len(kept):
        return list(kept[number].records("result"))
    if number:
        raise record.wrong(source, found=f"{len(kept)} that count", expected=f"a number {number}, counted from 0")
    return []


def _size(records: list[Record]) -> Size | None:
    """The size our writer kept, or the one that a region says."""
    for record in records:
        for height, width in (("height", "width"), ("original_height", "original_width")):
            if record.fields.get(height) is not None and record.fields.get(width) is not None:
                return record.integer(height), record.integer(width)
    return None


def _texts(record: Record, key: str) -> tuple[str, ...]:
    names = record.items(key)
    if not all(isinstance(name, str) for name in names):
        raise record.wrong(key, found="names that are not text", expected="the names of frames")
    return tuple(map(str, names))


def _numbers(record: Record, key: str, below: int) -> frozenset[int] | None:
    if key not in record:
        return None
    for number in record.items(key):
        if type(number) is not int or not 0 <= number < below:
            raise record.wrong(key, found=describe(number), expected=f"whole numbers from 0 to {below - 1}")
    return frozenset(int(str(number)) for number in record.items(key))
