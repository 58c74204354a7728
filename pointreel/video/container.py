"""A video file as frames. Every way of reading it gives the same pixels for the same index."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from threading import Lock

from av import VideoFrame

from pointreel.core import Frame, VideoError

from .damage import Fault
from .decoding import Reader
from .indexing import Header, index_file
from .info import Skipped, VideoInfo, VideoKind
from .media import open_container
from .store import Store
from .timeline import Timeline
from .upright import Image, Orientation, rgb_converter

_NEAR = 4
"""A request this many frames before the last one is taken for a walk backwards."""

Convert = Callable[[VideoFrame], Image]
Run = Iterator[tuple[int, VideoFrame | Fault]]


class FileSource:
    """Frames of one video file. ``forwards`` and ``backwards`` have a decoder of their own; ``at`` shares one."""

    def __init__(self, path: Path, *, name: Path | None = None, kind: VideoKind = "file") -> None:
        self.files: tuple[Path, ...] = (path,)
        container = open_container(path, name or path)
        try:
            self._media, header, self.damage = index_file(container, path, name or path)
            self._reader = Reader(self._media, container)
            self._run, first = self._begin()
        except BaseException:
            container.close()
            raise
        self._orientation = Orientation.of(first)
        self.info = _describe(self._media.name, kind, header, self._media.timeline, first, self._orientation)
        self._lock = Lock()
        self._next, self._last = 0, -1
        self._first = first
        self._convert = rgb_converter(self._orientation)
        self._store = self._new_store(self._convert)

    def forwards(self, start: int, stop: int) -> Iterator[Frame | Skipped]:
        """Frames ``start`` to ``stop``, without the latter."""
        reader, run = self._reader_from(start)
        convert = rgb_converter(self._orientation)
        try:
            for frame, item in run if start < stop else ():
                yield self._finish(frame, item, convert)
                if frame + 1 >= stop:
                    return
        finally:
            reader.close()

    def backwards(self, start: int, stop: int) -> Iterator[Frame | Skipped]:
        """The same frames, last first: whole GOPs are decoded forwards and put aside, then those before them."""
        reader, store = Reader(self._media), self._new_store(rgb_converter(self._orientation))
        try:
            while start < stop:
                begin = max(start, self._stretch(stop - 1, store))
                faults = self._fill(store, reader.read(begin), stop)
                for frame in range(stop - 1, begin - 1, -1):
                    image = store.get(frame, keep=False)
                    yield faults[frame] if image is None else Frame(frame, image)
                stop = begin
        finally:
            reader.close()
            store.close()

    def at(self, frame: int) -> Frame | Skipped:
        """One frame. Going on from the last one, or back from it step by step, is as quick as the iterators are."""
        with self._lock:
            image = self._store.get(frame)
            if image is not None:
                self._last = frame
                return Frame(frame, image)
            if 0 < self._last - frame <= _NEAR:
                return self._at_backwards(frame)
            self._last = frame
            return self._at_forwards(frame)

    def close(self) -> None:
        with self._lock:
            self._run, self._next = iter(()), -1
            self._reader.close()
            self._store.close()

    def _at_forwards(self, frame: int) -> Frame | Skipped:
        line = self._media.timeline
        if not 0 <= self._next <= frame or line.entry(frame)[1] > self._next:
            self._run = self._reader.read(frame)
        item: VideoFrame | Fault = Fault("its packet gave no picture")
        for at, item in self._run:  # noqa: B007 - the last one is wanted
            self._next = at + 1
            if at >= frame:
                break
        return self._finish(frame, item, self._convert)

    def _at_backwards(self, frame: int) -> Frame | Skipped:
        self._store.empty()
        begin = self._stretch(frame, self._store)
        faults = self._fill(self._store, self._reader.read(begin), frame + 1)
        self._next = -1
        self._last = frame
        image = self._store.get(frame)
        return faults[frame] if image is None else Frame(frame, image)

    def _stretch(self, last: int, store: Store) -> int:
        """Where a stretch that ends with ``last`` begins: at a key picture, an earlier one if memory holds so much."""
        line = self._media.timeline
        begin = line.entry(last)[1]
        while begin > 0:
            earlier = line.entry(begin - 1)[1]
            if last + 1 - earlier > store.in_memory:
                break
            begin = earlier
        return max(begin, last + 1 - store.capacity)

    def _fill(self, store: Store, run: Run, stop: int) -> dict[int, Skipped]:
        """Put the frames of ``run`` up to ``stop`` aside; those that are broken are returned."""
        faults: dict[int, Skipped] = {}
        store.empty()
        for frame, item in run:
            picture = self._sound(frame, item)
            if isinstance(picture, Skipped):
                faults[frame] = picture
            else:
                store.put(frame, picture)
            if frame + 1 >= stop:
                break
        return faults

    def _finish(self, frame: int, item: VideoFrame | Fault, convert: Convert) -> Frame | Skipped:
        picture = self._sound(frame, item)
        return picture if isinstance(picture, Skipped) else Frame(frame, convert(picture))

    def _sound(self, frame: int, item: VideoFrame | Fault) -> VideoFrame | Skipped:
        """The picture, unless it is none or of another size than the rest."""
        if isinstance(item, Fault):
            return Skipped(frame, item.reason)
        if (item.width, item.height) == (self._first.width, self._first.height):
            return item
        size, usual = f"{item.width} x {item.height}", f"{self._first.width} x {self._first.height}"
        return Skipped(frame, f"its picture is {size} where the video is {usual}; cut the video at this frame")

    def _new_store(self, convert: Convert) -> Store:
        return Store(self._first, convert)

    def _reader_from(self, frame: int) -> tuple[Reader, Run]:
        """A reader of one's own; the one that was begun on opening, where it still stands at the beginning."""
        with self._lock:
            if frame or self._next or self._last >= 0:
                reader = Reader(self._media)
                return reader, reader.read(frame)
            taken = self._reader, self._run
            self._reader, self._run, self._next = Reader(self._media), iter(()), -1
            return taken

    def _begin(self) -> tuple[Run, VideoFrame]:
        """All frames, and the first of them there is a picture of, which tells size, pixel format and orientation."""
        run, passed = self._reader.read(0), []
        for frame, item in run:
            passed.append((frame, item))
            if isinstance(item, VideoFrame):
                return chain(passed, run), item
        reason = passed[0][1].reason if passed and isinstance(passed[0][1], Fault) else "it has no frame"
        raise VideoError(self._media.name, f"not one of its frames can be decoded: {reason}", frame=0)


