from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pointreel.core import Frame, Mask, PointreelError, Points, Segment
from pointreel.video.colours import colour_of, text_colour_on
from pointreel.video.draw import OUTLINES, OverlayStyle, overlay
from pointreel.video.tags import place_tag, shortened, tag_size

RGB = NDArray[np.uint8]
BARE = OverlayStyle(ids=False, names=False)


def noise(height: int = 96, width: int = 128, seed: int = 0) -> RGB:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def ellipse(height: int = 96, width: int = 128, at: tuple[int, int] = (60, 50)) -> NDArray[np.bool_]:
    canvas = np.zeros((height, width), np.uint8)
    cv2.ellipse(canvas, at, (25, 15), 20, 0, 360, 1, -1)
    return canvas > 0


def changed(before: RGB, after: RGB) -> NDArray[np.bool_]:
    return (before != after).any(-1)


def near(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1,) * 2)) > 0


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000), density=st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]), opacity=st.sampled_from([0, 0.4])
)
def test_pixels_away_from_the_mask_stay_exactly_as_they_are(seed: int, density: float, opacity: float) -> None:
    rgb = noise(40, 60, seed)
    mask = np.random.default_rng(seed).random((40, 60)) < density
    after = overlay(rgb, {3: mask}, style=OverlayStyle(opacity=opacity, ids=False))
    assert not changed(rgb, after)[~near(mask, 3)].any()


def test_inside_the_colour_is_mixed_by_opacity() -> None:
    rgb, mask = noise(), ellipse()
    core = ~near(~mask, 5)
    after = overlay(rgb, {2: mask}, style=OverlayStyle(opacity=0.4, ids=False))
    expected = 0.6 * rgb + 0.4 * np.array(colour_of(2))
    assert np.abs(after - expected)[core].max() <= 2


def test_the_contour_has_the_objects_own_colour() -> None:
    rgb, mask = np.full((480, 640, 3), 90, np.uint8), ellipse(480, 640, (300, 200))
    edge = mask & near(~mask, 1)
    after = overlay(rgb, {1: mask}, style=OUTLINES)
    assert np.abs(after[edge].astype(int) - colour_of(1)).mean() < 30
    assert (after[~near(~mask, 5)] == 90).all()


def test_no_contour_without_outline() -> None:
    rgb, mask = noise(), ellipse()
    after = overlay(rgb, {1: mask}, style=OverlayStyle(opacity=0.0, outline=False, ids=False))
    assert np.array_equal(after, rgb)


def test_no_line_where_the_picture_cuts_the_object_off() -> None:
    rgb = np.full((96, 128, 3), 90, np.uint8)
    mask = np.zeros((96, 128), bool)
    mask[30:60, 100:] = True
    after = overlay(rgb, {1: mask}, style=OverlayStyle(opacity=0.0, ids=False))
    assert (after[36:54, 110:] == 90).all()
    assert (after[36:54, 96:104] != 90).any()


def test_the_input_is_left_alone() -> None:
    rgb, mask = noise(), ellipse()
    rgb.flags.writeable = mask.flags.writeable = False
    before = rgb.copy()
    points = Points(np.array([[3.0, 4.0]]), np.array([0]))
    after = overlay(Frame(0, rgb), {1: mask}, points={1: points}, names={1: "cat"})
    assert np.array_equal(rgb, before)
    assert changed(rgb, after).any()
    assert not np.shares_memory(overlay(rgb), rgb)


def test_every_shape_of_a_mask_draws_the_same() -> None:
    rgb, mask = noise(), ellipse()
    as_rle = Mask.from_array(mask)
    pictures = [
        overlay(rgb, {1: m})
        for m in (mask, mask.astype(np.uint8) * 7, as_rle, Segment(as_rle), np.asfortranarray(mask))
    ]
    assert all(np.array_equal(pictures[0], other) for other in pictures[1:])


def test_an_absent_object_draws_nothing() -> None:
    rgb = noise()
    assert np.array_equal(overlay(rgb, {1: np.zeros((96, 128), bool)}, names={1: "cat"}), rgb)
    assert np.array_equal(overlay(rgb, {1: Mask.empty(96, 128)}, points={2: Points.on([])}), rgb)


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(PointreelError, match="found a mask of 10 x 12 for object 5, expected 96 x 128"):
        overlay(noise(), {5: np.ones((10, 12), bool)})


def test_later_ids_lie_over_earlier_ones_whatever_the_order_of_the_mapping() -> None:
    rgb, low, high = noise(), ellipse(), ellipse(at=(70, 55))
    assert np.array_equal(overlay(rgb, {2: high, 1: low}), overlay(rgb, {1: low, 2: high}))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 500), (48, 64), (480, 270), (1080, 1920)])
def test_any_size_of_picture(height: int, width: int) -> None:
    rgb = np.full((height, width, 3), 128, np.uint8)
    points = Points(np.array([[0, 0], [width - 1, height - 1], [width / 2, height / 2]]), np.array([1, 0, 2]))
    after = overlay(rgb, {1: np.ones((height, width), bool)}, points={1: points}, names={1: "a name of some length"})
    assert after.shape == rgb.shape
    assert changed(rgb, after).all()


