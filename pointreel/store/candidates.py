"""Points that wait for a verdict: how they come in, in which order they are seen, and how far they got."""

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Many
from functools import cache
from math import floor, isfinite

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND
from . import history, mapping, prompting, withdrawing
from .errors import StoreError
from .records import TURNS, Batch, Candidate, Progress, StoredPoint, Stratum
from .schema import answers, closings, crews, descriptions, objects, points, proposals, videos

_MOST = 32767
"""What the columns ``overlap`` and ``answers`` hold."""

_AT_ONCE = 500

TURN_BY_KIND = {kind: turn for turn, kind in enumerate(TURNS)}


def propose(
    connection: Connection,
    key: int,
    candidates: Many[Candidate],
    strata: Many[Stratum],
    name: str,
    replace: bool,
    now: int,
    edit: Callable[[], int | None],
) -> int:
    """Store candidates, once for each name; how many there are under that name. ``edit`` is begun if it is needed."""
    known = select(proposals.c.id, withdrawing.counts(proposals.c.id))
    row = connection.execute(known.where(proposals.c.object_key == key, proposals.c.name == name)).first()
    if row is not None:
        found = int(row[0])
        if not row[1] and (again := edit()) is not None:
            withdrawing.bring(connection, found, again)
            if replace:
                withdrawing.replace(connection, key, found)
            withdrawing.settle(connection, [again])
            requeue(connection, [key])
        count = select(func.count()).select_from(points).where(points.c.proposal_id == found)
        return int(connection.execute(count).scalar_one())
    _require_sound(connection, key, candidates)
    made = connection.execute(insert(proposals).values(object_key=key, name=name, at=now)).inserted_primary_key
    proposal = int(made[0]) if made else 0
    if (own := edit()) is not None:
        withdrawing.bring(connection, proposal, own)
    if replace:
        withdrawing.replace(connection, key, proposal)
    first = connection.execute(select(func.max(points.c.place)).where(points.c.object_key == key)).scalar()
    first = 0 if first is None else int(first) + 1
    crew = nobody(connection)
    rows = [_row(key, proposal, crew, first, i, one) for i, one in enumerate(candidates)]
    if rows:
        connection.execute(insert(points), rows)
        requeue(connection, [key])
    mapping.add_strata(connection, key, proposal, strata)
    return len(rows)


def _row(key: int, proposal: int, crew: int, first: int, i: int, one: Candidate) -> dict[str, object]:
    return {
        "object_key": key,
        "proposal_id": proposal,
        "place": first + i,
        "frame": one.frame,
        "x": float(one.x),
        "y": float(one.y),
        "turn": TURN_BY_KIND[one.kind],
        "neg_gain": -float(one.gain),
        "overlap": one.overlap,
        "gold": one.gold,
        "repeats": None if one.repeats is None else first + one.repeats,
        "withdrawn": False,
        "crew_id": crew,
        "queue": None,
        "answers": 0,
        "settled": False,
        "label": None,
        "inside": one.inside,
    }


def _require_sound(connection: Connection, key: int, candidates: Many[Candidate]) -> None:
    size = select(videos.c.width, videos.c.height, videos.c.num_frames).select_from(objects.join(videos))
    found = connection.execute(size.where(objects.c.id == key)).first()
    if found is None:
        raise StoreError(f"objects: there is no object with the key {key}. Add one with add_object.")
    width, height, num_frames = found
    for i, one in enumerate(candidates):
        problem = _problem(i, one, width, height, num_frames)
        if problem:
            raise StoreError(f"candidate {i}: {problem}.")


def _problem(i: int, one: Candidate, width: int, height: int, num_frames: int) -> str:
    if not 0 <= one.frame < num_frames:
        return f"found frame {one.frame}, expected one of 0 to {num_frames - 1}"
    if not (isfinite(one.x) and isfinite(one.y)):
        return f"found the position ({one.x}, {one.y}), expected numbers"
    if not (0 <= floor(one.x + 0.5) < width and 0 <= floor(one.y + 0.5) < height):
        return f"found the position ({one.x:g}, {one.y:g}), expected a pixel of {width} x {height}"
    if one.kind not in TURN_BY_KIND:
        return f"found the kind {one.kind}, expected {FOREGROUND}, {BACKGROUND} or {AMBIGUOUS}"
    if not isfinite(one.gain):
        return f"found the gain {one.gain}, expected a number"
    if not 1 <= one.overlap <= _MOST:
        return f"found an overlap of {one.overlap}, expected 1 to {_MOST}"
    if one.gold is not None and one.gold not in (FOREGROUND, BACKGROUND):
        return f"found the known answer {one.gold}, expected {FOREGROUND} or {BACKGROUND}"
    if one.repeats is not None and not 0 <= one.repeats < i:
        return f"repeats candidate {one.repeats}, expected an earlier one"
    return ""


