"""J and F where whatever is not 0 is the object: contours go straight into bits, and no label is looked up."""

import numpy as np
from numpy.typing import NDArray

from ...core.label_maps import LabelMap
from ._label_outlines import span_of
from ._reach import as_bits, bits_within_reach, f_measure, stride_for


class OneObject:
    """Scores one object on frames of one size; the memory for the passes is taken once."""

    def __init__(self, height: int, width: int, radius: int) -> None:
        self._radius = radius
        self._masks = np.zeros((2, height, width), bool)
        self._some = np.zeros((height, width), bool)

    def __call__(self, truth: LabelMap, prediction: LabelMap) -> tuple[float, float, bool, bool]:
        """J, F, and whether truth and prediction have the object."""
        masks = self._in_box(truth, prediction)
        num_true, num_predicted, num_both = (int(np.count_nonzero(mask)) for mask in (*masks, masks[0] & masks[1]))
        union = num_true + num_predicted - num_both
        return num_both / union if union else 1.0, self._f(masks), num_true > 0, num_predicted > 0

    def _in_box(self, truth: LabelMap, prediction: LabelMap) -> NDArray[np.bool_]:
        """Both masks, in the box around both and one row and column more on each side."""
        np.not_equal(truth, 0, out=self._masks[0])
        np.not_equal(prediction, 0, out=self._masks[1])
        some = np.logical_or(self._masks[0], self._masks[1], out=self._some).view(np.uint8)
        rows = span_of(some.max(axis=1))
        return self._masks[:, rows, span_of(some[rows].max(axis=0))]

    def _f(self, masks: NDArray[np.bool_]) -> float:
        stride = stride_for(masks.shape[2], self._radius)
        truth, prediction = (as_bits(_contour(mask, stride)) for mask in masks)
        found_truth, found_prediction = bits_within_reach(truth, prediction, stride, self._radius)
        return f_measure(found_truth, truth.bit_count(), found_prediction, prediction.bit_count())


def _contour(mask: NDArray[np.bool_], stride: int) -> NDArray[np.bool_]:
    """Pixels whose 2x2 block, down and to the right, is mixed, in rows of ``stride``; past the end the mask goes on."""
    height, width = mask.shape
    contour = np.zeros((height, stride), bool)
    turns = mask[:, 1:] != mask[:, :-1]
    contour[:, : width - 1] = turns
    contour[:-1, :width] |= mask[1:] != mask[:-1]
    contour[:-1, : width - 1] |= turns[1:]
    return contour
