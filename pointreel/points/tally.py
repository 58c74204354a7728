"""How many points a sequence has, counted as Point-VOS' table 11 counts them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, FrameLabels


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts that add up over sequences. ``annotations`` are frames with points of at least one object.

    A negative point that several objects of a frame share, as background points do, is one point.
    """

    videos: int = 0
    annotations: int = 0
    objects: int = 0
    positive: int = 0
    negative: int = 0
    ambiguous: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            videos=self.videos + other.videos,
            annotations=self.annotations + other.annotations,
            objects=self.objects + other.objects,
            positive=self.positive + other.positive,
            negative=self.negative + other.negative,
            ambiguous=self.ambiguous + other.ambiguous,
        )


def tally(sequence: Iterable[FrameLabels]) -> Tally:
    """The counts of one sequence, reading one frame at a time."""
    objects: set[int] = set()
    total = Tally(videos=1)
    for labels in sequence:
        objects |= {object_id for object_id, points in labels.points.items() if len(points)}
        total += _of_frame(labels)
    return total + Tally(objects=len(objects))


def _of_frame(labels: FrameLabels) -> Tally:
    all_points = list(labels.points.values())
    negatives = {tuple(xy) for points in all_points for xy in points.xy[points.label == BACKGROUND].tolist()}
    return Tally(
        annotations=int(any(len(points) for points in all_points)),
        positive=sum(int(np.count_nonzero(points.label == FOREGROUND)) for points in all_points),
        negative=len(negatives),
        ambiguous=sum(int(np.count_nonzero(points.label == AMBIGUOUS)) for points in all_points),
    )
