"""What is known of each object over time: stretches, scores, locks, points, doubts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from ...core import Mask
from ...store import Project, StoredMask, StoredObject, StoredPoint
from . import messages
from .doubts import doubts_of

_MOST_DOUBTS = 500


def is_known(mask: StoredMask) -> bool:
    """An unlocked empty mask of no score says that nothing is known any more: that is how a prompt is removed."""
    return mask.locked or mask.segment.score > 0 or is_there(mask)


def is_there(mask: StoredMask) -> bool:
    """Whether any pixel is set, without unpacking: empty masks of one size are all the same bytes."""
    return mask.segment.mask.counts != _empty(mask.segment.mask.height, mask.segment.mask.width)


@cache
def _empty(height: int, width: int) -> bytes:
    return Mask.empty(height, width).counts


def timeline(project: Project, video: str, num_frames: int) -> messages.Timeline:
    """All objects of a video, and where to look, worst first."""
    rows, doubts = [], []
    for thing in project.objects_of(video):
        masks = [mask for mask in project.masks(thing.key) if is_known(mask)]
        points = project.points(thing.key)
        rows.append(_row(project, thing, masks, points, num_frames))
        doubts += [
            messages.Doubt(frame=doubt.frame, key=thing.key, reason=doubt.reason, doubt=round(doubt.doubt, 4))
            for doubt in doubts_of(masks, points)
        ]
    doubts.sort(key=lambda doubt: -doubt.doubt)
    return messages.Timeline(objects=rows, doubts=doubts[:_MOST_DOUBTS])


def _row(
    project: Project, thing: StoredObject, masks: Sequence[StoredMask], points: Iterable[StoredPoint], num_frames: int
) -> messages.TimelineRow:
    score: list[float | None] = [None] * num_frames
    for mask in masks:
        score[mask.frame] = round(mask.segment.score, 4)
    return messages.TimelineRow(
        key=thing.key,
        known=_stretches(mask.frame for mask in masks),
        present=_stretches(mask.frame for mask in masks if is_there(mask)),
        score=score,
        locked=[mask.frame for mask in masks if mask.locked],
        prompts=[prompt.frame for prompt in project.prompts(thing.key)],
        points=_by_frame(points),
    )


def _by_frame(points: Iterable[StoredPoint]) -> list[messages.PointsOnFrame]:
    total: defaultdict[int, int] = defaultdict(int)
    answered: defaultdict[int, int] = defaultdict(int)
    for point in points:
        total[point.frame] += 1
        answered[point.frame] += point.label is not None and not point.waiting
    return [messages.PointsOnFrame(frame=k, total=total[k], answered=answered[k]) for k in sorted(total)]


def _stretches(frames: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of frames that follow each other, as (first, last)."""
    found: list[tuple[int, int]] = []
    for frame in frames:
        if found and found[-1][1] == frame - 1:
            found[-1] = found[-1][0], frame
        else:
            found.append((frame, frame))
    return found
