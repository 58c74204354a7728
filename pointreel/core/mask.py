"""A mask as COCO run-length bytes: small, hashable, and equal to another when the pixels are equal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite
from numbers import Real
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import mask_ops
from ._pixels import columns_from_edges, edges_from_pixels, pixels_from_edges
from ._rle import Edges, Runs, counts_from_edges, edges_from_counts, edges_from_runs, runs_from_counts
from .errors import MaskError
from .polygons import edges_from_polygons


@dataclass(frozen=True, slots=True)
class Box:
    """A box in pixels as COCO writes it: the mask of the one pixel (x, y) has the box (x, y, 1, 1)."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def area(self) -> float:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Mask:
    """The pixels of one object on one frame. ``counts`` are the compressed bytes of pycocotools, to the byte.

    >>> mask = Mask.from_array([[0, 1], [0, 1]])
    >>> mask.area, mask.counts
    (2, b'22')

    Every way in but the bare constructor writes the bytes in the one canonical way, so that equal pixels are equal
    masks. The constructor takes bytes as they are: ``Mask.from_coco`` is for bytes from outside.
    """

    height: int
    width: int
    counts: bytes

    @classmethod
    def from_array(cls, pixels: ArrayLike) -> "Mask":
        """Every non-zero pixel of an (H, W) array."""
        array = np.asarray(pixels)
        if array.ndim != 2:
            raise MaskError(f"an array of shape {array.shape} is no mask; it has to be (height, width)")
        if array.dtype != np.bool_ and array.dtype != np.uint8:
            array = array != 0
        height, width = array.shape
        return cls._of(height, width, edges_from_pixels(array))

    @classmethod
    def from_runs(cls, height: int, width: int, runs: Runs) -> "Mask":
        """Lengths of runs down the columns, background first, as uncompressed COCO RLE has them."""
        return cls._of(height, width, edges_from_runs(np.asarray(runs, np.int64), height * width))

    @classmethod
    def from_coco(cls, size: Sequence[int], counts: str | bytes | Sequence[int]) -> "Mask":
        """COCO's RLE from outside: ``size`` is (height, width), ``counts`` compressed, or run lengths as numbers.

        >>> Mask.from_coco([2, 2], [2, 2]) == Mask.from_coco([2, 2], "22") == Mask.from_array([[0, 1], [0, 1]])
        True
        """
        height, width = _whole_size(size)
        if isinstance(counts, str | bytes):
            return cls._of(height, width, edges_from_counts(_ascii(counts), height * width))
        return cls.from_runs(height, width, _whole_runs(counts))

    @classmethod
    def from_polygons(cls, height: int, width: int, polygons: Iterable[ArrayLike]) -> "Mask":
        """The union of polygons, rasterised as pycocotools does. Each is x, y, x, y, ... or an (N, 2) array.

        COCO's polygons count from the corner of a pixel: the square 0, 0, 2, 0, 2, 2, 0, 2 is two by two pixels.
        """
        return cls._of(height, width, edges_from_polygons(polygons, height, width))

    @classmethod
    def empty(cls, height: int, width: int) -> "Mask":
        return cls._of(height, width, np.empty(0, np.int64))

    @classmethod
    def _of(cls, height: int, width: int, edges: Edges) -> "Mask":
        return cls(height, width, counts_from_edges(edges, height * width))

    def to_array(self, order: Literal["C", "F"] = "C") -> NDArray[np.bool_]:
        """The pixels, (H, W) bool, row after row in memory; column after column, as pycocotools has them, for F."""
        if order == "F":
            return columns_from_edges(self._edges(), self.height, self.width).T
        return pixels_from_edges(self._edges(), self.height, self.width)

    def to_coco(self) -> dict[str, list[int] | str]:
        """What a COCO JSON holds: ``{"size": [height, width], "counts": text}``."""
        return {"size": [self.height, self.width], "counts": self.counts.decode("ascii")}

    def runs(self) -> Runs:
        """Lengths of runs down the columns, background first."""
        return runs_from_counts(self.counts)

    def _edges(self) -> Edges:
        return edges_from_counts(self.counts, self.height * self.width)

    def _spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return mask_ops.spans(self._edges(), self.height * self.width)

    @property
    def area(self) -> int:
        return int(self.runs()[1::2].sum())

    @property
    def box(self) -> Box | None:
        """The smallest box that holds every pixel; None for an empty mask."""
        starts, ends = self._spans()
        if not len(starts):
            return None
        first, last = starts // self.height, (ends - 1) // self.height
        left, right = int(first[0]), int(last[-1])
        if (first != last).any():
            return Box(left, 0, right - left + 1, self.height)
        top, bottom = int((starts - first * self.height).min()), int((ends - last * self.height).max())
        return Box(left, top, right - left + 1, bottom - top)

    @property
    def centroid(self) -> tuple[float, float] | None:
        """The mean x and y of all pixel centres; None for an empty mask."""
        strips = mask_ops.pieces(*self._spans(), self.height)
        if not len(strips):
            return None
        weight = strips.bottom - strips.top
        twice_y = int(((strips.top + strips.bottom - 1) * weight).sum())
        area = int(weight.sum())
        return int((strips.column * weight).sum()) / area, twice_y / (2 * area)

    def __bool__(self) -> bool:
        """Whether any pixel is set."""
        return self.area > 0

    def at(self, xy: ArrayLike) -> NDArray[np.bool_]:
        """For each of (N, 2) positions whether its pixel is set; off the picture nothing is.

        A pixel's centre is at whole numbers, so the pixel of a position is the nearest, and of two the right or lower.

        >>> Mask.from_array([[0, 1], [0, 1]]).at([[1, 0], [0.4, 1], [9, 9]]).tolist()
        [True, False, False]
        """
        x, y = np.floor(np.asarray(xy, np.float64).reshape(-1, 2).T + 0.5)
        inside = (x >= 0) & (x < self.width) & (y >= 0) & (y < self.height)
        place = np.where(inside, x, 0).astype(np.int64) * self.height + np.where(inside, y, 0).astype(np.int64)
        is_set: NDArray[np.bool_] = inside & (np.searchsorted(self._edges(), place, side="right") % 2 == 1)
        return is_set

    def union(self, *others: "Mask") -> "Mask":
        """The pixels of any of the masks."""
        return self._combined(others, at_least=1)

    def intersection(self, *others: "Mask") -> "Mask":
        """The pixels that all of the masks have."""
        return self._combined(others, at_least=1 + len(others))

    def difference(self, other: "Mask") -> "Mask":
        """The pixels that the other mask does not have."""
        require_one_size([self, other])
        both = [self._edges(), mask_ops.complement(other._edges())]
        return Mask._of(self.height, self.width, mask_ops.combine(both, self.height * self.width, at_least=2))

    def __or__(self, other: "Mask") -> "Mask":
        return self.union(other)

    def __and__(self, other: "Mask") -> "Mask":
        return self.intersection(other)

    def __sub__(self, other: "Mask") -> "Mask":
        return self.difference(other)

    def _combined(self, others: tuple["Mask", ...], at_least: int) -> "Mask":
        require_one_size([self, *others])
        every = [mask._edges() for mask in (self, *others)]
        return Mask._of(self.height, self.width, mask_ops.combine(every, self.height * self.width, at_least))

    def iou(self, other: "Mask") -> float:
        """The shared pixels over the pixels of either; 0 where neither has any. For many masks: ``iou_matrix``."""
        shared, size = self.intersection(other).area, self.area + other.area
        return shared / (size - shared) if shared else 0.0

    def translate(self, dx: int, dy: int) -> "Mask":
        """Moved right by ``dx`` and down by ``dy`` pixels; what leaves the picture is gone."""
        size = self.height, self.width
        return Mask._of(*size, mask_ops.shift(self._edges(), size, dx, dy, size))

    def crop(self, box: Box) -> "Mask":
        """The part in ``box``, as large as the whole pixels that the box touches; outside the picture nothing is set.

        A box around the picture pads: ``mask.crop(Box(-1, -1, mask.width + 2, mask.height + 2))`` adds an empty rim.
        """
        left, top, width, height = _whole_pixels(box)
        moved = mask_ops.shift(self._edges(), (self.height, self.width), -left, -top, (height, width))
        return Mask._of(height, width, moved)

    def resize(self, height: int, width: int) -> "Mask":
        """Scaled to another size: every new pixel is the old pixel that holds its centre.

        With pixel edges aligned, as Pillow's NEAREST and torch's "nearest-exact" have it: new pixel i comes from
        old pixel floor((i + 1/2) * old / new).
        """
        if min(height, width) < 1 or min(self.height, self.width) < 1:
            raise MaskError(f"a mask of {self.height} x {self.width} cannot be resized to {height} x {width}")
        return Mask._of(height, width, mask_ops.scale(self._edges(), (self.height, self.width), (height, width)))

    def fill_holes(self) -> "Mask":
        """With every hole filled: background that no path of side-by-side pixels joins with the picture's border."""
        return Mask._of(self.height, self.width, mask_ops.fill(self._edges(), self.height, self.width))


