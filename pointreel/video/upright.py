"""From the decoder's picture to the array a person would expect: RGB, upright, contiguous, one's own to change."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import SideData
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Orientation:
    """How the stored picture is set upright: swap x and y first, then turn the axes round."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @classmethod
    def of(cls, picture: VideoFrame) -> "Orientation":
        """What the display matrix says, to the nearest quarter turn.

        ISO/IEC 14496-12, 6.2.2: a pixel (p, q) is shown at (a p + c q + x, b p + d q + y), y downwards.
        """
        matrix = picture.side_data.get("DISPLAYMATRIX")
        if not isinstance(matrix, SideData):
            return cls()
        a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    @property
    def mirrored(self) -> bool:
        return self.transpose ^ self.flip_x ^ self.flip_y

    @property
    def rotation(self) -> int:
        """Degrees clockwise, after mirroring left to right where ``mirrored``."""
        if self.transpose:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0

    def apply(self, image: Image) -> Image:
        if self.transpose:
            image = image.transpose(1, 0, 2)
        if self.flip_x:
            image = image[:, ::-1]
        return image[::-1] if self.flip_y else image


def rgb_converter(orientation: Orientation) -> Callable[[VideoFrame], Image]:
    """A function from picture to (H, W, 3) uint8, exactly as ``picture.to_ndarray(format="rgb24")`` has the colours.

    It keeps its converter between pictures, which PyAV otherwise makes anew for each.
    """
    reformatter = VideoReformatter()

    def convert(picture: VideoFrame) -> Image:
        rgb = np.asarray(reformatter.reformat(picture, format="rgb24", threads=1).to_ndarray(), np.uint8)
        return np.require(orientation.apply(rgb), np.uint8, ["C", "W"])

    return convert
