"""Masks against pycocotools, byte for byte, and against plain pixels."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pointreel.core import Box, Mask, MaskError, PointreelError

from .strategies import Pixels, blown_up, pixels

coco: Any = pytest.importorskip("pycocotools.mask")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools.decode

speckled = np.random.default_rng(0).random((61, 67)) > 0.5


def coco_rle(picture: Pixels) -> dict[str, Any]:
    return coco.encode(np.asfortranarray(picture, np.uint8))


@given(pixels())
@example(np.zeros((1080, 1920), bool))
@example(np.ones((1080, 1920), bool))
@example(np.ones((1, 1), bool))
@example(np.pad(np.ones((1, 1), bool), ((1079, 0), (0, 1919))))
@example(np.pad(np.ones((1, 1), bool), ((0, 1079), (1919, 0))))
@example(blown_up(speckled, 17, 28)[:1080, :1920])
@example(np.random.default_rng(1).random((480, 854)) > 0.5)
@example(np.random.default_rng(2).random((480, 854)) > 0.97)
def test_the_bytes_are_those_of_pycocotools(picture: Pixels) -> None:
    expected = coco_rle(picture)
    height, width = picture.shape
    for array in (picture, np.asfortranarray(picture), picture.astype(np.uint8) * 255, picture.astype(float)):
        assert Mask.from_array(array) == Mask(height, width, expected["counts"])


@given(pixels())
@example(np.zeros((3, 0), bool))
@example(np.zeros((0, 3), bool))
@example(np.zeros((1080, 1920), bool))
@example(np.random.default_rng(1).random((480, 854)) > 0.5)
@example(~(np.random.default_rng(1).random((64, 64)) > 0.5))
@example(np.indices((64, 64)).sum(axis=0) % 2 == 0)
@example(np.indices((64, 63)).sum(axis=0) % 2 == 0)
@example(blown_up(speckled, 8, 3))
def test_pixels_come_back(picture: Pixels) -> None:
    mask = Mask.from_array(picture)
    for order in ("C", "F"):
        array = mask.to_array(order)
        assert array.dtype == bool
        assert array.flags.writeable
        assert array.flags[f"{order}_CONTIGUOUS"]
        assert np.array_equal(array, picture)


@given(pixels())
def test_what_pycocotools_decodes_is_what_was_encoded(picture: Pixels) -> None:
    mask = Mask.from_array(picture)
    assert np.array_equal(coco.decode(mask.to_coco()), picture)
    assert mask.to_coco() == {"size": list(picture.shape), "counts": coco_rle(picture)["counts"].decode()}


def test_parts_of_larger_arrays_are_read_where_they_lie() -> None:
    large = np.random.default_rng(3).random((40, 60)) > 0.7
    for view in (large[3:30, 5:47], large[::2, ::3], large[::-1], large.T[4:20, 1:9], large[:, ::-1]):
        assert np.array_equal(Mask.from_array(view).to_array(), view)


def test_an_array_that_is_no_picture_is_refused() -> None:
    with pytest.raises(MaskError, match=r"\(4, 5, 3\)"):
        Mask.from_array(np.zeros((4, 5, 3)))


@given(pixels())
@example(np.zeros((5, 4), bool))
@example(np.ones((5, 4), bool))
def test_runs_go_both_ways(picture: Pixels) -> None:
    mask = Mask.from_array(picture)
    runs = mask.runs()
    assert runs.sum() == picture.size
    assert (runs[1:] > 0).all()
    flat = picture.ravel(order="F")
    assert np.array_equal(np.repeat(np.arange(len(runs)) % 2 == 1, runs), flat)
    assert Mask.from_runs(*picture.shape, runs) == mask


@given(pixels(), st.data())
def test_runs_of_no_length_change_nothing(picture: Pixels, data: st.DataObject) -> None:
    mask = Mask.from_array(picture)
    runs = mask.runs().tolist()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(runs) - 1))
        first = data.draw(st.integers(0, runs[place]))
        runs[place : place + 1] = [first, 0, runs[place] - first]
    assert Mask.from_coco(picture.shape, [*runs, 0]) == mask
    odd = coco.frPyObjects({"size": list(picture.shape), "counts": [*runs, 0]}, *picture.shape)
    assert Mask.from_coco(odd["size"], odd["counts"]) == mask


@given(pixels(), st.data())
def test_longer_spellings_of_the_same_numbers_are_read_as_pycocotools_does(
    picture: Pixels, data: st.DataObject
) -> None:
    mask = Mask.from_array(picture)
    counts = bytearray()
    for code in mask.counts:
        if code < 80 and data.draw(st.booleans()):
            counts += bytes([code + 32, 48 + (31 if (code - 48) & 16 else 0)])
        else:
            counts.append(code)
    size = list(picture.shape)
    assert Mask.from_coco(size, bytes(counts)) == Mask.from_coco(size, counts.decode()) == mask


def test_every_way_in_makes_equal_masks() -> None:
    ways = [
        Mask.from_array([[0, 1], [0, 1]]),
        Mask.from_runs(2, 2, np.array([2, 2])),
        Mask.from_runs(2, 2, np.array([1, 0, 1, 1, 0, 1, 0])),
        Mask.from_coco([2, 2], "22"),
        Mask.from_coco((2, 2), b"22"),
        Mask.from_coco([2.0, 2.0], [2, 2]),  # type: ignore[list-item]
    ]
    assert len(set(ways)) == 1


@pytest.mark.parametrize(
    ("size", "counts", "message"),
    [
        ([2, 2], "23", "add up to 5 pixels, and its size says 4"),
        ([2, 2], [1, 2], "add up to 3 pixels, and its size says 4"),
        ([2, 2], [], "add up to 0 pixels"),
        ([2, 2], b"", "add up to 0 pixels"),
        ([2, 2], [5, -1], "run 1 of a mask has the length -1"),
        ([2, 2], "2R", "break off after 2 characters"),
        ([2, 2], "2 2", "character 2 .* b' '"),
        ([2, 2], "2é", "character 2 .* 'é'"),
        ([2, 2], b"2\xff", "character 2"),
        ([2, 2], "P" * 30 + "0", "longer than any picture"),
        ([2, 2], [1.5, 2.5], "whole numbers"),
        ([2, 2], [[2], [2]], "whole numbers"),
        ([2], "22", r"\[height, width\]"),
        ([2, 2, 3], "22", r"\[height, width\]"),
        ([-2, -2], "22", r"\[height, width\]"),
        ([2, 1.5], "22", r"\[height, width\]"),
        (["2", "2"], "22", r"\[height, width\]"),
    ],
)
def test_what_is_no_mask_is_refused_in_one_line(size: list[int], counts: str | bytes | list[int], message: str) -> None:
    with pytest.raises(MaskError, match=message) as caught:
        Mask.from_coco(size, counts)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, PointreelError)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=12), st.integers(0, 6), st.integers(0, 6))
def test_any_bytes_are_a_mask_or_an_error(counts: bytes, height: int, width: int) -> None:
    try:
        mask = Mask.from_coco([height, width], counts)
    except MaskError:
        return
    assert Mask.from_array(mask.to_array()) == mask


@given(pixels())
@example(np.ones((4, 3), bool))
@example(np.zeros((4, 3), bool))
@example(np.pad(np.ones((2, 2), bool), ((2, 0), (0, 3))))
def test_area_box_and_centroid_are_those_of_the_pixels(picture: Pixels) -> None:
    mask = Mask.from_array(picture)
    assert mask.area == picture.sum() == coco.area(mask.to_coco())
    assert bool(mask) == picture.any()
    ys, xs = np.nonzero(picture)
    if not len(xs):
        assert mask.box is None
        assert mask.centroid is None
        return
    box = mask.box
    assert box == Box(xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1)
    assert [box.left, box.top, box.width, box.height] == coco.toBbox(mask.to_coco()).tolist()
    assert mask.centroid == pytest.approx((xs.mean(), ys.mean()))


def test_a_box_knows_its_sides() -> None:
    box = Box(2, 3, 4, 5)
    assert (box.right, box.bottom, box.area) == (6, 8, 20)


@given(pixels(), st.lists(st.tuples(st.floats(-3, 300), st.floats(-3, 300)), max_size=20))
@settings(max_examples=50)
def test_a_position_belongs_to_the_nearest_pixel(picture: Pixels, xy: list[tuple[float, float]]) -> None:
    mask = Mask.from_array(picture)
    height, width = picture.shape
    expected = []
    for x, y in xy:
        column, row = int(np.floor(x + 0.5)), int(np.floor(y + 0.5))
        expected.append(0 <= column < width and 0 <= row < height and bool(picture[row, column]))
    assert mask.at(np.array(xy).reshape(-1, 2)).tolist() == expected


def test_every_pixel_is_found_at_its_centre_and_nothing_off_the_picture() -> None:
    mask = Mask.from_array(speckled)
    ys, xs = np.indices(speckled.shape)
    assert np.array_equal(mask.at(np.stack([xs, ys], axis=-1).reshape(-1, 2)).reshape(speckled.shape), speckled)
    full = Mask.from_array(np.ones((4, 4)))
    off = [[-0.6, 0], [0, -0.6], [3.5, 0], [0, 3.5], [np.nan, 1], [np.inf, 1], [1, -np.inf], [1e300, 0]]
    assert not full.at(off).any()


def test_a_mask_can_be_a_key_and_cannot_be_changed() -> None:
    mask = Mask.from_array(np.eye(3))
    assert {mask: "diagonal"}[Mask.from_array(np.eye(3, dtype=bool))] == "diagonal"
    with pytest.raises(AttributeError):
        mask.height = 4  # type: ignore[misc]


def test_bytes_that_do_not_fit_the_size_are_noticed_when_they_are_used() -> None:
    with pytest.raises(MaskError, match="add up to 4 pixels, and its size says 6"):
        Mask(2, 3, b"22").to_array()
