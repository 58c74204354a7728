"""Which segments, together, are a thing that people would point at."""

import cv2
import numpy as np

from pointreel.train.scenes.things import Pixels, things

HEIGHT, WIDTH = 160, 240


def test_what_everybody_outlined_is_more_of_a_thing_than_its_parts_and_what_is_behind_it() -> None:
    """A bird of head and body before sky and grass: one person cut it in two, another left it whole."""
    bird, head = disk(110, 85, 35), disk(150, 60, 24)
    coarse = np.zeros((HEIGHT, WIDTH), np.uint8)
    coarse[100:] = 1
    coarse[bird | head] = 2
    fine = coarse.copy()
    fine[head] = 3
    fine[:40] = 4
    found = list(things([coarse, fine], np.random.default_rng(0)))
    assert len({thing.tobytes() for _, thing in found}) >= 3
    assert all(0 <= likeness <= 1 for likeness, _ in found)
    likeliest = max(found, key=lambda one: one[0])
    assert iou(likeliest[1], bird | head) > 0.95
    parts = [likeness for likeness, thing in found if iou(thing, head) > 0.9 or iou(thing, bird & ~head) > 0.95]
    assert parts
    assert max(parts) < 0.9 * likeliest[0]
    grass = [likeness for likeness, thing in found if thing[-1].mean() > 0.9]
    assert not grass or max(grass) < 0.5 * likeliest[0]


def test_many_parts_that_stand_free_are_one_thing() -> None:
    """Nine patches in a row: unions have seven at most, and what stands free of the border has all."""
    patches = np.zeros((HEIGHT, WIDTH), np.uint8)
    for k in range(9):
        patches[60:100, 30 + 20 * k : 50 + 20 * k] = k + 1
    found = [thing for _, thing in things([patches], np.random.default_rng(1))]
    assert max(iou(thing, patches > 0) for thing in found) > 0.98


def test_nothing_is_a_thing_where_there_is_only_one_segment() -> None:
    assert not list(things([np.zeros((HEIGHT, WIDTH), np.uint8)], np.random.default_rng(0)))


def disk(x: int, y: int, radius: int) -> Pixels:
    return cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (x, y), radius, 1, -1) > 0


def iou(one: Pixels, other: Pixels) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))
