"""Geometry of masks against the same geometry on pixels."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_fill_holes

from pointreel.core import Box, Mask, MaskError

from .strategies import Pixels, blown_up, pixels, several, sizes

noise = np.random.default_rng(0).random((97, 83)) > 0.45
ring = np.pad(np.pad(np.zeros((2, 3), bool), 1, constant_values=True), 2)


@given(several(2))
@example([np.ones((3, 4), bool), np.zeros((3, 4), bool)])
@example([noise, noise[::-1]])
def test_two_masks_combine_as_their_pixels_do(pair: list[Pixels]) -> None:
    one, two = pair
    a, b = map(Mask.from_array, pair)
    assert a | b == Mask.from_array(one | two)
    assert a & b == Mask.from_array(one & two)
    assert a - b == Mask.from_array(one & ~two)
    assert a.iou(b) == pytest.approx((one & two).sum() / max(1, (one | two).sum()))


@given(several(4))
def test_many_masks_combine_at_once(pictures: list[Pixels]) -> None:
    first, *rest = map(Mask.from_array, pictures)
    assert first.union(*rest) == Mask.from_array(np.any(pictures, axis=0))
    assert first.intersection(*rest) == Mask.from_array(np.all(pictures, axis=0))
    assert first.union() == first.intersection() == first


@pytest.mark.parametrize("combine", [Mask.union, Mask.intersection, Mask.difference, Mask.iou])
def test_masks_of_two_sizes_do_not_combine(combine: Callable[[Mask, Mask], object]) -> None:
    with pytest.raises(MaskError, match="4 x 5, 5 x 4"):
        combine(Mask.empty(4, 5), Mask.empty(5, 4))


@given(pixels(), st.integers(-12, 12), st.integers(-12, 12))
@example(np.ones((4, 3), bool), 0, 0)
@example(np.ones((4, 3), bool), 1, -1)
@example(blown_up(noise[:9, :9], 3, 3), 40, 2)
def test_translated_pixels_move_and_leave_the_picture(picture: Pixels, dx: int, dy: int) -> None:
    expected = np.zeros_like(picture)
    height, width = picture.shape
    for y, x in np.argwhere(picture):
        if 0 <= y + dy < height and 0 <= x + dx < width:
            expected[y + dy, x + dx] = True
    assert Mask.from_array(picture).translate(dx, dy) == Mask.from_array(expected)


@given(pixels(), st.integers(-4, 9), st.integers(-4, 9), st.integers(1, 12), st.integers(1, 12))
def test_a_crop_is_as_large_as_its_box(picture: Pixels, left: int, top: int, width: int, height: int) -> None:
    around = np.pad(picture, 20)
    expected = around[20 + top : 20 + top + height, 20 + left : 20 + left + width]
    expected = np.pad(expected, [(0, height - expected.shape[0]), (0, width - expected.shape[1])])
    assert Mask.from_array(picture).crop(Box(left, top, width, height)) == Mask.from_array(expected)


def test_a_crop_takes_every_pixel_its_box_touches() -> None:
    mask = Mask.from_array(noise)
    assert mask.crop(Box(2.5, 3.9, 4.0, 0.2)) == Mask.from_array(noise[3:5, 2:7])
    assert mask.crop(mask.box or Box(0, 0, 1, 1)) == mask


@pytest.mark.parametrize("box", [Box(0, 0, 0, 4), Box(0, 0, 4, -1), Box(float("nan"), 0, 1, 1)])
def test_a_box_without_pixels_crops_nothing(box: Box) -> None:
    with pytest.raises(MaskError, match="holds no pixel"):
        Mask.empty(5, 5).crop(box)


@given(pixels(), st.integers(1, 40), st.integers(1, 40))
@example(noise, 97, 83)
@example(np.ones((3, 5), bool), 1, 1)
def test_a_resized_pixel_is_the_old_pixel_that_holds_its_centre(picture: Pixels, height: int, width: int) -> None:
    rows = [int((2 * y + 1) * picture.shape[0] // (2 * height)) for y in range(height)]
    columns = [int((2 * x + 1) * picture.shape[1] // (2 * width)) for x in range(width)]
    assert Mask.from_array(picture).resize(height, width) == Mask.from_array(picture[rows][:, columns])


@given(pixels(sizes()), st.integers(1, 5), st.integers(1, 5))
def test_enlarging_by_whole_numbers_makes_blocks(picture: Pixels, rows: int, columns: int) -> None:
    large = Mask.from_array(picture).resize(picture.shape[0] * rows, picture.shape[1] * columns)
    assert large == Mask.from_array(blown_up(picture, rows, columns))
    assert large.resize(*picture.shape) == Mask.from_array(picture)


def test_no_mask_has_no_pixels_after_resizing() -> None:
    with pytest.raises(MaskError, match="cannot be resized to 0 x 4"):
        Mask.empty(5, 5).resize(0, 4)
    with pytest.raises(MaskError, match="0 x 5 cannot"):
        Mask.empty(0, 5).resize(3, 4)


@given(pixels())
@settings(max_examples=200)
@example(ring)
@example(noise)
@example(blown_up(~noise, 2, 3))
@example(np.zeros((4, 4), bool))
@example(np.ones((4, 4), bool))
def test_holes_are_filled_as_scipy_fills_them(picture: Pixels) -> None:
    assert Mask.from_array(picture).fill_holes() == Mask.from_array(binary_fill_holes(picture))


def test_background_that_touches_only_at_a_corner_is_still_a_hole() -> None:
    diamond = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    assert Mask.from_array(diamond).fill_holes().area == 5


def test_a_spiral_has_no_hole_however_long_its_corridor() -> None:
    wall = np.ones((41, 41), bool)
    y, x, step = 0, 1, (1, 0)
    for length in [n for n in range(38, 0, -2) for _ in range(2)]:
        for _ in range(length):
            wall[y, x] = False
            y, x = y + step[0], x + step[1]
        step = (-step[1], step[0])
    assert np.array_equal(Mask.from_array(wall).fill_holes().to_array(), binary_fill_holes(wall))
