"""Looking for a lost point: places around where it should be that look like it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ._klt_patches import NOISE, RADIUS

Floats = NDArray[np.float32]

_SEARCHED = 8
"""Half the side of the patch that is searched for: the middle of a template, which occluders leave free first."""
_NUM_PEAKS, _LEAST = 3, 0.5
_SIDE = 2 * RADIUS + 1


def places_like(image: Floats, template: Floats, linear: Floats, xy: Floats, radius: float) -> Floats:
    """Up to three places within ``radius`` of ``xy`` that look like a template seen through ``linear``, best first.

    The place itself comes first of all, whatever it looks like: with the other points of an object in view it is right
    to a pixel or two. A template without texture could be anywhere, and is looked for only there.
    """
    found = [xy]
    patch = _as_seen(template, linear)
    left, top = np.maximum(np.floor(xy - radius).astype(int) - _SEARCHED, 0)
    right, bottom = np.ceil(xy + radius).astype(int) + _SEARCHED + 1
    window = image[top : max(bottom, 0), left : max(right, 0)]
    if patch.std() < NOISE or min(window.shape, default=0) < len(patch):
        return np.array(found, np.float32)
    likeness = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
    likeness = np.nan_to_num(likeness, nan=0.0, posinf=0.0, neginf=0.0)
    for _ in range(_NUM_PEAKS):
        _, best, _, (x, y) = cv2.minMaxLoc(likeness)
        if best < _LEAST:
            break
        found.append(np.array([x + left + _SEARCHED, y + top + _SEARCHED], np.float32))
        likeness[max(y - 3, 0) : y + 4, max(x - 3, 0) : x + 4] = 0
    return np.array(found, np.float32)


def _as_seen(template: Floats, linear: Floats) -> Floats:
    """The middle of a template, turned and scaled as it should look now."""
    back = np.linalg.inv(linear.astype(np.float64))
    to_template = np.column_stack([back, RADIUS - back @ (_SEARCHED, _SEARCHED)])
    return np.asarray(
        cv2.warpAffine(
            template.reshape(_SIDE, _SIDE),
            to_template,
            (2 * _SEARCHED + 1, 2 * _SEARCHED + 1),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
