"""What is known of a video before its frames are read, and what is known of a frame that could not be."""

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

VideoKind = Literal["file", "images", "stream"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """The facts of one video. Sizes are those of the upright picture, the one that ``Frame.rgb`` holds.

    ``pts[k]`` is when frame k is shown, in units of ``time_base`` seconds, as the container has it (it may start
    anywhere, also below zero). ``rotation`` and ``mirrored`` say what was done to the stored picture to set it
    upright: turned clockwise by 0, 90, 180 or 270 degrees, after being mirrored left to right. ``frame_rate`` is the
    average over the frames there are, not what a header says. Alpha, where ``has_alpha``, is dropped: ``rgb`` is the
    stored colour.
    """

    path: Path
    kind: VideoKind
    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    num_frames: int
    frame_rate: Fraction
    time_base: Fraction
    pts: tuple[int, ...] = field(repr=False)
    duration: Fraction
    rotation: int = 0
    mirrored: bool = False
    has_alpha: bool = False
    pixel_aspect: Fraction = Fraction(1)

    def seconds(self, frame: int) -> float:
        """When frame ``frame`` is shown, counted from frame 0."""
        return float((self.pts[frame] - self.pts[0]) * self.time_base)

    def frame_at(self, seconds: float) -> int:
        """The frame on screen ``seconds`` after frame 0 came up: the last one whose time has come.

        For timestamps made elsewhere only: inside pointreel a frame is its index, never a time. A time is taken to a
        thousandth of a tick, so that ``frame_at(seconds(k))`` is k where frames have times of their own.
        """
        ticks = self.pts[0] + Fraction(seconds) / self.time_base + Fraction(1, 1000)
        return max(0, bisect_right(self.pts, ticks) - 1)


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """A frame that could not be read, and why. ``frame`` may be ``len(video)``: the first one the file lost."""

    frame: int
    reason: str

    def __str__(self) -> str:
        return f"frame {self.frame}: {self.reason}"
