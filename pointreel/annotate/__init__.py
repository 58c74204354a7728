"""Annotation: from a rough localisation to points that people have verified, and what their verdicts say.

>>> from pointreel import annotate
>>> report = annotate.propose(project)                # doctest: +SKIP
>>> report.proposed                                   # doctest: +SKIP
{1: 200}
"""

from .agreement import Rate
from .agreement_of_people import AnnotatorQuality, PeopleQuality, annotator_quality
from .config import Config
from .estimates import Bounded, Quality
from .estimates_of_objects import ObjectQuality, object_quality
from .estimates_stop import Outlook, Stop
from .ordering import refresh_all_gains, refresh_gains
from .pipeline import Progress, Report, propose
from .placing import place
from .vidln import Localised, localise

__all__ = [
    "AnnotatorQuality",
    "Bounded",
    "Config",
    "Localised",
    "ObjectQuality",
    "Outlook",
    "PeopleQuality",
    "Progress",
    "Quality",
    "Rate",
    "Report",
    "Stop",
    "annotator_quality",
    "localise",
    "object_quality",
    "place",
    "propose",
    "refresh_all_gains",
    "refresh_gains",
]
