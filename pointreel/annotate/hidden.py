"""Points that test who answers, hidden among a proposal's candidates: known answers, and second looks at a point.

A known answer comes from a mask that a person locked: well inside it, or well outside and not far away. Half of them
wait among candidates of the other kind, since whoever says yes to all that comes as foreground would pass otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import BACKGROUND, FOREGROUND, Mask
from ..store import Candidate

_DEEP, _LEAST, _FAR = 0.4, 3.0, 0.25
_APART = 10
"""A point is shown again at the earliest so many candidates later."""


def with_tests(
    candidates: Sequence[Candidate],
    locked: Mapping[int, Mask],
    *,
    gold: float = 0.0,
    repeats: float = 0.0,
    overlap: int = 1,
    rng: np.random.Generator,
) -> list[Candidate]:
    """The candidates, in their order, with tests among them: shares ``gold`` and ``repeats`` of their number.

    ``overlap`` people are asked about each. Without a locked mask there are no known answers to hide.
    """
    asked = [replace(candidate, overlap=overlap) for candidate in candidates]
    known = _known(locked, round(gold * len(asked)), rng)
    again = _again(asked, round(repeats * len(asked)), rng)
    placed = [(float(i), candidate, None) for i, candidate in enumerate(asked)]
    hidden: list[tuple[float, Candidate, int | None]] = [
        *((rng.uniform(0, len(asked)), replace(one, overlap=overlap), None) for one in known),
        *((rng.uniform(min(i + _APART, len(asked)), len(asked)), asked[i], i) for i in again),
    ]
    ordered = sorted([*placed, *hidden], key=lambda one: one[0])
    place_of = {int(at): k for k, (at, one, of) in enumerate(ordered) if of is None and one.gold is None}
    return [one if of is None else replace(one, repeats=place_of[of]) for _, one, of in ordered]


def _again(asked: Sequence[Candidate], count: int, rng: np.random.Generator) -> list[int]:
    """Which candidates are shown again."""
    return sorted(rng.permutation(len(asked))[:count].tolist())


def _known(locked: Mapping[int, Mask], count: int, rng: np.random.Generator) -> list[Candidate]:
    """Points whose answer is known, on frames with a locked mask, in turns on and off the object."""
    frames = sorted(frame for frame, mask in locked.items() if mask)
    found: list[Candidate] = []
    for k in range(count if frames else 0):
        frame = frames[int(rng.integers(len(frames)))]
        answer = FOREGROUND if k % 2 == 0 else BACKGROUND
        pixels = _certain(locked[frame].to_array(), answer)
        ys, xs = np.nonzero(pixels)
        if len(ys):
            i = int(rng.integers(len(ys)))
            kind = answer if k % 4 < 2 else FOREGROUND + BACKGROUND - answer
            found.append(Candidate(frame=frame, x=float(xs[i]), y=float(ys[i]), kind=kind, gold=answer))
    return found


def _certain(mask: NDArray[np.bool_], answer: int) -> NDArray[np.bool_]:
    """Where nobody who looks can be in doubt: deep inside, or clear of the border but within reach of the object."""
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    deep = max(_LEAST, _DEEP * float(depth.max()))
    if answer == FOREGROUND:
        return np.asarray(depth >= min(deep, float(depth.max())), np.bool_) & mask
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray((away >= deep) & (away <= max(2 * deep, _FAR * max(mask.shape))), np.bool_)
