"""A video that was re-encoded, trimmed, resized or re-timed is noticed by name; one that only moved is not."""

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import pointreel.video
from pointreel.core import FormatError, VideoChanged, VideoError
from pointreel.video import Manifest

from . import corpus


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus.write("h264 with b-frames", tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def manifest(clip: Path) -> Manifest:
    with pointreel.video.open(clip) as video:
        return Manifest.of(video)


def test_the_same_bytes_are_the_same_video_wherever_they_lie(clip: Path, manifest: Manifest, tmp_path: Path) -> None:
    moved = shutil.copy(clip, tmp_path / "another name.mp4")
    manifest.check(moved)
    manifest.check(moved, quick=True)
    with pointreel.video.open(moved) as video:
        manifest.check(video)
        assert replace(Manifest.of(video), name=manifest.name) == manifest
    with moved.open("rb") as stream, pointreel.video.open(stream) as video:
        manifest.check(video)


CHANGES = {
    "trimmed": ({"num_frames": 30}, "has 30 frames where 40 were annotated: it was trimmed"),
    "lengthened": ({"num_frames": 50}, "has 50 frames where 40 were annotated: it was lengthened"),
    "resized": ({"size": (320, 192)}, "is 320 x 192 where 160 x 96 was annotated: it was resized"),
    "turned": ({"matrix": (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)}, "is 96 x 160 .* it was turned"),
    "re-timed": ({"times": [2 * k for k in range(40)]}, r"shows frame 1 at 0\.080 s where it was at 0\.040 s"),
    "re-encoded": ({"options": {"crf": "40"}}, "other bytes: it was re-encoded"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("quick", [False, True])
def test_what_was_done_to_a_video_is_said(manifest: Manifest, tmp_path: Path, change: str, quick: bool) -> None:
    options, said = CHANGES[change]
    path = corpus.encode(tmp_path / "changed.mp4", "libx264", b_frames=3, **options)
    with pytest.raises(VideoChanged, match=said) as caught:
        manifest.check(path, quick=quick)
    assert str(path) in str(caught.value)
    assert "video.mp4" in str(caught.value)


def test_one_changed_byte_is_noticed(clip: Path, manifest: Manifest, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    data[data.index(b"x264") + 1] ^= 1
    (tmp_path / "video.mp4").write_bytes(data)
    with pytest.raises(VideoChanged, match="other bytes"):
        manifest.check(tmp_path / "video.mp4")


def test_frame_hashes_tell_which_frame_and_let_a_new_package_pass(clip: Path, tmp_path: Path) -> None:
    with pointreel.video.open(clip) as video:
        manifest = Manifest.of(video, frame_hashes=True)
    assert manifest.frame_hashes is not None
    assert len(set(manifest.frame_hashes)) == corpus.NUM_FRAMES
    manifest.check(corpus.remux(clip, tmp_path / "video.mkv", lambda *_: True))
    coarse = corpus.encode(tmp_path / "coarse.mp4", "libx264", b_frames=3, options={"crf": "40"})
    with pytest.raises(VideoChanged, match="frame 0 has other pixels"):
        manifest.check(coarse)


def test_pictures_are_known_by_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    folder.mkdir()
    for k in range(5):
        Image.fromarray(corpus.picture(k)).save(folder / f"{k}.png")
    with pointreel.video.open(folder) as video:
        manifest = Manifest.of(video)
    moved = folder.rename(tmp_path / "moved")
    manifest.check(moved)
    manifest.check(moved, quick=True)
    (moved / "3.png").write_bytes((moved / "2.png").read_bytes())
    for quick in (False, True):
        with pytest.raises(VideoChanged):
            manifest.check(moved, quick=quick)
    (moved / "3.png").unlink()
    with pytest.raises(VideoChanged, match="has 4 frames where 5 were annotated"):
        manifest.check(moved)


def test_a_video_that_is_gone_is_an_error_of_reading(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no such file"):
        manifest.check(tmp_path / "gone.mp4")


@given(
    steps=st.lists(st.integers(0, 10**6), max_size=60),
    first=st.integers(-(10**12), 10**12),
    base=st.fractions(min_value=Fraction(1, 10**6), max_value=1),
    hashed=st.booleans(),
)
def test_json_and_back_is_the_same(steps: list[int], first: int, base: Fraction, hashed: bool) -> None:
    pts = [first]
    for step in steps:
        pts.append(pts[-1] + step)
    manifest = Manifest(
        name="ü \U0001f4a1.mp4",
        num_bytes=1,
        sha256="a",
        sample="b",
        width=2,
        height=3,
        rotation=90,
        mirrored=True,
        time_base=base,
        pts=tuple(pts),
        frame_hashes=tuple(map(str, pts)) if hashed else None,
    )
    assert Manifest.from_dict(json.loads(json.dumps(manifest.to_dict()))) == manifest


def test_constant_rates_take_little_room(manifest: Manifest) -> None:
    assert manifest.to_dict()["pts_steps"] == [[512, corpus.NUM_FRAMES - 1]]


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("sha256", None, "sha256"),
        ("num_bytes", "12", "num_bytes"),
        ("pts_steps", [[1]], "pts_steps"),
        ("pts_steps", [[1, 10**12]], "pts_steps"),
        ("pts_steps", [[1, 2]], "pts_steps"),
        ("time_base", "1/0", "time_base"),
        ("frame_hashes", ["a"], "frame_hashes"),
    ],
)
def test_a_broken_manifest_names_the_key(manifest: Manifest, key: str, value: object, where: str) -> None:
    with pytest.raises(FormatError, match=r"notes\.json") as caught:
        Manifest.from_dict({**manifest.to_dict(), key: value}, source="notes.json")
    assert caught.value.where == where
