"""What every sampler of points promises, over the list of all there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pointreel.core import PointreelError, UnknownName
from pointreel.points import Scene, samplers

POSITIVES = ("distance-transform", "farthest", "k-medoids", "mixed", "random", "shi-tomasi")
NEGATIVES = ("around-box", "background", "background-mixed", "in-box", "other-objects")
ALWAYS_FULL = ("distance-transform", "farthest", "k-medoids", "mixed", "shi-tomasi", "background-mixed")

MASKS = st.tuples(st.integers(1, 14), st.integers(1, 14)).flatmap(lambda shape: arrays(np.bool_, shape))


def picture(height, width):
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def scene_of(mask, others=(), void=None):
    return Scene(mask, others, picture(*mask.shape), void)


def sample(name, scene, num=10, seed=0, **options):
    return samplers.build(name, **options).sample(scene, num, np.random.default_rng(seed))


def at(mask, points):
    x, y = points.xy.astype(int).T
    return mask[y, x]


def odd_masks():
    """Masks of the kinds that break samplers, by name."""
    yy, xx = np.mgrid[:60, :80]
    blank = np.zeros((60, 80), bool)
    disc = (yy - 30) ** 2 + (xx - 40) ** 2 <= 25**2
    line, border, pixel = blank.copy(), blank.copy(), blank.copy()
    line[17, 3:70] = True
    border[:20, 60:] = True
    pixel[59, 79] = True
    return {
        "empty": blank,
        "one pixel in the corner": pixel,
        "thin line": line,
        "at the border": border,
        "ring": disc & ((yy - 30) ** 2 + (xx - 40) ** 2 >= 20**2),
        "whole frame": ~blank,
        "far pieces": pixel | (disc & (xx < 20)),
        "one row": np.ones((1, 30), bool),
        "one column": np.ones((30, 1), bool),
    }


def test_every_sampler_is_listed_once_with_a_summary():
    assert samplers.names() == tuple(sorted(POSITIVES + NEGATIVES))
    assert all(samplers.summary(name).endswith(".") for name in samplers.names())


def test_an_unknown_sampler_is_answered_with_the_names_there_are():
    with pytest.raises(UnknownName, match="'k-medoids'"):
        samplers.build("k-medoid")


@pytest.mark.parametrize("kind", odd_masks())
@pytest.mark.parametrize("name", POSITIVES)
def test_positives_are_different_pixels_of_the_mask(name, kind):
    mask = odd_masks()[kind]
    points = sample(name, scene_of(mask), 10)
    assert at(mask, points).all()
    assert (points.label == 1).all()
    assert len(points) <= 10
    assert (len(points) > 0) == mask.any()
    if name not in ("mixed", "shi-tomasi"):
        assert len(np.unique(points.xy, axis=0)) == len(points)


@pytest.mark.parametrize("kind", odd_masks())
@pytest.mark.parametrize("name", NEGATIVES)
def test_negatives_are_off_the_mask(name, kind):
    mask = odd_masks()[kind]
    other = np.zeros_like(mask)
    other[: len(mask) // 2] = True
    points = sample(name, scene_of(mask, (other,)), 10)
    assert not at(mask, points).any()
    assert (points.label == 0).all()
    assert len(points) <= 10


@given(mask=MASKS, num=st.integers(0, 30), seed=st.integers(0, 9))
@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("name", ALWAYS_FULL)
def test_as_many_points_as_asked_for_or_every_pixel_once(name, mask, num, seed):
    region = ~mask if name.startswith("background") else mask
    points = sample(name, scene_of(mask), num, seed)
    assert at(region, points).all()
    assert len(points) == min(num, region.sum())
    if num > region.sum():
        assert {(x, y) for x, y in points.xy.tolist()} == {(x, y) for y, x in np.argwhere(region).tolist()}


@given(mask=MASKS, void=MASKS, seed=st.integers(0, 9))
@settings(max_examples=15, deadline=None)
@pytest.mark.parametrize("name", NEGATIVES)
def test_no_negative_is_ever_on_void(name, mask, void, seed):
    void = np.resize(void, mask.shape) & ~mask
    other = ~mask
    points = sample(name, scene_of(mask, (other,), void), 5, seed)
    assert not at(mask | void, points).any()


@given(mask=MASKS, seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
@pytest.mark.parametrize("name", samplers.names())
def test_the_same_seed_gives_the_same_points(name, mask, seed):
    scene = scene_of(mask, (~mask,))
    assert sample(name, scene, 6, seed) == sample(name, scene, 6, seed)


@pytest.mark.parametrize("name", ["random", "k-medoids", "mixed", "background", "in-box", "around-box"])
def test_another_seed_gives_other_points(name):
    mask = np.zeros((200, 300), bool)
    mask[40:150, 60:200] = True
    mask[60:80, 80:120] = False
    scene = scene_of(mask)
    assert sample(name, scene, 6, 0) != sample(name, scene, 6, 1)


# What these samplers gave once, to be the same wherever the tests run.
PINNED = {
    "around-box": [[74, 7], [65, 52], [6, 4], [46, 54]],
    "background": [[52, 5], [4, 45], [6, 4], [56, 53]],
    "distance-transform": [[40, 25], [25, 25], [55, 25], [34, 16]],
    "farthest": [[40, 25], [10, 25], [70, 25], [25, 8]],
    "in-box": [[68, 41], [69, 32], [63, 5], [30, 6]],
    "k-medoids": [[41, 14], [21, 25], [59, 25], [40, 36]],
    "other-objects": [[50, 53], [69, 55], [31, 55], [50, 57]],
    "random": [[18, 17], [59, 39], [50, 14], [35, 44]],
}


@pytest.mark.parametrize("name", sorted(PINNED))
def test_the_points_are_the_same_on_every_platform(name):
    yy, xx = np.mgrid[:60, :80]
    mask = ((yy - 25) / 20) ** 2 + ((xx - 40) / 30) ** 2 <= 1
    other = (yy > 50) & (xx > 20)
    points = sample(name, Scene(mask, (other,)), 4, 123)
    assert points.xy.astype(int).tolist() == PINNED[name]


def test_farthest_points_start_at_the_centre_and_spread():
    mask = np.zeros((40, 120), bool)
    mask[5:36, 15:46] = True
    assert sample("farthest", Scene(mask), 5).xy.tolist() == [[30, 20], [15, 5], [45, 5], [15, 35], [45, 35]]


@given(mask=MASKS, num=st.integers(2, 8))
@settings(max_examples=30, deadline=None)
def test_each_farthest_point_is_as_far_from_those_before_as_any_pixel(mask, num):
    xy = sample("farthest", Scene(mask), num).xy.astype(int)
    pixels = np.argwhere(mask)[:, ::-1]
    for k in range(1, len(xy)):
        gaps = ((pixels[:, None] - xy[None, :k]) ** 2).sum(-1).min(1)
        assert ((xy[k] - xy[:k]) ** 2).sum(-1).min() == gaps.max()


def test_the_deepest_pixel_of_an_object_at_the_border_is_inside():
    mask = np.zeros((50, 50), bool)
    mask[:, :21] = True
    x, y = sample("distance-transform", Scene(mask), 1).xy[0]
    assert x == 10
    assert 10 <= y <= 39


def test_the_whole_frame_has_a_centre():
    assert sample("distance-transform", Scene(np.ones((11, 11), bool)), 1).xy.tolist() == [[5, 5]]


@given(mask=MASKS)
@settings(max_examples=40, deadline=None)
def test_the_deepest_pixel_is_as_far_from_the_outside_as_any(mask):
    inside, outside = np.argwhere(mask), np.argwhere(~np.pad(mask, 1)) - 1
    points = sample("distance-transform", Scene(mask), 1)
    if mask.any():
        depth = ((inside[:, None] - outside[None]) ** 2).sum(-1).min(1)
        chosen = points.xy[0, ::-1].astype(int)
        assert depth[(inside == chosen).all(1)].item() == depth.max()


def test_more_deep_points_fall_into_the_other_discs():
    yy, xx = np.mgrid[:60, :120]
    mask = ((yy - 30) ** 2 + (xx - 30) ** 2 <= 20**2) | ((yy - 30) ** 2 + (xx - 90) ** 2 <= 15**2)
    assert sample("distance-transform", Scene(mask), 2).xy.tolist() == [[30, 30], [90, 30]]


def test_in_box_fills_the_box_and_nothing_else():
    mask = np.zeros((30, 30), bool)
    mask[10:15, 8] = mask[14, 8:20] = True
    points = sample("in-box", Scene(mask), 1000)
    box = np.zeros_like(mask)
    box[10:15, 8:20] = True
    assert {tuple(xy) for xy in points.xy.tolist()} == {(x, y) for y, x in np.argwhere(box & ~mask).tolist()}


def test_an_object_that_fills_its_box_has_no_negative_in_it():
    mask = np.zeros((30, 30), bool)
    mask[10:15, 8:20] = True
    assert len(sample("in-box", Scene(mask), 10)) == 0


@pytest.mark.parametrize(
    ("left", "right", "first", "last"), [(8, 11, 6, 13), (8, 12, 5, 15), (8, 8, 7, 9), (0, 3, 0, 5), (26, 29, 24, 29)]
)
def test_around_box_fills_the_frame_of_a_box_twice_as_large(left, right, first, last):
    mask = np.zeros((40, 30), bool)
    mask[10:14, left : right + 1] = True
    points = sample("around-box", Scene(mask), 10_000)
    around = np.zeros_like(mask)
    around[8:16, first : last + 1] = True
    assert {tuple(xy) for xy in points.xy.tolist()} == {(x, y) for y, x in np.argwhere(around & ~mask).tolist()}


def test_points_on_other_objects_are_shared_among_them_and_off_this_one():
    mask, left, right = (np.zeros((60, 90), bool) for _ in range(3))
    mask[20:40, 30:60], left[10:50, 0:40], right[10:50, 70:90] = True, True, True
    points = sample("other-objects", Scene(mask, (left, right)), 7)
    assert at(left & ~mask, points).sum() == 4
    assert at(right, points).sum() == 3
    assert len(sample("other-objects", Scene(mask), 7)) == 0


def test_background_takes_any_strategy_with_its_options():
    mask = np.zeros((50, 50), bool)
    mask[:, :25] = True
    points = sample("background", Scene(mask), 6, strategy="random", options={"min_distance": 12})
    gaps = ((points.xy[:, None] - points.xy[None]) ** 2).sum(-1)
    assert len(points) == 6
    assert gaps[~np.eye(6, dtype=bool)].min() >= 144
    assert sample("background", Scene(mask), 1, strategy="farthest").xy.tolist() == [[37, 12]]


def test_shi_tomasi_finds_the_corner_of_a_square():
    rgb = np.zeros((80, 80, 3), np.uint8)
    rgb[30:, 35:] = 255
    mask = np.zeros((80, 80), bool)
    mask[10:70, 10:70] = True
    x, y = sample("shi-tomasi", Scene(mask, rgb=rgb), 1).xy[0]
    assert abs(x - 35) <= 1
    assert abs(y - 30) <= 1


def test_shi_tomasi_fills_up_with_medoids_where_there_are_no_corners():
    mask = np.zeros((80, 80), bool)
    mask[10:70, 10:70] = True
    flat = Scene(mask, rgb=np.full((80, 80, 3), 90, np.uint8))
    assert sample("shi-tomasi", flat, 5) == sample("k-medoids", flat, 5, max_pixels=2000)


@pytest.mark.parametrize("name", ["shi-tomasi", "mixed"])
def test_a_sampler_that_looks_at_the_picture_asks_for_it(name):
    with pytest.raises(PointreelError, match="'shi-tomasi' looks for corners in the picture"):
        sample(name, Scene(np.ones((30, 30), bool)), 8)


def test_two_mixed_points_need_no_picture():
    assert len(sample("mixed", Scene(np.ones((30, 30), bool)), 2)) == 2


@pytest.mark.parametrize("name", ["k-medoids", "mixed", "shi-tomasi"])
def test_pixels_are_repeated_on_demand_so_that_every_object_has_as_many(name):
    mask = np.zeros((20, 20), bool)
    mask[4, 5:8] = True
    points = sample(name, scene_of(mask), 8, repeat=True)
    assert len(points) == 8
    assert at(mask, points).all()
    assert len(sample(name, scene_of(~np.ones((5, 5), bool)), 8, repeat=True)) == 0


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("random", {"min_distance": -1}),
        ("random", {"min_distance": float("nan")}),
        ("k-medoids", {"max_pixels": 0}),
        ("around-box", {"percent": 100}),
    ],
)
def test_an_impossible_option_is_refused_by_its_name(name, options):
    with pytest.raises(PointreelError, match=next(iter(options))):
        samplers.build(name, **options)


def test_a_scene_whose_parts_differ_in_size_is_refused():
    with pytest.raises(PointreelError, match="picture"):
        Scene(np.ones((4, 5), bool), rgb=np.zeros((5, 4, 3), np.uint8))
    with pytest.raises(PointreelError, match="other mask 0"):
        Scene(np.ones((4, 5), bool), others=(np.ones((4, 4), bool),))
    with pytest.raises(PointreelError, match="void"):
        Scene(np.ones((4, 5), bool), void=np.ones((1, 5), bool))
    with pytest.raises(PointreelError, match="shape"):
        Scene(np.ones(4, bool))
