"""Packets from any packet on, each with its ordinal. Where a seek lands is looked up, never believed."""

from collections.abc import Iterator
from itertools import chain

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from .media import Media, best_stream, open_container, set_up_decoder
from .packets import UNKNOWN, is_flush

NumberedPacket = tuple[int, "av.Packet[VideoStream]"]


class Demuxer:
    """One open handle on a file, ``container`` where one is open already. What cannot be seeked is opened again."""

    def __init__(self, media: Media, *, careful: bool, container: InputContainer | None = None) -> None:
        self._media = media
        self._careful = careful
        self._container: InputContainer | None = None
        self._use(container or open_container(media.path, media.name))
        self._fresh = container is None

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None

    def packets(self, first: int) -> Iterator[NumberedPacket]:
        """Packet ``first`` and all that follow it in the file, for a decoder that knows of nothing before."""
        for ordinal, packet in self._land(first):
            if ordinal >= first:
                yield ordinal, packet

    @property
    def stream(self) -> VideoStream:
        return self._stream

    def _use(self, container: InputContainer) -> None:
        stream = container.streams[self._media.stream]
        self._container = container
        self._stream = stream if isinstance(stream, VideoStream) else best_stream(container, self._media.name)
        set_up_decoder(self._stream, self._media, careful=self._careful)

    def _land(self, first: int) -> Iterator[NumberedPacket]:
        """Packets from ``first`` or from somewhere before it."""
        if first or not self._fresh:
            for time in self._times_near(first):
                landed = self._numbered_after_seek(time, first)
                if landed is not None:
                    return landed
        if not self._fresh:
            self.close()
            self._use(open_container(self._media.path, self._media.name))
        self._fresh = False
        return self._numbered(0)

    def _times_near(self, first: int) -> Iterator[int]:
        """Times to seek to for packet ``first``, ever earlier: containers index by presentation or by decoding."""
        packets = self._media.packets
        entries = self._media.timeline.entries
        at = next((at for at, entry in enumerate(entries) if entry >= first), len(entries))
        for ordinal in dict.fromkeys((first, *reversed(entries[max(0, at - 2) : at]))):
            yield from dict.fromkeys(t for t in (packets.pts[ordinal], packets.dts[ordinal]) if t != UNKNOWN)

    def _numbered_after_seek(self, time: int, first: int) -> Iterator[NumberedPacket] | None:
        container = self._container
        if container is None or not self._media.packets.ordinals_by_pos:
            return None
        self._fresh = False
        try:
            container.seek(time, stream=self._stream)
            demuxed = container.demux(self._stream)
            packet = next(demuxed)
        except (av.FFmpegError, StopIteration):
            return None
        ordinal = self._media.packets.find(packet, after=first - 1)
        if ordinal is None or ordinal > first:
            return None
        return self._count(chain([packet], demuxed), ordinal)

    def _numbered(self, ordinal: int) -> Iterator[NumberedPacket]:
        if self._container is None:
            return iter(())
        return self._count(self._container.demux(self._stream), ordinal)

    def _count(self, demuxed: "Iterator[av.Packet[VideoStream]]", ordinal: int) -> Iterator[NumberedPacket]:
        """Number packets in a row, and catch up by place where the demuxer leaves out or repeats one after a seek."""
        packets = self._media.packets
        try:
            for packet in demuxed:
                if is_flush(packet):
                    return
                if ordinal >= len(packets) or packets.pos[ordinal] != (UNKNOWN if packet.pos is None else packet.pos):
                    found = packets.find(packet, after=ordinal - 1)
                    if found is None and packets.ordinals_by_pos:
                        continue
                    ordinal = ordinal if found is None else found
                yield ordinal, packet
                ordinal += 1
        except av.FFmpegError:
            return
