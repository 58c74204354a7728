"""K-medoids, against its definition written out with the whole matrix of distances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointreel.points import Scene, samplers
from pointreel.points._medoids import first_by_introselect, medoids


def by_definition(xy, num):
    """scikit-learn-extra's alternating k-medoids, step by step, with nothing saved."""
    squared = ((xy[:, None] - xy[None]) ** 2).sum(-1)
    distances = np.sqrt(squared.astype(np.float32))
    chosen = first_by_introselect(distances.sum(axis=1), num)
    for _ in range(300):
        before = chosen.copy()
        nearest = distances[chosen].argmin(axis=0)
        for k in range(num):
            members = np.flatnonzero(nearest == k)
            costs = distances[np.ix_(members, members)].sum(axis=1)
            if costs.min() < costs[members == chosen[k]]:
                chosen[k] = members[costs.argmin()]
        if (chosen == before).all():
            break
    return chosen


@given(seed=st.integers(0, 10_000), num=st.integers(1, 20), side=st.integers(5, 60), size=st.integers(20, 300))
@settings(max_examples=40, deadline=None)
def test_medoids_are_those_of_the_definition(seed, num, side, size):
    rng = np.random.default_rng(seed)
    xy = np.unique(rng.integers(0, side, (size, 2)), axis=0)
    xy = xy[rng.permutation(len(xy))]
    num = min(num, len(xy))
    assert medoids(xy, num).tolist() == by_definition(xy, num).tolist()


@given(values=st.lists(st.integers(0, 30), min_size=1, max_size=80), num=st.integers(1, 80))
@settings(max_examples=100, deadline=None)
def test_introselect_finds_the_smallest(values, num):
    num = min(num, len(values))
    chosen = first_by_introselect(np.array(values, np.float32), num)
    assert len(set(chosen.tolist())) == num
    assert sorted(values[k] for k in chosen) == sorted(values)[:num]


def test_introselect_keeps_the_order_of_a_median_of_three_quickselect():
    values = np.array([5, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], np.float32)
    by_numpy_1_26 = [3, 1, 6, 9, 2]
    assert first_by_introselect(values, 5).tolist() == by_numpy_1_26


def test_one_medoid_of_a_square_is_its_centre():
    mask = np.zeros((40, 40), bool)
    mask[5:26, 9:30] = True
    points = samplers.build("k-medoids").sample(Scene(mask), 1, np.random.default_rng(0))
    assert points.xy.tolist() == [[19, 15]]


def test_medoids_cover_every_part_of_an_object():
    mask = np.zeros((100, 200), bool)
    corners = [(0, 0), (0, 170), (70, 0), (70, 170)]
    for y, x in corners:
        mask[y : y + 30, x : x + 30] = True
    xy = samplers.build("k-medoids").sample(Scene(mask), 4, np.random.default_rng(0)).xy
    assert sorted((y // 70 * 70, x // 170 * 170) for x, y in xy.tolist()) == corners


@pytest.mark.parametrize("max_pixels", [50, 1800])
def test_a_large_mask_is_looked_at_in_part(max_pixels):
    mask = np.ones((700, 700), bool)
    seen = []

    class Listener(np.random.Generator):
        def random(self, *args):
            seen.append(args)
            return super().random(*args)

    sampler = samplers.build("k-medoids", max_pixels=max_pixels)
    points = sampler.sample(Scene(mask), 8, Listener(np.random.PCG64(0)))
    assert len(points) == 8
    assert seen == [(490_000,)]


def test_more_medoids_than_pixels_looked_at_are_still_all_there():
    points = samplers.build("k-medoids", max_pixels=5).sample(
        Scene(np.ones((9, 9), bool)), 12, np.random.default_rng(0)
    )
    assert len(np.unique(points.xy, axis=0)) == 12
