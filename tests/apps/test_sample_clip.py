from importlib.util import find_spec as real_find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip(
    "skimage", reason="the sample clip's photographs come with scikit-image: pip install 'pointreel[demo]'"
)

from pointreel.apps import sample_clip as module
from pointreel.apps.sample_clip import ACTORS, NAMES, picture, sample_clip
from pointreel.core import Frame, FrameMasks, MissingExtra, PointreelError

Clip = list[tuple[Frame, FrameMasks]]


@pytest.fixture(scope="module")
def clip() -> Clip:
    return list(sample_clip(30, height=120, width=214))


def areas(clip: Clip, object_id: int) -> list[int]:
    segments = [masks.segments.get(object_id) for _, masks in clip]
    return [segment.mask.area if segment else 0 for segment in segments]


def test_frames_and_masks_in_step(clip: Clip) -> None:
    assert [(frame.index, masks.frame) for frame, masks in clip] == [(k, k) for k in range(30)]
    for frame, masks in clip:
        assert frame.rgb.shape == (120, 214, 3)
        assert frame.rgb.dtype == np.uint8
        assert {(s.mask.height, s.mask.width) for s in masks.segments.values()} == {(120, 214)}
        assert all(segment.mask for segment in masks.segments.values())
        assert set(masks.segments) <= set(NAMES)


def test_the_default_is_480p_and_three_objects() -> None:
    frame, masks = next(sample_clip())
    assert frame.rgb.shape == (480, 854, 3)
    assert set(masks.segments) == set(NAMES) == {1, 2, 3}


def test_the_same_seed_gives_the_same_pixels_and_another_does_not(clip: Clip) -> None:
    for (frame, masks), (again, masks_again) in zip(clip, sample_clip(30, height=120, width=214), strict=True):
        assert np.array_equal(frame.rgb, again.rgb)
        assert masks == masks_again
    other_frame, other_masks = next(sample_clip(30, height=120, width=214, seed=1))
    assert not np.array_equal(clip[0][0].rgb, other_frame.rgb)
    assert clip[0][1] != other_masks


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("height", "width"), [(60, 107), (96, 96), (107, 60)])
def test_the_story_is_told_with_every_seed_and_shape(seed: int, height: int, width: int) -> None:
    clip = list(sample_clip(40, height=height, width=width, seed=seed))
    shuttle = np.array(areas(clip, 3)) > 0
    assert shuttle[0]
    assert shuttle[-1]
    assert 3 <= (~shuttle).sum() <= 25, "the shuttle leaves the picture and comes back"
    assert min(areas(clip, 1)) > 0
    assert min(areas(clip, 2)) > 0


def test_masks_never_overlap(clip: Clip) -> None:
    for _, masks in clip:
        count = sum(segment.mask.to_array().astype(int) for segment in masks.segments.values())
        assert np.max(count) == 1


def test_the_coffee_hides_a_part_of_the_astronaut(monkeypatch: pytest.MonkeyPatch, clip: Clip) -> None:
    alone = clip_of(monkeypatch, ["astronaut"])
    hidden = [1 - a / b for a, b in zip(areas(clip, 1), areas(alone, 1), strict=True)]
    assert hidden[0] == 0
    assert max(hidden) > 0.2


def test_the_shuttle_passes_behind(monkeypatch: pytest.MonkeyPatch, clip: Clip) -> None:
    alone = clip_of(monkeypatch, ["shuttle"])
    free = np.array(areas(alone, 3))
    hidden = 1 - np.array(areas(clip, 3)) / np.maximum(free, 1)
    assert hidden[0] == 0
    assert hidden[free > 0.5 * free.max()].max() > 0.4


def clip_of(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> Clip:
    """The same clip with some of its actors sent home; a path does not depend on who else is there."""
    monkeypatch.setattr(module, "ACTORS", tuple(actor for actor in ACTORS if actor.name in names))
    return list(sample_clip(30, height=120, width=214))


def test_a_mask_is_where_the_object_makes_up_half_of_the_pixel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over black and over white ground a pixel differs by what shows through: at least half of it off every mask."""
    pictures = []
    for shade in (0.0, 255.0):
        ground = np.full((120, 214, 3), shade, np.float32)
        monkeypatch.setattr(module._Sky, "at", lambda self, time, ground=ground: ground.copy())
        pictures.append(list(sample_clip(8, height=120, width=214)))
    for (dark, masks), (bright, _) in zip(*pictures, strict=True):
        through = (bright.rgb.astype(float) - dark.rgb).mean(-1) / 255
        on = np.zeros((120, 214), bool)
        for segment in masks.segments.values():
            on |= segment.mask.to_array()
        assert through[on].max() <= 0.51
        # Where two objects meet each may have less than half, and the pixel is nobody's.
        assert ((through < 0.49) & ~on).sum() <= 0.004 * on.sum()
        assert through[~on].min() > 0 or len(masks.segments) == 3


def test_edges_are_soft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Sky, "at", lambda self, time: np.full((120, 214, 3), 255, np.float32))
    (coffee,) = (actor for actor in ACTORS if actor.name == "coffee")
    sprite = module._Sprite.of(coffee, 120, 214, np.random.default_rng(0))
    _, _, rgba = sprite.at(0.3, (120, 214))
    partly = (rgba[..., 3] > 0.02) & (rgba[..., 3] < 0.98)
    assert partly.sum() > 60
    assert rgba[..., 3].max() == pytest.approx(1, abs=1e-3)
    assert (rgba[..., :3] <= 255 * rgba[..., 3:] + 1).all(), "colours are kept times alpha"


def test_the_camera_pans() -> None:
    sky = module._Sky.of(120, 214, np.random.default_rng(0))
    before, after = (cv2.cvtColor(sky.at(time), cv2.COLOR_RGB2GRAY) for time in (0.0, 0.1))
    (across, _), _ = cv2.phaseCorrelate(before, after)
    expected = (sky.way(0.0)[0] - sky.way(0.1)[0]) * sky.photo.shape[1]
    assert across == pytest.approx(expected, abs=1)
    assert across > 3


def test_one_frame_is_the_beginning(clip: Clip) -> None:
    ((frame, masks),) = sample_clip(1, height=120, width=214)
    assert np.array_equal(frame.rgb, clip[0][0].rgb)
    assert masks == clip[0][1]


def test_frames_are_made_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(module, "_render", lambda index, *rest: made.append(index) or (index, rest))
    frames = sample_clip(1000, height=32, width=32)
    assert made == []
    next(frames)
    assert made == [0]


@pytest.mark.parametrize("wrong", [{"num_frames": 0}, {"height": 4}, {"width": 15}, {"seed": -1}])
def test_impossible_sizes_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(PointreelError, match="expected at least 1 frame of 16 x 16"):
        sample_clip(**wrong)


def test_without_scikit_image_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "skimage" else real_find_spec(name))
    with pytest.raises(MissingExtra, match=r"The sample clip needs .*pointreel\[demo\]"):
        sample_clip()


def test_the_readme_picture(tmp_path: Path) -> None:
    path = tmp_path / "demo.jpg"
    picture(path, height=60, width=106)
    shown = cv2.imread(str(path))
    assert shown.shape == (2 * 60 + 8, 3 * 106 + 16, 3)
    assert (shown[:, 106 + 2 : 106 + 6] > 235).all(), "the gap between the tiles is light"
