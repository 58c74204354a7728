"""Masks as a tracker has them: nearly right, or wrong in the ways that trackers go wrong."""

import cv2
import numpy as np
from numpy.typing import NDArray

SoftMask = NDArray[np.float32]

_TINY = 20


def spoilt(mask: SoftMask, rng: np.random.Generator) -> SoftMask:
    """A mask that is a little off: its border has moved here and there, its edge is soft, a part may be missing."""
    binary = (mask > 0.5).astype(np.uint8)
    if rng.random() < 0.12 or binary.sum() < _TINY:
        return mask
    if rng.random() < 0.15:
        binary = _with_a_part_gone(binary, rng)
    return _with_another_border(binary, 2.5, rng)


def damaged(mask: SoftMask, other: SoftMask | None, rng: np.random.Generator) -> SoftMask:
    """A mask that is badly off: nothing at all, a part gone, a leak beside it, or another thing taken along."""
    binary, draw = (mask > 0.5).astype(np.uint8), rng.random()
    if draw < 0.05:
        return np.zeros_like(mask)
    if binary.sum() < _TINY:
        return mask
    if other is not None and rng.random() < 0.3:
        binary |= (other > 0.5).astype(np.uint8) & _disk(
            binary.shape, rng.random(2) * binary.shape, binary.shape[0] / 2
        )
    if rng.random() < 0.35:
        binary |= _leak(binary, rng)
    if rng.random() < 0.4:
        binary = _with_a_part_gone(binary, rng)
    return _with_another_border(binary, 5.0, rng)


def strayed(mask: SoftMask, rng: np.random.Generator) -> SoftMask:
    """A mask that has left its thing: the same outline elsewhere, on some of it or on none."""
    height, width = mask.shape
    step = rng.normal(0, 0.3, 2) * (width, height)
    moved = cv2.warpAffine(mask, np.array([[1, 0, step[0]], [0, 1, step[1]]]), (width, height))
    return _with_another_border((moved > 0.5).astype(np.uint8), 5.0, rng)


def _with_a_part_gone(binary: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Without a disk, or without what lies on one side of a line; unless that leaves hardly anything."""
    rows, columns = np.nonzero(binary)
    k = int(rng.integers(len(rows)))
    if rng.random() < 0.5:
        cut = 1 - _disk(binary.shape, (rows[k], columns[k]), rng.uniform(0.15, 0.5) * len(rows) ** 0.5)
    else:
        turn = rng.uniform(0, 2 * np.pi)
        y, x = np.ogrid[: binary.shape[0], : binary.shape[1]]
        cut = ((x - columns[k]) * np.cos(turn) + (y - rows[k]) * np.sin(turn) < 0).astype(np.uint8)
    left = binary & cut
    return left if left.sum() > 0.3 * len(rows) else binary


def _leak(binary: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """An ellipse that begins on the mask."""
    rows, columns = np.nonzero(binary)
    k, turn = int(rng.integers(len(rows))), rng.uniform(0, 2 * np.pi)
    long = rng.uniform(0.15, 0.5) * len(rows) ** 0.5
    short = long * rng.uniform(0.3, 1)
    y, x = np.ogrid[: binary.shape[0], : binary.shape[1]]
    along = (x - columns[k]) * np.cos(turn) + (y - rows[k]) * np.sin(turn)
    across = (y - rows[k]) * np.cos(turn) - (x - columns[k]) * np.sin(turn)
    leak: NDArray[np.bool_] = (along / long) ** 2 + (across / short) ** 2 < 1
    return leak.astype(np.uint8)


def _with_another_border(binary: NDArray[np.uint8], reach: float, rng: np.random.Generator) -> SoftMask:
    """The signed distance to the border, plus smooth noise, through a sigmoid of a drawn softness."""
    height, width = binary.shape
    inside = cv2.distanceTransform(binary, cv2.DIST_L2, 3) - cv2.distanceTransform(1 - binary, cv2.DIST_L2, 3)
    amount = min(binary.sum() ** 0.5 / 10, rng.uniform(0, reach))
    cells = int(rng.choice([4, 8, 14]))
    noise = cv2.resize(rng.normal(0, amount, (cells, cells)), (width, height), interpolation=cv2.INTER_CUBIC)
    moved = (inside + noise + rng.uniform(-0.8, 0.6) * amount) / rng.uniform(0.4, 2)
    soft: NDArray[np.floating] = 1 / (1 + np.exp(-np.clip(moved, -30, 30)))
    return soft.astype(np.float32)


def _disk(shape: tuple[int, ...], centre: NDArray[np.float64] | tuple[int, int], radius: float) -> NDArray[np.uint8]:
    y, x = np.ogrid[: shape[0], : shape[1]]
    inside: NDArray[np.bool_] = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2
    return inside.astype(np.uint8)
