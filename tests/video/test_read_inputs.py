"""Folders, globs, single pictures and streams; indexing as sequences do; what cannot be opened."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pointreel.video
from pointreel.core import VideoError

from . import corpus


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus.write("h264 with b-frames", tmp_path_factory.mktemp("clip"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures named so that plain sorting would put 10 before 2, beside what is no picture."""
    folder = tmp_path / "fotos mit Ümlaut"
    folder.mkdir()
    for k in range(12):
        Image.fromarray(corpus.picture(k)).save(folder / f"shot {k}.png")
    (folder / "notes.txt").write_text("no picture")
    (folder / "._shot 0.png").write_bytes(b"\0\5\x16\7")
    (folder / "masks").mkdir()
    return folder


def test_a_folder_is_read_in_natural_order(folder: Path) -> None:
    with pointreel.video.open(folder) as video:
        assert [corpus.index_of(frame.rgb) for frame in video] == list(range(12))
        assert [frame.index for frame in reversed(video)] == list(range(12))[::-1]
        assert all(np.array_equal(video[k].rgb, corpus.picture(k)) for k in (7, 0, 11))
        assert (video.info.kind, video.info.codec, video.info.frame_rate) == ("images", "png", 24)
    with pointreel.video.open(str(folder), image_rate=5) as video:
        assert video.info.seconds(10) == 2.0


def test_a_glob_and_a_single_picture(folder: Path) -> None:
    with pointreel.video.open(folder / "shot 1*.png") as video:
        assert [corpus.index_of(frame.rgb) for frame in video] == [1, 10, 11]
    with pointreel.video.open(folder / "shot 10.png") as video:
        assert [corpus.index_of(frame.rgb) for frame in video] == [10]


def test_a_folder_whose_own_name_has_brackets(folder: Path) -> None:
    renamed = folder.rename(folder.with_name("clip [1]"))
    with pointreel.video.open(renamed) as video:
        assert len(video) == 12


