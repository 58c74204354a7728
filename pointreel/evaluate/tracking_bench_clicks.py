"""Simulated corrections: how many clicks an engine needs until a video is good enough.

After a first point on each object the video is tracked. Then, until the mean J of the sequence reaches the target, a
simulated person looks for the worst object on the worst frame and clicks there, in the middle of the largest error:
*positive* where the object was missed, *negative* where the mask has spilt. The frame is corrected as a user's click
corrects it, by the same driver: it is locked from then on, and what lies between the neighbouring locked frames is
tracked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import Points, Prompt
from ..systems import Tracking
from .tracking_bench_clips import Clip, flattened

_EIGHT_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Click:
    """One answer to what is worst: whose the pixel is, and, where another object had it, that it is not that one's."""

    frame: int
    points: Mapping[int, Points]


@dataclass
class Corrections:
    """A video that is tracked and corrected. ``num_frames`` counts what sessions were fed."""

    clip: Clip
    tracking: Tracking
    num_clicks: int = 0
    num_frames: int = 0
    points_by_frame: dict[int, dict[int, Points]] = field(default_factory=dict)
    _j: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def start(self) -> None:
        """Track the whole video from the points that it was begun with."""
        for prompt in self.tracking.prompts:
            self._click(prompt.frame, prompt.object_id, prompt.points or Points.on([]))
        self.num_clicks = sum(len(prompt.points or ()) for prompt in self.tracking.prompts)
        self._finish(range(self.clip.num_frames))

    @property
    def mean_j(self) -> float:
        """The official J: of the objects, over the frames that are scored."""
        return float(np.mean([self._j[frame] for frame in self.clip.scored_frames]))

    def next_click(self) -> Click | None:
        """A click in the largest error of the worst object on the worst frame; None where all is right."""
        worst = sorted((j, frame, k) for frame, row in self._j.items() for k, j in enumerate(row) if j < 1)
        for _, frame, k in worst:
            object_id = self.clip.object_ids[k]
            true, found = self._true(frame), self._found(frame)
            given = self.points_by_frame.get(frame, {}).get(object_id, Points.on([]))
            click = click_on_error(true == object_id, found == object_id, given)
            if len(click):
                x, y = click.xy[0].astype(int)
                return Click(frame, _with_others(object_id, click, int(true[y, x]), int(found[y, x])))
        return None

    def apply(self, click: Click) -> None:
        """Say it, and have all tracked again that it changes."""
        before = max((lock for lock in self.points_by_frame if lock < click.frame), default=-1)
        after = min((lock for lock in self.points_by_frame if lock > click.frame), default=self.clip.num_frames)
        self.num_clicks += 1
        for object_id, points in click.points.items():
            self._click(click.frame, object_id, points)
            self.tracking.correct([Prompt(object_id=object_id, frame=click.frame, points=points)])
            self._finish(range(before + 1, after))

    def _click(self, frame: int, object_id: int, points: Points) -> None:
        by_object = self.points_by_frame.setdefault(frame, {})
        by_object[object_id] = by_object.get(object_id, Points.on([])) + points

    def _finish(self, changed: range) -> None:
        self.num_frames += sum(1 for _ in self.tracking.steps())
        self._j |= {frame: self._scores(frame) for frame in changed if frame in self.clip.truth}

    def _scores(self, frame: int) -> NDArray[np.float64]:
        true, found = self._true(frame), self._found(frame)
        return np.array([_iou(true == object_id, found == object_id) for object_id in self.clip.object_ids])

    def _true(self, frame: int) -> NDArray[np.integer]:
        return self.clip.true_labels(frame)

    def _found(self, frame: int) -> NDArray[np.integer]:
        return flattened(self.tracking[frame], self.clip.size)


def correct(clip: Clip, tracking: Tracking, *, target: float = 0.8, max_clicks: int = 20) -> tuple[Corrections, bool]:
    """The corrected video, and whether its mean J has reached the target within so many clicks."""
    state = Corrections(clip, tracking)
    state.start()
    while state.mean_j < target and state.num_clicks < max_clicks:
        click = state.next_click()
        if click is None:
            break
        state.apply(click)
    return state, state.mean_j >= target


def click_on_error(truth: NDArray[np.bool_], found: NDArray[np.bool_], given: Points) -> Points:
    """The point furthest inside the largest error, positive if it was missed and negative if it was spilt.

    Nobody clicks the same pixel twice: those ``given`` do not count as errors any more. Empty where nothing is wrong.

    >>> click_on_error(np.ones((3, 3), bool), np.zeros((3, 3), bool), Points.on([]))
    Points(xy=array([[1., 1.]], dtype=float32), label=array([1], dtype=int8), candidate=None)
    """
    missed, spilt = truth & ~found, found & ~truth
    for error in (missed, spilt):
        x, y = np.rint(given.xy).astype(int).T
        error[y, x] = False
    (area, inside), (area_spilt, inside_spilt) = _largest(missed), _largest(spilt)
    if max(area, area_spilt) == 0:
        return Points.on([])
    return Points.on([_middle(inside)]) if area >= area_spilt else Points.off([_middle(inside_spilt)])


def _with_others(object_id: int, click: Points, true: int, found: int) -> dict[int, Points]:
    """What a click for one object says of the others: the pixel is that of ``true``, and not that of ``found``."""
    said = {true: Points.on(click.xy), found: Points.off(click.xy), object_id: click}
    return {i: points for i, points in sorted(said.items()) if i != 0}


def _largest(error: NDArray[np.bool_]) -> tuple[int, NDArray[np.bool_]]:
    """The area of the largest connected part, and that part."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(error.astype(np.uint8), connectivity=_EIGHT_NEIGHBOURS)
    if count == 1:
        return 0, error
    areas = stats[1:, cv2.CC_STAT_AREA]
    return int(areas.max()), labels == 1 + int(areas.argmax())


def _middle(region: NDArray[np.bool_]) -> tuple[int, int]:
    """The pixel furthest from what is not the region; the frame's edge is not the region either."""
    depth = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x) - 1, int(y) - 1


def _iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    union = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / union if union else 1.0
