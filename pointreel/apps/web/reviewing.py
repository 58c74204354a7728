"""Review: the frames of the whole project that are most in doubt, and points with what everybody said of them."""

from collections import defaultdict
from collections.abc import Iterable

from ...store import Answer, Project, StoredObject
from . import messages
from .doubts import Doubt, doubts_of
from .timeline import is_known
from .translating import label_in

_DIFFERING = 0.6


def review(project: Project, annotator: str | None, limit: int) -> list[messages.ReviewItem]:
    """Worst first. With an annotator, only frames on which they answered points."""
    videos = {video.name: video.key for video in project.videos}
    items = [
        messages.ReviewItem(
            video=videos[thing.video],
            frame=doubt.frame,
            key=thing.key,
            object_id=thing.object_id,
            object_name=thing.name,
            reason=doubt.reason,
            doubt=round(doubt.doubt, 4),
        )
        for thing in project.objects
        for doubt in _doubts(project, thing, annotator)
    ]
    return sorted(items, key=lambda item: (-item.doubt, item.video, item.frame))[:limit]


def reviewed_points(
    project: Project, key: int, frame: int | None, annotator: str | None, only_disagreement: bool
) -> list[messages.ReviewedPoint]:
    """An object's points, each with all answers side by side."""
    said = _by_point(project.answers(key))
    found = []
    for point in project.points(key, frame):
        answers = said[point.key]
        if annotator is not None and annotator not in {answer.by for answer in answers}:
            continue
        if only_disagreement and not _differ(answers):
            continue
        opinions = [
            messages.Opinion(by=one.by, label=label_in(one.label), seconds=one.seconds, settles=one.settles)
            for one in answers
        ]
        found.append(
            messages.ReviewedPoint(
                point=point.key,
                frame=point.frame,
                x=point.x,
                y=point.y,
                kind=label_in(point.kind),
                label=None if point.label is None else label_in(point.label),
                waiting=point.waiting,
                answers=opinions,
            )
        )
    return found


def _doubts(project: Project, thing: StoredObject, annotator: str | None) -> list[Doubt]:
    masks = [mask for mask in project.masks(thing.key) if is_known(mask)]
    said = _by_point(project.answers(thing.key))
    doubts = [*doubts_of(masks, project.points(thing.key)), *_differing(said.values())]
    if annotator is None:
        return doubts
    theirs = {answer.frame for answers in said.values() for answer in answers if answer.by == annotator}
    return [doubt for doubt in doubts if doubt.frame in theirs]


def _differing(said: Iterable[list[Answer]]) -> list[Doubt]:
    """Frames with points on which people differ, and nobody has settled it; the more, the worse."""
    counts: defaultdict[int, int] = defaultdict(int)
    for answers in said:
        if _differ(answers) and not any(answer.settles for answer in answers):
            counts[answers[0].frame] += 1
    return [Doubt(frame, "annotators differ", 1 - (1 - _DIFFERING) ** count) for frame, count in sorted(counts.items())]


def _differ(answers: list[Answer]) -> bool:
    return len({answer.label for answer in answers}) > 1


def _by_point(answers: Iterable[Answer]) -> defaultdict[int, list[Answer]]:
    said: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        said[answer.point].append(answer)
    return said
