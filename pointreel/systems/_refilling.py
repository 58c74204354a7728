"""Fill again what lies between locked frames: what a propagation does in an editor, where people lock what is right.

A locked frame is one whose mask somebody gave or approved; an empty mask on it says that the object is not there. Only
frames that are not locked change, and none beyond the next locked frame on either side.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile, zip_longest

from ..core import Mask, PointreelError, Prompt
from ..core.protocols import Propagator
from ..video import Video
from ._carrying import Carried, made_in
from ._plan import Direction, Pass, Span, Way, nearest

Locked = Mapping[int, Mapping[int, Mask]]
"""The masks of locked frames, by object id and frame."""

Arm = tuple[Way, Span]
"""Frames that one lock fills, and in which direction."""


def refill_plan(
    locked: Locked, frame: int, num_frames: int, *, direction: Direction = "both", to: int | None = None
) -> tuple[Pass, ...]:
    """What is done about ``frame``: from it where it is locked, otherwise into the gap that it lies in.

    With ``to`` only the frames up to that one, on its side of ``frame``. Objects that share frames share a session.
    """
    if to is not None:
        direction = "forward" if to >= frame else "backward"
    arms = [arm for i, masks in sorted(locked.items()) for arm in _arms(i, masks, frame, num_frames, direction)]
    cut = [(way, _cut(span, frame, to)) for way, span in arms]
    wanted = [(way, span) for way, span in cut if span.first <= span.last]
    ways: tuple[Way, Way] = (1, -1)
    return tuple(one for way in ways for one in _together(way, [span for at, span in wanted if at == way]))


def left_of(plan: Iterable[Pass], made: Locked) -> tuple[Pass, ...]:
    """What is left to do of a plan that was cut off when it had ``made`` some masks.

    An object is taken up on the last frame, of those that follow its lock without a gap, on which it was seen.
    """
    cut = [(one.way, [_left(span, one.way, made.get(span.object_id, {})) for span in one.spans]) for one in plan]
    wanted = [(way, [span for span in spans if span.first <= span.last]) for way, spans in cut]
    return tuple(_pass(way, spans) for way, spans in wanted if spans)


def _left(span: Span, way: Way, made: Mapping[int, Mask]) -> Span:
    frames = range(span.first, span.last + 1)[::way]
    done = list(takewhile(made.__contains__, frames))
    at = max((k for k, frame in enumerate(done) if made[frame]), default=-1)
    if len(done) == len(frames):
        return replace(span, last=span.first - 1)
    if at < 0:
        return span
    return (
        replace(span, lock=done[at], first=done[at] + 1) if way > 0 else replace(span, lock=done[at], last=done[at] - 1)
    )


def refilled(
    video: Video, plan: Sequence[Pass], locked: Locked, propagator: Propagator, *, made: Locked | None = None
) -> Generator[Carried, None, None]:
    """The masks of a plan's frames as they are made, its passes in turns: what was asked about grows outwards.

    What is ``left_of`` a plan goes on from masks that it ``made``.
    """
    if "mask" not in propagator.accepts:
        raise PointreelError("This engine takes no masks, so that it cannot go on from a locked frame. Choose another.")
    return _in_turns([_made(video, one, locked, made or {}, propagator) for one in plan])


def _made(video: Video, one: Pass, locked: Locked, made: Locked, propagator: Propagator) -> Iterator[Carried]:
    told = [_told(locked if at in locked[i] else made, i, at) for i, at in one.starts]
    others = {i: [at for at in locked[i] if (i, at) not in one.starts] for i, _ in one.starts}
    known = [_told(locked, i, at) for i, frames in others.items() for at in nearest(frames, one.start)]
    return made_in(video, one, told, propagator, known)


def frames_made_by(plan: Iterable[Pass]) -> int:
    """How many frames a plan makes: what progress is counted in."""
    return sum(one.is_wanted(frame) for one in plan for frame in one.frames)


def _arms(
    object_id: int, masks: Mapping[int, Mask], frame: int, num_frames: int, direction: Direction
) -> Iterator[Arm]:
    before = max((at for at in masks if at < frame), default=None)
    after = min((at for at in masks if at > frame), default=None)
    first, last = -1 if before is None else before, num_frames if after is None else after
    if frame in masks:
        if masks[frame] and direction != "backward":
            yield 1, Span(object_id, frame, frame + 1, last - 1)
        if masks[frame] and direction != "forward":
            yield -1, Span(object_id, frame, first + 1, frame - 1)
        return
    left = before if before is not None and masks[before] and direction != "backward" else None
    right = after if after is not None and masks[after] and direction != "forward" else None
    middle = (first + last) // 2 if left is not None and right is not None else last - 1 if right is None else first
    if left is not None:
        yield 1, Span(object_id, left, left + 1, middle)
    if right is not None:
        yield -1, Span(object_id, right, middle + 1, right - 1)


def _cut(span: Span, frame: int, to: int | None) -> Span:
    if to is None:
        return span
    if to >= frame:
        return Span(span.object_id, span.lock, span.first, min(span.last, to))
    return Span(span.object_id, span.lock, max(span.first, to), span.last)


def _together(way: Way, spans: list[Span]) -> Iterator[Pass]:
    """One pass for spans that overlap, and one each for those that do not."""
    group: list[Span] = []
    for span in sorted(spans, key=lambda span: (min(span.lock, span.first), span.object_id)):
        if group and min(span.lock, span.first) > max(max(one.lock, one.last) for one in group):
            yield _pass(way, group)
            group = []
        group.append(span)
    if group:
        yield _pass(way, group)


def _pass(way: Way, spans: list[Span]) -> Pass:
    return Pass(way, tuple(spans), tuple((span.object_id, span.lock) for span in spans))


def _told(locked: Locked, object_id: int, frame: int) -> Prompt:
    return Prompt(object_id=object_id, frame=frame, mask=locked[object_id][frame])


def _in_turns(running: Sequence[Iterator[Carried]]) -> Generator[Carried, None, None]:
    try:
        for row in zip_longest(*running):
            yield from (item for item in row if item is not None)
    finally:
        for one in running:
            if isinstance(one, Generator):
                one.close()
