"""Open a video and read its frames by index."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, overload

from pointreel.core import Frame, VideoError

from .container import FileSource
from .images import ImageSource, find_images
from .info import Skipped, VideoInfo
from .spool import name_of, spooled, stream_of

DEFAULT_IMAGE_RATE = 24
"""Frames per second of pictures in a folder, which have no times of their own; DAVIS's rate."""

_ADVICE = "Open it with skip_broken=True (--skip-broken) to read the rest"


class Source(Protocol):
    """What a ``Video`` reads from: a file or pictures. What is broken comes as ``Skipped``, never as an error.

    ``files`` are where the bytes lie; ``damage`` is what is known to be broken before any frame was read.
    """

    files: tuple[Path, ...]
    info: VideoInfo
    damage: tuple[Skipped, ...]

    def forwards(self, start: int, stop: int) -> Iterator[Frame | Skipped]: ...
    def backwards(self, start: int, stop: int) -> Iterator[Frame | Skipped]: ...
    def at(self, frame: int) -> Frame | Skipped: ...
    def close(self) -> None: ...


class Video:
    """Frames of one video, by index. ``video[k]`` is the k-th frame that is shown, however it is reached.

    Iterating, ``reversed`` and indexing give the same pixels; each iteration has its own decoder, so several may run
    at once, and memory stays the same however long the video is. Every ``Frame`` holds an array of its own.

    A frame that is broken raises ``VideoError``, with its index. With ``skip_broken`` iterating leaves it out, the
    others keep their index, and ``skipped`` lists it; asking for it by index still raises. A frame built on a broken
    one is broken too: what a decoder makes of it are not the pixels that were filmed.
    """

    def __init__(self, source: Source, *, skip_broken: bool = False, closing: ExitStack | None = None) -> None:
        self.source = source
        self._skip_broken = skip_broken
        self._closing = closing or ExitStack()
        self._skipped: dict[int, Skipped] = {}
        self._is_open = True
        for skipped in source.damage:
            self._skip(skipped)

    @property
    def info(self) -> VideoInfo:
        return self.source.info

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The frames found broken so far, in order. ``verify`` looks for all of them."""
        return tuple(sorted(self._skipped.values()))

    def __len__(self) -> int:
        return self.info.num_frames

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> "Excerpt": ...
    def __getitem__(self, index: int | slice) -> "Frame | Excerpt":
        """Frame ``index``, from the end where it is negative; for a slice, those frames, read when asked for."""
        if isinstance(index, slice):
            return Excerpt(self, range(len(self))[index])
        self._check_open()
        item = self.source.at(range(len(self))[index])
        if isinstance(item, Skipped):
            self._skipped.setdefault(item.frame, item)
            raise VideoError(self.info.path, item.reason, frame=item.frame)
        return item

    def __iter__(self) -> Iterator[Frame]:
        return self._sound(self.source.forwards(0, len(self)))

    def __reversed__(self) -> Iterator[Frame]:
        return self._sound(self.source.backwards(0, len(self)))

    def read(self, frames: range) -> Iterator[Frame]:
        """The frames of a range in its order, forwards or backwards, at the speed of iterating."""
        if not len(frames):
            return iter(())
        low, high = min(frames), max(frames) + 1
        if low < 0 or high > len(self):
            raise IndexError(f"frames {low} to {high - 1} are asked for, the video has 0 to {len(self) - 1}")
        items = self.source.forwards(low, high) if frames.step > 0 else self.source.backwards(low, high)
        return self._sound(item for item in items if (item.index if isinstance(item, Frame) else item.frame) in frames)

    def verify(self) -> tuple[Skipped, ...]:
        """Decode every frame once and return those that are broken; raises nothing."""
        self._check_open()
        for item in self.source.forwards(0, len(self)):
            if isinstance(item, Skipped):
                self._skipped.setdefault(item.frame, item)
        return self.skipped

    def close(self) -> None:
        """Let go of the file. Frames that were handed out stay."""
        if self._is_open:
            self._is_open = False
            self.source.close()
            self._closing.close()

    def __enter__(self) -> "Video":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _sound(self, items: Iterator[Frame | Skipped]) -> Iterator[Frame]:
        self._check_open()
        for item in items:
            if isinstance(item, Skipped):
                self._skip(item)
            else:
                yield item

    def _skip(self, skipped: Skipped) -> None:
        self._skipped.setdefault(skipped.frame, skipped)
        if not self._skip_broken:
            raise VideoError(self.info.path, f"{skipped.reason}. {_ADVICE}", frame=skipped.frame)

    def _check_open(self) -> None:
        if not self._is_open:
            raise VideoError(self.info.path, "the video was closed; read it inside its with block")


class Excerpt:
    """Some frames of a video, as a slice names them. Each keeps the index it has in the whole video."""

    def __init__(self, video: Video, frames: range) -> None:
        self._video, self.frames = video, frames

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: int) -> Frame:
        return self._video[self.frames[index]]

    def __iter__(self) -> Iterator[Frame]:
        return self._video.read(self.frames)

    def __reversed__(self) -> Iterator[Frame]:
        return self._video.read(self.frames[::-1])


def open(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    skip_broken: bool = False,
    image_rate: Fraction | int = DEFAULT_IMAGE_RATE,
) -> Video:
    """Open a video file, a folder of pictures, a glob of pictures, or a stream (a binary file object, or ``"-"``).

    A stream is copied to a temporary file first. ``image_rate`` is the frame rate pictures are given.

    >>> with open("dog.mp4") as video:      # doctest: +SKIP
    ...     print(len(video), video[10].rgb.shape)
    48 (480, 854, 3)
    """
    if not isinstance(source, str | os.PathLike):
        return _open_stream(source, skip_broken)
    path = Path(source)
    stream = stream_of(path)
    if stream is not None:
        return _open_stream(stream, skip_broken)
    images = find_images(path)
    if images:
        return Video(ImageSource(path, images, frame_rate=Fraction(image_rate)), skip_broken=skip_broken)
    _check_exists(path)
    return Video(FileSource(path), skip_broken=skip_broken)


def _open_stream(stream: BinaryIO, skip_broken: bool) -> Video:
    with ExitStack() as stack:
        name = name_of(stream)
        path = stack.enter_context(spooled(stream))
        source = FileSource(path, name=name, kind="stream")
        stack.callback(source.close)
        return Video(source, skip_broken=skip_broken, closing=stack.pop_all())


def _check_exists(path: Path) -> None:
    if path.is_dir():
        raise VideoError(
            path, "the folder holds no pictures (jpg, png, bmp, webp, tif, ppm); give the folder that does"
        )
    if any(character in str(path) for character in "*?[") and not path.exists():
        raise VideoError(path, "no picture matches this pattern; put it in quotes and check the folder")
    if not path.exists():
        raise VideoError(path, "there is no such file or folder")
