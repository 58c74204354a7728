"""What others have added to a project's logs: other servers, commands, programs, each of which opened it for itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, or_, select

from .history import ARRIVAL
from .schema import edits, masks, points, proposals, proposed, verdicts

_LOGS = (edits, masks, proposals, verdicts)
_MOST = 5000


@dataclass(frozen=True, slots=True)
class NewMasks:
    """Frames and objects of which an edit brought masks."""

    video: int
    edit: int
    frames: tuple[int, ...]
    objects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class News:
    """How far the logs are (``upto``), and what is new in them.

    ``edited``: videos of which something was said; ``proposed`` and ``answered``: objects that have other points, and
    that have points with other verdicts. ``much``: so much, or of such a kind, that all is to be asked for anew.
    """

    upto: tuple[int, ...]
    edited: tuple[int, ...] = ()
    masks: tuple[NewMasks, ...] = ()
    proposed: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    much: bool = False

    def __bool__(self) -> bool:
        return self.much or any((self.edited, self.masks, self.proposed, self.answered))


def since(connection: Connection, before: Sequence[int] | None, session: str) -> News:
    """What came after ``before`` and was not said in this ``session``; of None nothing, but how far the logs are.

    A proposal that no edit brought was made by a program, which may be anybody's.
    """
    upto = tuple(_newest(connection, log) for log in _LOGS)
    if before is None or upto == tuple(before):
        return News(upto)
    edit, mask, proposal, verdict = before
    others = edits.c.session != session
    said = select(edits.c.video_id, edits.c.kind, edits.c.undoes).where(edits.c.id > edit, others).limit(_MOST)
    new_edits = connection.execute(said).all()
    brought = select(edits.c.video_id, edits.c.id, masks.c.frame, masks.c.object_key).join_from(masks, edits)
    new_masks = connection.execute(brought.where(masks.c.id > mask, others).limit(_MOST)).all()
    turned = any(row.undoes is not None or row.kind == ARRIVAL for row in new_edits)
    return News(
        upto,
        tuple(sorted({int(row.video_id) for row in new_edits})),
        _by_edit((row[0], row[1], row[2], row[3]) for row in new_masks),
        _proposed(connection, proposal, session),
        _answered(connection, verdict, session),
        turned or len(new_edits) == _MOST or len(new_masks) == _MOST,
    )


def _newest(connection: Connection, log: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(log.c.id), 0))).scalar_one())


def _by_edit(rows: Iterable[tuple[int, int, int, int]]) -> tuple[NewMasks, ...]:
    found: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    for video, edit, frame, key in rows:
        frames, keys = found.setdefault((video, edit), (set(), set()))
        frames.add(frame)
        keys.add(key)
    return tuple(NewMasks(*of, tuple(sorted(frames)), tuple(sorted(keys))) for of, (frames, keys) in found.items())


def _proposed(connection: Connection, after: int, session: str) -> tuple[int, ...]:
    joined = proposals.outerjoin(proposed).outerjoin(edits, edits.c.id == proposed.c.edit_id)
    query = select(proposals.c.object_key).select_from(joined).distinct()
    query = query.where(proposals.c.id > after, or_(edits.c.id.is_(None), edits.c.session != session))
    return tuple(int(key) for key in connection.execute(query).scalars())


def _answered(connection: Connection, after: int, session: str) -> tuple[int, ...]:
    query = select(points.c.object_key).select_from(verdicts.join(points)).distinct()
    query = query.where(verdicts.c.id > after, verdicts.c.session != session)
    return tuple(int(key) for key in connection.execute(query).scalars())
