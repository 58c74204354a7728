"""A short video of a square that walks over a textured ground, as a folder of pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pointreel.core import Mask
from pointreel.video import write_picture

HEIGHT, WIDTH, NUM_FRAMES, SIDE = 48, 64, 24, 16


def square(frame: int) -> Mask:
    """Where the square is: one pixel further right on every frame."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[14 : 14 + SIDE, 6 + frame : 6 + frame + SIDE] = True
    return Mask.from_array(pixels)


def picture(frame: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8), (0, 0), 1.5) // 4
    patch = cv2.GaussianBlur(rng.integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8), (0, 0), 1.5) // 2 + 120
    ground[14 : 14 + SIDE, 6 + frame : 6 + frame + SIDE] = patch
    return ground


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk")
    for k in range(NUM_FRAMES):
        write_picture(folder / f"{k:03d}.png", picture(k))
    return folder


@pytest.fixture(scope="session")
def damaged_walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but the pictures 9, 10 and 23 are cut short."""
    folder = tmp_path_factory.mktemp("damaged")
    for k in range(NUM_FRAMES):
        path = folder / f"{k:03d}.png"
        write_picture(path, picture(k))
        if k in (9, 10, 23):
            path.write_bytes(path.read_bytes()[:200])
    return folder


@pytest.fixture(scope="session")
def mask_at():
    """``mask_at(k)`` is where the square is on frame k."""
    return square
