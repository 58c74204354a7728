"""Square windows on frames: what a network looks through, so that objects of any size look alike to it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..nets.optical_flow import Flow

Pixels = NDArray[np.uint8]
Soft = NDArray[np.float32]
Numbers = NDArray[np.integer | np.floating]

_TRIM, _FEWEST, _SUREST = 0.005, 8, 1e-3
_BY_AREA, _BY_EXTENT = 2.1, 1.4
_SMALLEST, _LARGEST = 1 / 3, 2.0
"""Windows' sides, as parts of the frame's height."""


@dataclass(frozen=True)
class Window:
    """The square of ``side`` pixels of the frame whose first pixel is (left, top), seen as ``size`` x ``size``.

    It may hang over the frame's border, where the frame is mirrored.
    """

    left: int
    top: int
    side: int
    size: int

    @classmethod
    def about(cls, x: float, y: float, side: float, size: int) -> "Window":
        whole = max(8, round(side))
        return cls(round(x - (whole - 1) / 2), round(y - (whole - 1) / 2), whole, size)

    @property
    def zoom(self) -> float:
        """Window pixels per frame pixel."""
        return self.size / self.side

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + (self.side - 1) / 2, self.top + (self.side - 1) / 2

    def moved(self, dx: int, dy: int) -> "Window":
        return Window(self.left + dx, self.top + dy, self.side, self.size)

    def meets(self, other: "Window") -> bool:
        """Whether the two have a pixel in common."""
        return max(self.left, other.left) < min(self.left + self.side, other.left + other.side) and max(
            self.top, other.top
        ) < min(self.top + self.side, other.top + other.side)

    def inward(self, xy: NDArray[np.floating]) -> NDArray[np.float32]:
        """From pixels of the frame to pixels of the window; centres of pixels are whole numbers in both."""
        return ((np.asarray(xy, np.float32) - (self.left, self.top) + 0.5) * self.zoom - 0.5).astype(np.float32)

    def crop(self, picture: Pixels) -> Pixels:
        """What the window shows."""
        return _resized(_cut(picture, self, cv2.BORDER_REFLECT_101), self.size).astype(np.uint8, copy=False)

    def crop_mask(self, mask: NDArray[np.number] | NDArray[np.bool_]) -> Soft:
        """A mask of the frame through the window, 0 to 1; nothing beyond the border."""
        cut = _cut(np.asarray(mask, np.float32), self, cv2.BORDER_CONSTANT)
        return _resized(cut, self.size).astype(np.float32, copy=False)

    def inside(self, height: int, width: int) -> NDArray[np.bool_]:
        """Which pixels of the window show the frame, and not its mirror."""
        at = (np.arange(self.size) + 0.5) / self.zoom - 0.5
        x, y = at + self.left, at + self.top
        return ((y > -0.5) & (y < height - 0.5))[:, None] & ((x > -0.5) & (x < width - 0.5))[None]

    def part(self, height: int, width: int) -> tuple[slice, slice]:
        """The part of the frame that the window shows."""
        return (
            slice(max(0, self.top), max(0, min(height, self.top + self.side))),
            slice(max(0, self.left), max(0, min(width, self.left + self.side))),
        )

    def spread(self, values: Soft, height: int, width: int) -> Soft:
        """The window's values at the frame's resolution, for the `part` of the frame that it shows."""
        full = cv2.resize(values, (self.side, self.side), interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)
        rows, columns = self.part(height, width)
        return full[rows.start - self.top : rows.stop - self.top, columns.start - self.left : columns.stop - self.left]

    def whole(self, values: Soft, height: int, width: int) -> Soft:
        """The window's values on the whole frame, 0 where the window does not reach."""
        frame = np.zeros((height, width), np.float32)
        frame[self.part(height, width)] = self.spread(values, height, width)
        return frame

    def carried(self, mask: Soft, target: "Window", shift: tuple[int, int], flow: Flow) -> Soft:
        """A mask seen through this window, through ``target`` a frame later.

        ``flow``: where the target's pixels came from, in the target's pixels, after the target was moved by ``shift``.
        """
        scale = self.zoom / target.zoom
        y, x = np.mgrid[: target.size, : target.size].astype(np.float32)
        offset_x = ((target.left + shift[0] - self.left) * self.zoom) + 0.5 * scale - 0.5
        offset_y = ((target.top + shift[1] - self.top) * self.zoom) + 0.5 * scale - 0.5
        carried = cv2.remap(
            mask,
            (x + flow[..., 0]) * np.float32(scale) + np.float32(offset_x),
            (y + flow[..., 1]) * np.float32(scale) + np.float32(offset_y),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return carried.astype(np.float32, copy=False)


def grey(rgb: Pixels) -> Pixels:
    """Brightness."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def extent(mask: Soft) -> tuple[float, float, float, float] | None:
    """Of what is over one half: centre x and y, the longer side of its box without its outermost pixels, and the
    square root of its area; None if there is hardly anything."""
    on = mask > 0.5
    area = int(on.sum())
    if area < _FEWEST:
        return None
    left, right = _bounds(on.sum(0), area)
    top, bottom = _bounds(on.sum(1), area)
    return (left + right) / 2, (top + bottom) / 2, max(right - left, bottom - top) + 1.0, area**0.5


def near(mask: Soft, seeds: NDArray[np.bool_], reach: int) -> Soft:
    """The mask without its pieces that come no closer to a seed than ``reach`` pixels; all of it, if none does."""
    count, pieces = cv2.connectedComponents((mask > 0.5).astype(np.uint8), connectivity=4)
    if count < 3:
        return mask
    close = cv2.dilate(seeds.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    kept = np.bincount(pieces[close], minlength=count) > 0
    if not kept[1:].any():
        return mask
    kept[0] = True
    return np.where(kept[pieces], mask, 0).astype(np.float32)


def low_logits(values: Soft, side: int) -> Soft:
    """Probabilities of a whole frame as logits, on a grid at most ``side`` wide and high."""
    height, width = values.shape
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    low = np.clip(cv2.resize(values, size, interpolation=cv2.INTER_AREA), _SUREST, 1 - _SUREST)
    logits: Soft = np.log(low / (1 - low)).astype(np.float32, copy=False)
    return logits


def side_for(long: float, root: float, height: int) -> float:
    """The side of the window for an object of this length and root of area, in pixels of a frame of this height."""
    return float(np.clip(max(_BY_AREA * root, _BY_EXTENT * long), _SMALLEST * height, _LARGEST * height))


def _bounds(counts: NDArray[np.integer], area: int) -> tuple[int, int]:
    """Where the first and the last half percent of the pixels end."""
    total = np.cumsum(counts)
    return int(np.searchsorted(total, _TRIM * area)), int(np.searchsorted(total, (1 - _TRIM) * area))


def _cut(picture: Numbers, window: Window, border: int) -> Numbers:
    height, width = picture.shape[:2]
    rows, columns = window.part(height, width)
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return np.zeros((window.side, window.side, *picture.shape[2:]), picture.dtype)
    inner = picture[rows, columns]
    above, left = rows.start - window.top, columns.start - window.left
    below, right = window.side - above - inner.shape[0], window.side - left - inner.shape[1]
    if not (above or below or left or right):
        return inner
    if min(inner.shape[:2]) < 2 and border != cv2.BORDER_CONSTANT:
        border = cv2.BORDER_REPLICATE  # a single row has no mirror
    return cv2.copyMakeBorder(inner, above, below, left, right, border, value=0)


def _resized(picture: Numbers, size: int) -> Numbers:
    shrinks = picture.shape[0] > size
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
