"""Label: objects, prompts, masks, locks, the timeline, propagation, and taking back all of it."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request

from ..guard import Annotator, TheStudio, Viewer
from ..messages import (
    ChangedThing,
    ChosenExtent,
    Edited,
    LockIn,
    Masks,
    NewThing,
    PaintedMask,
    Prompted,
    PromptIn,
    Prompts,
    Propagate,
    SavedThing,
    Started,
    TakenExtent,
    Things,
    Timeline,
    UndoIn,
    Undone,
)

router = APIRouter(prefix="/api", tags=["label"])


@router.get("/videos/{v}/objects")
def list_objects(v: int, studio: TheStudio, user: Viewer) -> Things:
    raise NotImplementedError


@router.post("/videos/{v}/objects")
def add_object(v: int, sent: NewThing, studio: TheStudio, user: Annotator) -> SavedThing:
    raise NotImplementedError


@router.patch("/objects/{key}")
def change_object(key: int, sent: ChangedThing, studio: TheStudio, user: Annotator) -> SavedThing:
    """Rename, recolour, remove or bring back an object; ``closed``: nobody is asked about its points any more."""
    raise NotImplementedError


@router.get("/objects/{key}/prompts")
def list_prompts(key: int, studio: TheStudio, user: Viewer) -> Prompts:
    raise NotImplementedError


@router.put("/objects/{key}/prompts/{frame}")
def set_prompt(key: int, frame: int, sent: PromptIn, studio: TheStudio, user: Annotator) -> Prompted:
    """All that is said of an object on a frame, in place of what was said before, and the mask it leads to, locked."""
    raise NotImplementedError


@router.post("/objects/{key}/extents/{frame}")
def take_extent(key: int, frame: int, sent: ChosenExtent, studio: TheStudio, user: Annotator) -> TakenExtent:
    """Another of the masks that the last prompt on this frame could mean."""
    raise NotImplementedError


@router.put("/objects/{key}/masks/{frame}.png")
async def set_mask_png(key: int, frame: int, request: Request, studio: TheStudio, user: Annotator) -> Edited:
    """A mask as a PNG of the frame's size; what is not black is the object. It locks the frame."""
    raise NotImplementedError


@router.put("/objects/{key}/masks/{frame}")
def set_mask(key: int, frame: int, sent: PaintedMask, studio: TheStudio, user: Annotator) -> Edited:
    """A mask as it was painted."""
    raise NotImplementedError


@router.post("/objects/{key}/locks/{frame}")
def set_lock(key: int, frame: int, sent: LockIn, studio: TheStudio, user: Annotator) -> Edited:
    """Lock the mask of a frame, so that propagation leaves it alone and starts from it, or unlock it."""
    raise NotImplementedError


@router.get("/videos/{v}/masks")
def get_masks(
    v: int,
    studio: TheStudio,
    user: Viewer,
    start: Annotated[int, Query(ge=0)],
    stop: Annotated[int, Query(ge=0)],
) -> Masks:
    """The masks of frames ``start`` to ``stop``, without the latter; at most 64 frames at once."""
    raise NotImplementedError


@router.get("/videos/{v}/timeline")
def get_timeline(v: int, studio: TheStudio, user: Viewer) -> Timeline:
    """What is known of each object over time, and the frames to look at, worst first."""
    raise NotImplementedError


@router.post("/videos/{v}/propagations")
def propagate(v: int, sent: Propagate, studio: TheStudio, user: Annotator) -> Started:
    """Carry masks from locked frames into what is not locked between them."""
    raise NotImplementedError


@router.post("/videos/{v}/undo")
def undo_edit(v: int, studio: TheStudio, user: Annotator, sent: Annotated[UndoIn | None, Body()] = None) -> Undone:
    """Take back one's newest edit of this video, or one's newest propagation."""
    raise NotImplementedError


@router.post("/videos/{v}/redo")
def redo_edit(v: int, studio: TheStudio, user: Annotator) -> Undone:
    """Bring back what was taken back last."""
    raise NotImplementedError
