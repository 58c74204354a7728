"""Which frames of an object a validation set holds: the protocol of Point-VOS' PV-Oops (its supplement, B).

Each object is looked at once its points are verified:

1. The *reference frame* is the first with at least 7 points on the object. What lies before it is left out. Without
   such a frame the object is eliminated.
2. After it there has to be a frame with at least 3 points on the object and 1 off it.
3. The frame on which the object was localised (there, the one with the mouse trace) has to come after the reference
   frame, because it is to have a mask.
4. Of the frames with points after the reference frame, 3 are taken, evenly spaced. If the localised one is among them,
   these are the *evaluation frames*. Otherwise the one nearest to it makes way for it (of two as near, the earlier),
   unless there are fewer than 3 anyway.

The evaluation frames are what people draw masks on; the reference frame's points are what a method begins with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..core import BACKGROUND, FOREGROUND, FrameLabels, ListedDataset
from ..core import Sequence as Labelled
from ..points import frame_samplers
from ..store import Project, StoredObject
from .localisation import localisation_of

NUM_REFERENCE, NUM_AFTER, NUM_OFF, NUM_EVALUATED = 7, 3, 1, 3


@dataclass(frozen=True, slots=True)
class Verified:
    """How many points of a frame lie on the object, and how many off it, as people say."""

    on: int
    off: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The frames of an object that stays: ``evaluation`` holds the localised one, and is in order."""

    reference: int
    evaluation: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Eliminated:
    """An object that a validation set leaves out, and why."""

    why: str


def frames_of(verified: Mapping[int, Verified], localised: int) -> Chosen | Eliminated:
    """The frames of one object; ``verified`` holds every frame that has a point somebody has decided.

    >>> frames_of({0: Verified(2, 9), 10: Verified(7, 9), 20: Verified(6, 8), 30: Verified(5, 9)}, localised=30)
    Chosen(reference=10, evaluation=(20, 30))
    >>> frames_of({0: Verified(2, 9)}, localised=0)
    Eliminated(why='no frame has 7 points on it')
    """
    reference = min((frame for frame, one in verified.items() if one.on >= NUM_REFERENCE), default=None)
    if reference is None:
        return Eliminated(f"no frame has {NUM_REFERENCE} points on it")
    after = sorted(frame for frame in verified if frame > reference)
    if not any(verified[frame].on >= NUM_AFTER and verified[frame].off >= NUM_OFF for frame in after):
        return Eliminated(f"no frame after {reference} has {NUM_AFTER} points on it and {NUM_OFF} off it")
    if localised <= reference:
        return Eliminated(f"it was localised on frame {localised}, which does not come after {reference}")
    return Chosen(reference, _evaluated(after, localised))


def _evaluated(after: Sequence[int], localised: int) -> tuple[int, ...]:
    picked = frame_samplers.build("evenly", num_frames=NUM_EVALUATED).sample(len(after), np.random.default_rng(0))
    chosen = {after[k] for k in picked}
    if localised not in chosen and len(chosen) == NUM_EVALUATED:
        chosen.remove(min(chosen, key=lambda frame: (abs(frame - localised), frame)))
    return tuple(sorted({*chosen, localised}))


@dataclass(frozen=True)
class Member:
    """What became of an object of a project."""

    thing: StoredObject
    frames: Chosen | Eliminated


def validation_set(project: Project) -> Iterator[Member]:
    """What the protocol says of every object; those with points that nobody has decided yet are eliminated too.

    Points that test annotators, and those that are shown again, do not count. Of an object that was localised on
    several frames, the first counts.
    """
    for thing in project.objects:
        yield Member(thing, _of(project, thing))


def _of(project: Project, thing: StoredObject) -> Chosen | Eliminated:
    points = [point for point in project.points(thing.key) if point.gold is None and point.repeats is None]
    waiting = sum(point.waiting for point in points)
    if not points or waiting:
        return Eliminated(f"{waiting} of its points are not verified" if points else "it has no points")
    if not (localised := localisation_of(project, thing.key).frames):
        return Eliminated("nobody has said where it is")
    on = [point.frame for point in points if point.label == FOREGROUND]
    off = [point.frame for point in points if point.label == BACKGROUND]
    verified = {frame: Verified(on.count(frame), off.count(frame)) for frame in {*on, *off}}
    return frames_of(verified, localised[0])


def validation_points(project: Project) -> ListedDataset:
    """The verified points of the objects that stay, each from its reference frame on."""
    first: dict[str, dict[int, int]] = {}
    for member in validation_set(project):
        if isinstance(member.frames, Chosen):
            first.setdefault(member.thing.video, {})[member.thing.object_id] = member.frames.reference
    return ListedDataset.of([_from(one, first[one.name]) for one in project.verified() if one.name in first])


def _from(sequence: Labelled, first: Mapping[int, int]) -> Labelled:
    objects = tuple(info for info in sequence.objects if info.object_id in first)
    return replace(sequence, objects=objects, read_labels=partial(_points_from, sequence, first))


def _points_from(sequence: Labelled, first: Mapping[int, int]) -> Iterator[FrameLabels]:
    for labels in sequence:
        points = {i: of for i, of in labels.points.items() if i in first and labels.frame >= first[i]}
        if points:
            yield FrameLabels(labels.frame, points=points)
