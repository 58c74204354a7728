"""The tracks of one CVAT task, frame after frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..core import Box, FormatError, FrameLabels, Mask, ObjectInfo, Points, Segment, Sequence
from ._cvat_index import BOX, MASK, POINTS, POLYGON, Index
from ._cvat_meta import typed
from ._cvat_shapes import mask_of, points_of, polygon_mask, vertices_of
from ._keyframes import Keyframes

Value = Box | Mask | Points
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tracks:
    """The tracks of task number ``task`` of a file; called, it reads their labels."""

    index: Index
    task: int

    def sequence(self, name: str) -> Sequence:
        task = self.index.tasks[self.task]
        return Sequence(
            name=name,
            height=task.height,
            width=task.width,
            frames=task.frames(self.num_frames),
            objects=tuple(self._objects()),
            read_labels=self,
        )

    def __call__(self) -> Iterator[FrameLabels]:
        """Every frame of a task is labelled. Tracks are taken up on their first frame and dropped behind their last."""
        shapes, starts, ends, first = self._by_first_frame()
        active: list[_Track] = []
        waiting = 0
        for frame in range(self.num_frames):
            while waiting < len(first) and first[waiting] <= frame:
                active.append(_Track.of(self.index, shapes[starts[waiting] : ends[waiting]], self.ids))
                waiting += 1
            yield self._labels(frame, active)
            active = [track for track in active if track.last is None or track.last > frame]

    @property
    def num_frames(self) -> int:
        known = self.index.tasks[self.task].num_frames
        return known if known is not None else int(self._frame[self._chosen].max(initial=-1)) + 1

    @cached_property
    def ids(self) -> dict[int, int]:
        """The object id of each thing of this task: its own, else the next that is free in the order of the file."""
        things = [i for i, thing in enumerate(self.index.things) if thing.task == self.task]
        given = {i: number for i in things if (number := self.index.things[i].object_id) is not None}
        free = max(given.values(), default=0)
        ids = dict(given)
        for i in things:
            if i not in given:
                free += 1
                ids[i] = free
        return {i: ids[i] for i in things}

    def _objects(self) -> Iterator[ObjectInfo]:
        for i, object_id in self.ids.items():
            thing = self.index.things[i]
            yield ObjectInfo(object_id, thing.name, typed(thing.attributes, thing.label, self.index.types))

    @property
    def _frame(self) -> NDArray[np.int32]:
        return np.array(self.index.shapes.frame, np.int32)

    @property
    def _chosen(self) -> Indices:
        """The shapes of this task."""
        task_of_track = np.array(self.index.task_of_track, np.int32)
        return np.flatnonzero(task_of_track[np.array(self.index.shapes.track, np.int32)] == self.task)

    def _by_first_frame(self) -> tuple[Indices, Indices, Indices, Indices]:
        """The shapes track by track; then where each track begins and ends in them, and its first frame."""
        track, frame = np.array(self.index.shapes.track, np.int32), self._frame
        shapes = self._chosen
        shapes = shapes[np.lexsort((frame[shapes], track[shapes]))]
        starts = np.flatnonzero(np.diff(track[shapes], prepend=-1))
        ends = np.append(starts, len(shapes))[1:].astype(np.int64)
        first = frame[shapes[starts]].astype(np.int64)
        order = np.argsort(first, kind="stable")
        return shapes, starts[order], ends[order], first[order]

    def _labels(self, frame: int, active: list["_Track"]) -> FrameLabels:
        segments: dict[int, Segment] = {}
        boxes: dict[int, Box] = {}
        points: dict[int, Points] = {}
        seen: set[tuple[int, type]] = set()
        size = self.index.tasks[self.task].height, self.index.tasks[self.task].width
        for track in active:
            number, value = track.object_id, track.at(frame, size)
            if value is not None and (number, type(value)) in seen:
                raise track.wrong(0, f"object {number} twice on frame {frame}", "it once")
            seen.add((number, type(value)))
            match value:
                case Mask():
                    segments[number] = Segment(value)
                case Box():
                    boxes[number] = value
                case Points():
                    points[number] = value
        return FrameLabels(frame, segments, boxes, points)


@dataclass(frozen=True)
class _Track:
    """One track: the shapes of one kind that are given, by rising frame."""

    index: Index
    object_id: int
    kind: int
    shapes: list[int]
    frames: NDArray[np.int64]
    outside: NDArray[np.bool_]

    @classmethod
    def of(cls, index: Index, shapes: Indices, id_of_thing: dict[int, int]) -> "_Track":
        columns, numbers = index.shapes, shapes.tolist()
        thing = index.thing_of_track[columns.track[numbers[0]]]
        track = cls(
            index,
            id_of_thing[thing],
            columns.kind[numbers[0]],
            numbers,
            np.array([columns.frame[i] for i in numbers], np.int64),
            np.array([columns.outside[i] for i in numbers], np.bool_),
        )
        for j in range(1, len(numbers)):
            if track.frames[j] == track.frames[j - 1]:
                raise track.wrong(j, f"frame {track.frames[j]} a second time", "each frame once in a track")
            if columns.kind[numbers[j]] != track.kind:
                raise track.wrong(j, "a shape of another kind", "one kind of shape in a track")
        return track

    @property
    def last(self) -> int | None:
        """The last frame it is on; None where it stays to the end of the video. Masks never stay."""
        return int(self.frames[-1]) if self.outside[-1] or self.kind == MASK else None

    def at(self, frame: int, size: tuple[int | None, int | None]) -> Value | None:
        """What the track is on a frame: as given, or in between as CVAT works it out."""
        if self.kind == BOX:
            return self._keyframes.at(frame)
        i = int(np.searchsorted(self.frames, frame, "right")) - 1
        given = self.frames[i] == frame
        if i < 0 or self.outside[i] or (self.kind == MASK and not given):
            return None
        try:
            return self._value(i, 0.0 if given else self._share(i, frame), size)
        except (ValueError, OverflowError) as error:
            raise self.wrong(i, f"a broken shape ({error})", "what CVAT writes") from None

    def wrong(self, i: int, found: str, expected: str) -> FormatError:
        line = self.index.shapes.line[self.shapes[i]]
        return FormatError(self.index.path, f"line {line}", found=found, expected=expected)

    @cached_property
    def _keyframes(self) -> Keyframes:
        columns = self.index.shapes
        starts = [columns.start[i] for i in self.shapes]
        boxes = np.array([columns.boxes[start : start + 4] for start in starts], np.float64)
        return Keyframes(self.frames, boxes, shown=~self.outside, goes_on=~self.outside)

    def _share(self, i: int, frame: int) -> float:
        """How far the frame lies on the way to the next shape; 0 where there is none."""
        if i + 1 == len(self.frames):
            return 0.0
        return float((frame - self.frames[i]) / (self.frames[i + 1] - self.frames[i]))

    def _value(self, i: int, share: float, size: tuple[int | None, int | None]) -> Value:
        """One point and polygons of as many corners move on a straight line; all else stays until the next shape."""
        content = self.index.content(self.shapes[i])
        if self.kind == MASK:
            return mask_of(content, *self._sized(i, size))
        xy = vertices_of(content)
        if share:
            after = vertices_of(self.index.content(self.shapes[i + 1]))
            if len(after) == len(xy) and (self.kind == POLYGON or len(xy) == 1):
                xy = xy + (after - xy) * share
        return points_of(content, xy) if self.kind == POINTS else polygon_mask(xy, *self._sized(i, size))

    def _sized(self, i: int, size: tuple[int | None, int | None]) -> tuple[int, int]:
        height, width = size
        if height is None or width is None:
            raise self.wrong(i, "a mask in a task without <original_size>", "the size of its frames in <meta>")
        return height, width
