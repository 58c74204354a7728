"""A clip whose every mask is known exactly: an astronaut, a cup of coffee and a space shuttle drift through space.

Cut out of photographs that scikit-image carries in its wheel, they move, turn, grow and pass before one another while
the camera pans over a picture of deep space. The shuttle passes behind the others, leaves the picture and comes back.
Nothing is downloaded. The photographs are in the public domain (NASA) or CC0 (the coffee, by Rachel Michetti).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from math import ceil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import Frame, FrameMasks, Mask, MissingExtra, PointreelError, Points, Segment
from ..video.colours import LIGHT
from ..video.draw import OverlayStyle, overlay
from ..video.pictures import write_picture
from ..video.thumbnails import contact_sheet, evenly_spaced
from . import _outlines

Image = NDArray[np.float32]
Way = Callable[[float], NDArray[np.float64]]
"""A smooth function of time."""

FRAME_RATE = Fraction(24)
SUPERSAMPLING = 2

_POSTER = OverlayStyle(opacity=0.35, scale=1.5)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A cut-out and its path.

    ``keys`` are (time, x, y, turn, size): time from 0 to 1 over the clip; the place of the anchor in widths and heights
    of the picture; degrees clockwise; height in heights of the picture. The anchor is the middle of the cut-out,
    ``anchor`` of its height down.
    """

    object_id: int
    name: str
    photo: str
    outline: str
    keys: Sequence[tuple[float, float, float, float, float]]
    anchor: float = 0.5


ACTORS = (
    Actor(
        object_id=3,
        name="shuttle",
        photo="astronaut.png",
        outline=_outlines.SHUTTLE,
        keys=(
            (0.00, 0.13, 0.66, 38, 0.50),
            (0.20, 0.40, 0.40, 52, 0.50),
            (0.38, 0.78, 0.12, 48, 0.46),
            (0.50, 1.02, -0.42, 0, 0.42),
            (0.62, 0.62, -0.62, -80, 0.42),
            (0.80, 0.30, 0.10, -155, 0.44),
            (1.00, 0.20, 0.52, -205, 0.52),
        ),
    ),
    Actor(
        object_id=1,
        name="astronaut",
        photo="astronaut.png",
        outline=_outlines.ASTRONAUT,
        anchor=1.0,
        keys=(
            (0.00, 0.72, 1.10, 3, 0.92),
            (0.35, 0.66, 1.12, -4, 0.96),
            (0.70, 0.60, 1.14, 2, 1.02),
            (1.00, 0.58, 1.13, 5, 1.00),
        ),
    ),
    Actor(
        object_id=2,
        name="coffee",
        photo="coffee.png",
        outline=_outlines.COFFEE,
        keys=(
            (0.00, 0.30, 0.24, -20, 0.34),
            (0.35, 0.42, 0.52, 22, 0.40),
            (0.65, 0.62, 0.74, 48, 0.44),
            (1.00, 0.86, 0.42, 95, 0.36),
        ),
    ),
)
"""From the back to the front."""

NAMES: Mapping[int, str] = {actor.object_id: actor.name for actor in sorted(ACTORS, key=lambda actor: actor.object_id)}
"""The names of the objects, by id."""


def sample_clip(
    num_frames: int = 60, height: int = 480, width: int = 854, seed: int = 0
) -> Iterator[tuple[Frame, FrameMasks]]:
    """The clip, frame by frame, with its masks; the same arguments give the same pixels.

    A pixel belongs to the object that makes up at least half of it, after what lies in front has been taken away. The
    whole story is told in any number of frames; ``seed`` varies the paths a little.
    """
    if num_frames < 1 or height < 16 or width < 16 or seed < 0:
        found = f"{num_frames} frames of {height} x {width} with seed {seed}"
        raise PointreelError(f"sample clip: found {found}, expected at least 1 frame of 16 x 16 and a seed from 0.")
    sky = _Sky.of(height, width, np.random.default_rng([seed, 0]))
    sprites = [_Sprite.of(actor, height, width, np.random.default_rng([seed, actor.object_id])) for actor in ACTORS]
    return (_render(k, k / max(num_frames - 1, 1), sky, sprites) for k in range(num_frames))


def picture(path: Path | str, *, height: int = 270, width: int = 480) -> None:
    """Save a sheet of six frames that tells what the tool is for: a click on each object, then masks and names."""
    shown = evenly_spaced(60, 6)
    frames = (_told(frame, masks) for frame, masks in sample_clip(60, height, width) if frame.index in shown)
    write_picture(path, contact_sheet(frames, columns=3, gap=8, ground=LIGHT), quality=88)


