"""Masks of prompted objects as sessions make them, with all that sessions say of them; nothing is kept.

``Tracking`` keeps a run that can be corrected and taken up again. This is for those who keep things their own way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..core import FrameMasks, Prompt
from ..core.protocols import Propagator
from ..video import Video
from ._plan import Direction, Pass, first_round
from ._prompts import check_prompts, locks_of, merged
from ._stepping import remind, stepped


@dataclass(frozen=True, slots=True)
class Carried:
    """What a session found on a frame, and for which objects; those without a segment are not in this frame.

    ``guessed``: the frame could not be read, and the masks are those of the frame that was seen before it.
    """

    masks: FrameMasks
    object_ids: tuple[int, ...]
    guessed: bool = False


def carried(
    video: Video, prompts: Sequence[Prompt], propagator: Propagator, *, direction: Direction = "both", engine: str = ""
) -> Iterator[Carried]:
    """Every frame of every object once, as it is made: first those after its prompts, then those before.

    Between two prompts of an object a frame comes from the nearer one. Segments have their hints, if the propagator
    gives any.
    """
    check_prompts(prompts, video.info, propagator.accepts, engine=engine or type(propagator).__name__)
    said = merged(prompts)
    for one in first_round(locks_of(said), len(video), direction):
        yield from made_in(video, one, [said[start] for start in one.starts], propagator)


def made_in(
    video: Video,
    one: Pass,
    prompts: Sequence[Prompt],
    propagator: Propagator,
    known: Sequence[Prompt] = (),
) -> Iterator[Carried]:
    """One pass of a plan: what its spans own, as a session makes it. ``known``: its objects on other frames."""
    told: dict[int, list[Prompt]] = {}
    for prompt in prompts:
        told.setdefault(prompt.frame, []).append(prompt)
    with propagator.open(video.info) as session:
        remind(session, video, known)
        for item in stepped(session, video.read(one.frames), one.frames, told):
            frame = item.masks.frame
            owned = tuple(span.object_id for span in one.spans if frame in span)
            if owned:
                kept = {i: segment for i, segment in item.masks.segments.items() if i in owned}
                yield Carried(FrameMasks(frame, kept), owned, item.carried)
