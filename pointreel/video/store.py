"""Pictures put aside for a moment: as the decoder made them while memory holds them, else as RGB on disk."""

import shutil
import tempfile
from collections.abc import Callable
from io import BufferedRandom

import numpy as np
from av import VideoFrame

from .upright import Image

MEMORY = 64 << 20
"""Bytes of decoded pictures a store keeps in memory."""

DISK = 2 << 30
"""Bytes of pictures a store puts into its temporary file, in the system's folder for such files (TMPDIR), at most;
never more than half of what is free there."""


class Store:
    """Frames of equal size. What is taken out is converted then, so that it is an array of its own."""

    def __init__(
        self, picture: VideoFrame, image_shape: tuple[int, ...], convert: Callable[[VideoFrame], Image]
    ) -> None:
        """``picture`` is any frame of the video, for the room it takes; ``image_shape`` is what ``convert`` returns."""
        self._convert = convert
        self._shape = image_shape
        self._image_bytes = int(np.prod(image_shape))
        self._pictures: dict[int, VideoFrame] = {}
        self._places: dict[int, int] = {}
        self._file: BufferedRandom | None = None
        self.in_memory = max(1, MEMORY // sum(plane.buffer_size for plane in picture.planes))

    @property
    def capacity(self) -> int:
        """How many pictures fit in all; ``in_memory`` of them into memory."""
        on_disk = min(DISK, shutil.disk_usage(tempfile.gettempdir()).free // 2)
        return self.in_memory + on_disk // self._image_bytes

    def put(self, frame: int, picture: VideoFrame) -> None:
        if len(self._pictures) < self.in_memory:
            self._pictures[frame] = picture
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="pointreel-")  # noqa: SIM115 - kept for the next stretch
        place = len(self._places)
        self._file.seek(place * self._image_bytes)
        self._file.write(self._convert(picture).data)
        self._places[frame] = place

    def get(self, frame: int, *, keep: bool = True) -> Image | None:
        """The RGB of a frame that was put, or None; with ``keep`` False, for the last time."""
        picture = self._pictures.get(frame) if keep else self._pictures.pop(frame, None)
        if picture is not None:
            return self._convert(picture)
        place = self._places.get(frame)
        if place is None or self._file is None:
            return None
        image: Image = np.empty(self._shape, np.uint8)
        self._file.seek(place * self._image_bytes)
        self._file.readinto(image.data.cast("B"))
        return image

    def empty(self) -> None:
        """Make room for the next stretch; the file is kept for it."""
        self._pictures.clear()
        self._places.clear()

    def close(self) -> None:
        self.empty()
        if self._file is not None:
            self._file.close()
            self._file = None
