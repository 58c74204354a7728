"""What a dataset says, and what of it a format cannot hold: counted, with the first place, before a word is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, Dataset, Feature, Format, FrameLabels, Points, Sequence


@dataclass(frozen=True, slots=True)
class Content:
    """Something that a dataset says: what, in how many places, and where first."""

    feature: Feature
    count: int
    first: str

    def __str__(self) -> str:
        places = "1 place" if self.count == 1 else f"{self.count} places"
        return f"{self.feature.value} ({places}, first {self.first})"


def contents(dataset: Dataset, asked: frozenset[Feature] = frozenset(Feature)) -> list[Content]:
    """What ``dataset`` says of the kinds that are ``asked``, in one pass over it."""
    count = dict.fromkeys(Feature, 0)
    first: dict[Feature, str] = {}
    for sequence in dataset:
        for feature, place in _said(sequence, asked):
            count[feature] += 1
            first.setdefault(feature, place)
    return [Content(feature, count[feature], first[feature]) for feature in Feature if feature in first]


def losses(dataset: Dataset, target: Format) -> list[Content]:
    """What ``target`` cannot hold of ``dataset``; empty when the conversion is lossless."""
    return contents(dataset, frozenset(Feature) - target.holds)


def _said(sequence: Sequence, asked: frozenset[Feature]) -> Iterator[tuple[Feature, str]]:
    """Each thing of the ``asked`` kinds that ``sequence`` says, and where it says it."""
    for feature in _said_at_once(sequence):
        if feature in asked:
            yield feature, f"in {sequence.name!r}"
    seen: set[int] = set()
    with_points: set[int] = set()
    numbers: set[tuple[int, int]] = set()
    num_labelled, last = 0, -1
    for labels in sequence:
        ids = labels.object_ids()
        late = ids - seen if num_labelled else frozenset[int]()
        again = with_points & labels.points.keys()
        repeated = [Feature.LATE_OBJECTS] * len(late) + [Feature.LATER_POINTS] * len(again)
        for feature in (*_said_on_frame(labels, asked), *repeated):
            if feature in asked:
                yield feature, f"in {sequence.name!r}, frame {_frame_name(sequence, labels.frame)}"
        seen |= ids
        with_points |= labels.points.keys()
        numbers |= {_numbers(points) for points in labels.points.values()}
        num_labelled, last = num_labelled + 1, labels.frame
    for feature in _when(
        {
            Feature.UNEVEN_POINTS: len(numbers) > 1,
            Feature.UNLABELLED_FRAMES: num_labelled <= last,
            Feature.TRAILING_FRAMES: last + 1 < len(sequence.frames),
        }
    ):
        if feature in asked:
            yield feature, f"in {sequence.name!r}"
    for info in sequence.objects:
        if Feature.UNLABELLED_OBJECTS in asked and info.object_id not in seen:
            yield Feature.UNLABELLED_OBJECTS, f"in {sequence.name!r}, object {info.object_id}"


def _said_at_once(sequence: Sequence) -> Iterator[Feature]:
    ids = [info.object_id for info in sequence.objects]
    yield from _when(
        {
            Feature.SIZES: sequence.height is not None and sequence.width is not None,
            Feature.UNKNOWN_SIZES: sequence.height is None or sequence.width is None,
            Feature.EMPTY_SEQUENCES: not ids,
            Feature.IDS: sorted(ids) != list(range(1, len(ids) + 1)),
            Feature.LARGE_IDS: max(ids, default=0) > 254,
            Feature.NAMES: any(info.name for info in sequence.objects),
            Feature.ATTRIBUTES: bool(sequence.attributes) or any(info.attributes for info in sequence.objects),
            Feature.FRAME_NAMES: any(name != f"{k:05d}" for k, name in enumerate(sequence.frames)),
        }
    )


def _said_on_frame(labels: FrameLabels, asked: frozenset[Feature]) -> Iterator[Feature]:
    points = labels.points.values()
    yield from _when(
        {
            Feature.MASKS: bool(labels.segments),
            Feature.BOXES: bool(labels.boxes),
            Feature.POINTS: bool(labels.points),
            Feature.UNDECIDED_POINTS: any((p.label == AMBIGUOUS).any() for p in points),
            Feature.CANDIDATES: any(p.candidate is not None for p in points),
            Feature.TRACES: bool(labels.traces),
            Feature.VOID: bool(labels.void),
            Feature.SCORES: any(segment.score != 1.0 for segment in labels.segments.values()),
            Feature.EMPTY_FRAMES: not labels.object_ids(),
            Feature.FRACTIONS: Feature.FRACTIONS in asked and _has_fractions(labels),
            Feature.OVERLAP: Feature.OVERLAP in asked and has_overlap(labels),
        }
    )


def _when(said: dict[Feature, bool]) -> Iterable[Feature]:
    return (feature for feature, holds in said.items() if holds)


def has_overlap(labels: FrameLabels) -> bool:
    """Whether two objects of the frame share a pixel."""
    masks = [segment.mask for segment in labels.segments.values()]
    return any((a & b).area > 0 for a, b in combinations(masks, 2))


def _has_fractions(labels: FrameLabels) -> bool:
    positions = [points.xy for points in labels.points.values()]
    positions += [np.array([box.left, box.top, box.width, box.height]) for box in labels.boxes.values()]
    return any(bool((xy != np.rint(xy)).any()) for xy in positions)


def _numbers(points: Points) -> tuple[int, int]:
    """How many points are on the object, and how many off it."""
    return int((points.label == FOREGROUND).sum()), int((points.label == BACKGROUND).sum())


def _frame_name(sequence: Sequence, frame: int) -> str:
    return repr(sequence.frames[frame]) if frame < len(sequence.frames) else str(frame)
