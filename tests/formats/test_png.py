"""PNGs of numbers: every kind that datasets use is read as its numbers, and what is not numbers is refused by name."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from pointreel.core import FormatError
from pointreel.core.palette import davis_palette
from pointreel.formats import _png

ROWS = [[0, 1, 2], [255, 0, 7]]


def test_a_palette_png_is_its_indices(tmp_path, put_png):
    labels = _png.read_labels(put_png(tmp_path / "a.png", ROWS))
    assert labels.tolist() == ROWS
    assert labels.dtype == np.uint8


def test_a_grey_png_is_its_values(tmp_path, put_png):
    assert _png.read_labels(put_png(tmp_path / "a.png", ROWS, "L")).tolist() == ROWS


def test_a_black_and_white_png_is_zeros_and_ones(tmp_path, put_png):
    labels = _png.read_labels(put_png(tmp_path / "a.png", [[0, 255], [255, 0]], "1"))
    assert labels.tolist() == [[0, 1], [1, 0]]
    assert labels.dtype == np.uint8


def test_a_wide_png_keeps_its_16_bits(tmp_path, put_png):
    labels = _png.read_labels(put_png(tmp_path / "a.png", [[0, 2005, 10000, 65535]], "I;16"))
    assert labels.tolist() == [[0, 2005, 10000, 65535]]
    assert labels.dtype == np.uint16


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_of_few_bits_is_its_indices(tmp_path, bits):
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8))
    image.putpalette([0, 0, 0, 9, 9, 9] + [5] * 3 * (2**bits - 2))
    image.save(tmp_path / "a.png")
    assert _png.read_header(tmp_path / "a.png").depth == bits
    assert _png.read_labels(tmp_path / "a.png").tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_colours_are_refused_by_name(tmp_path, put_png, mode):
    path = put_png(tmp_path / "ä b.png", ROWS, mode)
    for read in (_png.read_labels, _png.ids_in):
        with pytest.raises(FormatError, match=rf"ä b\.png: found {mode} colours, expected a palette or grey PNG"):
            read(path)


@pytest.mark.parametrize("keep", [10, 30, 60, -8])
def test_a_truncated_png_is_refused_by_name(tmp_path, keep):
    path = tmp_path / "cut.png"
    noise = np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8)
    _png.write_labels(path, noise)
    path.write_bytes(path.read_bytes()[: keep if keep > 0 else -900])
    with pytest.raises(FormatError, match=r"cut\.png: found .*expected (a PNG|a whole one)") as error:
        _png.read_labels(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("content", "found"), [(b"", "an empty file"), (b"hello", "starts with b'hello'")])
def test_what_is_no_png_is_refused(tmp_path, content, found):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    for read in (_png.read_labels, _png.read_header, _png.ids_in):
        with pytest.raises(FormatError, match=found):
            read(path)


def test_a_jpeg_with_the_name_of_a_png_is_refused(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "a.png", "JPEG")
    with pytest.raises(FormatError, match="expected a PNG"):
        _png.read_labels(tmp_path / "a.png")


def test_a_picture_too_large_to_be_honest_is_refused(tmp_path, put_png):
    path = put_png(tmp_path / "a.png", ROWS)
    start = bytearray(path.read_bytes())
    start[16:24] = struct.pack(">II", 1 << 30, 1 << 30)
    path.write_bytes(start)
    with pytest.raises(FormatError, match=r"a\.png: found a damaged PNG"):
        _png.read_labels(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FormatError, match="found nothing, expected a PNG"):
        _png.read_labels(tmp_path / "none.png")


def test_another_size_is_refused(tmp_path, put_png):
    with pytest.raises(FormatError, match="found a size of 3x2, expected 2x3"):
        _png.read_labels(put_png(tmp_path / "a.png", ROWS), (3, 2))


def test_ids_are_the_numbers_that_occur(tmp_path, put_png):
    assert _png.ids_in(put_png(tmp_path / "a.png", ROWS)) == {1, 2, 7, 255}


def test_the_header_tells_kind_and_size(tmp_path, put_png):
    header = _png.read_header(put_png(tmp_path / "a.png", ROWS))
    assert (header.height, header.width, header.is_palette, header.is_wide) == (2, 3, True, False)
    assert _png.read_header(put_png(tmp_path / "b.png", ROWS, "I;16")).is_wide


def test_labels_are_written_in_the_colours_of_davis(tmp_path):
    _png.write_labels(tmp_path / "a.png", np.array(ROWS, np.uint8))
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "P"
        assert image.getpalette() == davis_palette().reshape(-1).tolist()
        assert np.asarray(image).tolist() == ROWS


@given(
    labels=st.sampled_from([np.uint8, np.uint16]).flatmap(
        lambda kind: arrays(kind, array_shapes(min_dims=2, max_dims=2, max_side=9))
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(tmp_path: Path, labels):
    _png.write_labels(tmp_path / "a.png", labels)
    assert np.array_equal(_png.read_labels(tmp_path / "a.png", labels.shape), labels)


@pytest.mark.parametrize(("bits", "on"), [(1, 1), (8, 255)])
def test_a_mask_is_written_in_black_and_white(tmp_path, bits, on):
    pixels = np.array([[True, False, True]])
    _png.write_mask(tmp_path / "a.png", pixels, bits=bits)
    assert _png.read_header(tmp_path / "a.png").depth == bits
    assert _png.read_labels(tmp_path / "a.png").tolist() == [[on, 0, on]]
