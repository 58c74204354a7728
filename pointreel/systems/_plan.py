"""Which frames of an object come from which prompt, and in what passes over the video they are made.

A frame on which something was said of an object is *locked*: what lies on either side of it comes from it. A *span* is
the frames one lock is responsible for in one direction; a *pass* is one session fed frames in one direction, with all
spans it makes on the way. Spans of an object never cross one of its locks and never share a frame, so that the result
is the same whatever order passes run in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Direction = Literal["both", "forward", "backward"]
DIRECTIONS: tuple[Direction, ...] = ("both", "forward", "backward")
Way = Literal[1, -1]
_MOST_KNOWN = 6


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``first`` to ``last`` of an object, both included, that ``lock`` is responsible for."""

    object_id: int
    lock: int
    first: int
    last: int

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame <= self.last


@dataclass(frozen=True, slots=True)
class Pass:
    """One session from frame ``start`` to ``stop``, both included, forward (1) or backward (-1).

    ``starts`` are the locks that tell the session of each object, as (object, frame). ``known`` are other locks of its
    objects, the nearest first: what they look like there.
    """

    way: Way
    spans: tuple[Span, ...]
    starts: tuple[tuple[int, int], ...]
    known: tuple[tuple[int, int], ...] = ()

    @property
    def start(self) -> int:
        frames = [frame for _, frame in self.starts]
        return min(frames) if self.way > 0 else max(frames)

    @property
    def stop(self) -> int:
        return max(span.last for span in self.spans) if self.way > 0 else min(span.first for span in self.spans)

    @property
    def frames(self) -> range:
        return range(self.start, self.stop + self.way, self.way)

    def owns(self, object_id: int, frame: int) -> bool:
        return any(span.object_id == object_id and frame in span for span in self.spans)

    def is_wanted(self, frame: int) -> bool:
        """Whether any object's mask on this frame is kept."""
        return any(frame in span for span in self.spans)


def first_round(locks: Mapping[int, Iterable[int]], num_frames: int, direction: Direction) -> tuple[Pass, ...]:
    """The passes for prompts that come together: between two locks, each frame belongs to the nearer one.

    That is what weighing both by distance comes to where masks are yes or no. Of two equally near the earlier has it.

    >>> [(p.way, p.start, p.stop) for p in first_round({1: [10]}, 50, "both")]
    [(1, 10, 49), (-1, 10, 0)]
    """
    forward: list[Span] = []
    backward: list[Span] = []
    for object_id, frames in sorted(locks.items()):
        ordered = sorted(set(frames))
        for before, lock, after in _neighbours(ordered):
            first, last = _reach(lock, before, after, num_frames, direction)
            if direction == "backward":
                backward.append(Span(object_id, lock, first, lock))
                continue
            forward.append(Span(object_id, lock, lock, last))
            if first < lock:
                backward.append(Span(object_id, lock, first, lock - 1))
    both: tuple[tuple[Way, list[Span]], ...] = ((1, forward), (-1, backward))
    return tuple(_pass(way, spans) for way, spans in both if spans)


def correction(
    object_id: int, lock: int, others: Iterable[int], num_frames: int, direction: Direction
) -> tuple[Pass, ...]:
    """The passes for one prompt on top of a result: from it up to the locks on either side, and nothing else."""
    others = sorted(others)
    before = max((frame for frame in others if frame < lock), default=-1)
    after = min((frame for frame in others if frame > lock), default=num_frames)
    known = tuple((object_id, frame) for frame in nearest(others, lock))
    ahead, back = Span(object_id, lock, lock, after - 1), Span(object_id, lock, before + 1, lock)
    if direction == "backward":
        return (_pass(-1, [back], known),)
    passes = [_pass(1, [ahead], known)]
    if direction == "both" and before + 1 < lock:
        passes.append(_pass(-1, [replace(back, last=lock - 1)], known))
    return tuple(passes)


def nearest(locks: Iterable[int], frame: int) -> list[int]:
    """The locks that a session is told of: the nearest to a frame, and of two equally near the earlier first.

    >>> nearest([0, 9, 20], 10)
    [9, 0, 20]
    """
    return sorted(locks, key=lambda lock: (abs(lock - frame), lock))[:_MOST_KNOWN]


def _neighbours(ordered: Sequence[int]) -> Iterable[tuple[int | None, int, int | None]]:
    padded: list[int | None] = [None, *ordered, None]
    return zip(padded[:-2], ordered, padded[2:], strict=True)


def _reach(lock: int, before: int | None, after: int | None, num_frames: int, direction: Direction) -> tuple[int, int]:
    """The first and last frame that a lock is responsible for."""
    if direction == "forward":
        return lock, num_frames - 1 if after is None else after - 1
    if direction == "backward":
        return 0 if before is None else before + 1, lock
    first = 0 if before is None else (before + lock) // 2 + 1
    return first, num_frames - 1 if after is None else (lock + after) // 2


def _pass(way: Way, spans: Sequence[Span], known: tuple[tuple[int, int], ...] = ()) -> Pass:
    return Pass(way, tuple(spans), tuple((span.object_id, span.lock) for span in spans), known)
