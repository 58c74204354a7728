"""Frames out to an H.264 mp4, one at a time. The file is whole or not there.

>>> with write_mp4(Path("overlay.mp4"), frame_rate=25) as out:      # doctest: +SKIP
...     for frame in video:
...         out.add(overlay(frame, masks[frame.index]))
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import av.container
import av.video.stream
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from ..core import Frame, VideoError, replacing
from .pictures import RGB, checked_rgb

_BT709 = 1
"""The number of BT.709 in H.264's own tables of primaries, transfer curves and matrices."""


@dataclass
class Mp4Writer:
    """An mp4 that is being written; ``add`` takes its frames in order of presentation."""

    path: Path
    _container: av.container.OutputContainer
    _stream: av.video.stream.VideoStream
    _clock: "_Clock"
    _size: tuple[int, int] | None = None
    num_frames: int = 0

    def add(self, picture: RGB | Frame) -> None:
        """Encode the next frame; all frames have the size of the first."""
        rgb = checked_rgb(picture, self.path, self.num_frames)
        height, width = rgb.shape[:2]
        if self._size is None:
            self._size = height, width
            self._stream.height, self._stream.width = height + height % 2, width + width % 2
        if (height, width) != self._size:
            expected = "{} x {}".format(*self._size)
            problem = f"found a picture of {height} x {width}, expected {expected} as the first frame is."
            raise VideoError(self.path, f"{problem} Resize it, or write another file.", frame=self.num_frames)
        image = av.VideoFrame.from_ndarray(_evened(rgb), format="rgb24")
        image = image.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
        image.pts, image.time_base = self._clock.pts(self.num_frames, self.path), self._clock.time_base
        self._mux(image)
        self.num_frames += 1

    def _mux(self, image: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(image):
                packet.duration = self._clock.duration(packet.pts)
                self._container.mux(packet)
        except av.FFmpegError as error:
            raise VideoError(self.path, f"the frame cannot be encoded: {error}", frame=self.num_frames) from error

    def _finish(self) -> None:
        if not self.num_frames:
            raise VideoError(self.path, "no frame was added, so there is no video to write. Add at least one.")
        self._mux(None)


@contextmanager
def write_mp4(
    path: Path | str,
    *,
    frame_rate: Fraction | float | None = None,
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    crf: int = 20,
    preset: str = "veryfast",
) -> Iterator[Mp4Writer]:
    """Write H.264 (yuv420p, BT.709, index in front) that every player and browser opens, in bounded memory.

    Give either ``frame_rate``, or ``pts`` with its ``time_base``: frame k is then shown at ``pts[k] * time_base``, so
    that a video with a variable frame rate keeps its timing. The first frame is always at zero. A timestamp that is
    not later than the one before moves to the next tick: a player shows one frame at a time, and none may be lost.

    Odd sizes are padded to even with a copy of the last row or column, so every pixel stays where it is. ``crf`` is
    the quality (0 best to 51) and ``preset`` the pace of x264. The file takes its place when the block ends well; an
    exception inside the block leaves whatever was at ``path`` before.
    """
    path = Path(path)
    clock = _Clock.of(path, frame_rate, pts, time_base)
    if "libx264" not in av.codecs_available:
        raise VideoError(
            path,
            "this build of PyAV has no H.264 encoder (libx264). Install the wheel: pip install --force-reinstall av",
        )
    with replacing(path) as draft:
        options = {"movflags": "+faststart"}
        with av.open(str(draft), "w", format="mp4", container_options=options) as container:
            writer = Mp4Writer(path, container, _h264_stream(path, container, clock, crf, preset), clock)
            yield writer
            writer._finish()


def _h264_stream(
    path: Path, container: av.container.OutputContainer, clock: "_Clock", crf: int, preset: str
) -> av.video.stream.VideoStream:
    presets = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"]
    if preset not in presets or not 0 <= crf <= 51:
        expected = f"a preset of {', '.join(presets)} and a crf from 0 to 51"
        raise VideoError(path, f"found preset {preset!r} with crf {crf}, expected {expected}.")
    # Without B-frames no edit list is needed, whose end, in whole milliseconds, would cut short frames off.
    options = {"crf": str(crf), "preset": preset, "bf": "0"}
    stream = container.add_stream("libx264", rate=clock.frame_rate, options=options)
    stream.pix_fmt = "yuv420p"
    codec = stream.codec_context
    codec.time_base = clock.time_base
    codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
    codec.color_range = ColorRange.MPEG
    return stream


@dataclass(frozen=True)
class _Clock:
    """When each frame is shown, in ticks of ``time_base`` from the first; ``ticks`` is None at a constant rate."""

    time_base: Fraction
    frame_rate: Fraction
    ticks: tuple[int, ...] | None = None
    gaps: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, path: Path, frame_rate: Fraction | float | None, pts: Sequence[int] | None, time_base: Fraction | None
    ) -> "_Clock":
        if pts is None and time_base is None and frame_rate is not None:
            rate = _exact_rate(path, frame_rate)
            return cls(1 / rate, rate)
        if pts is None or time_base is None or frame_rate is not None:
            raise VideoError(path, "say when frames are shown: give frame_rate, or pts together with time_base.")
        if not len(pts) or time_base <= 0:
            problem = f"found {len(pts)} timestamps with time base {time_base}"
            raise VideoError(path, f"{problem}, expected at least one and a positive time base.")
        ticks = [0]
        for tick in pts[1:]:
            ticks.append(max(int(tick) - int(pts[0]), ticks[-1] + 1))
        gaps = {a: b - a for a, b in pairwise(ticks)}
        mean_gap = Fraction(ticks[-1], len(ticks) - 1) if len(ticks) > 1 else Fraction(1)
        gaps[ticks[-1]] = gaps[ticks[-2]] if len(ticks) > 1 else 1
        rate = (1 / (mean_gap * time_base)).limit_denominator(1001)
        return cls(Fraction(time_base), rate or Fraction(1), tuple(ticks), gaps)

    def pts(self, k: int, path: Path) -> int:
        if self.ticks is None:
            return k
        if k >= len(self.ticks):
            raise VideoError(path, f"there are timestamps for {len(self.ticks)} frames only.", frame=k)
        return self.ticks[k]

    def duration(self, pts: int | None) -> int:
        return self.gaps.get(pts, 1) if pts is not None else 1


def _exact_rate(path: Path, frame_rate: Fraction | float) -> Fraction:
    """The rate as a fraction of TV's usual kind: 29.97 is 2997/100, and the float of 30000/1001 is 30000/1001 again."""
    try:
        rate = Fraction(frame_rate).limit_denominator(1001)
    except (ValueError, OverflowError):
        rate = Fraction(0)
    if rate <= 0:
        raise VideoError(path, f"found frame rate {frame_rate}, expected a positive number of frames per second.")
    return rate


def _evened(rgb: RGB) -> RGB:
    """``rgb`` with even sides, as chroma at half resolution needs them."""
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(rgb)
