"""One record of Point-VOS: the points of one object of one video, to and from JSON."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, field
from hashlib import md5

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, Attributes, ObjectInfo, PointreelError, Points
from ._coco_values import attributes_from_json
from ._records import Record, describe

STATUS_BY_LABEL = {FOREGROUND: "ACCEPTED", BACKGROUND: "REJECTED", AMBIGUOUS: "AMBIGUOUS"}
LABEL_BY_STATUS = {status: label for label, status in STATUS_BY_LABEL.items()}

Row = tuple[int, int, int, bool | None]
"""x, y, label, and whether the point was proposed as foreground."""


@dataclass(frozen=True, slots=True)
class Video:
    """What our own records say of their video beyond the released schema, once per video."""

    height: int | None = None
    width: int | None = None
    frames: tuple[str, ...] | None = None
    attributes: Attributes = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Record]) -> "Video":
        for record in records:
            if "video" in record:
                return cls._parsed(record.record("video"))
        return cls()

    @classmethod
    def _parsed(cls, record: Record) -> "Video":
        frames = record.items("frames", None) if "frames" in record else None
        if frames is not None and not all(isinstance(name, str) for name in frames):
            raise record.wrong("frames", found="names that are not text", expected="the names of frames")
        return cls(
            height=record.integer("height") if "height" in record else None,
            width=record.integer("width") if "width" in record else None,
            frames=None if frames is None else tuple(map(str, frames)),
            attributes=attributes_from_json(record),
        )

    def to_json(self) -> dict[str, object]:
        said: dict[str, object] = {"height": self.height, "width": self.width}
        said |= {"frames": None if self.frames is None else list(self.frames)}
        said |= {"attributes": dict(self.attributes) if self.attributes else None}
        return {key: value for key, value in said.items() if value is not None}


def object_of(record: Record, record_id: str, object_id: int) -> ObjectInfo:
    """The object a record is about; its released texts are attributes unless our own say otherwise."""
    own = attributes_from_json(record) if "attributes" in record else None
    return ObjectInfo(
        object_id, text_or_nothing(record, "object_name"), _released(record, record_id) if own is None else own
    )


def frames_of(record: Record) -> set[str]:
    """The names of the frames that a record labels."""
    names = {name for point in record.items("annotated_points") if (name := _frame_of(point)) is not None}
    return names | set(_texts(record, "empty_frames"))


def points_by_frame(record: Record, limits: tuple[int | None, int | None] = (None, None)) -> dict[str, Points]:
    """The points of a record, frame by frame. Points without a frame are passed over, as the authors' script does.

    ``limits`` are the width and height of the frame where they are known; no point may lie beyond them.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _texts(record, "empty_frames")}
    for i, point in enumerate(record.items("annotated_points")):
        frame, row = _row(point) or _checked_row(
            Record.of(record.path, f"{record.place('annotated_points')}[{i}]", point)
        )
        if any(limit is not None and at >= limit for at, limit in zip(row[:2], limits, strict=True)):
            found = f"the point ({row[0]}, {row[1]})"
            place = f"annotated_points[{i}]"
            raise record.wrong(place, found=found, expected=f"a pixel of a frame of {limits[0]} x {limits[1]}")
        if frame is not None:
            rows.setdefault(frame, []).append(row)
    unproposed = set(_texts(record, "unproposed_frames"))
    return {frame: _points(of_frame, frame in unproposed) for frame, of_frame in rows.items()}


def record_to_json(
    video_name: str, info: ObjectInfo, frames: Many[str], points: Mapping[int, Points]
) -> tuple[str, dict[str, object]]:
    """The id and the record of one object; ``points`` are by index of the frame."""
    record_id = str(info.attributes.get("record") or md5(f"{video_name}\n{info.object_id}".encode()).hexdigest())
    record: dict[str, object] = {
        "question_hash": str(info.attributes.get("question_hash") or record_id),
        "question": str(info.attributes.get("question") or ""),
        "object_name": info.name,
        "video_name": video_name,
        "annotated_points": [row for k in sorted(points) for row in _rows_to_json(video_name, frames[k], points[k])],
    }
    if info.attributes != {
        "record": record_id,
        "question_hash": record["question_hash"],
        "question": record["question"],
    }:
        record["attributes"] = dict(info.attributes)
    if empty := [frames[k] for k in sorted(points) if not len(points[k])]:
        record["empty_frames"] = empty
    if unproposed := [frames[k] for k in sorted(points) if points[k].candidate is None]:
        record["unproposed_frames"] = unproposed
    return record_id, record