def test_lines_and_points_grow_with_the_picture() -> None:
    def share(height: int, width: int) -> float:
        rgb, at = np.full((height, width, 3), 90, np.uint8), [[width / 2, height / 2]]
        return float(changed(rgb, overlay(rgb, points={1: Points.on(at)}, style=BARE)).mean())

    assert share(1080, 1920) == pytest.approx(share(480, 854), rel=0.15)


def test_the_kinds_of_points_are_told_apart() -> None:
    rgb = np.full((480, 640, 3), 90, np.uint8)
    xy = np.array([[100, 100], [200, 100], [300, 100]])
    after = overlay(rgb, points={1: Points(xy, np.array([1, 0, 2]))}, style=BARE)
    on, off, unsure = (after[100 - 12 : 113, x - 12 : x + 13] for x in (100, 200, 300))
    assert on[12, 12].tolist() == off[12, 12].tolist() == list(colour_of(1))
    assert np.ptp(unsure[12, 12].astype(int)) < 12
    assert np.array_equal(changed(on, np.full_like(on, 90)), changed(unsure, np.full_like(on, 90)))
    arm, gap = off[12 + 4, 12 + 4], off[12, 12 + 8]
    assert arm.tolist() == list(colour_of(1))
    assert (gap == 90).all()
    assert min(on.min(), off.min(), unsure.min()) < 30, "a dark rim sets points off from a bright ground"


def test_points_outside_the_picture_or_nowhere_draw_nothing() -> None:
    rgb = noise()
    nowhere = np.array([[-5, 10], [1e9, 3], [np.nan, 2], [np.inf, 1], [128, 96]])
    assert np.array_equal(overlay(rgb, points={1: Points.on(nowhere)}), rgb)


def test_colours_never_change_and_differ() -> None:
    assert [colour_of(k) for k in (1, 2, 3)] == [(86, 180, 233), (230, 159, 0), (0, 158, 115)]
    colours = [colour_of(k) for k in range(1, 101)]
    assert len(set(colours)) == 100
    assert all(0 <= channel <= 255 for colour in colours for channel in colour)
    first = np.array(colours[:16], int)
    assert min(np.abs(a - b).sum() for a, b in combinations(first, 2)) > 30
    with pytest.raises(PointreelError, match="found object id 0"):
        colour_of(0)


def test_a_style_may_choose_colours() -> None:
    style = OverlayStyle(colours={1: (0, 0, 0)}, opacity=1.0, ids=False)
    assert (overlay(noise(), {1: np.ones((96, 128), bool)}, style=style) == 0).all()


@given(object_id=st.integers(1, 500))
def test_text_reads_on_every_colour(object_id: int) -> None:
    def luminance(colour: tuple[int, int, int]) -> float:
        linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    one, other = sorted([luminance(colour_of(object_id)), luminance(text_colour_on(colour_of(object_id)))])
    assert (other + 0.05) / (one + 0.05) >= 3


boxes = st.tuples(st.integers(-20, 200), st.integers(-20, 150), st.integers(1, 120), st.integers(1, 90)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@given(targets=st.lists(boxes, min_size=1, max_size=12))
def test_tags_stay_inside_and_off_one_another_while_there_is_room(targets: list[tuple[int, int, int, int]]) -> None:
    taken: list[tuple[int, int, int, int]] = []
    for target in targets:
        left, top = place_tag((30, 12), target, (220, 160), taken)
        assert 0 <= left <= 190
        assert 0 <= top <= 148
        for a in taken:
            assert left >= a[2] or left + 30 <= a[0] or top >= a[3] or top + 12 <= a[1]
        taken.append((left, top, left + 30, top + 12))


def test_a_tag_stands_above_its_object_or_below_at_the_upper_edge() -> None:
    assert place_tag((30, 12), (100, 60, 140, 90), (220, 160), [], gap=4) == (105, 44)
    assert place_tag((30, 12), (100, 5, 140, 30), (220, 160), [], gap=4) == (105, 34)


def test_a_tag_makes_way_for_points_where_it_can() -> None:
    point = (110, 45, 120, 55)
    left, top = place_tag((30, 12), (100, 60, 140, 90), (220, 160), [], [point], gap=4)
    assert (left, top) == (105, 94)


def test_a_full_picture_still_gets_its_tag() -> None:
    everything = (0, 0, 60, 40)
    left, top = place_tag((30, 12), (10, 10, 20, 20), (60, 40), [everything])
    assert 0 <= left <= 30
    assert 0 <= top <= 28


def test_names_are_shortened_to_their_room() -> None:
    text = shortened("12 an uncommonly long name", 14, 100)
    assert text.startswith("12 an")
    assert text.endswith("…")
    assert tag_size(text, 14)[0] <= 100
    assert shortened("cat", 14, 100) == "cat"


def test_names_and_ids_can_be_switched_off() -> None:
    rgb, mask = noise(200, 300), ellipse(200, 300, (150, 100))
    both = overlay(rgb, {1: mask}, names={1: "cat"})
    only_id = overlay(rgb, {1: mask}, names={1: "cat"}, style=OverlayStyle(names=False))
    none = overlay(rgb, {1: mask}, names={1: "cat"}, style=BARE)
    drawn = [int(changed(none, picture).sum()) for picture in (none, only_id, both)]
    assert drawn[0] == 0 < drawn[1] < drawn[2]
    assert np.array_equal(only_id, overlay(rgb, {1: mask}))