def set_gains(connection: Connection, gains: Mapping[int, float]) -> None:
    """What verdicts on points are expected to gain now, by point."""
    if not all(map(isfinite, gains.values())):
        raise StoreError("points: found a gain that is no number. Leave out points of which nothing is known.")
    rows = [{"point": key, "gain": -float(gain)} for key, gain in gains.items()]
    if rows:
        statement = update(points).where(points.c.id == bindparam("point")).values(neg_gain=bindparam("gain"))
        connection.execute(statement, rows)


def requeue(connection: Connection, keys: Many[int]) -> None:
    """Let the points of objects wait, or no longer: after an object was closed, removed, or brought back."""
    connection.execute(update(points).where(points.c.object_key.in_(keys)).values(queue=waits()))


def requeue_points(connection: Connection, these: Many[int]) -> None:
    """The same for some points: after they were answered, or answers were taken back."""
    connection.execute(update(points).where(points.c.id.in_(these)).values(queue=waits()))


@cache
def waits() -> ColumnElement[int | None]:
    """What ``queue`` has to be: the crew of a point that somebody is still to be asked about."""
    said = and_(
        descriptions.c.object_key == points.c.object_key,
        ~descriptions.c.removed,
        history.newest(descriptions, "object_key"),
    )
    shut = func.coalesce(is_closed(points.c.object_key), False)
    done = or_(points.c.withdrawn, points.c.settled, points.c.answers >= points.c.overlap, ~exists().where(said), shut)
    return case((done, null()), else_=points.c.crew_id)


@cache
def is_closed(key: ColumnElement[int]) -> ScalarSelect[bool]:
    """Whether an object is closed; nothing where nobody ever said so."""
    said = select(closings.c.closed).where(closings.c.object_key == key, history.newest(closings, "object_key"))
    return said.scalar_subquery()


def nobody(connection: Connection) -> int:
    """The crew of points that nobody has answered."""
    return int(connection.execute(select(crews.c.id).where(crews.c.members == "")).scalar_one())


def progress(connection: Connection, key: int | None) -> list[Progress]:
    rows = connection.execute(_progress(key is not None), {} if key is None else {"key": key})
    return [Progress(of, TURNS[turn], int(done), int(total)) for of, turn, done, total in rows]


@cache
def _progress(of_one_object: bool) -> Select[int, int, int, int]:
    answered = func.sum(case((or_(points.c.settled, points.c.answers >= points.c.overlap), 1), else_=0))
    query = (
        select(points.c.object_key, points.c.turn, answered, func.count())
        .where(or_(~points.c.withdrawn, points.c.answers > 0))
        .group_by(points.c.object_key, points.c.turn)
        .order_by(points.c.object_key, points.c.turn)
    )
    return query.where(points.c.object_key == bindparam("key")) if of_one_object else query


def batch(connection: Connection, user: int, key: int, kind: int) -> Batch:
    """The points of one kind of one object, as somebody who works on them sees them."""
    given = {"user": user, "key": key, "turn": TURN_BY_KIND.get(kind, -1)}
    total, answered, own = connection.execute(_batch(), given).one()
    return Batch(key, kind, int(answered), int(total), int(own))


@cache
def _batch() -> Select[int, int, int]:
    done = or_(points.c.settled, points.c.answers >= points.c.overlap)
    mine = exists().where(answers.c.point_id == points.c.id, answers.c.user_id == bindparam("user"))
    return select(func.count(), _count_of(done), _count_of(mine)).where(
        points.c.object_key == bindparam("key"),
        points.c.turn == bindparam("turn"),
        or_(~points.c.withdrawn, points.c.answers > 0),
    )


def _count_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def objects_of(connection: Connection, these: Many[int]) -> set[int]:
    """The keys of the objects that points belong to."""
    found: set[int] = set()
    for i in range(0, len(these), _AT_ONCE):
        query = select(points.c.object_key).where(points.c.id.in_(these[i : i + _AT_ONCE])).distinct()
        found |= {int(key) for key in connection.execute(query).scalars()}
    return found


def of_object(connection: Connection, key: int, frame: int | None) -> list[StoredPoint]:
    """The candidates of an object, as owners see them."""
    prompting.size_of(connection, key, frame or 0)
    first = points.alias("first")
    query = (
        select(points, first.c.id.label("original"), proposals.c.name)
        .select_from(
            points.join(proposals).outerjoin(
                first, and_(first.c.object_key == points.c.object_key, first.c.place == points.c.repeats)
            )
        )
        .where(points.c.object_key == key, or_(~points.c.withdrawn, points.c.answers > 0))
        .order_by(points.c.frame, points.c.turn, points.c.place)
    )
    rows = connection.execute(query if frame is None else query.where(points.c.frame == frame))
    return [
        StoredPoint(
            key=row.id,
            object_key=row.object_key,
            frame=row.frame,
            x=row.x,
            y=row.y,
            kind=TURNS[row.turn],
            gain=-row.neg_gain,
            label=row.label,
            answers=row.answers,
            waiting=row.queue is not None,
            gold=row.gold,
            repeats=row.original,
            proposal=row.name,
            inside=row.inside,
        )
        for row in rows
    ]
