"""Whether a project is whole: the database, the logs, what follows from the logs, the masks, the videos."""

import zlib
from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, Table, and_, func, or_, select

from ..core import Mask, PointreelError
from . import candidates, films, judging, mapping, withdrawing
from ._live import undone
from .database import Database
from .errors import ProjectDamaged
from .records import Problem
from .schema import (
    answers,
    crews,
    edits,
    maps,
    masks,
    metadata,
    objects,
    points,
    prompts,
    undone_edits,
    verdicts,
    videos,
)

_FETCH = 2000
Fact = tuple[int, int, int, int, float, bool]
"""Point, user, event, label, seconds, settles."""


def problems(database: Database, folder: Path | None, *, thorough: bool) -> Iterator[Problem]:
    """What is wrong, as it is found. Nothing else is looked at where the database itself is damaged."""
    try:
        with database.read() as connection:
            damage = list(_damage(connection)) if database.is_file else []
            yield from damage
            if damage:
                return
        for look in (_orphans, _runs, _maps, _logs, _undone_edits, _answers, _points, _places):
            with database.read() as connection:
                yield from look(connection)
    except ProjectDamaged as error:
        yield Problem("database", str(error))
        return
    yield from _videos(database, folder, thorough)


def _damage(connection: Connection) -> Iterator[Problem]:
    """SQLite's own check of every page and every index."""
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield Problem("database", f"SQLite says: {said}. Keep a copy of the folder, and restore a backup.")


def _orphans(connection: Connection) -> Iterator[Problem]:
    """Rows that refer to rows that are not there."""
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            parent = key.column.table.alias("parent")
            joined = table.outerjoin(parent, parent.c[key.column.name] == key.parent)
            missing = select(key.parent).select_from(joined)
            missing = missing.where(key.parent.is_not(None), parent.c[key.column.name].is_(None))
            found = connection.execute(missing.limit(3)).scalars().all()
            if found:
                what = f"names {key.column.table.name} {', '.join(map(str, found))}, which are not there"
                yield Problem(f"{table.name}.{key.parent.name}", f"{what}. Restore a backup.")


def _runs(connection: Connection) -> Iterator[Problem]:
    """Masks whose run lengths are none, or do not fill the frame."""
    for table in (masks, prompts):
        query = (
            select(table.c.id, table.c.frame, table.c.counts, videos.c.name, videos.c.height, videos.c.width)
            .select_from(table.join(objects, objects.c.id == table.c.object_key).join(videos))
            .where(table.c.counts.is_not(None))
            .order_by(table.c.id)
        )
        for row in connection.execute(query.execution_options(yield_per=_FETCH)):
            try:
                Mask.from_coco((row.height, row.width), row.counts)
            except PointreelError as error:
                yield Problem(f"{table.name} {row.id} ({row.name}, frame {row.frame})", f"{error}. Make it again.")


def _maps(connection: Connection) -> Iterator[Problem]:
    """Maps that are no rows of bytes."""
    for row in connection.execute(select(maps).order_by(maps.c.id).execution_options(yield_per=100)):
        try:
            mapping.read(row.logits, row.height, row.width)
        except (ValueError, zlib.error) as error:
            yield Problem(f"maps {row.id} (frame {row.frame})", f"cannot be read ({error}). Propose anew.")


def _logs(connection: Connection) -> Iterator[Problem]:
    """Times that go back, verdicts without a label, events that undo what is not there, later, or another's."""
    for log in (verdicts, edits):
        yield from _times(connection, log)
        earlier = log.alias("earlier")
        wrong = or_(earlier.c.id.is_(None), earlier.c.id >= log.c.id)
        if log is verdicts:
            other = or_(earlier.c.user_id != log.c.user_id, earlier.c.point_id != log.c.point_id)
            wrong = or_(wrong, other)
        strange = (
            select(log.c.id)
            .select_from(log.outerjoin(earlier, earlier.c.id == log.c.undoes))
            .where(log.c.undoes.is_not(None), wrong)
        )
        for key in connection.execute(strange.limit(3)).scalars():
            yield Problem(f"{log.name} {key}", "undoes an event that it cannot undo. Restore a backup.")
    says = or_(
        and_(verdicts.c.undoes.is_(None), or_(verdicts.c.label.is_(None), verdicts.c.seconds.is_(None))),
        and_(verdicts.c.undoes.is_not(None), verdicts.c.label.is_not(None)),
        verdicts.c.label.not_in(judging.LABELS),
        verdicts.c.seconds < 0,
    )
    for key in connection.execute(select(verdicts.c.id).where(says).limit(3)).scalars():
        yield Problem(f"verdicts {key}", "is neither a verdict nor an undoing. Restore a backup.")


def _times(connection: Connection, log: Table) -> Iterator[Problem]:
    last = None
    query = select(log.c.id, log.c.at).order_by(log.c.id)
    for key, at in connection.execute(query.execution_options(yield_per=_FETCH)):
        if last is not None and at < last:
            yield Problem(f"{log.name} {key}", "is older than the event before it: the log was changed afterwards.")
        last = at


