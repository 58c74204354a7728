"""Short clips of one thing that moves: an anchor from another occasion, then consecutive frames, with exact masks."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core import PointreelError
from .berkeley import Picture
from .corruption import SoftMask
from .layers import Bend, Field, Layer, Matrix, Path, about, placed, smooth_field
from .stock import Cutout, Stock

_LEAST_PIXELS = 40


@dataclass(frozen=True, eq=False)
class Clip:
    """Pictures (N, S, S, 3) and the thing's opacity (N, S, S), both uint8. Picture 0 is the anchor, the others follow
    each other. ``other`` is the opacity of something that looks like it, or lies near it, on picture 1."""

    pictures: Picture
    masks: NDArray[np.uint8]
    other: SoftMask | None


@dataclass(frozen=True, kw_only=True)
class ClipMaker:
    """Clip number k of an endless, repeatable row of clips.

    ``smallest`` and ``largest`` bound how much of the window the thing covers. In ``centred`` of the clips it is
    near the middle, and the camera goes with it, as an engine's windows do. In ``rivals`` of them there is another
    thing, one of the same kind in ``twins`` of those, and in ``poles`` something long stands before everything.
    ``stills`` of them are photographs as they were taken: nothing in them moves but the camera. ``greys`` of them have
    no colours.
    """

    stock: Stock
    size: int = 192
    length: int = 5
    smallest: float = 0.015
    largest: float = 0.32
    centred: float = 0.0
    rivals: float = 0.4
    twins: float = 0.3
    poles: float = 0.15
    stills: float = 0.0
    greys: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.stock.photographs or not self.stock.cutouts:
            raise PointreelError("The stock has no photograph, or nothing cut out of one: no scene can be made of it.")

    def __call__(self, number: int) -> Clip:
        rng = np.random.default_rng([self.seed, number])
        while True:
            clip = self._drawn(rng)
            if (clip.masks[:3] > 127).sum((1, 2)).min() >= _LEAST_PIXELS:
                return clip

    def _drawn(self, rng: np.random.Generator) -> Clip:
        stage = self._stage(rng)
        film = _Film(rng, self.size, in_place=stage.in_place, greys=self.greys)
        pictures, masks, other = [], [], None
        for k in range(self.length + 1):
            picture, visible = stage.seen(k, film)
            pictures.append(film.exposed(picture, anchor=k == 0))
            masks.append(np.round(visible[stage.layers.index(stage.target)] * 255).astype(np.uint8))
            if k == 1 and len(stage.layers) > 1:
                other = next(o for layer, o in zip(stage.layers, visible, strict=True) if layer is not stage.target)
        return Clip(np.stack(pictures), np.stack(masks), other)

    def _stage(self, rng: np.random.Generator) -> "_Stage":
        """One thing, in its own photograph or before another one, and in some scenes another thing too."""
        cutout, centred = self._any_cutout(rng), bool(self.centred and rng.random() < self.centred)
        anchored = bool(rng.random() < 0.75)
        times = [rng.normal(0, 6) if anchored else 0.0, *range(self.length)]
        if self.stills and cutout.photograph is not None and rng.random() < self.stills:
            return self._still(cutout, cutout.photograph, centred, times, rng)
        if cutout.behind is not None and rng.random() < 0.45:
            behind, placing, centre, area = self._in_place(cutout, cutout.behind, centred, rng)
        else:
            behind, placing, centre, area = self._before_another(cutout, centred, rng)
        in_place = behind.picture is cutout.behind
        target = self._layer(cutout.rgba, placing, centre, area, times, anchored, rng, stiff=in_place)
        layers = [target]
        if rng.random() < self.rivals:
            layers.insert(int(rng.random() < 0.45), self._rival(cutout, area, times, rng))
        if rng.random() < self.poles:
            layers.append(self._pole(times, rng))
        cameras = _cameras(times, self.size, rng)
        if centred:
            cameras = _following(cameras, target, centre, rng.uniform(0.7, 1.05))
        return _Stage(behind, layers, target, cameras, in_place)

    def _any_cutout(self, rng: np.random.Generator) -> Cutout:
        return self.stock.cutouts[int(rng.choice(len(self.stock.cutouts), p=self.stock.chances))]

    def _still(
        self, cutout: Cutout, picture: Picture, centred: bool, times: Sequence[float], rng: np.random.Generator
    ) -> "_Stage":
        """The photograph that the thing was cut out of, as it is."""
        behind, placing, centre, _ = self._in_place(cutout, picture, centred, rng)
        unbent = np.zeros((self.size, self.size, 2), np.float32)
        target = Layer(cutout.rgba, placing, [np.eye(3)] * len(times), times, (), unbent, unbent)
        cameras = _cameras(times, self.size, rng)
        if centred:
            cameras = _following(cameras, target, centre, 1.0)
        return _Stage(behind.flat(), [target], target, cameras, in_place=True, is_still=True)

    def _in_place(
        self, cutout: Cutout, picture: Picture, centred: bool, rng: np.random.Generator
    ) -> tuple["_Behind", Matrix, NDArray[np.float64], float]:
        """The thing where it was photographed, and the photograph with or without it."""
        size = self.size
        wanted = np.exp(rng.uniform(np.log(2 * self.smallest), np.log(1.2 * self.largest))) * size * size
        zoom = float(np.clip(np.sqrt(wanted / cutout.area), 0.62, 1.6))
        was = np.array(cutout.corner) + np.array(cutout.rgba.shape[1::-1]) / 2
        centre = self._centre(0.25, centred, rng)
        view = np.array([[zoom, 0, centre[0] - zoom * was[0]], [0, zoom, centre[1] - zoom * was[1]], [0, 0, 1.0]])
        if rng.random() < 0.5:
            view, centre = (
                np.array([[-1, 0, size - 1.0], [0, 1, 0], [0, 0, 1]]) @ view,
                centre * (-1, 1) + (size - 1, 0),
            )
        corner = np.array([[1, 0, cutout.corner[0]], [0, 1, cutout.corner[1]], [0, 0, 1.0]])
        return _Behind(picture, view, size, rng), view @ corner, centre, cutout.area * zoom * zoom

    def _before_another(
        self, cutout: Cutout, centred: bool, rng: np.random.Generator
    ) -> tuple["_Behind", Matrix, NDArray[np.float64], float]:
        """The thing anywhere, before any photograph."""
        size = self.size
        picture = self.stock.photographs[int(rng.integers(len(self.stock.photographs)))]
        height, width = picture.shape[:2]
        zoom, mirrored = rng.uniform(0.75, 1.3), rng.random() < 0.5
        middle, slack = np.array([width / 2, height / 2]), np.maximum(0, np.array([width, height]) - size)
        view = about(middle, size / 2 - middle + rng.uniform(-0.3, 0.3, 2) * slack, rng.normal(0, 0.05), zoom)
        if mirrored:
            view = view @ np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1.0]])
        area = np.exp(rng.uniform(np.log(self.smallest), np.log(self.largest))) * size * size
        centre = self._centre(0.2, centred, rng)
        return _Behind(picture, view, size, rng), placed(cutout, centre, area, rng), centre, float(area)

    def _centre(self, margin: float, centred: bool, rng: np.random.Generator) -> NDArray[np.float64]:
        """Where the thing is: near the middle, or anywhere but at the very border."""
        share = 0.5 + rng.normal(0, 0.07, 2) if centred else rng.uniform(margin, 1 - margin, 2)
        return share * self.size

    def _layer(
        self,
        rgba: Picture,
        placing: Matrix,
        centre: NDArray[np.float64],
        area: float,
        times: Sequence[float],
        anchored: bool,
        rng: np.random.Generator,
        *,
        stiff: bool = False,
    ) -> Layer:
        """In motion. On the anchor it stands elsewhere and otherwise, where the anchor is another occasion."""
        size, length, give = self.size, area**0.5, 0.6 if stiff else 1.0
        path = Path.drawn(centre, rng)
        elsewhere = about(
            centre, rng.normal(0, (0.15, 0.1)) * size, rng.normal(0, 0.2), float(np.exp(rng.normal(0, 0.22)))
        )
        motions = [elsewhere if anchored else np.eye(3), *(path.at(time) for time in times[1:])]
        bends = [Bend.drawn(centre, length, rng) for _ in range(rng.choice([0, 1, 2, 3], p=[0.35, 0.25, 0.25, 0.15]))]
        ripple = smooth_field(size, length * rng.uniform(0, 0.07) * give, rng)
        drift = smooth_field(size, min(length * 0.04, rng.uniform(0, 2.2)) * give, rng)
        return Layer(rgba, placing, motions, times, bends, ripple, drift)

    def _rival(self, cutout: Cutout, area: float, times: Sequence[float], rng: np.random.Generator) -> Layer:
        """Another thing, or another of the same kind."""
        twin = rng.random() < self.twins
        other = cutout if twin else self._any_cutout(rng)
        share = area * np.exp(rng.uniform(np.log(0.4), np.log(2))) if twin else self.size**2 * rng.uniform(0.006, 0.15)
        centre = rng.uniform(0.05, 0.95, 2) * self.size
        return self._layer(other.rgba, placed(other, centre, share, rng), centre, share, times, True, rng)

    def _pole(self, times: Sequence[float], rng: np.random.Generator) -> Layer:
        """Something long and narrow that stands before everything: a post, a trunk, a bar of a fence."""
        size = self.size
        photograph = self.stock.photographs[int(rng.integers(len(self.stock.photographs)))]
        width = int(size * rng.uniform(0.02, 0.15)) + 2
        left = int(rng.integers(photograph.shape[1] - width))
        strip = cv2.resize(photograph[:, left : left + width], (width, 2 * size), interpolation=cv2.INTER_LINEAR)
        rgba = np.dstack([strip, np.full(strip.shape[:2], 255, np.uint8)])
        centre = np.array([rng.uniform(0, size), size / 2])
        turn = rng.normal(0, 0.2) + (np.pi / 2 if rng.random() < 0.2 else 0)
        placing = about(np.array([width / 2, size]), centre - (width / 2, size), turn, 1.0)
        path = Path(centre, rng.normal(0, 4, 2) * (1, 0.2), np.zeros(2), 0.0, 0.0)
        still = np.zeros((size, size, 2), np.float32)
        return Layer(rgba, placing, [path.at(time) for time in times], times, (), still, still)


@dataclass(eq=False)
class _Stage:
    """Who is there, and from where it is seen."""

    behind: "_Behind"
    layers: list[Layer]
    target: Layer
    cameras: list[Matrix]
    in_place: bool
    is_still: bool = False

    def seen(self, k: int, film: "_Film") -> tuple[Field, list[Field]]:
        """The picture of frame k before it is exposed, and how much of each layer is to be seen, not hidden, there."""
        picture = self.behind.rendered(self.cameras[k], self.target.times[k])
        visible: list[Field] = []
        for layer in self.layers:
            rgba = layer.rendered(k, self.cameras[k])
            opacity, colours = rgba[..., 3].astype(np.float32) / np.float32(255), rgba[..., :3].astype(np.float32)
            if self.is_still:
                return picture, [opacity]
            if layer is self.target:
                picture, colours = film.shadowed(picture, opacity), film.lit(colours)
            picture += (colours - picture) * opacity[..., None]
            visible = [*(below * (1 - opacity) for below in visible), opacity]
        return picture, visible


class _Behind:
    """The background: a photograph that the camera moves over, nearer things faster, and water that ripples."""

    def __init__(self, picture: Picture, view: Matrix, size: int, rng: np.random.Generator) -> None:
        self.picture, self._view, self._size = picture, view, size
        self._depth = smooth_field(size, 1.0, rng) * rng.choice([0, 0, 0.4, 1.5])
        self._depth[..., 0] += (
            np.linspace(-1, 1, size, dtype=np.float32)[:, None] * rng.normal(0, 1) * rng.choice([0, 2])
        )
        self._wave = smooth_field(size, 1.0, rng) * rng.choice([0, 0, 0, 1.5, 3])
        self._rate = rng.uniform(0.5, 2)

    def flat(self) -> "_Behind":
        """The same, all of it equally far away and at rest."""
        self._depth, self._wave = self._depth * 0, self._wave * 0
        return self

    def rendered(self, camera: Matrix, time: float) -> Field:
        size = self._size
        seen = cv2.warpAffine(
            self.picture, (camera @ self._view)[:2], (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        push = self._depth * np.clip(time, -4, 6) + self._wave * np.sin(self._rate * time)
        push = push.astype(np.float32)
        if push.any():
            y, x = np.mgrid[:size, :size].astype(np.float32)
            seen = cv2.remap(seen, x + push[..., 0], y + push[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return seen.astype(np.float32)


def _cameras(times: Sequence[float], size: int, rng: np.random.Generator) -> list[Matrix]:
    """A camera that pans, zooms and turns a little, and in one of five clips shakes."""
    pan = rng.normal(0, 1, 2) * rng.choice([0, 1, 3, 8], p=[0.25, 0.3, 0.3, 0.15]) * (1, 0.5)
    zooming, turning, shake = rng.normal(0, 0.012), rng.normal(0, 0.006), float(rng.random() < 0.2)
    middle = np.array([size / 2, size / 2])
    return [
        about(middle, pan * time + rng.normal(0, shake, 2), turning * time, float(np.exp(zooming * time)))
        for time in times
    ]


def _following(cameras: Sequence[Matrix], target: Layer, centre: NDArray[np.float64], share: float) -> list[Matrix]:
    """Cameras that keep the thing about where it is on the first consecutive picture."""
    middle = np.array([*centre, 1.0])
    seen = [camera @ motion @ middle for camera, motion in zip(cameras, target.motions, strict=True)]
    at, still = np.array([place[:2] for place in seen]), np.zeros(2)
    back = (at[1] - at) * share
    return [about(still, shift, 0.0, 1.0) @ camera for shift, camera in zip(back, cameras, strict=True)]


class _Film:
    """What light, lens and file do to a picture; most of it alike on all frames of a clip."""

    def __init__(self, rng: np.random.Generator, size: int, *, in_place: bool, greys: float) -> None:
        self._rng, self._size = rng, size
        self._tint = np.ones(3) if in_place else rng.uniform(0.85, 1.15, 3)
        self._gain, self._colour = rng.uniform(0.75, 1.2), rng.normal(0, 4, 3)
        self._noise, self._gamma = rng.uniform(0, 0.06), np.exp(rng.normal(0, 0.15))
        self._grain = _grain(size, rng)
        self._smear = (int(rng.choice([3, 5, 7])), 1)[:: int(rng.choice([1, 1, 1, -1]))] if rng.random() < 0.2 else None
        self._shrink = rng.uniform(1.3, 3.5) if rng.random() < 0.35 else 1.0
        self._quality = int(rng.integers(25, 90)) if rng.random() < 0.5 else 0
        self._shadow = rng.uniform(0.3, 0.75) if rng.random() < 0.25 else 1.0
        self._cast = rng.normal(0, 0.12, 2) * size + (0, 0.06 * size)
        self._flat = rng.uniform(0.25, 0.8)
        self._light = 1 + smooth_field(size, 0.12, rng, 1) * float(rng.random() < 0.4)
        self._is_grey = rng.random() < greys

    def lit(self, colours: Field) -> Field:
        """The thing itself, in its own light."""
        return colours * self._tint.astype(np.float32) * self._light

    def shadowed(self, picture: Field, opacity: Field) -> Field:
        """The shadow that the thing casts moves with it, and is no part of it."""
        if self._shadow == 1.0:
            return picture
        rows = np.flatnonzero(opacity.max(1) > 0.5)
        foot = float(rows[-1]) if len(rows) else self._size
        matrix = np.array([[1, 0, self._cast[0]], [0, self._flat, foot * (1 - self._flat) + self._cast[1]]])
        cast = cv2.blur(cv2.warpAffine(opacity, matrix, (self._size, self._size)), (7, 7))
        return picture * (1 - cast * np.float32(1 - self._shadow))[..., None]

    def exposed(self, picture: Field, *, anchor: bool) -> Picture:
        """The finished picture. The anchor, taken on another occasion, is a little brighter or darker."""
        rng, size = self._rng, self._size
        picture = self._softened(picture)
        gain = self._gain * (rng.uniform(0.85, 1.18) if anchor else 1 + rng.normal(0, 0.01))
        colour = self._colour + (rng.normal(0, 5, 3) if anchor else 0)
        grain = np.roll(self._grain, (int(rng.integers(size)), int(rng.integers(size))), (0, 1))
        grain = grain * np.float32(self._noise)
        bright = np.clip((picture * np.float32(gain) + colour.astype(np.float32) + grain) / 255, 0, 1)
        if self._is_grey:
            bright = np.repeat(bright.mean(2, keepdims=True), 3, 2)
        done = np.round(255 * cv2.pow(bright, self._gamma)).astype(np.uint8)
        return _compressed(done, self._quality) if self._quality else done

    def _softened(self, picture: Field) -> Field:
        """Smeared by motion, and no sharper than a smaller picture."""
        size, small = self._size, int(self._size / self._shrink)
        if self._smear:
            picture = cv2.blur(picture, self._smear).astype(np.float32, copy=False)
        if self._shrink > 1:
            shrunk = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
            picture = cv2.resize(shrunk, (size, size)).astype(np.float32, copy=False)
        return picture


def _grain(size: int, rng: np.random.Generator) -> Field:
    coarse = rng.integers(-64, 64, (size // 2, size // 2, 3)).astype(np.float32)
    return cv2.resize(coarse, (size, size)).astype(np.float32, copy=False)


def _compressed(picture: Picture, quality: int) -> Picture:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert again is not None
    return again.astype(np.uint8, copy=False)
