"""What a correction makes against what was there: which of the two is kept, frame by frame."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import Mask, Segment
from ._kept import Kept
from ._plan import Pass

_UNKNOWN = 0.5

Found = Mask | None
"""The mask of an object on a frame, None where there is none."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What is at the two ends of the frames between a correction and the next lock beyond them.

    On the corrected frame ``corrected`` is right, and ``was`` what it replaced. At the other end ``locked`` is right;
    on the frame before it ``old`` is what was there and ``new`` what was carried there from the correction.
    """

    corrected: Found
    was: Found
    locked: Found
    old: Found
    new: Found

    def is_new_better(self, nearness: float, surer: float = 0.0) -> bool:
        """Whether to take what the correction made, ``nearness`` of the way from the lock to the correction.

        Each of the two agrees with what is right at either end by so much, and in between by something in between.
        ``surer``: by how much the engine is surer of the new mask on this frame than of the old one.
        """
        old = _between(agreement(self.old, self.locked), agreement(self.was, self.corrected), nearness)
        return _between(agreement(self.new, self.locked), 1.0, nearness) + surer >= old


def taken_back(kept: Kept, before: NDArray[np.int64], one: Pass, after: int) -> Iterator[int]:
    """The frames of a pass between a correction and the lock ``after`` it on which what was there before is better.

    ``before`` says in which step each frame was.
    """
    object_id, lock = one.starts[0]
    ends = Ends(
        corrected=kept.mask(object_id, lock),
        was=kept.mask_in(int(before[lock]), object_id),
        locked=kept.mask(object_id, after),
        old=kept.mask_in(int(before[one.stop]), object_id),
        new=kept.mask(object_id, one.stop),
    )
    for frame in one.frames:
        nearness = (after - frame) / (after - lock)
        old, new = kept.segment_in(int(before[frame]), object_id), kept.segment(object_id, frame)
        if frame != lock and not ends.is_new_better(nearness, sureness(new) - sureness(old)):
            yield frame


def sureness(segment: Segment | None) -> float:
    """The score of a mask; of none nobody knows."""
    return _UNKNOWN if segment is None else segment.score


def agreement(one: Found, other: Found) -> float:
    """The IoU; 1 where both are empty."""
    if not one or not other:
        return float(not one and not other)
    return one.iou(other)


def _between(first: float, last: float, share: float) -> float:
    return first + (last - first) * share
