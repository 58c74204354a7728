"""UVO: average recall and precision of tracks whatever they are of, AR100 first, then AP and both by size.

The truth is a dense or sparse video set, predictions are ``[{"video_id", "category_id", "score", "segmentations"}]``.
All figures equal those of ``YTVOSeval`` of youtubevos/cocoapi without categories, which is what UVO's evaluation is.
What is warned of and what is refused, and ``intervals``, are as for YouTube-VIS.
"""

from dataclasses import dataclass

from ..report import Scorer
from ._tracks import TrackScorer


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` picks one of several files in the truth's folder. ``intervals`` draws the videos again 1000 times."""

    split: str = ""
    intervals: bool = False


def build(config: Config) -> Scorer:
    """The scorer, as configured."""
    headline = ("AR100", "AP", "AP50", "AP75", "ARs", "ARm", "ARl")
    return TrackScorer(config.split, False, headline, config.intervals)
