"""The packets of one video stream as they lie in the file. Reading them decodes nothing."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from .h264 import is_intra

UNKNOWN = -(1 << 63)
"""Stands for a time or a place that the container does not give."""

KEY, HIDDEN, CORRUPT, MISSING = 1, 2, 4, 8
"""Flags of a packet: a decoder may start here; it puts nothing on screen; the demuxer says it is not whole; the file's
own index names it and the demuxer does not find it."""


@dataclass(frozen=True)
class Packets:
    """Five columns in file order; a packet's place in them, its *ordinal*, is its identity everywhere in this room.

    ``problem`` is what made the container give up before its end, or empty.
    """

    pts: "array[int]"
    dts: "array[int]"
    pos: "array[int]"
    size: "array[int]"
    flags: bytearray
    problem: str = ""

    def __len__(self) -> int:
        return len(self.flags)

    def rows(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Time, decoding time, place, size and flags of each packet."""
        return zip(self.pts, self.dts, self.pos, self.size, self.flags, strict=True)

    def shown(self) -> list[int]:
        """The ordinals of the packets that put a picture on screen, as far as the container tells."""
        return [i for i, flags in enumerate(self.flags) if not flags & HIDDEN]

    def keys(self) -> list[int]:
        """The ordinals at which a decoder may start."""
        return [i for i, flags in enumerate(self.flags) if flags & KEY]

    @cached_property
    def ordinals_by_pos(self) -> dict[int, list[int]]:
        """By place in the file; an edit list that repeats a stretch gives a place several ordinals."""
        found: dict[int, list[int]] = {}
        for ordinal, pos in enumerate(self.pos):
            if pos != UNKNOWN:
                found.setdefault(pos, []).append(ordinal)
        return found

    def find(self, packet: "av.Packet[VideoStream]", *, after: int) -> int | None:
        """The ordinal of a packet met after a seek; None when it is not one of ours, or not whole.

        A place that several ordinals share is told apart by its times, else the first one past ``after`` is meant.
        """
        same = self.ordinals_by_pos.get(UNKNOWN if packet.pos is None else packet.pos, [])
        same = [ordinal for ordinal in same if self.size[ordinal] == packet.size]
        if len(same) > 1:
            times = (packet.pts, packet.dts)
            exact = [i for i in same if times in ((self.pts[i], self.dts[i]), (self.pts[i], None))]
            same = exact or [i for i in same if i > after] or same
        return same[0] if same else None


def scan(container: InputContainer, stream: VideoStream) -> Packets:
    """Read the whole stream once, packet by packet, and keep what identifies each."""
    packets = Packets(array("q"), array("q"), array("q"), array("q"), bytearray())
    is_h264 = stream.codec_context.codec.canonical_name == "h264"
    listed = _listed(container, stream)
    problem = ""
    hides = HIDES.get(stream.codec_context.codec.canonical_name)
    try:
        for packet in container.demux(stream):
            if is_flush(packet):
                continue
            packets.pts.append(UNKNOWN if packet.pts is None else packet.pts)
            packets.dts.append(UNKNOWN if packet.dts is None else packet.dts)
            packets.pos.append(UNKNOWN if packet.pos is None or packet.pos < 0 else packet.pos)
            packets.size.append(packet.size)
            hidden = packet.is_discard or not packet.size or (hides is not None and hides(memoryview(packet)))
            is_key = packet.is_keyframe and (not is_h264 or not packet.size or is_intra(memoryview(packet)))
            packets.flags.append(KEY * is_key | HIDDEN * hidden | CORRUPT * packet.is_corrupt)
    except av.FFmpegError as error:
        problem = error.strerror or str(error)
    except IndexError:  # PyAV loses count of the streams of a transport stream whose tables are damaged
        problem = "its table of streams is damaged"
    return replace(_with_missing(packets, listed), problem=problem)


def _listed(container: InputContainer, stream: VideoStream) -> dict[int, int]:
    """Place and time of every packet as an AVI's index lists them; empty for containers that list none up front."""
    if container.format.name != "avi":
        return {}
    chunk_header = 8
    return {entry.pos + chunk_header: entry.timestamp for entry in stream.index_entries if entry.size}


def _with_missing(packets: Packets, listed: dict[int, int]) -> Packets:
    """Put packets that only the index knows in their place, and drop those it does not know: debris of damage.

    An index that does not fit the file, as it does for nearly all packets, is ignored.
    """
    found = set(packets.pos)
    if listed.keys() == found or len(listed.keys() & found) <= 0.5 * max(len(listed), len(found)):
        return packets
    rows = [row for row in packets.rows() if row[2] in listed]
    rows += [(UNKNOWN, time, pos, 0, MISSING) for pos, time in listed.items() if pos not in found]
    pts, dts, pos, size, flags = zip(*sorted(rows, key=lambda row: row[2]), strict=True)
    return Packets(array("q", pts), array("q", dts), array("q", pos), array("q", size), bytearray(flags))


def is_flush(packet: "av.Packet[VideoStream]") -> bool:
    """Whether this is PyAV's end mark rather than a packet of the file (which may be empty too, but has a time)."""
    return not packet.size and packet.pts is None and packet.dts is None


def _vp8_hides(data: memoryview) -> bool:
    """RFC 6386, 9.1: bit 4 of the frame tag is show_frame; an alt-ref frame has it unset and is a packet of its own."""
    return not data[0] & 0x10


def _vp9_hides(data: memoryview) -> bool:
    """VP9 bitstream, 6.2: a lone frame with show_frame unset. A superframe (annex B) always ends in a shown one."""
    is_superframe = data[-1] & 0xE0 == 0xC0
    if is_superframe or data[0] >> 6 != 2:
        return False
    below = data[0] & 0x0F if data[0] & 0x30 != 0x30 else data[0] << 1 & 0x0F
    shows_existing, shows = below & 8, below & 2
    return not shows_existing and not shows


HIDES = {"vp8": _vp8_hides, "vp9": _vp9_hides}
