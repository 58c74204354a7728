"""What says which object is meant, for those who verify its points: the trace, the clicks, the mask."""

from ...core import Prompt
from ...store import Project, StoredMask, StoredObject, StoredVideo
from . import messages
from .errors import Refused
from .pictures import version_of
from .translating import box_out, mask_out, points_out, trace_out


def localisation(project: Project, thing: StoredObject, video: StoredVideo) -> messages.Localisation:
    """Of the first frame on which something was said; where nothing was, of the first that has a mask."""
    said = min(project.prompts(thing.key), key=lambda prompt: prompt.frame, default=None)
    mask = _mask(project, thing.key, said)
    if said is None and mask is None:
        raise Refused(404, f"{video.name}: nothing says which object {thing.name or thing.object_id!r} is. Label it.")
    prompt = said or Prompt(object_id=thing.object_id, frame=mask.frame if mask else 0)
    shown = mask.segment.mask if mask is not None else prompt.mask
    return messages.Localisation(
        object=thing.key,
        video=video.key,
        version=version_of(video),
        frame=prompt.frame,
        points=points_out(prompt),
        box=box_out(prompt),
        trace=trace_out(prompt),
        mask=None if shown is None else mask_out(shown),
    )


def _mask(project: Project, key: int, said: Prompt | None) -> StoredMask | None:
    if said is not None:
        return project.mask(key, said.frame)
    first = None
    for mask in project.masks(key):
        if mask.segment.mask and mask.locked:
            return mask
        first = first or (mask if mask.segment.mask else None)
    return first
