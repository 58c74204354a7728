"""The part of a project that a pipeline writes: what its stages bring, all of a stage at once or nothing of it."""

from collections.abc import Iterable

from ..core import FrameMasks
from . import mapping, masking, staging, things
from ._opened import Opened
from .records import SoftMask, Stage, StageState, StoredMask, Stratum

PSEUDO_MASK = "pseudo-mask"
"""The kind of the edits that pipelines make."""


class Proposing(Opened):
    """Stages, and what comes out of them."""

    def mark_stage(
        self, object_key: int, stage: str, state: StageState, *, fingerprint: str = "", detail: str = ""
    ) -> None:
        """Note how far a stage got on an object, and with what it was run."""
        with self._database.write() as connection:
            staging.mark(connection, object_key, stage, state, fingerprint, detail, self._database.now())

    def stages(self, object_key: int | None = None) -> list[Stage]:
        with self._database.read() as connection:
            return staging.every(connection, object_key)

    def keep_stage(
        self,
        object_key: int,
        stage: str,
        *,
        fingerprint: str,
        masks: Iterable[FrameMasks] = (),
        maps: Iterable[SoftMask] = (),
        edit: int | None = None,
        locked: bool = False,
    ) -> int:
        """Masks and maps that a stage made, and that it is done, in one transaction; the key of their edit.

        They belong to ``edit``, or to a new one of the kind "pseudo-mask"; the stage's ``detail`` is that key. Frames
        on which people locked a mask are left as they are. What is ``locked`` here no propagation changes, but the next
        run of the stage does.
        """
        found = list(masks)
        with self._database.write() as connection:
            now = self._database.now()
            if edit is None:
                video = things.video_of(connection, object_key)
                edit = self._edit(connection, video, PSEUDO_MASK, None, None)
            mapping.require_edit(connection, object_key, edit)
            kept = {one.frame for one in masking.locked(connection, object_key, without=(PSEUDO_MASK,))}
            free = [record for record in found if record.frame not in kept]
            masking.add(connection, edit, free, [things.find(connection, object_key).object_id], locked)
            mapping.add_maps(connection, object_key, edit, maps)
            staging.mark(connection, object_key, stage, "done", fingerprint, str(edit), now)
            return edit

    def masks_of_edit(self, object_key: int, edit: int) -> list[StoredMask]:
        """The masks of an object that an edit brought, by frame, whatever was said of them since."""
        with self._database.read() as connection:
            return masking.of_edit(connection, object_key, edit)

    def locked_masks(self, object_key: int) -> list[StoredMask]:
        """The masks of an object that people locked, by frame; not those that a pipeline started from."""
        with self._database.read() as connection:
            return masking.locked(connection, object_key, without=(PSEUDO_MASK,))

    def is_undone(self, edit: int) -> bool:
        """Whether what an edit brought does not count any more."""
        with self._database.read() as connection:
            return mapping.is_undone(connection, edit)

    def maps(self, object_key: int, edit: int | None = None) -> list[SoftMask]:
        """How likely the object is, on the frames candidates come from: what ``edit`` brought, or the newest did."""
        with self._database.read() as connection:
            return mapping.of_object(connection, object_key, edit)

    def proposals(self, object_key: int) -> list[str]:
        """The names of all proposals for an object, oldest first."""
        with self._database.read() as connection:
            return mapping.proposals_of(connection, object_key)

    def strata(self, object_key: int, proposal: str | None = None) -> list[Stratum]:
        """The regions that the candidates of a proposal were drawn from, by frame; of the newest, unless named."""
        with self._database.read() as connection:
            return mapping.strata_of(connection, object_key, proposal)
