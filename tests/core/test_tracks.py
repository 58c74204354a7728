"""How much tracks overlap, against counting pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointreel.core import Mask, MaskError
from pointreel.core.tracks import TrackRuns, track_iou_matrix

Pixels = list[np.ndarray | None]


@st.composite
def videos(draw: st.DrawFn) -> tuple[tuple[int, int], list[Pixels], list[Pixels]]:
    """Two lists of tracks of one video: noise, full frames, empty frames, and frames without the object."""
    size = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    num_frames = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def track() -> Pixels:
        return [
            None if rng.random() < 0.2 else rng.random(size) < rng.choice([0, 0.2, 0.6, 1]) for _ in range(num_frames)
        ]

    return size, [track() for _ in range(draw(st.integers(0, 4)))], [track() for _ in range(draw(st.integers(0, 4)))]


def masks(tracks: list[Pixels]) -> list[list[Mask | None]]:
    return [[None if pixels is None else Mask.from_array(pixels) for pixels in track] for track in tracks]


def dense(tracks: list[Pixels], size: tuple[int, int]) -> list[np.ndarray]:
    return [np.stack([np.zeros(size, bool) if pixels is None else pixels for pixels in track]) for track in tracks]


@given(videos())
def test_equals_counting_pixels(video: tuple[tuple[int, int], list[Pixels], list[Pixels]]) -> None:
    size, a, b = video
    counted = [[(x & y).sum() / max(1, (x | y).sum()) for y in dense(b, size)] for x in dense(a, size)]
    expected = np.array(counted, np.float64).reshape(len(a), len(b))
    assert np.array_equal(track_iou_matrix(masks(a), masks(b)), expected)
    if a:
        one, two = (TrackRuns.of(masks(side), size, len(a[0])) for side in (a, b))
        assert np.array_equal(one.iou_with(two, at_least=0.5), np.where(expected >= 0.5, expected, 0))
        assert one.num_pixels.tolist() == [x.sum() for x in dense(a, size)]


def test_mean_area_is_over_frames_with_pixels() -> None:
    mask = Mask.from_array([[1, 1], [0, 1]])
    runs = TrackRuns.of([[mask, None, Mask.empty(2, 2), Mask.from_array([[1, 0], [0, 0]])], [None] * 4], (2, 2), 4)
    assert runs.mean_areas().tolist() == [2.0, 0.0]
    assert runs.boxes[:, 0, 0].tolist() == [0, 2, 0, 2]


def test_many_masks_are_read_in_parts() -> None:
    rng = np.random.default_rng(3)
    tracks = [[rng.random((5, 4)) < 0.5 for _ in range(300)] for _ in range(5)]
    expected = [[(x & y).sum() / (x | y).sum() for y in dense(tracks, (5, 4))] for x in dense(tracks, (5, 4))]
    assert np.array_equal(track_iou_matrix(masks(tracks), masks(tracks)), expected)


def test_tracks_of_different_videos_are_refused() -> None:
    small, large = Mask.empty(2, 2), Mask.empty(3, 2)
    with pytest.raises(MaskError, match="all have to be of one size"):
        track_iou_matrix([[small]], [[large]])
    with pytest.raises(MaskError, match="1 frames, and its video has 2"):
        track_iou_matrix([[small, small]], [[small]])
    with pytest.raises(MaskError, match="of one video"):
        TrackRuns.of([[small]], (2, 2), 1).iou_with(TrackRuns.of([[large]], (3, 2), 1))
