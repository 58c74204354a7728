"""The embedded engine on one picture: points, a box, a trace or a rough mask in, a mask out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from ...core import Mask, PointreelError
from ...core.types import Frame, Prompt, PromptKind, Segment
from ..small.correction import put_right
from ..small.first_mask import CAREFULLY, ONCE, Candidate, FirstMask, Given
from ..small.weights import load_prompt
from ..small.windows import low_logits

ACCEPTS: frozenset[PromptKind] = frozenset({"points", "box", "trace", "mask"})
_HINT_SIDE = 256


@dataclass(frozen=True, kw_only=True)
class Config:
    """``size``: the side of the window; ``weights``: a folder of your own."""

    size: int = 256
    weights: str = ""
    device: str = "cpu"


@dataclass(frozen=True)
class Encoded:
    """A picture, ready to be asked about; ``neighbour``, where there is one, shows what moves."""

    frame: Frame
    neighbour: Frame | None = None


class Small:
    """Masks of one picture.

    >>> from pointreel.core import Points
    >>> engine = build(Config())                                           # doctest: +SKIP
    >>> encoded = engine.encode(frame)                                     # doctest: +SKIP
    >>> engine.segment(encoded, [Prompt(object_id=1, frame=0, points=Points.on([[312, 208]]))])  # doctest: +SKIP
    """

    def __init__(self, config: Config) -> None:
        folder = Path(config.weights) if config.weights else None
        self.accepts = ACCEPTS
        self._size = config.size
        self._first = FirstMask(load_prompt(folder, config.device), config.size, config.device)

    def encode(self, frame: Frame, neighbour: Frame | None = None) -> Encoded:
        """The picture itself: windows depend on the prompt, so nothing can be computed before it."""
        if neighbour is not None and neighbour.rgb.shape != frame.rgb.shape:
            raise PointreelError(
                f"Frames {frame.index} and {neighbour.index} differ in size: found {frame.width} x {frame.height} and "
                f"{neighbour.width} x {neighbour.height}."
            )
        return Encoded(frame, neighbour)

    def segment(self, encoded: Encoded, prompts: Sequence[Prompt]) -> list[Segment]:
        """The likeliest mask for each prompt. A mask among them, or the hint of an earlier answer, is made better."""
        return [self.extents(encoded, prompt)[0] for prompt in prompts]

    @torch.inference_mode()
    def extents(self, encoded: Encoded, prompt: Prompt) -> list[Segment]:
        """Up to three masks that the prompt could mean, the likeliest first: a sleeve, a shirt, a person.

        After a first click somebody waits for the mask, and for better ones will click again: it is made quickly.
        """
        frame, given = encoded.frame, Given.of(prompt)
        if prior := self._prior(frame, prompt):
            found = [put_right(self._first, frame, given, prior, encoded.neighbour)]
        else:
            looks = ONCE if prompt.kinds() == {"points"} and len(given.on) == 1 else CAREFULLY
            found = self._first.candidates(frame, given, encoded.neighbour, looks=looks)
        return [_segment(candidate, frame) for candidate in found]

    def _prior(self, frame: Frame, prompt: Prompt) -> Candidate | None:
        """The mask that the prompt brings along, through the window about it."""
        if prompt.mask is not None:
            soft = prompt.mask.to_array().astype(np.float32)
        elif prompt.hint is not None:
            whole = cv2.resize(prompt.hint, (frame.width, frame.height), interpolation=cv2.INTER_LINEAR)
            soft = (1 / (1 + np.exp(-whole))).astype(np.float32)
        else:
            return None
        return self._first.around(soft)


def build(config: Config) -> Small:
    return Small(config)


def _segment(candidate: Candidate, frame: Frame) -> Segment:
    whole = candidate.window.whole(candidate.mask, frame.height, frame.width)
    return Segment(Mask.from_array(whole > 0.5), candidate.quality, low_logits(whole, _HINT_SIDE))
