"""Patches of many points at once: sampled under an affine map, compared, and aligned.

A *patch* is a square of samples around a point, seen through the point's ``linear`` map (2 x 2): what was an upright
square where the point was given is a turned, scaled and sheared one later. Aligning is Lucas and Kanade's in the
inverse compositional form of Baker and Matthews: gradients and Hessian are those of the template, so they are made
once. Brightness and contrast are projected out, so a lamp that is switched on moves no point.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RADIUS = 10
SIGMA = 0.5 * RADIUS
"""The middle of a patch counts most: a point is visible until it is covered itself, not its surroundings."""
NOISE = 4.0
"""Grey levels of difference that mean nothing; a patch with less contrast than this looks like any other flat one."""

_ROUNDS = 8
_SETTLED = 0.01
_STIFFNESS = 0.02
_AREA_BOUNDS, _STRETCH = (0.15, 6.0), 3.0

_side = np.arange(-RADIUS - 1, RADIUS + 2, dtype=np.float32)
_SQUARE = np.stack(np.meshgrid(_side, _side), axis=-1).reshape(-1, 2)
_INNER = (np.abs(_SQUARE) <= RADIUS).all(axis=1)
_OFFSETS = _SQUARE[_INNER]
_WEIGHTS = np.exp(-(_OFFSETS**2).sum(axis=1) / (2 * SIGMA**2)).astype(np.float32)
_WEIGHTS /= _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Templates:
    """What points looked like: (N, M) samples around each, and how they change when the patch is moved or bent.

    ``slopes`` (N, 6, M) are the steepest descents of the six numbers of an affine map, without their part that
    brightness or contrast could explain; ``inverse`` (N, 6, 6) is the inverse of their Hessian.
    """

    samples: Floats
    slopes: Floats
    inverse: Floats

    def __len__(self) -> int:
        return len(self.samples)

    @classmethod
    def at(cls, image: Floats, xy: Floats, linear: Floats) -> "Templates":
        """The patches of these points of a grey picture."""
        if not len(xy):
            return cls.none()
        side = 2 * RADIUS + 3
        wide = _samples(image, xy, linear, _SQUARE).reshape(-1, side, side)
        down, across = (gradient[:, 1:-1, 1:-1].reshape(len(xy), -1) for gradient in np.gradient(wide, axis=(1, 2)))
        samples = _contrast(wide[:, 1:-1, 1:-1].reshape(len(xy), -1))
        x, y = _OFFSETS.T / RADIUS
        slopes = np.stack([across * x, across * y, down * x, down * y, across, down], axis=1)
        slopes -= (slopes @ _WEIGHTS)[..., None]
        energy = (samples**2 @ _WEIGHTS + NOISE**2)[:, None, None]
        slopes -= np.einsum("nkm,nm,m->nk", slopes, samples, _WEIGHTS)[..., None] * samples[:, None] / energy
        hessian = np.einsum("nim,njm,m->nij", slopes, slopes, _WEIGHTS)
        size = np.trace(hessian, axis1=1, axis2=2)[:, None, None] / 6 + 1.0
        hessian += np.diag([1, 1, 1, 1, 0.01, 0.01]) * (_STIFFNESS * size)
        return cls(samples.astype(np.float32), slopes.astype(np.float32), np.linalg.inv(hessian).astype(np.float32))

    def of(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Templates":
        return Templates(self.samples[which], self.slopes[which], self.inverse[which])

    @classmethod
    def joined(cls, parts: Sequence["Templates"]) -> "Templates":
        columns = zip(*(part._arrays() for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def replace(self, which: NDArray[np.intp] | NDArray[np.bool_], other: "Templates") -> None:
        """Forget some, and keep others in their places."""
        for mine, new in zip(self._arrays(), other._arrays(), strict=True):
            mine[which] = new

    def _arrays(self) -> tuple[Floats, Floats, Floats]:
        return self.samples, self.slopes, self.inverse

    @classmethod
    def none(cls) -> "Templates":
        num = len(_OFFSETS)
        return cls(*(np.zeros(shape, np.float32) for shape in ((0, num), (0, 6, num), (0, 6, 6))))


@dataclass(frozen=True, slots=True)
class Aligned:
    """Where patches are, through which map they are seen there, and how alike they look, at most 1."""

    xy: Floats
    linear: Floats
    likeness: Floats


def align(image: Floats, templates: Templates, xy: Floats, linear: Floats) -> Aligned:
    """Move and bend each patch until it looks like its template. What runs away or collapses stays where it began."""
    place, bent = xy.copy(), linear.copy()
    moving = np.arange(len(xy))
    for _ in range(_ROUNDS):
        if not len(moving):
            break
        chosen = templates.of(moving)
        seen = _contrast(_samples(image, place[moving], bent[moving], _OFFSETS))
        share = _gain(chosen.samples, seen)
        slope = np.einsum("nkm,nm,m->nk", chosen.slopes, seen * share - chosen.samples, _WEIGHTS)
        step = np.einsum("nij,nj->ni", chosen.inverse, slope)
        change = np.eye(2, dtype=np.float32) + step[:, :4].reshape(-1, 2, 2) / RADIUS
        with np.errstate(all="ignore"):
            bent[moving] = bent[moving] @ _inverse(change)
            place[moving] -= np.einsum("nij,nj->ni", bent[moving], step[:, 4:])
        moving = moving[(np.abs(step) > _SETTLED).any(axis=1) & np.isfinite(place[moving]).all(axis=1)]
    sound = _is_sound(bent) & (np.linalg.norm(place - xy, axis=1) < RADIUS)
    place[~sound], bent[~sound] = xy[~sound], linear[~sound]
    return Aligned(place, bent, likeness(image, templates, place, bent))


def likeness(image: Floats, templates: Templates, xy: Floats, linear: Floats) -> Floats:
    """Weighted normalised cross-correlation of each patch with its template, 1 at most.

    With the noise a picture has in both the product and the lengths, two flat patches are alike, where plain
    correlation would compare their noise.
    """
    seen = _contrast(_samples(image, xy, linear, _OFFSETS))
    product = (seen * templates.samples) @ _WEIGHTS + NOISE**2
    lengths = (seen**2 @ _WEIGHTS + NOISE**2) * (templates.samples**2 @ _WEIGHTS + NOISE**2)
    alike: Floats = product / np.sqrt(lengths)
    return alike


def picture_of(image: Floats, xy: Floats, linear: Floats, radius: int) -> Floats:
    """One patch as an upright square, as it should look under ``linear`` now; for searching."""
    side = np.arange(-radius, radius + 1, dtype=np.float32)
    square = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    return _samples(image, xy[None], linear[None], square).reshape(2 * radius + 1, 2 * radius + 1)


def _samples(image: Floats, xy: Floats, linear: Floats, offsets: Floats) -> Floats:
    """(N, M) grey values at ``xy + linear @ offset``; past the edge the picture goes on as at its edge."""
    places = xy[:, None].astype(np.float32) + offsets @ linear.astype(np.float32).transpose(0, 2, 1)
    places = places.clip(-1e4, 1e5)
    if not len(xy):
        return np.zeros((0, len(offsets)), np.float32)
    x, y = (np.ascontiguousarray(places[..., k]) for k in (0, 1))
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _contrast(samples: Floats) -> Floats:
    without_mean: Floats = samples - (samples @ _WEIGHTS)[:, None]
    return without_mean


def _gain(template: Floats, seen: Floats) -> Floats:
    """By how much what is seen has to be multiplied to have the template's contrast, within reason."""
    ratio = (template**2 @ _WEIGHTS + NOISE**2) / (seen**2 @ _WEIGHTS + NOISE**2)
    gain: Floats = np.sqrt(ratio).clip(0.25, 4.0)[:, None]
    return gain


def _inverse(matrices: Floats) -> Floats:
    (a, b), (c, d) = matrices.transpose(1, 2, 0)
    determinant = a * d - b * c
    inverse: Floats = (np.stack([d, -b, -c, a]) / determinant).T.reshape(-1, 2, 2)
    return inverse


def _is_sound(linear: Floats) -> NDArray[np.bool_]:
    """Neither collapsed nor blown up nor mirrored, nor stretched out of shape."""
    finite = np.asarray(np.isfinite(linear).all(axis=(1, 2)), np.bool_)
    matrices = np.where(finite[:, None, None], linear, np.float32(0)).astype(np.float64)
    (long, short), area = np.linalg.svd(matrices)[1].T, np.linalg.det(matrices)
    within = (area > _AREA_BOUNDS[0]) & (area < _AREA_BOUNDS[1])
    sound: NDArray[np.bool_] = finite & within & (long < _STRETCH * np.maximum(short, 1e-3))
    return sound
