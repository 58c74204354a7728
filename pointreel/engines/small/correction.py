"""A mask put right by clicks: what a click on a mistake can mean, and which of that is meant.

People click in the middle of what is wrong. So of all masks that a click could lead to the one is meant in which the
click lies deep inside what changes there, and little else changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...core.types import Frame, Points
from .first_mask import Candidate, FirstMask, Given
from .windows import Soft, Window

Flag = NDArray[np.bool_]

_OLD_PLACES, _MOST_CLICKS = 4, 6
_IN_THE_MIDDLE = 0.8
_ELSEWHERE, _MOST_ELSEWHERE = 0.5, 2.0
_DISK = 3
_CLOSER_LOOKS, _ROUNDS = 2, 2


@dataclass(frozen=True, eq=False)
class Click:
    """A point that contradicts a mask: (x, y) in pixels of the frame, on the object or off it."""

    xy: NDArray[np.float32]
    is_on: bool

    def at(self, window: Window) -> tuple[int, int]:
        x, y = np.clip(np.round(window.inward(self.xy)), 0, window.size - 1).astype(int)
        return int(x), int(y)


def put_right(
    first: FirstMask,
    frame: Frame,
    given: Given,
    prior: Candidate,
    other: Frame | None = None,
    nearby: Points | None = None,
) -> Candidate:
    """The mask that is there already, put right by what is said now, click by click; all points hold in the end.

    What a click is taken to mean is rough: the network makes it better, from its own result a few times over.
    ``nearby``: points that were said of frames nearby, where they are on this one. They help, but need not hold.
    """
    mask, told = prior, given if nearby is None else given.and_points(nearby)
    for _ in range(_MOST_CLICKS):
        click = next(_contradictions(mask, given), None)
        if click is None:
            break
        mask = _after(click, first, frame, given, told, mask, other)
    if mask is prior:
        return first.refined(frame, told, prior, other)
    for _ in range(_CLOSER_LOOKS if (mask.mask > 0.5).any() else 0):
        mask = first.refined(frame, told, mask, other, times=_ROUNDS)
    return _held(mask, given)


def _after(
    click: Click, first: FirstMask, frame: Frame, own: Given, given: Given, prior: Candidate, other: Frame | None
) -> Candidate:
    """The mask that one click leads to. ``own``: what was said of this frame; ``given``: and of frames nearby."""
    window = first.fitting(frame, given, prior)
    before = prior.through(window)
    if _is_all_wrong(click, before > 0.5, window, given):
        kept = np.where(_piece(before > 0.5, *click.at(window)), 0, before)
        return Candidate(window, kept.astype(np.float32), prior.quality)
    possible = [
        Candidate(window, found.through(window), found.quality) for found in _anew(first, frame, given, prior, other)
    ]
    possible += _changed(click, first, frame, given, Candidate(window, before, 1.0), other)
    meant = [_centredness(click, before > 0.5, found) + found.quality for found in possible]
    agrees = [not any(True for _ in _contradictions(found, own)) for found in possible]
    return max(zip(agrees, meant, range(len(possible)), possible, strict=True))[-1]


def _is_all_wrong(click: Click, mask: Flag, window: Window, given: Given) -> bool:
    """Whether a click off the object is in the very middle of a piece of the mask that no point on the object is on."""
    if click.is_on:
        return False
    x, y = click.at(window)
    piece = _piece(mask, x, y)
    if not piece.any() or any(piece[v, u] for u, v in (Click(xy, True).at(window) for xy in given.on)):
        return False
    depth = _depth(piece)
    return bool(depth[y, x] > _IN_THE_MIDDLE * depth.max())


def _anew(first: FirstMask, frame: Frame, given: Given, prior: Candidate, other: Frame | None) -> Iterator[Candidate]:
    """The mask as the network puts it right, and one made anew from points, a few places of the old mask among them."""
    yield first.refined(frame, given, prior, other)
    if len(given.on):
        places = np.concatenate([given.on, _places_of(prior, given)])
        yield from first.candidates(frame, replace(given, on=places), other)


def _changed(
    click: Click, first: FirstMask, frame: Frame, given: Given, prior: Candidate, other: Frame | None
) -> Iterator[Candidate]:
    """The mask with what was clicked added to it, or taken off: the things that a click alone could mean."""
    opposite = given.off if click.is_on else given.on
    alone = Given(click.xy[None], opposite, None)
    for thing in first.look(first.closely_about(click.xy, frame.height), frame, alone, other):
        seen = thing.through(prior.window)
        piece = seen * _piece(seen > 0.5, *click.at(prior.window))
        mask = np.maximum(prior.mask, piece) if click.is_on else prior.mask * (1 - piece)
        yield Candidate(prior.window, mask.astype(np.float32), thing.quality)


def _centredness(click: Click, before: Flag, found: Candidate) -> float:
    """How deep the click is inside what changes about it, 0 to 1, less what changes elsewhere."""
    x, y = click.at(found.window)
    after = found.mask > 0.5
    changed = _piece(after & ~before if click.is_on else before & ~after, x, y)
    if not changed.any():
        return -_ELSEWHERE * _MOST_ELSEWHERE
    depth = _depth(changed)
    elsewhere = np.count_nonzero((after ^ before) & ~changed) / np.count_nonzero(changed)
    return float(depth[y, x] / depth.max()) - _ELSEWHERE * min(_MOST_ELSEWHERE, elsewhere)


def _contradictions(mask: Candidate, given: Given) -> Iterator[Click]:
    """The points that the mask is wrong about, those off the object first."""
    for points, is_on in ((given.off, False), (given.on, True)):
        for xy, covered in zip(points, _covered(mask, points), strict=True):
            if covered != is_on:
                yield Click(xy, is_on)


def _covered(candidate: Candidate, xy: NDArray[np.float32]) -> Flag:
    """Whether the mask covers these pixels of the frame."""
    at, size = np.round(candidate.window.inward(xy)).astype(int), candidate.window.size
    seen = ((at >= 0) & (at < size)).all(1)
    x, y = np.clip(at, 0, size - 1).T
    covered: Flag = seen & (candidate.mask[y, x] > 0.5)
    return covered


def _held(mask: Candidate, given: Given) -> Candidate:
    """The mask with a small disk set about each point that it is still wrong about."""
    soft = mask.mask.copy()
    for click in _contradictions(mask, given):
        cv2.circle(soft, click.at(mask.window), _DISK, float(click.is_on), -1)
    return replace(mask, mask=soft)


def _places_of(prior: Candidate, given: Given) -> NDArray[np.float32]:
    """Places well inside a mask, each as far from the others, and from points off the object, as can be."""
    window, on = prior.window, prior.mask > 0.5
    depth = _depth(on)
    rows, columns = np.nonzero(depth >= 0.4 * max(1.0, float(depth.max())))
    inside = np.stack([columns, rows], 1).astype(np.float32)
    taken: list[Soft] = [*window.inward(given.on), *window.inward(given.off)]
    chosen: list[Soft] = []
    for _ in range(min(_OLD_PLACES, len(inside))):
        far = np.min([np.hypot(*(inside - place).T) for place in taken], 0)
        taken.append(inside[int(far.argmax())])
        chosen.append(taken[-1])
    places = np.array(chosen, np.float32).reshape(-1, 2)
    return ((places + 0.5) / window.zoom - 0.5 + (window.left, window.top)).astype(np.float32)


def _piece(mask: Flag, x: int, y: int) -> Flag:
    """The connected part of a mask that a pixel is on; nothing if it is on none."""
    if not mask[y, x]:
        return np.zeros_like(mask)
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    piece: Flag = pieces == pieces[y, x]
    return piece


def _depth(mask: Flag) -> Soft:
    """How far each pixel is from what is not the mask; the border is not the mask either."""
    inside = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return inside.astype(np.float32, copy=False)
