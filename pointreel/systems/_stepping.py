"""A session, fed the frames of a video in either direction; one record for every frame, also where one is broken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..core import Frame, FrameMasks, PointreelError, Prompt, Segment
from ..core.protocols import Remembering, Session
from ..video import Video

NOBODY_LOOKED = 0.0
"""The score of a mask that was carried over a frame that could not be read."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """What is on one frame. ``carried``: the frame could not be read, and the masks are those of the one before.

    ``settled``: the session has seen this frame and none after it, so that its state is that of this frame.
    """

    masks: FrameMasks
    carried: bool = False
    settled: bool = False


def stepped(
    session: Session[Prompt, FrameMasks],
    frames: Iterable[Frame],
    order: Sequence[int],
    prompts: Mapping[int, Sequence[Prompt]],
    before: Mapping[int, Segment] | None = None,
) -> Iterator[Stepped]:
    """One record for each frame of ``order``, in that order, each as soon as the session has it.

    ``frames`` may leave out frames of ``order`` that are broken: there the masks of the frame before are carried, and
    the session sees the next frame as if nothing lay between. ``before`` is what was on the frame before the first.
    """
    records = _Ordered(iter(order), dict(before or {}))
    for frame in frames:
        for record in session.push(frame, prompts.get(frame.index, ())):
            for item in records.up_to(record):
                yield replace(item, settled=item.masks.frame == frame.index)
    for record in session.finish():
        yield from records.up_to(record)
    yield from records.rest()


def remind(session: Session[Prompt, FrameMasks], video: Video, known: Iterable[Prompt]) -> None:
    """Tell a session that can remember what objects look like on frames that it is not fed, and what was said there."""
    if not isinstance(session, Remembering):
        return
    for prompt in known:
        if prompt.mask or prompt.points:
            for frame in video.read(range(prompt.frame, prompt.frame + 1)):
                session.remember(frame, [prompt])


@dataclass
class _Ordered:
    """Records as they come, with the frames between them that the session never saw."""

    order: Iterator[int]
    last: Mapping[int, Segment]

    def up_to(self, record: FrameMasks) -> Iterator[Stepped]:
        for due in self.order:
            if due == record.frame:
                self.last = record.segments
                yield Stepped(record)
                return
            yield self._carried(due)
        raise PointreelError(f"The engine gave frame {record.frame} twice or out of order. Tell those who made it.")

    def rest(self) -> Iterator[Stepped]:
        return (self._carried(due) for due in self.order)

    def _carried(self, frame: int) -> Stepped:
        unsure = {i: replace(segment, score=NOBODY_LOOKED, hint=None) for i, segment in self.last.items()}
        return Stepped(FrameMasks(frame, unsure), carried=True)
