"""What the first bytes of an H.264 packet say of its picture (ITU-T H.264, 7.3 and 7.4), without decoding it."""

from collections.abc import Iterator

_SLICE, _IDR_SLICE = 1, 5
_I_SLICES = {2, 4, 7, 9}


def nothing_builds_on(packet: memoryview) -> bool:
    """Whether the picture says that no other refers to it: nal_ref_idc is 0."""
    unit = _first_slice(packet)
    return unit is not None and not unit[0] & 0x60


def is_intra(packet: memoryview) -> bool:
    """Whether a picture marked as a key picture draws on no other.

    Containers also mark where a stream with periodic intra refresh begins to recover; nothing can be decoded from
    there until several pictures later, and those may differ from what was filmed.
    """
    unit = _first_slice(packet)
    if unit is None or unit[0] & 0x1F == _IDR_SLICE:
        return True
    _, slice_type = _exp_golomb(unit[1:])
    return slice_type in _I_SLICES


def _first_slice(packet: memoryview) -> bytes | None:
    for unit in _units(packet):
        if unit[0] & 0x1F in (_SLICE, _IDR_SLICE) and not unit[0] & 0x80:
            return unit
    return None


def _units(packet: memoryview) -> Iterator[bytes]:
    """The first bytes of each unit; none where the packet is damaged.

    Units follow their length in 4 bytes (MP4, Matroska) or a start code (annex B). A length of 256 to 511 looks like a
    start code, so lengths are tried first: they must fill the packet exactly.
    """
    starts, start = [], 0
    while start + 5 <= len(packet):
        starts.append(start + 4)
        start += 4 + int.from_bytes(packet[start : start + 4], "big")
    if start == len(packet):
        yield from (bytes(packet[start : start + 17]) for start in starts)
    elif bytes(packet[:3]) in (b"\0\0\1", b"\0\0\0"):
        yield from (part[:17] for part in bytes(packet[:4096]).split(b"\0\0\1")[1:] if part)


def _exp_golomb(data: bytes) -> tuple[int, int]:
    """The first two unsigned numbers of a slice header, its first macroblock and its type (9.1); -1 past the end."""
    bits = "".join(f"{byte:08b}" for byte in data)
    numbers, start = [-1, -1], 0
    for place in range(2):
        one = bits.find("1", start)
        end = 2 * one - start + 1
        if one < 0 or end > len(bits):
            break
        numbers[place], start = int(bits[one:end], 2) - 1, end
    return numbers[0], numbers[1]
