"""One opened video file: the stream that is read, its packets and its timeline, shared by all who decode it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from pointreel.core import VideoError

from .packets import Packets
from .timeline import Timeline

STRICT_CODECS = {"hevc": "explode", "mjpeg": "explode", "ffv1": "crccheck+explode"}
"""Decoders that hide damage unless told not to; the others flag the picture or fail by themselves."""

_FALSE_ALARMS = 3


@dataclass(frozen=True, kw_only=True)
class Media:
    """``path`` is read; ``name`` is what errors call it (the two differ for a stream). ``stream`` is its index.

    ``false_alarms`` are frames at which the fast reader stopped for nothing; after a few it is told to be less fussy.
    """

    path: Path
    name: Path
    stream: int
    codec: str
    packets: Packets
    timeline: Timeline
    strict_decoder: bool = True
    false_alarms: list[int] = field(default_factory=list)

    @property
    def is_fussy(self) -> bool:
        """Whether the fast reader's decoder fails at the smallest oddity; one that enters an open GOP always would."""
        return self.strict_decoder and len(self.false_alarms) < _FALSE_ALARMS and not self.timeline.has_open_gops


def open_container(path: Path, name: Path) -> InputContainer:
    """The file opened by FFmpeg, or an error that says what the file is instead of a video."""
    try:
        return av.open(str(path), metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(name, _why_not(path, error)) from None


def _why_not(path: Path, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "you have no permission to read this file"
    if not path.stat().st_size:
        return "the file is empty (0 bytes), a video was expected. Copy or download it again"
    with path.open("rb") as file:
        head = file.read(4096)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return (
            "the file is an MP4 without its table of frames (moov), which stands at the end: it was cut off, or its "
            "recording never finished. Copy it again, or repair it with a recovery tool"
        )
    if b"\0" not in head and not sum(byte < 9 for byte in head):
        return "the file is text, not a video"
    reason = getattr(error, "strerror", None) or str(error)
    return f"the file cannot be read as a video ({reason[:1].lower()}{reason[1:]})"


def best_stream(container: InputContainer, name: Path) -> VideoStream:
    """The stream to read: never a cover picture, else the one FFmpeg deems best (marked default, then richest)."""
    covers = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    streams = [stream for stream in streams if stream.codec_context is not None]
    if not streams:
        there = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise VideoError(name, f"there is no video stream that can be decoded; the file holds: {there}")
    best = container.streams.best("video")
    return next((stream for stream in streams if best is not None and stream.index == best.index), streams[0])


def set_up_decoder(stream: VideoStream, media: Media, *, careful: bool) -> None:
    """Several threads for speed; one thread where it must be known which packet an error belongs to.

    Threads are capped because each holds a picture of its own. With several, a picture may be handed out before the
    thread that draws it has flagged it as damaged; so the decoder is told to fail instead, at the smallest oddity.
    """
    context = stream.codec_context
    codec = context.codec.canonical_name
    context.thread_type = "NONE" if careful else "AUTO"
    context.thread_count = 1 if careful else min((os.cpu_count() or 1) + 1, 9)
    if media.strict_decoder and codec in STRICT_CODECS:
        context.options = {"err_detect": STRICT_CODECS[codec]}
    elif media.is_fussy and not careful:
        context.options = {"err_detect": "explode"}