def test_pictures_of_every_kind_become_rgb(tmp_path: Path) -> None:
    grey = corpus.picture(5)[..., 0]
    kinds = {
        "a.png": Image.fromarray(grey),
        "b.png": Image.fromarray(grey.astype(np.uint16) * 257),
        "c.png": Image.fromarray(np.dstack([grey] * 3 + [np.full_like(grey, 9)])),
        "d.png": Image.fromarray(grey).convert("P"),
        "e.tif": Image.fromarray(grey).convert("1", dither=Image.Dither.NONE),
    }
    for name, image in kinds.items():
        image.save(tmp_path / name)
    with pointreel.video.open(tmp_path) as video:
        frames = list(video)
    expected = np.repeat(grey[..., None], 3, axis=2)
    assert all(np.array_equal(frame.rgb, expected) for frame in frames[:4])
    assert np.array_equal(frames[4].rgb, np.where(expected > 127, 255, 0))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_as_their_camera_says(tmp_path: Path, orientation: int) -> None:
    upright = corpus.picture(9)
    stored = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1]} | {
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored[orientation])).save(tmp_path / "a.png", exif=exif)
    with pointreel.video.open(tmp_path) as video:
        assert (video.info.width, video.info.height) == (corpus.WIDTH, corpus.HEIGHT)
        assert np.array_equal(video[0].rgb, upright)
        turned = np.rot90(stored[orientation][:, ::-1] if video.info.mirrored else stored[orientation], 4)
        assert np.array_equal(np.rot90(turned, -video.info.rotation // 90), upright)


def test_pictures_of_two_sizes_are_refused_by_name(folder: Path) -> None:
    Image.fromarray(corpus.picture(5, 80, 48)).save(folder / "shot 5.png")
    with pytest.raises(VideoError, match=r"frame 5: shot 5\.png is 80 x 48 where the first picture is 160 x 96"):
        pointreel.video.open(folder)
    with pointreel.video.open(folder, skip_broken=True) as video:
        assert [frame.index for frame in video] == [k for k in range(12) if k != 5]
        assert [skipped.frame for skipped in video.skipped] == [5]


@pytest.mark.parametrize("stream", ["bytes", "pipe", "fifo", "stdin"])
def test_a_stream_is_read_like_a_file(clip: Path, tmp_path: Path, stream: str) -> None:
    with pointreel.video.open(clip) as video:
        expected = [frame.rgb for frame in video]
    if stream == "stdin":
        code = "import pointreel.video as v\nwith v.open('-') as f: print(len(f), f.info.path, f[-1].rgb.sum())"
        with clip.open("rb") as source:
            said = subprocess.run([sys.executable, "-c", code], stdin=source, capture_output=True, check=True)
        assert said.stdout.split() == [b"%d" % len(expected), b"stdin", b"%d" % expected[-1].sum()]
        return
    with pointreel.video.open(_stream(stream, clip, tmp_path)) as video:
        spooled = video.source.files[0]
        assert video.info.kind == "stream"
        assert all(np.array_equal(frame.rgb, expected[frame.index]) for frame in reversed(video))
        assert np.array_equal(video[30].rgb, expected[30])
        assert spooled.exists()
    assert not spooled.exists()


def _stream(kind: str, clip: Path, tmp_path: Path) -> object:
    if kind == "bytes":
        return io.BytesIO(clip.read_bytes())
    if kind == "fifo":
        target: Path | int = tmp_path / "fifo"
        os.mkfifo(target)
        source: object = target
    else:
        end, target = os.pipe()
        source = os.fdopen(end, "rb")
    threading.Thread(target=lambda: _pour(clip.read_bytes(), target), daemon=True).start()
    return source


def _pour(data: bytes, target: Path | int) -> None:
    with open(target, "wb") as file:  # noqa: PTH123 - a descriptor has no path
        file.write(data)


def test_indexing_is_that_of_sequences(clip: Path) -> None:
    with pointreel.video.open(clip) as video:
        assert video[-1].index == corpus.NUM_FRAMES - 1
        assert video[-corpus.NUM_FRAMES].index == 0
        for beyond in (corpus.NUM_FRAMES, -corpus.NUM_FRAMES - 1, 10**9):
            with pytest.raises(IndexError):
                video[beyond]
        for part in (slice(5, 9), slice(None, None, 7), slice(30, 4, -5), slice(-3, None), slice(9, 9)):
            excerpt = video[part]
            wanted = list(range(corpus.NUM_FRAMES))[part]
            assert len(excerpt) == len(wanted)
            assert [corpus.index_of(frame.rgb) for frame in excerpt] == wanted
            assert [frame.index for frame in reversed(excerpt)] == wanted[::-1]
        assert video[5:9][-1].index == 8
        with pytest.raises(IndexError):
            next(video.read(range(30, 50)))


def test_several_readers_of_one_video_do_not_disturb_each_other(clip: Path) -> None:
    with pointreel.video.open(clip) as video:
        for forth, back in zip(video, reversed(video), strict=True):
            assert forth.index + back.index == len(video) - 1
            assert corpus.index_of(forth.rgb) == forth.index
            assert corpus.index_of(back.rgb) == back.index
            assert corpus.index_of(video[17].rgb) == 17


def test_threads_may_ask_for_frames_at_once(clip: Path) -> None:
    wrong: list[int] = []
    with pointreel.video.open(clip) as video:

        def ask(start: int) -> None:
            wrong.extend(k for k in range(start, corpus.NUM_FRAMES, 4) if corpus.index_of(video[k].rgb) != k)

        threads = [threading.Thread(target=ask, args=(start,)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_closed_video_says_so(clip: Path, folder: Path) -> None:
    for source in (clip, folder):
        video = pointreel.video.open(source)
        video.close()
        video.close()
        with pytest.raises(VideoError, match="closed"):
            video[0]
        with pytest.raises(VideoError, match="closed"):
            next(iter(video))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("zero.mp4", b"", "is empty"),
        ("text.mp4", b"hello world\n" * 99, "is text"),
        ("noise.mkv", bytes(range(256)) * 40, "cannot be read as a video"),
        (
            "sound.wav",
            b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\x08\0\0\0abcdefgh",
            "audio",
        ),
        ("noise.png", b"\x89PNG\r\n\x1a\n garbage", "not one picture can be read"),
        ("folder", None, "holds no pictures"),
    ],
)
def test_what_is_no_video_is_named(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    for skip_broken in (False, True):
        with pytest.raises(VideoError, match=said) as caught:
            pointreel.video.open(path, skip_broken=skip_broken)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="there is no such file"):
        pointreel.video.open(tmp_path / "missing.mp4")
    with pytest.raises(VideoError, match="no picture matches"):
        pointreel.video.open(tmp_path / "*.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_is_named(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "locked.mp4"
    path.write_bytes(clip.read_bytes())
    path.chmod(0)
    with pytest.raises(VideoError, match="no permission"):
        pointreel.video.open(path)


def test_a_text_stream_is_refused() -> None:
    with pytest.raises(VideoError, match="binary mode"):
        pointreel.video.open(io.StringIO("hello"))
