"""Videos of a project: where their files are, and whether they still are the files that were annotated."""

import json
import os
import shutil
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, insert, or_, select, update

from .. import video
from ..core import VideoError, inside, replacing
from . import history
from .errors import StoreError
from .records import StoredVideo
from .schema import edits, undone_edits, videos


def manifest_of(path: Path) -> video.Manifest:
    """Read a video once, whole; slow on a long one, so no transaction should be under way."""
    with video.open(path) as opened:
        return video.Manifest.of(opened)


def copied(folder: Path, path: Path, name: str) -> Path:
    """The video as a file (or a folder of pictures) of the project's own."""
    target = inside(folder / "videos", name)
    if target.exists():
        raise StoreError(f"{target}: exists. Give the video another name.")
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        with replacing(target) as draft:
            shutil.copyfile(path, draft)
    return target


def add(connection: Connection, name: str, path: str, manifest: video.Manifest, now: int) -> StoredVideo:
    """A new video, or one whose arrival was taken back: the same file under the same name."""
    if not name.strip() or len(name) > 400:
        raise StoreError(f"videos: found the name {name[:40]!r}, expected 1 to 400 characters.")
    known = (
        connection.execute(select(videos, is_there().label("there")).where(videos.c.name == name)).mappings().first()
    )
    if known is not None:
        if known["there"] or _video(known).manifest != manifest:
            raise StoreError(f"videos: there is a video named {name!r} already. Choose another name.")
        connection.execute(update(videos).where(videos.c.name == name).values(path=path))
        return _video(known)
    row = {
        "name": name,
        "path": path,
        "height": manifest.height,
        "width": manifest.width,
        "num_frames": manifest.num_frames,
        "manifest": json.dumps(manifest.to_dict()),
        "added_at": now,
    }
    connection.execute(insert(videos).values(row))
    return find(connection, name)


def every(connection: Connection) -> list[StoredVideo]:
    query = select(videos).where(is_there()).order_by(videos.c.id)
    return [_video(row) for row in connection.execute(query).mappings()]


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(videos.c.name).where(is_there()).order_by(videos.c.id)).scalars())


def find(connection: Connection, name: str) -> StoredVideo:
    row = connection.execute(select(videos).where(videos.c.name == name, is_there())).mappings().first()
    if row is None:
        known = names(connection)[:10]
        raise StoreError(f"videos: there is no video named {name!r}. There are: {', '.join(map(repr, known))}.")
    return _video(row)


def move(connection: Connection, name: str, path: str) -> StoredVideo:
    connection.execute(update(videos).where(videos.c.name == name).values(path=path))
    return find(connection, name)


@cache
def is_there() -> ColumnElement[bool]:
    """Whether a video is one of the project's: no edit brought it, or one that was not taken back did."""
    one = edits.alias("arrival")
    brought = (one.c.video_id == videos.c.id, one.c.kind == history.ARRIVAL)
    counts = one.c.id.not_in(select(undone_edits.c.edit_id))
    return or_(~exists().where(*brought), exists().where(*brought, counts))


def require_unused(connection: Connection, turned: list[int]) -> None:
    """That nothing counts that was said of videos whose arrival was just taken back."""
    query = select(videos.c.id, videos.c.name).join(edits, edits.c.video_id == videos.c.id)
    gone = query.where(edits.c.id.in_(turned), edits.c.kind == history.ARRIVAL, ~is_there())
    for key, name in connection.execute(gone).all():
        counts = (edits.c.undoes.is_(None), edits.c.id.not_in(select(undone_edits.c.edit_id)))
        if connection.execute(select(edits.c.id).where(edits.c.video_id == key, *counts)).first() is not None:
            raise StoreError(f"{name}: something was said of it since it was added. Take that back first, in Label.")


def kept_path(folder: Path | None, path: Path) -> str:
    """A path that still holds when the project's folder is moved with the file in it."""
    full = path.resolve()
    if folder is not None and full.is_relative_to(folder.resolve()):
        return full.relative_to(folder.resolve()).as_posix()
    return str(full)


def full_path(folder: Path | None, path: str) -> Path:
    return Path(path) if folder is None else folder / path


def opened(folder: Path | None, stored: StoredVideo, *, quick: bool = True, skip_broken: bool = False) -> video.Video:
    """The video, open, after its manifest says that it is the one that was added."""
    path = full_path(folder, stored.path)
    if not os.path.lexists(path):
        raise VideoError(
            path, f"is not there any more. Bring it back, or say where it is now: move_video({stored.name!r}, path)"
        )
    opened = video.open(path, skip_broken=skip_broken)
    try:
        stored.manifest.check(opened, quick=quick)
    except BaseException:
        opened.close()
        raise
    return opened


def _video(row: RowMapping) -> StoredVideo:
    manifest = video.Manifest.from_dict(json.loads(row["manifest"]), source=f"videos: {row['name']}: manifest")
    return StoredVideo(row["id"], row["name"], row["path"], row["height"], row["width"], row["num_frames"], manifest)
