"""J and F of DAVIS: how well regions overlap, and how well contours lie on each other.

J is intersection over union. F is the harmonic mean of a contour's precision and recall, where a contour pixel counts
as found if the other contour comes within a disk around it, whose radius is 0.8 % of the frame's diagonal, rounded up.
Both are 1 where neither has the object. Every number equals, to its last bit, what the published evaluation of DAVIS
2017 computes.

>>> truth, prediction = np.zeros((2, 48, 64), np.uint8)
>>> truth[8:24, 8:24], prediction[8:24, 8:28] = 1, 1
>>> score_frame(truth, prediction, object_ids=[1])
FrameScores(object_ids=(1,), j=array([0.8]), f=array([0.75]), truth_ids=(1,), predicted_ids=(1,))
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import Mask, MaskError
from ...core.label_maps import LabelMap
from ._label_outlines import Comparison
from ._one_object import OneObject
from ._reach import Places, f_measure, within_reach

TOLERANCE = 0.008
"""How far apart contours may lie, as a part of the frame's diagonal."""

Scores = NDArray[np.float64]


class FrameScores(NamedTuple):
    """J and F of each object, and which numbers but 0 stand in each label map."""

    object_ids: tuple[int, ...]
    j: Scores
    f: Scores
    truth_ids: tuple[int, ...]
    predicted_ids: tuple[int, ...]


class FrameScorer:
    """J and F of all objects of a frame, for many frames of one size.

    A label that is not among ``object_ids`` counts as background: so does void, as in the published evaluation. With
    ``binary`` whatever is not 0 is object 1, and that is the one object.
    """

    def __init__(self, height: int, width: int, *, binary: bool = False, tolerance: float = TOLERANCE) -> None:
        self.size = height, width
        self.radius = contour_radius(height, width, tolerance)
        self._one_object = OneObject(height, width, self.radius) if binary else None
        self._compare = Comparison(height, width)

    def __call__(self, truth: LabelMap, prediction: LabelMap, object_ids: Sequence[int] | None = None) -> FrameScores:
        """The scores of these objects, or else of all that stand in either label map."""
        if truth.shape != self.size or prediction.shape != self.size:
            raise MaskError(f"label maps of {truth.shape} and {prediction.shape}, expected both of {self.size}")
        if self._one_object is not None:
            return self._score_one(self._one_object(truth, prediction), object_ids)
        true_outlines, predicted_outlines, areas = self._compare(truth, prediction)
        truth_ids, predicted_ids = _ids(areas.truth), _ids(areas.prediction)
        ids = tuple(sorted({*truth_ids, *predicted_ids})) if object_ids is None else tuple(object_ids)
        contours = ((true_outlines.of(i), predicted_outlines.of(i)) for i in ids)
        return FrameScores(
            ids,
            np.array([areas.jaccard(i) for i in ids]),
            np.array([_f(true, predicted, self.radius) for true, predicted in contours]),
            truth_ids,
            predicted_ids,
        )

    def _score_one(self, found: tuple[float, float, bool, bool], object_ids: Sequence[int] | None) -> FrameScores:
        j, f, *there = found
        truth_ids, predicted_ids = ((1,) if it_is else () for it_is in there)
        ids = truth_ids or predicted_ids if object_ids is None else tuple(object_ids)
        return FrameScores(ids, np.array([j] * len(ids)), np.array([f] * len(ids)), truth_ids, predicted_ids)


def score_frame(truth: LabelMap, prediction: LabelMap, object_ids: Sequence[int] | None = None) -> FrameScores:
    """J and F of the objects of one frame of label maps; for many frames keep one ``FrameScorer``."""
    if truth.ndim != 2:
        raise MaskError(f"a label map of {truth.shape}, expected (height, width)")
    return FrameScorer(*truth.shape)(truth, prediction, object_ids)


def region_similarity(truth: Mask | ArrayLike, prediction: Mask | ArrayLike) -> float:
    """J of one object.

    >>> region_similarity([[1, 1, 0]], [[0, 1, 0]])
    0.5
    """
    return float(score_frame(_pixels(truth), _pixels(prediction), [1]).j[0])


def contour_accuracy(truth: Mask | ArrayLike, prediction: Mask | ArrayLike) -> float:
    """F of one object."""
    return float(score_frame(_pixels(truth), _pixels(prediction), [1]).f[0])


def contour_radius(height: int, width: int, tolerance: float = TOLERANCE) -> int:
    """How many pixels contours may lie apart in a frame of this size.

    >>> contour_radius(480, 854)
    8
    """
    return math.ceil(tolerance * float(np.linalg.norm((height, width))))


def _f(truth: Places, prediction: Places, radius: int) -> float:
    found_truth, found_prediction = within_reach(truth, prediction, radius)
    return f_measure(found_truth, len(truth[0]), found_prediction, len(prediction[0]))


def _pixels(mask: Mask | ArrayLike) -> NDArray[np.uint8]:
    pixels = mask.to_array() if isinstance(mask, Mask) else np.asarray(mask)
    return np.ascontiguousarray(pixels != 0).view(np.uint8)


def _ids(area_by_label: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple((np.flatnonzero(area_by_label[1:]) + 1).tolist())
