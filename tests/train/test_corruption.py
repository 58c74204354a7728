"""Masks as a tracker has them."""

import cv2
import numpy as np
import pytest

from pointreel.train.scenes import damaged, spoilt


def disk(x: int, y: int, radius: int) -> np.ndarray:
    return cv2.circle(np.zeros((96, 96), np.uint8), (x, y), radius, 1, -1).astype(np.float32)


TRUTH, OTHER = disk(40, 50, 18), disk(80, 30, 12)


def iou(mask: np.ndarray) -> float:
    found, there = mask > 0.5, TRUTH > 0.5
    return float((found & there).sum() / (found | there).sum())


def many(corrupt, *more: object) -> list[np.ndarray]:
    return [corrupt(TRUTH, *more, np.random.default_rng(k)) for k in range(80)]


@pytest.mark.parametrize(("corrupt", "more"), [(spoilt, ()), (damaged, (OTHER,)), (damaged, (None,))])
def test_soft_masks_of_the_same_size(corrupt, more: tuple[object, ...]) -> None:
    before = TRUTH.copy()
    masks = many(corrupt, *more)
    assert all(mask.shape == TRUTH.shape and mask.dtype == np.float32 for mask in masks)
    assert all(mask.min() >= 0 and mask.max() <= 1 for mask in masks)
    assert any(((mask > 0.1) & (mask < 0.9)).any() for mask in masks)
    assert (before == TRUTH).all()
    assert all((a == b).all() for a, b in zip(masks, many(corrupt, *more), strict=True))


def test_spoilt_is_nearly_right_and_damaged_is_not() -> None:
    slightly, badly = [iou(mask) for mask in many(spoilt)], [iou(mask) for mask in many(damaged, OTHER)]
    assert np.mean(slightly) > 0.85
    assert np.mean(badly) < np.mean(slightly) - 0.15
    assert 1.0 in slightly  # some are exact
    assert 0.0 in badly  # and some of the damaged ones are gone


def test_another_thing_is_taken_along_only_if_there_is_one() -> None:
    taken = [float(mask[OTHER > 0].mean()) for mask in many(damaged, OTHER)]
    never = [float(mask[OTHER > 0].mean()) for mask in many(damaged, None)]
    assert max(taken) > 0.5
    assert max(never) < 0.5


def test_a_tiny_mask_stays_as_it_is() -> None:
    tiny = np.zeros((32, 32), np.float32)
    tiny[3:5, 3:5] = 1
    for k in range(20):
        assert (spoilt(tiny, np.random.default_rng(k)) == tiny).all()
        assert damaged(tiny, None, np.random.default_rng(k)).sum() in (0, 4)
