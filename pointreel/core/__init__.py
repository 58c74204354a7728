"""Types, protocols, run-length masks, errors, files and finding plug-ins by name. Needs numpy only."""

from .dataset import (
    Attributes,
    Dataset,
    Feature,
    Format,
    FrameLabels,
    ListedDataset,
    MappedDataset,
    ObjectInfo,
    Sequence,
)
from .errors import FormatError, MissingExtra, PointreelError, UnknownName, VideoChanged, VideoError, WouldLose
from .files import inside, replacing, replacing_folder
from .mask import Box, Mask
from .plugins import Shelf
from .types import (
    AMBIGUOUS,
    BACKGROUND,
    FOREGROUND,
    Frame,
    FrameMasks,
    FramePoints,
    PointQuery,
    Points,
    Prompt,
    PromptKind,
    Segment,
    Trace,
)

__all__ = [
    "AMBIGUOUS",
    "BACKGROUND",
    "FOREGROUND",
    "Attributes",
    "Box",
    "Dataset",
    "Feature",
    "Format",
    "FormatError",
    "Frame",
    "FrameLabels",
    "FrameMasks",
    "FramePoints",
    "ListedDataset",
    "MappedDataset",
    "Mask",
    "MissingExtra",
    "ObjectInfo",
    "PointQuery",
    "PointreelError",
    "Points",
    "Prompt",
    "PromptKind",
    "Segment",
    "Sequence",
    "Shelf",
    "Trace",
    "UnknownName",
    "VideoChanged",
    "VideoError",
    "WouldLose",
    "inside",
    "replacing",
    "replacing_folder",
]
