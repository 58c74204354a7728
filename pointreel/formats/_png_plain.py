"""The pixels of the simplest PNGs, straight from the inflated bytes: palette, a byte a pixel, no filter, no interlace.

Most label maps are written so, and a general reader takes half as long again over them. Grey pictures mostly use
filters, and undoing those is the general reader's work. Whatever is not whole, not sound to its last check sum or not
that simple gives None, and the general reader says what it is.
"""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = 3
_MOST_PIXELS, _MOST_INFLATION, _HARMLESS = 1 << 26, 1032, 1 << 28


def plain_pixels(data: bytes) -> NDArray[np.uint8] | None:
    """The (H, W) numbers of an 8-bit palette PNG that uses no filter, or None if it is any other file."""
    chunks = list(_chunks(data))
    if len(chunks) < 3 or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or len(chunks[0][1]) != 13:
        return None
    width, height, depth, colour, *methods = struct.unpack(">IIBBBBB", chunks[0][1])
    kinds = [kind for kind, _ in chunks]
    if (depth, colour) != (8, _PALETTE) or any(methods) or b"PLTE" not in kinds:
        return None
    if not 0 < width * height <= _MOST_PIXELS:
        return None
    rows = _inflated(b"".join(body for kind, body in chunks if kind == b"IDAT"), height * (width + 1))
    if rows is None:
        return None
    filtered = np.frombuffer(rows, np.uint8).reshape(height, width + 1)
    return None if filtered[:, 0].any() else filtered[:, 1:]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk up to the end or to the first that is not sound."""
    at = len(_SIGNATURE) if data.startswith(_SIGNATURE) else len(data)
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        check = data[at + 8 + size : at + 12 + size]
        if len(check) < 4 or zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(check, "big"):
            return
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + size


def _inflated(packed: bytes, size: int) -> bytes | None:
    """Exactly ``size`` bytes, or None. Bytes inflate a thousandfold at most, so few cannot fill the memory."""
    if len(packed) * _MOST_INFLATION > max(size, _HARMLESS):
        return None
    try:
        rows = zlib.decompress(packed, bufsize=size + 1)  # one byte to spare, or zlib asks for more memory and copies
    except zlib.error:
        return None
    return rows if len(rows) == size else None
