"""The colours of label maps: the bit-interleaved map of PASCAL VOC that DAVIS and its kin store in their PNGs."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def davis_palette() -> NDArray[np.uint8]:
    """RGB of the ids 0 to 255, (256, 3), read-only: 0 is black, 1 dark red, 2 dark green, ... 255 nearly white.

    The bits of an id, three at a time, become the bits of red, green and blue from the highest down, so that
    neighbouring ids differ most.

    >>> davis_palette()[:3].tolist()
    [[0, 0, 0], [128, 0, 0], [0, 128, 0]]
    """
    ids = np.arange(256)[:, None]
    channel = np.arange(3)[None]
    colour = np.zeros((256, 3), np.uint8)
    for triple in range(3):
        bit = (ids >> (3 * triple + channel)) & 1
        colour |= (bit << (7 - triple)).astype(np.uint8)
    colour.flags.writeable = False
    return colour
