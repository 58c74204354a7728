"""MOSE, and long videos alike: J and F of objects that may come late, over long and crowded videos.

Truth and predictions are roots with ``Annotations``, that folder, or plain folders of sequence folders. The objects are
the numbers in the scored frames of the truth, also 255; an object counts from the first scored frame on which truth or
prediction has it, and a frame on which neither has it from then on is 1. The first and the last frame are not scored
unless ``skip_ends=no``. These are the rules of hkchengrex/vos-benchmark, whose figures are these times 100; the server
of MOSE does not publish its own. Many papers report LVOS by these rules too; its own are those of ``lvos``. An object
that only predictions have is passed over, with a warning.
"""

from dataclasses import dataclass

from ...formats import label_files
from ..report import Scorer
from ._vos import VosScorer


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` is the folder of a split below the root. ``partial`` scores what is there."""

    split: str = ""
    skip_ends: bool = True
    partial: bool = False


def build(config: Config) -> Scorer:
    return VosScorer(
        find=lambda path: label_files(path, config.split), skip_ends=config.skip_ends, partial=config.partial
    )
