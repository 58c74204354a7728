"""Labelling: a prompt becomes a mask at once, is stored with it, and locks its frame."""

from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock

from ...core import Frame, Mask, PointreelError, Prompt, Segment
from ...store import Project, StoredMask, StoredObject, StoredVideo, StoreError
from ...systems import check_prompts
from .errors import Refused
from .pictures import Pictures, beside
from .segmenting import Segmenting

_REMEMBERED = 256
_SAID_HERE, _LED_TO = ("prompt",), ("prompt", "extent")
_NOTHING_KNOWN = 0.0


@dataclass(frozen=True)
class Answer:
    """What a prompt led to: the edit that stored it, and all it could have meant."""

    edit: int
    extents: list[Segment]


class Labelling:
    """Prompts and masks of one project."""

    def __init__(self, project: Project, pictures: Pictures, segmenting: Segmenting) -> None:
        self._project, self._pictures, self._segmenting = project, pictures, segmenting
        self._extents: OrderedDict[tuple[int, int], list[Segment]] = OrderedDict()
        self._lock = Lock()

    def thing(self, key: int) -> tuple[StoredObject, StoredVideo]:
        """An object that is there, and its video."""
        try:
            thing = self._project.object(key)
        except StoreError:
            raise Refused(
                404, f"There is no object with the key {key}. Those there are stand with their video."
            ) from None
        if thing.removed:
            raise Refused(404, f"The object with the key {key} was removed. Take that back first.")
        return thing, self._pictures.named(thing.video)

    def prompt(self, thing: StoredObject, video: StoredVideo, prompt: Prompt, by: str) -> Answer:
        """All that is said of an object on a frame, and its mask. A mask that was there is put right by what is said.

        What was said before on this frame does not count for it: ``prompt`` says all of it again.
        """
        key = thing.key
        self._require_frame(video, prompt.frame)
        if not prompt.kinds():
            return self._unsaid(key, prompt, video, by)
        below = self._project.mask(key, prompt.frame, without=_SAID_HERE)
        extents = self._meant(thing, video, prompt, below)
        edit = self._project.prompt(key, prompt, segment=extents[0], by=by)
        self._remember(key, prompt.frame, extents)
        return Answer(edit, extents)

    def take(self, thing: StoredObject, video: StoredVideo, frame: int, chosen: int, by: str) -> tuple[int, Segment]:
        """Another of the extents of what was said last on a frame; the edit, and the mask."""
        key = thing.key
        with self._lock:
            extents = self._extents.get((key, frame))
        if extents is None:
            extents = self._extents_again(thing, video, frame)
        if chosen >= len(extents):
            raise Refused(409, f"Extent {chosen} does not exist; the prompt on frame {frame} has {len(extents)}.")
        return self._project.set_mask(key, frame, extents[chosen], kind="extent", by=by), extents[chosen]

    def paint(self, thing: StoredObject, video: StoredVideo, frame: int, mask: Mask, *, locked: bool, by: str) -> int:
        self._require_frame(video, frame)
        return self._project.set_mask(thing.key, frame, Segment(mask, 1.0), locked=locked, by=by)

    def lock(self, thing: StoredObject, video: StoredVideo, frame: int, locked: bool, by: str) -> int:
        self._require_frame(video, frame)
        found = self._project.mask(thing.key, frame)
        if found is None:
            raise Refused(409, f"{video.name}: frame {frame} has no mask of this object to lock. Click on it first.")
        return self._project.set_mask(thing.key, frame, found.segment, kind="lock", locked=locked, by=by)

    def forget(self, keys: Iterable[int]) -> None:
        """What was said of these objects has changed behind: what it could mean is worked out when it is asked for."""
        gone = set(keys)
        with self._lock:
            for place in [place for place in self._extents if place[0] in gone]:
                del self._extents[place]

    def _meant(
        self, thing: StoredObject, video: StoredVideo, prompt: Prompt, below: StoredMask | None
    ) -> list[Segment]:
        if prompt.kinds() == {"mask"} and prompt.mask is not None:
            return [Segment(prompt.mask, 1.0)]
        prior = below.segment.mask if below is not None and below.segment.mask and prompt.box is None else None
        told = prompt if prompt.mask is not None or prior is None else replace(prompt, mask=prior)
        known = frozenset({thing.object_id}) if prior is not None else frozenset[int]()
        names = {thing.object_id: thing.name}
        engine = self._segmenting
        check_prompts([told], video, engine.accepts, engine=engine.engine, names=names, known=known)
        frame = self._pictures.frame(video.key, prompt.frame, read_on=False)
        return engine.extents(frame, told, self._neighbour(video, prompt.frame))

    def _unsaid(self, key: int, prompt: Prompt, video: StoredVideo, by: str) -> Answer:
        """Nothing is said any more: what was there before is there again."""
        below = self._project.mask(key, prompt.frame, without=_LED_TO)
        nothing = Segment(Mask.empty(video.height, video.width), _NOTHING_KNOWN)
        segment = nothing if below is None else below.segment
        locked = below is not None and below.locked
        edit = self._project.prompt(key, prompt, segment=segment, locked=locked, by=by)
        with self._lock:
            self._extents.pop((key, prompt.frame), None)
        return Answer(edit, [] if below is None else [below.segment])

    def _extents_again(self, thing: StoredObject, video: StoredVideo, frame: int) -> list[Segment]:
        """After a restart of the server: from what was said, as it was stored."""
        key = thing.key
        said = next((prompt for prompt in self._project.prompts(key) if prompt.frame == frame), None)
        if said is None:
            raise Refused(409, f"{video.name}: nothing is said of this object on frame {frame}. Click on it first.")
        extents = self._meant(thing, video, said, self._project.mask(key, frame, without=_LED_TO))
        self._remember(key, frame, extents)
        return extents

    def _remember(self, key: int, frame: int, extents: list[Segment]) -> None:
        with self._lock:
            self._extents[key, frame] = extents
            self._extents.move_to_end((key, frame))
            while len(self._extents) > _REMEMBERED:
                self._extents.popitem(last=False)

    def _neighbour(self, video: StoredVideo, frame: int) -> Frame | None:
        """A frame beside it, which shows what moves."""
        with suppress(PointreelError):
            if video.num_frames > 1:
                return self._pictures.frame(video.key, beside(frame, video.num_frames), read_on=False)
        return None

    @staticmethod
    def _require_frame(video: StoredVideo, frame: int) -> None:
        if not 0 <= frame < video.num_frames:
            raise Refused(404, f"{video.name}: there is no frame {frame}; it has 0 to {video.num_frames - 1}.")
