"""Where the outermost structure of a video file breaks: it ends early, or something in it was overwritten.

FFmpeg reads on after such a break without a word, and the frames that lay there are simply not there any more. Only
headers are read here, a few bytes each, so this costs little beside reading the packets.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Break:
    """From byte ``offset`` on something is missing; ``at_end`` when that is the end of the file."""

    offset: int
    problem: str
    at_end: bool


def find_breaks(path: Path, container: str) -> tuple[Break, ...]:
    """Every break of a file, in order; none for containers that have no structure to check (MPEG-TS, raw streams).

    ``container`` is FFmpeg's name of the format, such as ``mov,mp4,m4a,3gp,3g2,mj2``.
    """
    walk = next((walk for name, walk in _WALKS.items() if name in container.split(",")), None)
    if walk is None:
        return ()
    with path.open("rb") as file:
        return tuple(walk(file, path.stat().st_size))


def _early_end(num_bytes: int) -> Break:
    return Break(num_bytes, "the file ends early", at_end=True)


def _walk_boxes(file: BinaryIO, num_bytes: int) -> Iterator[Break]:
    """ISO/IEC 14496-12, 4.2: boxes of (size, type); size 1 means a 64-bit size follows, 0 means to the end."""
    offset = 0
    while offset + 8 <= num_bytes:
        file.seek(offset)
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        if size < 8 or not kind.isascii():
            return
        offset += size
    if offset > num_bytes:
        yield _early_end(num_bytes)


def _walk_riff(file: BinaryIO, num_bytes: int) -> Iterator[Break]:
    """An AVI is RIFF chunks one after another; a size of 0 or all ones was never filled in and says nothing."""
    offset = 0
    while offset + 12 <= num_bytes:
        file.seek(offset)
        kind, size = struct.unpack("<4sI", file.read(8))
        if kind != b"RIFF" or size in (0, 0xFFFFFFFF):
            return
        offset += 8 + size + size % 2
    if offset > num_bytes + 1:
        yield _early_end(num_bytes)


def _walk_gif(file: BinaryIO, num_bytes: int) -> Iterator[Break]:
    """GIF89a, appendix B: a logical screen, then extensions and images in sub-blocks, then the trailer 0x3B.

    A file that stops after a whole image only lacks the trailer, as many do; that is no break.
    """
    screen = file.read(13)
    file.seek(_colours(screen[10]) if len(screen) == 13 else num_bytes, 1)
    while (block := file.read(1)) in (b"!", b","):
        description = file.read(1 if block == b"!" else 9)
        has_colours = block == b"," and len(description) == 9
        file.seek(_colours(description[8]) + 1 if has_colours else 0, 1)
        if not _pass_sub_blocks(file):
            yield _early_end(num_bytes)
            return
    if file.tell() > num_bytes:
        yield _early_end(num_bytes)
    elif block not in (b";", b""):
        yield Break(file.tell() - 1, "the file is overwritten", at_end=False)


def _pass_sub_blocks(file: BinaryIO) -> bool:
    """Whether they came to their end, a sub-block of length 0."""
    while length := file.read(1):
        if length == b"\0":
            return True
        file.seek(length[0], 1)
    return False


def _colours(packed: int) -> int:
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


_SEGMENT, _CLUSTER, _TRACKS = 0x18538067, 0x1F43B675, 0x1654AE6B
_TRACK_ENTRY, _TRACK_NUMBER, _SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK = 0xAE, 0xD7, 0xA3, 0xA0, 0xA1
_TOP = {0x1A45DFA3, _SEGMENT, 0xEC}
_IN_SEGMENT = {0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, _CLUSTER, 0x1941A469, 0x1043A770, 0x1254C367, 0xEC, 0xBF}
_IN_CLUSTER = {0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, 0xAF, 0xEC, 0xBF}
_HEAD = 12
"""Bytes of the longest id and size together."""


def _walk_matroska(file: BinaryIO, num_bytes: int) -> Iterator[Break]:
    """RFC 9559: the segment's children, and the clusters' children, must be elements that may stand there.

    A segment or cluster of unknown size, as live recorders write, ends where an element of the level above begins.
    """
    offset, segment_end, cluster_end = 0, num_bytes, -1
    tracks: frozenset[int] = frozenset()
    while offset < num_bytes:
        element, size, start = _read_element(file, offset)
        if offset >= cluster_end or (cluster_end == num_bytes and element in _IN_SEGMENT - _IN_CLUSTER):
            cluster_end = -1
        is_allowed = element in (_IN_CLUSTER if cluster_end >= 0 else _IN_SEGMENT | _TOP)
        end = num_bytes if size is None else start + size
        if not is_allowed and num_bytes - offset < _HEAD:
            segment_end = num_bytes + 1
            break
        if not is_allowed or not _is_of_a_track(file, element, start, tracks):
            yield Break(offset, "the file is overwritten", at_end=False)
            is_end_known = 0 <= cluster_end < num_bytes
            offset = end if is_allowed else cluster_end if is_end_known else _next_cluster(file, offset + 1, num_bytes)
            cluster_end = cluster_end if is_allowed else -1
            continue
        if element == _SEGMENT:
            offset, segment_end = start, end
        elif element == _CLUSTER:
            offset, cluster_end = start, min(end, num_bytes)
        else:
            tracks = _track_numbers(file, start, end) if element == _TRACKS else tracks
            offset = end
    if max(offset, segment_end) > num_bytes:
        yield _early_end(num_bytes)


def _track_numbers(file: BinaryIO, offset: int, end: int) -> frozenset[int]:
    """The numbers of all tracks, which blocks begin with."""
    numbers = set()
    while offset < end:
        element, size, start = _read_element(file, offset)
        if element == _TRACK_NUMBER:
            file.seek(start)
            numbers.add(int.from_bytes(file.read(size or 0), "big"))
        offset = start if element == _TRACK_ENTRY else start + (size or 0)
    return frozenset(numbers)


def _is_of_a_track(file: BinaryIO, element: int, start: int, tracks: frozenset[int]) -> bool:
    """Whether a block, alone or first in its group, begins with the number of a track; True for other elements."""
    if element == _BLOCK_GROUP:
        element, _, start = _read_element(file, start)
    if element not in (_SIMPLE_BLOCK, _BLOCK) or not tracks:
        return True
    file.seek(start)
    head = file.read(8).ljust(8, b"\0")
    length = 9 - head[0].bit_length()
    return int.from_bytes(head[:length], "big") & (1 << 7 * length) - 1 in tracks


def _read_element(file: BinaryIO, offset: int) -> tuple[int, int | None, int]:
    """The id of the element at ``offset``, the size of its content (None: unknown) and where that starts."""
    file.seek(offset)
    head = file.read(_HEAD).ljust(_HEAD, b"\0")
    id_length = 9 - head[0].bit_length() if head[0] else 1
    first = head[id_length] if id_length <= 4 else 0
    if not first:
        return 0, 0, offset + 1
    length = 9 - first.bit_length()
    size = int.from_bytes(head[id_length : id_length + length], "big") & (1 << 7 * length) - 1
    unknown = size == (1 << 7 * length) - 1
    return int.from_bytes(head[:id_length], "big"), None if unknown else size, offset + id_length + length


def _next_cluster(file: BinaryIO, offset: int, num_bytes: int) -> int:
    mark = _CLUSTER.to_bytes(4, "big")
    file.seek(offset)
    kept = b""
    while block := file.read(1 << 20):
        found = (kept + block).find(mark)
        if found >= 0:
            return file.tell() - len(block) - len(kept) + found
        kept = block[-3:]
    return num_bytes


_WALKS: dict[str, Callable[[BinaryIO, int], Iterator[Break]]] = {
    "mp4": _walk_boxes,
    "avi": _walk_riff,
    "gif": _walk_gif,
    "matroska": _walk_matroska,
}
