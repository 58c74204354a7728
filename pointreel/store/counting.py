"""How far a project is, and how long it took."""

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection, Select, and_, func, or_, select

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND
from . import films, things
from .records import TURNS, Pace, Statistics, Tally, when
from .schema import answers, edits, points, users, verdicts, videos

_DAY = 86_400_000_000


@dataclass
class _Tally:
    """Answers as they go by: eight bytes each."""

    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    labels: Counter[int] = field(default_factory=Counter)

    def add(self, label: int, seconds: float) -> None:
        self.labels[label] += 1
        self.seconds.append(seconds)

    def pace(self) -> Pace:
        seconds = np.frombuffer(self.seconds, np.float64) if self.seconds else np.zeros(0)
        median, p90 = np.quantile(seconds, [0.5, 0.9]).tolist() if len(seconds) else (0.0, 0.0)
        return Pace(
            answers=len(seconds),
            foreground=self.labels[FOREGROUND],
            background=self.labels[BACKGROUND],
            undecided=self.labels[AMBIGUOUS],
            seconds=float(seconds.sum()),
            median=median,
            p90=p90,
        )


def statistics(connection: Connection) -> Statistics:
    """Of everything that counts now; settlements by owners are neither somebody's pace nor counted in it."""
    total = _Tally()
    by_kind: defaultdict[int, _Tally] = defaultdict(_Tally)
    by_user: defaultdict[str, _Tally] = defaultdict(_Tally)
    rows = (
        select(answers.c.label, answers.c.seconds, points.c.turn, users.c.name)
        .select_from(
            answers.join(points, points.c.id == answers.c.point_id).join(users, users.c.id == answers.c.user_id)
        )
        .where(~answers.c.settles)
    )
    for label, seconds, turn, name in connection.execute(rows.execution_options(yield_per=5000)):
        for tally in (total, by_kind[TURNS[turn]], by_user[name]):
            tally.add(label, seconds)
    shown = or_(~points.c.withdrawn, points.c.answers > 0)
    with_points = set(connection.execute(select(points.c.object_key).where(shown).distinct()).scalars())
    waiting = set(
        connection.execute(select(points.c.object_key).where(points.c.queue.is_not(None)).distinct()).scalars()
    )
    return Statistics(
        videos=_count(connection, select(func.count()).select_from(videos).where(films.is_there())),
        objects=len(things.every(connection)),
        objects_done=len(with_points - waiting),
        points=_count(connection, select(func.count()).select_from(points).where(shown)),
        points_done=_count(
            connection,
            select(func.count()).select_from(points).where(and_(points.c.label.is_not(None), points.c.queue.is_(None))),
        ),
        events=_count(connection, select(func.count()).select_from(verdicts)),
        all=total.pace(),
        by_kind={kind: by_kind[kind].pace() for kind in TURNS},
        by_annotator={name: by_user[name].pace() for name in sorted(by_user)},
    )


def per_object(connection: Connection) -> list[Tally]:
    """The points of each object that are exported: no tests, no repeats."""
    mine = answers.c.point_id == points.c.id
    newest = select(func.max(answers.c.event_id)).where(mine).scalar_subquery()
    plain = (points.c.gold.is_(None), points.c.repeats.is_(None), or_(~points.c.withdrawn, points.c.answers > 0))
    rows = select(points.c.object_key, points.c.label, points.c.queue.is_(None), func.count(), func.max(newest))
    grouped = rows.where(*plain).group_by(points.c.object_key, points.c.label, points.c.queue.is_(None))
    counts: defaultdict[int, Counter[int]] = defaultdict(Counter)
    totals: Counter[int] = Counter()
    last: dict[int, int] = {}
    for key, label, is_done, count, event in connection.execute(grouped):
        totals[key] += count
        last[key] = max(last.get(key, 0), event or 0)
        if is_done and label is not None:
            counts[key][label] += count
    return [
        Tally(
            object_key=key,
            points=totals[key],
            foreground=counts[key][FOREGROUND],
            background=counts[key][BACKGROUND],
            undecided=counts[key][AMBIGUOUS],
            last_event=last[key],
        )
        for key in sorted(totals)
    ]


def per_day(connection: Connection) -> list[tuple[date, int, float]]:
    """How many verdicts that count were given on each day, in UTC, and how long they took."""
    day = verdicts.c.at // _DAY
    rows = (
        select(day, func.count(), func.sum(answers.c.seconds))
        .select_from(answers.join(verdicts, verdicts.c.id == answers.c.event_id))
        .where(~answers.c.settles)
        .group_by(day)
        .order_by(day)
    )
    return [(when(int(number) * _DAY).date(), count, seconds) for number, count, seconds in connection.execute(rows)]


def num_frames_answered(connection: Connection) -> int:
    """How many pairs of an object and a frame have points that somebody has answered."""
    pairs = select(points.c.object_key, points.c.frame).where(points.c.answers > 0).distinct().subquery()
    return _count(connection, select(func.count()).select_from(pairs))


def last_saved(connection: Connection) -> datetime | None:
    """The time of the newest edit or verdict."""
    newest = (select(log.c.at).order_by(log.c.id.desc()).limit(1) for log in (edits, verdicts))
    times = [at for query in newest if (at := connection.execute(query).scalar()) is not None]
    return when(max(times)) if times else None


def _count(connection: Connection, query: Select[int]) -> int:
    return int(connection.execute(query).scalar_one())
