"""What came out of a run, as numbers: who is where, how large, and where the engine was least sure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import FrameLabels, FrameMasks, Mask, ObjectInfo, Segment, Sequence
from ..systems import Tracking

NUM_DOUBTS = 8
CERTAIN = 0.995
"""A score that is written as 1.00 is no doubt."""


@dataclass(frozen=True, eq=False)
class ObjectFacts:
    """One object: ``score`` (frames,) with NaN where it is not, ``area`` (frames,) in pixels, ``locked`` frames.

    ``carried`` are frames that could not be read: its masks there are guesses that nobody looked at.
    """

    object_id: int
    name: str
    score: NDArray[np.float32]
    area: NDArray[np.int64]
    locked: tuple[int, ...]
    carried: tuple[int, ...] = ()

    @property
    def frames(self) -> NDArray[np.int64]:
        """The frames it is on."""
        return np.flatnonzero(self.area)

    @property
    def called(self) -> str:
        return self.name or f"object {self.object_id}"

    @property
    def mean_score(self) -> float:
        """Over the frames it was seen on; 0 where it was seen on none."""
        seen = np.setdiff1d(self.frames, self.carried)
        return float(self.score[seen].mean()) if len(seen) else 0.0

    def stretches(self) -> list[tuple[int, int]]:
        """The first and last frame of each time it is there without a break."""
        frames = self.frames
        if not len(frames):
            return []
        cuts = np.flatnonzero(np.diff(frames) > 1)
        firsts, lasts = frames[np.r_[0, cuts + 1]], frames[np.r_[cuts, len(frames) - 1]]
        return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


@dataclass(frozen=True)
class Doubt:
    """A frame to look at: where the score of an object is lower than anywhere near."""

    frame: int
    object_id: int
    score: float


@dataclass(frozen=True, eq=False)
class Facts:
    """A whole run. ``carried`` are frames that could not be read; ``num_made`` counts those made again as well."""

    num_frames: int
    size: tuple[int, int]
    objects: tuple[ObjectFacts, ...]
    carried: tuple[int, ...]
    engine: str
    direction: str
    seconds: float
    num_made: int

    @property
    def rate(self) -> float:
        """Frames that were made in a second; 0 where nobody knows."""
        return self.num_made / self.seconds if self.seconds else 0.0

    @classmethod
    def of(cls, tracking: Tracking) -> "Facts":
        ids, num = tracking.object_ids, len(tracking)
        scores = {i: np.full(num, np.nan, np.float32) for i in ids}
        areas = {i: np.zeros(num, np.int64) for i in ids}
        for masks in tracking:
            for i, segment in masks.segments.items():
                scores[i][masks.frame], areas[i][masks.frame] = segment.score, segment.mask.area
        locked = {i: tuple(p.frame for p in tracking.prompts if p.object_id == i) for i in ids}
        unread = tracking.carried
        objects = (ObjectFacts(i, tracking.names.get(i, ""), scores[i], areas[i], locked[i], unread) for i in ids)
        info = tracking.video.info
        return cls(
            num,
            (info.height, info.width),
            tuple(objects),
            unread,
            tracking.engine,
            tracking.direction,
            tracking.seconds,
            tracking.num_made,
        )

    def doubts(self, num: int = NUM_DOUBTS) -> list[Doubt]:
        """The least sure frames, the worst first, not two of one object close together; locked ones are certain."""
        apart = max(2, self.num_frames // 12)
        candidates = [doubt for one in self.objects for doubt in _valleys(one, set(self.carried))]
        chosen: list[Doubt] = []
        for doubt in sorted(candidates, key=lambda d: (d.score, d.frame, d.object_id)):
            near = (c.object_id == doubt.object_id and abs(c.frame - doubt.frame) < apart for c in chosen)
            if not any(near):
                chosen.append(doubt)
            if len(chosen) == num:
                break
        return chosen

    def front_to_back(self) -> tuple[int, ...]:
        """Who has a pixel that two objects claim: the smaller object, by its mean area, for the whole video.

        What is small and overlaps something large mostly lies before it, or is a part of it that was named apart. The
        order is one for all frames, so that a shared pixel does not flicker; of two equally large the later id wins.
        """

        def mean_area(one: ObjectFacts) -> float:
            return float(one.area.sum()) / max(len(one.frames), 1)

        return tuple(one.object_id for one in sorted(self.objects, key=lambda o: (mean_area(o), -o.object_id)))

    def to_json(self) -> dict[str, object]:
        """For programs: what a person reads in the report."""
        objects = [
            {
                "id": one.object_id,
                "name": one.name,
                "frames": len(one.frames),
                "present": [list(stretch) for stretch in one.stretches()],
                "mean_score": round(one.mean_score, 4),
                "locked_frames": list(one.locked),
            }
            for one in self.objects
        ]
        doubts = [{"frame": d.frame, "object": d.object_id, "score": round(d.score, 4)} for d in self.doubts()]
        return {
            "frames": self.num_frames,
            "frames_made": self.num_made,
            "height": self.size[0],
            "width": self.size[1],
            "engine": self.engine,
            "direction": self.direction,
            "seconds": round(self.seconds, 3),
            "objects": objects,
            "least_sure": doubts,
            "unreadable_frames": list(self.carried),
        }


def sequence_of(
    tracking: Tracking,
    name: str,
    front_to_back: tuple[int, ...] = (),
    watch: Callable[[Iterable[FrameMasks]], Iterable[FrameMasks]] = iter,
) -> Sequence:
    """A run as a sequence that any format can write; with ``front_to_back`` no two objects share a pixel.

    ``watch`` is put around each pass over its frames.
    """
    info = tracking.video.info

    def read_labels() -> Iterator[FrameLabels]:
        for masks in watch(tracking):
            segments = dict(masks.segments)
            yield FrameLabels(masks.frame, disjoint(segments, front_to_back) if front_to_back else segments)

    return Sequence(
        name=name,
        height=info.height,
        width=info.width,
        frames=tuple(f"{k:05d}" if len(tracking) <= 100_000 else f"{k:08d}" for k in range(len(tracking))),
        objects=tuple(ObjectInfo(i, tracking.names.get(i, "")) for i in tracking.object_ids),
        read_labels=read_labels,
    )


def disjoint(segments: dict[int, Segment], front_to_back: tuple[int, ...]) -> dict[int, Segment]:
    """The same objects, each without the pixels of those in front of it."""
    taken: Mask | None = None
    left: dict[int, Segment] = {}
    for object_id in (i for i in front_to_back if i in segments):
        mask = segments[object_id].mask
        rest = mask if taken is None else mask - taken
        taken = mask if taken is None else taken | mask
        if rest:
            left[object_id] = Segment(rest, segments[object_id].score)
    return dict(sorted(left.items()))


def _valleys(one: ObjectFacts, carried: set[int]) -> Iterator[Doubt]:
    sure = {*one.locked, *carried}
    for frame in one.frames.tolist():
        if frame not in sure and one.score[frame] < CERTAIN:
            yield Doubt(frame, one.object_id, float(one.score[frame]))
