"""How far the stages of a pipeline got, object by object, so that a run that was stopped goes on where it was."""

from sqlalchemy import Connection, delete, insert, select

from . import things
from .errors import StoreError
from .records import Stage, StageState, when
from .schema import stages

_STATES = ("running", "done", "failed")


def mark(
    connection: Connection, key: int, stage: str, state: StageState, fingerprint: str, detail: str, now: int
) -> None:
    if state not in _STATES or not 0 < len(stage) <= 40 or len(fingerprint) > 128:
        found = f"{stage[:50]!r}, {state!r} and a fingerprint of {len(fingerprint)} characters"
        raise StoreError(f"stages: found {found}, expected a short name, one of {', '.join(_STATES)}, and at most 128.")
    things.video_of(connection, key)
    connection.execute(delete(stages).where(stages.c.object_key == key, stages.c.stage == stage))
    row = {"object_key": key, "stage": stage, "state": state, "fingerprint": fingerprint, "detail": detail, "at": now}
    connection.execute(insert(stages).values(row))


def every(connection: Connection, key: int | None) -> list[Stage]:
    query = select(stages).order_by(stages.c.object_key, stages.c.at)
    rows = connection.execute(query if key is None else query.where(stages.c.object_key == key))
    return [Stage(row.object_key, row.stage, row.state, row.fingerprint, row.detail, when(row.at)) for row in rows]
