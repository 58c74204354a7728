"""The points a session follows, in groups of those that move together, and where a group says that a lost one is."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ._klt_motion import Similarity, similarity
from ._klt_patches import Templates

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_DAMPING = 0.85
"""How much of its speed a group keeps from frame to frame while nothing of it is seen."""
_SPREAD = 4.0
"""By how many pixels a frame the place of such a group becomes less certain."""


@dataclass(frozen=True, slots=True)
class View:
    """The points of a group on one frame: where they were, through which maps they were seen, and which were."""

    xy: Floats
    linear: Floats
    visible: Bools


@dataclass(frozen=True, slots=True)
class Expectation:
    """Where a lost point should be, through which map, and within how many pixels."""

    xy: Floats
    linear: Floats
    radius: float
    num_points: int


@dataclass
class Group:
    """The positives or the negatives of one object; ``rows`` are their places in the query.

    ``query`` and ``recent`` are what each point looked like: when it was given, and lately. ``last_view[k]`` is the
    view of the group when point k was last seen.
    """

    object_id: int
    rows: NDArray[np.intp]
    given: View
    query: Templates
    recent: Templates
    xy: Floats
    linear: Floats
    visible: Bools
    confidence: Floats
    likeness: Floats
    hidden_for: NDArray[np.int64]
    recent_age: NDArray[np.int64]
    last_view: list[View]
    velocity: Floats = field(default_factory=lambda: np.zeros(2, np.float32))

    @classmethod
    def of(cls, object_id: int, rows: NDArray[np.intp], xy: Floats, templates: Templates) -> "Group":
        num = len(xy)
        linear = np.tile(np.eye(2, dtype=np.float32), (num, 1, 1))
        given = View(xy.copy(), linear.copy(), np.ones(num, bool))
        none = np.zeros(num, np.int64)
        ones = np.ones(num, np.float32)
        recent = templates.of(np.arange(num))
        return cls(
            object_id=object_id,
            rows=rows,
            given=given,
            query=templates,
            recent=recent,
            xy=xy.copy(),
            linear=linear,
            visible=np.ones(num, bool),
            confidence=ones,
            likeness=ones.copy(),
            hidden_for=none,
            recent_age=none.copy(),
            last_view=[given] * num,
        )

    def __len__(self) -> int:
        return len(self.xy)

    def view(self) -> View:
        return View(self.xy.copy(), self.linear.copy(), self.visible.copy())

    def glide(self, before: View, sure: float) -> None:
        """Remember the common speed of points that surely are what they were, or the last ones would tell the
        occluder's; where none is seen any more, go on with it, slower and slower."""
        seen = self.visible & before.visible & (self.likeness >= sure)
        if seen.any():
            shift = np.median(self.xy[seen] - before.xy[seen], axis=0)
            self.velocity = (0.5 * self.velocity + 0.5 * shift).astype(np.float32)
        elif not self.visible.any():
            self.velocity = (_DAMPING * self.velocity).astype(np.float32)

    def expected(self, k: int) -> Expectation:
        """Point k by the points that are seen now and were seen when it was last seen; else by where all were given.

        Without any, it is where the group's speed would have brought it.
        """
        for view in (self.last_view[k], self.given):
            moved, num_points = self._moved_since(view)
            if moved is not None and (num_points > 1 or view is self.given or not self.visible.sum() > 1):
                linear = moved.linear @ view.linear[k]
                radius = (8 if moved.num_points > 1 else 14) + 0.3 * float(self.hidden_for[k])
                return Expectation(moved(view.xy[k]), linear, min(radius, 32.0), moved.num_points)
        radius = 14 + _SPREAD * float(self.hidden_for[k])
        return Expectation(self.xy[k] + self.velocity, self.linear[k], radius, 0)

    def _moved_since(self, view: View) -> tuple[Similarity | None, int]:
        common = view.visible & self.visible
        if not common.any():
            return None, 0
        turns = self.linear[common] @ np.linalg.inv(view.linear[common])
        return similarity(view.xy[common], self.xy[common], turns, self.likeness[common]), int(common.sum())
