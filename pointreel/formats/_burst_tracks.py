"""Results and annotations of BURST as its evaluation takes them: categories by number, detections frame by frame.

Beside what the format reads, TrackEval's reader has rules of its own: a detection may name a category of its own, or
none where the file has no categories at all; and results may be for more frames than are annotated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core import Mask
from ._coco_paths import json_to_read
from ._coco_values import mask_from_counts, size_from_json
from ._json import index_object
from ._records import Record, describe
from .burst import sequence_name


@dataclass(frozen=True, slots=True)
class Detection:
    """One track on one frame."""

    track: int
    category: int
    mask: Mask
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstSequence:
    """A sequence: its detections by the path of the frame, in the order of the file."""

    name: str
    size: tuple[int, int]
    detections: Mapping[str, tuple[Detection, ...]]
    negative_categories: frozenset[int]
    not_exhaustive_categories: frozenset[int]


class BurstTracks:
    """A file of BURST, of which one sequence is in memory at a time."""

    def __init__(self, path: Path, split: str = "") -> None:
        self.path = json_to_read(path, split, "*/all_classes.json", "all_classes/*.json")
        rest, lists = index_object(self.path, {"sequences": sequence_name})
        self._sequences = lists["sequences"]
        if not self._sequences.present:
            rest.items("sequences")
        self.split = rest.text("split", "")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sequences, ``dataset/seq_name``, as the file has them."""
        return tuple(map(str, self._sequences.groups))

    def sequence(self, name: str) -> BurstSequence:
        """One sequence; of several with one name the first."""
        record = next(self._sequences.of(name))
        size = size_from_json(record)
        paths, entries = record.items("annotated_image_paths"), list(record.records("segmentations"))
        if len(entries) != len(paths):
            expected = f"one entry for each of the {len(paths)} annotated frames"
            raise record.wrong("segmentations", found=describe(record.fields["segmentations"]), expected=expected)
        categories = record.record("track_category_ids")
        return BurstSequence(
            name=name,
            size=size,
            detections={
                str(path): tuple(_detection(entry, track, categories, size) for track in entry.fields)
                for path, entry in zip(paths, entries, strict=True)
            },
            negative_categories=_numbers(record, "neg_category_ids"),
            not_exhaustive_categories=_numbers(record, "not_exhaustive_category_ids"),
        )


def _detection(entry: Record, track: str, categories: Record, size: tuple[int, int]) -> Detection:
    record = entry.record(track)
    if not track.isdecimal():
        raise entry.wrong(track, found=f"the track {track!r}", expected="a number")
    mask = mask_from_counts(record, "rle", record.text("rle"), *size)
    category = record.integer("category_id") if "category_id" in record else categories.integer(track)
    score = record.number("score") if record.fields.get("score") is not None else 1.0
    return Detection(int(track), category, mask, score)


def _numbers(record: Record, key: str) -> frozenset[int]:
    numbers = record.items(key, []) or []
    for k, number in enumerate(numbers):
        if type(number) is not int:
            raise record.wrong(f"{key}[{k}]", found=describe(number), expected="the number of a category")
    return frozenset(number for number in numbers if isinstance(number, int))
