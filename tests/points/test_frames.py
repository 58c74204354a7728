"""Which frames are picked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointreel.core import PointreelError
from pointreel.points import frame_samplers


def sample(name, total, seed=0, **options):
    return frame_samplers.build(name, **options).sample(total, np.random.default_rng(seed))


def test_the_list_of_frame_samplers():
    assert frame_samplers.names() == ("all", "evenly", "every", "random")


@pytest.mark.parametrize("name", frame_samplers.names())
@given(total=st.integers(0, 400), seed=st.integers(0, 5))
def test_frames_are_sorted_there_and_each_once(name, total, seed):
    frames = sample(name, total, seed)
    assert list(frames) == sorted(set(frames))
    assert all(isinstance(frame, int) and 0 <= frame < total for frame in frames)


@pytest.mark.parametrize("name", ["evenly", "random"])
@given(total=st.integers(0, 300), num=st.integers(1, 40))
def test_as_many_frames_as_asked_for_or_all(name, total, num):
    frames = sample(name, total, num_frames=num)
    assert len(frames) == min(num, total)
    assert total > num or frames == tuple(range(total))


@given(total=st.integers(2, 5000), num=st.integers(2, 50))
def test_even_frames_include_both_ends_and_are_equally_far_apart(total, num):
    frames = sample("evenly", total, num_frames=num)
    assert (frames[0], frames[-1]) == (0, total - 1)
    steps = np.diff(frames)
    assert steps.max() - steps.min() <= 1 or total <= num


@pytest.mark.parametrize(
    ("total", "num", "frames"),
    [
        (69, 10, (0, 8, 15, 23, 30, 38, 45, 53, 60, 68)),
        (80, 10, (0, 9, 18, 26, 35, 44, 53, 61, 70, 79)),
        (27, 3, (0, 13, 26)),
        (28, 3, (0, 14, 27)),
        (50, 1, (0,)),
        (6, 5, (0, 1, 2, 4, 5)),
    ],
)
def test_even_frames_are_those_of_linspace_rounded(total, num, frames):
    assert sample("evenly", total, num_frames=num) == frames
    assert frames == tuple(np.linspace(0, total - 1, num).round().astype(int).tolist())


def test_every_kth_frame():
    assert sample("every", 12) == (0, 5, 10)
    assert sample("every", 12, step=4, start=1) == (1, 5, 9)
    assert sample("all", 3) == (0, 1, 2)


def test_random_frames_are_the_same_on_every_platform_and_differ_by_seed():
    assert sample("random", 100, 5, num_frames=5) == PINNED
    assert sample("random", 100, 6, num_frames=5) != PINNED


PINNED = (7, 29, 31, 48, 88)


@pytest.mark.parametrize(
    ("name", "options"), [("evenly", {"num_frames": 0}), ("random", {"num_frames": -1}), ("every", {"step": 0})]
)
def test_an_impossible_option_is_refused_by_its_name(name, options):
    with pytest.raises(PointreelError, match=next(iter(options))):
        frame_samplers.build(name, **options)
