"""What an edit changes: its objects, and the frames from the first to the last."""

from sqlalchemy import Connection, func, select

from . import things
from .errors import StoreError
from .records import Effect
from .schema import edits, masks, prompts, proposals, proposed, videos


def of(connection: Connection, edit: int) -> Effect:
    """What an edit, and what was done at once with it, changes."""
    own = connection.execute(select(edits.c.kind, edits.c.action).where(edits.c.id == edit)).first()
    if own is None:
        raise StoreError(f"edits: there is no edit {edit}. The edits of a video are listed by edits.")
    together = select(edits.c.id, videos.c.name).select_from(edits.join(videos))
    made = together.where(edits.c.id == edit if own.action is None else edits.c.action == own.action)
    rows = connection.execute(made.order_by(videos.c.id)).all()
    these = [row.id for row in rows]
    points = select(proposals.c.object_key).join(proposed, proposed.c.proposal_id == proposals.c.id)
    keys = {int(key) for key in connection.execute(points.where(proposed.c.edit_id.in_(these))).scalars()}
    keys |= set(things.described_in(connection, these))
    frames: list[int] = []
    for log in (masks, prompts):
        query = select(log.c.object_key, func.min(log.c.frame), func.max(log.c.frame)).where(log.c.edit_id.in_(these))
        for key, first, last in connection.execute(query.group_by(log.c.object_key)):
            keys.add(int(key))
            frames += [int(first), int(last)]
    span = (min(frames), max(frames)) if frames else None
    return Effect(
        edit,
        own.kind,
        tuple(dict.fromkeys(row.name for row in rows)),
        tuple(sorted(keys)),
        span,
        own.action is not None,
    )
