"""Label: objects, prompts, masks, locks, the timeline, propagation."""

from collections import Counter, defaultdict

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from ....store import StoredObject, StoredVideo
from ..errors import Refused
from ..guard import Annotator, TheStudio, Viewer
from ..messages import (
    ChangedThing,
    ChosenExtent,
    Edited,
    Extent,
    Frame,
    FrameOfMasks,
    Key,
    LockIn,
    Masks,
    NewThing,
    ObjectMask,
    PaintedMask,
    Prompted,
    PromptIn,
    Prompts,
    Propagate,
    SavedThing,
    Started,
    TakenExtent,
    Thing,
    Things,
    Timeline,
)
from ..studio import Studio
from ..timeline import is_known, timeline
from ..translating import mask_from_png, mask_in, mask_out, prompt_in, prompt_out

router = APIRouter(prefix="/api", tags=["label"])

MOST_FRAMES = 64


@router.get("/videos/{v}/objects")
def list_objects(v: Key, studio: TheStudio, _: Viewer) -> Things:
    """The objects of a video that are there now."""
    name = studio.pictures.stored(v).name
    return Things(objects=[_thing(studio, thing) for thing in studio.project.objects_of(name)])


@router.post("/videos/{v}/objects")
def add_object(v: Key, sent: NewThing, studio: TheStudio, user: Annotator) -> SavedThing:
    """A new object, in the next colour unless one is given."""
    name = studio.pictures.stored(v).name
    thing = studio.project.add_object(name, sent.name, colour=sent.colour, by=user.name)
    return _changed(studio, thing, v)


@router.patch("/objects/{key}")
def change_object(key: Key, sent: ChangedThing, studio: TheStudio, user: Annotator) -> SavedThing:
    """Rename, recolour, remove or bring back an object; ``closed``: nobody is asked about its points any more."""
    project = studio.project
    thing = project.object(key)
    if (sent.name, sent.colour, sent.removed) != (None, None, None):
        thing = project.describe(key, name=sent.name, colour=sent.colour, removed=sent.removed, by=user.name)
    if sent.closed is not None and sent.closed != thing.closed:
        project.close_object(key, sent.closed, by=user.name)
        thing = project.object(key)
        studio.verifying.reopened({key})
    return _changed(studio, thing, studio.pictures.named(thing.video).key)


@router.get("/objects/{key}/prompts")
def list_prompts(key: Key, studio: TheStudio, _: Viewer) -> Prompts:
    """What is said of an object, frame by frame."""
    studio.labelling.thing(key)
    return Prompts(prompts=[prompt_out(prompt) for prompt in studio.project.prompts(key)])


@router.put("/objects/{key}/prompts/{frame}")
def set_prompt(key: Key, frame: Frame, sent: PromptIn, studio: TheStudio, user: Annotator) -> Prompted:
    """All that is said of an object on a frame, in place of what was said before, and the mask it leads to, locked."""
    if sent.frame != frame:
        raise Refused(
            422, f"The address says frame {frame}, and the prompt frame {sent.frame}. Send one of them twice."
        )
    thing, video = studio.labelling.thing(key)
    answer = studio.labelling.prompt(thing, video, prompt_in(sent, thing.object_id, video), user.name)
    extents = [Extent(mask=mask_out(segment.mask), score=segment.score) for segment in answer.extents]
    saved_at = _edited(studio, video, key, frame, answer.edit)
    return Prompted(edit=answer.edit, frame=frame, extents=extents, chosen=0, saved_at=saved_at)


@router.post("/objects/{key}/extents/{frame}")
def take_extent(key: Key, frame: Frame, sent: ChosenExtent, studio: TheStudio, user: Annotator) -> TakenExtent:
    """Another of the masks that the last prompt on this frame could mean."""
    thing, video = studio.labelling.thing(key)
    edit, segment = studio.labelling.take(thing, video, frame, sent.chosen, user.name)
    return TakenExtent(edit=edit, mask=mask_out(segment.mask), saved_at=_edited(studio, video, key, frame, edit))


@router.put("/objects/{key}/masks/{frame}.png")
async def set_mask_png(key: Key, frame: Frame, request: Request, studio: TheStudio, user: Annotator) -> Edited:
    """A mask as a PNG of the frame's size; what is not black is the object. It locks the frame."""
    body = await request.body()
    return await run_in_threadpool(_set_png, key, frame, body, studio, user.name)


