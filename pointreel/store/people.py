"""Users and what they may do. How a password becomes a hash is the business of whoever asks for passwords."""

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from .errors import NotAllowed, StoreError
from .records import ROLES, Role, User, when
from .schema import meta, users


def add(connection: Connection, name: str, role: Role, password_hash: str | None, now: int) -> User:
    _require_role(role)
    if not name.strip() or len(name) > 200:
        raise StoreError(f"users: found the name {name[:40]!r}, expected 1 to 200 characters.")
    if connection.execute(select(users.c.id).where(users.c.name == name)).first():
        raise StoreError(f"users: there is a user named {name!r} already. Choose another name.")
    connection.execute(insert(users).values(name=name, role=role, password_hash=password_hash, joined_at=now))
    return find(connection, name)


def change(connection: Connection, name: str, role: Role | None, password_hash: str | None) -> User:
    found = find(connection, name)
    if role is not None:
        _require_role(role)
        _require_an_owner(connection, found, role)
        connection.execute(update(users).where(users.c.id == found.key).values(role=role))
    if password_hash is not None:
        connection.execute(update(users).where(users.c.id == found.key).values(password_hash=password_hash))
    return find(connection, name)


def every(connection: Connection) -> list[User]:
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.id)).mappings()]


def find(connection: Connection, name: str) -> User:
    row = connection.execute(select(users).where(users.c.name == name)).mappings().first()
    if row is None:
        known = ", ".join(repr(user.name) for user in every(connection)[:10])
        raise StoreError(f"users: there is nobody named {name!r}. There are: {known}. Add users with add_user.")
    return _user(row)


def password_hash(connection: Connection, name: str) -> str | None:
    found = connection.execute(select(users.c.password_hash).where(users.c.name == name)).scalar()
    return None if found is None else str(found)


def preferences(connection: Connection, name: str) -> str | None:
    kept = select(meta.c.value).where(meta.c.key == _preferences_of(find(connection, name)))
    found = connection.execute(kept).scalar()
    return None if found is None else str(found)


def prefer(connection: Connection, name: str, text: str) -> None:
    key = _preferences_of(find(connection, name))
    connection.execute(delete(meta).where(meta.c.key == key))
    connection.execute(insert(meta).values(key=key, value=text))


def _preferences_of(user: User) -> str:
    return f"preferences {user.key}"


def who_answers(connection: Connection, name: str) -> User:
    """The user, who has to be one that may answer."""
    user = find(connection, name)
    if user.role == "viewer":
        raise NotAllowed(f"users: {name!r} is a viewer and may only look. An owner can make them an annotator.")
    return user


def who_settles(connection: Connection, name: str) -> User:
    """The user, who has to be an owner."""
    user = find(connection, name)
    if user.role != "owner":
        raise NotAllowed(f"users: {name!r} is {user.role}; only an owner settles what others answered.")
    return user


def _require_role(role: str) -> None:
    if role not in ROLES:
        raise StoreError(f"users: found the role {role!r}, expected one of: {', '.join(ROLES)}.")


def _require_an_owner(connection: Connection, user: User, role: Role) -> None:
    if user.role == "owner" and role != "owner":
        others = select(users.c.id).where(users.c.role == "owner", users.c.id != user.key)
        if connection.execute(others).first() is None:
            raise StoreError(f"users: {user.name!r} is the only owner. Make somebody else an owner first.")


def _user(row: RowMapping) -> User:
    return User(row["id"], row["name"], row["role"], when(row["joined_at"]))
