"""Figures about datasets and results, and the pages that show them."""

from .statistics import PointStatistics, point_statistics
from .statistics_page import write_statistics

__all__ = ["PointStatistics", "point_statistics", "write_statistics"]
