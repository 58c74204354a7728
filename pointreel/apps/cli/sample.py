"""From masks to points: makes PV-DAVIS from DAVIS and PV-YT from YouTube-VOS, as the paper did."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ...core import Dataset, ListedDataset, PointreelError
from ...evaluate import PointStatistics, point_statistics
from ...formats import shelf as formats
from ...points import frame_samplers, point_labels, samplers
from .console import Watched, out, print_json, remarks
from .options import dataset_at, parse

EXAMPLES = (
    "pointreel sample demo/DAVIS demo/sampled.json --seed 1",
    "pointreel sample demo/DAVIS demo/corners.json --points 5 --sampler farthest --frames 3",
)


class Form(StrEnum):
    """What the points are for: training takes several frames, validation only where each object first appears."""

    TRAIN = "train"
    VAL = "val"
