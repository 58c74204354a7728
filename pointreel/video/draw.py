"""Masks, contours, points, ids and names drawn on a frame; every size follows the size of the frame.

>>> picture = overlay(frame, {1: mask}, points={1: Points.on([[40, 30]])}, names={1: "cat"})      # doctest: +SKIP
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import AMBIGUOUS, BACKGROUND, Frame, Mask, PointreelError, Points, Segment
from .colours import DARK, GREY, LIGHT, Colour, colour_of
from .pictures import RGB, checked_rgb
from .tags import Rect, Tags

Drawable = Mask | Segment | NDArray[np.generic]
"""A mask in any of the shapes it has in the house; of an array every non-zero pixel is on the object."""

_SHIFT = 4
"""OpenCV draws at sixteenths of a pixel."""


@dataclass(frozen=True, kw_only=True)
class OverlayStyle:
    """How an overlay looks. ``opacity`` 0 leaves outlines only; ``scale`` enlarges lines, points and text alike.

    ``colours`` gives objects a colour of their own instead of ``colour_of``.
    """

    opacity: float = 0.4
    outline: bool = True
    ids: bool = True
    names: bool = True
    scale: float = 1.0
    colours: Mapping[int, Colour] = field(default_factory=dict)

    def colour_of(self, object_id: int) -> Colour:
        return self.colours.get(object_id) or colour_of(object_id)

    def words_of(self, object_id: int, names: Mapping[int, str]) -> tuple[str, str]:
        """The id and the name as this style shows them."""
        return str(object_id) if self.ids else "", names.get(object_id, "") if self.names else ""


OUTLINES = OverlayStyle(opacity=0.0)


def overlay(
    picture: RGB | Frame,
    masks: Mapping[int, Drawable] | None = None,
    *,
    points: Mapping[int, Points] | None = None,
    names: Mapping[int, str] | None = None,
    style: OverlayStyle | None = None,
) -> RGB:
    """A copy of ``picture`` with its objects drawn on it, later ids over earlier ones.

    A mask is a translucent fill with an anti-aliased contour; where the picture cuts an object off there is no line.
    A point on the object is a disc, off it a cross, undecided a grey disc. Tags say the id and, where ``names`` has
    one, the name. Pixels away from masks, points and tags stay exactly as they are.
    """
    style, names, canvas = style or OverlayStyle(), names or {}, np.array(checked_rgb(picture, "overlay"), order="C")
    unit = style.scale * min(canvas.shape[:2]) / 480
    tags = Tags(canvas, size=max(9.0, 14.0 * unit), gap=round(max(2.0, 5.0 * unit)))
    for object_id, mask in sorted((masks or {}).items()):
        colour, pixels = style.colour_of(object_id), _pixels(mask, canvas, object_id)
        if box := _draw_mask(canvas, pixels, colour, style, unit):
            tags.add(object_id, style.words_of(object_id, names), colour, box, resting_on=pixels)
    for object_id, of_object in sorted((points or {}).items()):
        colour = style.colour_of(object_id)
        boxes = _draw_points(canvas, of_object, colour, unit)
        tags.keep_clear.extend(boxes)
        if boxes:
            box = *np.min(boxes, 0)[:2].tolist(), *np.max(boxes, 0)[2:].tolist()
            tags.add(object_id, style.words_of(object_id, names), colour, box)
    tags.draw()
    return canvas


def _pixels(mask: Drawable, canvas: RGB, object_id: int) -> NDArray[np.uint8]:
    """The mask as 0 and 255."""
    mask = mask.mask if isinstance(mask, Segment) else mask
    array = mask.to_array() if isinstance(mask, Mask) else mask
    if array.shape != canvas.shape[:2]:
        found, expected = " x ".join(map(str, array.shape)), "{} x {}".format(*canvas.shape[:2])
        raise PointreelError(f"overlay: found a mask of {found} for object {object_id}, expected {expected}.")
    on = array if array.dtype == np.bool_ else array != 0
    return np.ascontiguousarray(on).view(np.uint8) * np.uint8(255)


def _draw_mask(canvas: RGB, pixels: NDArray[np.uint8], colour: Colour, style: OverlayStyle, unit: float) -> Rect | None:
    """Fill and contour in one pass, in the neighbourhood of the mask only; gives back the mask's box.

    Blurring a straight edge gives the normal distribution of the distance to it, so the blurred mask tells the signed
    distance to a smooth contour, and fill, line and rim are functions of its 256 levels.
    """
    left, top, width, height = cv2.boundingRect(pixels)
    if not width:
        return None
    line = max(1.4, 2.2 * unit) if style.outline else 0.0
    sigma = max(1.0, (line / 2 + 1.5) / 2.4)
    margin = ceil(3 * sigma) + 1
    rows, columns = (
        slice(max(top - margin, 0), top + height + margin),
        slice(max(left - margin, 0), left + width + margin),
    )
    level = cv2.GaussianBlur(pixels[rows, columns], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    keep, add = _blend_by_level(colour, style.opacity, line, sigma)
    level = cv2.merge([level, level, level])
    patch = canvas[rows, columns]
    cv2.add(cv2.multiply(patch, cv2.LUT(level, keep), scale=1 / 255), cv2.LUT(level, add), dst=patch)
    return left, top, left + width, top + height


@cache
def _blend_by_level(
    colour: Colour, opacity: float, line: float, sigma: float
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """For each level of a blurred mask: how much of the picture stays (of 255), and the colour that is added."""
    normal = NormalDist()
    distance = np.array([-99.0, *(sigma * normal.inv_cdf(level / 255) for level in range(1, 255)), 99.0])
    fill = opacity * np.clip(distance + 0.5, 0, 1)
    ink = np.clip(line / 2 + 0.5 - np.abs(distance), 0, 1) * min(line, 1)
    rim = 0.45 * np.clip(line / 2 + 1.5 + distance, 0, 1) * (distance < 0) * min(line, 1)
    keep = (1 - fill) * (1 - rim) * (1 - ink)
    own = fill * (1 - rim) * (1 - ink) + ink
    add = own[:, None] * np.array(colour) + (rim * (1 - ink))[:, None] * np.array(DARK)
    table = np.repeat(keep[:, None] * 255, 3, 1), add
    as_bytes = [np.rint(part).astype(np.uint8).reshape(256, 1, 3) for part in table]
    return as_bytes[0], as_bytes[1]


def _draw_points(canvas: RGB, points: Points, colour: Colour, unit: float) -> list[Rect]:
    """Draw the points that are in the picture and give back the box of each."""
    radius = max(1.6, 5.0 * unit)
    rim, ring = max(0.8, 1.5 * unit), max(0.7, 1.3 * unit)
    inside = ((points.xy > -0.5) & (points.xy < np.array(canvas.shape[1::-1]) - 0.5)).all(1)
    for xy, label in zip(points.xy[inside], points.label[inside].tolist(), strict=True):
        if label == BACKGROUND:
            _cross(canvas, xy, 1.35 * radius, max(1.2, 3.0 * unit), rim, colour)
            continue
        _disc(canvas, xy, radius + rim, DARK)
        _disc(canvas, xy, radius, LIGHT)
        _disc(canvas, xy, radius - ring, GREY if label == AMBIGUOUS else colour)
    reach = ceil(radius + rim)
    return [
        (x - reach, y - reach, x + reach + 1, y + reach + 1) for x, y in np.rint(points.xy[inside]).astype(int).tolist()
    ]


def _disc(canvas: RGB, xy: NDArray[np.float32], radius: float, colour: Colour) -> None:
    x, y = np.rint(xy * (1 << _SHIFT)).astype(int).tolist()
    cv2.circle(canvas, (x, y), round(max(radius, 0.4) * (1 << _SHIFT)), colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _cross(canvas: RGB, xy: NDArray[np.float32], reach: float, line: float, rim: float, colour: Colour) -> None:
    """Two strokes, each a rotated rectangle, so that their width need not be a whole number of pixels."""
    for extra, ink in ((rim, DARK), (0.0, colour)):
        along, across = (reach + extra) / np.sqrt(2), (line / 2 + extra) / np.sqrt(2)
        for turn in (1, -1):
            ends = np.array([(1, 1), (-1, -1), (-1, -1), (1, 1)]) * along
            sides = np.array([(1, -1), (1, -1), (-1, 1), (-1, 1)]) * across
            corners = xy + (ends + sides) * [1, turn]
            cv2.fillConvexPoly(canvas, np.rint(corners * (1 << _SHIFT)).astype(np.int32), ink, cv2.LINE_AA, _SHIFT)
