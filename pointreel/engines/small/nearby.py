"""What was said of frames nearby, carried to one that is put right: what was wrong there is mostly wrong here."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.types import Frame, Points
from .windows import Pixels, grey

_HEIGHT, _FURTHEST = 480, 6
_PATCH, _LEVELS, _ROUNDS, _ALIKE = 31, 4, 30, 0.4
Places = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Said:
    """Points of one frame, on an object or off it, and the frame in grey, at ``zoom`` times its size."""

    frame: int
    points: Points
    picture: Pixels
    zoom: float

    @classmethod
    def of(cls, frame: Frame, points: Points) -> "Said":
        return cls(frame.index, points, *_small(frame))

    def on(self, frame: Frame) -> Points:
        """Those points, where they are on another frame: none if it is far away, none that looks different there."""
        if abs(frame.index - self.frame) > _FURTHEST:
            return Points.on([])
        picture, zoom = _small(frame)
        start = ((self.points.xy + 0.5) * self.zoom - 0.5).astype(np.float32)
        there, found = _followed(self.picture, picture, start)
        alike = [_likeness(self.picture, a, picture, b) for a, b in zip(start, there, strict=True)]
        xy = (there + 0.5) / zoom - 0.5
        inside = ((xy >= 0) & (xy <= (frame.width - 1, frame.height - 1))).all(1)
        kept = found & inside & (np.array(alike) > _ALIKE)
        return Points(xy[kept], self.points.label[kept])


def _small(frame: Frame) -> tuple[Pixels, float]:
    zoom = min(1.0, _HEIGHT / min(frame.height, frame.width))
    size = max(1, round(frame.width * zoom)), max(1, round(frame.height * zoom))
    return grey(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)), zoom


def _followed(before: Pixels, after: Pixels, xy: Places) -> tuple[Places, NDArray[np.bool_]]:
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ROUNDS, 0.01)
    places, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, xy[:, None], np.empty(0, np.float32), winSize=(_PATCH, _PATCH), maxLevel=_LEVELS, criteria=stop
    )
    return places[:, 0].astype(np.float32, copy=False), found[:, 0] > 0


def _likeness(one: Pixels, at: Places, other: Pixels, there: Places) -> float:
    """The correlation of the patches about two places."""
    template = cv2.getRectSubPix(one, (_PATCH, _PATCH), (float(at[0]), float(at[1])))
    seen = cv2.getRectSubPix(other, (_PATCH, _PATCH), (float(there[0]), float(there[1])))
    return float(cv2.matchTemplate(template, seen, cv2.TM_CCOEFF_NORMED)[0, 0])
