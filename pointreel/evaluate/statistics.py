"""The figures of Point-VOS about a dataset of points: its Table 11, Fig. 9 and Fig. 10.

Three things the paper leaves to the reader, decided here so that its own numbers come out:

- *Annotations* of Table 11 count, per video, the frames that contain at least one annotated object (PV-DAVIS: 60 videos
  with 10 frames are 600). Table 1 counts frames per object; that is ``object_annotations``.
- Background points that all objects of a frame share, as when points are sampled from masks, are counted once per
  frame (PV-DAVIS: 600 frames with 10 are 6K). Background points of one object alone count for that object.
- Fig. 9 and Fig. 10 count objects: in the released files a record is one object of one video, and the bars of
  Fig. 10 add up to the number of objects. The same figures by video are given beside them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, FrameLabels, Points, Sequence

RANGE = 10
"""Fig. 10 groups numbers of points by tens: 0 to 9, 10 to 19, ..."""


@dataclass(frozen=True, kw_only=True)
class PointStatistics:
    """Table 11 as fields; Fig. 9 as ``*_by_num_frames``; Fig. 10 as ``*_by_range``, each range named by its start."""

    videos: int
    annotations: int
    object_annotations: int
    objects: int
    positive_points: int
    negative_points: int
    ambiguous_points: int
    objects_by_num_frames: Mapping[int, int]
    videos_by_num_frames: Mapping[int, int]
    objects_by_positive_range: Mapping[int, int]
    objects_by_negative_range: Mapping[int, int]
    videos_by_positive_range: Mapping[int, int]
    videos_by_negative_range: Mapping[int, int]
    points_per_object: float
    points_per_object_and_frame: float

    def to_json(self) -> dict[str, object]:
        """The figures as JSON holds them."""
        return asdict(self)


@dataclass
class _Tally:
    """What one object, or one video, adds up to."""

    positive: int = 0
    negative: int = 0
    ambiguous: int = 0
    frames: set[int] = field(default_factory=set)
    positive_frames: set[int] = field(default_factory=set)

    def add(self, frame: int, positive: int, negative: int, ambiguous: int) -> None:
        self.positive += positive
        self.negative += negative
        self.ambiguous += ambiguous
        if positive + negative + ambiguous:
            self.frames.add(frame)
        if positive:
            self.positive_frames.add(frame)

    @property
    def points(self) -> int:
        return self.positive + self.negative + self.ambiguous


def point_statistics(dataset: Iterable[Sequence]) -> PointStatistics:
    """The figures of ``dataset``, in one pass; only counts are kept in memory.

    >>> point_statistics(shelf.build("point-vos").read(Path("train.json"))).positive_points     # doctest: +SKIP
    541018
    """
    videos: list[_Tally] = []
    objects: list[_Tally] = []
    for sequence in dataset:
        video, by_object = _tally(sequence)
        videos.append(video)
        objects += by_object
    num_points = sum(tally.points for tally in objects)
    object_annotations = sum(len(tally.frames) for tally in objects)
    return PointStatistics(
        videos=len(videos),
        annotations=sum(len(tally.frames) for tally in videos),
        object_annotations=object_annotations,
        objects=len(objects),
        positive_points=sum(tally.positive for tally in videos),
        negative_points=sum(tally.negative for tally in videos),
        ambiguous_points=sum(tally.ambiguous for tally in videos),
        objects_by_num_frames=_by_num_frames(objects),
        videos_by_num_frames=_by_num_frames(videos),
        objects_by_positive_range=_by_range(tally.positive for tally in objects),
        objects_by_negative_range=_by_range(tally.negative for tally in objects),
        videos_by_positive_range=_by_range(tally.positive for tally in videos),
        videos_by_negative_range=_by_range(tally.negative for tally in videos),
        points_per_object=num_points / len(objects) if objects else 0.0,
        points_per_object_and_frame=num_points / object_annotations if object_annotations else 0.0,
    )


def _tally(sequence: Sequence) -> tuple[_Tally, list[_Tally]]:
    video = _Tally()
    by_object: defaultdict[int, _Tally] = defaultdict(_Tally, {info.object_id: _Tally() for info in sequence.objects})
    for labels in sequence:
        for object_id, points in labels.points.items():
            by_object[object_id].add(labels.frame, *_counts(points))
        positive, negative, ambiguous = np.sum([(0, 0, 0), *map(_counts, labels.points.values())], axis=0).tolist()
        video.add(labels.frame, positive, negative - _counted_twice(labels), ambiguous)
    return video, [by_object[object_id] for object_id in sorted(by_object)]


def _counts(points: Points) -> tuple[int, int, int]:
    positive, negative, ambiguous = (
        int((points.label == label).sum()) for label in (FOREGROUND, BACKGROUND, AMBIGUOUS)
    )
    return positive, negative, ambiguous


def _counted_twice(labels: FrameLabels) -> int:
    """How many background points stand again with another object, because all objects of the frame share them."""
    places = [_places(points) for points in labels.points.values()]
    if len(places) < 2 or any(other != places[0] for other in places[1:]):
        return 0
    return (len(places) - 1) * len(places[0])


def _places(points: Points) -> frozenset[tuple[float, float]]:
    return frozenset(map(tuple, points.xy[points.label == BACKGROUND].tolist()))


def _by_num_frames(tallies: list[_Tally]) -> dict[int, int]:
    return dict(sorted(Counter(len(tally.positive_frames) for tally in tallies).items()))


def _by_range(numbers: Iterable[int]) -> dict[int, int]:
    """How many numbers lie in each range of ten, from 0 to the last one in use, none left out."""
    counts = np.bincount(np.array([number // RANGE for number in numbers], np.int64))
    return {RANGE * i: count for i, count in enumerate(counts.tolist())}
