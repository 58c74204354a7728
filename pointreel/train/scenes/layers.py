"""Things that move before a camera: where each is on each frame, how it bends, and what it looks like there."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .berkeley import Picture
from .stock import Cutout

Matrix = NDArray[np.float64]
Field = NDArray[np.float32]
Inverse = NDArray[np.floating]


def about(
    centre: NDArray[np.float64], shift: NDArray[np.float64], turn: float, scale: float, squeeze: float = 1.0
) -> Matrix:
    """Turned, scaled and squeezed in x about a centre, then shifted."""
    c, s = np.cos(turn) * scale, np.sin(turn) * scale
    linear = np.array([[c, -s], [s, c]]) @ np.diag([squeeze, 1.0])
    return _affine(linear, centre + shift - linear @ centre)


def placed(cutout: Cutout, centre: NDArray[np.float64], area: float, rng: np.random.Generator) -> Matrix:
    """From the cut-out's pixels to the canvas, about ``area`` large there, a little turned, maybe mirrored."""
    rows, columns = np.nonzero(cutout.rgba[::3, ::3, 3] > 127)
    middle = np.array([columns.mean(), rows.mean()]) * 3 if len(rows) else np.array(cutout.rgba.shape[1::-1]) / 2
    scale, turn = float(np.clip(np.sqrt(area / cutout.area), 0.2, 1.8)), rng.normal(0, 0.25)
    c, s = np.cos(turn) * scale, np.sin(turn) * scale
    linear = np.array([[c, -s], [s, c]]) @ np.diag([rng.choice([-1.0, 1.0]), 1.0])
    return _affine(linear, centre - linear @ middle)


@dataclass(frozen=True)
class Path:
    """A smooth motion: velocity and acceleration in pixels, turning, growing, and turning away, each per frame."""

    centre: NDArray[np.float64]
    velocity: NDArray[np.float64]
    acceleration: NDArray[np.float64]
    turning: float
    growing: float
    narrowing: float = 0.0

    @classmethod
    def drawn(cls, centre: NDArray[np.float64], rng: np.random.Generator, *, fastest: float = 24.0) -> "Path":
        """From nearly still to very fast; sideways motion is the more common."""
        speed = rng.choice([0.3, 1.5, 4, 9, 16], p=[0.15, 0.25, 0.3, 0.2, 0.1])
        velocity = np.clip(rng.normal(0, speed, 2), -fastest, fastest) * (1, 0.7)
        return cls(
            centre,
            velocity,
            rng.normal(0, speed * 0.15, 2),
            rng.normal(0, 0.04),
            rng.normal(0, 0.025),
            rng.normal(0, 0.03) if rng.random() < 0.5 else 0.0,
        )

    def at(self, time: float) -> Matrix:
        """Where the thing is, relative to where it was placed."""
        shift = self.velocity * time + self.acceleration * (time * time / 2)
        squeeze = float(np.clip(1 + self.narrowing * time, 0.6, 1.4))
        return about(self.centre, shift, self.turning * time, float(np.exp(self.growing * time)), squeeze)


@dataclass(frozen=True)
class Bend:
    """A limb: what lies beyond a line through a joint turns about the joint, to and fro. Canvas pixels."""

    joint: NDArray[np.float64]
    towards: NDArray[np.float64]
    softness: float
    swing: float
    rate: float
    phase: float

    @classmethod
    def drawn(cls, centre: NDArray[np.float64], size: float, rng: np.random.Generator) -> "Bend":
        turn = rng.uniform(0, 2 * np.pi)
        towards = np.array([np.cos(turn), np.sin(turn)])
        joint = centre + towards * size * rng.uniform(0.0, 0.45) + rng.normal(0, 0.1, 2) * size
        return cls(
            joint,
            towards,
            size * rng.uniform(0.02, 0.12),
            rng.uniform(0.05, 0.55),
            rng.uniform(0.2, 1.1),
            rng.uniform(0, 6.28),
        )

    def applied(self, x: Field, y: Field, time: float) -> tuple[Field, Field]:
        """Where to look for what is at x, y."""
        angle = self.swing * np.sin(self.rate * time + self.phase)
        right, down = x - np.float32(self.joint[0]), y - np.float32(self.joint[1])
        beyond = (right * np.float32(self.towards[0]) + down * np.float32(self.towards[1])) / np.float32(self.softness)
        share = np.float32(1) / (1 + np.exp(-np.clip(beyond, -20, 20)))
        c, s = np.float32(np.cos(angle) - 1), np.float32(np.sin(angle))
        u, v = x + share * (c * right + s * down), y + share * (c * down - s * right)
        return u.astype(np.float32, copy=False), v.astype(np.float32, copy=False)


@dataclass(frozen=True, eq=False)
class Layer:
    """A cut-out in motion: ``placing`` puts it on the canvas, and ``motions`` moves it from there, one per frame.

    It bends about its joints; ``ripple`` is a field of displacement for good, and ``drift`` one that grows with time.
    """

    rgba: Picture
    placing: Matrix
    motions: Sequence[Matrix]
    times: Sequence[float]
    bends: Sequence[Bend]
    ripple: Field
    drift: Field

    def rendered(self, k: int, camera: Matrix) -> Picture:
        """RGBA of the canvas on frame k."""
        time, (y, x) = self.times[k], _grid(len(self.ripple))
        u, v = _mapped(np.linalg.inv(camera @ self.motions[k]), x, y)
        for bend in self.bends:
            u, v = bend.applied(u, v, time)
        push = self.ripple + self.drift * np.float32(0.6 * time)
        u, v = _mapped(np.linalg.inv(self.placing), u + push[..., 0], v + push[..., 1])
        seen = cv2.remap(self.rgba, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return seen.astype(np.uint8, copy=False)


def smooth_field(size: int, amount: float, rng: np.random.Generator, channels: int = 2) -> Field:
    """Smooth noise, ``amount`` strong."""
    cells = int(rng.integers(3, 7))
    noise = rng.normal(0, amount, (cells, cells, channels)).astype(np.float32)
    field = cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC).reshape(size, size, channels)
    return field.astype(np.float32, copy=False)


def _grid(size: int) -> tuple[Field, Field]:
    if size not in _GRIDS:
        y, x = np.mgrid[:size, :size].astype(np.float32)
        _GRIDS[size] = y, x
    return _GRIDS[size]


_GRIDS: dict[int, tuple[Field, Field]] = {}


def _mapped(matrix: Inverse, x: Field, y: Field) -> tuple[Field, Field]:
    m = matrix.astype(np.float32)
    return m[0, 0] * x + m[0, 1] * y + m[0, 2], m[1, 0] * x + m[1, 1] * y + m[1, 2]


def _affine(linear: NDArray[np.float64], shift: NDArray[np.float64]) -> Matrix:
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, shift
    return matrix
