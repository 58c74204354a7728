"""The short way into plain palette PNGs gives what the long way gives, and leaves it whatever is not plain."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from pointreel.formats._png import read_labels
from pointreel.formats._png_plain import plain_pixels

ROWS = np.array([[0, 1, 2], [255, 0, 7]], np.uint8)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    rows: np.ndarray, *, depth: int = 8, colour: int = 3, interlace: int = 0, rule: int = 0, palette: bytes = bytes(768)
) -> list[bytes]:
    """The parts of a PNG whose rows all name the filter ``rule`` and are written as they are."""
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], depth, colour, 0, 0, interlace)
    packed = zlib.compress(b"".join(bytes([rule]) + row.tobytes() for row in rows))
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"PLTE", palette), chunk(b"IDAT", packed)]
    return [*parts, chunk(b"IEND", b"")]


@given(labels=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=20)))
@settings(max_examples=50, deadline=None)
def test_it_gives_the_pixels(labels: np.ndarray) -> None:
    found = plain_pixels(b"".join(png(labels)))
    assert found is not None
    assert found.tolist() == labels.tolist()


def test_data_in_several_chunks_and_chunks_beside_it_are_read() -> None:
    start, header, palette, data, end = png(ROWS)
    body = data[8:-4]
    halves = chunk(b"IDAT", body[:5]) + chunk(b"IDAT", body[5:])
    found = plain_pixels(start + header + chunk(b"tEXt", b"a\0b") + palette + halves + end)
    assert found is not None
    assert found.tolist() == ROWS.tolist()


@pytest.mark.parametrize(
    "options", [{"depth": 4}, {"colour": 0}, {"colour": 2}, {"interlace": 1}, {"rule": 1}, {"rule": 4}]
)
def test_what_is_not_plain_is_left_alone(options: dict[str, int]) -> None:
    assert plain_pixels(b"".join(png(ROWS, **options))) is None


def test_what_is_not_whole_is_left_alone() -> None:
    whole = b"".join(png(ROWS))
    assert plain_pixels(whole) is not None
    for end in range(len(whole)):
        assert plain_pixels(whole[:end]) is None
    start, header, palette, data, end_chunk = png(ROWS)
    assert plain_pixels(start + header + data + end_chunk) is None  # no palette
    assert plain_pixels(start + palette + data + end_chunk) is None  # no header


@given(at=st.integers(8, 10_000), change=st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_a_byte_that_changed_is_noticed(at: int, change: int) -> None:
    whole = bytearray(b"".join(png(ROWS)))
    at = 8 + at % (len(whole) - 8)
    whole[at] ^= change
    assert plain_pixels(bytes(whole)) is None


@pytest.mark.parametrize("claimed", [(2, 2), (3, 3), (1, 1)])
def test_data_for_another_size_is_left_alone(claimed: tuple[int, int]) -> None:
    start, _, palette, data, end = png(ROWS)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *claimed, 8, 3, 0, 0, 0))
    assert plain_pixels(start + header + palette + data + end) is None


def test_a_small_file_cannot_fill_the_memory() -> None:
    start, header, palette, _, end = png(ROWS)
    bomb = chunk(b"IDAT", zlib.compress(bytes(1 << 29), 9))
    assert plain_pixels(start + header + palette + bomb + end) is None


def test_both_ways_agree(tmp_path: Path) -> None:
    image = Image.fromarray(ROWS)
    image.putpalette(list(range(256)) * 3)
    image.save(tmp_path / "a.png")
    plain = plain_pixels((tmp_path / "a.png").read_bytes())
    assert plain is not None
    assert plain.tolist() == np.asarray(Image.open(tmp_path / "a.png")).tolist()
    assert read_labels(tmp_path / "a.png").tolist() == ROWS.tolist()
