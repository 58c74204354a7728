"""BURST: one JSON file with a record per sequence; in it a mask per track for every annotated frame.

Layout of ``val/all_classes.json``, ``val/first_frame_annotations.json`` and their like, and of results::

    {"split": "val",
     "sequences": [{"id", "dataset": "YFCC100M", "seq_name": "v_f69ebe5b731d3e87c1a3992ee39c3b7e", "fps", "width",
                    "height", "all_image_paths": ["frame0001.jpg", ...], "annotated_image_paths": [...],
                    "neg_category_ids", "not_exhaustive_category_ids", "track_category_ids": {"1": 805, ...},
                    "segmentations": [{"1": {"rle": "<text>", "is_gt": true, "score": 1.0,
                                             "bbox": [x, y, w, h], "point": {"x", "y"}}}, ...]}],
     "categories": [{"id", "name", ...}]}

Doubtful questions are decided by ``burstapi`` of Ali2500/BURST-benchmark: ``segmentations`` has one entry for each of
``annotated_image_paths``, ``rle`` is the text of pycocotools without its size, ``bbox`` and ``point`` are there in the
first-frame files only, and a point is an object with x and y (the format's description says a list, which is read as
well). A sequence is named ``dataset/seq_name``, as its folder of images is. Its frames are ``all_image_paths``, of
which those annotated are labelled; a sequence without that list has the annotated ones only. A track that is not in an
entry is not on that frame. ``fps`` and the two lists of categories are attributes of a sequence.

Keys of ours, which that reader passes over: ``attributes`` of a sequence, ``track_attributes``, ``unnamed_tracks``
(their category is "object"), ``points`` of a track beside ``point`` where there is more to say than one pixel on the
object, and ``unmasked``, entries for objects with points or boxes but no mask, which may not stand in
``segmentations``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..core import Dataset, Feature, FrameLabels, ListedDataset, ObjectInfo, PointreelError, Sequence
from ._burst_frames import labels_from_json, labels_to_json
from ._coco_paths import json_to_read, peek
from ._coco_tables import CategoryNames, CategoryNumbers, Ids
from ._coco_values import (
    attribute,
    attributes_from_json,
    frame_from_file_name,
    numbers_as_text,
    numbers_from_text,
    safe_name,
    size_from_json,
    size_of,
)
from ._json import ListsWriter, Records, index_object
from ._paths import file_to_write
from ._records import Record, describe

HOLDS = frozenset(Feature) - {Feature.CANDIDATES, Feature.TRACES, Feature.VOID, Feature.UNKNOWN_SIZES}
_LISTS = ("neg_category_ids", "not_exhaustive_category_ids")
_USUAL = ("all_classes.json",)


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` picks a folder of the dataset when reading (``val`` for ``val/all_classes.json``) and is the split
    that is written. ``truth`` is the annotation file whose split and whose numbers of sequences and categories are
    written, as results need for the official evaluation. ``suffix`` ends the file names that are written."""

    split: str = ""
    truth: Path | None = None
    suffix: str = ".jpg"


@dataclass(frozen=True)
class Burst:
    """Sequences with a mask per track and frame, in one JSON file."""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return HOLDS

    def recognises(self, path: Path) -> bool:
        text = peek(path, *_USUAL, "*/all_classes.json")
        return text.startswith("{") and '"sequences"' in text and '"seq_name"' in text

    def read(self, path: Path) -> Dataset:
        return _File(_file(path, self.config.split)).dataset()

    def write(self, dataset: Dataset, path: Path) -> None:
        truth = _File(self.config.truth) if self.config.truth else None
        numbers = CategoryNumbers(truth.categories.number_by_name if truth else dataset.categories)
        head = {"split": self.config.split or (truth.split if truth else "train")}
        with ListsWriter(file_to_write(path, "all_classes.json"), ("sequences", "categories"), head) as out:
            for k, sequence in enumerate(dataset, 1):
                number = truth.id_of(sequence.name) if truth else k
                out.add("sequences", {"id": number} | _sequence_to_json(sequence, numbers, self.config.suffix))
            for category in numbers.to_json():
                out.add("categories", category)


def build(config: Config) -> Burst:
    """The format, as configured."""
    return Burst(config)


class _File:
    """A file whose places are known: where the record of each sequence lies."""

    def __init__(self, path: Path) -> None:
        self._ids = Ids(path, "sequences")
        self._id_by_name: dict[str, int] = {}
        rest, lists = index_object(path, {"sequences": self._note})
        self._sequences: Records = lists["sequences"]
        if not self._sequences.present:
            rest.items("sequences")
        self._ids.check()
        for name in self._sequences.groups:
            if self._sequences.count(name) > 1:
                again = list(self._sequences.of(name))[1]
                raise again.wrong("seq_name", found=f"{name!r} a second time", expected="a name of its own")
        self.categories = CategoryNames(rest)
        self.split = rest.text("split", "train")

    def id_of(self, name: str) -> int:
        """The number of a sequence."""
        if name not in self._id_by_name:
            raise PointreelError(f"{self._sequences.path}: there is no sequence {name!r} to write results for.")
        return self._id_by_name[name]

    def dataset(self) -> Dataset:
        names = tuple(map(str, self._sequences.groups))
        return ListedDataset(names, self._open, self.categories.number_by_name)

    def _note(self, record: Record) -> str:
        name = sequence_name(record)
        self._id_by_name[name] = self._ids.add(record)
        return name

    def _open(self, name: str) -> Sequence:
        record = next(self._sequences.of(name))
        frames, _ = _frames(record)
        height, width = size_from_json(record)
        return Sequence(
            name=name,
            height=height,
            width=width,
            frames=frames,
            objects=tuple(_objects(record, self.categories)),
            read_labels=partial(self._read_labels, name),
            attributes=_attributes(record),
        )

    def _read_labels(self, name: str) -> Iterator[FrameLabels]:
        record = next(self._sequences.of(name))
        _, annotated = _frames(record)
        objects = {str(info.object_id): info.object_id for info in _objects(record, self.categories)}
        entries = _entries(record, "segmentations", len(annotated))
        unmasked = _entries(record, "unmasked", len(annotated)) if "unmasked" in record else [None] * len(annotated)
        order = sorted(range(len(annotated)), key=annotated.__getitem__)
        size = size_from_json(record)
        for k in order:
            yield labels_from_json(annotated[k], [entry for entry in (entries[k], unmasked[k]) if entry], objects, size)


