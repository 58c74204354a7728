"""What a correction makes against what was there: which of the two is kept, frame by frame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import Mask, Segment
from ._kept import Kept, mask_of
from ._plan import Pass

_NOTHING = 0.3
"""How sure it is that an object is not there. Scores of masks are seldom lower."""

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

    def gains(self, old: Sequence[float], new: Sequence[float], farness: Sequence[float]) -> list[float]:
        """What is gained on each frame by taking what the correction made, from the frame after the corrected one on.

        Each of the two agrees with what is right at either end by so much, and in between by something in between; and
        the surer of the two, by its scores, is likelier right. ``farness``: how far frames are on the way from the
        correction to the lock.
        """
        at_lock, at_correction = agreement(self.old, self.locked), agreement(self.was, self.corrected)
        carried = agreement(self.new, self.locked)
        return [
            round(_between(1.0, carried, far) - _between(at_correction, at_lock, far) + now - before, 6)
            for before, now, far in zip(old, new, farness, strict=True)
        ]


def taken_back(kept: Kept, before: NDArray[np.int64], one: Pass, after: int) -> Iterator[int]:
    """The frames of a pass between a correction and the lock ``after`` it on which what was there before is better.

    ``before`` says in which step each frame was.
    """
    object_id, lock = one.starts[0]

    def old(frame: int) -> Segment | None:
        return kept.segment_in(int(before[frame]), object_id)

    def new(frame: int) -> Segment | None:
        return kept.segment(object_id, frame)

    ends = Ends(
        corrected=mask_of(new(lock)),
        was=mask_of(old(lock)),
        locked=mask_of(new(after)),
        old=mask_of(old(one.stop)),
        new=mask_of(new(one.stop)),
    )
    frames = [frame for frame in one.frames if frame != lock]
    before_it, now = ([sureness(at(frame)) for frame in frames] for at in (old, new))
    gains = ends.gains(before_it, now, [(frame - lock) / (after - lock) for frame in frames])
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
    """The score of a mask, or of there being none."""
    return segment.score if segment is not None and segment.mask else _NOTHING


def agreement(one: Found, other: Found) -> float:
    """The IoU; 1 where both are empty."""
    if not one or not other:
        return float(not one and not other)
    return one.iou(other)


def _between(first: float, last: float, share: float) -> float:
    return first + (last - first) * share
