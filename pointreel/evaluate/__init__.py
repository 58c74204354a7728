"""Scores as the official benchmarks compute them, figures about datasets, and the pages that show them.

>>> from pointreel import evaluate
>>> report = evaluate.scorers.build("davis").score(Path("DAVIS"), Path("results"))       # doctest: +SKIP
>>> report.overall["J&F"]                                                                # doctest: +SKIP
0.7107
"""

from ..core import Shelf
from . import scorers as _package  # noqa: F401 - loaded first: loading it later would put it in place of the shelf
from .bootstrap import Difference, Retention, figures_to_retain, mean_intervals, paired_differences, retention
from .comparison import Comparison, Method, compare, comparison_of, method_of
from .comparison_page import write_comparison
from .definitions import Definition, define, definitions
from .frame_choice import ChosenFrame, best_frames, different_frames, worst_frames
from .metrics.j_and_f import FrameScorer, contour_accuracy, region_similarity, score_frame
from .metrics.mean_recall_decay import MeanRecallDecay, mean_recall_decay
from .report import Figures, Progress, Report, Scorer
from .score_plots import write_plots
from .sparse_study import SparseStudy, sparse_study, write_sparse_study
from .statistics import PointStatistics, point_statistics
from .statistics_page import write_statistics

scorers = Shelf("scorer", "pointreel.evaluate.scorers")

__all__ = [
    "ChosenFrame",
    "Comparison",
    "Definition",
    "Difference",
    "Figures",
    "FrameScorer",
    "MeanRecallDecay",
    "Method",
    "PointStatistics",
    "Progress",
    "Report",
    "Retention",
    "Scorer",
    "SparseStudy",
    "best_frames",
    "compare",
    "comparison_of",
    "contour_accuracy",
    "define",
    "definitions",
    "different_frames",
    "figures_to_retain",
    "mean_intervals",
    "mean_recall_decay",
    "method_of",
    "paired_differences",
    "point_statistics",
    "region_similarity",
    "retention",
    "score_frame",
    "scorers",
    "sparse_study",
    "worst_frames",
    "write_comparison",
    "write_plots",
    "write_sparse_study",
    "write_statistics",
]
