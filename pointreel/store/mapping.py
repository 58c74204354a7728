"""Maps of how likely an object is, at a low resolution, and how large the regions were that candidates come from."""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select

from . import prompting, withdrawing
from .errors import StoreError
from .records import TURNS, SoftMask, Stratum
from .schema import edits, maps, objects, proposals, strata, undone_edits

STEP = np.float32(1 / 16)
"""Logits are kept in sixteenths, as one byte: at one half, the likelihood is known to 1.6 percent points."""


def kept(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits as they are when they come back: what is drawn from them now has to be drawn from them later too."""
    return _bytes(logits).astype(np.float32) * STEP


def add_maps(connection: Connection, key: int, edit: int, found: Iterable[SoftMask]) -> None:
    rows = []
    for one in found:
        prompting.size_of(connection, key, one.frame)
        if one.logits.ndim != 2 or not np.isfinite(one.logits).all():
            raise StoreError(f"maps: found {one.logits.shape} numbers on frame {one.frame}, expected finite rows.")
        height, width = one.logits.shape
        packed = zlib.compress(_bytes(one.logits).tobytes())
        rows.append({"object_key": key, "frame": one.frame, "edit_id": edit, "height": height, "width": width})
        rows[-1]["logits"] = packed
    if rows:
        connection.execute(insert(maps), rows)


def of_object(connection: Connection, key: int, edit: int | None) -> list[SoftMask]:
    """The maps that an edit brought, by frame; without one, the newest edit that brought any and counts."""
    prompting.size_of(connection, key, 0)
    if edit is None:
        undone = select(undone_edits.c.edit_id)
        newest = select(func.max(maps.c.edit_id)).where(maps.c.object_key == key, maps.c.edit_id.not_in(undone))
        edit = connection.execute(newest).scalar()
    query = select(maps).where(maps.c.object_key == key, maps.c.edit_id == edit).order_by(maps.c.frame)
    return [SoftMask(row.frame, read(row.logits, row.height, row.width)) for row in connection.execute(query)]


def require_edit(connection: Connection, key: int, edit: int) -> None:
    """That an edit is one of the object's video."""
    joined = edits.join(objects, objects.c.video_id == edits.c.video_id)
    known = select(edits.c.id).select_from(joined).where(edits.c.id == edit, objects.c.id == key)
    if connection.execute(known).first() is None:
        raise StoreError(f"edits: {edit} is no edit of the video of object {key}. Leave it out to begin one.")


def is_undone(connection: Connection, edit: int) -> bool:
    return connection.execute(select(undone_edits.c.edit_id).where(undone_edits.c.edit_id == edit)).first() is not None


def add_strata(connection: Connection, key: int, proposal: int, regions: Iterable[Stratum]) -> None:
    rows = []
    for one in regions:
        prompting.size_of(connection, key, one.frame)
        if one.kind not in TURNS or one.pixels < 0 or one.object_key != key:
            raise StoreError(
                f"strata: found {one}, expected a kind of candidates of object {key}, and 0 pixels or more."
            )
        turn = TURNS.index(one.kind)
        row = {"proposal_id": proposal, "frame": one.frame, "turn": turn, "inside": one.inside, "pixels": one.pixels}
        rows.append(row)
    if rows:
        connection.execute(insert(strata), rows)


def proposals_of(connection: Connection, key: int) -> list[str]:
    """The names of an object's proposals that count, oldest first."""
    counting = (proposals.c.object_key == key, withdrawing.counts(proposals.c.id))
    query = select(proposals.c.name).where(*counting).order_by(proposals.c.id)
    return list(connection.execute(query).scalars())


def strata_of(connection: Connection, key: int, proposal: str | None) -> list[Stratum]:
    """The regions of a proposal, or of the object's newest, by frame."""
    prompting.size_of(connection, key, 0)
    if proposal is None:
        proposal = next(reversed(proposals_of(connection, key)), None)
    query = (
        select(strata, proposals.c.name)
        .select_from(strata.join(proposals))
        .where(proposals.c.object_key == key, proposals.c.name == proposal)
        .order_by(strata.c.frame, strata.c.turn, strata.c.inside)
    )
    rows = connection.execute(query)
    return [Stratum(key, row.name, row.frame, TURNS[row.turn], row.inside, row.pixels) for row in rows]


def _bytes(logits: NDArray[np.float32]) -> NDArray[np.int8]:
    steps: NDArray[np.int8] = np.clip(np.rint(logits / STEP), -127, 127).astype(np.int8)
    return steps


def read(packed: bytes, height: int, width: int) -> NDArray[np.float32]:
    """Logits that were stored."""
    return np.frombuffer(zlib.decompress(packed), np.int8).reshape(height, width).astype(np.float32) * STEP
