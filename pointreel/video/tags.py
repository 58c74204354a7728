"""Small labels on a picture: readable on any ground, inside the picture, and off one another where there is room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .colours import Colour, text_colour_on

RGB = NDArray[np.uint8]
Rect = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are outside."""

_OVERSAMPLING = 4


@dataclass
class Tags:
    """The tags of one picture. They are collected while objects are drawn, and drawn above everything else.

    ``keep_clear`` are places, those of points, that a tag covers only where it must.
    """

    canvas: RGB
    size: float
    gap: int
    keep_clear: list[Rect] = field(default_factory=list)
    _wanted: dict[int, tuple[str, Colour, Rect]] = field(default_factory=dict)

    def add(
        self,
        object_id: int,
        words: tuple[str, str],
        colour: Colour,
        target: Rect,
        *,
        resting_on: NDArray[np.uint8] | None = None,
    ) -> None:
        """Ask for a tag at the box ``target``, lowered onto the mask ``resting_on``; an object has one tag only."""
        text = self._text(*words)
        if object_id in self._wanted or not text:
            return
        if resting_on is not None:
            target = _resting_box(resting_on, target, tag_size(text, self.size)[0])
        self._wanted[object_id] = text, colour, target

    def draw(self) -> None:
        taken: list[Rect] = []
        for text, colour, target in self._wanted.values():
            width, height = tag_size(text, self.size)
            left, top = place_tag((width, height), target, self.canvas.shape[1::-1], taken, self.keep_clear, self.gap)
            draw_tag(self.canvas, text, (left, top), colour=colour, size=self.size)
            taken.append((left, top, left + width, top + height))

    def _text(self, number: str, name: str) -> str:
        """Id and name where they leave the picture free, else most of the name, else the id, else nothing."""
        full = " ".join(word for word in (number, name) if word)
        text = shortened(full, self.size, round(0.6 * self.canvas.shape[1]))
        if text != full and len(text) <= len(full) // 2 + 1:
            text = number
        width, height = tag_size(text, self.size)
        return text if 3 * height <= self.canvas.shape[0] and width <= self.canvas.shape[1] else ""