def _file(path: Path, split: str) -> Path:
    if split and (path / split / "all_classes.json").is_file():
        return path / split / "all_classes.json"
    if path.is_dir() and (path / "all_classes.json").is_file():
        return path / "all_classes.json"
    return json_to_read(path, split, "*/all_classes.json")


def sequence_name(record: Record) -> str:
    """``dataset/seq_name``, as the folder of its images is called."""
    dataset = record.text("dataset", "") if record.fields.get("dataset") is not None else ""
    name = record.text("seq_name")
    return safe_name(record, "seq_name", f"{dataset}/{name}" if dataset else name)


def _frames(record: Record) -> tuple[tuple[str, ...], list[int]]:
    """The names of all frames, and the indices of those annotated."""
    annotated = _paths(record, "annotated_image_paths")
    every = _paths(record, "all_image_paths") if record.fields.get("all_image_paths") else annotated
    index_by_path = {path: k for k, path in enumerate(every)}
    for key, paths in (("annotated_image_paths", annotated), ("all_image_paths", every)):
        if len(set(paths)) < len(paths):
            again = next(path for k, path in enumerate(paths) if path in paths[:k])
            raise record.wrong(key, found=f"{again!r} a second time", expected="each frame once")
    for k, path in enumerate(annotated):
        if path not in index_by_path:
            place = f"annotated_image_paths[{k}]"
            raise record.wrong(place, found=f"the frame {path!r}", expected="one of all_image_paths")
    names = tuple(frame_from_file_name(path, "") for path in every)
    return names, [index_by_path[path] for path in annotated]


def _paths(record: Record, key: str) -> list[str]:
    paths = record.items(key)
    for k, path in enumerate(paths):
        if not isinstance(path, str):
            raise record.wrong(f"{key}[{k}]", found=describe(path), expected="text")
    return [safe_name(record, f"{key}[{k}]", str(path)) for k, path in enumerate(paths)]


def _objects(record: Record, categories: CategoryNames) -> Iterator[ObjectInfo]:
    tracks = record.record("track_category_ids")
    unnamed = {str(track) for track in record.items("unnamed_tracks", [])}
    attributes = record.record("track_attributes") if "track_attributes" in record else None
    for key, category in tracks.fields.items():
        if not key.isdecimal() or int(key) < 1 or str(int(key)) != key:
            raise tracks.wrong(key, found=f"the track {key!r}", expected="a positive number")
        name = "" if key in unnamed else _category(tracks, key, category, categories)
        kept = attributes_from_json(attributes, key) if attributes else {}
        yield ObjectInfo(int(key), name, kept)


def _category(tracks: Record, key: str, category: object, categories: CategoryNames) -> str:
    """The name of a track's category; in files without categories, as results may be, there is none."""
    number = tracks.integer(key)
    if categories.by_number and number not in categories.by_number:
        raise tracks.wrong(key, found=f"the number {category}", expected="the id of one of the categories")
    return categories.by_number.get(number, "")


def _entries(record: Record, key: str, num_frames: int) -> list[Record]:
    entries = list(record.records(key))
    if len(entries) != num_frames:
        expected = f"one entry for each of the {num_frames} annotated frames"
        raise record.wrong(key, found=describe(record.fields[key]), expected=expected)
    return entries


def _attributes(record: Record) -> dict[str, str | int | float | bool | None]:
    if "attributes" in record:
        return attributes_from_json(record)
    rate = {"fps": attribute(record.fields["fps"])} if record.fields.get("fps") is not None else {}
    return rate | numbers_as_text(record, _LISTS[0]) | numbers_as_text(record, _LISTS[1])


def _sequence_to_json(sequence: Sequence, numbers: CategoryNumbers, suffix: str) -> dict[str, object]:
    height, width = size_of(sequence, "BURST")
    dataset, slash, name = sequence.name.partition("/")
    paths = [f"{frame}{suffix}" for frame in sequence.frames]
    records = [(labels.frame, *labels_to_json(labels)) for labels in sequence]
    unmasked = {"unmasked": [bare for _, _, bare in records]} if any(bare for _, _, bare in records) else {}
    unnamed = [info.object_id for info in sequence.objects if not info.name]
    return {
        "dataset": dataset if slash else "",
        "seq_name": name if slash else dataset,
        "fps": sequence.attributes.get("fps"),
        "width": width,
        "height": height,
        "all_image_paths": paths,
        "annotated_image_paths": [paths[frame] for frame, _, _ in records],
        **{key: numbers_from_text(sequence.attributes.get(key)) for key in _LISTS},
        "track_category_ids": {str(info.object_id): numbers.of(info.name) for info in sequence.objects},
        "segmentations": [masked for _, masked, _ in records],
        "attributes": dict(sequence.attributes),
        "track_attributes": {
            str(info.object_id): dict(info.attributes) for info in sequence.objects if info.attributes
        },
        **unmasked,
        **({"unnamed_tracks": unnamed} if unnamed else {}),
    }
