"""Who is asked about which point next. A point that is shown to somebody is leased to them until they answer."""

from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from . import history
from .errors import StoreError
from .records import ORDERS, TURNS, Order, Task, User, when
from .schema import answers, crew_members, crews, descriptions, leases, objects, points, videos

MOST_AT_ONCE = 100


def next_tasks(
    connection: Connection, user: User, count: int, order: Order, key: int | None, lease_seconds: float, now: int
) -> list[Task]:
    """The points that a user is asked about next: those leased to them already, then the first that are free."""
    if order not in ORDERS:
        raise StoreError(f"points: found the order {order!r}, expected one of: {', '.join(ORDERS)}.")
    if not 1 <= count <= MOST_AT_ONCE or lease_seconds <= 0:
        found = f"{count} points for {lease_seconds:g} s"
        raise StoreError(f"points: found {found}, expected 1 to {MOST_AT_ONCE} points for some time.")
    expires = now + round(lease_seconds * 1_000_000)
    given = {"user": user.key, "now": now, "key": key}
    held = [int(point) for (point,) in connection.execute(_held(order, key is not None), given)][:count]
    connection.execute(delete(leases).where(leases.c.user_id == user.key, leases.c.expires_at <= now))
    if held:
        mine = (leases.c.user_id == user.key, leases.c.point_id.in_(held))
        connection.execute(update(leases).where(*mine).values(expires_at=expires))
    while len(held) < count:
        point = connection.execute(first_free(order, key is not None), given).scalar()
        if point is None:
            break
        connection.execute(insert(leases).values(point_id=point, user_id=user.key, expires_at=expires))
        held.append(int(point))
    return _tasks(connection, held, expires) if held else []


def lease(connection: Connection, user: User, point: int, lease_seconds: float, now: int) -> Task | None:
    """A point, if it waits for this user and is not leased to as many others as are still to be asked."""
    others = (
        select(func.count())
        .where(leases.c.point_id == points.c.id, leases.c.user_id != user.key, leases.c.expires_at > now)
        .scalar_subquery()
    )
    said = exists().where(answers.c.point_id == points.c.id, answers.c.user_id == user.key)
    free = select(points.c.id).where(
        points.c.id == point, points.c.queue.is_not(None), ~said, points.c.answers + others < points.c.overlap
    )
    if connection.execute(free).first() is None:
        return None
    expires = now + round(lease_seconds * 1_000_000)
    connection.execute(delete(leases).where(leases.c.user_id == user.key, leases.c.point_id == point))
    connection.execute(insert(leases).values(point_id=point, user_id=user.key, expires_at=expires))
    return _tasks(connection, [point], expires)[0]


def release(connection: Connection, user: User) -> None:
    """Give back what is leased to a user."""
    connection.execute(delete(leases).where(leases.c.user_id == user.key))


@cache
def first_free(order: Order, of_one_object: bool) -> Select[int]:
    """The first point that the user has not answered and that is not leased to as many others as are still to be asked.

    Points wait in queues, one for each set of people who have answered them. So nothing is looked at that the user has
    answered: the answer is the first of the heads of the queues of all sets without them, each found by an index.
    """
    queue = points.alias("queue")
    held = leases.alias("held")
    asked = (
        select(func.count())
        .where(held.c.point_id == queue.c.id, held.c.user_id != bindparam("user"), held.c.expires_at > bindparam("now"))
        .scalar_subquery()
    )
    mine = exists().where(leases.c.point_id == queue.c.id, leases.c.user_id == bindparam("user"))
    head = select(queue.c.id).where(queue.c.queue == crews.c.id, ~mine, queue.c.answers + asked < queue.c.overlap)
    sorting = _sorting(queue, order)
    if of_one_object:
        head = head.where(queue.c.object_key == bindparam("key"))
        # An expression is sorted, a column is walked along its index: past all objects until this one is met.
        sorting = tuple(column + 0 for column in sorting) if order == "gain" else sorting
    head = head.order_by(*sorting).limit(1).correlate(crews)
    been_there = exists().where(crew_members.c.crew_id == crews.c.id, crew_members.c.user_id == bindparam("user"))
    heads = select(head.scalar_subquery()).select_from(crews).where(~been_there)
    return select(points.c.id).where(points.c.id.in_(heads)).order_by(*_sorting(points, order)).limit(1)


@cache
def _held(order: Order, of_one_object: bool) -> Select[int]:
    query = (
        select(points.c.id)
        .select_from(leases.join(points))
        .where(
            leases.c.user_id == bindparam("user"),
            leases.c.expires_at > bindparam("now"),
            points.c.queue.is_not(None),
        )
        .order_by(*_sorting(points, order))
    )
    return query.where(points.c.object_key == bindparam("key")) if of_one_object else query


def _sorting(table: FromClause, order: Order) -> tuple[ColumnElement[float], ...]:
    names = ("object_key", "turn", "place") if order == "paper" else ("neg_gain", "id")
    return tuple(table.c[name] for name in names)


@cache
def _details() -> Select[int, str, int, int, str, str, int, float, float, int]:
    return (
        select(
            points.c.id,
            videos.c.name,
            objects.c.id,
            objects.c.object_id,
            descriptions.c.name,
            descriptions.c.colour,
            points.c.frame,
            points.c.x,
            points.c.y,
            points.c.turn,
        )
        .select_from(
            points.join(objects, objects.c.id == points.c.object_key)
            .join(videos, videos.c.id == objects.c.video_id)
            .join(descriptions, descriptions.c.object_key == objects.c.id)
        )
        .where(history.newest(descriptions, "object_key"), points.c.id.in_(bindparam("points", expanding=True)))
    )


def _tasks(connection: Connection, keys: list[int], expires: int) -> list[Task]:
    found = {
        point: Task(point, video, key, object_id, name, colour, frame, x, y, TURNS[turn], when(expires))
        for point, video, key, object_id, name, colour, frame, x, y, turn in connection.execute(
            _details(), {"points": keys}
        )
    }
    return [found[key] for key in keys]
