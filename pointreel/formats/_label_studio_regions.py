"""Regions of Label Studio: the boxes of one object in percent of the frame, and back to pixels."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..core import Attributes, Box, ObjectInfo
from ._coco_values import attribute
from ._keyframes import Keyframes
from ._records import Record, describe

Size = tuple[int, int]
"""Height and width."""
SIDES = ("x", "y", "width", "height")
OWN = "pixels"
"""Our own key of a key frame: the exact box, where percent cannot say it."""


@dataclass(frozen=True)
class Region:
    """A tracked object of a task: what it is called, and its record in the file."""

    record: Record
    region_id: str
    labels: tuple[str, ...]

    @property
    def num_frames(self) -> int:
        """How many frames the video has as far as this region knows."""
        value = self.record.record("value")
        return max(value.integer("framesCount", 0), *(number for number, _ in self._items()), 0)

    def info(self, object_id: int) -> ObjectInfo:
        attributes = dict(_attributes(self.record))
        if len(self.labels) > 1:
            attributes["labels"] = ", ".join(self.labels)
        return ObjectInfo(object_id, self.labels[0] if self.labels else "", attributes)

    def keyframes(self, size: Size) -> Keyframes:
        """Boxes in pixels by place of the frame, counted from 0. A key frame itself is always there to see."""
        items = sorted(self._items(), key=lambda item: item[0])
        for (number, _), (after, item) in pairwise(items):
            if number == after:
                raise item.wrong("frame", found=f"frame {number} a second time", expected="each frame once")
        return Keyframes(
            np.array([number - 1 for number, _ in items], np.int64),
            np.array([_box(item, size) for _, item in items], np.float64).reshape(-1, 4),
            shown=np.ones(len(items), np.bool_),
            goes_on=np.array([item.truth("enabled", True) for _, item in items], np.bool_),
        )

    def _items(self) -> Iterator[tuple[int, Record]]:
        """Key frames with their numbers, which count from 1."""
        for item in self.record.record("value").records("sequence"):
            number = item.integer("frame")
            if number < 1:
                raise item.wrong("frame", found=f"the number {number}", expected="1 or more, as frames count from 1")
            yield number, item


def regions_of(result: Iterable[Record], *, skip: bool) -> Iterator[Region]:
    """The rectangles of an annotation with their labels, which may stand in a result of their own with the same id."""
    rectangles: list[Record] = []
    labels_by_id: dict[str, list[str]] = {}
    for record in result:
        kind = record.text("type", "").lower()
        if kind == "videorectangle":
            if skip and _is_turned(record):
                continue
            rectangles.append(record)
        elif kind.startswith("video") and not skip:
            hint = "unsupported='skip' leaves such regions out."
            raise record.wrong("type", found=f"a {kind}", expected="videorectangle", hint=hint)
        if "id" in record and "value" in record:
            labels_by_id.setdefault(record.text("id"), []).extend(_labels(record.record("value")))
    for record in rectangles:
        region_id = record.text("id")
        yield Region(record, region_id, tuple(dict.fromkeys(labels_by_id[region_id])))


def ids_of(regions: list[Region]) -> list[int]:
    """The ids of the file where all are plain numbers, as our writer makes them; else 1, 2, 3, ..."""
    texts = [region.region_id for region in regions]
    for i, region in enumerate(regions):
        if region.region_id in texts[:i]:
            raise region.record.wrong("id", found=f"text {region.region_id!r} twice", expected="an id of its own")
    if all(text.isascii() and text.isdigit() and text[0] != "0" for text in texts):
        return [int(text) for text in texts]
    return list(range(1, len(texts) + 1))


def region_to_json(
    info: ObjectInfo, boxes: Mapping[int, Box], num_frames: int, size: Size, frames_per_second: float
) -> dict[str, object]:
    """An object as Label Studio keeps it; interpolation is on as long as the next frame has a box as well."""
    items = [
        {
            "frame": k + 1,
            "enabled": k + 1 in boxes,
            "rotation": 0,
            **_percent(box, size),
            "time": (k + 1) / frames_per_second,
        }
        for k, box in sorted(boxes.items())
    ]
    value: dict[str, object] = {"framesCount": num_frames, "duration": num_frames / frames_per_second}
    value |= {"sequence": items} | ({"labels": [info.name]} if info.name else {})
    region: dict[str, object] = {
        "original_width": size[1],
        "original_height": size[0],
        "value": value,
        "id": str(info.object_id),
        "from_name": "box",
        "to_name": "video",
        "type": "videorectangle",
        "origin": "manual",
    }
    if info.attributes:
        region["meta"] = {key: [text] if key == "text" else text for key, text in info.attributes.items()}
    return region


def _percent(box: Box, size: Size) -> dict[str, object]:
    whole = (size[1], size[0], size[1], size[0])
    sides = [float(side) for side in (box.left, box.top, box.width, box.height)]
    percent = [side * 100 / of for side, of in zip(sides, whole, strict=True)]
    item: dict[str, object] = dict(zip(SIDES, percent, strict=True))
    return item if _pixels(percent, size) == sides else item | {OWN: sides}


def _pixels(percent: list[float], size: Size) -> list[float]:
    """To a millionth of a pixel, so that whole pixels and short decimals come back as they were."""
    whole = (size[1], size[0], size[1], size[0])
    return [round(side * of / 100, 6) for side, of in zip(percent, whole, strict=True)]


def _box(item: Record, size: Size) -> list[float]:
    if item.number("rotation", 0) % 360:
        hint = "unsupported='skip' leaves such regions out."
        found = f"a rotation of {item.number('rotation')} degrees"
        raise item.wrong("rotation", found=found, expected="a box that is not rotated", hint=hint)
    for side in SIDES:
        if not math.isfinite(item.number(side)):
            raise item.wrong(side, found=f"the number {item.number(side)}", expected="percent of the frame")
    pixels = _pixels([item.number(side) for side in SIDES], size)
    if min(pixels[2:]) < 0:
        side = "width" if pixels[2] < 0 else "height"
        raise item.wrong(side, found=f"the number {item.number(side)}", expected="0 or more")
    return _exact(item, pixels) or pixels


def _exact(item: Record, pixels: list[float]) -> list[float] | None:
    """The box our writer kept, unless somebody moved it since."""
    sides = item.items(OWN, [])
    exact = [float(side) for side in sides if isinstance(side, int | float)]
    return exact if len(exact) == 4 and np.allclose(exact, pixels, rtol=0, atol=1e-5) else None


def _is_turned(record: Record) -> bool:
    return any(item.number("rotation", 0) % 360 for item in record.record("value").records("sequence"))


def _labels(value: Record) -> list[str]:
    labels = value.items("labels", [])
    for label in labels:
        if not isinstance(label, str):
            raise value.wrong("labels", found=describe(label), expected="texts")
    return [str(label) for label in labels]


def _attributes(record: Record) -> Attributes:
    """``meta`` of a region, and how sure a model was of it. Notes of annotators are a list of texts."""
    attributes = {"score": attribute(record.fields["score"])} if record.fields.get("score") is not None else {}
    if isinstance(record.fields.get("meta"), dict):
        for key, value in record.record("meta").fields.items():
            attributes[key] = attribute(value[0] if isinstance(value, list) and len(value) == 1 else value)
    return attributes
