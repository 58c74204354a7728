"""The JSON of one SA-V video: rows of masks, one row per annotated frame and one mask per masklet."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..core import Attributes, FormatError, FrameLabels, Mask, ObjectInfo, PointreelError, Segment, Sequence
from ._coco_values import attributes_from_json, mask_from_json, mask_to_json
from ._json import ListsWriter
from ._json_window import Window, loads
from ._label_maps import require_size
from ._records import Record, describe

VIDEO_FPS = 24
ANNOTATED_EVERY = 4
"""The videos run at 24 frames per second and are annotated at 6."""

_ROWS = ("masklet", "masks", "masklet_stability_score")
_VIDEO_TEXTS = ("video_environment", "video_split")
_EDITED = "masklet_edited_frame_count"
_LARGE, _MEDIUM = 96**2, 32**2


@dataclass
class _Rows:
    """Where the rows of one list lie in the file; read one at a time."""

    path: Path
    key: str
    start: "array[int]" = field(default_factory=lambda: array("q"))
    end: "array[int]" = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.start)

    def __iter__(self) -> Iterator[object]:
        with self.path.open("rb") as file:
            for i, (start, end) in enumerate(zip(self.start, self.end, strict=True)):
                file.seek(start)
                yield loads(self.path, f"{self.key}[{i}]", file.read(end - start))


@dataclass(frozen=True)
class MaskletFile:
    """What a file says besides its masks, and where its masks lie."""

    head: Record
    masks: _Rows
    scores: _Rows
    object_ids: tuple[int, ...]
    every: int

    @classmethod
    def index(cls, path: Path) -> "MaskletFile":
        """One pass over the file."""
        fields: dict[str, object] = {}
        rows = {key: _Rows(path, key) for key in _ROWS}
        with Window(path) as window:
            for key in window.members():
                if key in rows and window.peek() == "[":
                    for _, start, end in window.elements():
                        rows[key].start.append(start)
                        rows[key].end.append(end)
                    fields[key] = []
                else:
                    fields[key] = window.value()[0]
            window.finish()
        head = Record(path, "", fields)
        key = "masks" if "masks" in head and "masklet" not in head else "masklet"
        head.items(key)
        return cls(head, rows[key], rows["masklet_stability_score"], _object_ids(head), _every(head))

    def sequence(self, name: str) -> Sequence:
        num_frames = max(self.head.integer("video_frame_count", 0), (len(self.masks) - 1) * self.every + 1)
        names = tuple(str(frame) for frame in self.head.items("video_frame_names", []))
        if names and len(names) != num_frames:
            raise self.head.wrong("video_frame_names", found=f"{len(names)} names", expected=f"{num_frames}")
        size = self.head.integer("video_height"), self.head.integer("video_width")
        return Sequence(
            name=name,
            height=size[0],
            width=size[1],
            frames=names or tuple(f"{k:05d}" for k in range(num_frames)),
            objects=tuple(self._objects()),
            read_labels=lambda: self._labels(size),
            attributes=self._video_attributes(),
        )

    def _labels(self, size: tuple[int, int]) -> Iterator[FrameLabels]:
        scores = iter(self.scores) if len(self.scores) == len(self.masks) else None
        for i, row in enumerate(self.masks):
            score_of = next(scores) if scores else None
            where = f"{self.masks.key}[{i}]"
            if row is None or (isinstance(row, list) and row and all(mask is None for mask in row)):
                continue
            if not isinstance(row, list) or len(row) != len(self.object_ids):
                raise FormatError(
                    self.head.path, where, found=describe(row), expected=f"a list of {len(self.object_ids)} masks"
                )
            record = Record(self.head.path, where, {str(j): mask for j, mask in enumerate(row)})
            yield FrameLabels(i * self.every, segments=dict(self._segments(record, score_of, size)))

    def _segments(self, row: Record, score_of: object, size: tuple[int, int]) -> Iterator[tuple[int, Segment]]:
        empty = Mask.empty(*size)
        for j, object_id in enumerate(self.object_ids):
            mask = mask_from_json(row, str(j), row.fields[str(j)], size)
            if mask is not None and mask != empty:
                score = score_of[j] if isinstance(score_of, list) and j < len(score_of) else None
                yield object_id, Segment(mask, float(score) if isinstance(score, int | float) else 1.0)

    def _objects(self) -> Iterator[ObjectInfo]:
        names, extra = self.head.items("masklet_name", []), self.head.items("masklet_attributes", [])
        edited = self.head.items(_EDITED, [])
        for j, object_id in enumerate(self.object_ids):
            name = names[j] if j < len(names) else ""
            attributes: dict[str, str | int | float | bool | None] = {}
            count = edited[j] if j < len(edited) else 0
            if isinstance(count, int | float) and count:
                attributes[_EDITED] = int(count)
            if j < len(extra):
                one = Record(self.head.path, "", {f"masklet_attributes[{j}]": extra[j]})
                attributes |= attributes_from_json(one, f"masklet_attributes[{j}]")
            yield ObjectInfo(object_id, str(name), attributes)

    def _video_attributes(self) -> Attributes:
        found = {key: self.head.fields[key] for key in _VIDEO_TEXTS if key in self.head}
        texts = {
            key: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in found.items()
        }
        return {**texts, **attributes_from_json(self.head)}


def write_masklets(sequence: Sequence, path: Path) -> None:
    """One video as ``path``: a first pass finds what is annotated and how large, a second writes the masks."""
    survey = _Survey.of(sequence)
    every = ANNOTATED_EVERY if all(k % ANNOTATED_EVERY == 0 for k in survey.labelled) else 1
    ids = [info.object_id for info in sequence.objects]
    lists = ("masklet", "masklet_stability_score") if survey.has_scores else ("masklet",)
    with ListsWriter(path, lists, _head(sequence, survey, every)) as out:
        records = iter(sequence)
        labels = next(records, None)
        for frame in range(0, len(sequence.frames), every):
            here = labels if labels is not None and labels.frame == frame else None
            out.add("masklet", _row(here, ids, survey))
            if survey.has_scores:
                out.add("masklet_stability_score", [_score(here, one) for one in ids])
            labels = next(records, None) if here else labels


@dataclass
class _Survey:
    """What SA-V says about the masklets of a video, gathered in one pass."""

    height: int = 0
    width: int = 0
    has_scores: bool = False
    labelled: list[int] = field(default_factory=list)
    area: dict[int, int] = field(default_factory=dict)
    num_visible: dict[int, int] = field(default_factory=dict)
    first_row: dict[int, int] = field(default_factory=dict)
    changes: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, sequence: Sequence) -> "_Survey":
        survey = cls(sequence.height or 0, sequence.width or 0)
        visible_before: set[int] = set()
        for labels in sequence:
            visible_before = survey._note(sequence, labels, visible_before)
        if not survey.height or not survey.width:
            raise PointreelError(f"sequence {sequence.name!r}: its size is not known, and SA-V needs it.")
        return survey

    def _note(self, sequence: Sequence, labels: FrameLabels, visible_before: set[int]) -> set[int]:
        visible = set()
        for object_id, segment in labels.segments.items():
            self.height, self.width = self.height or segment.mask.height, self.width or segment.mask.width
            require_size(sequence, labels.frame, object_id, segment.mask, (self.height, self.width))
            self.has_scores |= segment.score != 1.0
            if area := segment.mask.area:
                visible.add(object_id)
                self.area[object_id] = self.area.get(object_id, 0) + area
                self.num_visible[object_id] = self.num_visible.get(object_id, 0) + 1
        for changed in visible ^ visible_before:
            if changed in self.first_row:
                self.changes[changed] = self.changes.get(changed, 0) + 1
            self.first_row.setdefault(changed, len(self.labelled))
        self.labelled.append(labels.frame)
        return visible

    def mean_area(self, object_id: int) -> float:
        """Over the frames on which the object is visible; 0 for an object that never is."""
        return self.area.get(object_id, 0) / max(self.num_visible.get(object_id, 0), 1)


def _head(sequence: Sequence, survey: _Survey, every: int) -> dict[str, object]:
    """Every key of the published layout but the masks, and those of ours that something needs."""
    infos = sequence.objects
    sizes = [survey.mean_area(info.object_id) for info in infos]
    texts = {key: sequence.attributes[key] for key in _VIDEO_TEXTS if isinstance(sequence.attributes.get(key), str)}
    others = {key: value for key, value in sequence.attributes.items() if key not in texts}
    edited = [info.attributes.get(_EDITED) for info in infos]
    counts = [count if type(count) is int and count > 0 else 0 for count in edited]
    extra = [
        {key: value for key, value in info.attributes.items() if key != _EDITED or not count}
        for info, count in zip(infos, counts, strict=True)
    ]
    num_frames = len(sequence.frames)
    head: dict[str, object] = {
        "video_id": sequence.name,
        "video_duration": num_frames / VIDEO_FPS,
        "video_frame_count": float(num_frames),
        "video_height": float(survey.height),
        "video_width": float(survey.width),
        "video_resolution": float(survey.height * survey.width),
        **texts,
        "masklet_id": [info.object_id - 1 for info in infos],
        "masklet_size_rel": [size / (survey.height * survey.width) for size in sizes],
        "masklet_size_abs": sizes,
        "masklet_size_bucket": [_bucket(size) for size in sizes],
        "masklet_visibility_changes": [survey.changes.get(info.object_id, 0) for info in infos],
        "masklet_first_appeared_frame": [survey.first_row.get(info.object_id, 0) for info in infos],
        "masklet_frame_count": [len(survey.labelled)] * len(infos),
        _EDITED: counts,
        "masklet_type": ["manual"] * len(infos),
        "masklet_num": len(infos),
    }
    ours: dict[str, tuple[bool, object]] = {
        "masklet_stability_score": (not survey.has_scores, [None] * len(infos)),
        "fps": (every != ANNOTATED_EVERY, VIDEO_FPS // every),
        "video_frame_names": (
            any(name != f"{k:05d}" for k, name in enumerate(sequence.frames)),
            list(sequence.frames),
        ),
        "masklet_name": (any(info.name for info in infos), [info.name for info in infos]),
        "masklet_attributes": (any(extra), extra),
        "attributes": (bool(others), others),
    }
    return head | {key: value for key, (needed, value) in ours.items() if needed}


def _row(labels: FrameLabels | None, ids: list[int], survey: _Survey) -> list[object] | None:
    """The masks of one frame; all null where nobody annotated, so that the training reader passes it over."""
    if labels is None:
        return [None] * len(ids) if ids else None
    empty = Mask.empty(survey.height, survey.width)
    masks = [labels.segments[one].mask if one in labels.segments else empty for one in ids]
    return [mask_to_json(mask) for mask in masks]


def _score(labels: FrameLabels | None, object_id: int) -> float:
    return labels.segments[object_id].score if labels and object_id in labels.segments else 1.0


def _bucket(area: float) -> str:
    return "large" if area > _LARGE else "medium" if area >= _MEDIUM else "small"


def _object_ids(head: Record) -> tuple[int, ...]:
    """Masklets count from 0 in SA-V; object 0 would be background, so each id is one more here."""
    ids = []
    for j, value in enumerate(head.items("masklet_id")):
        if type(value) is not int or value < 0 or value + 1 in ids:
            where = f"masklet_id[{j}]"
            found = f"{describe(value)} again" if type(value) is int and value >= 0 else describe(value)
            raise FormatError(head.path, where, found=found, expected="a whole number from 0 on, each once")
        ids.append(value + 1)
    return tuple(ids)


def _every(head: Record) -> int:
    """One frame in how many is annotated: 4, unless the file says at how many frames per second it is."""
    value = head.fields.get("fps")
    if value is None:
        return ANNOTATED_EVERY
    fps = value[0] if isinstance(value, list) and value else value
    if isinstance(fps, bool) or not isinstance(fps, int | float) or fps < 1 or VIDEO_FPS % int(fps):
        raise head.wrong("fps", found=describe(value), expected=f"a divisor of {VIDEO_FPS}")
    return VIDEO_FPS // int(fps)
