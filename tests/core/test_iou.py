"""IoU of many masks and boxes against pycocotools, number for number."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pointreel.core import Box, Mask, MaskError, box_iou_matrix, iou, iou_matrix

from .strategies import Pixels, several

coco: Any = pytest.importorskip("pycocotools.mask")

noise = [np.random.default_rng(seed).random((97, 131)) > 0.5 for seed in range(5)]
noise[1][-1, -1] = noise[3][-1, -1] = noise[2][0, 0] = True


def discs(number: int, height: int, width: int, seed: int) -> list[Pixels]:
    """Discs with a bite, so that some columns have two runs."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]

    def disc(least: float, most: float) -> Pixels:
        cy, cx, radius = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(least, most) * height
        inside: Pixels = (y - cy) ** 2 + (x - cx) ** 2 < radius**2
        return inside

    return [disc(0.05, 0.4) & ~disc(0.02, 0.2) for _ in range(number)]


def compare(a: list[Pixels], b: list[Pixels], crowd: list[bool]) -> None:
    one, two = [Mask.from_array(pixels) for pixels in a], [Mask.from_array(pixels) for pixels in b]
    expected = coco.iou([mask.to_coco() for mask in one], [mask.to_coco() for mask in two], crowd)
    assert np.array_equal(iou_matrix(one, two, crowd), expected)
    if not any(crowd):
        assert np.array_equal(iou_matrix(one, two), expected)


@given(several(5), st.lists(st.booleans(), min_size=3, max_size=3))
@settings(max_examples=150)
@example([np.zeros((4, 5), bool)] * 5, [False, True, False])
@example([np.ones((4, 5), bool), *[np.zeros((4, 5), bool)] * 4], [False, True, False])
@example([np.ones((4, 5), bool)] * 5, [False, True, False])
@example(noise, [False, True, False])
def test_ious_are_those_of_pycocotools(pictures: list[Pixels], crowd: list[bool]) -> None:
    compare(pictures[:2], pictures[2:], crowd)


@pytest.mark.parametrize(("height", "width"), [(480, 854), (854, 480), (1080, 1920), (1, 700), (700, 1), (64, 64)])
def test_ious_of_large_masks_are_those_of_pycocotools(height: int, width: int) -> None:
    pictures = discs(16, height, width, seed=height)
    compare([*pictures[:9], np.ones((height, width), bool)], pictures[7:], [False, True, False] * 3)


def test_ious_of_smooth_and_noisy_masks_together() -> None:
    compare([*discs(4, 97, 131, 0), noise[0]], [*noise[1:], *discs(3, 97, 131, 1)], [False] * 7)


def test_sums_that_are_added_up_in_many_small_parts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iou, "_WAITING", 5)
    monkeypatch.setattr(iou, "_BLOCK", 64)
    pictures = discs(12, 120, 160, seed=3)
    compare(pictures[:6], pictures[4:], [False] * 8)
    compare(noise[:3], noise[2:], [False] * 3)


@pytest.mark.parametrize("num_rows", [2047, 2048])
def test_columns_higher_than_small_numbers_hold(num_rows: int) -> None:
    full, rest = np.ones((num_rows, 40), bool), np.ones((num_rows, 40), bool)
    rest[: num_rows // 3] = False
    compare([full, rest], [rest, full, ~rest], [False] * 3)


def test_oddly_spelt_masks_compare_like_others_and_broken_ones_are_refused() -> None:
    plain, odd = Mask.from_coco([4, 5], [3, 4, 13]), Mask(4, 5, b"2022<")  # 2 off, 0 on, 2 off, 2 on, 14 off
    assert iou_matrix([odd, plain], [plain]).tolist() == [[0.5], [1.0]]
    with pytest.raises(MaskError, match="add up to 4 pixels, and its size says 20"):
        iou_matrix([plain, Mask(4, 5, b"22")], [plain])
    with pytest.raises(MaskError, match="break off"):
        iou_matrix([Mask(4, 5, b"3d"), Mask(4, 5, b"0d0")], [plain])


def test_nothing_against_something_is_an_empty_table() -> None:
    assert iou_matrix([], [Mask.empty(2, 2)]).shape == (0, 1)
    assert iou_matrix([Mask.empty(2, 2)], []).shape == (1, 0)
    assert iou_matrix([Mask.empty(0, 3)], [Mask.empty(0, 3)]).tolist() == [[0.0]]


def test_masks_of_two_sizes_and_missing_flags_are_refused() -> None:
    with pytest.raises(MaskError, match="2 x 3, 3 x 2"):
        iou_matrix([Mask.empty(2, 3)], [Mask.empty(3, 2)])
    with pytest.raises(MaskError, match="1 crowd flags for 2 masks"):
        iou_matrix([Mask.empty(2, 3)], [Mask.empty(2, 3)] * 2, [True])


side = st.floats(-20, 20, width=32)
box = st.tuples(side, side, st.floats(0.125, 30, width=32), st.floats(0.125, 30, width=32))


@given(st.lists(box, min_size=1, max_size=6), st.lists(st.tuples(box, st.booleans()), min_size=1, max_size=6))
def test_ious_of_boxes_are_those_of_pycocotools(a: list[Any], b: list[Any]) -> None:
    crowd = [flag for _, flag in b]
    expected = coco.iou(np.array(a, float), np.array([corners for corners, _ in b], float), crowd)
    got = box_iou_matrix([Box(*corners) for corners in a], [Box(*corners) for corners, _ in b], crowd)
    assert np.array_equal(got, expected)


def test_no_boxes_make_an_empty_table() -> None:
    assert box_iou_matrix([], [Box(0, 0, 1, 1)]).shape == (0, 1)
    assert box_iou_matrix([Box(0, 0, 1, 1)], []).shape == (1, 0)
