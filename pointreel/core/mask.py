"""A mask as COCO run-length bytes: small, hashable, and equal to another when the pixels are equal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Runs = NDArray[np.int64]


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
    """

    height: int
    width: int
    counts: bytes

    @classmethod
    def from_array(cls, pixels: ArrayLike) -> "Mask":
        """Every non-zero pixel of an (H, W) array."""
        array = np.asarray(pixels) != 0
        height, width = array.shape
        flat = array.ravel(order="F")
        edges = np.flatnonzero(np.diff(flat)) + 1
        start = [0, 0] if flat.size and flat[0] else [0]
        return cls.from_runs(height, width, np.diff(np.concatenate([start, edges, [flat.size]])))

    @classmethod
    def from_runs(cls, height: int, width: int, runs: Runs) -> "Mask":
        """Lengths of runs down the columns, background first, as uncompressed COCO RLE has them."""
        return cls(height, width, _compress(runs))

    @classmethod
    def empty(cls, height: int, width: int) -> "Mask":
        return cls.from_runs(height, width, np.array([height * width], np.int64))

    def to_array(self) -> NDArray[np.bool_]:
        """The pixels, (H, W) bool."""
        runs = self.runs()
        flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
        return flat.reshape(self.width, self.height).T

    def runs(self) -> Runs:
        """Lengths of runs down the columns, background first."""
        return _expand(self.counts)

    @property
    def area(self) -> int:
        return int(self.runs()[1::2].sum())

    @property
    def box(self) -> Box | None:
        """The smallest box that holds every pixel; None for an empty mask."""
        ys, xs = np.nonzero(self.to_array())
        if not len(xs):
            return None
        left, top = int(xs.min()), int(ys.min())
        return Box(left, top, int(xs.max()) - left + 1, int(ys.max()) - top + 1)

    def __bool__(self) -> bool:
        """Whether any pixel is set."""
        return self.area > 0


def _compress(runs: Runs) -> bytes:
    out = bytearray()
    for i, run in enumerate(runs.tolist()):
        x = run - (int(runs[i - 2]) if i > 2 else 0)
        more = True
        while more:
            c = x & 0x1F
            x >>= 5
            more = x != -1 if c & 0x10 else x != 0
            out.append((c | 0x20 if more else c) + 48)
    return bytes(out)


def _expand(counts: bytes) -> Runs:
    runs: list[int] = []
    i = 0
    while i < len(counts):
        x, shift, more = 0, 0, True
        while more:
            c = counts[i] - 48
            x |= (c & 0x1F) << shift
            more = bool(c & 0x20)
            i += 1
            shift += 5
            if not more and c & 0x10:
                x |= -1 << shift
        runs.append(x + (runs[-2] if len(runs) > 2 else 0))
    return np.array(runs, np.int64)
