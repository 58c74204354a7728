"""A folder of pictures, a glob, or a single picture, as frames: one file each, in natural order of their names."""

import glob
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pointreel.core import Frame, VideoError

from .info import Skipped, VideoInfo

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
_ORIENTATION_TAG = 0x0112
_TURNS = {1: (0, False), 2: (0, True), 3: (180, False), 4: (180, True)} | {
    5: (270, True),
    6: (90, False),
    7: (90, True),
    8: (270, False),
}
"""By EXIF orientation (EXIF 2.3, 4.6.4): degrees clockwise, after mirroring left to right."""


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    orientation: int
    format: str
    mode: str
    has_alpha: bool


def natural_order(name: str) -> tuple[list[tuple[int, str]], str]:
    """A sorting key by which 2 comes before 10; names that differ in zeros only follow in plain order."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], name


def find_images(path: Path) -> tuple[Path, ...]:
    """The pictures of a folder, of a glob, or the one picture; empty where ``path`` is none of these."""
    if path.is_dir():
        found = list(path.iterdir())
    elif path.exists():
        found = [path]
    else:
        found = [Path(name) for name in glob.glob(str(path), recursive=True)]  # noqa: PTH207 - any root
    images = [file for file in found if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")]
    return tuple(sorted((file for file in images if file.is_file()), key=lambda file: natural_order(str(file))))


class ImageSource:
    """Frame k is the k-th file. All must be of one size; that is checked on opening, from their headers.

    Pictures are turned upright as their EXIF data says. 16-bit grey is scaled down to 8 bits, alpha is dropped.
    """

    def __init__(self, path: Path, files: Sequence[Path], *, frame_rate: Fraction) -> None:
        self.files = tuple(files)
        self._faults: dict[int, str] = {}
        headers = [self._read_header(frame, file) for frame, file in enumerate(self.files)]
        first = next((header for header in headers if header is not None), None)
        if first is None:
            raise VideoError(self.files[0], f"not one picture can be read: {self._faults[0]}", frame=0)
        self.info = self._describe(path, first, frame_rate)
        self._check_sizes(headers, first)
        self.damage = tuple(Skipped(frame, reason) for frame, reason in sorted(self._faults.items()))

    def forwards(self, start: int, stop: int) -> Iterator[Frame | Skipped]:
        """Frames ``start`` to ``stop``, without the latter."""
        return map(self.at, range(start, stop))

    def backwards(self, start: int, stop: int) -> Iterator[Frame | Skipped]:
        """The same frames, last first."""
        return map(self.at, range(stop - 1, start - 1, -1))

    def at(self, frame: int) -> Frame | Skipped:
        """One frame."""
        if frame in self._faults:
            return Skipped(frame, self._faults[frame])
        try:
            with Image.open(self.files[frame]) as image:
                rgb = _to_rgb(ImageOps.exif_transpose(image))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            return Skipped(frame, f"{self.files[frame].name}: {_why(error)}")
        if rgb.shape[:2] != (self.info.height, self.info.width):
            return Skipped(frame, self._size_fault(frame, rgb.shape[1], rgb.shape[0]))
        return Frame(frame, rgb)

    def close(self) -> None:
        """Nothing is held open between frames."""

    def _read_header(self, frame: int, file: Path) -> _Header | None:
        try:
            with Image.open(file) as image:
                is_cheap = image.format != "PNG" or "exif" in image.info
                orientation = image.getexif().get(_ORIENTATION_TAG, 1) if is_cheap else 1
                width, height = image.size[::-1] if orientation in (5, 6, 7, 8) else image.size
                has_alpha = "A" in image.getbands() or "transparency" in image.info
                return _Header(width, height, orientation, (image.format or "").lower(), image.mode, has_alpha)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            self._faults[frame] = f"{file.name}: {_why(error)}"
            return None

    def _check_sizes(self, headers: Sequence[_Header | None], first: _Header) -> None:
        for frame, header in enumerate(headers):
            if header is not None and (header.width, header.height) != (first.width, first.height):
                self._faults[frame] = self._size_fault(frame, header.width, header.height)

    def _size_fault(self, frame: int, width: int, height: int) -> str:
        usual = f"{self.info.width} x {self.info.height}"
        return f"{self.files[frame].name} is {width} x {height} where the first picture is {usual}"

    def _describe(self, path: Path, first: _Header, frame_rate: Fraction) -> VideoInfo:
        rotation, mirrored = _TURNS.get(first.orientation, (0, False))
        return VideoInfo(
            path=path,
            kind="images",
            container="images",
            codec=first.format,
            pixel_format=first.mode.lower(),
            width=first.width,
            height=first.height,
            num_frames=len(self.files),
            frame_rate=frame_rate,
            time_base=1 / frame_rate,
            pts=tuple(range(len(self.files))),
            duration=len(self.files) / frame_rate,
            rotation=rotation,
            mirrored=mirrored,
            has_alpha=first.has_alpha,
        )


def _to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I"):
        levels = np.asarray(image)
        grey = (levels >> 8 if levels.max(initial=0) > 255 else levels).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"), np.uint8)


def _why(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "you have no permission to read this file"
    if isinstance(error, FileNotFoundError):
        return "the file is not there any more"
    return str(error).split("'")[0].strip().rstrip(" ,:") or type(error).__name__
