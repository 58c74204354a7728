"""How much tracks overlap: each is one object's masks through a video, compared as one long picture.

The runs of a mask go down the columns, so the frames of a video side by side are one wide picture whose runs are those
of the frames, one after the other. What two tracks share is then found in one sweep over both. Few pairs of a video
come close, though: a pair's boxes and areas bound what it can share, and a caller that only asks for pairs above some
IoU pays for those alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ._rle import spans_from_many
from .errors import MaskError
from .mask import Mask

Floats = NDArray[np.float64]
Ints = NDArray[np.signedinteger]
Track = Sequence[Mask | None]
"""The masks of one object, frame by frame; None where it is not."""

_AT_ONCE = 512
"""Masks whose bytes are read in one go, so that memory is that of the runs."""
_SLACK = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class TrackRuns:
    """Tracks of one video, decoded: the runs of each, how many pixels each mask has, and the box around them.

    ``starts[k]`` and ``ends[k]`` count the pixels of track k down the columns and on through the frames. ``areas`` is
    (tracks, frames); ``boxes`` is (4, tracks, frames), left, right, top and bottom, the ends not included.
    """

    size: tuple[int, int]
    num_frames: int
    starts: tuple[Ints, ...]
    ends: tuple[Ints, ...]
    areas: NDArray[np.int64]
    boxes: NDArray[np.int64]

    @classmethod
    def of(cls, tracks: Sequence[Track], size: tuple[int, int], num_frames: int) -> "TrackRuns":
        """The runs of ``tracks``, all of frames of ``size``, (height, width), and all of so many frames."""
        _refuse_other_lengths(tracks, num_frames)
        step = max(1, _AT_ONCE // max(num_frames, 1))
        parts = [_decoded(tracks[k : k + step], size, num_frames) for k in range(0, len(tracks), step)]
        return cls(
            size,
            num_frames,
            tuple(starts for part in parts for starts in part[0]),
            tuple(ends for part in parts for ends in part[1]),
            np.concatenate([np.zeros((0, num_frames), np.int64), *(part[2] for part in parts)]),
            np.concatenate([np.zeros((4, 0, num_frames), np.int64), *(part[3] for part in parts)], axis=1),
        )

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def num_pixels(self) -> NDArray[np.int64]:
        """The pixels of each track in all frames."""
        total: NDArray[np.int64] = self.areas.sum(axis=1)
        return total

    def mean_areas(self) -> Floats:
        """The pixels of each track on a frame it has any on; 0 for a track that has none."""
        num_frames = np.count_nonzero(self.areas, axis=1)
        mean: Floats = self.num_pixels / np.maximum(num_frames, 1)
        return mean

    def iou_with(self, other: "TrackRuns", at_least: float = 0.0) -> Floats:
        """Shared pixels over the pixels of either, added up over the frames, (tracks, other's tracks).

        A pair that cannot reach ``at_least`` is given as 0, mostly without being compared.
        """
        if (self.size, self.num_frames) != (other.size, other.num_frames):
            raise MaskError("tracks to be compared have to be of one video: of as many frames, and of one size")
        iou = np.zeros((len(self), len(other)))
        for one, two in self._close_pairs(other, at_least):
            shared = _shared(self.starts[one], self.ends[one], other.starts[two], other.ends[two])
            either = int(self.num_pixels[one]) + int(other.num_pixels[two]) - shared
            iou[one, two] = shared / either if shared else 0.0
        iou[iou < at_least] = 0.0
        return iou

    def _close_pairs(self, other: "TrackRuns", at_least: float) -> Iterator[tuple[int, int]]:
        """The pairs that may share pixels, and whose boxes and areas do not keep them below ``at_least``."""
        for one in range(len(self)):
            low = np.maximum(self.boxes[::2, one, None], other.boxes[::2])
            high = np.minimum(self.boxes[1::2, one, None], other.boxes[1::2])
            width, height = np.maximum(high - low, 0)
            most = np.minimum(np.minimum(self.areas[one], other.areas), width * height).sum(axis=1)
            either = self.num_pixels[one] + other.num_pixels - most
            close = (most > 0) & (most >= at_least * _SLACK * either)
            yield from ((one, int(two)) for two in np.flatnonzero(close))


def track_iou_matrix(a: Sequence[Track], b: Sequence[Track]) -> Floats:
    """Shared pixels over the pixels of either, both added up over all frames, (len(a), len(b)).

    Where one of the two is not in a frame, the other's pixels there still count as not shared; two tracks without any
    pixel have an IoU of 0.

    >>> cat, dog = Mask.from_array([[1, 0]]), Mask.from_array([[1, 1]])
    >>> track_iou_matrix([[cat, None]], [[cat, dog], [dog, None]]).tolist()
    [[0.3333333333333333, 0.5]]
    """
    masks = [mask for track in (*a, *b) for mask in track if mask is not None]
    sizes = {(mask.height, mask.width) for mask in masks}
    if not sizes:
        return np.zeros((len(a), len(b)))
    if len(sizes) > 1:
        found = ", ".join(f"{height} x {width}" for height, width in sorted(sizes))
        raise MaskError(f"tracks to be compared have masks of {found} pixels; all have to be of one size")
    size, num_frames = sizes.pop(), len([*a, *b][0])
    return TrackRuns.of(a, size, num_frames).iou_with(TrackRuns.of(b, size, num_frames))


def _refuse_other_lengths(tracks: Sequence[Track], num_frames: int) -> None:
    for track in tracks:
        if len(track) != num_frames:
            raise MaskError(f"a track has masks for {len(track)} frames, and its video has {num_frames}")


Decoded = tuple[list[Ints], list[Ints], NDArray[np.int64], NDArray[np.int64]]


def _decoded(tracks: Sequence[Track], size: tuple[int, int], num_frames: int) -> Decoded:
    height, width = size
    nothing = Mask.empty(height, width).counts
    counts = [nothing if mask is None else mask.counts for track in tracks for mask in track]
    starts, ends, num_runs = spans_from_many(counts, height * width)
    last = np.cumsum(num_runs)
    areas, boxes = _areas_and_boxes(starts, ends, num_runs, size)
    shape = len(tracks), num_frames
    cuts = [0, *last.reshape(shape)[:, -1].tolist()] if num_frames else [0] * (len(tracks) + 1)
    slices = [(slice(*cuts[k : k + 2]), k * num_frames * height * width) for k in range(len(tracks))]
    return (
        [starts[runs] - before for runs, before in slices],
        [ends[runs] - before for runs, before in slices],
        areas.reshape(shape),
        boxes.reshape(4, *shape),
    )


def _areas_and_boxes(
    starts: Ints, ends: Ints, num_runs: NDArray[np.int64], size: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels and (left, right, top, bottom) of masks whose positions go on from one to the next."""
    height, width = size
    areas, boxes = np.zeros(len(num_runs), np.int64), np.zeros((4, len(num_runs)), np.int64)
    some = np.flatnonzero(num_runs)
    if not len(some):
        return areas, boxes
    last = np.cumsum(num_runs)[some] - 1
    first = last - num_runs[some] + 1
    column, end_column = starts // height, (ends - 1) // height
    goes_on = column != end_column
    areas[some] = np.add.reduceat(ends - starts, first, dtype=np.int64)
    boxes[0, some], boxes[1, some] = column[first] - some * width, end_column[last] + 1 - some * width
    boxes[2, some] = np.minimum.reduceat(np.where(goes_on, 0, starts - column * height), first)
    boxes[3, some] = np.maximum.reduceat(np.where(goes_on, height, ends - end_column * height), first)
    return areas, boxes


def _shared(starts: Ints, ends: Ints, other_starts: Ints, other_ends: Ints) -> int:
    """How many positions lie in a run of either side.

    As the runs of one side do not overlap, at most two are open anywhere; so where there are two, the one that ends
    first is the i-th to end, and the one that began last is the one after the i-th to begin.
    """
    start, end = np.concatenate([starts, other_starts]), np.concatenate([ends, other_ends])
    start.sort()
    end.sort()
    both = end[:-1] - start[1:]
    return int(both[both > 0].sum(dtype=np.int64))
