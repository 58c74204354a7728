"""A short clip on which a disk and a square move, and a project of it."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pointreel.core import Mask, Points, Prompt
from pointreel.store import Project

NUM_FRAMES, HEIGHT, WIDTH = 14, 120, 160


def disk(k: int) -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return (x - 50 - 2 * k) ** 2 + (y - 62) ** 2 < 24**2


def square(k: int) -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return (abs(x - 125) < 14) & (abs(y - 30 - k) < 14)


def on_disk(k: int, object_id: int = 1) -> Prompt:
    return Prompt(
        object_id=object_id, frame=k, points=Points.on([(50 + 2 * k, 62), (40 + 2 * k, 54), (58 + 2 * k, 70)])
    )


def mask_of(pixels: np.ndarray) -> Mask:
    return Mask.from_array(pixels)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("videos") / "clip"
    folder.mkdir()
    rng = np.random.default_rng(0)
    ground = cv2.blur(rng.integers(60, 150, (HEIGHT, WIDTH, 3), np.uint8), (3, 3))
    grain = cv2.blur(rng.integers(0, 90, (HEIGHT, WIDTH, 1), np.uint8), (3, 3))[..., None]
    for k in range(NUM_FRAMES):
        rgb = ground.copy()
        rgb[disk(k)] = np.roll(grain, (2 * k, 0), (1, 0))[disk(k)] + np.array((150, 20, 10), np.uint8)
        rgb[square(k)] = np.roll(grain, (0, k), (1, 0))[square(k)] + np.array((20, 30, 150), np.uint8)
        Image.fromarray(rgb).save(folder / f"{k:05d}.png")
    return folder


@pytest.fixture
def project(clip: Path, tmp_path: Path) -> Iterator[Project]:
    """A project of the clip, with a disk whose mask on frame 5 is known."""
    with Project.create(tmp_path / "project") as made:
        made.add_video(clip, name="clip")
        made.add_object("clip", "disk")
        made.prompt(1, Prompt(object_id=1, frame=5, mask=mask_of(disk(5))))
        yield made
