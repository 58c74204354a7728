"""Propagation as a job: frames are stored as they are made, as one edit, around what is locked by then."""

import time
from collections.abc import Iterable
from contextlib import closing
from typing import Literal

from ...core import FrameMasks, Mask, Segment
from ...core.protocols import Propagator
from ...store import Project, StoredMask, StoredObject
from ...systems import Carried, frames_made_by, refill_plan, refilled
from . import messages
from .errors import Refused
from .events import Events
from .jobs import Jobs, Watch
from .timeline import is_known

KIND: Literal["propagation"] = "propagation"
_EVERY, _MOST = 0.3, 32


class Propagating:
    """Carries masks from locked frames into what is not locked between them."""

    def __init__(self, project: Project, jobs: Jobs, events: Events, engine: str = "small") -> None:
        self._project, self._jobs, self._events, self._engine = project, jobs, events, engine
        self._propagator: Propagator | None = None

    def start(self, video: int, name: str, sent: messages.Propagate, by: str) -> messages.Job:
        """The job, once it is clear that there is something to do."""
        num_frames = self._project.video(name).num_frames
        if sent.frame >= num_frames or (sent.to is not None and sent.to >= num_frames):
            raise Refused(404, f"{name}: found frame {max(sent.frame, sent.to or 0)}, it has 0 to {num_frames - 1}.")
        things = self._things(name, sent.objects)
        if not refill_plan(
            self._locked(things, sent, num_frames), sent.frame, num_frames, direction=sent.direction, to=sent.to
        ):
            raise Refused(409, f"{name}: no locked frame leads here. Click on the object first; that locks the frame.")
        return self._jobs.start(KIND, lambda watch: self._run(watch, name, things, sent, by), video=video)

    def stop(self, video: int) -> None:
        for watch in self._jobs.running(KIND, video):
            watch.stop.set()

    def _things(self, name: str, keys: list[int] | None) -> list[StoredObject]:
        things = self._project.objects_of(name)
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
            masks = list(self._project.masks(thing.key))
            of_thing = {mask.frame: mask.segment.mask for mask in masks if mask.locked}
            is_asked = sent.objects is not None or sent.frame in of_thing
            if is_asked or not _is_whole(masks, sent.frame, num_frames):
                locked[thing.object_id] = of_thing
        return locked

    def _run(
        self, watch: Watch, name: str, things: list[StoredObject], sent: messages.Propagate, by: str
    ) -> messages.JobResult:
        with self._project.open_video(name, skip_broken=True) as video:
            locked = self._locked(things, sent, len(video))
            plan = refill_plan(locked, sent.frame, len(video), direction=sent.direction, to=sent.to)
            kept = _Kept(self._project, self._events, watch, name, {t.object_id: t.key for t in things}, by)
            watch.progress(0, frames_made_by(plan))
            try:
                with closing(refilled(video, plan, locked, self._loaded())) as made:
                    for item in made:
                        kept.add(item, Mask.empty(video.info.height, video.info.width))
                        watch.check()
            finally:
                kept.flush()
        return kept.result()

    def _loaded(self) -> Propagator:
        if self._propagator is None:
            from ...engines import propagators

            self._propagator = propagators.build(self._engine)
        return self._propagator


class _Kept:
    """What a propagation has made and not stored yet, and the edit it is stored as, begun with the first mask."""

    def __init__(
        self, project: Project, events: Events, watch: Watch, video: str, keys: dict[int, int], by: str
    ) -> None:
        self._project, self._events, self._watch = project, events, watch
        self._video, self._keys, self._by = video, keys, by
        self._edit: int | None = None
        self._waiting: list[FrameMasks] = []
        self._stored, self._since = 0, time.monotonic()

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
            if self._edit is None:
                self._edit = self._project.begin_edit(self._video, KIND, by=self._by)
            self._project.add_masks(self._edit, records, around_locks=True)
            self._stored += len(records)
            self._tell(records)
        self._since = time.monotonic()

    def result(self) -> messages.JobResult:
        return messages.JobResult(edit=self._edit, frames=self._stored)

    def _tell(self, records: list[FrameMasks]) -> None:
        keys = sorted({self._keys[i] for record in records for i in record.segments})
        frames = sorted({record.frame for record in records})
        told = {"video": self._watch.video, "edit": self._edit, "frames": frames, "objects": keys}
        self._events.publish("masks", told)
        self._watch.result = self.result()
        self._watch.progress(self._stored, max(self._watch.total, self._stored))


def _is_whole(masks: list[StoredMask], frame: int, num_frames: int) -> bool:
    """Whether there are masks all the way from the locked frame before to the one after."""
    locks = [mask.frame for mask in masks if mask.locked]
    first = max((at for at in locks if at < frame), default=0)
    last = min((at for at in locks if at > frame), default=num_frames - 1)
    return {mask.frame for mask in masks if is_known(mask)} >= set(range(first, last + 1))
