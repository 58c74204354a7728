"""Random points that keep their distance, and as many as fit."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pointreel.points import Scene, samplers
from pointreel.points._exact import largest_set
from pointreel.points._packing import _lattice, _moved_apart
from pointreel.points._room import Room
from pointreel.points._tiles import fewest_tiles, tilings


def sample(mask, num, distance=20.0, seed=0):
    points = samplers.build("random", min_distance=distance).sample(Scene(mask), num, np.random.default_rng(seed))
    return points.xy.astype(int)


def smallest_gap(xy):
    squared = ((xy[:, None] - xy[None]) ** 2).sum(-1)
    return squared[~np.eye(len(xy), dtype=bool)].min(initial=10**9)


def most_that_fit(mask, distance):
    """The true maximum, by trying everything: take the first pixel or leave it."""
    pixels = np.argwhere(mask)
    far = ((pixels[:, None] - pixels[None]) ** 2).sum(-1) >= distance * distance
    keeps = [sum(1 << int(j) for j in np.flatnonzero(row)) for row in far]

    @cache
    def most(free):
        if not free:
            return 0
        first = (free & -free).bit_length() - 1
        rest = free & ~(1 << first)
        return max(1 + most(rest & keeps[first]), most(rest))

    return most((1 << len(pixels)) - 1)


def ellipse(a, b, height=200, width=300):
    yy, xx = np.mgrid[:height, :width]
    return ((yy - height // 2) / a) ** 2 + ((xx - width // 2) / b) ** 2 <= 1


def block(height, width):
    mask = np.zeros((height + 7, width + 9), bool)
    mask[3 : 3 + height, 4 : 4 + width] = True
    return mask


@given(
    mask=st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(lambda shape: arrays(np.bool_, shape)),
    distance=st.sampled_from([0.0, 1.0, 1.5, 3.0, 7.3, 20.0, 500.0]),
    num=st.integers(0, 25),
    seed=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None)
def test_points_are_on_the_mask_and_keep_their_distance(mask, distance, num, seed):
    xy = sample(mask, num, distance, seed)
    assert mask[xy[:, 1], xy[:, 0]].all()
    assert len(np.unique(xy, axis=0)) == len(xy) <= num
    assert smallest_gap(xy) >= distance * distance
    assert (len(xy) > 0) == (num > 0 and mask.any())


@given(
    mask=arrays(np.bool_, (5, 6)),
    distance=st.sampled_from([1.2, 1.5, 2.0, 2.3, 3.0, 4.0]),
    num=st.integers(1, 31),
    seed=st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_never_fewer_than_the_most_that_fit(mask, distance, num, seed):
    assert len(sample(mask, num, distance, seed)) == min(num, most_that_fit(mask, distance))


@pytest.mark.parametrize(
    ("mask", "most"),
    [
        (block(1, 101), 6),  # a line: both ends are used
        (block(1, 200), 10),
        (block(5, 101), 6),
        (block(21, 21), 4),  # the corners
        (block(20, 20), 2),
        (block(41, 41), 9),  # a grid of three by three
        (block(15, 15), 1),  # its diagonal is 19.8
        (ellipse(20, 20), 5),  # a regular pentagon in a circle
        (ellipse(15, 15), 4),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_the_most_that_fit_where_it_is_known(mask, most, seed):
    assert len(sample(mask, 30, seed=seed)) == most


@pytest.mark.parametrize(("mask", "num"), [(ellipse(25, 25), 8), (ellipse(30, 30), 10), (ellipse(20, 50), 12)])
@pytest.mark.parametrize("seed", range(3))
def test_ten_or_so_points_are_found_where_random_ones_alone_do_not_fit(mask, num, seed):
    xy = sample(mask, num, seed=seed)
    assert len(xy) == num
    assert smallest_gap(xy) >= 400


def test_hundreds_of_points_are_as_dense_as_a_lattice():
    xy = sample(ellipse(90, 140), 150)
    assert smallest_gap(xy) >= 400
    area_of_lattice = ellipse(90, 140).sum() / (20 * 18)
    assert len(xy) >= 0.95 * area_of_lattice


def test_where_there_is_room_fewer_points_are_the_first_of_more():
    mask = ellipse(80, 120)
    assert sample(mask, 10)[:4].tolist() == sample(mask, 4).tolist()


def test_the_first_point_is_anywhere_on_the_mask_equally_often():
    mask = block(2, 4)
    rng = np.random.default_rng(3)
    sampler = samplers.build("random")
    counts = np.zeros(mask.shape, int)
    for _ in range(4000):
        x, y = sampler.sample(Scene(mask), 1, rng).xy[0].astype(int)
        counts[y, x] += 1
    assert abs(counts[mask] - 500).max() < 100  # five standard deviations
    assert counts[~mask].sum() == 0


@given(mask=arrays(np.bool_, (6, 5)), squared=st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_no_two_points_fit_into_a_tile(mask, squared):
    xy = np.argwhere(mask)[:, ::-1]
    if not len(xy):
        return
    for tiling in tilings(xy, squared):
        assert sorted(set(tiling.tolist())) == list(range(tiling.max() + 1))
        for tile in range(tiling.max() + 1):
            inside = xy[tiling == tile]
            assert ((inside[:, None] - inside[None]) ** 2).sum(-1).max() < squared


def test_tiles_of_the_right_shape_bound_a_line_and_a_grid_exactly():
    for mask, most in ((block(1, 101), 6), (block(101, 1), 6), (block(41, 41), 9)):
        assert fewest_tiles(np.argwhere(mask), 400).max() + 1 == most


@given(mask=arrays(np.bool_, (5, 6)), distance=st.sampled_from([1.5, 2.0, 2.9]))
@settings(max_examples=40, deadline=None)
def test_the_search_alone_finds_and_proves_the_maximum(mask, distance):
    if not mask.any():
        return
    room = Room(mask, distance)
    best, proven = largest_set(room, [], 100)
    assert proven
    assert len(best) == most_that_fit(mask, distance)
    assert smallest_gap(room.places(best)) >= distance * distance


def test_a_search_that_runs_out_of_branches_says_so():
    room = Room(ellipse(30, 30), 20)
    best, proven = largest_set(room, [], 30)
    assert not proven
    assert smallest_gap(room.places(best)) >= 400
    assert largest_set(room, [], len(best))[1]


def test_moving_points_apart_makes_room_for_one_more():
    room = Room(np.ones((1, 41), bool), 20)
    assert sorted(_moved_apart(room, [14, 35], 3, np.random.default_rng(0))) == [0, 20, 40]


@pytest.mark.parametrize("distance", [1.0, 1.5, 2.0, 7.0, 20.0, 33.3])
def test_a_lattice_keeps_the_distance(distance):
    room = Room(np.ones((90, 120), bool), distance)
    chosen = _lattice(room, 400, np.random.default_rng(0))
    assert smallest_gap(room.places(chosen)) >= distance * distance
    assert len(chosen) >= min(400, 0.9 * 90 * 120 / distance**2)


def test_hundreds_of_scattered_pixels_with_a_few_too_near_are_no_problem():
    mask = np.zeros((76, 76), bool)
    mask[::2, ::2] = True
    mask[1, ::4] = True
    xy = sample(mask, 10_000, 2.0)
    assert len(xy) == 38 * 38
    assert smallest_gap(xy) >= 4
