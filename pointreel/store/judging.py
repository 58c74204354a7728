"""The log of verdicts, and what follows from it: what each says of a point now, and what the point's label is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Many
from itertools import groupby
from math import isfinite
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, update

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND
from . import candidates, history
from ._live import to_redo, undone
from .errors import StoreError
from .records import TURNS, Answer, Event, User, when
from .schema import answers, crew_members, crews, leases, points, users, verdicts

LABELS = (FOREGROUND, BACKGROUND, AMBIGUOUS)
_CHUNK = 500
LogRow = Row[*tuple[Any, ...]]


def answer(
    connection: Connection,
    user: User,
    point: int,
    label: int,
    seconds: float,
    session: str,
    token: str | None,
    settles: bool,
    now: int,
) -> int:
    """Write down a verdict; the key of its event. The same token again writes nothing and gives the same key."""
    if label not in LABELS:
        raise StoreError(f"point {point}: found the verdict {label!r}, expected one of: {', '.join(map(str, LABELS))}.")
    if not (isfinite(seconds) and seconds >= 0):
        raise StoreError(f"point {point}: found {seconds} seconds, expected a number, 0 or more.")
    if connection.execute(select(points.c.id).where(points.c.id == point)).first() is None:
        raise StoreError(f"points: there is no point {point}. Ask for one with next_point.")
    event = _row(user.key, point, session, uuid4().hex, history.stamp(connection, verdicts, now))
    event |= {"label": label, "seconds": float(seconds), "settles": settles, "token": token}
    if token is not None and (known := _known(connection, token, event)) is not None:
        return known
    made = connection.execute(insert(verdicts).values(event)).inserted_primary_key
    connection.execute(delete(leases).where(leases.c.point_id == point, leases.c.user_id == user.key))
    refresh(connection, user.key, [point])
    return int(made[0]) if made else 0


def _known(connection: Connection, token: str, event: dict[str, object]) -> int | None:
    found = connection.execute(select(verdicts).where(verdicts.c.token == token)).mappings().first()
    if found is None:
        return None
    same = ("user_id", "point_id", "label")
    if any(found[name] != event[name] for name in same):
        raise StoreError(f"verdicts: the token {token!r} was used for another verdict. Give each its own.")
    return int(found["id"])


def _row(user: int, point: int, session: str, action: str, at: int) -> dict[str, object]:
    return {
        "at": at,
        "user_id": user,
        "session": session,
        "point_id": point,
        "label": None,
        "seconds": None,
        "settles": False,
        "undoes": None,
        "action": action,
        "token": None,
    }


def undo(connection: Connection, user: User, session: str, now: int, *, settles: bool = False) -> list[int]:
    """Take back the user's newest verdict that counts, or their newest settlement; the point it was on, in a list that
    is empty without one.
    """
    newest = select(func.max(answers.c.event_id)).where(answers.c.user_id == user.key)
    event = connection.execute(newest.where(answers.c.settles) if settles else newest).scalar()
    if event is None:
        return []
    point = int(connection.execute(select(verdicts.c.point_id).where(verdicts.c.id == event)).scalar_one())
    return _take_back(connection, user.key, {int(event): point}, session, now)


def undo_batch(
    connection: Connection, user: User, key: int, kind: int | None, in_session: str | None, session: str, now: int
) -> list[int]:
    """Take back all that the user said of an object's points, or of those of one kind or one session."""
    query = (
        select(verdicts.c.point_id, verdicts.c.id, verdicts.c.undoes, verdicts.c.session)
        .select_from(verdicts.join(points))
        .where(points.c.object_key == key, verdicts.c.user_id == user.key)
        .order_by(verdicts.c.point_id, verdicts.c.id.desc())
    )
    if kind is not None:
        query = query.where(points.c.turn == candidates.TURN_BY_KIND.get(kind, -1))
    targets = {}
    for point, group in groupby(connection.execute(query), key=lambda row: row.point_id):
        events = list(group)
        gone = undone((row.id, row.undoes) for row in events)
        for row in events:
            if row.undoes is None and row.id not in gone and in_session in (None, row.session):
                targets[int(row.id)] = int(point)
    return _take_back(connection, user.key, targets, session, now)


