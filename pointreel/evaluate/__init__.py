"""Scores as the official benchmarks compute them, figures about datasets, and the pages that show them.

>>> from pointreel import evaluate
>>> report = evaluate.scorers.build("davis").score(Path("DAVIS"), Path("results"))       # doctest: +SKIP
>>> report.overall["J&F"]                                                                # doctest: +SKIP
0.7107
"""

from ..core import Shelf
from . import scorers as _package  # noqa: F401 - loaded first: loading it later would put it in place of the shelf
from .report import Figures, Progress, Report, Scorer
from .statistics import PointStatistics, point_statistics
from .statistics_page import write_statistics

scorers = Shelf("scorer", "pointreel.evaluate.scorers")

__all__ = [
    "Figures",
    "PointStatistics",
    "Progress",
    "Report",
    "Scorer",
    "point_statistics",
    "scorers",
    "write_statistics",
]
