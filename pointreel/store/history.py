"""Edits: changes to objects, prompts and masks. What an edit brought counts until a later edit undoes it."""

from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, delete, exists, func, insert, select

from ._live import to_redo
from .errors import StoreError
from .records import Edit, when
from .schema import edits, undone_edits, users

ARRIVAL = "video"
"""The kind of the edits that bring videos."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Edits that were taken back or brought back by somebody, the newest first; the action they were, and is now."""

    edits: list[int]
    by: int | None
    action: str | None = None
    into: str | None = None


def stamp(connection: Connection, log: Table, now: int) -> int:
    """The time of the next event of a log: now, and never before the last one, whoever sets back the clock."""
    last = connection.execute(select(log.c.at).order_by(log.c.id.desc()).limit(1)).scalar()
    return now if last is None else max(now, int(last))


def add(
    connection: Connection,
    video: int,
    kind: str,
    by: int | None,
    session: str,
    now: int,
    undoes: int | None,
    action: str | None = None,
) -> int:
    if not kind or len(kind) > 32:
        raise StoreError(f"edits: found the kind {kind[:40]!r}, expected 1 to 32 characters.")
    row = {
        "at": stamp(connection, edits, now),
        "user_id": by,
        "session": session,
        "video_id": video,
        "kind": kind,
        "undoes": undoes,
        "action": action,
    }
    made = connection.execute(insert(edits).values(row)).inserted_primary_key
    return int(made[0]) if made else 0


def undo(
    connection: Connection,
    video: int | None,
    by: int | None,
    session: str,
    now: int,
    edit: int | None = None,
    kind: str | None = None,
) -> "Turned":
    """Take back an edit, by default the user's newest that counts, with all that was done at once with it.

    Without a video, the newest that is part of an action.
    """
    counting = select(func.max(edits.c.id)).where(
        _among(edits, video), edits.c.undoes.is_(None), edits.c.id.not_in(select(undone_edits.c.edit_id))
    )
    narrowed = counting.where(edits.c.id == edit) if edit is not None else counting.where(edits.c.user_id == by)
    if kind is not None:
        narrowed = narrowed.where(edits.c.kind == kind)
    target: int | None = connection.execute(narrowed).scalar()
    if target is None:
        return Turned([], by)
    together = _at_once(connection, target, edits.c.id.not_in(select(undone_edits.c.edit_id)))
    into = _turn(connection, "undo", together, by, session, now)
    connection.execute(insert(undone_edits), [{"edit_id": key} for key, _, _ in together])
    return Turned([key for key, _, _ in together], by, together[0][2], into)


def redo(connection: Connection, video: int | None, by: int | None, session: str, now: int) -> "Turned":
    """Bring back what the user took back last."""
    undone = edits.alias("undone")
    events = (
        select(edits.c.id, edits.c.undoes, undone.c.undoes.is_not(None).label("restores"))
        .select_from(edits.outerjoin(undone, undone.c.id == edits.c.undoes))
        .where(_among(edits, video), edits.c.user_id == by)
        .order_by(edits.c.id.desc())
    )
    undoing = to_redo((row.id, row.undoes, row.restores) for row in connection.execute(events))
    if undoing is None:
        return Turned([], by)
    together = _at_once(connection, undoing)
    into = _turn(connection, "redo", together, by, session, now)
    named = select(edits.c.undoes).where(edits.c.id.in_([key for key, _, _ in together]))
    targets = sorted((int(key) for key in connection.execute(named).scalars() if key is not None), reverse=True)
    connection.execute(delete(undone_edits).where(undone_edits.c.edit_id.in_(targets)))
    return Turned(targets, by, together[0][2], into)


def _among(table: FromClause, video: int | None) -> ColumnElement[bool]:
    """The edits of a video, without its arrival; or what was done to the project as a whole."""
    if video is None:
        return table.c.action.is_not(None)
    return and_(table.c.video_id == video, table.c.kind != ARRIVAL)


_Done = tuple[int, int, str | None]
"""An edit, its video, and the action it is part of."""


def _at_once(connection: Connection, edit: int, *conditions: ColumnElement[bool]) -> list[_Done]:
    """An edit and those that were made at once with it, the newest first."""
    columns = select(edits.c.id, edits.c.video_id, edits.c.action)
    (own,) = connection.execute(columns.where(edits.c.id == edit)).all()
    if own.action is None:
        return [(int(own.id), int(own.video_id), None)]
    rows = connection.execute(columns.where(edits.c.action == own.action, *conditions).order_by(edits.c.id.desc()))
    return [(int(row.id), int(row.video_id), row.action) for row in rows]


def _turn(
    connection: Connection, kind: str, together: list[_Done], by: int | None, session: str, now: int
) -> str | None:
    """Note that edits are turned back, at once if they were made at once; the action that this is."""
    action = None if together[0][2] is None else uuid4().hex
    for key, video, _ in together:
        add(connection, video, kind, by, session, now, key, action)
    return action


@cache  # to write it down takes longer than to look it up
def newest(table: Table, *same: str) -> ColumnElement[bool]:
    """Whether a row of a log is, of those alike in some columns, the last that counts."""
    later = table.alias("later")
    alike = (later.c[name] == table.c[name] for name in same)
    return and_(_counts(table), ~exists().where(*alike, later.c.id > table.c.id, _counts(later)))


def _counts(table: FromClause) -> ColumnElement[bool]:
    return ~exists().where(undone_edits.c.edit_id == table.c.edit_id)


def every(connection: Connection, video: int) -> list[Edit]:
    rows = connection.execute(
        select(edits, users.c.name)
        .select_from(edits.outerjoin(users, users.c.id == edits.c.user_id))
        .where(edits.c.video_id == video)
        .order_by(edits.c.id)
    )
    return [Edit(row.id, when(row.at), row.name, row.session, row.kind, row.undoes) for row in rows]


def video_of(connection: Connection, edit: int) -> int:
    found = connection.execute(select(edits.c.video_id).where(edits.c.id == edit)).scalar()
    if found is None:
        raise StoreError(f"edits: there is no edit {edit}. Begin one with begin_edit.")
    return int(found)
