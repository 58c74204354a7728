"""How deep in a mask its pixels lie."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ._pixels import box_of


def squared_depth(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Squared Euclidean distance from each pixel to the nearest one off the mask, exact; 0 off the mask.

    Outside the frame counts as off the mask: otherwise the deepest pixel of an object that the frame cuts off would lie
    on the very border, and a mask of the whole frame would have no centre at all.
    """
    depth = np.zeros(mask.shape, np.int64)
    box = box_of(mask)
    if box is not None:
        left, right, top, bottom = box
        here = (slice(top, bottom + 1), slice(left, right + 1))
        depth[here] = _squared_depth_of_crop(np.pad(mask[here], 1))
    return depth


def _squared_depth_of_crop(padded: NDArray[np.bool_]) -> NDArray[np.int64]:
    distance = ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
    squared: NDArray[np.int64] = np.rint(distance * distance).astype(np.int64)
    return squared
