"""Single pictures out to disk: PNG or JPEG, and folders of numbered PNGs. Each file is whole or not there."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core import Frame, VideoError, replacing
from ..core.palette import davis_palette

RGB = NDArray[np.uint8]


@dataclass
class PngWriter:
    """A folder that fills with numbered PNGs; each appears when it is complete."""

    folder: Path
    digits: int
    next_index: int = 0

    def add(self, picture: RGB | Frame) -> Path:
        """Write an RGB picture. A ``Frame`` is named by its own index; a bare array by the next number."""
        index = picture.index if isinstance(picture, Frame) else self.next_index
        path = self._path(index)
        write_picture(path, checked_rgb(picture, path, index))
        return path

    def add_labels(self, labels: NDArray[np.integer], index: int | None = None) -> Path:
        """Write a label map, (H, W) with the ids 0 to 255, as a palette PNG in the colours of DAVIS."""
        index = self.next_index if index is None else index
        path = self._path(index)
        if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.integer):
            found = f"an array of shape {labels.shape} and type {labels.dtype}"
            raise VideoError(path, f"found {found}, expected a label map: (H, W) whole numbers.", frame=index)
        low, high = (int(labels.min()), int(labels.max())) if labels.size else (0, 0)
        if low < 0 or high > 255:
            problem = f"found ids from {low} to {high}, expected 0 to 255 as a palette has no more."
            raise VideoError(path, f"{problem} Write run-length masks for more objects.", frame=index)
        image = Image.fromarray(labels.astype(np.uint8)).convert("P")
        image.putpalette(davis_palette().tobytes())
        with replacing(path) as draft:
            image.save(draft, format="PNG")
        return path

    def _path(self, index: int) -> Path:
        self.next_index = index + 1
        return self.folder / f"{index:0{self.digits}d}.png"


def write_pngs(folder: Path | str, *, digits: int = 5) -> AbstractContextManager[PngWriter]:
    """Write frames as ``00000.png``, ``00001.png``, ... An exception leaves the files that are complete, and no other.

    >>> with write_pngs(Path("frames")) as out:      # doctest: +SKIP
    ...     out.add(rgb)
    ...     out.add_labels(label_map)
    """
    return _pngs(PngWriter(Path(folder), digits))


@contextmanager
def _pngs(writer: PngWriter) -> Iterator[PngWriter]:
    writer.folder.mkdir(parents=True, exist_ok=True)
    yield writer


def write_picture(path: Path | str, picture: RGB | Frame, *, quality: int = 90) -> None:
    """Write one RGB picture as PNG or JPEG, as its name ends; ``quality`` is JPEG's, 0 to 100."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in {".png", ".jpg", ".jpeg"}:
        raise VideoError(path, f"found a name that ends in {suffix or 'nothing'!r}, expected .png, .jpg or .jpeg.")
    rgb = checked_rgb(picture, path)
    options = [] if suffix == ".png" else [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, encoded = cv2.imencode(suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)
    with replacing(path) as draft:
        draft.write_bytes(encoded.tobytes())


def checked_rgb(picture: RGB | Frame, path: Path | str, frame: int | None = None) -> RGB:
    """The pixels of ``picture``, where they are what every writer expects."""
    rgb = picture.rgb if isinstance(picture, Frame) else picture
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
        problem = f"found a picture of shape {rgb.shape} and type {rgb.dtype}, expected (height, width, 3) uint8 RGB."
        raise VideoError(path, problem, frame=frame)
    return rgb
