"""PNGs whose pixels are numbers, not colours: object ids in 8 or 16 bits, or a single yes or no.

What a reader of a published tool would see with ``numpy.array(PIL.Image.open(file))`` is what is seen here: the
indices of a palette, the values of a grey picture. A picture in colours is refused, because colours are not ids.
"""

import struct
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..core import FormatError
from ..core.palette import davis_palette
from ._png_plain import plain_pixels

Labels = NDArray[np.uint8] | NDArray[np.uint16]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3
_COLOURS = {2: "RGB colours", 4: "grey with transparency", 6: "RGBA colours"}
_READABLE = {"1", "L", "P", "I", "I;16", "I;16B"}


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of a PNG say. ``colour`` is the PNG's own number: 0 grey, 2 RGB, 3 palette."""

    height: int
    width: int
    depth: int
    colour: int

    @property
    def is_palette(self) -> bool:
        return self.colour == _PALETTE

    @property
    def is_indexed(self) -> bool:
        """Whether a pixel is one number of at most 8 bits."""
        return self.colour in (_GREY, _PALETTE) and self.depth <= 8

    @property
    def is_wide(self) -> bool:
        """Whether a pixel is one number of 16 bits."""
        return self.colour == _GREY and self.depth == 16


def read_header(path: Path) -> Header:
    """The size and kind of a PNG, from its first 26 bytes."""
    with path.open("rb") as file:
        start = file.read(26)
    if len(start) < 26 or not start.startswith(_SIGNATURE):
        raise FormatError(path, "", found=_first_bytes(start), expected="a PNG")
    width, height, depth, colour = struct.unpack(">IIBB", start[16:26])
    return Header(height, width, depth, colour)


def read_labels(path: Path, size: tuple[int, int] | None = None) -> Labels:
    """The number of every pixel, (H, W) uint8, or uint16 in a 16-bit PNG. ``size``: height and width to insist on."""
    data = path.read_bytes() if path.is_file() else b""
    plain = plain_pixels(data)
    if plain is not None and size in (None, plain.shape):
        return plain
    with _opened(path, data) as image:
        if image.mode not in _READABLE:
            raise _not_ids(path, image.mode)
        if size is not None and (image.height, image.width) != size:
            raise wrong_size(path, (image.height, image.width), size)
        try:
            pixels = _pixels(image)
        except (OSError, SyntaxError, ValueError, struct.error) as error:
            raise FormatError(
                path, "", found=f"a damaged PNG ({error})", expected="a whole one", hint="Copy it again."
            ) from None
    if image.mode == "1":
        pixels = pixels != 0
    return pixels.astype(np.uint16) if image.mode.startswith("I") else pixels.astype(np.uint8, copy=False)


def ids_in(path: Path) -> frozenset[int]:
    """Every number but 0 that some pixel of an 8-bit PNG has; faster than looking at the pixels."""
    with _opened(path) as image:
        if image.mode not in _READABLE:
            raise _not_ids(path, image.mode)
        try:
            count = image.histogram()
        except (OSError, SyntaxError, ValueError, struct.error) as error:
            raise FormatError(path, "", found=f"a damaged PNG ({error})", expected="a whole one") from None
    ids = frozenset(number for number, times in enumerate(count[:256]) if times and number)
    return frozenset({1} if ids else ids) if image.mode == "1" else ids


def write_labels(path: Path, labels: Labels) -> None:
    """A PNG with the palette of DAVIS for 8-bit labels, a grey 16-bit PNG for wider ones."""
    image = Image.fromarray(labels)
    if labels.dtype == np.uint8:
        image.putpalette(davis_palette().tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "PNG", compress_level=6)


def write_mask(path: Path, pixels: NDArray[np.bool_], *, bits: int = 1) -> None:
    """A PNG of one object: black and white in 1 bit, or 0 and 255 in 8 as DAVIS-2016 has it."""
    image = Image.fromarray(pixels if bits == 1 else pixels.astype(np.uint8) * 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "PNG", compress_level=6)


def wrong_size(path: Path, found: tuple[int, int], expected: tuple[int, int]) -> FormatError:
    """The error for a picture whose height and width are not those of its sequence."""
    return FormatError(
        path,
        "",
        found=f"a size of {found[1]}x{found[0]}",
        expected=f"{expected[1]}x{expected[0]} as in the rest of the sequence",
    )


def _pixels(image: Image.Image) -> NDArray[np.generic]:
    """The pixels of an image; those of 8 bits go straight into the array, without a copy in pieces on the way."""
    if image.mode == "1":
        return np.asarray(image.convert("L"))
    if image.mode not in ("L", "P") or not _images_share_memory():
        return np.asarray(image)
    image.load()
    pixels = np.empty((image.height, image.width), np.uint8)
    _image_over(pixels, image.mode).im.paste(image.im, (0, 0, image.width, image.height))
    return pixels


def _image_over(pixels: NDArray[np.uint8], mode: str) -> Image.Image:
    height, width = pixels.shape
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


@cache
def _images_share_memory() -> bool:
    """Whether this Pillow puts an image over memory that it is given, as it says it may, and does not copy it."""
    pixels = np.zeros((1, 1), np.uint8)
    _image_over(pixels, "L").im.paste(7, (0, 0, 1, 1))
    return bool(pixels[0, 0] == 7)


def _not_ids(path: Path, mode: str) -> FormatError:
    return FormatError(
        path,
        "",
        found=f"{mode} colours",
        expected="a palette or grey PNG whose pixels are object ids",
        hint="Save it as an indexed PNG.",
    )


def _opened(path: Path, data: bytes = b"") -> Image.Image:
    """The image in a file, or in its bytes where they are at hand."""
    try:
        return Image.open(BytesIO(data) if data else path, formats=("PNG",))
    except FileNotFoundError:
        raise FormatError(path, "", found="nothing", expected="a PNG") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, struct.error) as error:
        with path.open("rb") as file:
            start = file.read(26)
        reason = "it cannot be read to its end" if isinstance(error, UnidentifiedImageError) else error
        found = f"a damaged PNG ({reason})" if start.startswith(_SIGNATURE) else _first_bytes(start)
        raise FormatError(path, "", found=found, expected="a PNG") from None


def _first_bytes(start: bytes) -> str:
    return f"a file that starts with {start[:8]!r}" if start else "an empty file"
