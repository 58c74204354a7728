"""From masks to points: a densely labelled video becomes one as Point-VOS has it.

PV-DAVIS and PV-YT were made so (Point-VOS, sections 3.1 and C). For training, 10 evenly spaced ones of the labelled
frames; on each, 10 random points per object, at least 20 pixels apart, and 10 points of the background. For validation,
the same on the reference frame of each object, which is the first it is in:

>>> training = point_labels(                                     # doctest: +SKIP
...     sequence, frames=frame_samplers.build("evenly"), positives=samplers.build("random"),
...     negatives=samplers.build("background"), seed=0)

The background is common to all objects of a frame: what is on none of them and not void. Its points are drawn once per
frame, as the paper's table 11 counts them (60 videos x 10 frames x 10 points are its 6K negatives; 30 reference frames
its 300), and not once per object. Labels belong to objects, so each object on the frame gets the same ones, after its
positives, and statistics count them once. With ``negatives_per="object"`` each object has its own, as PointVIS and
SAM-PT have them: in its box, around its box, on the other objects.

A frame that was chosen and on which no object is keeps its (empty) record, without points. A point's generator is made
from the seed, the names of sequence and purpose, the frame and the object: any order and any number of processes give
the same points, and positives do not change when negatives are asked for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pointreel.core import FrameLabels, Points, Sequence
from pointreel.core.protocols import FrameSampler, PointSampler

from ._pixels import generator
from .scene import Scene

Picture = Callable[[int], NDArray[np.uint8]]
"""The picture of a frame by its number, (H, W, 3) uint8; for samplers that look at it."""


def point_labels(
    sequence: Sequence,
    *,
    frames: FrameSampler,
    positives: PointSampler,
    num_positives: int = 10,
    negatives: PointSampler | None = None,
    num_negatives: int = 10,
    negatives_per: Literal["frame", "object"] = "frame",
    picture: Picture | None = None,
    seed: int = 0,
) -> Sequence:
    """The sequence with points for masks, on some of its labelled frames; every pass over it reads one frame at a time.

    ``frames`` chooses among the frames that have labels, so that a video labelled on every fifth frame works too.
    """
    picker = _Picker(sequence.name, seed, positives, num_positives, negatives, num_negatives, negatives_per, picture)

    def read() -> Iterator[FrameLabels]:
        labelled = [labels.frame for labels in sequence]
        chosen = frames.sample(len(labelled), generator(seed, sequence.name, "frames"))
        wanted = {labelled[k] for k in chosen}
        return (picker.pick(labels) for labels in sequence if labels.frame in wanted)

    return replace(sequence, read_labels=read)


def reference_labels(
    sequence: Sequence,
    *,
    positives: PointSampler,
    num_positives: int = 10,
    negatives: PointSampler | None = None,
    num_negatives: int = 10,
    negatives_per: Literal["frame", "object"] = "frame",
    picture: Picture | None = None,
    seed: int = 0,
) -> Sequence:
    """The sequence with points for each object on its reference frame only: the first frame it is in.

    A point drawn here is the one that ``point_labels`` draws on the same frame with the same seed.
    """
    picker = _Picker(sequence.name, seed, positives, num_positives, negatives, num_negatives, negatives_per, picture)

    def read() -> Iterator[FrameLabels]:
        seen: set[int] = set()
        for labels in sequence:
            new = {object_id for object_id, segment in labels.segments.items() if segment.mask} - seen
            seen |= new
            if new:
                yield picker.pick(labels, only=new)

    return replace(sequence, read_labels=read)


@dataclass(frozen=True)
class _Picker:
    """Points of one frame, from its masks."""

    name: str
    seed: int
    positives: PointSampler
    num_positives: int
    negatives: PointSampler | None
    num_negatives: int
    negatives_per: Literal["frame", "object"]
    picture: Picture | None

    def pick(self, labels: FrameLabels, only: set[int] | None = None) -> FrameLabels:
        """The frame's labels as points, for all objects that are on it or ``only`` some."""
        scenes = self._scenes(labels)
        wanted = {object_id: scene for object_id, scene in scenes.items() if only is None or object_id in only}
        if not wanted:
            return FrameLabels(labels.frame)
        common = self._common_negatives(labels.frame, scenes)
        return FrameLabels(
            labels.frame,
            points={
                object_id: self._positives(labels.frame, object_id, scene)
                + (self._own_negatives(labels.frame, object_id, scene) if common is None else common)
                for object_id, scene in wanted.items()
            },
        )

    def _scenes(self, labels: FrameLabels) -> dict[int, Scene]:
        masks = {object_id: segment.mask.to_array() for object_id, segment in sorted(labels.segments.items())}
        masks = {object_id: mask for object_id, mask in masks.items() if mask.any()}
        void = None if labels.void is None else labels.void.to_array()
        rgb = None if self.picture is None or not masks else self.picture(labels.frame)
        return {
            object_id: Scene(mask, tuple(other for k, other in masks.items() if k != object_id), rgb, void)
            for object_id, mask in masks.items()
        }

    def _positives(self, frame: int, object_id: int, scene: Scene) -> Points:
        rng = generator(self.seed, self.name, "positives", frame, object_id)
        return self.positives.sample(scene, self.num_positives, rng)

    def _own_negatives(self, frame: int, object_id: int, scene: Scene) -> Points:
        if self.negatives is None:
            return Points.off([])
        rng = generator(self.seed, self.name, "negatives", frame, object_id)
        return self.negatives.sample(scene, self.num_negatives, rng)

    def _common_negatives(self, frame: int, scenes: Mapping[int, Scene]) -> Points | None:
        """Points of the background of all objects together; None where each object has its own."""
        if self.negatives is None or self.negatives_per == "object":
            return None
        first = next(iter(scenes.values()))
        union = np.logical_or.reduce([scene.mask for scene in scenes.values()])
        rng = generator(self.seed, self.name, "background", frame)
        return self.negatives.sample(Scene(union, (), first.rgb, first.void), self.num_negatives, rng)
