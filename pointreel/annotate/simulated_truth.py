"""The true masks of a project's objects, on the frames that their candidates are on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import floor

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import BACKGROUND, FOREGROUND, Dataset, Mask, PointreelError, Sequence
from ..store import Project, StoredVideo

Place = tuple[str, int, int]
"""Video, object id, frame."""

_FAR = 48
"""Pixels: what is farther from a border is far."""


@dataclass(frozen=True)
class Truth:
    """Masks by video, object id and frame; an empty one says that the object is not there."""

    masks: Mapping[Place, Mask]

    @classmethod
    def of(cls, dataset: Dataset, project: Project, *, every_frame: bool = False) -> "Truth":
        """What a dataset of masks says of the objects of a project that have candidates, on the frames of these.

        With ``every_frame`` on all frames that it labels.

        A sequence has the name of its video, or that without the ending of a file. Frames go by their numbers, and
        objects by their ids. Where there is one sequence and one video, or one object in both, they need no names.
        """
        wanted = _wanted(project)
        found: dict[Place, Mask] = {}
        for sequence in dataset:
            named = [name for name in wanted if sequence.name in (name, name.rpartition(".")[0])]
            for video in list(wanted) if len(dataset) == len(wanted) == 1 else named:
                found |= _of_sequence(sequence, project.video(video), wanted[video], every_frame)
        for video, frames_by_object in wanted.items():
            for object_id, frames in frames_by_object.items():
                if missing := sorted(frame for frame in frames if (video, object_id, frame) not in found):
                    where = f"{video}: object {object_id}, frame {missing[0]}"
                    raise PointreelError(f"{where}: has candidates, and the truth says nothing of it. Label it there.")
        return cls(found)

    def at(self, video: str, object_id: int, frame: int, x: float, y: float) -> tuple[int, float]:
        """Whether a position is on the object, and how far it is from where that changes, at most 48 pixels."""
        mask = self.masks.get((video, object_id, frame))
        if mask is None:
            where = f"{video}: object {object_id}, frame {frame}"
            raise PointreelError(f"{where}: the truth says nothing of it. Simulate where it is labelled.")
        return seen(mask.to_array(), x, y)


def seen(mask: NDArray[np.bool_], x: float, y: float) -> tuple[int, float]:
    """The same of a mask's pixels."""
    column, row = floor(x + 0.5), floor(y + 0.5)
    left, top = max(column - _FAR, 0), max(row - _FAR, 0)
    around = mask[top : row + _FAR + 1, left : column + _FAR + 1]
    is_on = bool(around[row - top, column - left])
    label = FOREGROUND if is_on else BACKGROUND
    if (around == is_on).all():
        return label, float(_FAR)
    distance = cv2.distanceTransform((around == is_on).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return label, min(float(distance[row - top, column - left]) - 0.5, _FAR)


def _wanted(project: Project) -> dict[str, dict[int, set[int]]]:
    """Frames that have candidates, by video and object id."""
    wanted: dict[str, dict[int, set[int]]] = {}
    for thing in project.objects:
        if frames := {point.frame for point in project.points(thing.key)}:
            wanted.setdefault(thing.video, {})[thing.object_id] = frames
    if not wanted:
        raise PointreelError(f"{project.name}: has no candidates yet. Run `pointreel propose` first.")
    return wanted


def _of_sequence(
    sequence: Sequence, video: StoredVideo, frames_by_object: Mapping[int, Collection[int]], every_frame: bool
) -> dict[Place, Mask]:
    theirs = [info.object_id for info in sequence.objects]
    by_id = {object_id: object_id for object_id in frames_by_object}
    if len(theirs) == len(by_id) == 1:
        by_id = dict.fromkeys(by_id, theirs[0])
    absent = Mask.empty(video.height, video.width)
    found: dict[Place, Mask] = {}
    for labels in sequence:
        for object_id, frames in frames_by_object.items():
            if (every_frame or labels.frame in frames) and by_id[object_id] in theirs:
                segment = labels.segments.get(by_id[object_id])
                mask = absent if segment is None else segment.mask
                if (mask.height, mask.width) != (video.height, video.width):
                    found_size, expected = f"{mask.width} x {mask.height}", f"{video.width} x {video.height}"
                    raise PointreelError(
                        f"{sequence.name}: frame {labels.frame}: found masks of {found_size}, expected {expected}."
                    )
                found[video.name, object_id, labels.frame] = mask
    return found
