"""Objects of videos: their names and colours as they are now, and all they ever were."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from ..core import Attributes
from ..video import colour_of
from . import candidates, history
from .candidates import is_closed
from .errors import StoreError
from .records import StoredObject
from .schema import closings, descriptions, objects, videos

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Description:
    """What an edit says of an object; None leaves it as it was."""

    name: str | None = None
    colour: str | None = None
    attributes: Attributes | None = None
    removed: bool | None = None


def add(connection: Connection, video: int, object_id: int | None, edit: int, said: Description, now: int) -> int:
    last = connection.execute(select(func.max(objects.c.object_id)).where(objects.c.video_id == video)).scalar() or 0
    number = last + 1 if object_id is None else object_id
    if number < 1:
        raise StoreError(f"objects: found the object id {number}, expected a positive number; 0 is the background.")
    taken = select(objects.c.id).where(objects.c.video_id == video, objects.c.object_id == number)
    if connection.execute(taken).first():
        raise StoreError(f"objects: object {number} is in this video already. Choose another id.")
    row = {"video_id": video, "object_id": number, "added_at": now}
    made = connection.execute(insert(objects).values(row)).inserted_primary_key
    key = int(made[0]) if made else 0
    red, green, blue = colour_of(number)
    before = Description("", f"#{red:02x}{green:02x}{blue:02x}", {}, False)
    _write(connection, key, edit, before, said)
    return key


def describe(connection: Connection, key: int, edit: int, said: Description) -> None:
    now = find(connection, key)
    _write(connection, key, edit, Description(now.name, now.colour, now.attributes, now.removed), said)
    candidates.requeue(connection, [key])


def _write(connection: Connection, key: int, edit: int, before: Description, said: Description) -> None:
    colour = before.colour if said.colour is None else said.colour.lower()
    if colour is None or not _COLOUR.fullmatch(colour):
        raise StoreError(f"objects: found the colour {colour!r}, expected '#rrggbb'.")
    attributes = before.attributes if said.attributes is None else said.attributes
    row = {
        "object_key": key,
        "edit_id": edit,
        "name": before.name if said.name is None else said.name,
        "colour": colour,
        "attributes": json.dumps(dict(attributes or {}), ensure_ascii=False),
        "removed": before.removed if said.removed is None else said.removed,
    }
    connection.execute(insert(descriptions).values(row))


def close(connection: Connection, key: int, edit: int, closed: bool) -> None:
    find(connection, key)
    connection.execute(insert(closings).values(object_key=key, edit_id=edit, closed=closed))
    candidates.requeue(connection, [key])


def find(connection: Connection, key: int) -> StoredObject:
    found = _records(connection, _one(), {"key": key})
    if not found:
        raise StoreError(f"objects: there is no object with the key {key}. Add one with add_object.")
    return found[0]


def every(connection: Connection, video: int | None = None) -> list[StoredObject]:
    """The objects that are there now, in the order in which they were added."""
    return _records(connection, _there(video is not None), {} if video is None else {"video": video})


def described_in(connection: Connection, these: Iterable[int]) -> list[int]:
    """The keys of the objects that edits added, described, closed or opened again."""
    named = list(these)
    found: set[int] = set()
    for log in (descriptions, closings):
        found |= {
            int(key) for key in connection.execute(select(log.c.object_key).where(log.c.edit_id.in_(named))).scalars()
        }
    return sorted(found)


def video_of(connection: Connection, key: int) -> int:
    found = connection.execute(select(objects.c.video_id).where(objects.c.id == key)).scalar()
    if found is None:
        raise StoreError(f"objects: there is no object with the key {key}. Add one with add_object.")
    return int(found)


@cache
def _one() -> Select[int, str, int, str, str, str, bool, bool]:
    return _current().where(objects.c.id == bindparam("key"))


@cache
def _there(in_one_video: bool) -> Select[int, str, int, str, str, str, bool, bool]:
    query = _current().where(~descriptions.c.removed).order_by(objects.c.id)
    return query.where(objects.c.video_id == bindparam("video")) if in_one_video else query


def _current() -> Select[int, str, int, str, str, str, bool, bool]:
    return (
        select(
            objects.c.id,
            videos.c.name,
            objects.c.object_id,
            descriptions.c.name,
            descriptions.c.colour,
            descriptions.c.attributes,
            descriptions.c.removed,
            func.coalesce(is_closed(objects.c.id), False),
        )
        .select_from(objects.join(videos).join(descriptions, descriptions.c.object_key == objects.c.id))
        .where(history.newest(descriptions, "object_key"))
    )


def _records(
    connection: Connection, query: Select[int, str, int, str, str, str, bool, bool], given: dict[str, int]
) -> list[StoredObject]:
    return [
        StoredObject(key, video, object_id, name, colour, json.loads(attributes), removed, closed)
        for key, video, object_id, name, colour, attributes, removed, closed in connection.execute(query, given)
    ]
