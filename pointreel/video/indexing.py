"""From a file to its timeline, cheaply: packets are read but not decoded, unless their times cannot be believed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from pointreel.core import VideoError

from .demuxing import Demuxer
from .info import Skipped
from .media import STRICT_CODECS, Media, best_stream
from .packets import CORRUPT, MISSING, Packets, scan
from .structure import Break, find_breaks
from .timeline import LOST, Timeline, build, is_in_file_order, is_timed, leading, order_by_output, order_by_time

_PROGRESSIVE = (0, 1)
"""FFmpeg's field orders "unknown" and "progressive"."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the container says of the stream. ``num_promised`` is 0 where it does not say how many frames there are."""

    container: str
    codec: str
    rate: Fraction
    time_base: Fraction
    pixel_aspect: Fraction
    interlaced: bool
    num_promised: int


def index_file(container: InputContainer, path: Path, name: Path) -> tuple[Media, Header, tuple[Skipped, ...]]:
    """Everything needed to read frames, what the container says, and the damage that shows without decoding."""
    stream = best_stream(container, name)
    header = _read_header(stream, container.format.name)
    packets = scan(container, stream)
    if not packets.shown():
        raise VideoError(name, "the video stream holds no frame: the file was cut off or never written")
    breaks = find_breaks(path, header.container)
    if header.container == "gif" and any(found.at_end for found in breaks):
        packets.flags[-1] |= CORRUPT  # the demuxer hands out what there is of the last picture without a word
    losses = _losses(packets, breaks, header.container)
    ticks = 1 / (header.rate * header.time_base)
    line = build(packets, order_by_time(packets), losses, ticks)
    media = Media(path=path, name=name, stream=stream.index, codec=header.codec, packets=packets, timeline=line)
    media = _tolerate_oddities(media)
    media = replace(media, timeline=build(packets, _presentation_order(media, header), losses, ticks))
    if not len(media.timeline):
        raise VideoError(name, "not one of its frames can be decoded", frame=0)
    return media, header, _damage(media, breaks, header)


def _read_header(stream: VideoStream, container: str) -> Header:
    context = stream.codec_context
    return Header(
        container=container,
        codec=context.codec.canonical_name,
        rate=stream.average_rate or stream.guessed_rate or stream.base_rate or Fraction(25),
        time_base=stream.time_base or Fraction(1, 1000),
        pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
        interlaced=context.field_order not in _PROGRESSIVE,
        num_promised=stream.frames,
    )


def _presentation_order(media: Media, header: Header) -> list[int]:
    """The packets of the frames in the order they are shown."""
    packets = media.packets
    if not is_timed(packets, header.container, header.codec, interlaced=header.interlaced):
        return order_by_output(packets, *_decode(media))
    if is_in_file_order(packets, header.container):
        return packets.shown()
    doubtful = leading(packets)
    if not doubtful:
        return order_by_time(packets)
    output, _ = _decode(media, until=max(doubtful))
    return order_by_time(packets, without=set(doubtful) - set(output))


def _decode(media: Media, *, until: int | None = None) -> tuple[list[int], set[int]]:
    """The packets of which a decoder makes a picture, in its order, and those at which it fails.

    With ``until``, it is enough to know what becomes of the packets up to that one.
    """
    output, broken = _decode_once(media, until=until, careful=False)
    if not broken:
        return output, broken
    output, broken = _decode_once(media, until=until, careful=True)
    return output, _with_dependants(media, output, broken)


def _with_dependants(media: Media, output: list[int], broken: set[int]) -> set[int]:
    """Packets up to the next key of which no picture came because of a broken one are frames all the same."""
    shown = set(media.packets.shown()) - set(output)
    lost = {i for ordinal in broken for i in range(ordinal, media.timeline.spoiled_by(ordinal)[0])}
    return broken | (shown & lost)


def _decode_once(media: Media, *, until: int | None, careful: bool) -> tuple[list[int], set[int]]:
    output: list[int] = []
    broken = {ordinal for ordinal, flags in enumerate(media.packets.flags) if flags & MISSING}
    demuxer = Demuxer(media, careful=careful)
    context = demuxer.stream.codec_context
    try:
        for ordinal, packet in demuxer.packets(0):
            if packet.size:
                packet.pts = packet.dts = ordinal
                try:
                    output += [picture.pts for picture in context.decode(packet) if picture.pts is not None]
                except av.FFmpegError:
                    broken.add(ordinal)
            if until is not None and output and output[-1] > until:
                return output, broken
        output += [picture.pts for picture in context.decode(None) if picture.pts is not None]
    except av.FFmpegError:
        broken.add(len(media.packets) - 1)
    finally:
        demuxer.close()
    return output, broken


def _tolerate_oddities(media: Media) -> Media:
    """Some writers break the letter of a standard in all packets; where the first are refused for that, allow it."""
    if media.codec not in STRICT_CODECS or not _is_refused(media):
        return media
    lenient = replace(media, strict_decoder=False)
    return media if _is_refused(lenient) else lenient


def _is_refused(media: Media, num_packets: int = 3) -> bool:
    demuxer = Demuxer(media, careful=True)
    try:
        for ordinal, packet in demuxer.packets(0):
            if any(picture.is_corrupt for picture in demuxer.stream.codec_context.decode(packet)):
                return True
            if ordinal + 1 >= num_packets:
                return False
    except av.FFmpegError:
        return True
    finally:
        demuxer.close()
    return False


def _losses(packets: Packets, breaks: Iterable[Break], container: str) -> list[int]:
    """The first packet after each break, or how many there are; in MPEG-TS, after each packet that lacks a piece."""
    if container == "mpegts":
        return [i + 1 for i, flags in enumerate(packets.flags) if flags & CORRUPT]
    after = [next((i for i, pos in enumerate(packets.pos) if pos >= b.offset), len(packets)) for b in breaks]
    return [ordinal for ordinal in after if ordinal]


def _damage(media: Media, breaks: Iterable[Break], header: Header) -> tuple[Skipped, ...]:
    """One entry for each place where the file breaks, at the first frame that is not whole."""
    line, packets = media.timeline, media.packets
    found = [_damage_in_middle(line, ordinal) for ordinal in sorted(line.losses) if ordinal < len(packets)]
    problem = packets.problem and f"reading fails ({packets.problem})"
    if len(packets) in line.losses:
        problem = next((b.problem for b in breaks if b.at_end), "the file is overwritten")
    if problem:
        promise = f" (of {header.num_promised} it promises)" if header.num_promised > len(line) else ""
        found.append(Skipped(_first_missing(line, packets), f"{problem}; the frames from here on are missing{promise}"))
    return tuple(found)


def _first_missing(line: Timeline, packets: Packets) -> int:
    """Where a file ends too early: a last packet that is not whole, or a picture that would be shown before others."""
    last = len(packets) - 1
    is_partial = packets.flags[last] & CORRUPT and line.frames[last] >= 0
    lost = (frame for frame in range(max(0, len(line) - 32), len(line)) if line.ordinals[frame] == LOST)
    return min(line.frames[last] if is_partial else len(line), next(lost, len(line)))


def _damage_in_middle(line: Timeline, ordinal: int) -> Skipped:
    """Frames lost before packet ``ordinal``; where it was possible to tell how many, they count as frames."""
    frame = min((frame for frame in line.frames[ordinal:] if frame >= 0), default=len(line))
    while frame and line.ordinals[frame - 1] == LOST:
        frame -= 1
    return Skipped(frame, "the file is overwritten here; frames are missing")