def require_one_size(masks: Iterable[Mask]) -> tuple[int, int]:
    """The (height, width) that all masks have; more than one size, or none, raises ``MaskError``."""
    sizes = sorted({(mask.height, mask.width) for mask in masks})
    if len(sizes) != 1:
        found = ", ".join(f"{height} x {width}" for height, width in sizes) or "no mask at all"
        raise MaskError(f"masks have to be of one size to be compared; there is {found} (height x width)")
    return sizes[0]


def _whole_size(size: Sequence[int]) -> tuple[int, int]:
    numbers = list(size)
    if len(numbers) != 2 or not all(isinstance(number, Real) and number == int(number) >= 0 for number in numbers):
        raise MaskError(f"the size of a mask is {numbers}; it has to be [height, width] in whole pixels")
    return int(numbers[0]), int(numbers[1])


def _whole_runs(counts: Sequence[int]) -> Runs:
    runs = np.asarray(counts)
    if runs.ndim != 1 or (len(runs) and not np.issubdtype(runs.dtype, np.integer)):
        raise MaskError(f"the counts of a mask are {str(counts)[:60]}; they have to be text or a list of whole numbers")
    return runs.astype(np.int64)


def _ascii(counts: str | bytes) -> bytes:
    if isinstance(counts, bytes):
        return counts
    try:
        return counts.encode("ascii")
    except UnicodeEncodeError as problem:
        found = counts[problem.start]
        raise MaskError(
            f"character {problem.start + 1} of a mask's counts is {found!r}, not one of '0' to 'o'"
        ) from None


def _whole_pixels(box: Box) -> tuple[int, int, int, int]:
    if not all(map(isfinite, (box.left, box.top, box.width, box.height))) or box.width <= 0 or box.height <= 0:
        raise MaskError(f"{box} holds no pixel; its width and height have to be above 0")
    left, top = floor(box.left), floor(box.top)
    return left, top, ceil(box.right) - left, ceil(box.bottom) - top
