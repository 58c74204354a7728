"""Truncated and overwritten files: what is broken is named, what is left keeps its index and its pixels."""

import random
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

import pointreel.video
from pointreel.core import Frame, VideoError
from pointreel.video.structure import find_breaks

from . import corpus

Wound = Callable[[bytearray, int, int], None]

BROKEN = 31


def _wipe_middle(data: bytearray, pos: int, size: int) -> None:
    data[pos + size // 3 : pos + 2 * size // 3] = random.Random(1).randbytes(2 * size // 3 - size // 3)


def _wipe_start(data: bytearray, pos: int, size: int) -> None:
    data[pos : pos + 12] = random.Random(2).randbytes(12)


def _wipe_several(data: bytearray, pos: int, size: int) -> None:
    data[pos : pos + 1500] = random.Random(3).randbytes(1500)


CODECS: dict[str, tuple[str, str, dict[str, object]]] = {
    "h264": ("libx264", ".mp4", {"b_frames": 3}),
    "open gops": ("libx264", ".mp4", {"b_frames": 3, "options": {"x264-params": "open-gop=1"}}),
    "one key": ("libx264", ".mp4", {"b_frames": 2, "gop": 1000}),
    "h264 in matroska": ("libx264", ".mkv", {"b_frames": 3}),
    "fragments": ("libx264", ".mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}),
    "hevc": ("libx265", ".mkv", {"options": {"x265-params": "open-gop=1:keyint=12:log-level=none"}}),
    "vp9": ("libvpx-vp9", ".webm", {"options": {"b": "2M"}}),
    "mpeg4 in avi": ("mpeg4", ".avi", {"b_frames": 2}),
    "mjpeg in avi": ("mjpeg", ".avi", {"pixel_format": "yuvj420p"}),
    "mpeg4 in matroska": ("mpeg4", ".mkv", {}),
    "prores": ("prores", ".mov", {"pixel_format": "yuv422p10le"}),
}
WOUNDS: list[tuple[str, Wound]] = [
    ("h264", _wipe_middle),
    ("h264", _wipe_start),
    ("h264", _wipe_several),
    ("open gops", _wipe_middle),
    ("open gops", _wipe_several),
    ("one key", _wipe_start),
    ("h264 in matroska", _wipe_several),
    ("fragments", _wipe_middle),
    ("hevc", _wipe_several),
    ("vp9", _wipe_several),
    ("mpeg4 in avi", _wipe_middle),
    ("mjpeg in avi", _wipe_middle),
    ("mjpeg in avi", _wipe_several),
    ("mpeg4 in matroska", _wipe_middle),
    ("mpeg4 in matroska", _wipe_several),
    ("prores", _wipe_middle),
    ("prores", _wipe_start),
]
"""Codecs and wounds that can be noticed: VP8, VP9, GIF and HEVC draw nonsense from a packet whose head is whole."""


def _wounded(name: str, wound: Wound, folder: Path) -> tuple[Path, list[np.ndarray]]:
    """A video with packet ``BROKEN`` overwritten, and the frames it had before."""
    codec, suffix, options = CODECS[name]
    path = corpus.encode(folder / f"video{suffix}", codec, num_frames=70, size=(320, 192), **options)
    with pointreel.video.open(path) as video:
        before = [frame.rgb for frame in video]
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    wound(data, *places[BROKEN])
    path.write_bytes(data)
    return path, before


@pytest.mark.parametrize(("name", "wound"), WOUNDS)
def test_a_broken_packet_is_named_and_the_rest_is_sound(name: str, wound: Wound, tmp_path: Path) -> None:
    path, before = _wounded(name, wound, tmp_path)
    with pytest.raises(VideoError, match="--skip-broken") as caught, pointreel.video.open(path) as video:
        list(video)
    assert str(path) in str(caught.value)
    assert caught.value.frame is not None
    assert f"frame {caught.value.frame}" in str(caught.value)

    with pointreel.video.open(path, skip_broken=True) as video:
        assert len(video) == len(before)
        left = {frame.index: frame.rgb for frame in video}
        skipped = {skipped.frame for skipped in video.skipped}
        assert caught.value.frame in skipped
        assert set(left) == set(range(len(before))) - skipped
        assert len(left) >= len(before) // 3
        assert all(np.array_equal(rgb, before[index]) for index, rgb in left.items())
        backwards = {frame.index: frame.rgb for frame in reversed(video)}
        assert backwards.keys() == left.keys()
        assert all(np.array_equal(rgb, before[index]) for index, rgb in backwards.items())
        for k in random.Random(0).sample(range(len(video)), len(video)):
            if k in skipped:
                with pytest.raises(VideoError, match=f"frame {k}: ") as asked:
                    video[k]
                assert asked.value.frame == k
            else:
                assert np.array_equal(video[k].rgb, before[k])
        assert all(str(entry).startswith(f"frame {entry.frame}: ") for entry in video.skipped)


def test_frames_before_the_damage_are_handed_out_first(tmp_path: Path) -> None:
    path, before = _wounded("h264", _wipe_start, tmp_path)
    with pointreel.video.open(path) as video:
        got: list[Frame] = []
        with pytest.raises(VideoError) as caught:
            deque(map(got.append, video))
    assert caught.value.frame == len(got) > 20
    assert all(np.array_equal(frame.rgb, before[frame.index]) for frame in got)


def test_verify_finds_all_damage_at_once(tmp_path: Path) -> None:
    path, _ = _wounded("h264", _wipe_start, tmp_path)
    with pointreel.video.open(path) as video:
        assert video.skipped == ()
        found = video.verify()
    with pointreel.video.open(path, skip_broken=True) as video:
        list(video)
        assert video.skipped == found != ()


CUT = {
    "faststart": ("video.mp4", "libx264", {"movflags": "faststart"}, {}),
    "fragments": ("video.mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}, {}),
    "matroska": ("video.mkv", "libx264", {}, {}),
    "webm": ("video.webm", "libvpx-vp9", {}, {}),
    "avi": ("video.avi", "mpeg4", {}, {"b_frames": 0}),
    "gif": ("video.gif", "gif", {}, {"pixel_format": "rgb8"}),
}


@pytest.mark.parametrize("share", [0.4, 0.8])
@pytest.mark.parametrize("name", CUT)
def test_a_file_that_ends_early_says_where(name: str, share: float, tmp_path: Path) -> None:
    file, codec, container_options, options = CUT[name]
    path = corpus.encode(
        tmp_path / file, codec, num_frames=60, size=(320, 192), container_options=container_options, **options
    )
    with pointreel.video.open(path) as video:
        before = [frame.rgb for frame in video]
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(VideoError, match=r"frame \d+: the file ends early") as caught:
        pointreel.video.open(path)
    assert str(path) in str(caught.value)
    with pointreel.video.open(path, skip_broken=True) as video:
        left = list(video)
        skipped = {skipped.frame for skipped in video.skipped}
        assert [frame.index for frame in left] == [k for k in range(len(video)) if k not in skipped]
        assert video.skipped[0].frame == caught.value.frame
        # What a GIF's or VP9's last picture lacks nobody can tell: they have no check, and its packet looks whole.
        certain = left[:-1] if name == "gif" else left
        assert all(np.array_equal(frame.rgb, before[frame.index]) for frame in certain)
        assert np.array_equal(video[0].rgb, before[0])
    assert len(before) * share * 0.4 < len(left) < len(before)


def test_an_mp4_without_its_table_says_so(tmp_path: Path) -> None:
    path = corpus.write("h264 with b-frames", tmp_path)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(VideoError, match="table of frames"):
        pointreel.video.open(path)


def test_a_gif_without_its_last_byte_is_whole(tmp_path: Path) -> None:
    path = corpus.write("gif, variable rate", tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    with pointreel.video.open(path) as video:
        assert len(list(video)) == corpus.NUM_FRAMES


@pytest.mark.parametrize("name", corpus.CASES)
def test_sound_files_have_no_breaks(name: str, tmp_path: Path) -> None:
    path = corpus.write(name, tmp_path)
    with av.open(str(path)) as container:
        assert find_breaks(path, container.format.name) == ()


def test_live_matroska_of_unknown_sizes_is_sound_until_it_is_overwritten(tmp_path: Path) -> None:
    path = corpus.encode(tmp_path / "live.mkv", "mpeg4", container_options={"live": "1"})
    assert find_breaks(path, "matroska,webm") == ()
    with pointreel.video.open(path) as video:
        assert len(video) == corpus.NUM_FRAMES
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = random.Random(4).randbytes(3000)
    path.write_bytes(data)
    breaks = find_breaks(path, "matroska,webm")
    assert not any(found.at_end for found in breaks)
    assert abs(breaks[0].offset - len(data) // 2) < 1000


def test_pictures_that_are_broken_are_named(tmp_path: Path) -> None:
    for k in range(6):
        Image.fromarray(corpus.picture(k)).save(tmp_path / f"{k}.png")
    whole = (tmp_path / "2.png").read_bytes()
    (tmp_path / "2.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "4.png").write_bytes(b"")
    with pytest.raises(VideoError, match=r"frame 4: 4\.png"):
        pointreel.video.open(tmp_path)
    with pointreel.video.open(tmp_path, skip_broken=True) as video:
        assert [frame.index for frame in video] == [0, 1, 3, 5]
        assert [skipped.frame for skipped in video.skipped] == [2, 4]
        with pytest.raises(VideoError, match=r"frame 2: 2\.png"):
            video[2]


def test_nothing_is_written_to_the_terminal(tmp_path: Path) -> None:
    path, _ = _wounded("h264", _wipe_start, tmp_path)
    code = f"import pointreel.video as v\nwith v.open({str(path)!r}, skip_broken=True) as video: list(video)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (said.stdout, said.stderr) == (b"", b"")
