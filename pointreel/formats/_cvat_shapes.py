"""The shapes of CVAT as masks and points, and back."""

from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, Box, Mask, PointreelError, Points

Vertices = NDArray[np.float64]
EXACT = Context(prec=400)
"""Sums and differences of positions lose no digit."""


def mask_of(content: str, height: int, width: int) -> Mask:
    """A mask of CVAT: run lengths along the rows of a box inside the frame, background first.

    >>> mask_of("1 0 2 2 1, 2, 1", 2, 4).to_array().astype(int).tolist()
    [[0, 0, 1, 0], [0, 1, 0, 0]]
    """
    left, top, across, down, runs = content.split(" ", 4)
    x, y, w, h = (int(text) for text in (left, top, across, down))
    counts = np.array(runs.split(","), np.int64)
    if min(x, y, w, h) < 0 or x + w > width or y + h > height:
        raise ValueError(f"a box of {w} x {h} at ({x}, {y}) in a frame of {width} x {height}")
    if counts.min() < 0 or counts.max() > w * h or int(counts.sum()) != w * h:
        raise ValueError(f"runs that do not fill a box of {w} x {h}")
    pixels = np.zeros((height, width), np.bool_)
    pixels[y : y + h, x : x + w] = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(h, w)
    return Mask.from_array(pixels)


def mask_to_given(mask: Mask) -> str:
    """The attributes of ``<mask>``. An empty mask is one pixel of background."""
    box = mask.box or Box(0, 0, 1, 1)
    left, top, width, height = (int(side) for side in (box.left, box.top, box.width, box.height))
    flat = mask.to_array()[top : top + height, left : left + width].ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    first = [0, 0] if flat[0] else [0]
    runs = np.diff(np.concatenate([first, edges, [flat.size]]))
    rle = ", ".join(map(str, runs.tolist()))
    return f'rle="{rle}" left="{left}" top="{top}" width="{width}" height="{height}"'


def vertices_of(content: str) -> Vertices:
    """The places of a polygon or of points, (N, 2)."""
    pairs = [pair.split(",") for pair in content.split("|")[0].split(";") if pair.strip()]
    xy = np.array([[float(x), float(y)] for x, y in pairs]).reshape(-1, 2)
    if not np.isfinite(xy).all():
        raise ValueError("a place that is not a number")
    return xy


def polygon_mask(xy: Vertices, height: int, width: int) -> Mask:
    """A polygon as CVAT turns it into pixels, with pycocotools."""
    if len(xy) < 3:
        raise ValueError(f"a polygon of {len(xy)} points")
    return Mask.from_polygons(height, width, [xy])


def points_of(content: str, xy: Vertices) -> Points:
    """Points with the labels our writer puts into an attribute; without it, all are on the object."""
    _, labels, candidates = content.split("|")
    label = np.array(labels.split(","), np.int64) if labels else np.full(len(xy), FOREGROUND)
    if not np.isin(label, (BACKGROUND, FOREGROUND, AMBIGUOUS)).all():
        raise ValueError(f"the point labels {labels}")
    proposed = np.array(candidates.split(","), np.int64) == 1 if candidates else None
    return Points(xy.astype(np.float32), label.astype(np.int8), proposed)


def points_to_given(points: Points) -> str:
    """The attributes of ``<points>``."""
    if not len(points):
        raise PointreelError("there are no points, and CVAT knows no empty <points>")
    pairs = (",".join(decimal(Decimal(value)) for value in pair) for pair in points.xy.astype(str).tolist())
    return f'points="{";".join(pairs)}"'


def box_to_given(box: Box) -> str:
    """The attributes of ``<box>``; the sum of decimals is exact, so that widths come back as they were."""
    left, top, width, height = (Decimal(repr(float(side))) for side in (box.left, box.top, box.width, box.height))
    sides = {"xtl": left, "ytl": top, "xbr": EXACT.add(left, width), "ybr": EXACT.add(top, height)}
    return " ".join(f'{key}="{decimal(side)}"' for key, side in sides.items())


def decimal(number: Decimal) -> str:
    """With at least two decimals, as CVAT writes them.

    >>> decimal(Decimal("12")), decimal(Decimal("0.125"))
    ('12.00', '0.125')
    """
    text = format(number, "f")
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"
