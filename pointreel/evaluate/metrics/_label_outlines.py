"""One pass over two label maps for all objects at once: where labels meet, and how many pixels each pair shares.

Of 400,000 pixels a few thousand lie where labels change; all that is counted afterwards is counted on those.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.label_maps import LabelMap


@dataclass(frozen=True, eq=False)
class Outlines:
    """The pixels whose 2x2 block, down and to the right, has more than one label, and the four labels there.

    Past the last row and column the last labels go on, which is the border rule of the official contour map.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    labels: tuple[NDArray[np.unsignedinteger], ...]

    def of(self, object_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns of the contour of one object: its label is in the block, and so is another."""
        here, right, below, diagonal = (labels == object_id for labels in self.labels)
        at = np.flatnonzero(here | right | below | diagonal)
        return self.rows[at], self.columns[at]


@dataclass(frozen=True, eq=False)
class Areas:
    """Pixels by label: in the truth, in the prediction, and where both say the same."""

    truth: NDArray[np.int64]
    prediction: NDArray[np.int64]
    both: NDArray[np.int64]

    def jaccard(self, object_id: int) -> float:
        """Intersection over union of one object; 1 where neither has it."""
        if object_id >= len(self.both):
            return 1.0
        union = self.truth[object_id] + self.prediction[object_id] - self.both[object_id]
        return float(self.both[object_id] / union) if union else 1.0


class Comparison:
    """Compares label maps of one size, frame after frame; the memory for its passes is taken once.

    Fresh memory for every pass would cost more than the pass. Rows and columns are counted from the box around all
    objects of both maps: nothing else is looked at twice.
    """

    def __init__(self, height: int, width: int) -> None:
        num_pixels = height * width
        self._turns = np.zeros((2, num_pixels), bool)
        self._steps = np.zeros(num_pixels, bool)
        self._meets = np.zeros(num_pixels, bool)

    def __call__(self, truth: LabelMap, prediction: LabelMap) -> tuple[Outlines, Outlines, Areas]:
        rows = span_of(truth.max(axis=1) | prediction.max(axis=1))
        columns = span_of(truth[rows].max(axis=0) | prediction[rows].max(axis=0))
        cut = truth[rows, columns], prediction[rows, columns]
        width = cut[0].shape[1]
        pixels = cut[0].reshape(-1), cut[1].reshape(-1)
        outlines = [self._outlines(labels, width, turns) for labels, turns in zip(pixels, self._turns, strict=True)]
        return outlines[0], outlines[1], self._areas(*pixels)

    def _outlines(self, labels: NDArray[np.unsignedinteger], width: int, turns: NDArray[np.bool_]) -> Outlines:
        """``turns``: where a label differs from the next one; kept for counting."""
        size = len(labels)
        turns, steps, meets = turns[:size], self._steps[:size], self._meets[:size]
        np.not_equal(labels[1:], labels[:-1], out=turns[:-1])
        turns[-1] = False
        np.not_equal(labels[width:], labels[:-width], out=steps[:-width])
        steps[-width:] = False
        np.logical_or(turns, steps, out=meets)
        np.logical_or(meets[:-width], turns[width:], out=meets[:-width])
        meets[width - 1 :: width] = steps[width - 1 :: width]
        at = np.flatnonzero(meets)
        rows, columns = np.divmod(at, width)
        right, down = columns < width - 1, np.where(at < size - width, width, 0)
        block = at, at + right, at + down, at + right + down
        return Outlines(rows, columns, tuple(labels[places] for places in block))

    def _areas(self, truth: NDArray[np.unsignedinteger], prediction: NDArray[np.unsignedinteger]) -> Areas:
        """Counted over stretches of pixels on which neither label changes."""
        size = len(truth)
        turns = np.logical_or(self._turns[0, :size], self._turns[1, :size], out=self._meets[:size])
        starts = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(turns[:-1]) + 1))
        lengths = np.diff(starts, append=size)
        a, b = truth[starts], prediction[starts]
        num_labels = int(max(a.max(), b.max())) + 1
        same = a == b
        counts = (np.bincount(x, n, num_labels) for x, n in ((a, lengths), (b, lengths), (a[same], lengths[same])))
        return Areas(*(count.astype(np.int64) for count in counts))


def span_of(has_some: NDArray[np.unsignedinteger]) -> slice:
    """From the first to the last that has something, and one more on each side, which contours reach and look into."""
    found = np.flatnonzero(has_some)
    return slice(max(int(found[0]) - 1, 0), int(found[-1]) + 2) if len(found) else slice(1)