def whole_pixels(video_name: str, frame: str, points: Points) -> list[tuple[int, int]]:
    """Positions as the released files have them: the nearest pixel, never left of or above the frame."""
    xy = np.floor(points.xy + 0.5).astype(np.int64)
    if len(xy) and xy.min() < 0:
        place = f"({xy.min(0)[0]}, {xy.min(0)[1]})"
        raise PointreelError(
            f"{video_name}: frame {frame}: the point {place} is outside the frame. Move it inside first."
        )
    return [(x, y) for x, y in xy.tolist()]


def _released(record: Record, record_id: str) -> Attributes:
    return {
        "record": record_id,
        "question_hash": text_or_nothing(record, "question_hash"),
        "question": text_or_nothing(record, "question"),
    }


def text_or_nothing(record: Record, key: str) -> str:
    """A text that may be missing or null, which is an empty text."""
    return "" if record.fields.get(key) is None else record.text(key)


def _frame_of(point: object) -> str | None:
    frame = point.get("frame_id") if isinstance(point, dict) else None
    return frame if isinstance(frame, str) else None


def _row(point: object) -> tuple[str | None, Row] | None:
    """A point that is exactly as released; None where it needs a closer look. Most of a file goes this way."""
    try:
        x, y, status, frame, candidate = (
            point["x"],  # type: ignore[index]
            point["y"],  # type: ignore[index]
            LABEL_BY_STATUS[point["status"]],  # type: ignore[index]
            point["frame_id"],  # type: ignore[index]
            point["is_fg_candidate"],  # type: ignore[index]
        )
    except (KeyError, TypeError):
        return None
    if type(x) is type(y) is int and type(frame) is str and type(candidate) is bool and x >= 0 and y >= 0 and frame:
        return frame, (x, y, status, candidate)
    return None


def _checked_row(point: Record) -> tuple[str | None, Row]:
    """A point looked at key by key, so that what is wrong is told with its place."""
    x, y = point.integer("x"), point.integer("y")
    for key, value in (("x", x), ("y", y)):
        if value < 0:
            raise point.wrong(key, found=f"the number {value}", expected="a pixel of the frame, 0 or more")
    status = point.text("status")
    if status not in LABEL_BY_STATUS:
        raise point.wrong("status", found=f"text {status!r}", expected=", ".join(LABEL_BY_STATUS))
    candidate = point.truth("is_fg_candidate") if point.fields.get("is_fg_candidate") is not None else None
    frame = None if point.fields.get("frame_id", "") is None else point.text("frame_id")
    if frame == "":
        raise point.wrong("frame_id", found="an empty text", expected="the name of a frame")
    return frame, (x, y, LABEL_BY_STATUS[status], candidate)


def _points(rows: list[Row], unproposed: bool) -> Points:
    xy = np.array([row[:2] for row in rows], np.float32).reshape(-1, 2)
    label = np.array([row[2] for row in rows], np.int8)
    if unproposed or any(row[3] is None for row in rows):
        return Points(xy, label)
    return Points(xy, label, np.array([row[3] for row in rows], np.bool_))


def _rows_to_json(video_name: str, frame: str, points: Points) -> Iterator[dict[str, object]]:
    """A point nobody proposed counts as proposed where it is foreground: the key is never missing in released files."""
    candidates = points.label == FOREGROUND if points.candidate is None else points.candidate
    xy = whole_pixels(video_name, frame, points)
    for (x, y), label, candidate in zip(xy, points.label.tolist(), candidates.tolist(), strict=True):
        yield {"x": x, "y": y, "frame_id": frame, "status": STATUS_BY_LABEL[label], "is_fg_candidate": candidate}


def _texts(record: Record, key: str) -> list[str]:
    names = record.items(key, [])
    for name in names:
        if not isinstance(name, str):
            raise record.wrong(key, found=describe(name), expected="the names of frames")
    return [str(name) for name in names]