def _describe(
    name: Path, kind: VideoKind, header: Header, line: Timeline, first: VideoFrame, orientation: Orientation
) -> VideoInfo:
    width, height = (first.height, first.width) if orientation.transpose else (first.width, first.height)
    rate = _average_rate(line, header)
    return VideoInfo(
        path=name,
        kind=kind,
        container=header.container,
        codec=header.codec,
        pixel_format=first.format.name,
        width=width,
        height=height,
        num_frames=len(line),
        frame_rate=rate,
        time_base=header.time_base,
        pts=tuple(line.pts),
        duration=(line.pts[-1] - line.pts[0]) * header.time_base + 1 / rate,
        rotation=orientation.rotation,
        mirrored=orientation.mirrored,
        has_alpha=any(component.is_alpha for component in first.format.components),
        pixel_aspect=1 / header.pixel_aspect if orientation.transpose else header.pixel_aspect,
    )


def _average_rate(line: Timeline, header: Header) -> Fraction:
    """Frames per second of the timeline; the header's neat fraction where the two agree but for rounding of times."""
    span = (line.pts[-1] - line.pts[0]) * header.time_base
    if span <= 0:
        return header.rate
    measured = (len(line) - 1) / span
    return header.rate if abs(measured / header.rate - 1) < Fraction(1, 500) else measured
