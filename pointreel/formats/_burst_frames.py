"""One frame of BURST: what it says of each track, with or without a mask."""

import numpy as np

from ..core import FOREGROUND, Box, FrameLabels, Points, Segment
from ._coco_values import box_from_json, box_to_json, mask_from_counts
from ._records import Record, describe


def labels_from_json(
    frame: int, entries: list[Record], object_by_track: dict[str, int], size: tuple[int, int]
) -> FrameLabels:
    """The labels of a frame from its entry in ``segmentations`` and, in our files, its entry in ``unmasked``."""
    segments: dict[int, Segment] = {}
    boxes: dict[int, Box] = {}
    points: dict[int, Points] = {}
    for entry in entries:
        for track in entry.fields:
            if track not in object_by_track:
                raise entry.wrong(track, found="a track without a category", expected="a key of track_category_ids")
            object_id, record = object_by_track[track], entry.record(track)
            if "rle" in record or not {"bbox", "point", "points"} & record.fields.keys():
                mask = mask_from_counts(record, "rle", record.text("rle"), *size)
                segments[object_id] = Segment(mask, _score(record))
            box = box_from_json(record, "bbox", record.fields.get("bbox"))
            if box is not None:
                boxes[object_id] = box
            if record.fields.get("points") is not None or record.fields.get("point") is not None:
                points[object_id] = _points(record)
    return FrameLabels(frame, segments, boxes, points)


def labels_to_json(labels: FrameLabels) -> tuple[dict[str, object], dict[str, object]]:
    """What the frame says of the tracks that have a mask, and of those that have none."""
    masked: dict[str, object] = {}
    unmasked: dict[str, object] = {}
    for object_id in sorted({*labels.segments, *labels.boxes, *labels.points}):
        segment, box = labels.segments.get(object_id), labels.boxes.get(object_id)
        keys: dict[str, object] = {} if box is None else {"bbox": box_to_json(box)}
        if object_id in labels.points:
            keys |= _points_to_json(labels.points[object_id])
        if segment is None:
            unmasked[str(object_id)] = keys
        else:
            rle = {"rle": segment.mask.counts.decode("ascii"), "is_gt": segment.score == 1.0, "score": segment.score}
            masked[str(object_id)] = rle | keys
    return masked, unmasked


def _score(record: Record) -> float:
    return 1.0 if record.fields.get("score") is None else record.number("score")


def _points(record: Record) -> Points:
    if "points" in record:
        rows = np.array([_row(record, k, value) for k, value in enumerate(record.items("points"))], np.float64)
        rows = rows.reshape(-1, 3)
        return Points(rows[:, :2].astype(np.float32), rows[:, 2].astype(np.int8))
    value = record.fields["point"]
    if isinstance(value, list):
        value = dict(zip("xy", value, strict=False)) if len(value) == 2 else value
    point = Record.of(record.path, record.place("point"), value)
    return Points.on([[point.number("x"), point.number("y")]])


def _row(record: Record, k: int, value: object) -> list[float]:
    row = [float(v) for v in value if isinstance(v, int | float)] if isinstance(value, list) else []
    if len(row) != 3 or row[2] not in (0, 1, 2):
        raise record.wrong(f"points[{k}]", found=describe(value), expected="[x, y, label] with the label 0, 1 or 2")
    return row


def _points_to_json(points: Points) -> dict[str, object]:
    """``point`` for the official reader, which knows one pixel on the object; ``points`` where there is more."""
    on = points.xy[points.label == FOREGROUND]
    x, y = np.rint(on[0]).astype(int).tolist() if len(on) else (0, 0)
    keys: dict[str, object] = {"point": {"x": x, "y": y}} if len(on) else {}
    if len(points) == 1 and len(on) == 1 and points.xy[0].tolist() == [x, y]:
        return keys
    rows = np.concatenate([points.xy.astype(np.float64), points.label[:, None]], 1).tolist()
    return keys | {"points": [[x, y, int(label)] for x, y, label in rows]}
