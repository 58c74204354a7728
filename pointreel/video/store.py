"""Pictures put aside for a moment: in memory while they fit, else in a temporary file."""

import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property
from io import BufferedRandom

import numpy as np
from av import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from .upright import Image

MEMORY = 64 << 20
"""Bytes of pictures a store keeps in memory."""

DISK = 2 << 30
"""Bytes of pictures a store puts into its temporary file, in the system's folder for such files (TMPDIR), at most;
never more than half of what is free there."""


class Store:
    """Frames of one video, kept as the decoder made them and converted when taken out, each to an array of its own."""

    def __init__(self, picture: VideoFrame, convert: Callable[[VideoFrame], Image]) -> None:
        """``picture`` is any frame of the video: others are taken to be like it."""
        self._convert = convert
        self._sample = picture
        self._pictures: dict[int, VideoFrame] = {}
        self._filed: dict[int, tuple[int, bool]] = {}
        self._file: BufferedRandom | None = None
        self._end = 0
        self._picture_bytes = sum(plane.buffer_size for plane in picture.planes)
        self.in_memory = max(1, MEMORY // self._picture_bytes)

    @property
    def capacity(self) -> int:
        """How many pictures fit in all; ``in_memory`` of them into memory."""
        on_disk = min(DISK, shutil.disk_usage(tempfile.gettempdir()).free // 2)
        return self.in_memory + on_disk // self._picture_bytes

    def put(self, frame: int, picture: VideoFrame) -> None:
        if len(self._pictures) < self.in_memory:
            self._pictures[frame] = picture
            return
        is_raw = self._slot is not None and _kind(picture) == _kind(self._sample)
        data = _pack(picture, self._slot) if self._slot is not None and is_raw else self._convert(picture).tobytes()
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="pointreel-")  # noqa: SIM115 - kept for the next stretch
        self._file.seek(self._end)
        self._file.write(data)
        self._filed[frame] = self._end, is_raw
        self._end += len(data)

    def get(self, frame: int, *, keep: bool = True) -> Image | None:
        """The RGB of a frame that was put, or None; with ``keep`` False, for the last time."""
        picture = self._pictures.get(frame) if keep else self._pictures.pop(frame, None)
        if picture is not None:
            return self._convert(picture)
        if frame not in self._filed or self._file is None:
            return None
        offset, is_raw = self._filed[frame]
        self._file.seek(offset)
        if is_raw and self._slot is not None:
            for plane in self._slot.planes:
                self._file.readinto(memoryview(plane))
            return self._convert(self._slot)
        image: Image = np.empty(self._image_shape, np.uint8)
        self._file.readinto(image.data.cast("B"))
        return image

    def empty(self) -> None:
        """Make room for the next stretch; the file is kept for it."""
        self._pictures.clear()
        self._filed.clear()
        self._end = 0

    def close(self) -> None:
        self.empty()
        if self._file is not None:
            self._file.close()
            self._file = None

    @cached_property
    def _image_shape(self) -> tuple[int, ...]:
        return self._convert(self._sample).shape

    @cached_property
    def _slot(self) -> VideoFrame | None:
        """A picture like the sample in all that decides its colours, into which filed pixels are read back.

        Going to another format and back makes one: it takes all properties along, some of which cannot be set from
        here. None where the sample's own pixels do not come out of it unchanged; then RGB is filed, twice the bytes.
        """
        reformatter = VideoReformatter()
        other = "gbrp" if self._sample.format.name != "gbrp" else "rgb24"
        there = reformatter.reformat(self._sample, format=other)
        slot = reformatter.reformat(there, format=self._sample.format.name)
        if [(plane.width, plane.height) for plane in slot.planes] != [
            (plane.width, plane.height) for plane in self._sample.planes
        ]:
            return None
        for plane, source in zip(slot.planes, self._sample.planes, strict=True):
            common = min(plane.line_size, source.line_size)
            _rows(plane)[:, :common] = _rows(source)[:, :common]
        return slot if np.array_equal(self._convert(slot), self._convert(self._sample)) else None


def _kind(picture: VideoFrame) -> tuple[object, ...]:
    return (
        picture.width,
        picture.height,
        picture.format.name,
        picture.colorspace,
        picture.color_range,
        picture.interlaced_frame,
    )


def _pack(picture: VideoFrame, slot: VideoFrame) -> bytes:
    """The planes of a picture with rows as long as the slot has them."""
    parts = []
    for plane, target in zip(picture.planes, slot.planes, strict=True):
        rows = _rows(plane)[:, : target.line_size]
        missing = target.line_size - rows.shape[1]
        parts.append((np.pad(rows, ((0, 0), (0, missing))) if missing else rows).tobytes())
    return b"".join(parts)


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
