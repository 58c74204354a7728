"""The part of a project that says what is in the videos: objects, prompts, masks, and every edit to them."""

import time
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Many
from itertools import islice
from uuid import uuid4

from sqlalchemy import Connection

from ..core import Attributes, FrameMasks, Prompt, Segment
from . import candidates, effects, films, history, judging, masking, prompting, things, withdrawing
from ._opened import Opened
from .records import Edit, Effect, StoredMask, StoredObject

CLOSING = "closing"
"""The kind of the edits that close objects and open them again."""

_MASKS_AT_ONCE, _SECONDS_AT_ONCE = 32, 0.5


class Labelling(Opened):
    """Objects, prompts and masks. Each change is an edit; undoing one is an edit too."""

    @property
    def objects(self) -> list[StoredObject]:
        return self.objects_of(None)

    def objects_of(self, video: str | None) -> list[StoredObject]:
        """The objects of a video, or of all, that are there now."""
        with self._database.read() as connection:
            return things.every(connection, None if video is None else films.find(connection, video).key)

    def object(self, key: int) -> StoredObject:
        with self._database.read() as connection:
            return things.find(connection, key)

    def add_object(
        self,
        video: str,
        name: str = "",
        *,
        colour: str | None = None,
        attributes: Attributes | None = None,
        object_id: int | None = None,
        by: str | None = None,
        session: str | None = None,
    ) -> StoredObject:
        """A new object of a video, with the next free id and the colour of that id unless others are given."""
        said = things.Description(name, colour, attributes)
        with self._database.write() as connection:
            key = films.find(connection, video).key
            edit = self._edit(connection, key, "object", by, session)
            return things.find(connection, things.add(connection, key, object_id, edit, said, self._database.now()))

    def describe(
        self,
        object_key: int,
        *,
        name: str | None = None,
        colour: str | None = None,
        attributes: Attributes | None = None,
        removed: bool | None = None,
        by: str | None = None,
        session: str | None = None,
    ) -> StoredObject:
        """Rename, recolour, remove or bring back an object; an edit like others, so it can be undone."""
        said = things.Description(name, colour, attributes, removed)
        with self._database.write() as connection:
            edit = self._edit(connection, things.video_of(connection, object_key), "object", by, session)
            things.describe(connection, object_key, edit, said)
            return things.find(connection, object_key)

    def close_object(
        self, object_key: int, closed: bool = True, *, by: str | None = None, session: str | None = None
    ) -> int:
        """Ask nobody about an object's points any more, or, with ``closed=False``, again; the key of the edit."""
        with self._database.write() as connection:
            video = things.video_of(connection, object_key)
            edit = self._edit(connection, video, CLOSING, by, session, uuid4().hex)
            things.close(connection, object_key, edit, closed)
            return edit

    def begin_edit(self, video: str, kind: str, *, by: str | None = None, session: str | None = None) -> int:
        """The key of a new edit, under which masks are stored as they are made: a propagation, an import."""
        with self._database.write() as connection:
            return self._edit(connection, films.find(connection, video).key, kind, by, session)

    def prompt(
        self,
        object_key: int,
        prompt: Prompt,
        *,
        segment: Segment | None = None,
        locked: bool = True,
        by: str | None = None,
        session: str | None = None,
    ) -> int:
        """What is known of an object on a frame, in place of what was known of it there; the key of the edit.

        With a ``segment``, the mask it led to, as part of the same edit.
        """
        with self._database.write() as connection:
            edit = self._edit(connection, things.video_of(connection, object_key), "prompt", by, session)
            prompting.add(connection, object_key, edit, prompt)
            if segment is not None:
                masking.add_one(connection, object_key, edit, prompt.frame, segment, locked)
            return edit

    def set_mask(
        self,
        object_key: int,
        frame: int,
        segment: Segment,
        *,
        kind: str = "mask",
        locked: bool = True,
        by: str | None = None,
        session: str | None = None,
    ) -> int:
        """The mask of an object on a frame, as an edit of its own; the edit's key."""
        with self._database.write() as connection:
            edit = self._edit(connection, things.video_of(connection, object_key), kind, by, session)
            masking.add_one(connection, object_key, edit, frame, segment, locked)
            return edit

    def mask(self, object_key: int, frame: int, *, without: Many[str] = ()) -> StoredMask | None:
        """The mask of an object on a frame, or what would be it ``without`` edits of some kinds."""
        with self._database.read() as connection:
            return masking.on_frame(connection, object_key, frame, without)

    def prompts(self, object_key: int) -> list[Prompt]:
        """The prompts of an object that count now, by frame. Hints of networks are not kept."""
        with self._database.read() as connection:
            return prompting.every(connection, object_key)

    def add_masks(
        self,
        edit: int,
        records: Iterable[FrameMasks],
        *,
        object_ids: Many[int] | None = None,
        locked: bool = False,
        around_locks: bool = False,
    ) -> int:
        """Store masks as they come, every half second at the latest; how many there were.

        Objects among ``object_ids`` that a record lacks are stored as absent from its frame. ``around_locks`` leaves
        alone what is locked by then.
        """
        count, arriving = 0, iter(records)
        while chunk := list(_within(_SECONDS_AT_ONCE, islice(arriving, _MASKS_AT_ONCE))):
            with self._database.write() as connection:
                count += masking.add(connection, edit, chunk, object_ids, locked, around_locks)
        return count

    def masks(self, object_key: int, start: int = 0, stop: int | None = None) -> Iterator[StoredMask]:
        """The masks of an object that count now, by frame, as they are read."""
        with self._database.read() as connection:
            yield from masking.of_object(connection, object_key, start, stop)

    def edits(self, video: str) -> list[Edit]:
        """The whole history of a video, oldest first."""
        with self._database.read() as connection:
            return history.every(connection, films.find(connection, video).key)

    def effect(self, edit: int) -> Effect:
        """What an edit changes: its kind, the objects, and the frames from the first to the last."""
        with self._database.read() as connection:
            return effects.of(connection, edit)

    def undo_edit(
        self,
        video: str | None = None,
        *,
        by: str | None = None,
        edit: int | None = None,
        kind: str | None = None,
        session: str | None = None,
    ) -> int | None:
        """Take back an edit, or the newest, of a ``kind`` if one is named, that ``by`` made.

        What was done at once with it goes too. Without a ``video`` it is the newest of what is done to the project as a
        whole, like closing an object. The key of the newest that went, or None where there was nothing to take back.
        """
        with self._database.write() as connection:
            key, who = self._where(connection, video), self._who(connection, by)
            turned = history.undo(connection, key, who, session or self.session, self._database.now(), edit, kind)
            return self._settled(connection, turned)

    def redo_edit(self, video: str | None = None, *, by: str | None = None, session: str | None = None) -> int | None:
        """Bring back what ``by`` took back last; the key of the newest edit that is back, or None."""
        with self._database.write() as connection:
            key, who = self._where(connection, video), self._who(connection, by)
            turned = history.redo(connection, key, who, session or self.session, self._database.now())
            return self._settled(connection, turned)

    @staticmethod
    def _where(connection: Connection, video: str | None) -> int | None:
        return None if video is None else films.find(connection, video).key

    def _settled(self, connection: Connection, turned: history.Turned) -> int | None:
        """Objects come and go with the edits that brought them, and their points with them; so do proposals, and the
        verdicts that came with the same action.
        """
        if not turned.edits:
            return None
        films.require_unused(connection, turned.edits)
        named = things.described_in(connection, turned.edits)
        if keys := {*named, *withdrawing.settle(connection, turned.edits)}:
            candidates.requeue(connection, sorted(keys))
        judging.turn(connection, turned, self._database.now())
        return max(turned.edits)


def _within(seconds: float, items: Iterable[FrameMasks]) -> Iterator[FrameMasks]:
    """Items until the time is over, and one at least."""
    start = time.monotonic()
    for item in items:
        yield item
        if time.monotonic() - start > seconds:
            return
