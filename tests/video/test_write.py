"""Mp4 files are read back with PyAV alone, so that the writer is not judged by our own reader."""

import weakref
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pointreel import video
from pointreel.core import Frame, VideoError
from pointreel.video.write import write_mp4

RGB = NDArray[np.uint8]


def plain(k: int, height: int = 48, width: int = 64) -> RGB:
    """A smooth picture of its own for each number, which survives 4:2:0 and quantisation."""
    ramp = np.linspace(0, 40, width)[None, :, None] + np.linspace(0, 40, height)[:, None, None]
    return (ramp + np.array([40 + 7 * (k % 20), 120, 160 - 6 * (k % 20)])).astype(np.uint8)


def read(path: Path) -> list[tuple[Fraction, RGB]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [(f.pts * stream.time_base, f.to_ndarray(format="rgb24")) for f in container.decode(stream)]


def test_frames_come_back_in_number_order_and_colour(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with write_mp4(path, frame_rate=Fraction(30000, 1001)) as out:
        for k in range(20):
            out.add(plain(k) if k % 2 else Frame(k, plain(k)))
    frames = read(path)
    assert [time for time, _ in frames] == [Fraction(1001 * k, 30000) for k in range(20)]
    worst = max(np.abs(rgb.astype(int) - plain(k)).mean() for k, (_, rgb) in enumerate(frames))
    assert worst < 3


def test_what_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with write_mp4(path, frame_rate=25, crf=30, preset="ultrafast") as out:
        out.add(plain(0))
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt, int(codec.colorspace)) == ("h264", "yuv420p", 1)
        assert container.streams.video[0].average_rate == 25
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@settings(max_examples=12, deadline=None)
@given(
    gaps=st.lists(st.integers(1, 5000), min_size=0, max_size=7),
    start=st.integers(-3000, 3000),
    time_base=st.sampled_from([Fraction(1, 30), Fraction(1001, 30000), Fraction(1, 1000), Fraction(1, 90000)]),
)
def test_given_timestamps_are_kept_to_the_tick(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[int], start: int, time_base: Fraction
) -> None:
    path = tmp_path_factory.mktemp("vfr") / "clip.mp4"
    pts = [start, *(start + np.cumsum(gaps)).tolist()] if gaps else [start]
    with write_mp4(path, pts=pts, time_base=time_base, preset="ultrafast") as out:
        for k in range(len(pts)):
            out.add(plain(k))
    assert [time for time, _ in read(path)] == [(tick - start) * time_base for tick in pts]


def test_duplicate_and_backward_timestamps_lose_no_frame(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with write_mp4(path, pts=[0, 10, 10, 5, 30, 40], time_base=Fraction(1, 100)) as out:
        for k in range(6):
            out.add(plain(k))
    frames = read(path)
    assert [100 * time for time, _ in frames] == [0, 10, 11, 12, 30, 40]
    assert all(np.abs(rgb.astype(int) - plain(k)).mean() < 3 for k, (_, rgb) in enumerate(frames))


def test_the_last_frame_of_a_variable_rate_lasts_as_long_as_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with write_mp4(path, pts=[0, 10, 40], time_base=Fraction(1, 1000)) as out:
        for k in range(3):
            out.add(plain(k))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.duration * stream.time_base == Fraction(70, 1000)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (47, 64), (48, 63), (35, 33)])
def test_odd_sizes_are_padded_and_no_pixel_moves(tmp_path: Path, height: int, width: int) -> None:
    path = tmp_path / "clip.mp4"
    with write_mp4(path, frame_rate=10, crf=5) as out:
        out.add(plain(3, height, width))
    ((_, rgb),) = read(path)
    assert rgb.shape == (height + height % 2, width + width % 2, 3)
    assert np.abs(rgb[:height, :width].astype(int) - plain(3, height, width)).mean() < 4
    assert np.abs(rgb[-1].astype(int) - rgb[height - 1].astype(int)).max() < 12


def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"what was there")

    def write_and_stop() -> None:
        with write_mp4(path, frame_rate=25) as out:
            for k in range(70):
                out.add(plain(k))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_stop()
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "clip.mp4"
    with write_mp4(path, frame_rate=25) as out:
        out.add(plain(0))
        assert not path.exists()
    assert len(read(path)) == 1
    assert list(path.parent.iterdir()) == [path]


