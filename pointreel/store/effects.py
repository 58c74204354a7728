"""What an edit changes: its objects, and the frames from the first to the last."""

from sqlalchemy import Connection, func, select

from .errors import StoreError
from .records import Effect
from .schema import descriptions, edits, masks, prompts


def of(connection: Connection, edit: int) -> Effect:
    kind = connection.execute(select(edits.c.kind).where(edits.c.id == edit)).scalar()
    if kind is None:
        raise StoreError(f"edits: there is no edit {edit}. The edits of a video are listed by edits.")
    described = select(descriptions.c.object_key).where(descriptions.c.edit_id == edit)
    keys = {int(key) for key in connection.execute(described).scalars()}
    frames: list[int] = []
    for log in (masks, prompts):
        query = select(log.c.object_key, func.min(log.c.frame), func.max(log.c.frame)).where(log.c.edit_id == edit)
        for key, first, last in connection.execute(query.group_by(log.c.object_key)):
            keys.add(int(key))
            frames += [int(first), int(last)]
    return Effect(edit, kind, tuple(sorted(keys)), (min(frames), max(frames)) if frames else None)
