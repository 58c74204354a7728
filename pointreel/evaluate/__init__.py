"""Scores as the official benchmarks compute them, figures about datasets, and the pages that show them.

>>> from pointreel import evaluate
>>> report = evaluate.scorers.build("davis").score(Path("DAVIS"), Path("results"))       # doctest: +SKIP
>>> report.overall["J&F"]                                                                # doctest: +SKIP
0.7107
"""

from ..core import Shelf
from . import scorers as _package  # noqa: F401 - loaded first: loading it later would put it in place of the shelf
from .bootstrap import Retention, mean_intervals, retention
from .metrics.j_and_f import FrameScorer, contour_accuracy, region_similarity, score_frame
from .metrics.mean_recall_decay import MeanRecallDecay, mean_recall_decay
from .report import Figures, Progress, Report, Scorer
from .sparse_study import SparseStudy, sparse_study
from .statistics import PointStatistics, point_statistics
from .statistics_page import write_statistics

scorers = Shelf("scorer", "pointreel.evaluate.scorers")

__all__ = [
    "Figures",
    "FrameScorer",
    "MeanRecallDecay",
    "PointStatistics",
    "Progress",
    "Report",
    "Retention",
    "Scorer",
    "SparseStudy",
    "contour_accuracy",
    "mean_intervals",
    "mean_recall_decay",
    "point_statistics",
    "region_similarity",
    "retention",
    "score_frame",
    "scorers",
    "sparse_study",
    "write_statistics",
]