def test_no_frame_at_all_is_an_error_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no frame was added"), write_mp4(tmp_path / "clip.mp4", frame_rate=25):
        pass
    assert not list(tmp_path.iterdir())


def test_a_frame_of_another_size_is_named(tmp_path: Path) -> None:
    with write_mp4(tmp_path / "clip.mp4", frame_rate=25) as out:
        out.add(plain(0))
        with pytest.raises(VideoError, match=r"frame 1: found a picture of 40 x 64, expected 48 x 64"):
            out.add(plain(1, height=40))


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8)])
def test_what_is_not_an_rgb_picture_is_refused(tmp_path: Path, bad: RGB) -> None:
    with (
        pytest.raises(VideoError, match=r"frame 0: found a picture of shape .*, expected \(height, width, 3\) uint8"),
        write_mp4(tmp_path / "clip.mp4", frame_rate=25) as out,
    ):
        out.add(bad)


def test_more_frames_than_timestamps_are_refused(tmp_path: Path) -> None:
    with write_mp4(tmp_path / "clip.mp4", pts=[0, 1], time_base=Fraction(1, 25)) as out:
        out.add(plain(0))
        out.add(plain(1))
        with pytest.raises(VideoError, match=r"frame 2: there are timestamps for 2 frames"):
            out.add(plain(2))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give frame_rate, or pts together with time_base"),
        ({"frame_rate": 25, "pts": [0], "time_base": Fraction(1, 25)}, "give frame_rate, or pts"),
        ({"pts": [0]}, "give frame_rate, or pts"),
        ({"pts": [], "time_base": Fraction(1, 25)}, "found 0 timestamps"),
        ({"pts": [0], "time_base": Fraction(-1, 25)}, "positive time base"),
        ({"frame_rate": 0}, "found frame rate 0"),
        ({"frame_rate": float("nan")}, "found frame rate nan"),
        ({"frame_rate": float("inf")}, "found frame rate inf"),
        ({"frame_rate": 25, "preset": "quick"}, "found preset 'quick'"),
        ({"frame_rate": 25, "crf": 52}, "with crf 52"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_written(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(VideoError, match=message), write_mp4(tmp_path / "clip.mp4", **options):
        pass
    assert not list(tmp_path.iterdir())


def test_a_float_rate_means_the_fraction_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with write_mp4(path, frame_rate=30000 / 1001) as out:
        for k in range(3):
            out.add(plain(k))
    assert [time for time, _ in read(path)] == [Fraction(1001 * k, 30000) for k in range(3)]


def test_a_build_without_x264_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(av, "codecs_available", {"mpeg4"})
    with pytest.raises(VideoError, match=r"no H\.264 encoder"), write_mp4(tmp_path / "clip.mp4", frame_rate=25):
        pass


def test_frames_are_not_kept_in_memory(tmp_path: Path) -> None:
    seen: list[weakref.ref[RGB]] = []
    with write_mp4(tmp_path / "clip.mp4", frame_rate=25) as out:
        for k in range(40):
            rgb = plain(k)
            seen.append(weakref.ref(rgb))
            out.add(rgb)
            assert sum(one() is not None for one in seen) <= 2


def test_a_copy_of_a_variable_rate_video_keeps_frames_and_timing(tmp_path: Path) -> None:
    with write_mp4(tmp_path / "source.mp4", pts=[7, 9, 30, 31, 80], time_base=Fraction(1, 600)) as out:
        for k in range(5):
            out.add(plain(4 * k))
    with video.open(tmp_path / "source.mp4") as source:
        info = source.info
        with write_mp4(tmp_path / "copy.mp4", pts=info.pts, time_base=info.time_base) as out:
            for frame in source:
                out.add(frame)
    with video.open(tmp_path / "copy.mp4") as copy:
        assert [600 * tick * copy.info.time_base for tick in copy.info.pts] == [0, 2, 23, 24, 73]
        apart = [[np.abs(copy[k].rgb.astype(int) - plain(4 * n)).mean() for n in range(5)] for k in range(5)]
        assert np.argmin(apart, 1).tolist() == [0, 1, 2, 3, 4]
        assert max(np.diag(apart)) < 8
        assert [small.index for small in video.thumbnails(copy, num=3, height=24)] == [0, 2, 4]
