"""Many masks of one size in one pass: what a file of a million masks is read and written with.

Each function gives what a loop over ``Mask`` would, without the price of some numpy calls for every mask.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ._rle import spans_from_many
from .errors import MaskError
from .mask import Box, Mask, require_one_size

_MORE, _SIGN, _GROUP = 32, 16, 31


def masks_from_coco(size: Sequence[int], counts: Sequence[str]) -> list[Mask]:
    """``Mask.from_coco(size, each)`` for each of the compressed ``counts``; what is no mask raises ``MaskError``.

    >>> [mask.area for mask in masks_from_coco([2, 2], ["22", "04"])]
    [2, 4]
    """
    if not counts:
        return []
    try:
        coded = [each.encode("ascii") for each in counts]
    except UnicodeEncodeError as error:
        raise MaskError(
            f"a mask's counts have the character {error.object[error.start]!r}, which COCO's never do"
        ) from None
    height, width = (int(side) for side in size)
    _, ends, num_spans = spans_from_many(coded, height * width)
    well_spelt = _are_well_spelt(coded, ends, num_spans, height * width)
    spelt = zip(coded, well_spelt.tolist(), strict=True)
    return [Mask(height, width, each) if well else Mask.from_coco((height, width), each) for each, well in spelt]


def areas_and_boxes(masks: Sequence[Mask]) -> list[tuple[int, Box | None]]:
    """``(mask.area, mask.box)`` for each of the masks, which have one size.

    >>> areas_and_boxes([Mask.from_array([[0, 1], [0, 1]]), Mask.empty(2, 2)])
    [(2, Box(left=1, top=0, width=1, height=2)), (0, None)]
    """
    if not masks:
        return []
    height, width = require_one_size(masks)
    starts, ends, num_spans = spans_from_many([mask.counts for mask in masks], height * width)
    which = np.repeat(np.arange(len(masks)), num_spans)
    areas = np.bincount(which, ends - starts, len(masks)).astype(np.int64).tolist()
    begun = which * (height * width)
    boxes = iter(_boxes(starts - begun, ends - begun, num_spans[num_spans > 0], height))
    return [(area, next(boxes) if area else None) for area in areas]


def _boxes(starts: NDArray[np.int64], ends: NDArray[np.int64], num_spans: NDArray[np.int64], height: int) -> list[Box]:
    """The boxes of masks that are not empty. A span that goes on into the next column reaches from top to bottom."""
    if not len(num_spans):
        return []
    last = np.cumsum(num_spans) - 1
    first = last - num_spans + 1
    column, end_column = starts // height, (ends - 1) // height
    goes_on = column != end_column
    tops = np.minimum.reduceat(np.where(goes_on, 0, starts - column * height), first)
    bottoms = np.maximum.reduceat(np.where(goes_on, height, ends - end_column * height), first)
    lefts, rights = column[first], end_column[last] + 1
    sides = zip(lefts.tolist(), tops.tolist(), rights.tolist(), bottoms.tolist(), strict=True)
    return [Box(left, top, right - left, bottom - top) for left, top, right, bottom in sides]


def _are_well_spelt(
    coded: list[bytes], ends: NDArray[np.int64], num_spans: NDArray[np.int64], num_pixels: int
) -> NDArray[np.bool_]:
    """Whether the bytes of each mask are those we would write: no run of length zero, no character to spare."""
    code = np.frombuffer(b"".join(coded), np.uint8) - np.uint8(48)
    size = np.array([len(each) for each in coded])
    first = np.cumsum(size) - size
    is_last = code < _MORE
    num_runs = np.add.reduceat(is_last.astype(np.int64), first)
    final = np.cumsum(num_spans) - 1
    ends_with_object = np.zeros(len(coded), bool)
    some = num_spans > 0
    ends_with_object[some] = ends[final[some]] == (np.flatnonzero(some) + 1) * num_pixels
    expected = 2 * num_spans + ~ends_with_object
    spare = np.zeros(len(code), bool)
    low = code[:-1] & np.uint8(_GROUP)
    idle = np.where(low < _SIGN, code[1:] == 0, code[1:] == _GROUP)
    spare[1:] = is_last[1:] & ~is_last[:-1] & idle
    spared: NDArray[np.bool_] = np.logical_or.reduceat(spare, first)
    well_spelt: NDArray[np.bool_] = (num_runs == expected) & ~spared
    return well_spelt
