"""Dataset layouts on disk, one file each: the only room that sees JSON keys and PNG palettes.

>>> from pointreel import formats
>>> dataset = formats.shelf.build("davis").read(Path("DAVIS"))       # doctest: +SKIP
>>> for sequence in dataset:                                         # doctest: +SKIP
...     for labels in sequence:
...         print(sequence.name, labels.frame, sorted(labels.segments))
"""

from ..core import Shelf
from ._audit import Content, contents, losses
from ._burst_tracks import BurstSequence, BurstTracks, Detection
from ._convert import convert
from ._label_files import LabelFiles, label_files, object_spans, png_frames, scored_objects, strays
from ._narrative_grounding import Expression, GroundingFiles, NarrativeGrounding, result_frames
from ._png import read_header, read_labels
from ._scored_tracks import ScoredTrack, ScoredVideo, TrackFile, read_predicted_tracks, read_true_tracks

shelf = Shelf("format", "pointreel.formats")

__all__ = [
    "BurstSequence",
    "BurstTracks",
    "Content",
    "Detection",
    "Expression",
    "GroundingFiles",
    "LabelFiles",
    "NarrativeGrounding",
    "ScoredTrack",
    "ScoredVideo",
    "TrackFile",
    "contents",
    "convert",
    "label_files",
    "losses",
    "object_spans",
    "png_frames",
    "read_header",
    "read_labels",
    "read_predicted_tracks",
    "read_true_tracks",
    "result_frames",
    "scored_objects",
    "shelf",
    "strays",
]
