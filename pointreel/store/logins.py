"""Who is logged in. Of what a browser holds only a digest is kept: who reads the database is not logged in by it."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select, update

from . import people
from .records import Login, when
from .schema import logins, users

_MOST = 10_000


def begin(connection: Connection, name: str, mark: str, now: int) -> None:
    user = people.find(connection, name)
    connection.execute(insert(logins).values(user_id=user.key, mark=mark, began_at=now, used_at=now))
    eldest = select(logins.c.id).order_by(logins.c.used_at.desc()).offset(_MOST)
    connection.execute(delete(logins).where(logins.c.id.in_(list(connection.execute(eldest).scalars()))))


def every(connection: Connection, mark: str | None = None) -> list[Login]:
    query = select(logins.c.mark, users.c.name, logins.c.began_at, logins.c.used_at).select_from(logins.join(users))
    rows = connection.execute(query if mark is None else query.where(logins.c.mark == mark))
    return [Login(row.mark, row.name, when(row.began_at), when(row.used_at)) for row in rows]


def use(connection: Connection, marks: Iterable[str], now: int) -> None:
    connection.execute(update(logins).where(logins.c.mark.in_(list(marks))).values(used_at=now))


def end(connection: Connection, marks: Iterable[str]) -> None:
    connection.execute(delete(logins).where(logins.c.mark.in_(list(marks))))


def end_of(connection: Connection, user: int) -> None:
    connection.execute(delete(logins).where(logins.c.user_id == user))
