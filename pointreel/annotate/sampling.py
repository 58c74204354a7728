"""Point candidates of one frame: drawn at random in each region, and apart from each other (Point-VOS, section 3.2)."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND
from ..points import Scene, generator, samplers
from ..store import Candidate
from .likelihood import Pixels, Regions, Soft

PER_FRAME: Mapping[int, int] = {FOREGROUND: 7, BACKGROUND: 10, AMBIGUOUS: 3}
"""How many candidates of each kind a frame has, in the paper."""


def candidates_of(
    frame: int,
    regions: Regions,
    likelihood: Soft,
    *,
    per_frame: Mapping[int, int] = PER_FRAME,
    min_distance: float = 20.0,
    seed: int = 0,
    key: tuple[str | int, ...] = (),
) -> list[Candidate]:
    """The candidates of a frame: as many as are asked for, or as fit, each at least ``min_distance`` from all others.

    Kinds are drawn in turn as the paper names them, background, foreground, uncertain, each in what those before leave
    of its region. Were the background drawn last, what it holds of the object would be passed over: that lies near the
    mask, and so near the points on it. ``seed`` and ``key`` name the random numbers, so that it does not matter
    in which order frames and objects come.
    """
    sampler = samplers.build("random", min_distance=min_distance)
    taken = np.zeros((0, 2), np.int64)
    found: list[Candidate] = []
    for kind, region in regions.by_kind().items():
        free = region & ~near(region.shape, taken, min_distance)
        rng = generator(seed, *key, frame, kind)
        xy = sampler.sample(Scene(free), per_frame.get(kind, 0), rng).xy.astype(np.int64)
        taken = np.concatenate([taken, xy])
        found += [_candidate(frame, x, y, kind, regions.mask, likelihood) for x, y in xy.tolist()]
    return found


def near(shape: tuple[int, ...], xy: NDArray[np.int64], distance: float) -> Pixels:
    """The pixels of a raster that are nearer than ``distance`` to one of these."""
    found = np.zeros(shape, np.bool_)
    reach = math.ceil(distance)
    for x, y in xy.tolist():
        rows = np.arange(max(0, y - reach), min(shape[0], y + reach + 1))
        columns = np.arange(max(0, x - reach), min(shape[1], x + reach + 1))
        square = (rows[:, None] - y) ** 2 + (columns[None, :] - x) ** 2
        found[np.ix_(rows, columns)] |= square < distance**2
    return found


def _candidate(frame: int, x: int, y: int, kind: int, mask: Pixels, likelihood: Soft) -> Candidate:
    """A verdict is expected to change most where both answers are as likely."""
    p = float(likelihood[y, x])
    return Candidate(frame=frame, x=x, y=y, kind=kind, gain=4 * p * (1 - p), inside=bool(mask[y, x]))
