"""Thumbnails of a video, and sheets of them. One pass or a few seeks; only the small pictures stay in memory.

>>> write_picture("cat.jpg", contact_sheet(thumbnails(video, num=12)))      # doctest: +SKIP
"""

from collections.abc import Iterable, Iterator
from math import ceil, sqrt
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from ..core import Frame, PointreelError
from .colours import DARK, Colour
from .pictures import RGB, checked_rgb
from .tags import draw_tag, tag_size


@runtime_checkable
class FrameSource(Protocol):
    """A video whose frames can be asked for one by one."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Frame: ...


def evenly_spaced(num_frames: int, num: int) -> tuple[int, ...]:
    """At most ``num`` of the frames 0 to ``num_frames`` - 1, first and last among them; just the middle one of one.

    >>> evenly_spaced(100, 4), evenly_spaced(2, 4)
    ((0, 33, 66, 99), (0, 1))
    """
    if num < 1:
        raise PointreelError(f"found {num} thumbnails, expected at least one.")
    if num == 1 and num_frames:
        return ((num_frames - 1) // 2,)
    if num >= num_frames:
        return tuple(range(num_frames))
    return tuple(k * (num_frames - 1) // (num - 1) for k in range(num))


def thumbnails(frames: FrameSource | Iterable[Frame], *, num: int = 12, height: int = 120) -> list[Frame]:
    """``num`` frames spread over the whole video, shrunk to ``height``; each keeps its index.

    A video is asked for just these frames. Anything else, a stream of unknown length too, is read once: whenever four
    times as many thumbnails as needed have come together every second one is let go, so that those kept stay equally
    far apart.
    """
    if isinstance(frames, FrameSource):
        return [_shrunk(frames[k], height) for k in evenly_spaced(len(frames), num)]
    kept, step = [], 1
    for k, frame in enumerate(frames):
        if k % step == 0:
            kept.append(_shrunk(frame, height))
        if len(kept) > 4 * max(num, 1):
            kept, step = kept[::2], 2 * step
    return [kept[k] for k in evenly_spaced(len(kept), num)]


def contact_sheet(
    frames: Iterable[Frame | RGB],
    *,
    columns: int | None = None,
    gap: int = 4,
    ground: Colour = DARK,
    numbered: bool = True,
) -> RGB:
    """Frames side by side in rows of ``columns``, by default about as many rows as columns.

    Every tile has the size of the first. A ``Frame`` bears its number in its lower left corner unless ``numbered`` is
    False.
    """
    tiles = list(_tiles(frames, numbered))
    if not tiles:
        raise PointreelError("contact sheet: there is no frame to show. Give at least one.")
    columns = min(columns or ceil(sqrt(len(tiles))), len(tiles))
    height, width = tiles[0].shape[:2]
    rows = ceil(len(tiles) / columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), ground, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = k // columns * (height + gap), k % columns * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _tiles(frames: Iterable[Frame | RGB], numbered: bool) -> Iterator[RGB]:
    size = None
    for k, frame in enumerate(frames):
        rgb = checked_rgb(frame, "contact sheet", k)
        size = size or (rgb.shape[1], rgb.shape[0])
        tile = rgb.copy() if rgb.shape[1::-1] == size else _resized(rgb, size)
        if numbered and isinstance(frame, Frame):
            text_size = max(8.0, 0.055 * size[1])
            inset, text = round(0.4 * text_size), str(frame.index)
            place = inset, size[1] - inset - tag_size(text, text_size)[1]
            draw_tag(tile, text, place, colour=DARK, size=text_size)
        yield tile


def _shrunk(frame: Frame, height: int) -> Frame:
    width = max(1, round(frame.width * height / frame.height))
    return Frame(frame.index, _resized(checked_rgb(frame, "thumbnail", frame.index), (width, height)))


def _resized(rgb: RGB, size: tuple[int, int]) -> RGB:
    way = cv2.INTER_AREA if size[0] < rgb.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(rgb, size, interpolation=way).astype(np.uint8, copy=False)
