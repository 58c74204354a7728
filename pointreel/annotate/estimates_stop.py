"""When verifying an object may stop: its interval is narrow enough, or what is left would decide nothing.

**Narrow**: J is known to within ``width``. Who looks again and again finds a lucky moment sooner or later, so what is
looked at is an interval of 99 %: with ten looks, evenly spread, its cover at the moment of stopping is 95 % (Pocock's
boundary for ten looks is 98.9 %).

**Decided**: a mask is to be accepted where J is at least ``threshold``, by the estimate from all its candidates. What
the unanswered ones would say is drawn many times: each part of each frame has a share of its own, which lies around the
part's (beta with the weight of two verdicts), which follows from the verdicts on all frames (beta with a prior of a
quarter of a verdict each way). Where nearly all draws decide as the verdicts so far do, asking on decides nothing. The
doubt is that of disagreeing with all candidates, not with the truth: that is what intervals are for. Before half of the
candidates are answered, less of it is allowed, in proportion, since early looks are many and know little.

Neither holds before nine tenths of the pixels that the machine is sure of, of the object and of the background, lie on
frames on which somebody has looked there: an object that was lost half way looks well until then.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..core import BACKGROUND, FOREGROUND, PointreelError
from .estimates import INSIDE, Counts, Erring, Floats, Tally, hits_and_misses, quality, ratios

SECONDS_PER_POINT = 0.95
"""What an annotator of Point-VOS needed."""

_LOOK_LEVEL = 0.99
_SURE_PARTS, _SEEN = [0, 3], 0.9
_ALIKE, _PRIOR, _EDGE = 2.0, 0.25, 1e-6
_NUM_FUTURES = 500


@dataclass(frozen=True, kw_only=True)
class Stop:
    """``threshold`` is the J from which a mask is accepted, ``width`` how wide an interval of J may be in the end, and
    ``doubt`` how likely all candidates may be to decide otherwise than those answered."""

    threshold: float = 0.7
    width: float = 0.2
    doubt: float = 0.1

    def __post_init__(self) -> None:
        for name in ("threshold", "width", "doubt"):
            value = getattr(self, name)
            if not 0 < value < 1:
                raise PointreelError(f"The option {name!r} of the stop rule is {value}, expected between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether to go on. ``confidence`` is how likely all candidates are to decide as those that were answered do."""

    may_stop: bool
    reason: Literal["narrow", "decided"] | None
    accept: bool
    confidence: float
    remaining: int
    seconds_saved: float


def outlook(
    pixels: Floats,
    counts: Counts,
    unanswered: Counts,
    *,
    stop: Stop,
    seconds_per_point: float = SECONDS_PER_POINT,
    mistakes: Erring | None = None,
) -> Outlook:
    """What the verdicts so far say, and whether the other candidates would change it."""
    accept, confidence = foreseen(pixels, counts, unanswered, threshold=stop.threshold)
    reason: Literal["narrow", "decided"] | None = None
    if _looked_everywhere(pixels, counts.sum(axis=2), unanswered):
        if 1 - confidence <= stop.doubt * min(1.0, 2 * counts.sum() / (counts.sum() + unanswered.sum())):
            reason = "decided"
        elif quality(pixels, counts, level=_LOOK_LEVEL, mistakes=mistakes).j.width <= stop.width:
            reason = "narrow"
    remaining = int(unanswered.sum())
    return Outlook(reason is not None, reason, accept, confidence, remaining, remaining * seconds_per_point)


def _looked_everywhere(pixels: Floats, answered: Counts, unanswered: Counts) -> bool:
    missing = np.where((answered == 0) & (unanswered > 0), pixels, 0.0).sum(axis=0)
    return bool(answered.any() and (missing <= (1 - _SEEN) * pixels.sum(axis=0))[_SURE_PARTS].all())


def foreseen(pixels: Floats, counts: Counts, unanswered: Counts, *, threshold: float) -> tuple[bool, float]:
    """Whether J is at least the threshold, and how likely it will still be so, or not, when all is answered."""
    accept = bool(estimated_j(pixels, counts) >= threshold)
    if not unanswered.any():
        return accept, 1.0
    rng = np.random.default_rng(0)
    more = rng.binomial(unanswered, _shares_by_frame(rng, pixels, counts))
    futures = np.repeat(counts[None], _NUM_FUTURES, axis=0)
    futures[..., FOREGROUND] += more
    futures[..., BACKGROUND] += unanswered - more
    same = (estimated_j(pixels, futures) >= threshold) == accept
    return accept, float(np.mean(same))


def _shares_by_frame(rng: np.random.Generator, pixels: Floats, counts: Counts) -> Floats:
    """(futures, frames, 4) shares on the object that the verdicts allow for."""
    tally = Tally.of(pixels, counts)
    yes, sure = tally.effective * tally.on, tally.effective * (1 - tally.unsure)
    common = rng.beta(yes + _PRIOR, np.maximum(sure - yes, 0) + _PRIOR, (_NUM_FUTURES, len(yes)))
    common = np.clip(common, _EDGE, 1 - _EDGE)[:, None, :]
    return rng.beta(counts[..., FOREGROUND] + _ALIKE * common, counts[..., BACKGROUND] + _ALIKE * (1 - common))


def estimated_j(pixels: Floats, counts: Counts) -> Floats:
    """J as it is estimated from one set of verdicts, or from many at once."""
    tally = Tally.of(pixels, counts)
    inside = float(pixels[:, INSIDE].sum())
    return ratios(inside, *hits_and_misses(tally.pixels * tally.shares()))[2]