def redo(connection: Connection, user: User, session: str, now: int) -> list[int]:
    """Bring back what the user took back last, a batch as a whole; the points it was on."""
    target = verdicts.alias("target")
    events = (
        select(verdicts.c.id, verdicts.c.undoes, target.c.undoes.is_not(None).label("restores"))
        .select_from(verdicts.outerjoin(target, target.c.id == verdicts.c.undoes))
        .where(verdicts.c.user_id == user.key)
        .order_by(verdicts.c.id.desc())
    )
    with connection.execute(events.execution_options(yield_per=100)) as rows:
        undoing = to_redo((row.id, row.undoes, row.restores) for row in rows)
    if undoing is None:
        return []
    action = select(verdicts.c.action).where(verdicts.c.id == undoing).scalar_subquery()
    targets = connection.execute(select(verdicts.c.id, verdicts.c.point_id).where(verdicts.c.action == action))
    return _take_back(connection, user.key, {int(event): int(point) for event, point in targets}, session, now)


def turn(connection: Connection, turned: history.Turned, now: int) -> None:
    """Verdicts that came with an action, as an import brings them, go and come back with it: they are its session."""
    if turned.action is None or turned.into is None or turned.by is None:
        return
    named = select(verdicts.c.point_id).where(verdicts.c.session == turned.action, verdicts.c.user_id == turned.by)
    query = select(verdicts).where(verdicts.c.user_id == turned.by, verdicts.c.point_id.in_(named))
    events = connection.execute(query.order_by(verdicts.c.id.desc())).all()
    gone = undone((row.id, row.undoes) for row in events)
    counting = (row for row in events if row.session == turned.action and row.id not in gone)
    targets = {int(row.id): int(row.point_id) for row in counting}
    _take_back(connection, turned.by, targets, turned.into, now)


def _take_back(connection: Connection, user: int, point_by_event: dict[int, int], session: str, now: int) -> list[int]:
    """Write down that events no longer count, as one action."""
    if not point_by_event:
        return []
    action, at = uuid4().hex, history.stamp(connection, verdicts, now)
    rows = [_row(user, point, session, action, at) | {"undoes": event} for event, point in point_by_event.items()]
    connection.execute(insert(verdicts), rows)
    touched = sorted(set(point_by_event.values()))
    for i in range(0, len(touched), _CHUNK):
        refresh(connection, user, touched[i : i + _CHUNK])
    return touched


def refresh(connection: Connection, user: int, touched: Many[int]) -> None:
    """Bring ``answers`` and ``points`` to what the log says, after a user's events on some points."""
    counting = _counting(connection, user, touched)
    connection.execute(delete(answers).where(answers.c.user_id == user, answers.c.point_id.in_(touched)))
    if counting:
        connection.execute(insert(answers), counting)
    said: defaultdict[int, list[Row[int, int, int, bool, int]]] = defaultdict(list)
    query = select(answers.c.point_id, answers.c.user_id, answers.c.label, answers.c.settles, answers.c.event_id)
    for row in connection.execute(query.where(answers.c.point_id.in_(touched))):
        said[row.point_id].append(row)
    rows = []
    for point in touched:
        of_point = said[point]
        crew = crew_of(connection, sorted(row.user_id for row in of_point))
        settled, label = settlement((row.event_id, row.label, row.settles) for row in of_point)
        rows.append({"point": point, "crew": crew, "count": len(of_point), "settles": settled, "says": label})
    connection.execute(_POINT, rows)
    candidates.requeue_points(connection, touched)