def _told(frame: Frame, masks: FrameMasks) -> Frame:
    if frame.index:
        return Frame(frame.index, overlay(frame, masks.segments, names=NAMES, style=_POSTER))
    clicks = {object_id: _click(segment.mask) for object_id, segment in masks.segments.items()}
    return Frame(frame.index, overlay(frame, points=clicks, names=NAMES, style=_POSTER))


def _click(mask: Mask) -> Points:
    """Where a person would click: the pixel furthest from the outline."""
    depth = cv2.distanceTransform(np.pad(mask.to_array(), 1).astype(np.uint8), cv2.DIST_L2, 5)
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return Points.on([[x - 1, y - 1]])


def _render(index: int, time: float, sky: "_Sky", sprites: Sequence["_Sprite"]) -> tuple[Frame, FrameMasks]:
    """Sky, then the sprites over it; then, from the front, which pixels show at least half of each."""
    canvas = sky.at(time)
    layers = [sprite.at(time, canvas.shape[:2]) for sprite in sprites]
    for rows, columns, rgba in layers:
        patch = canvas[rows, columns]
        patch[:] = patch * (1 - rgba[..., 3:]) + rgba[..., :3]
    clear, free = np.ones(canvas.shape[:2], np.float32), np.ones(canvas.shape[:2], np.bool_)
    segments = {}
    for sprite, (rows, columns, rgba) in reversed(list(zip(sprites, layers, strict=True))):
        alpha = rgba[..., 3]
        shown = np.zeros_like(free)
        shown[rows, columns] = (alpha * clear[rows, columns] >= 0.5) & free[rows, columns]
        clear[rows, columns] *= 1 - alpha
        free &= ~shown
        if shown.any():
            segments[sprite.object_id] = Segment(Mask.from_array(shown))
    rgb = np.clip(np.rint(canvas), 0, 255).astype(np.uint8)
    return Frame(index, rgb), FrameMasks(index, dict(sorted(segments.items())))


