"""Masks as they are stored: every one that ever was, of which the newest that no undone edit brought is the one."""

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Many

from sqlalchemy import Connection, exists, insert, select

from ..core import FrameMasks, Mask, Segment
from . import history, prompting
from .errors import StoreError
from .records import StoredMask
from .schema import edits, masks, objects, undone_edits, videos


def add(
    connection: Connection,
    edit: int,
    records: Iterable[FrameMasks],
    object_ids: Many[int] | None,
    locked: bool,
    around_locks: bool = False,
) -> int:
    """Masks of whole frames; an object among ``object_ids`` that a frame lacks is stored as not being in it."""
    video = history.video_of(connection, edit)
    size = connection.execute(select(videos.c.height, videos.c.width, videos.c.num_frames).where(videos.c.id == video))
    height, width, num_frames = size.one()
    keys = {
        int(number): int(key)
        for number, key in connection.execute(
            select(objects.c.object_id, objects.c.id).where(objects.c.video_id == video)
        )
    }
    absent = Segment(Mask.empty(height, width), 1.0)
    rows: list[dict[str, object]] = []
    for record in records:
        if not 0 <= record.frame < num_frames:
            raise StoreError(f"masks: found frame {record.frame}, expected one of 0 to {num_frames - 1}.")
        for number in sorted({*record.segments, *(object_ids or ())}):
            segment = record.segments.get(number, absent)
            if number not in keys:
                raise StoreError(f"masks: found object {number}, expected one of the video's: {sorted(keys)}.")
            rows.append(
                {
                    "object_key": keys[number],
                    "frame": record.frame,
                    "edit_id": edit,
                    "counts": prompting.checked_counts(segment.mask, height, width, record.frame),
                    "score": float(segment.score),
                    "locked": locked,
                }
            )
    if around_locks:
        kept = _locked(connection, sorted(keys.values()), {int(str(row["frame"])) for row in rows})
        rows = [row for row in rows if (row["object_key"], row["frame"]) not in kept]
    if rows:
        connection.execute(insert(masks), rows)
    return len(rows)


def add_one(connection: Connection, key: int, edit: int, frame: int, segment: Segment, locked: bool) -> None:
    """The mask of an object on a frame."""
    height, width = prompting.size_of(connection, key, frame)
    counts = prompting.checked_counts(segment.mask, height, width, frame)
    row = {"object_key": key, "frame": frame, "edit_id": edit, "counts": counts, "locked": locked}
    connection.execute(insert(masks).values(row | {"score": float(segment.score)}))


def _locked(connection: Connection, keys: Many[int], frames: Iterable[int]) -> set[tuple[object, object]]:
    """Objects and frames whose mask is locked."""
    query = select(masks.c.object_key, masks.c.frame).where(
        masks.c.object_key.in_(keys),
        masks.c.frame.in_(frames),
        masks.c.locked,
        history.newest(masks, "object_key", "frame"),
    )
    return {(key, frame) for key, frame in connection.execute(query)}


def on_frame(connection: Connection, key: int, frame: int, without: Many[str]) -> StoredMask | None:
    """The mask that counts, or that would if edits of some kinds had not been made."""
    height, width = prompting.size_of(connection, key, frame)
    query = (
        select(masks.c.counts, masks.c.score, masks.c.locked, masks.c.edit_id)
        .select_from(masks.join(edits, edits.c.id == masks.c.edit_id))
        .where(masks.c.object_key == key, masks.c.frame == frame, edits.c.kind.not_in(without))
        .where(~exists().where(undone_edits.c.edit_id == masks.c.edit_id))
        .order_by(masks.c.id.desc())
    )
    row = connection.execute(query.limit(1)).first()
    return row and StoredMask(frame, Segment(Mask(height, width, row.counts), row.score), row.locked, row.edit_id)


def of_object(connection: Connection, key: int, start: int, stop: int | None) -> Iterator[StoredMask]:
    """The masks of an object that count now, by frame, as they are read."""
    height, width = prompting.size_of(connection, key, 0)
    query = (
        select(masks.c.frame, masks.c.counts, masks.c.score, masks.c.locked, masks.c.edit_id)
        .where(masks.c.object_key == key, masks.c.frame >= start, history.newest(masks, "object_key", "frame"))
        .order_by(masks.c.frame)
    )
    ranged = query if stop is None else query.where(masks.c.frame < stop)
    rows = connection.execute(ranged.execution_options(yield_per=256))
    for frame, counts, score, locked, edit in rows:
        yield StoredMask(frame, Segment(Mask(height, width, counts), score), locked, edit)


def of_edit(connection: Connection, key: int, edit: int) -> list[StoredMask]:
    """The masks of an object that an edit brought, by frame."""
    height, width = prompting.size_of(connection, key, 0)
    query = select(masks.c.frame, masks.c.counts, masks.c.score, masks.c.locked, masks.c.id)
    rows = connection.execute(query.where(masks.c.edit_id == edit, masks.c.object_key == key).order_by(masks.c.id))
    found = {
        row.frame: StoredMask(row.frame, Segment(Mask(height, width, row.counts), row.score), row.locked, edit)
        for row in rows
    }
    return [mask for _, mask in sorted(found.items())]


def locked(connection: Connection, key: int, without: Many[str]) -> list[StoredMask]:
    """The masks of an object that count now and are locked, by frame, unless by edits of some kinds."""
    height, width = prompting.size_of(connection, key, 0)
    query = (
        select(masks.c.frame, masks.c.counts, masks.c.score, masks.c.edit_id)
        .select_from(masks.join(edits, edits.c.id == masks.c.edit_id))
        .where(masks.c.object_key == key, masks.c.locked, edits.c.kind.not_in(without))
        .where(history.newest(masks, "object_key", "frame"))
    )
    rows = connection.execute(query.order_by(masks.c.frame))
    return [
        StoredMask(row.frame, Segment(Mask(height, width, row.counts), row.score), True, row.edit_id) for row in rows
    ]
