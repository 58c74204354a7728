"""Windows: what goes in through one comes out of it at the same place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointreel.engines.small.windows import Window, extent, side_for

HEIGHT, WIDTH = 90, 120


@given(
    left=st.integers(-60, 110), top=st.integers(-60, 80), side=st.integers(8, 150), size=st.sampled_from([32, 64, 96])
)
def test_a_window_is_always_as_large_as_it_should_be(left: int, top: int, side: int, size: int) -> None:
    window = Window(left, top, side, size)
    picture = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    assert window.crop(picture).shape == (size, size, 3)
    assert window.crop_mask(picture[..., 0] > 99).shape == (size, size)
    rows, columns = window.part(HEIGHT, WIDTH)
    shape = max(0, rows.stop - rows.start), max(0, columns.stop - columns.start)
    if all(shape):
        assert window.spread(np.zeros((size, size), np.float32), HEIGHT, WIDTH).shape == shape


def test_what_is_cut_out_at_full_size_is_the_picture_itself() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    assert np.array_equal(Window(20, 10, 64, 64).crop(picture), picture[10:74, 20:84])


def test_the_frame_is_mirrored_beyond_its_border_and_a_mask_is_not() -> None:
    picture = np.random.default_rng(0).integers(1, 255, (HEIGHT, WIDTH, 3), np.uint8)
    window = Window(-32, 0, 64, 64)
    assert np.array_equal(window.crop(picture)[:, 31], picture[:64, 1])
    soft = window.crop_mask(np.ones((HEIGHT, WIDTH), np.bool_))
    assert soft[:, :32].max() == 0
    assert soft[:, 32:].min() == 1
    assert np.array_equal(window.inside(HEIGHT, WIDTH), soft > 0.5)


@given(left=st.integers(-30, 60), top=st.integers(-30, 40), side=st.integers(40, 120))
def test_a_point_lands_on_the_pixel_that_shows_it(left: int, top: int, side: int) -> None:
    window, point = Window(left, top, side, 64), np.array([[45.0, 33.0]])
    x, y = window.inward(point)[0]
    assert x == pytest.approx((45 - left + 0.5) * 64 / side - 0.5, abs=1e-3)
    assert y == pytest.approx((33 - top + 0.5) * 64 / side - 0.5, abs=1e-3)


def test_a_mask_there_and_back_is_where_it_was() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[30:60, 40:80] = True
    window = Window(20, 10, 80, 64)
    whole = np.zeros((HEIGHT, WIDTH), np.float32)
    whole[window.part(HEIGHT, WIDTH)] = window.spread(window.crop_mask(mask), HEIGHT, WIDTH)
    found = whole > 0.5
    assert (found & mask).sum() / (found | mask).sum() > 0.95


@pytest.mark.parametrize("shift", [(0, 0), (7, -4)])
def test_a_carried_mask_follows_the_shift(shift: tuple[int, int]) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[35:55, 45:70] = True
    moved = np.roll(mask, (shift[1], shift[0]), (0, 1))
    old, new = Window(20, 10, 80, 64), Window(18 + shift[0], 14 + shift[1], 88, 96)
    still = np.zeros((96, 96, 2), np.float32)
    carried = old.carried(old.crop_mask(mask), new, (-shift[0], -shift[1]), still) > 0.5
    wanted = new.crop_mask(moved) > 0.5
    assert (carried & wanted).sum() / (carried | wanted).sum() > 0.93


def test_the_extent_of_a_box_is_the_box() -> None:
    soft = np.zeros((64, 64), np.float32)
    soft[10:30, 20:60] = 1
    x, y, long, root = extent(soft) or (0, 0, 0, 0)
    assert (x, y) == pytest.approx((39.5, 19.5), abs=1)
    assert long == pytest.approx(40, abs=1.5)
    assert root == pytest.approx(800**0.5)
    assert extent(soft * 0) is None


def test_windows_are_neither_tiny_nor_huge() -> None:
    assert side_for(2, 2, 480) == 160
    assert side_for(5000, 4000, 480) == 960