def _undone_edits(connection: Connection) -> Iterator[Problem]:
    events = connection.execute(select(edits.c.id, edits.c.undoes).order_by(edits.c.id.desc())).all()
    gone = undone((int(key), undoes) for key, undoes in events)
    plain = {int(key) for key, undoes in events if undoes is None}
    if gone & plain != set(connection.execute(select(undone_edits.c.edit_id)).scalars()):
        yield Problem("undone_edits", "does not follow from the log of edits. Restore a backup.")


def _answers(connection: Connection) -> Iterator[Problem]:
    """Both sides are read side by side, so that a log of any length takes no memory."""
    found = (
        select(
            answers.c.point_id,
            answers.c.user_id,
            answers.c.event_id,
            answers.c.label,
            answers.c.seconds,
            answers.c.settles,
        )
        .order_by(answers.c.point_id, answers.c.user_id)
        .execution_options(yield_per=_FETCH)
    )
    stored = (tuple(row) for row in connection.execute(found))
    both = merge(stored, _following(connection), key=_whose)
    for (point, user), group in groupby(both, key=_whose):
        facts = list(group)
        if len(facts) != 2 or facts[0] != facts[1]:
            what = f"the answer of user {user} does not follow from the log of verdicts. Restore a backup."
            yield Problem(f"point {point}", what)


def _whose(fact: Fact) -> tuple[int, int]:
    return fact[:2]


def _following(connection: Connection) -> Iterator[Fact]:
    """The answers that follow from the log."""
    query = select(verdicts).order_by(verdicts.c.point_id, verdicts.c.user_id, verdicts.c.id.desc())
    rows = connection.execute(query.execution_options(yield_per=_FETCH))
    for (point, user), group in groupby(rows, key=lambda row: (row.point_id, row.user_id)):
        counting = judging.newest_counting(list(group))
        if counting is not None:
            yield point, user, counting.id, counting.label, counting.seconds, counting.settles


def _points(connection: Connection) -> Iterator[Problem]:
    """What points say of their answers, and who they wait for."""
    columns = (points.c.id, points.c.answers, points.c.settled, points.c.label, crews.c.members)
    query = (
        select(*columns, answers.c.user_id, answers.c.event_id, answers.c.label.label("says"), answers.c.settles)
        .select_from(points.outerjoin(crews, crews.c.id == points.c.crew_id).outerjoin(answers))
        .order_by(points.c.id, answers.c.user_id)
    )
    rows = connection.execute(query.execution_options(yield_per=_FETCH))
    for key, group in groupby(rows, key=lambda row: row.id):
        said = list(group)
        given = [row for row in said if row.user_id is not None]
        settled, label = judging.settlement((row.event_id, row.says, row.settles) for row in given)
        expected = (len(given), settled, label, ",".join(str(row.user_id) for row in given))
        if (said[0].answers, said[0].settled, said[0].label, said[0].members) != expected:
            yield Problem(f"point {key}", "says other than its answers do. Restore a backup.")
    wrong = points.c.withdrawn.is_distinct_from(withdrawing.is_withdrawn())
    for key in connection.execute(select(points.c.id).where(withdrawing.is_logged(), wrong).limit(3)).scalars():
        yield Problem(f"point {key}", "is withdrawn and should not be, or should be and is not. Restore a backup.")
    strays = select(points.c.id).where(points.c.queue.is_distinct_from(candidates.waits())).limit(3)
    for key in connection.execute(strays).scalars():
        yield Problem(f"point {key}", "waits and should not, or should and does not. Restore a backup.")


def _places(connection: Connection) -> Iterator[Problem]:
    """Points outside their video, and repeats of points that are not there."""
    first = points.alias("first")
    joined = points.join(objects, objects.c.id == points.c.object_key).join(videos)
    original = and_(first.c.object_key == points.c.object_key, first.c.place == points.c.repeats)
    outside = or_(
        points.c.frame < 0,
        points.c.frame >= videos.c.num_frames,
        func.floor(points.c.x + 0.5) < 0,
        func.floor(points.c.x + 0.5) >= videos.c.width,
        func.floor(points.c.y + 0.5) < 0,
        func.floor(points.c.y + 0.5) >= videos.c.height,
        and_(points.c.repeats.is_not(None), first.c.id.is_(None)),
    )
    strays = select(points.c.id).select_from(joined.outerjoin(first, original)).where(outside).limit(3)
    for key in connection.execute(strays).scalars():
        yield Problem(f"point {key}", "lies outside its video, or repeats a point that is not there.")


def _videos(database: Database, folder: Path | None, thorough: bool) -> Iterator[Problem]:
    """Files that moved, changed or cannot be read."""
    with database.read() as connection:
        names = films.names(connection)
    for name in names:
        try:
            _check_video(database, folder, name, thorough)
        except (PointreelError, OSError, ValueError) as error:
            yield Problem(f"video {name!r}", " ".join(str(error).split()))


def _check_video(database: Database, folder: Path | None, name: str, thorough: bool) -> None:
    with database.read() as connection:
        stored = films.find(connection, name)
    films.opened(folder, stored, quick=not thorough).close()
