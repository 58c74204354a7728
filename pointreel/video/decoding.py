"""Pictures in order of frames, from any frame on, with faults where a picture is broken or built on a broken one.

Each packet is sent to the decoder with its ordinal in place of its time, so each picture says which packet it is of.
The fast reader uses all threads and checks that pictures come out whole and in order; at the first irregularity the
careful reader takes over with one thread, finds out which frames are at fault, and hands back at the next sound key
picture. What is found broken therefore does not depend on where reading began.
"""

from collections.abc import Iterator

import av
from av import VideoFrame
from av.container import InputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from .damage import Damage, Fault
from .demuxing import Demuxer
from .h264 import nothing_builds_on
from .media import Media
from .packets import CORRUPT, MISSING

_WINDOW = 16
"""No codec shows a picture later than this many pictures after one that builds on it."""

_B_IS_FREE = {"mpeg1video", "mpeg2video", "mpeg4"}
"""Codecs whose B pictures nothing builds on."""


class _Irregular(Exception):
    """The fast reader met something that the careful one must look at."""


class _NotAnEntry(Exception):
    """Decoding was started from what is no key picture."""


class Reader:
    """A position in a video file. Not for two threads at once; any number of readers may share one ``Media``."""

    def __init__(self, media: Media, container: InputContainer | None = None) -> None:
        """``container`` is the file where it is open already."""
        self._media = media
        self._fast = None if container is None else Demuxer(media, careful=False, container=container)
        self._careful: Demuxer | None = None
        self._sent = 0
        self._is_landing = False

    def close(self) -> None:
        for demuxer in (self._fast, self._careful):
            if demuxer is not None:
                demuxer.close()
        self._fast = self._careful = None

    def read(self, frame: int) -> Iterator[tuple[int, VideoFrame | Fault]]:
        """Frame ``frame`` and all that follow, each with its index; starting a new read ends the one before."""
        num_frames = len(self._media.timeline)
        while frame < num_frames:
            try:
                for at, picture in self._read_fast(frame):
                    frame = at + 1
                    yield at, picture
                continue
            except _NotAnEntry:
                continue
            except _Irregular:
                sent = self._sent
            alarm, is_false = frame, True
            for at, item in self._read_careful(frame):
                frame = at + 1
                is_false &= not isinstance(item, Fault)
                yield at, item
                if not isinstance(item, Fault) and self._is_entry(at, after=sent):
                    break
            if is_false:
                self._calm_down(alarm)

    def _is_entry(self, frame: int, *, after: int) -> bool:
        """Whether the fast reader may go on from here, past all packets that it had sent when it stopped."""
        line = self._media.timeline
        return after < line.ordinals[frame] == line.entry(frame)[0]

    def _calm_down(self, alarm: int) -> None:
        self._media.false_alarms.append(alarm)
        if not self._media.is_fussy and self._fast is not None:
            self._fast.close()
            self._fast = None
            self._media.timeline.distrusted.clear()

    def _read_fast(self, first: int) -> Iterator[tuple[int, VideoFrame]]:
        """A picture is handed out once every packet up to its own has come out whole: it builds on some of them."""
        line = self._media.timeline
        entry, floor = line.entry(first)
        waiting: dict[int, VideoFrame] = {}
        done: set[int] = set()
        expected, last, sound = first, floor - 1, entry
        self._is_landing = entry > 0
        for ordinal, picture in self._pictures(entry):
            frame = line.frames[ordinal]
            if frame < floor:
                continue
            if last < floor and entry and (frame != floor or picture.pict_type in (PictureType.P, PictureType.B)):
                line.distrust(entry)
                raise _NotAnEntry
            if frame != last + 1 or picture.is_corrupt:
                raise _Irregular
            last, self._is_landing = frame, False
            done.add(ordinal)
            while sound < len(line.frames) and (sound in done or line.frames[sound] < floor):
                done.discard(sound)
                sound += 1
            if frame >= first:
                waiting[frame] = picture
            while expected in waiting and line.ordinals[expected] < sound:
                yield expected, waiting.pop(expected)
                expected += 1
        if last < floor and entry:
            line.distrust(entry)
            raise _NotAnEntry
        if expected != len(line):
            raise _Irregular

    def _pictures(self, entry: int) -> Iterator[tuple[int, VideoFrame]]:
        media = self._media
        if self._fast is None:
            self._fast = Demuxer(media, careful=False)
        flags, losses = media.packets.flags, media.timeline.losses
        previous = entry - 1
        try:
            for ordinal, packet in self._fast.packets(entry):
                if ordinal != previous + 1:
                    raise _Irregular
                previous = self._sent = ordinal
                if flags[ordinal] & CORRUPT or (ordinal in losses and ordinal != entry):
                    raise _Irregular
                if not packet.size:
                    continue
                packet.pts = packet.dts = ordinal
                for picture in self._decode(packet):
                    yield _ordinal_of(picture), picture
            for picture in self._fast.stream.codec_context.decode(None):
                yield _ordinal_of(picture), picture
        except av.FFmpegError:
            raise _Irregular from None

    def _decode(self, packet: "av.Packet[VideoStream]") -> list[VideoFrame]:
        """Where GOPs are open, errors before the first picture that counts are those of pictures shown before it."""
        try:
            return packet.decode()
        except av.FFmpegError:
            if self._is_landing and self._media.timeline.has_open_gops:
                return []
            raise

    def _read_careful(self, first: int) -> Iterator[tuple[int, VideoFrame | Fault]]:
        """Hold pictures back until no fault found later can concern them, then say of each what became of it."""
        line = self._media.timeline
        entry, floor = line.entry(first)
        damage = Damage(line)
        waiting: dict[int, VideoFrame] = {}
        expected = last = floor
        for ordinal, picture in self._pictures_noting(damage, entry, floor):
            frame = line.frames[ordinal]
            if frame >= expected:
                waiting[frame] = picture
                last = max(last, frame)
            while expected + _WINDOW < last:
                verdict = damage.judge(expected, waiting.pop(expected, None))
                if expected >= first:
                    yield expected, verdict
                expected += 1
        for frame in range(expected, len(line)):
            verdict = damage.judge(frame, waiting.pop(frame, None))
            if frame >= first:
                yield frame, verdict

    def _pictures_noting(self, damage: Damage, entry: int, floor: int) -> Iterator[tuple[int, VideoFrame]]:
        """Every picture the decoder makes; what goes wrong is noted, but for what cannot come out right from here."""
        line, codec = self._media.timeline, self._media.codec
        free: set[int] = set()
        for ordinal, item in self._pictures_and_faults(entry, damage, free):
            frame = line.frames[ordinal]
            is_out_of_reach = 0 <= frame < floor or ordinal < line.entries[0] if line.entries else False
            if is_out_of_reach:
                continue
            if isinstance(item, Fault):
                damage.note(ordinal, item.reason, spreads=ordinal not in free)
                continue
            if item.is_corrupt:
                is_free = ordinal in free or (codec in _B_IS_FREE and item.pict_type == PictureType.B)
                damage.note(ordinal, "its packet is damaged; the decoder had to make up a part", spreads=not is_free)
            yield ordinal, item

    def _pictures_and_faults(
        self, entry: int, damage: Damage, free: set[int]
    ) -> Iterator[tuple[int, VideoFrame | Fault]]:
        """``free`` gathers packets that nothing builds on; a picture or fault comes after its packet was sent."""
        media = self._media
        if self._careful is None:
            self._careful = Demuxer(media, careful=True)
        previous = entry - 1
        for ordinal, packet in self._careful.packets(entry):
            yield from self._missing(previous + 1, ordinal)
            previous = ordinal
            if ordinal in media.timeline.losses and ordinal != entry:
                damage.note_loss_before(ordinal)
            if not packet.size:
                continue
            if packet.is_disposable or (media.codec == "h264" and nothing_builds_on(memoryview(packet))):
                free.add(ordinal)
            if media.packets.flags[ordinal] & CORRUPT:
                yield ordinal, Fault("its packet is not whole")
            packet.pts = packet.dts = ordinal
            try:
                pictures = packet.decode()
            except av.FFmpegError:
                yield ordinal, Fault("its packet is broken")
                continue
            for picture in pictures:
                yield _ordinal_of(picture), picture
        yield from self._missing(previous + 1, len(media.packets))
        yield from ((_ordinal_of(picture), picture) for picture in _drain(self._careful))

    def _missing(self, begin: int, end: int) -> Iterator[tuple[int, Fault]]:
        for ordinal in range(begin, end):
            if self._media.packets.flags[ordinal] & MISSING:
                yield ordinal, Fault("its packet is missing from the file, which is damaged here")


def _drain(demuxer: Demuxer) -> list[VideoFrame]:
    """The pictures a decoder still holds when the packets are at their end."""
    try:
        return demuxer.stream.codec_context.decode(None)
    except av.FFmpegError:
        return []


def _ordinal_of(picture: VideoFrame) -> int:
    """The ordinal that went in as the packet's time; a decoder hands it on with the picture."""
    return picture.pts if picture.pts is not None else 0
