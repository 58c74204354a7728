"""YouTube-VIS 2019 / 2021 and OVIS: average precision and recall of tracks, AP, AP50, AP75, AR1, AR10 and by size.

The truth is an annotation file, predictions are ``[{"video_id", "category_id", "score", "segmentations"}]``. All
figures equal those of ``YTVOSeval`` of youtubevos/cocoapi. APs, APm and APl (and ARs, ARm, ARl) are over tracks of a
mean area up to 128 x 128 pixels, from there to 256 x 256, and from there on. What has no object to find is -1.

What the official code does silently is done here with a warning: results of a category that the truth does not know
do not count, a video without a result has everything missed, and what matches an annotation with the id 0 is wrong. A
track with more or fewer masks than its video has frames is refused.

With ``intervals`` AP, AP50, AP75 and AR100 have 95 % intervals; drawing videos again takes longer than all the rest.
"""

from dataclasses import dataclass

from ..report import Scorer
from ._tracks import TrackScorer


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` picks one of several files in the truth's folder. With ``class_agnostic`` categories are not looked
    at, as with ``useCats = 0`` of the official code. ``intervals`` draws the videos again 1000 times."""

    split: str = ""
    class_agnostic: bool = False
    intervals: bool = False


def build(config: Config) -> Scorer:
    """The scorer, as configured."""
    headline = ("AP", "AP50", "AP75", "AR1", "AR10")
    return TrackScorer(config.split, not config.class_agnostic, headline, config.intervals)
