"""Point-VOS: points that people accepted or rejected, one record per object and video (JSON, JSON Lines, sparse PNG).

On disk, as released for Oops (JSON) and Kinetics (JSON Lines, one single-key object per line)::

    train.json, val.json    {record_id: record, ...}
    train.jsonl             {record_id: record}
    Annotations/<record_id>/<frame_id>.png     palette: 0 nothing, 1 rejected, 2 accepted, 255 ambiguous

    record = {"question_hash": "69e6...", "question": "Who throws the egg?", "object_name": "baby girl",
              "video_name": "train/False Start!", "annotated_points": [
                  {"x": 31, "y": 40, "frame_id": "000012", "status": "ACCEPTED", "is_fg_candidate": true}, ...]}

``dataset_scripts/extract_frames.py`` of the authors' repository PointVOS decides what is doubtful: x and y are whole
pixels, a record whose video_name is null and a point whose frame_id is null are passed over.

A sequence is a video: its objects are the records of that video, in the order of the file; its frames are the frames
that carry points, sorted. ``status`` is the label of a point (1 accepted, 0 rejected, 2 ambiguous), ``is_fg_candidate``
its candidate. The texts of a record and its id are attributes of the object: record, question_hash, question. What the
schema has no place for stands in keys of our own that the authors' script does not look at: object_id, attributes,
empty_frames, unproposed_frames, and ``video`` (height, width, frames, attributes) in one record of each video.
The sparse PNG form keeps neither names nor candidates nor the order of points; every record is a sequence of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from ..core import (
    Dataset,
    Feature,
    Format,
    FormatError,
    FrameLabels,
    ListedDataset,
    PointreelError,
    Points,
    Sequence,
    replacing,
)
from ._json import Group, Records, dumps, index_lines, index_mapping
from ._paths import file_to_read, heads
from ._point_vos_masks import MASKS_HOLD, read_sparse_masks, write_sparse_masks
from ._point_vos_record import Video, frames_of, object_of, points_by_frame, record_to_json
from ._records import Record

HOLDS = frozenset(
    {
        Feature.POINTS,
        Feature.SIZES,
        Feature.UNDECIDED_POINTS,
        Feature.LATER_POINTS,
        Feature.UNEVEN_POINTS,
        Feature.CANDIDATES,
        Feature.NAMES,
        Feature.ATTRIBUTES,
        Feature.IDS,
        Feature.LARGE_IDS,
        Feature.LATE_OBJECTS,
        Feature.UNLABELLED_FRAMES,
        Feature.TRAILING_FRAMES,
        Feature.FRAME_NAMES,
        Feature.UNKNOWN_SIZES,
        Feature.UNLABELLED_OBJECTS,
    }
)
NAMELESS: Group = 0
"""The group of the records that name no video."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` chooses the file of a folder; ``layout`` is json, jsonl or masks, and by default what the path says."""

    split: str | None = None
    layout: str | None = None

    def __post_init__(self) -> None:
        if self.layout not in (None, "json", "jsonl", "masks"):
            raise PointreelError(
                f"point-vos: the layout {self.layout!r} does not exist. There are: json, jsonl, masks."
            )


@dataclass(frozen=True)
class PointVos:
    """>>> build(Config(split="val")).read(Path("PointVOS/Oops"))        # doctest: +SKIP"""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return MASKS_HOLD if self.config.layout == "masks" else HOLDS

    def recognises(self, path: Path) -> bool:
        return any(map(_looks_released, heads(path, "*.json", "*.jsonl")))

    def read(self, path: Path) -> Dataset:
        if self.config.layout == "masks" or (self.config.layout is None and _is_sparse(path)):
            return read_sparse_masks(path, self.config.split)
        splits = [self.config.split] if self.config.split else ["train", "val"]
        endings = [self.config.layout] if self.config.layout else ["json", "jsonl"]
        return _read_records(file_to_read(path, *(f"{split}.{ending}" for split in splits for ending in endings)))

    def write(self, dataset: Dataset, path: Path) -> None:
        if self.config.layout == "masks":
            write_sparse_masks(dataset, path, self.config.split)
            return
        layout = self.config.layout or ("jsonl" if path.suffix == ".jsonl" else "json")
        named = path.suffix in (".json", ".jsonl") and not path.is_dir()
        _write_records(dataset, path if named else path / f"{self.config.split or 'train'}.{layout}", layout)


def build(config: Config) -> Format:
    return PointVos(config)


