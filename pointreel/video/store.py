"""Pictures put aside for a moment: in memory while they fit, in a temporary file when they do not."""

import shutil
import tempfile
from io import BufferedRandom

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

MEMORY = 48 << 20
"""Bytes of pictures a store keeps in memory."""

DISK = 1 << 30
"""Bytes of pictures a store puts into its temporary file, in the system's folder for such files (TMPDIR), at most;
never more than half of what is free there."""


class Store:
    """A stretch of frames of equal size. Emptying it keeps the file for the next stretch."""

    def __init__(self, image_bytes: int) -> None:
        self.image_bytes = max(1, image_bytes)
        self._images: dict[int, Image] = {}
        self._places: dict[int, int] = {}
        self._shape: tuple[int, ...] = ()
        self._file: BufferedRandom | None = None

    @property
    def in_memory(self) -> int:
        """How many pictures fit into memory."""
        return max(1, MEMORY // self.image_bytes)

    @property
    def capacity(self) -> int:
        """How many pictures fit in all."""
        on_disk = min(DISK, shutil.disk_usage(tempfile.gettempdir()).free // 2)
        return self.in_memory + on_disk // self.image_bytes

    def put(self, frame: int, image: Image) -> None:
        if len(self._images) < self.in_memory:
            self._images[frame] = image
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="pointreel-")  # noqa: SIM115 - kept for the next stretch
        place = len(self._places)
        self._file.seek(place * self.image_bytes)
        self._file.write(image.data)
        self._places[frame], self._shape = place, image.shape

    def get(self, frame: int) -> Image | None:
        """A picture that was put, as a copy of its own, or None."""
        if frame in self._images:
            return self._images[frame].copy()
        return self._load(frame)

    def take(self, frame: int) -> Image | None:
        """A picture that was put, for the last time."""
        image = self._images.pop(frame, None)
        return image if image is not None else self._load(frame)

    def _load(self, frame: int) -> Image | None:
        place = self._places.get(frame)
        if place is None or self._file is None:
            return None
        image: Image = np.empty(self._shape, np.uint8)
        self._file.seek(place * self.image_bytes)
        self._file.readinto(image.data.cast("B"))
        return image

    def empty(self) -> None:
        self._images.clear()
        self._places.clear()

    def close(self) -> None:
        self.empty()
        if self._file is not None:
            self._file.close()
            self._file = None
