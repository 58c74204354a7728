"""Moving scenes in which the way of every point is known exactly: the truth for point trackers.

Textured layers lie over each other, from a ground that pans to a bar that passes in front of all. A layer turns, grows,
wanders, and bends: a place ``u`` of its texture is seen at ``A(t) (u + bend(u, t)) + b(t)``, so a track is one formula
and not an estimate. A frame is drawn by turning that formula round (a fixed point, as bends are gentle). A point is
visible where it is in the frame and no layer above covers it, by the formula too. Light changes and there is noise.

>>> scene = Scene.of(seed=0, num_frames=4, height=48, width=64)
>>> frames, truth = list(scene.frames()), scene.tracks(points_per_object=2)
>>> len(frames), truth.tracks.xy.shape, sorted(set(truth.object_ids.tolist()))
(4, (8, 4, 2), [1, 2, 3, 4])
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import Frame, PointreelError
from .metrics.tap_vid import PointTracks

Floats = NDArray[np.float64]

_ROUNDS = 12
_BEND = 0.06
_MARGIN = 3.0
"""Pixels that a query keeps from the edge of its layer, where whose a pixel is would be a matter of taste."""


@dataclass(frozen=True, slots=True, eq=False)
class TruePoints:
    """Tracks, whose they are, and on which frame each is given: one for all points of an object."""

    tracks: PointTracks
    object_ids: NDArray[np.int64]
    query_frames: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layer:
    """A texture (RGB, alpha) and its way: its middle, turn, size and bend on each frame."""

    rgba: NDArray[np.float32]
    middle: Floats
    turn: Floats
    size: Floats
    bend: Floats
    waves: Floats

    def to_frame(self, u: Floats, t: int) -> Floats:
        """Where places of the texture, (N, 2) from its middle, are seen on frame t."""
        places: Floats = (u + self._bent(u, t)) @ self._linear(t).T + self.middle[t]
        return places

    def to_texture(self, xy: Floats, t: int) -> Floats:
        """The inverse of ``to_frame``: bends shrink differences, so going round finds it."""
        straight: Floats = (xy - self.middle[t]) @ np.linalg.inv(self._linear(t)).T
        u = straight
        for _ in range(_ROUNDS):
            u = straight - self._bent(u, t)
        return u

    def alpha(self, xy: Floats, t: int) -> Floats:
        """How much of the frame this layer covers at some places."""
        return np.asarray(self._sampled(self.to_texture(xy, t))[:, 3], np.float64)

    def drawn(self, xy: Floats, t: int) -> NDArray[np.float32]:
        """(N, 4) colour times alpha, and alpha."""
        return self._sampled(self.to_texture(xy, t))

    def _sampled(self, u: Floats) -> NDArray[np.float32]:
        height, width = self.rgba.shape[:2]
        x, y = (u + np.array([width - 1, height - 1]) / 2).astype(np.float32).T
        rows = -(-len(u) // 1024) * 1024
        x, y = (np.resize(side, rows).reshape(-1, 1024) for side in (x, y))
        found = cv2.remap(self.rgba, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(found, np.float32).reshape(-1, 4)[: len(u)]

    def _linear(self, t: int) -> Floats:
        cosine, sine = self.size[t] * np.cos(self.turn[t]), self.size[t] * np.sin(self.turn[t])
        return np.array([[cosine, -sine], [sine, cosine]])

    def _bent(self, u: Floats, t: int) -> Floats:
        """Two slow waves across the texture; steep enough to see, gentle enough to turn round."""
        length = min(self.rgba.shape[:2]) / 2
        phase = u @ self.waves / length + self.bend[t]
        return np.asarray(_BEND * length * np.sin(phase), np.float64)


@dataclass(frozen=True, eq=False)
class Scene:
    """Layers from the back to the front; layer k is object k + 1, but for the last, which only hides others."""

    layers: tuple[Layer, ...]
    height: int
    width: int
    gain: Floats
    noise: float
    seed: int

    @classmethod
    def of(
        cls,
        seed: int,
        *,
        num_frames: int = 60,
        height: int = 240,
        width: int = 320,
        noise: float = 3.0,
        textures: Sequence[NDArray[np.uint8]] = (),
    ) -> "Scene":
        """A ground, three objects of which one leaves the frame and comes back, and a bar that passes in front.

        ``textures`` are pictures to cut the layers from; without them they are made of noise of all sizes.
        """
        if num_frames < 1 or min(height, width) < 16:
            raise PointreelError(
                f"a scene of {num_frames} frames of {width} x {height}, expected 1 of 16 x 16 or more."
            )
        rng = np.random.default_rng([seed, 20])
        time, size = np.linspace(0, 1, num_frames), float(min(height, width))
        frame = np.array([width, height])

        def layer(reach: tuple[float, float], way: Floats, *, shape: str, bends: bool, turns: float) -> Layer:
            half = np.array(reach)
            picture = _texture(textures, half, rng)
            alpha = _outline(shape, picture.shape[:2], rng)
            phases = rng.uniform(0, 2 * np.pi, 2) + np.outer(time, rng.uniform(2, 4, 2))
            return Layer(
                rgba=np.dstack([picture * alpha[..., None], alpha]).astype(np.float32),
                middle=way * frame,
                turn=turns * np.sin(np.pi * time * rng.uniform(0.6, 1.4) + rng.uniform(0, 0.5)) * rng.choice([-1, 1]),
                size=np.exp(rng.uniform(0.1, 0.3) * np.sin(np.pi * time * rng.uniform(0.8, 1.6))),
                bend=phases if bends else np.zeros((num_frames, 2)),
                waves=rng.uniform(-2, 2, (2, 2)) if bends else np.zeros((2, 2)),
            )

        def wandering(amount: float) -> Floats:
            start, by = rng.uniform(0.3, 0.7, 2), rng.uniform(-amount, amount, 2)
            return start + np.outer(time, by) + 0.06 * np.sin(2 * np.pi * np.outer(time, [1.3, 1.0]) + start * 9)

        away = np.array([0.35, 0.5]) + np.outer(np.sin(np.pi * time) ** 2, [rng.choice([-0.75, 1.05]), 0.1])
        bar = np.column_stack([np.interp(time, [0, 0.25, 0.75, 1], [-0.3, -0.2, 1.2, 1.3]), np.full(num_frames, 0.5)])
        layers = (
            layer((1.1 * width, 1.1 * height), 0.5 + np.outer(time, rng.uniform(-0.15, 0.15, 2)), shape="all",
                  bends=False, turns=0.1),
            layer((0.24 * size, 0.2 * size), wandering(0.3), shape="blob", bends=True, turns=0.6),
            layer((0.2 * size, 0.24 * size), away, shape="blob", bends=True, turns=0.4),
            layer((0.2 * size, 0.2 * size), wandering(0.4), shape="blob", bends=True, turns=0.9),
            layer((0.09 * width, 0.8 * height), bar, shape="all", bends=False, turns=0.15),
        )  # fmt: skip
        gain = 1 + 0.2 * np.sin(2 * np.pi * time * rng.uniform(0.7, 1.5) + rng.uniform(0, 6))
        return cls(layers, height, width, gain, noise, seed)

    @property
    def num_frames(self) -> int:
        return len(self.gain)

    def frames(self) -> Iterator[Frame]:
        """Every frame, drawn when asked for."""
        y, x = np.mgrid[: self.height, : self.width]
        xy = np.column_stack([x.ravel(), y.ravel()]).astype(np.float64)
        for t in range(self.num_frames):
            canvas = np.zeros((len(xy), 3), np.float32)
            for layer in self.layers:
                drawn = layer.drawn(xy, t)
                canvas = canvas * (1 - drawn[:, 3:]) + drawn[:, :3]
            rng = np.random.default_rng([self.seed, 21, t])
            lit = self.gain[t] * canvas + rng.normal(0, self.noise, canvas.shape)
            yield Frame(t, np.clip(np.rint(lit), 0, 255).astype(np.uint8).reshape(self.height, self.width, 3))

    def tracks(self, points_per_object: int = 8) -> TruePoints:
        """Random points of every layer but the bar, given on the frame of the first third that shows most of it.

        An object that hardly shows itself may have fewer points.
        """
        rng = np.random.default_rng([self.seed, 22])
        parts = [self._of_layer(k, points_per_object, rng) for k in range(len(self.layers) - 1)]
        xy, visible = (np.concatenate([getattr(tracks, name) for tracks, _ in parts]) for name in ("xy", "visible"))
        numbers = [len(tracks.xy) for tracks, _ in parts]
        ids, frames = np.arange(1, len(self.layers)), np.array([frame for _, frame in parts])
        return TruePoints(PointTracks(xy, visible), np.repeat(ids, numbers), np.repeat(frames, numbers))

    def _of_layer(self, k: int, wanted: int, rng: np.random.Generator) -> tuple[PointTracks, int]:
        layer = self.layers[k]
        half = (np.array(layer.rgba.shape[1::-1]) - 1) / 2
        u = rng.uniform(-half, half, (60 * wanted, 2))
        xy = np.stack([layer.to_frame(u, t) for t in range(self.num_frames)], axis=1)
        visible = np.stack([self._is_visible(k, xy[:, t], t) for t in range(self.num_frames)], axis=1)
        frame = int(visible[:, : self.num_frames // 3 + 1].sum(axis=0).argmax())
        shown = np.flatnonzero(self._is_well_inside(k, xy[:, frame], frame))[:wanted]
        return PointTracks(xy[shown], visible[shown]), frame

    def _is_visible(self, k: int, xy: Floats, t: int) -> NDArray[np.bool_]:
        inside = ((xy >= 0) & (xy <= (self.width - 1, self.height - 1))).all(axis=1)
        covered = [layer.alpha(xy, t) > 0.5 for layer in self.layers[k + 1 :]]
        own = self.layers[k].alpha(xy, t) > 0.5
        visible: NDArray[np.bool_] = own & inside & ~np.any(covered, axis=0)
        return visible

    def _is_well_inside(self, k: int, xy: Floats, t: int) -> NDArray[np.bool_]:
        around = [xy + _MARGIN * np.array(step) for step in ((1, 0), (-1, 0), (0, 1), (0, -1), (0, 0))]
        inside: NDArray[np.bool_] = np.all([self._is_visible(k, places, t) for places in around], axis=0)
        return inside


def _texture(pictures: Sequence[NDArray[np.uint8]], half: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """A random part of a random picture, or noise of all sizes, of twice ``half`` pixels."""
    width, height = np.ceil(2 * half).astype(int)
    if len(pictures):
        picture = pictures[int(rng.integers(len(pictures)))].astype(np.float32)
        scale = max(height / picture.shape[0], width / picture.shape[1]) * rng.uniform(1.05, 1.6)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way), np.float32)
        top, left = (rng.integers(0, picture.shape[axis] - side + 1) for axis, side in ((0, height), (1, width)))
        return np.asarray(picture[top : top + height, left : left + width], np.float32)
    total = np.zeros((height, width, 3), np.float32)
    for cell in (3, 7, 16, 40):
        small = rng.normal(0, 1, (height // cell + 3, width // cell + 3, 3)).astype(np.float32)
        total += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(rng.uniform(90, 160, 3) + 26 * total, 5, 250), np.float32)


def _outline(shape: str, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """1 inside, 0 outside, with a soft edge of a pixel: the whole texture, or a blob within it."""
    height, width = size
    if shape == "all":
        return np.ones(size, np.float32)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle, waves = np.arctan2(y, x), rng.uniform(-0.12, 0.12, (3, 2))
    radius = 0.8 + sum(a * np.cos(k * angle) + b * np.sin(k * angle) for k, (a, b) in enumerate(waves, 2)) / 1.5
    return np.asarray(np.clip((radius - np.hypot(x, y)) * min(size) / 2 + 0.5, 0, 1), np.float32)