_POINT = (
    update(points)
    .where(points.c.id == bindparam("point"))
    .values(
        crew_id=bindparam("crew"), answers=bindparam("count"), settled=bindparam("settles"), label=bindparam("says")
    )
)


def _counting(connection: Connection, user: int, touched: Many[int]) -> list[dict[str, object]]:
    """The rows of ``answers`` that follow from a user's events on some points."""
    query = (
        select(verdicts)
        .where(verdicts.c.user_id == user, verdicts.c.point_id.in_(touched))
        .order_by(verdicts.c.point_id, verdicts.c.id.desc())
    )
    groups = groupby(connection.execute(query), key=lambda row: row.point_id)
    newest = [found for _, group in groups if (found := newest_counting(list(group))) is not None]
    return [
        {
            "point_id": row.point_id,
            "user_id": user,
            "event_id": row.id,
            "label": row.label,
            "seconds": row.seconds,
            "settles": row.settles,
        }
        for row in newest
    ]


def newest_counting(newest_first: Many[LogRow]) -> LogRow | None:
    """Of a user's events on a point, the verdict that counts."""
    gone = undone((row.id, row.undoes) for row in newest_first)
    return next((row for row in newest_first if row.undoes is None and row.id not in gone), None)


def settlement(said: Iterable[tuple[int, int, bool]]) -> tuple[bool, int | None]:
    """Whether an owner settled a point, and its label, of (event, label, settles).

    The newest settlement is the label; without one, what more than half of those who answered say; else undecided.
    """
    rows = list(said)
    settling = [(event, label) for event, label, settles in rows if settles]
    if settling:
        return True, max(settling)[1]
    labels = [label for _, label, _ in rows]
    most = max(LABELS, key=labels.count)
    if not labels:
        return False, None
    return False, most if 2 * labels.count(most) > len(labels) else AMBIGUOUS


def crew_of(connection: Connection, members: list[int]) -> int:
    """The key of a set of users, which is made when it is first met."""
    text = ",".join(map(str, members))
    found = connection.execute(select(crews.c.id).where(crews.c.members == text)).scalar()
    if found is not None:
        return int(found)
    made = connection.execute(insert(crews).values(members=text)).inserted_primary_key
    crew = int(made[0]) if made else 0
    connection.execute(insert(crew_members), [{"crew_id": crew, "user_id": user} for user in members])
    return crew


def log(connection: Connection, after: int, limit: int) -> list[Event]:
    query = select(verdicts, users.c.name).select_from(verdicts.join(users)).where(verdicts.c.id > after)
    return [
        Event(
            row.id,
            when(row.at),
            row.name,
            row.session,
            row.point_id,
            row.label,
            row.seconds,
            row.settles,
            row.undoes,
            row.action,
        )
        for row in connection.execute(query.order_by(verdicts.c.id).limit(limit))
    ]


def every(connection: Connection, key: int | None) -> Iterator[Answer]:
    """All answers that count now, point by point, as they are read."""
    first = points.alias("first")
    columns = (
        answers.c.point_id,
        points.c.object_key,
        points.c.frame,
        points.c.turn,
        users.c.name,
        answers.c.label,
        answers.c.seconds,
        answers.c.settles,
        points.c.gold,
        first.c.id,
    )
    joined = (
        answers.join(points, points.c.id == answers.c.point_id)
        .join(users, users.c.id == answers.c.user_id)
        .outerjoin(first, and_(first.c.object_key == points.c.object_key, first.c.place == points.c.repeats))
    )
    rows = select(*columns).select_from(joined).order_by(answers.c.point_id, answers.c.event_id)
    narrowed = rows if key is None else rows.where(points.c.object_key == key)
    for point, of, frame, turn, name, label, seconds, settles, gold, repeats in connection.execute(
        narrowed.execution_options(yield_per=1000)
    ):
        yield Answer(point, of, frame, TURNS[turn], name, label, seconds, settles, gold, repeats)
