"""What a session is told of the objects it makes: on which frame, and as what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..core import Prompt
from ._kept import Kept
from ._plan import Pass
from ._prompts import Key
from ._rounds import Round


@dataclass(frozen=True, slots=True)
class Telling:
    """What was ``said`` in ``rounds``, the masks that were ``kept`` of it, and the kinds that an engine ``accepts``."""

    kept: Kept
    said: Mapping[Key, Prompt]
    rounds: Sequence[Round]
    accepts: frozenset[str]

    def prompts(self, of: Round, one: Pass) -> dict[int, list[Prompt]]:
        """What each frame of a pass tells its session. A lock whose mask is known is told as that mask."""
        fresh = {(prompt.object_id, prompt.frame) for prompt in of.prompts}
        prompts: dict[int, list[Prompt]] = {}
        for key in one.starts:
            object_id, frame = key
            is_first = key in fresh and one.way == of.passes[0].way
            mask = None if is_first else self.kept.mask(object_id, frame)
            if mask is not None and "mask" in self.accepts:
                told = [Prompt(object_id=object_id, frame=frame, mask=mask)]
            else:
                told = _one_by_one(self._known_before(of, self.said[key]))
            prompts.setdefault(frame, []).extend(told)
        return prompts

    def reminder(self, lock: Key) -> Prompt:
        """What is known of a locked frame: the points that were said there, and its mask by now.

        Not a mask that nobody looked at and that a single point made: it would teach what corrections put right.
        """
        (object_id, frame), said = lock, self.said[lock]
        was_begun_with = any((one.object_id, one.frame) == lock for one in self.rounds[0].prompts)
        is_guess = was_begun_with and said.kinds() == {"points"} and len(said.points or ()) == 1
        mask = None if is_guess else self.kept.mask(object_id, frame)
        return Prompt(object_id=object_id, frame=frame, mask=mask, points=said.points)

    def _known_before(self, of: Round, prompt: Prompt) -> Prompt:
        """What was said, and for a correction what was there before, for the mask that is to be put right."""
        was = None if of.corrects is None else self.kept.mask_in(of.corrects, prompt.object_id)
        return prompt if was is None or "mask" not in self.accepts else replace(prompt, mask=was)


def _one_by_one(prompt: Prompt) -> list[Prompt]:
    """A mask, and what was said to correct it on the same frame, as the two things they are."""
    if prompt.mask is None or prompt.kinds() == {"mask"}:
        return [prompt]
    return [Prompt(object_id=prompt.object_id, frame=prompt.frame, mask=prompt.mask), replace(prompt, mask=None)]
