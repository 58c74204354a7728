"""Many masks at once are what one mask after another would be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pycocotools import mask as official

from pointreel.core import Mask, MaskError
from pointreel.core.bulk import areas_and_boxes, masks_from_coco


@st.composite
def pictures(draw: st.DrawFn) -> list[NDArray[np.bool_]]:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = draw(st.lists(st.sampled_from([0.0, 0.02, 0.5, 0.98, 1.0]), min_size=1, max_size=6))
    return [rng.random((height, width)) < share for share in kinds]


@given(pictures())
@settings(max_examples=100, deadline=None)
def test_masks_areas_and_boxes_are_those_of_pycocotools(arrays: list[NDArray[np.bool_]]) -> None:
    rles = [official.encode(np.asfortranarray(array.astype(np.uint8))) for array in arrays]
    masks = masks_from_coco(rles[0]["size"], [rle["counts"].decode() for rle in rles])
    assert masks == [Mask.from_array(array) for array in arrays]
    for (area, box), rle in zip(areas_and_boxes(masks), rles, strict=True):
        assert area == official.area(rle)
        sides = [0, 0, 0, 0] if box is None else [box.left, box.top, box.width, box.height]
        assert sides == official.toBbox(rle).tolist()


@given(pictures())
@settings(max_examples=50, deadline=None)
def test_areas_and_boxes_are_those_of_each_mask(arrays: list[NDArray[np.bool_]]) -> None:
    masks = [Mask.from_array(array) for array in arrays]
    assert areas_and_boxes(masks) == [(mask.area, mask.box) for mask in masks]


@pytest.mark.parametrize("odd", ["2002", "2R0", "22", "2020"])
def test_masks_that_others_spell_differently_are_spelt_as_ours(odd: str) -> None:
    """Runs of length zero and characters to spare are allowed in, and do not stay."""
    masks = masks_from_coco([2, 2], ["22", odd, "4"])
    assert masks == [Mask.from_coco([2, 2], each) for each in ("22", odd, "4")]
    assert masks[1].counts == Mask.from_array(masks[1].to_array()).counts


@pytest.mark.parametrize("wrong", ["", "5", "2", "~", "2é", "P", "22222"])
def test_one_that_is_no_mask_is_refused(wrong: str) -> None:
    with pytest.raises(MaskError):
        masks_from_coco([2, 2], ["22", wrong, "4"])


def test_nothing_in_nothing_out() -> None:
    assert masks_from_coco([2, 2], []) == []
    assert areas_and_boxes([]) == []
