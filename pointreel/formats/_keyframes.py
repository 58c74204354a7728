"""Boxes that are given on some frames and move in a straight line between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import Box


@dataclass(frozen=True)
class Keyframes:
    """The boxes of one object, by rising index of the frame: ``boxes`` (N, 4) are left, top, width, height.

    ``shown`` says whether the object is there on the frame itself, ``goes_on`` whether it is there between that frame
    and the next one given, or to the end of the video behind the last.

    >>> frames, boxes = np.array([0, 4]), np.array([[0.0, 0, 10, 10], [8, 4, 10, 10]])
    >>> Keyframes(frames, boxes, shown=np.array([True, True]), goes_on=np.array([True, False])).at(1)
    Box(left=2.0, top=1.0, width=10.0, height=10.0)
    """

    frames: NDArray[np.int64]
    boxes: NDArray[np.float64]
    shown: NDArray[np.bool_]
    goes_on: NDArray[np.bool_]

    def at(self, frame: int) -> Box | None:
        """The box on a frame, given or between two that are; None where the object is not there."""
        i = int(np.searchsorted(self.frames, frame, "right")) - 1
        if i < 0:
            return None
        given = bool(self.frames[i] == frame)
        if not (self.shown[i] if given else self.goes_on[i]):
            return None
        here = self.boxes[i]
        if not given and i + 1 < len(self.frames):
            share = (frame - self.frames[i]) / (self.frames[i + 1] - self.frames[i])
            here = here + (self.boxes[i + 1] - here) * share
        return Box(*here.tolist())
