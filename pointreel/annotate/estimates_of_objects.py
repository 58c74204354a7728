"""What the verdicts of a project say of an object's pseudo-mask, and whether asking on is worth it."""

from dataclasses import dataclass

from ..store import Project
from .estimates import Quality, quality
from .estimates_stop import SECONDS_PER_POINT, Outlook, Stop, outlook
from .evidence import Evidence
from .mistakes import Mistakes


@dataclass(frozen=True, slots=True)
class ObjectQuality:
    """An object's pseudo-mask, by the verdicts on candidates of its newest proposal, of which there are ``total``."""

    object_key: int
    proposal: str
    quality: Quality
    total: int
    outlook: Outlook


def object_quality(
    project: Project,
    object_key: int,
    *,
    stop: Stop | None = None,
    seconds_per_point: float | None = None,
    mistakes: Mistakes | None = None,
) -> ObjectQuality | None:
    """How good an object's pseudo-mask is, and whether verifying it may stop; None before there is any verdict.

    The labels are those of the project: what an owner settled, or more than half said. ``seconds_per_point`` is the
    pace of the verdicts on the object, unless it is given. Errors of annotators are in the bounds with ``mistakes``.
    """
    evidence = Evidence.of(project, object_key)
    if evidence is None or not evidence.counts.any():
        return None
    pace = seconds_per_point or _pace(project, object_key)
    ahead = outlook(
        evidence.pixels,
        evidence.counts,
        evidence.unanswered,
        stop=stop or Stop(),
        seconds_per_point=pace,
        mistakes=mistakes,
    )
    found = quality(evidence.pixels, evidence.counts, mistakes=mistakes)
    total = int(evidence.counts.sum() + evidence.unanswered.sum())
    return ObjectQuality(object_key, evidence.proposal, found, total, ahead)


def _pace(project: Project, object_key: int) -> float:
    """The mean of the verdicts on the object, and that of Point-VOS where they took no time."""
    seconds = [answer.seconds for answer in project.answers(object_key) if not answer.settles]
    return sum(seconds) / len(seconds) if sum(seconds) > 0 else SECONDS_PER_POINT
