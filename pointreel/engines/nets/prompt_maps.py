"""A prompt as pictures that a network can look at."""

import cv2
import numpy as np
from numpy.typing import NDArray

NUM_MAPS = 6
ON, OFF, NEAR_ON, NEAR_OFF, REGION, BOX = range(NUM_MAPS)
"""Disks about points on the object and off it; how near the nearest of each is; how near the hull of those on it is;
and the box: 1 inside, -1 outside, 0 where there is none."""

_RADIUS, _REACH, _HULL_REACH = 3, 12.0, 25.0


def prompt_maps(
    on: NDArray[np.floating], off: NDArray[np.floating], box: NDArray[np.floating] | None, size: int
) -> NDArray[np.float32]:
    """(6, size, size). Points (N, 2) and the box (x0, y0, x1, y1, both ends inside) are in pixels of the window."""
    maps = np.zeros((NUM_MAPS, size, size), np.float32)
    for k, points in ((ON, on), (OFF, off)):
        for x, y in points:
            cv2.circle(maps[k], (round(float(x)), round(float(y))), _RADIUS, 1, -1)
        maps[k + 2] = np.exp(-_distance(points, size) / _REACH)
    if len(on):
        maps[REGION] = np.exp(-_distance_to_hull(on, size) / _HULL_REACH)
    if box is not None:
        left, top, right, bottom = (round(float(v)) for v in box)
        maps[BOX] = -1
        maps[BOX, max(0, top) : max(0, bottom + 1), max(0, left) : max(0, right + 1)] = 1
    return maps


def _distance(points: NDArray[np.floating], size: int) -> NDArray[np.float32]:
    y, x = np.ogrid[:size, :size]
    nearest = np.full((size, size), 1e6, np.float32)
    for px, py in points:
        nearest = np.minimum(nearest, (x - np.float32(px)) ** 2 + (y - np.float32(py)) ** 2)
    return np.sqrt(nearest)


def _distance_to_hull(points: NDArray[np.floating], size: int) -> NDArray[np.float32]:
    hull = cv2.convexHull(np.round(points).astype(np.int32).reshape(-1, 2))
    canvas = np.ones((size, size), np.uint8)
    cv2.fillConvexPoly(canvas, hull, 0)
    cv2.polylines(canvas, [hull], True, 0, 2)
    return cv2.distanceTransform(canvas, cv2.DIST_L2, 5).astype(np.float32, copy=False)
