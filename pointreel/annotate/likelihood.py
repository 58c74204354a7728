"""How likely an object is, pixel by pixel, and the three regions that follow from it (Point-VOS, section 3.2)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, Mask, Segment

Soft = NDArray[np.float32]
Pixels = NDArray[np.bool_]

_MOST = 512
_BORDER, _LEAST_BORDER = 1 / 200, 2.5
"""Where an engine gives no logits: how far from its border a mask is doubted, as a part of the picture's diagonal, and
in pixels at least.
"""
_SURE = 30.0
_AT_BORDER = np.float32(np.log(9))  # nine in ten


@dataclass(frozen=True, eq=False)
class Regions:
    """Pixels that are likely the object, likely not, and those between; ``mask`` is the pseudo-mask itself.

    The sure ones agree with the mask: what it says otherwise is uncertain.
    """

    foreground: Pixels
    background: Pixels
    uncertain: Pixels
    mask: Pixels

    @classmethod
    def of(cls, likelihood: Soft, mask: Pixels, *, sure_foreground: float, sure_background: float) -> "Regions":
        foreground = (likelihood >= sure_foreground) & mask
        background = (likelihood <= sure_background) & ~mask
        return cls(foreground, background, ~(foreground | background), mask)

    def by_kind(self) -> dict[int, Pixels]:
        """In the order in which candidates are drawn."""
        return {BACKGROUND: self.background, FOREGROUND: self.foreground, AMBIGUOUS: self.uncertain}

    def num_pixels(self) -> dict[tuple[int, bool], int]:
        """How large each region is, on the mask (True) and off it."""
        inside = int(np.count_nonzero(self.uncertain & self.mask))
        return {
            (FOREGROUND, True): int(np.count_nonzero(self.foreground)),
            (BACKGROUND, False): int(np.count_nonzero(self.background)),
            (AMBIGUOUS, False): int(np.count_nonzero(self.uncertain)) - inside,
            (AMBIGUOUS, True): inside,
        }


def logits_of(segment: Segment) -> Soft:
    """What an engine says of how sure it is; of one that says nothing, that a mask errs along its border."""
    return softened(segment.mask) if segment.hint is None else segment.hint


def softened(mask: Mask) -> Soft:
    """The logits of a mask that is right but for its border."""
    on = mask.to_array().astype(np.uint8)
    if not on.any():
        return np.full(_lower(on.shape), -2 * _AT_BORDER, np.float32)
    depth = cv2.distanceTransform(on, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - on, cv2.DIST_L2, 5)
    border = max(_LEAST_BORDER, _BORDER * float(np.hypot(*on.shape)))
    scaled = depth * np.float32(_AT_BORDER / border)
    height, width = _lower(on.shape)
    return cv2.resize(scaled, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def likelihood_of(logits: Soft, height: int, width: int) -> Soft:
    """Logits of whatever resolution as likelihoods of the frame's."""
    whole = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR)
    return (1 / (1 + np.exp(-np.clip(whole, -_SURE, _SURE)))).astype(np.float32, copy=False)


def _lower(shape: tuple[int, ...]) -> tuple[int, int]:
    scale = min(1.0, _MOST / max(shape))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
