"""What a project has to show for itself, as the dataset model that every format writes. Nothing is held in memory."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

import numpy as np
from sqlalchemy import Row, Select, and_, select

from ..core import FOREGROUND, FrameLabels, ListedDataset, Mask, ObjectInfo, Points, Segment, Sequence
from . import films, history, things
from .database import Database
from .records import TURNS, StoredObject
from .schema import masks, objects, points, videos

_FETCH = 2000
Read = Callable[[Database, str], Iterator[FrameLabels]]


def verified(database: Database) -> ListedDataset:
    """The points that were answered by as many people as were to be asked, with their labels."""
    return _dataset(database, _points_of().with_only_columns(points.c.object_key).distinct(), _points)


def segmented(database: Database) -> ListedDataset:
    """The masks that count now. A frame whose masks are all empty is labelled, and holds no object."""
    return _dataset(database, select(masks.c.object_key).distinct(), _masks)


def frame_name(frame: int) -> str:
    """The name of a frame in what is exported: its index, as the frames of Point-VOS are named."""
    return f"{frame:06d}"


def _dataset(database: Database, labelled: Select[int], read: Read) -> ListedDataset:
    with database.read() as connection:
        keys = set(connection.execute(labelled).scalars())
        shown = [thing for thing in things.every(connection) if thing.key in keys]
    shown.sort(key=lambda thing: thing.video)
    by_video = {name: tuple(group) for name, group in groupby(shown, key=lambda thing: thing.video)}
    return ListedDataset(tuple(by_video), partial(_sequence, database, by_video, read))


def _sequence(database: Database, by_video: dict[str, tuple[StoredObject, ...]], read: Read, name: str) -> Sequence:
    with database.read() as connection:
        video = films.find(connection, name)
    ordered = sorted(by_video[name], key=lambda thing: thing.object_id)
    return Sequence(
        name=name,
        height=video.height,
        width=video.width,
        frames=tuple(map(frame_name, range(video.num_frames))),
        objects=tuple(ObjectInfo(thing.object_id, thing.name, thing.attributes) for thing in ordered),
        read_labels=partial(_of_those, read, database, name, frozenset(thing.object_id for thing in ordered)),
    )


def _of_those(read: Read, database: Database, name: str, object_ids: frozenset[int]) -> Iterator[FrameLabels]:
    """Objects that were added or removed meanwhile do not change what a sequence said it holds."""
    for labels in read(database, name):
        kept_points = {number: of for number, of in labels.points.items() if number in object_ids}
        kept_masks = {number: of for number, of in labels.segments.items() if number in object_ids}
        yield FrameLabels(labels.frame, segments=kept_masks, points=kept_points)


def _points_of() -> Select[int, int, float, float, int, int]:
    """Frame, object, position, label and turn of what is exported; points that test or repeat are not."""
    done = and_(points.c.label.is_not(None), points.c.queue.is_(None))
    return (
        select(points.c.frame, objects.c.object_id, points.c.x, points.c.y, points.c.label, points.c.turn)
        .select_from(points.join(objects, objects.c.id == points.c.object_key).join(videos))
        .where(done, points.c.gold.is_(None), points.c.repeats.is_(None))
    )


def _points(database: Database, name: str) -> Iterator[FrameLabels]:
    query = _points_of().where(videos.c.name == name)
    ordered = query.order_by(points.c.frame, objects.c.object_id, points.c.place)
    with database.read() as connection:
        rows = connection.execute(ordered.execution_options(yield_per=_FETCH))
        for frame, of_frame in groupby(rows, key=lambda row: row.frame):
            by_object = groupby(of_frame, key=lambda row: row.object_id)
            yield FrameLabels(frame, points={number: _gathered(list(group)) for number, group in by_object})


def _gathered(rows: list[Row[int, int, float, float, int, int]]) -> Points:
    xy = np.array([(row.x, row.y) for row in rows], np.float32)
    label = np.array([row.label for row in rows], np.int8)
    return Points(xy, label, np.array([TURNS[row.turn] == FOREGROUND for row in rows], np.bool_))


def _masks(database: Database, name: str) -> Iterator[FrameLabels]:
    with database.read() as connection:
        video = films.find(connection, name)
        query = (
            select(masks.c.frame, objects.c.object_id, masks.c.counts, masks.c.score)
            .select_from(masks.join(objects, objects.c.id == masks.c.object_key))
            .where(objects.c.video_id == video.key, history.newest(masks, "object_key", "frame"))
            .order_by(masks.c.frame, objects.c.object_id)
        )
        rows = connection.execute(query.execution_options(yield_per=_FETCH))
        for frame, of_frame in groupby(rows, key=lambda row: row.frame):
            every = {row.object_id: Segment(Mask(video.height, video.width, row.counts), row.score) for row in of_frame}
            yield FrameLabels(frame, segments={number: segment for number, segment in every.items() if segment.mask})
