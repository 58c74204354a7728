"""Propagation as a job: frames are stored as they are made, as one edit, around what is locked by then."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Literal

from ...core import FrameMasks, Mask, PointreelError, Segment
from ...core.protocols import Propagator
from ...store import Project, StoredMask, StoredObject, StoreError
from ...systems import Carried, Locked, frames_made_by, left_of, refill_plan, refilled
from ...video import Video
from . import messages
from .errors import Refused
from .events import Events
from .jobs import Jobs, Stopped, Watch
from .timeline import is_known
from .translating import called

KIND: Literal["propagation"] = "propagation"
_EVERY, _MOST = 0.3, 32


class Propagating:
    """Carries masks from locked frames into what is not locked between them."""

    def __init__(
        self, project: Project, jobs: Jobs, events: Events, saved: Callable[[], object], engine: str = "small"
    ) -> None:
        self.project, self._jobs, self._events, self._saved, self._engine = project, jobs, events, saved, engine
        self._propagator: Propagator | None = None

    def start(self, name: str, sent: messages.Propagate, by: str) -> messages.Job:
        """The job, once it is clear that there is something to do."""
        stored = self.project.video(name)
        num_frames = stored.num_frames
        if sent.frame >= num_frames or (sent.to is not None and sent.to >= num_frames):
            raise Refused(404, f"{name}: found frame {max(sent.frame, sent.to or 0)}, it has 0 to {num_frames - 1}.")
        things = self._things(name, sent.objects)
        locked = self._locked(things, sent, num_frames)
        if not refill_plan(locked, sent.frame, num_frames, direction=sent.direction, to=sent.to):
            is_whole = len(locked) < len(things) or any(sent.frame in frames for frames in locked.values())
            raise Refused(409, f"{name}: {_nothing_to_do(sent.frame, is_whole=is_whole)}")
        return self._jobs.start(
            KIND, lambda watch: self._run(watch, name, things, sent, by), video=stored, request=sent
        )

    def tell(self, masks: Mapping[str, object]) -> None:
        """Masks that are on the disk now."""
        self._events.publish("masks", masks)
        self._saved()

    def stop(self, video: int) -> None:
        for watch in self._jobs.running(KIND, video):
            watch.stop.set()

    def _things(self, name: str, keys: list[int] | None) -> list[StoredObject]:
        things = self.project.objects_of(name)
        known = {thing.key for thing in things}
        if keys is not None and (strange := set(keys) - known):
            raise Refused(404, f"{name}: has no object with the key {min(strange)}.")
        return [thing for thing in things if keys is None or thing.key in keys]

    def _locked(
        self, things: Iterable[StoredObject], sent: messages.Propagate, num_frames: int
    ) -> dict[int, dict[int, Mask]]:
        """The locked masks of each object. Where no object was named, those that are whole about here are left out."""
        locked = {}
        for thing in things:
            masks = list(self.project.masks(thing.key))
            of_thing = {mask.frame: mask.segment.mask for mask in masks if mask.locked}
            is_asked = sent.objects is not None or sent.frame in of_thing
            if is_asked or not _is_whole(masks, sent.frame, num_frames):
                locked[thing.object_id] = of_thing
        return locked

    def _run(
        self, watch: Watch, name: str, things: list[StoredObject], sent: messages.Propagate, by: str
    ) -> messages.JobResult:
        with self.project.open_video(name, skip_broken=True) as video:
            locked = self._locked(things, sent, len(video))
            kept = _Kept(self, watch, name, things, sent, by)
            try:
                self._carry(watch, video, locked, sent, kept)
            except (Stopped, StoreError):  # neither is an object's fault
                raise
            except Exception as error:
                self._carry_each(watch, video, locked, sent, kept, error)
        return kept.result()

    def _carry(
        self, watch: Watch, video: Video, locked: dict[int, dict[int, Mask]], sent: messages.Propagate, kept: "_Kept"
    ) -> None:
        whole = refill_plan(locked, sent.frame, len(video), direction=sent.direction, to=sent.to)
        plan = left_of(whole, kept.made)
        watch.progress(kept.stored, kept.stored + frames_made_by(plan))
        try:
            with closing(refilled(video, plan, locked, self._loaded(), made=kept.made)) as made:
                for item in made:
                    kept.add(item, Mask.empty(video.info.height, video.info.width))
                    watch.check()
        finally:
            kept.flush()

    def _carry_each(
        self,
        watch: Watch,
        video: Video,
        locked: dict[int, dict[int, Mask]],
        sent: messages.Propagate,
        kept: "_Kept",
        error: Exception,
    ) -> None:
        """Something went wrong with objects that are carried together: one by one, those that can be are."""
        for number in locked:
            try:
                if len(locked) == 1:
                    raise error
                self._carry(watch, video, {number: locked[number]}, sent, kept)
            except (Stopped, StoreError):
                raise
            except PointreelError as problem:
                kept.fail(number, str(problem))
            except Exception as problem:
                kept.fail(number, f"something went wrong ({type(problem).__name__}: {problem})")
        if len(kept.problems) == len(locked):
            raise PointreelError("; ".join(kept.problems)) from error

    def _loaded(self) -> Propagator:
        if self._propagator is None:
            from ...engines import propagators

            self._propagator = propagators.build(self._engine)
        return self._propagator


class _Kept:
    """What a propagation has made and not stored yet, and the edit it is stored as, begun with the first mask.

    ``made`` are the masks of one that was cut off and is gone on with, whoever does.
    """

    def __init__(
        self,
        service: Propagating,
        watch: Watch,
        video: str,
        things: list[StoredObject],
        sent: messages.Propagate,
        by: str,
    ) -> None:
        self._service, self._watch, self._sent = service, watch, sent
        self._video, self._things, self._by = video, {thing.object_id: thing for thing in things}, by
        self._edit: int | None = None
        self.made: Locked = {}
        self._waiting: list[FrameMasks] = []
        self._since = time.monotonic()
        self.stored = 0
        self.problems: list[str] = []
        self._take_up()

    def _take_up(self) -> None:
        """Where something was said since, it is an edit of its own: what was done last is what is taken back first."""
        project, edit = self._service.project, self._sent.edit
        edits = project.edits(self._video)
        known = edit is not None and any(one.key == edit and one.kind == KIND for one in edits)
        if edit is not None and known and not project.is_undone(edit):
            self._edit = edit if edits[-1].key == edit else None
            self.made = {i: _of_edit(project.masks(thing.key), edit) for i, thing in self._things.items()}

    def fail(self, number: int, problem: str) -> None:
        self.problems.append(f"{called(self._things[number])}: {problem}")

    def add(self, item: Carried, absent: Mask) -> None:
        """A frame's masks; what was looked for and not found is stored as not being there."""
        found = item.masks.segments
        segments = {i: found.get(i) or Segment(absent, 1.0) for i in item.object_ids}
        self._waiting.append(FrameMasks(item.masks.frame, segments))
        if len(self._waiting) >= _MOST or time.monotonic() - self._since > _EVERY:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            records, self._waiting = self._waiting, []
            project = self._service.project
            if self._edit is None:
                self._edit = project.begin_edit(self._video, KIND, by=self._by)
                again = self._sent.model_copy(update={"edit": self._edit})
                project.change_job(self._watch.id, again.model_dump_json())
            project.add_masks(self._edit, records, around_locks=True)
            self.stored += len(records)
            self._tell(records)
        self._since = time.monotonic()

    def result(self) -> messages.JobResult:
        return messages.JobResult(edit=self._edit, frames=self.stored, problems=self.problems)

    def _tell(self, records: list[FrameMasks]) -> None:
        keys = sorted({self._things[i].key for record in records for i in record.segments})
        frames = sorted({record.frame for record in records})
        told = {"video": self._watch.video, "edit": self._edit, "frames": frames, "objects": keys}
        self._service.tell(told)
        self._watch.result = self.result()
        self._watch.progress(self.stored, max(self._watch.total, self.stored))


def _of_edit(masks: Iterable[StoredMask], edit: int) -> dict[int, Mask]:
    """The masks that an edit brought and that still count, unless what they come from was changed since."""
    found = list(masks)
    if any(mask.locked and mask.edit > edit for mask in found):
        return {}
    return {mask.frame: mask.segment.mask for mask in found if mask.edit == edit}


def _nothing_to_do(frame: int, *, is_whole: bool) -> str:
    if is_whole:
        return f"nothing is missing beside frame {frame}. Click where a mask is wrong: the rest follows."
    return "no locked frame leads here. Click on the object first; that locks the frame."


def _is_whole(masks: list[StoredMask], frame: int, num_frames: int) -> bool:
    """Whether there are masks all the way from the locked frame before to the one after."""
    locks = [mask.frame for mask in masks if mask.locked]
    first = max((at for at in locks if at < frame), default=0)
    last = min((at for at in locks if at > frame), default=num_frames - 1)
    return {mask.frame for mask in masks if is_known(mask)} >= set(range(first, last + 1))
