"""Where an object is said to be: the rough localisation that everything else comes from (Point-VOS, section 3.2)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ..core import FOREGROUND, Mask, Prompt
from ..store import Project
from ..systems import prompts_to_json


@dataclass(frozen=True)
class Localisation:
    """By frame: the masks that people locked, and on other frames what was said of the object.

    A locked mask counts for more than what was said on its frame: somebody has looked at it.
    """

    masks: Mapping[int, Mask]
    prompts: Mapping[int, Prompt]

    def __bool__(self) -> bool:
        return bool(self.masks or self.prompts)

    @property
    def frames(self) -> tuple[int, ...]:
        return tuple(sorted({*self.masks, *self.prompts}))

    def fingerprint(self) -> str:
        """The same for the same localisation, and for no other."""
        said = prompts_to_json([prompt for _, prompt in sorted(self.prompts.items())], {})
        masks = [(frame, mask.counts.decode("ascii")) for frame, mask in sorted(self.masks.items())]
        return hashlib.sha256(json.dumps([said, masks]).encode()).hexdigest()


def localisation_of(project: Project, object_key: int) -> Localisation:
    """What is known of an object; what does not say where it is (points off it, a text) is left out."""
    locked = {one.frame: one.segment.mask for one in project.locked_masks(object_key) if one.segment.mask}
    said = {one.frame: one for one in project.prompts(object_key) if one.frame not in locked and _says_where(one)}
    return Localisation(locked, said)


def _says_where(prompt: Prompt) -> bool:
    on = prompt.points is not None and bool((prompt.points.label == FOREGROUND).any())
    drawn = prompt.trace is not None and len(prompt.trace) > 0
    return on or drawn or prompt.box is not None or (prompt.mask is not None and bool(prompt.mask))
