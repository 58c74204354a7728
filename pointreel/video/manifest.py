"""What an annotation remembers of its video, so that a re-encoded or trimmed file is noticed before work is lost."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeVar

from pointreel.core import FormatError, VideoChanged

from .fingerprint import hash_all, hash_frames, hash_sample, num_bytes
from .reader import Video, open

T = TypeVar("T")

_MOST_FRAMES = 1 << 28
"""More frames than a month of video has; a manifest that claims more is broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One video as it was when it was annotated. ``Manifest.of`` makes it; ``to_dict`` and ``from_dict`` keep it.

    ``sha256`` is of the file's bytes; of a folder of pictures, of their names and bytes in order. ``sample`` is a hash
    of the size and of 16 stretches of 64 KiB, quick to take on a file of any size. ``frame_hashes`` are of the RGB
    pixels as this version reads them; they tell which frame differs, and that a file that was only packed anew
    (remuxed) still shows the same pictures.
    """

    name: str
    num_bytes: int
    sha256: str
    sample: str
    width: int
    height: int
    rotation: int
    mirrored: bool
    time_base: Fraction
    pts: tuple[int, ...]
    frame_hashes: tuple[str, ...] | None = None

    @property
    def num_frames(self) -> int:
        return len(self.pts)

    @classmethod
    def of(cls, video: Video, *, frame_hashes: bool = False) -> "Manifest":
        """The manifest of an open video. Hashing reads the whole file once; ``frame_hashes`` decodes it as well.

        A frame that is skipped as broken has the hash "".
        """
        info, source = video.info, video.source
        return cls(
            name=info.path.name,
            num_bytes=num_bytes(source),
            sha256=hash_all(source),
            sample=hash_sample(source),
            width=info.width,
            height=info.height,
            rotation=info.rotation,
            mirrored=info.mirrored,
            time_base=info.time_base,
            pts=info.pts,
            frame_hashes=hash_frames(video) if frame_hashes else None,
        )

    def check(self, video: Video | str | os.PathLike[str], *, quick: bool = False) -> None:
        """Raise ``VideoChanged`` unless this is the same video, whatever it is called and wherever it lies now.

        Equal bytes are enough. Otherwise the error says what differs: the number of frames, their size, their times,
        or only their encoding. ``quick`` compares the size and a sample of the bytes: seconds become milliseconds on a
        long video, and a change that keeps the size and misses the sample goes unnoticed.

        >>> manifest.check("dog.mp4")      # doctest: +SKIP
        VideoChanged: dog.mp4: has 90 frames where 100 were annotated: it was trimmed. Use the original file
        """
        if isinstance(video, Video):
            self._check(video, quick=quick)
            return
        with open(video) as opened:
            self._check(opened, quick=quick)

    def _check(self, video: Video, *, quick: bool) -> None:
        source = video.source
        if num_bytes(source) == self.num_bytes:
            same = hash_sample(source) == self.sample if quick else hash_all(source) == self.sha256
            if same:
                return
        for differs in (self._resized, self._trimmed, self._retimed, self._redrawn):
            problem = differs(video)
            if problem:
                raise VideoChanged(video.info.path, f"{problem}. Use the file that was annotated ({self.name})")
        if self.frame_hashes is None:
            problem = "has as many frames of the same size and times, but other bytes: it was re-encoded or edited"
            raise VideoChanged(video.info.path, f"{problem}. Use the file that was annotated ({self.name})")

    def _resized(self, video: Video) -> str:
        info = video.info
        if (info.width, info.height) == (self.width, self.height):
            return ""
        turned = ": it was turned" if (info.height, info.width) == (self.width, self.height) else ": it was resized"
        return f"is {info.width} x {info.height} where {self.width} x {self.height} was annotated{turned}"

    def _trimmed(self, video: Video) -> str:
        if len(video) == self.num_frames:
            return ""
        how = "trimmed" if len(video) < self.num_frames else "lengthened"
        return f"has {len(video)} frames where {self.num_frames} were annotated: it was {how}"

    def _retimed(self, video: Video) -> str:
        """Times are compared from frame 0 and to half a frame: containers round them in their own ways."""
        half = (self.pts[-1] - self.pts[0]) * self.time_base / (2 * len(self.pts))
        for frame in range(len(video)):
            now = (video.info.pts[frame] - video.info.pts[0]) * video.info.time_base
            then = (self.pts[frame] - self.pts[0]) * self.time_base
            if abs(now - then) > half:
                return f"shows frame {frame} at {float(now):.3f} s where it was at {float(then):.3f} s: it was re-timed"
        return ""

    def _redrawn(self, video: Video) -> str:
        if self.frame_hashes is None:
            return ""
        for frame, (now, then) in enumerate(zip(hash_frames(video), self.frame_hashes, strict=True)):
            if now != then:
                return f"frame {frame} has other pixels than the one annotated: it was re-encoded or edited"
        return ""

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON. Times are written as the first one and runs of [step, how often]."""
        steps = (b - a for a, b in pairwise(self.pts))
        written: dict[str, object] = {
            "name": self.name,
            "num_bytes": self.num_bytes,
            "sha256": self.sha256,
            "sample": self.sample,
            "width": self.width,
            "height": self.height,
            "rotation": self.rotation,
            "mirrored": self.mirrored,
            "num_frames": self.num_frames,
            "time_base": str(self.time_base),
            "first_pts": self.pts[0],
            "pts_steps": [[step, len(list(run))] for step, run in groupby(steps)],
        }
        return written if self.frame_hashes is None else {**written, "frame_hashes": list(self.frame_hashes)}

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, source: Path | str = "manifest") -> "Manifest":
        """The reverse of ``to_dict``; ``source`` is the file that errors name."""
        take = partial(_take, data, source)
        pts = _unfold(take("first_pts", int), take("pts_steps", list), source)
        hashes = tuple(map(str, take("frame_hashes", list))) if "frame_hashes" in data else None
        num_frames = take("num_frames", int)
        for where, count in (("pts_steps", len(pts)), ("frame_hashes", num_frames if hashes is None else len(hashes))):
            if count != num_frames:
                raise FormatError(source, where, found=f"{count} frames", expected=f"num_frames, {num_frames}")
        return cls(
            name=take("name", str),
            num_bytes=take("num_bytes", int),
            sha256=take("sha256", str),
            sample=take("sample", str),
            width=take("width", int),
            height=take("height", int),
            rotation=take("rotation", int),
            mirrored=take("mirrored", bool),
            time_base=_fraction(take("time_base", str), source),
            pts=pts,
            frame_hashes=hashes,
        )


def _take(data: Mapping[str, object], source: Path | str, key: str, kind: type[T]) -> T:
    value = data.get(key)
    if not isinstance(value, kind):
        found = f"{value!r:.40}" if key in data else "nothing"
        raise FormatError(source, key, found=found, expected=f"a value of type {kind.__name__}")
    return value


def _unfold(first: int, runs: list[object], source: Path | str) -> tuple[int, ...]:
    pts = [first]
    for run in runs:
        match run:
            case [int(step), int(count)] if 0 < count <= _MOST_FRAMES - len(pts):
                pts.extend(range(pts[-1] + step, pts[-1] + step * count + 1, step) if step else [pts[-1]] * count)
            case _:
                raise FormatError(source, "pts_steps", found=f"{run!r:.40}", expected="[step, how often]")
    return tuple(pts)


def _fraction(text: str, source: Path | str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise FormatError(source, "time_base", found=repr(text), expected="a fraction as '1/90000'") from None
