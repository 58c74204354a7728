"""Prompts that came together, and how far the passes are that they lead to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core import Prompt
from ._index import NOT_MADE
from ._plan import Pass


@dataclass
class Round:
    """Prompts that came together, the passes they lead to, and how many frames each pass has recorded.

    ``before`` says, of a correction, in which step each frame of its object was before it. Where one leaves nothing on
    its frame there is nothing to be carried on: the frames around it stay as they are.
    """

    prompts: list[Prompt]
    passes: tuple[Pass, ...]
    last_frames: list[int | None]
    done: list[bool]
    before: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, prompts: list[Prompt], passes: tuple[Pass, ...], before: NDArray[np.int64] | None = None) -> "Round":
        return cls(prompts, passes, [None] * len(passes), [False] * len(passes), before)

    @property
    def corrects(self) -> int | None:
        """The step that holds what is corrected, where there was anything and no whole mask replaces it."""
        if self.before is None or self.prompts[0].mask is not None:
            return None
        place = int(self.before[self.prompts[0].frame])
        return None if place == NOT_MADE else place

    def note(self, turn: int, frame: int, *, is_empty: bool) -> None:
        self.last_frames[turn] = frame
        self.done[turn] = frame == self.passes[turn].stop
        if self.corrects is not None and turn == 0 and is_empty and frame == self.passes[0].start:
            self.done = [True] * len(self.passes)
