"""What a correction makes against what was there: which of the two is kept, frame by frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import Mask, Segment
from ._kept import Kept
from ._plan import Pass

_UNKNOWN = 0.5
_DOUBTED, _ALIKE = 0.5, 0.7

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

    def gain(self, nearness: float, surer: float = 0.0) -> float:
        """What is gained by taking what the correction made, ``nearness`` of the way from the lock to the correction.

        Each of the two agrees with what is right at either end by so much, and in between by something in between.
        ``surer``: by how much the engine is surer of the new mask on this frame than of the old one.
        """
        old = _between(agreement(self.old, self.locked), agreement(self.was, self.corrected), nearness)
        return _between(agreement(self.new, self.locked), 1.0, nearness) + surer - old


def taken_back(
    kept: Kept, before: NDArray[np.int64], one: Pass, after: int, *, is_guess: bool = False
) -> Iterator[int]:
    """The frames of a pass between a correction and the lock ``after`` it on which what was there before is better.

    ``before`` says in which step each frame was. A lock that ``is_guess`` is the pass's last frame, made again there
    from what was carried to it and from its own point; it stays as it was unless it is in doubt.
    """
    object_id, lock = one.starts[0]
    corrected, was = kept.mask(object_id, lock), kept.mask_in(int(before[lock]), object_id)
    far = after - one.way
    locked, new = kept.mask(object_id, after), kept.mask(object_id, far)
    if is_guess and not (agreement(was, corrected) <= _DOUBTED and agreement(new, locked) > _ALIKE):
        locked = kept.mask_in(int(before[after]), object_id)
        yield after
    ends = Ends(corrected=corrected, was=was, locked=locked, old=kept.mask_in(int(before[far]), object_id), new=new)
    frames = [frame for frame in one.frames if frame not in (lock, after)]
    gains = []
    for frame in frames:
        old, now = kept.segment_in(int(before[frame]), object_id), kept.segment(object_id, frame)
        gains.append(ends.gain((after - frame) / (after - lock), sureness(now) - sureness(old)))
    yield from frames[reach(gains) :]


def reach(gains: Sequence[float]) -> int:
    """How far a change goes: over so many frames in a row from the correction on that most is gained in all.

    What comes from a correction is led on from frame to frame: where it was lost, what comes after is lost too.

    >>> reach([0.5, -0.1, 0.2, -0.3, 0.2])
    3
    """
    total = np.cumsum([0.0, *gains])
    return len(total) - 1 - int(total[::-1].argmax())


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
