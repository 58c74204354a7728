import weakref
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointreel.core import Frame, PointreelError
from pointreel.video.thumbnails import contact_sheet, evenly_spaced, thumbnails


def frame(k: int) -> Frame:
    return Frame(k, np.full((24, 40, 3), k % 251, np.uint8))


class Video:
    """Ten frames that remember which of them were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> Frame:
        self.asked.append(index)
        return frame(index)


@given(num_frames=st.integers(0, 500), num=st.integers(1, 60))
def test_evenly_spaced_frames(num_frames: int, num: int) -> None:
    chosen = evenly_spaced(num_frames, num)
    assert len(chosen) == min(num, num_frames)
    assert all(0 <= k < num_frames for k in chosen)
    gaps = np.diff(chosen)
    assert not len(gaps) or (gaps.min() >= 1 and gaps.max() - gaps.min() <= 1)
    if 1 < num <= num_frames:
        assert (chosen[0], chosen[-1]) == (0, num_frames - 1)


def test_a_video_is_asked_for_the_chosen_frames_only() -> None:
    video = Video()
    small = thumbnails(video, num=4, height=12)
    assert video.asked == [0, 3, 6, 9] == [one.index for one in small]
    assert all(one.rgb.shape == (12, 20, 3) and one.rgb[0, 0, 0] == one.index for one in small)


@given(num_frames=st.integers(1, 300), num=st.integers(1, 12))
def test_a_stream_of_unknown_length_is_spread_well(num_frames: int, num: int) -> None:
    chosen = [one.index for one in thumbnails(map(frame, range(num_frames)), num=num, height=4)]
    assert len(chosen) == min(num, num_frames)
    if len(chosen) > 1:
        assert chosen[0] == 0
        assert np.diff(chosen).max() <= 1 + 1.5 * (num_frames - 1) / (num - 1)
        assert num_frames - chosen[-1] <= 1 + 0.5 * num_frames / num


def test_a_stream_is_not_kept_in_memory() -> None:
    seen: list[weakref.ref[np.ndarray]] = []
    most = 0

    def stream() -> Iterator[Frame]:
        nonlocal most
        for k in range(200):
            rgb = np.zeros((24, 40, 3), np.uint8)
            seen.append(weakref.ref(rgb))
            most = max(most, sum(one() is not None for one in seen))
            yield Frame(k, rgb)

    thumbnails(stream(), num=6, height=12)
    assert most <= 3


def test_a_sheet_has_tiles_in_rows() -> None:
    sheet = contact_sheet([frame(k + 1).rgb for k in range(5)], columns=3, gap=2, ground=(9, 8, 7))
    assert sheet.shape == (2 * 24 + 2, 3 * 40 + 4, 3)
    assert [sheet[12, 42 * c + 20, 0] for c in range(3)] == [1, 2, 3]
    assert [sheet[38, 42 * c + 20].tolist() for c in range(3)] == [[4] * 3, [5] * 3, [9, 8, 7]]
    assert sheet[12, 40].tolist() == [9, 8, 7]


def test_frames_bear_their_number_and_stay_as_they_were() -> None:
    one = Frame(7, np.full((100, 160, 3), 200, np.uint8))
    sheet = contact_sheet([one])
    assert (sheet[-20:, :30] != 200).any()
    assert (sheet[:70] == 200).all()
    assert (one.rgb == 200).all()
    assert (contact_sheet([one], numbered=False) == 200).all()


def test_tiles_of_another_size_are_fitted() -> None:
    sheet = contact_sheet([frame(1).rgb, np.full((90, 90, 3), 5, np.uint8)], columns=2, gap=0)
    assert sheet.shape == (24, 80, 3)
    assert (sheet[:, 40:] == 5).all()


def test_nothing_to_show_is_an_error() -> None:
    with pytest.raises(PointreelError, match="no frame to show"):
        contact_sheet([])
    with pytest.raises(PointreelError, match="found 0 thumbnails"):
        thumbnails(Video(), num=0)
