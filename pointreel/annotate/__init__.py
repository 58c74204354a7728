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
from .mistakes import Mistakes
from .ordering import refresh_all_gains, refresh_gains
from .pipeline import Progress, Report, propose
from .placing import place
from .planning import Plan, plan
from .simulated import Desk, Noise, Pace, ProjectDesk, SimulatedAnnotator
from .simulated_truth import Truth
from .simulated_work import Shift, ShiftReport, simulate
from .vidln import Localised, localise

__all__ = [
    "AnnotatorQuality",
    "Bounded",
    "Config",
    "Desk",
    "Localised",
    "Mistakes",
    "Noise",
    "ObjectQuality",
    "Outlook",
    "Pace",
    "PeopleQuality",
    "Plan",
    "Progress",
    "ProjectDesk",
    "Quality",
    "Rate",
    "Report",
    "Shift",
    "ShiftReport",
    "SimulatedAnnotator",
    "Stop",
    "Truth",
    "annotator_quality",
    "localise",
    "object_quality",
    "place",
    "plan",
    "propose",
    "refresh_all_gains",
    "refresh_gains",
    "simulate",
]
