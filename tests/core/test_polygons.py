"""Polygons against pycocotools, byte for byte."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pointreel.core import Mask, MaskError

coco: Any = pytest.importorskip("pycocotools.mask")

anywhere = st.one_of(
    st.floats(-30, 60, width=32),
    st.integers(-5, 40).map(float),
    st.integers(-50, 400).map(lambda tenth: tenth / 10),
)
polygon = st.lists(st.tuples(anywhere, anywhere), min_size=3, max_size=9).map(lambda xy: [n for p in xy for n in p])


def merged(polygons: list[list[float]], height: int, width: int) -> bytes:
    counts: bytes = coco.merge(coco.frPyObjects(polygons, height, width))["counts"]
    return counts


@given(st.lists(polygon, min_size=1, max_size=4), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=400)
@example([[0.0, 0.0, 2.0, 0.0, 2.0, 2.0, 0.0, 2.0]], 4, 4)
@example([[-5.0, -5.0, 60.0, -5.0, 60.0, 60.0, -5.0, 60.0]], 20, 20)
@example([[3.0, 3.0, 3.0, 3.0, 3.0, 3.0]], 9, 9)
@example([[1.0, 1.0, 1.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 1.0]], 9, 9)
@example([[0.0, 0.0, 9.0, 9.0, 9.0, 0.0, 0.0, 9.0]], 9, 9)
def test_polygons_are_rasterised_as_pycocotools_does(polygons: list[list[float]], height: int, width: int) -> None:
    assert Mask.from_polygons(height, width, polygons).counts == merged(polygons, height, width)


@pytest.mark.parametrize("seed", range(6))
def test_large_outlines_with_many_corners_are_the_same_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 300))
    radius = rng.uniform(100, 700, 300)
    corners = np.stack([960 + radius * np.cos(angle), 540 + radius * np.sin(angle)], axis=1)
    mask = Mask.from_polygons(1080, 1920, [corners])
    assert mask.counts == merged([corners.reshape(-1).tolist()], 1080, 1920)


def test_a_square_of_two_by_two_pixels_counts_from_the_corner_of_a_pixel() -> None:
    mask = Mask.from_polygons(4, 5, [[1, 1, 3, 1, 3, 3, 1, 3]])
    assert np.array_equal(mask.to_array(), np.pad(np.ones((2, 2), bool), ((1, 1), (1, 2))))


def test_parts_that_lie_on_each_other_are_one() -> None:
    square = [1.0, 1.0, 5.0, 1.0, 5.0, 5.0, 1.0, 5.0]
    assert Mask.from_polygons(9, 9, [square, square]) == Mask.from_polygons(9, 9, [square])
    assert Mask.from_polygons(9, 9, []) == Mask.empty(9, 9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1, 2, 3, 4], "4 numbers"),
        ([1, 2, 3, 4, 5, 6, 7], "7 numbers"),
        ([1, 2, 3, float("nan"), 5, 6], "nan"),
        ([1, 2, 3, 1e9, 5, 6], "1000000000"),
    ],
)
def test_what_is_no_polygon_is_refused(wrong: list[float], message: str) -> None:
    with pytest.raises(MaskError, match=message):
        Mask.from_polygons(9, 9, [wrong])
