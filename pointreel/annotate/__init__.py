"""Annotation: from a rough localisation to points that people have verified, and what their verdicts say.

>>> from pointreel import annotate
>>> report = annotate.propose(project)                # doctest: +SKIP
>>> report.proposed                                   # doctest: +SKIP
{1: 200}
"""

from .config import Config
from .pipeline import Progress, Report, propose

__all__ = ["Config", "Progress", "Report", "propose"]
