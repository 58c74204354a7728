"""Videos of a project: where their files are, and whether they still are the files that were annotated."""

import json
import os
import shutil
from pathlib import Path

from sqlalchemy import Connection, RowMapping, insert, select, update

from .. import video
from ..core import VideoError, inside, replacing
from .errors import StoreError
from .records import StoredVideo
from .schema import videos


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
    if not name.strip() or len(name) > 400:
        raise StoreError(f"videos: found the name {name[:40]!r}, expected 1 to 400 characters.")
    if connection.execute(select(videos.c.id).where(videos.c.name == name)).first():
        raise StoreError(f"videos: there is a video named {name!r} already. Choose another name.")
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
    return [_video(row) for row in connection.execute(select(videos).order_by(videos.c.id)).mappings()]


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(videos.c.name).order_by(videos.c.id)).scalars())


def find(connection: Connection, name: str) -> StoredVideo:
    row = connection.execute(select(videos).where(videos.c.name == name)).mappings().first()
    if row is None:
        known = connection.execute(select(videos.c.name).order_by(videos.c.id).limit(10)).scalars()
        raise StoreError(f"videos: there is no video named {name!r}. There are: {', '.join(map(repr, known))}.")
    return _video(row)


def move(connection: Connection, name: str, path: str) -> StoredVideo:
    connection.execute(update(videos).where(videos.c.name == name).values(path=path))
    return find(connection, name)


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
