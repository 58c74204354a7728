"""Frames of a project's videos as JPEGs: decoded once, kept for a moment, the next one ready before it is asked for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core import Frame, PointreelError
from ...store import Project, StoredVideo
from ...video import Video
from .errors import Refused

Value = TypeVar("Value")

_DECODED, _ENCODED = 192 << 20, 64 << 20
_AHEAD, _THUMBNAIL, _QUALITY = 6, 320, 88
_OPEN = 8
_GREY = (96, 96, 96)


class Kept(Generic[Value]):
    """What was used last, up to so many bytes."""

    def __init__(self, most: int, size: Callable[[Value], int]) -> None:
        self._most, self._size, self._lock = most, size, Lock()
        self._held: OrderedDict[Hashable, Value] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        with self._lock:
            if key in self._held:
                return
            self._held[key] = value
            self._bytes += self._size(value)
            while self._bytes > self._most and len(self._held) > 1:
                self._bytes -= self._size(self._held.popitem(last=False)[1])


class _Reader:
    """A video with a decoder of its own; one thread at a time."""

    def __init__(self, video: Video) -> None:
        self.video, self.lock, self.is_closed = video, Lock(), False
        self.last = self.asked = -1

    def close(self) -> None:
        """As soon as nobody reads; who had it in hand, and comes too late, asks for another."""
        with self.lock:
            self.is_closed = True
            self.video.close()


class Pictures:
    """Pictures of one project. Any thread may ask; each video is opened when it is first looked at.

    Large pictures and thumbnails have a decoder each, so that a strip of thumbnails does not make playing jump.
    """

    def __init__(self, project: Project) -> None:
        self._project, self._lock = project, Lock()
        self._readers: OrderedDict[tuple[int, bool], _Reader] = OrderedDict()
        self._frames: Kept[Frame] = Kept(_DECODED, lambda frame: frame.rgb.nbytes)
        self._jpegs: Kept[bytes] = Kept(_ENCODED, len_of)
        self._ahead = ThreadPoolExecutor(1, "pointreel-ahead")
        self._stored: dict[int, StoredVideo] = {}

    def stored(self, key: int) -> StoredVideo:
        """The project's video with that key; what is known of it never changes."""
        if key not in self._stored:
            self._stored = {video.key: video for video in self._project.videos}
        if key not in self._stored:
            raise Refused(404, f"There is no video with the key {key}. Those there are stand at /api/project.")
        return self._stored[key]

    def named(self, name: str) -> StoredVideo:
        """The project's video of that name."""
        found = next((video for video in self._stored.values() if video.name == name), None)
        if found is None:
            self._stored = {video.key: video for video in self._project.videos}
            found = next(video for video in self._stored.values() if video.name == name)
        return found

    def forget(self) -> None:
        """There are other videos than before."""
        self._stored = {}

    def places(self) -> list[Path]:
        """Where the videos lie that were looked at so far."""
        return [self._project.video_path(video.name) for video in self._stored.values()]

    def frame(self, key: int, index: int, *, small: bool = False, read_on: bool = True) -> Frame:
        """A frame, decoded. Whoever looks will look on: what comes next is read meanwhile, unless nobody looks."""
        self._require_frame(key, index)
        found = self._frames.get((key, index)) or self._read(key, small, index)
        if read_on and not small:
            reader = self._reader(key, small)
            is_playing, reader.asked = 0 < index - reader.asked <= 2, index
            self._read_on(key, reader, index, _AHEAD if is_playing else 1)
        return found

    def make_ready(self, key: int, index: int) -> None:
        """Somebody looks at a frame, which their browser may have kept: a click there will ask for its pixels."""
        self._require_frame(key, index)
        for k in (index, beside(index, self.stored(key).num_frames)):
            if self._frames.get((key, k)) is None:
                self._ahead.submit(self._make_ready, key, k)

    def jpeg(self, key: int, index: int, width: int | None) -> bytes:
        """A frame as a JPEG, made narrower if it is wider than ``width``."""
        self._require_frame(key, index)
        width = None if width is None or width >= self.stored(key).width else width
        name = key, index, width
        found = self._jpegs.get(name)
        if found is None:
            small = width is not None and width <= _THUMBNAIL
            frame = self.frame(key, index, small=small)
            found = encoded(frame.rgb if width is None else _narrowed(frame.rgb, width))
            self._jpegs.put(name, found)
        return found

    def crop(self, key: int, index: int, x: float, y: float, side: float, size: int) -> bytes:
        return encoded(cropped(self.frame(key, index).rgb, x, y, side, size))

    def close(self) -> None:
        self._ahead.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            readers, self._readers = list(self._readers.values()), OrderedDict()
        for reader in readers:
            reader.close()

    def _read(self, key: int, small: bool, index: int) -> Frame:
        while True:
            reader = self._reader(key, small)
            with reader.lock:
                found = self._frames.get((key, index))
                if found is None and not reader.is_closed:
                    found = self._decoded(key, reader, index)
            if found is not None:
                return found

    def _decoded(self, key: int, reader: _Reader, index: int) -> Frame:
        found = reader.video[index]
        self._frames.put((key, index), found)
        reader.last = index
        return found

    def _read_on(self, key: int, reader: _Reader, index: int, count: int) -> None:
        """Decode what will be asked for next: by who plays, or by who clicks, since first masks look at a neighbour."""
        for k in range(index + 1, min(index + 1 + count, len(reader.video))):
            if self._frames.get((key, k)) is None:
                self._ahead.submit(self._read_one, key, reader, k)

    def _read_one(self, key: int, reader: _Reader, index: int) -> None:
        with reader.lock, suppress(PointreelError):  # whoever asks for a broken frame is told
            if not reader.is_closed and self._frames.get((key, index)) is None and index == reader.last + 1:
                self._decoded(key, reader, index)

    def _make_ready(self, key: int, index: int) -> None:
        with suppress(PointreelError):  # whoever clicks is told
            self.frame(key, index, read_on=False)

    def _reader(self, key: int, small: bool) -> _Reader:
        stored, longest_unused = self.stored(key), None
        with self._lock:
            reader = self._readers.get((key, small))
            if reader is None:
                reader = self._readers[key, small] = _Reader(self._project.open_video(stored.name))
                if len(self._readers) > _OPEN:
                    _, longest_unused = self._readers.popitem(last=False)
            self._readers.move_to_end((key, small))
        if longest_unused is not None:
            longest_unused.close()
        return reader

    def _require_frame(self, key: int, index: int) -> None:
        stored = self.stored(key)
        if not 0 <= index < stored.num_frames:
            raise Refused(404, f"{stored.name}: there is no frame {index}; it has 0 to {stored.num_frames - 1}.")


def beside(index: int, num_frames: int) -> int:
    """The frame that shows what moves on another: the next, and for the last the one before."""
    return index + 1 if index + 1 < num_frames else max(0, index - 1)


def len_of(value: Sized) -> int:
    return len(value)


def version_of(video: StoredVideo) -> str:
    """What names a video's exact bytes in addresses."""
    return video.manifest.sha256[:16]


def encoded(rgb: NDArray[np.uint8]) -> bytes:
    done, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise PointreelError(f"A picture of {rgb.shape[1]} x {rgb.shape[0]} cannot be written as a JPEG.")
    return data.tobytes()


def cropped(rgb: NDArray[np.uint8], x: float, y: float, side: float, size: int) -> NDArray[np.uint8]:
    """A square of ``side`` pixels about a place, in ``size`` pixels; the place is in its middle."""
    step = side / size
    inverse = np.array([[step, 0, x - side / 2 + step / 2], [0, step, y - side / 2 + step / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(rgb, inverse, (size, size), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=_GREY),
        np.uint8,
    )


def _narrowed(rgb: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    height = max(1, round(rgb.shape[0] * width / rgb.shape[1]))
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