def _looks_released(head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and (b'"annotated_points"' in head or b'"question_hash"' in head)


def _is_sparse(path: Path) -> bool:
    """Whether a folder holds masks and no records beside them."""
    return (path.name == "Annotations" or (path / "Annotations").is_dir()) and not any(path.glob("*.json*"))


@dataclass(frozen=True)
class _File:
    """The records of a file by video, each with its id."""

    records: Records
    ids: tuple[str, ...]

    def of(self, video_name: str) -> Iterator[tuple[str, Record]]:
        first, last = self.records.slice_by_group[video_name]
        ids = [self.ids[i] for i in self.records.order[first:last]]
        for record_id, record in zip(ids, self.records.of(video_name), strict=True):
            yield record_id, record if self.records.keys else record.record(record_id)


def _read_records(path: Path) -> Dataset:
    file = _indexed(path)
    _refuse_twice(path, file.ids)
    names = tuple(str(name) for name in file.records.groups if name != NAMELESS)
    return ListedDataset(names, partial(_open, file))


def _indexed(path: Path) -> _File:
    if path.suffix != ".jsonl":
        records = index_mapping(path, _video_name)
        return _File(records, records.keys)
    ids: list[str] = []

    def video_name_of_line(line: Record) -> Group:
        if len(line.fields) != 1:
            found = f"an object with {len(line.fields)} keys"
            raise FormatError(path, line.where, found=found, expected="one record under its id")
        (record_id,) = line.fields
        ids.append(record_id)
        return _video_name(line.record(record_id))

    records = index_lines(path, video_name_of_line)
    return _File(records, tuple(ids))


def _video_name(record: Record) -> Group:
    if record.fields.get("video_name", "") is None:
        return NAMELESS
    name = record.text("video_name")
    if not name:
        raise record.wrong("video_name", found="an empty text", expected="the name of a video, or null")
    return name


def _refuse_twice(path: Path, ids: tuple[str, ...]) -> None:
    for one, after in pairwise(sorted(ids)):
        if one == after:
            raise FormatError(path, repr(one), found="this record id twice", expected="each record id once")


def _open(file: _File, name: str) -> Sequence:
    records = list(file.of(name))
    video = Video.of(record for _, record in records)
    labelled = set[str]().union(*(frames_of(record) for _, record in records))
    frames = in_order(labelled) if video.frames is None else video.frames
    if outside := labelled - set(frames):
        place = records[0][1].place("video.frames")
        raise FormatError(
            file.records.path, place, found=f"no frame {min(outside)!r}", expected="every frame with points"
        )
    ids = _object_ids([record for _, record in records])
    return Sequence(
        name=name,
        height=video.height,
        width=video.width,
        frames=frames,
        objects=tuple(object_of(record, key, i) for (key, record), i in zip(records, ids, strict=True)),
        read_labels=partial(_labels, file, name, frames, ids, (video.width, video.height)),
        attributes=video.attributes,
    )


def in_order(frames: set[str]) -> tuple[str, ...]:
    """Frame names by number where all are numbers, by text otherwise."""
    if all(name.isascii() and name.isdigit() for name in frames):
        return tuple(sorted(frames, key=lambda name: (int(name), name)))
    return tuple(sorted(frames))


def _object_ids(records: list[Record]) -> list[int]:
    """Our own ids where they are given, else the position of the record among those of its video."""
    ids = [record.integer("object_id", i) for i, record in enumerate(records, 1)]
    for i, (object_id, record) in enumerate(zip(ids, records, strict=True)):
        if object_id < 1 or object_id in ids[:i]:
            found = f"the number {object_id}" + (" twice" if object_id > 0 else "")
            raise record.wrong("object_id", found=found, expected="a positive number, once per video")
    return ids


def _labels(
    file: _File, name: str, frames: tuple[str, ...], ids: list[int], limits: tuple[int | None, int | None]
) -> Iterator[FrameLabels]:
    index = {frame: k for k, frame in enumerate(frames)}
    points: dict[int, dict[int, Points]] = {}
    for object_id, (_, record) in zip(ids, file.of(name), strict=True):
        for frame, of_frame in points_by_frame(record, limits).items():
            points.setdefault(index[frame], {})[object_id] = of_frame
    for k in sorted(points):
        yield FrameLabels(k, points=points[k])


def _write_records(dataset: Dataset, path: Path, layout: str) -> None:
    """One record after the other; only the points of one video are in memory."""
    before, between, after = (b"{", b",\n", b"}\n") if layout == "json" else (b"{", b"}\n{", b"}\n")
    ids: set[str] = set()
    with replacing(path) as draft, draft.open("wb") as out:
        for sequence in dataset:
            for record_id, record in _records_of(sequence):
                if record_id in ids:
                    raise PointreelError(f"{path}: two objects have the record id {record_id!r}. Give each its own.")
                out.write((between if ids else before) + dumps(record_id) + b": " + dumps(record))
                ids.add(record_id)
        if ids or layout == "json":
            out.write(after if ids else before + after)


def _records_of(sequence: Sequence) -> Iterator[tuple[str, dict[str, object]]]:
    points = points_by_object(sequence)
    labelled = {sequence.frames[k] for by_frame in points.values() for k in by_frame}
    frames = None if in_order(labelled) == sequence.frames else sequence.frames
    video = Video(sequence.height, sequence.width, frames, sequence.attributes).to_json()
    for i, info in enumerate(sequence.objects, 1):
        record_id, record = record_to_json(sequence.name, info, sequence.frames, points.get(info.object_id, {}))
        if info.object_id != i:
            record["object_id"] = info.object_id
        if video and i == 1:
            record["video"] = video
        yield record_id, record


def points_by_object(sequence: Sequence) -> dict[int, dict[int, Points]]:
    """All points of a video, by object and by index of the frame."""
    points: dict[int, dict[int, Points]] = {}
    for labels in sequence:
        for object_id, of_object in labels.points.items():
            points.setdefault(object_id, {})[labels.frame] = of_object
    return points
