"""TAO-VOS: J and F on its labelled frames, one a second; frames between them may be predicted and do not count.

Truth and predictions are the root of TAO-VOS (with ``split``, "valid" by default), an ``Annotations`` folder, or plain
folders of sequence folders. Void, 255 in the truth, is background, and objects count from the first scored frame on
which truth or prediction has them. The first labelled frame of a video, from which masks are propagated, and the last
are not scored unless ``skip_ends=no``: no code was published with the data, so this is the rule of DAVIS.
"""

from dataclasses import dataclass

from ...formats import label_files
from ..report import Scorer
from ._vos import VosScorer


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` names the folder of a split and its list of videos. ``partial`` scores what is there."""

    split: str = "valid"
    skip_ends: bool = True
    partial: bool = False


def build(config: Config) -> Scorer:
    return VosScorer(
        find=lambda path: label_files(path, config.split),
        skip_ends=config.skip_ends,
        void=True,
        partial=config.partial,
    )
