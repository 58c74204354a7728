"""Video files with everything that makes frame identity hard, each frame carrying its index in black and white blocks.

A frame's index is written in bits across its top, so a test reads from the pixels alone which frame it was handed.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

NUM_FRAMES, WIDTH, HEIGHT, BITS = 40, 160, 96, 8


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> Image:
    """A moving pattern with ``index`` written across its top third."""
    ys, xs = np.mgrid[:height, :width]
    image = np.stack([(xs * 2 + index * 3) % 256, (ys * 3 + index) % 256, (xs + ys + index * 5) % 256], axis=-1)
    block = width // BITS
    for bit in range(BITS):
        image[: height // 3, bit * block : (bit + 1) * block] = 255 * (index >> bit & 1)
    return image.astype(np.uint8)


def index_of(rgb: Image) -> int:
    """The index that is written on a picture."""
    height, width = rgb.shape[:2]
    block = width // BITS
    middle = rgb[height // 12 : height // 4]
    bits = [middle[:, bit * block + block // 4 : (bit + 1) * block - block // 4].mean() > 127 for bit in range(BITS)]
    return sum(1 << bit for bit, is_set in enumerate(bits) if is_set)


def encode(
    path: Path,
    codec: str,
    *,
    num_frames: int = NUM_FRAMES,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    pixel_format: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    gop: int = 12,
    b_frames: int | None = None,
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 25),
    container: str | None = None,
    container_options: Mapping[str, str] | None = None,
    matrix: Sequence[int] | None = None,
    num_streams: int = 1,
) -> Path:
    """Write pictures 0, 1, ... at ``times``; a second stream, where there is one, shows them counting down."""
    with av.open(str(path), "w", format=container, options=dict(container_options or {})) as output:
        streams = [output.add_stream(codec, rate=25, options=dict(options or {})) for _ in range(num_streams)]
        for number, stream in enumerate(streams):
            stream.width, stream.height = size if number == 0 else (size[0] // 2, size[1] // 2)
            stream.pix_fmt, stream.gop_size = pixel_format, gop
            stream.time_base = stream.codec_context.time_base = time_base
            if b_frames is not None:
                stream.max_b_frames = b_frames
            if matrix is not None:
                stream.set_display_matrix(matrix)
        for k in range(num_frames):
            for number, stream in enumerate(streams):
                image = picture(k if number == 0 else num_frames - k, stream.width, stream.height)
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = k if times is None else times[k], time_base
                output.mux(stream.encode(frame))
        for stream in streams:
            output.mux(stream.encode(None))
    return path


def remux(source: Path, path: Path, change: Callable[[int, "av.Packet"], bool], container: str | None = None) -> Path:
    """Copy packets that ``change`` lets through, having changed them as it likes."""
    with av.open(str(source)) as opened, av.open(str(path), "w", format=container) as output:
        stream = opened.streams.video[0]
        copy = output.add_stream_from_template(stream)
        ordinal = 0
        for packet in opened.demux(stream):
            if packet.size:
                if change(ordinal, packet):
                    packet.stream = copy
                    output.mux_one(packet)
                ordinal += 1
    return path


@dataclass(frozen=True)
class Case:
    """A file to write, the indices its frames must carry, and how to turn an upright picture back as it was stored."""

    write: Callable[[Path], Path]
    suffix: str
    indices: Sequence[int] = field(default_factory=lambda: range(NUM_FRAMES))
    size: tuple[int, int] = (WIDTH, HEIGHT)
    stored: Callable[[Image], Image] = np.asarray


def plain(suffix: str, codec: str, size: tuple[int, int] = (WIDTH, HEIGHT), **options: object) -> Case:
    return Case(lambda path: encode(path, codec, size=size, **options), suffix, size=size)


def _x264(**options: str) -> dict[str, str]:
    return {"x264-params": ":".join(f"{key}={value}" for key, value in options.items())}


def _boxes(data: bytes, start: int, end: int) -> dict[bytes, tuple[int, int]]:
    found = {}
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        found.setdefault(kind, (start, start + size))
        start += size
    return found


def edit(path: Path, segments: Sequence[tuple[int, int]]) -> Path:
    """Replace the edit list of an mp4 whose moov comes last: ``segments`` are (first frame, number of frames)."""
    data = bytearray(path.read_bytes())
    chain = []
    start, end = 0, len(data)
    for kind in (b"moov", b"trak", b"edts", b"elst"):
        start, end = _boxes(bytes(data), start, end)[kind]
        chain.append(start)
        start += 8
    old_start, old_end = chain[-1], end
    media_time = struct.unpack_from(">i", data, old_start + 20)[0]
    rows = b"".join(struct.pack(">IiI", n * 40, media_time + first * 512, 1 << 16) for first, n in segments)
    new = struct.pack(">I4sII", 16 + len(rows), b"elst", 0, len(segments)) + rows
    data[old_start:old_end] = new
    for box in chain[:-1]:
        struct.pack_into(">I", data, box, struct.unpack_from(">I", data, box)[0] + len(new) - (old_end - old_start))
    path.write_bytes(bytes(data))
    return path


def _trimmed_by_edit_list(path: Path) -> Path:
    return edit(encode(path, "libx264", b_frames=2), [(7, 20)])


def _repeated_by_edit_list(path: Path) -> Path:
    return edit(encode(path, "libx264", b_frames=0), [(0, 12), (24, 12), (12, 12)])


def _cut_inside_open_gop(path: Path) -> Path:
    """HEVC from its second key picture on: the pictures shown before it refer to what was cut, and cannot be shown."""
    params = {"x265-params": "open-gop=1:keyint=12:min-keyint=12:no-scenecut=1:bframes=3:log-level=none"}
    whole = encode(path.with_suffix(".whole.mp4"), "libx265", options=params)
    with av.open(str(whole)) as container:
        keys = [i for i, packet in enumerate(container.demux(video=0)) if packet.is_keyframe and packet.size]
    return remux(whole, path, lambda ordinal, _: ordinal >= keys[1])


def _with_lying_header(path: Path) -> Path:
    """An AVI whose headers promise four times its frames."""
    data = bytearray(encode(path, "mjpeg", pixel_format="yuvj420p").read_bytes())
    struct.pack_into("<I", data, data.index(b"avih") + 8 + 16, 4 * NUM_FRAMES)
    struct.pack_into("<I", data, data.index(b"strh") + 8 + 32, 4 * NUM_FRAMES)
    path.write_bytes(bytes(data))
    return path


def _with_repeated_times(path: Path) -> Path:
    """Frames 10 and 11 are shown at the same time, as are 20, 21 and 22."""

    def change(ordinal: int, packet: "av.Packet") -> bool:
        time = {11: 10, 21: 20, 22: 20}.get(ordinal, ordinal)
        packet.pts = packet.dts = time * 40
        packet.time_base = Fraction(1, 1000)
        return True

    whole = encode(path.with_suffix(".whole.mkv"), "mpeg4", b_frames=0)
    return remux(whole, path, change)


def _with_hidden_pictures(path: Path, codec: str, show_bit: int) -> Path:
    """Before each key picture a copy of it that is not shown, in a packet of its own, as alternate references are."""
    whole = encode(path.with_suffix(".whole.webm"), codec, options={"auto-alt-ref": "0"})
    with av.open(str(whole)) as opened, av.open(str(path), "w") as output:
        stream = opened.streams.video[0]
        copy = output.add_stream_from_template(stream)
        for packet in opened.demux(stream):
            if packet.is_keyframe and packet.size:
                data = bytearray(bytes(packet))
                data[0] &= ~show_bit
                hidden = av.Packet(bytes(data))
                hidden.pts = hidden.dts = packet.pts - 5
                hidden.time_base, hidden.is_keyframe, hidden.stream = packet.time_base, True, copy
                output.mux_one(hidden)
            if packet.size:
                packet.stream = copy
                output.mux_one(packet)
    return path


def _cut_before_its_first_key(path: Path) -> Path:
    """A transport stream that was switched on in the middle of a GOP."""
    whole = encode(path.with_suffix(".whole.ts"), "mpeg2video", b_frames=2, container="mpegts")
    return remux(whole, path, lambda ordinal, _: ordinal >= 5, container="mpegts")


VARIABLE = [k * 9 + (k % 5) * 2 + (100 if k > 20 else 0) for k in range(NUM_FRAMES)]
_ONE = 1 << 16
_CLOCKWISE = (0, _ONE, 0, -_ONE, 0, 0, 0, 0, 1 << 30)
_HALF_TURN = (-_ONE, 0, 0, 0, -_ONE, 0, 0, 0, 1 << 30)
_MIRROR = (-_ONE, 0, 0, 0, _ONE, 0, 0, 0, 1 << 30)
_TRANSPOSE = (0, _ONE, 0, _ONE, 0, 0, 0, 0, 1 << 30)

CASES: dict[str, Case] = {
    "h264 with b-frames": plain(".mp4", "libx264", b_frames=3),
    "h264 with open gops": plain(".mp4", "libx264", b_frames=3, options=_x264(**{"open-gop": "1"})),
    "h264 with one key picture": plain(".mp4", "libx264", gop=1000, b_frames=2),
    "h264 with intra refresh": plain(".mkv", "libx264", options=_x264(**{"intra-refresh": "1", "keyint": "10"})),
    "h264 interlaced": plain(".mkv", "libx264", b_frames=2, options=_x264(tff="1")),
    "hevc with open gops": plain(".mkv", "libx265", options={"x265-params": "open-gop=1:keyint=12:log-level=none"}),
    "hevc cut inside an open gop": Case(_cut_inside_open_gop, ".mp4", range(12, NUM_FRAMES)),
    "variable rate": plain(".mp4", "libx264", times=VARIABLE, time_base=Fraction(1, 90)),
    "variable rate in matroska": plain(".mkv", "libx264", times=VARIABLE, time_base=Fraction(1, 90)),
    "edit list that trims": Case(_trimmed_by_edit_list, ".mp4", range(7, 27)),
    "edit list that repeats": Case(_repeated_by_edit_list, ".mp4", (*range(12), *range(24, 36), *range(12, 24))),
    "fragments": plain(".mp4", "libx264", container_options={"movflags": "frag_keyframe+empty_moov"}),
    "negative start": plain(
        ".mkv", "mpeg4", times=range(-9, NUM_FRAMES - 9), container_options={"avoid_negative_ts": "disabled"}
    ),
    "late start": plain(".mp4", "libx264", times=range(500, 500 + NUM_FRAMES)),
    "times that repeat": Case(_with_repeated_times, ".mkv"),
    "turned clockwise": Case(
        lambda path: encode(path, "libx264", matrix=_CLOCKWISE),
        ".mov",
        size=(HEIGHT, WIDTH),
        stored=lambda rgb: np.rot90(rgb, 1),
    ),
    "half a turn": Case(
        lambda path: encode(path, "libx264", matrix=_HALF_TURN), ".mp4", stored=lambda rgb: rgb[::-1, ::-1]
    ),
    "mirrored": Case(lambda path: encode(path, "libx264", matrix=_MIRROR), ".mp4", stored=lambda rgb: rgb[:, ::-1]),
    "transposed": Case(
        lambda path: encode(path, "libx264", matrix=_TRANSPOSE),
        ".mp4",
        size=(HEIGHT, WIDTH),
        stored=lambda rgb: rgb.transpose(1, 0, 2),
    ),
    "odd size": plain(".mkv", "libx264", size=(161, 97), pixel_format="yuv444p"),
    "odd size, halved colour": plain(".webm", "libvpx-vp9", size=(161, 97)),
    "10 bits": plain(".mkv", "libx265", pixel_format="yuv420p10le", options={"x265-params": "log-level=none"}),
    "grey": plain(".mkv", "ffv1", pixel_format="gray"),
    "alpha": plain(".mov", "qtrle", pixel_format="argb"),
    "vp8 with hidden pictures": Case(lambda path: _with_hidden_pictures(path, "libvpx", 0x10), ".webm"),
    "vp9 with superframes": Case(lambda path: _with_hidden_pictures(path, "libvpx-vp9", 0x02), ".webm"),
    "vp9": plain(".webm", "libvpx-vp9", options={"auto-alt-ref": "1", "lag-in-frames": "16"}),
    "prores": plain(".mov", "prores", pixel_format="yuv422p10le"),
    "avi, mpeg4 with b-frames": plain(".avi", "mpeg4", b_frames=2),
    "avi, h264 with b-frames": plain(".avi", "libx264", b_frames=3),
    "avi with a lying header": Case(_with_lying_header, ".avi"),
    "gif, variable rate": plain(".gif", "gif", pixel_format="rgb8", times=[k * 4 + k % 3 for k in range(NUM_FRAMES)]),
    "no times at all": plain(".264", "libx264", b_frames=3, container="h264"),
    "transport stream": plain(".ts", "libx264", b_frames=3),
    "transport stream cut in a gop": Case(_cut_before_its_first_key, ".ts", range(12, NUM_FRAMES)),
    "two streams": Case(lambda path: encode(path, "libx264", num_streams=2), ".mkv"),
}


def write(name: str, folder: Path) -> Path:
    """Write a case of the corpus into a folder."""
    return CASES[name].write(folder / f"video{CASES[name].suffix}")