def _resting_box(pixels: NDArray[np.uint8], box: Rect, tag_width: int) -> Rect:
    """The box of a mask with its top lowered to where a tag, let fall along the middle of the box, comes to rest."""
    left, top, right, bottom = box
    start = max((left + right - tag_width) // 2, 0)
    hit = pixels[top:bottom, start : start + tag_width].any(1)
    return left, top + int(hit.argmax()), right, bottom


def draw_tag(canvas: RGB, text: str, place: tuple[int, int], *, colour: Colour, size: float) -> None:
    """Draw ``text`` on a rounded plate in ``colour``, its top left corner at ``place``, onto ``canvas``."""
    plate, alpha = _tag(text, colour, round(size))
    left, top = place
    patch = canvas[max(top, 0) : top + plate.shape[0], max(left, 0) : left + plate.shape[1]]
    rows, columns = slice(max(-top, 0), None), slice(max(-left, 0), None)
    weight = alpha[rows, columns][: patch.shape[0], : patch.shape[1]]
    front = plate[rows, columns][: patch.shape[0], : patch.shape[1]]
    patch[:] = np.rint(patch + (front - patch) * weight)


def tag_size(text: str, size: float) -> tuple[int, int]:
    """Width and height in pixels of the tag of ``text``."""
    font, pad = _font(round(size)), _padding(round(size))
    ascent, descent = font.getmetrics()
    return int(np.ceil(font.getlength(text))) + 2 * pad, ascent + descent + pad // 2


def shortened(text: str, size: float, width: int) -> str:
    """``text`` with an ellipsis where its tag would be wider than ``width``."""
    if tag_size(text, size)[0] <= width:
        return text
    while text and tag_size(text + "…", size)[0] > width:
        text = text[:-1].rstrip()
    return text + "…"


def place_tag(
    size: tuple[int, int],
    target: Rect,
    canvas: tuple[int, int],
    taken: Sequence[Rect],
    keep_clear: Sequence[Rect] = (),
    gap: int = 4,
) -> tuple[int, int]:
    """Where to put a tag of ``size`` that belongs to the box ``target``, on a canvas (width, height).

    Above the target is best, then below, then at its inner edges, then beside it. Of the places that cover no tag in
    ``taken``, the first that covers least of ``keep_clear`` is used. In a crowd it is the nearest free place of the
    picture, and where there is none at all, the place that covers least.
    """
    width, height = size
    room = max(canvas[0] - width, 0), max(canvas[1] - height, 0)
    near = np.array(list(_candidates(size, target, room, gap)))
    free = near[_covered(near, size, taken) == 0]
    if len(free):
        return _point(free[np.argmin(_covered(free, size, keep_clear))])
    xs, ys = np.arange(0, room[0] + 1, max(width // 4, 1)), np.arange(0, room[1] + 1, max(height // 2, 1))
    anywhere = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    distance = np.hypot(*(anywhere - near[0]).T)
    return _point(anywhere[np.lexsort((distance, _covered(anywhere, size, taken)))[0]])


def _point(xy: NDArray[np.int64]) -> tuple[int, int]:
    return int(xy[0]), int(xy[1])


def _candidates(size: tuple[int, int], target: Rect, room: tuple[int, int], gap: int) -> Iterator[tuple[int, int]]:
    """Places by preference, each moved into the picture; one that had to move off its side of the target is skipped."""
    (width, height), (left, top, right, bottom) = size, target
    across, down = (left + right - width) // 2, (top + bottom - height) // 2
    inner = top + gap, bottom - height - gap
    wanted = [
        (across, top - height - gap),
        (across, bottom + gap),
        (across, inner[0]),
        (left, top - height - gap),
        (right - width, top - height - gap),
        (right + gap, down),
        (left - width - gap, down),
        (across, inner[1]),
        (across, down),
    ]
    for x, y in wanted:
        inside = min(max(x, 0), room[0]), min(max(y, 0), room[1])
        if inside[1] == y or y in inner:
            yield inside


def _covered(places: NDArray[np.int64], size: tuple[int, int], taken: Sequence[Rect]) -> NDArray[np.int64]:
    """How many pixels of the tags in ``taken`` each place would cover."""
    others = np.array(taken, np.int64).reshape(-1, 4)
    x, y = places[:, :1], places[:, 1:]
    across = np.minimum(x + size[0], others[:, 2]) - np.maximum(x, others[:, 0])
    down = np.minimum(y + size[1], others[:, 3]) - np.maximum(y, others[:, 1])
    covered: NDArray[np.int64] = (np.clip(across, 0, None) * np.clip(down, 0, None)).sum(1)
    return covered


@lru_cache(maxsize=1024)
def _tag(text: str, colour: Colour, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The plate with its text, (H, W, 3), and how opaque it is, (H, W, 1) from 0 to 1."""
    width, height = tag_size(text, size)
    image = Image.new("RGB", (width, height), colour)
    font = _font(size)
    ascent, descent = font.getmetrics()
    baseline = (height - ascent - descent) / 2 + ascent
    draw = ImageDraw.Draw(image)
    draw.text((_padding(size), round(baseline)), text, fill=text_colour_on(colour), font=font, anchor="ls")
    plate = Image.new("L", (width * _OVERSAMPLING, height * _OVERSAMPLING))
    corner = 0.28 * height * _OVERSAMPLING
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), corner, fill=255)
    alpha = cv2.resize(np.asarray(plate), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.float32), alpha[..., None] * np.float32(0.94 / 255)


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans Bold, which matplotlib brings and which knows most alphabets; found without importing matplotlib."""
    found = find_spec("matplotlib")
    folder = Path(found.origin).parent if found and found.origin else Path()
    path = folder / "mpl-data" / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(str(path), size)


def _padding(size: int) -> int:
    return max(2, round(0.4 * size))