def _set_png(key: Key, frame: Frame, body: bytes, studio: Studio, by: str) -> Edited:
    thing, video = studio.labelling.thing(key)
    edit = studio.labelling.paint(thing, video, frame, mask_from_png(body, video), locked=True, by=by)
    return Edited(edit=edit, saved_at=_edited(studio, video, key, frame, edit))


@router.put("/objects/{key}/masks/{frame}")
def set_mask(key: Key, frame: Frame, sent: PaintedMask, studio: TheStudio, user: Annotator) -> Edited:
    """A mask as it was painted."""
    thing, video = studio.labelling.thing(key)
    mask = mask_in(sent.mask, video)
    edit = studio.labelling.paint(thing, video, frame, mask, locked=sent.locked, by=user.name)
    return Edited(edit=edit, saved_at=_edited(studio, video, key, frame, edit))


@router.post("/objects/{key}/locks/{frame}")
def set_lock(key: Key, frame: Frame, sent: LockIn, studio: TheStudio, user: Annotator) -> Edited:
    """Lock the mask of a frame, so that propagation leaves it alone and starts from it, or unlock it."""
    thing, video = studio.labelling.thing(key)
    edit = studio.labelling.lock(thing, video, frame, sent.locked, user.name)
    return Edited(edit=edit, saved_at=_edited(studio, video, key, frame, edit))


@router.get("/videos/{v}/masks")
def get_masks(
    v: Key,
    studio: TheStudio,
    _: Viewer,
    start: Frame,
    stop: Frame,
) -> Masks:
    """The masks of frames ``start`` to ``stop``, without the latter; at most 64 frames at once."""
    if stop - start > MOST_FRAMES:
        raise Refused(422, f"masks: found {stop - start} frames, expected at most {MOST_FRAMES} at once.")
    by_frame: defaultdict[int, list[ObjectMask]] = defaultdict(list)
    for thing in studio.project.objects_of(studio.pictures.stored(v).name):
        for mask in studio.project.masks(thing.key, start, stop):
            if is_known(mask):
                rle, score = mask_out(mask.segment.mask), round(mask.segment.score, 4)
                by_frame[mask.frame].append(ObjectMask(key=thing.key, mask=rle, score=score, locked=mask.locked))
    return Masks(frames=[FrameOfMasks(frame=k, objects=objects) for k, objects in sorted(by_frame.items())])


@router.get("/videos/{v}/timeline")
def get_timeline(v: Key, studio: TheStudio, _: Viewer) -> Timeline:
    """What is known of each object over time, and the frames to look at, worst first."""
    video = studio.pictures.stored(v)
    return timeline(studio.project, video.name, video.num_frames)


@router.post("/videos/{v}/propagations")
def propagate(v: Key, sent: Propagate, studio: TheStudio, user: Annotator) -> Started:
    """Carry masks from locked frames into what is not locked between them."""
    return Started(job=studio.propagating.start(studio.pictures.stored(v).name, sent, user.name))


def _thing(studio: Studio, thing: StoredObject) -> Thing:
    total: Counter[str] = Counter()
    for row in studio.project.progress(thing.key):
        total.update(points=row.total, answered=row.answered)
    return Thing(
        key=thing.key,
        object_id=thing.object_id,
        name=thing.name,
        colour=thing.colour,
        visible_default=True,
        removed=thing.removed,
        closed=thing.closed,
        prompt_frames=[prompt.frame for prompt in studio.project.prompts(thing.key)],
        num_points=total["points"],
        num_answered=total["answered"],
    )


def _changed(studio: Studio, thing: StoredObject, v: Key) -> SavedThing:
    studio.events.publish("objects", {"video": v})
    return SavedThing(saved_at=studio.saved(), **_thing(studio, thing).model_dump())


def _edited(studio: Studio, video: StoredVideo, key: Key, frame: Frame, edit: int) -> str:
    """Tell everybody of a mask that was changed; when it was saved."""
    studio.events.publish("masks", {"video": video.key, "edit": edit, "frames": [frame], "objects": [key]})
    return studio.saved()