@dataclass(frozen=True)
class _Sky:
    """The ground photograph, scaled so that the camera can pan, and the camera's way over it."""

    photo: Image
    height: int
    width: int
    way: Way

    @classmethod
    def of(cls, height: int, width: int, rng: np.random.Generator) -> "_Sky":
        photo = _photo("hubble_deep_field.jpg")
        scale = max(1.5 * width / photo.shape[1], 1.3 * height / photo.shape[0])
        photo = _resized(photo, scale)
        drift = rng.uniform(-0.01, 0.01, 2)
        way = [(0.60, 0.46, -1.5), (0.50, 0.51 + drift[0], 0.5), (0.40, 0.54 + drift[1], 1.5)]
        return cls(photo, height, width, _smooth([0, 0.5, 1], way))

    def at(self, time: float) -> Image:
        x, y, turn = self.way(time)
        middle = x * self.photo.shape[1], y * self.photo.shape[0]
        matrix = cv2.getRotationMatrix2D(middle, turn, 1.0)
        matrix[:, 2] += np.array([self.width, self.height]) / 2 - 0.5 - middle
        view = cv2.warpAffine(
            self.photo, matrix, (self.width, self.height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.clip(view, 0, 255)


@dataclass(frozen=True)
class _Sprite:
    """A cut-out, RGB times alpha and alpha, at about the size at which it is drawn, and its way through the picture."""

    object_id: int
    rgba: Image
    anchor: tuple[float, float]
    unit: float
    way: Way

    @classmethod
    def of(cls, actor: Actor, height: int, width: int, rng: np.random.Generator) -> "_Sprite":
        unit = min(height, 0.6 * width)
        keys = np.array(actor.keys)
        outline = np.array([pair.split(",") for pair in actor.outline.split()], np.float64)
        largest = keys[:, 4].max() * unit / np.ptp(outline[:, 1])
        rgba = _cut_out(_photo(actor.photo), outline, min(1.0, SUPERSAMPLING * largest))
        wobble = rng.uniform(-1, 1, (len(keys), 4)) * [0.008, 0.008, 2.5, 0.01]
        anchor = (rgba.shape[1] - 1) / 2, actor.anchor * rgba.shape[0] - 0.5
        return cls(actor.object_id, rgba, anchor, unit, _smooth(keys[:, 0], keys[:, 1:] + wobble))

    def at(self, time: float, size: tuple[int, int]) -> tuple[slice, slice, Image]:
        """The part of the picture this sprite touches, and its pixels there."""
        to_picture = self._matrix(time, size)
        height, width = self.rgba.shape[:2]
        corners = to_picture @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
        left, top = np.clip(np.floor(corners.min(1)).astype(int) - 2, 0, size[::-1])
        right, bottom = np.clip(np.ceil(corners.max(1)).astype(int) + 3, 0, size[::-1])
        if right <= left or bottom <= top:
            return slice(0, 0), slice(0, 0), np.zeros((0, 0, 4), np.float32)
        fine = SUPERSAMPLING * to_picture
        fine[:, 2] += (SUPERSAMPLING - 1) / 2 - SUPERSAMPLING * np.array([left, top])
        drawn = int(right - left), int(bottom - top)
        many = cv2.warpAffine(self.rgba, fine, (SUPERSAMPLING * drawn[0], SUPERSAMPLING * drawn[1]))
        rgba = cv2.resize(many, drawn, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
        return slice(top, bottom), slice(left, right), rgba

    def _matrix(self, time: float, size: tuple[int, int]) -> NDArray[np.float64]:
        x, y, turn, tall = self.way(time)
        scale, angle = tall * self.unit / self.rgba.shape[0], np.deg2rad(turn)
        linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        place = np.array([x * size[1], y * size[0]]) - 0.5
        return np.column_stack([linear, place - linear @ np.array(self.anchor)])


def _smooth(times: ArrayLike, values: ArrayLike) -> Way:
    from scipy.interpolate import CubicSpline  # a third of a second, for those who render

    way: Way = CubicSpline(times, values)
    return way


def _cut_out(photo: Image, outline: NDArray[np.float64], scale: float) -> Image:
    """What lies inside the outline, with a transparent rim; colours at the edge come from inside the object."""
    margin = 4
    low, high = np.floor(outline.min(0)).astype(int) - margin, np.ceil(outline.max(0)).astype(int) + margin + 1
    xs, ys = np.arange(low[0], high[0]), np.arange(low[1], high[1])
    within = np.ix_(ys.clip(0, photo.shape[0] - 1), xs.clip(0, photo.shape[1] - 1))
    crop = _resized(photo[within], scale)
    factor = np.array(crop.shape[1::-1]) / (high - low)
    alpha = _coverage((_rounded(outline) - low + 0.5) * factor - 0.5, crop.shape[:2])
    inside = (cv2.erode(alpha, np.ones((3, 3))) > 0.99).astype(np.float32)[..., None]
    reach = max(0.8, 2 * scale)
    near = cv2.GaussianBlur(crop * inside, (0, 0), reach) / (cv2.GaussianBlur(inside, (0, 0), reach)[..., None] + 1e-6)
    colour = np.where(inside > 0, crop, near)
    rgba: Image = np.dstack([colour * alpha[..., None], alpha]).astype(np.float32)
    return rgba


def _coverage(outline: NDArray[np.float64], size: tuple[int, int], fine: int = 8) -> Image:
    """How much of each pixel lies inside the outline, 0 to 1."""
    large = np.zeros((size[0] * fine, size[1] * fine), np.uint8)
    points = np.rint(((outline + 0.5) * fine - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(large, [points], 255, cv2.LINE_8, 4)
    small = cv2.resize(large, size[::-1], interpolation=cv2.INTER_AREA)
    return np.divide(small, 255, dtype=np.float32)


def _rounded(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polygon with its corners cut twice (Chaikin), which makes curves of short edges."""
    for _ in range(2):
        following = np.roll(outline, -1, 0)
        outline = np.stack([0.75 * outline + 0.25 * following, 0.25 * outline + 0.75 * following], 1).reshape(-1, 2)
    return outline


def _resized(image: Image, scale: float) -> Image:
    height, width = (max(1, ceil(side * scale)) for side in image.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, (width, height), interpolation=way).astype(np.float32, copy=False)


def _photo(name: str) -> Image:
    """A photograph out of scikit-image's wheel, read as a file: its own loader may want to download."""
    package = find_spec("skimage")
    if package is None or package.origin is None:
        raise MissingExtra("The sample clip", "demo")
    path = Path(package.origin).parent / "data" / name
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
    if bgr is None:
        raise PointreelError(f"{path}: not found or not a picture. Type: pip install --force-reinstall scikit-image")
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.float32)
