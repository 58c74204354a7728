"""Frame k is the k-th frame, whatever the container says and however it is reached."""

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import pointreel.video
from pointreel.video import packets, store

from . import corpus

NAMES = list(corpus.CASES)


@pytest.fixture(scope="module", params=NAMES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return request.param, corpus.write(request.param, tmp_path_factory.mktemp("corpus"))


@pytest.fixture(params=["roomy", "cramped"])
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cramped: three pictures fit into memory and four onto disk, so that seeking and putting aside are at work."""
    if request.param == "cramped":
        monkeypatch.setattr(store, "MEMORY", 3 * corpus.WIDTH * corpus.HEIGHT * 3)
        monkeypatch.setattr(store, "DISK", 4 * corpus.WIDTH * corpus.HEIGHT * 3)


@pytest.mark.usefixtures("room")
def test_three_orders_give_the_same_frames(case: tuple[str, Path]) -> None:
    name, path = case
    expected = corpus.CASES[name]
    with pointreel.video.open(path) as video:
        forwards = list(video)
        assert [frame.index for frame in forwards] == list(range(len(video)))
        assert [corpus.index_of(expected.stored(frame.rgb)) for frame in forwards] == list(expected.indices)
        assert all(frame.rgb.shape == (expected.size[1], expected.size[0], 3) for frame in forwards)

        backwards = list(reversed(video))
        assert [frame.index for frame in backwards] == list(range(len(video)))[::-1]
        assert all(np.array_equal(frame.rgb, forwards[frame.index].rgb) for frame in backwards)

        order = list(range(len(video))) * 2
        random.Random(len(video)).shuffle(order)
        stepping_back = list(range(len(video)))[::-1]
        for k in (*order, *stepping_back, *range(0, len(video), 3)):
            frame = video[k]
            assert frame.index == k
            assert np.array_equal(frame.rgb, forwards[k].rgb), k
        assert video.skipped == ()


def test_pixels_are_those_of_a_bare_decoding_loop(case: tuple[str, Path]) -> None:
    name, path = case
    with av.open(str(path)) as container:
        stream = container.streams.best("video")
        bare = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    with pointreel.video.open(path) as video:
        assert len(video) == len(bare)
        for frame in video:
            assert np.array_equal(corpus.CASES[name].stored(frame.rgb), bare[frame.index])


def test_frames_are_ones_own_to_change(case: tuple[str, Path]) -> None:
    _, path = case
    with pointreel.video.open(path) as video:
        before = video[3].rgb.copy()
        video[4].rgb[:] = 7
        video[3].rgb[:] = 7
        assert video[3].rgb.flags.c_contiguous
        assert np.array_equal(video[3].rgb, before)
        for frame in video:
            frame.rgb[:] = 7
        assert np.array_equal(next(iter(video)).rgb, video[0].rgb)
        assert video[0].rgb.min() != 7 or video[0].rgb.max() != 7


def test_times_never_run_backwards(case: tuple[str, Path]) -> None:
    _, path = case
    with pointreel.video.open(path) as video:
        info = video.info
        assert len(info.pts) == info.num_frames == len(video)
        assert list(info.pts) == sorted(info.pts)
        assert info.seconds(0) == 0.0
        assert info.frame_rate > 0
        assert float(info.duration) > info.seconds(len(video) - 1)


def test_times_of_a_variable_rate_are_kept(tmp_path: Path) -> None:
    with pointreel.video.open(corpus.write("variable rate", tmp_path)) as video:
        times = [round(video.info.seconds(k) * 90) for k in range(len(video))]
        assert times == corpus.VARIABLE
        assert [video.info.frame_at(video.info.seconds(k)) for k in range(len(video))] == list(range(len(video)))
        assert video.info.frame_at(-1) == 0
        assert video.info.frame_at(1e6) == len(video) - 1


def test_what_was_done_to_turn_a_picture_upright_is_said(tmp_path: Path) -> None:
    said = {}
    for name in ("turned clockwise", "half a turn", "mirrored", "transposed", "vp9"):
        folder = tmp_path / name
        folder.mkdir()
        with pointreel.video.open(corpus.write(name, folder)) as video:
            said[name] = video.info.rotation, video.info.mirrored
    assert said == {
        "turned clockwise": (90, False),
        "half a turn": (180, False),
        "mirrored": (0, True),
        "transposed": (270, True),
        "vp9": (0, False),
    }


def test_what_the_container_says_is_in_info(tmp_path: Path) -> None:
    with pointreel.video.open(corpus.write("alpha", tmp_path)) as video:
        info = video.info
    assert (info.kind, info.codec, info.pixel_format, info.has_alpha) == ("file", "qtrle", "argb", True)
    assert (info.frame_rate, info.duration, info.path.name) == (25, Fraction(corpus.NUM_FRAMES, 25), "video.mov")


def test_a_vp9_packet_says_whether_it_is_shown() -> None:
    shown, hidden, superframe = bytes([0x82, 0, 0]), bytes([0x80, 0, 0]), bytes([0x80, 0, 0xC9])
    existing, profile_3 = bytes([0x88, 0, 0]), bytes([0xB1, 0, 0])
    hides = packets.HIDES["vp9"]
    assert [hides(memoryview(data)) for data in (shown, hidden, superframe, existing, profile_3)] == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_real_clips_read_the_same_in_every_order(shared: Path) -> None:
    for path in (shared / "data" / "clips" / name for name in ("bear.mp4", "teddy.mp4")):
        with av.open(str(path)) as container:
            num_frames = sum(1 for _ in container.decode(video=0))
        with pointreel.video.open(path) as video:
            assert len(video) == num_frames
            picked = sorted({0, 1, num_frames // 3, num_frames // 2, num_frames - 1})
            forwards = {frame.index: frame.rgb for frame in video.read(range(num_frames)) if frame.index in picked}
            backwards = {frame.index: frame.rgb for frame in reversed(video) if frame.index in picked}
            for k in (*picked, *picked[::-1]):
                assert np.array_equal(video[k].rgb, forwards[k])
                assert np.array_equal(backwards[k], forwards[k])
