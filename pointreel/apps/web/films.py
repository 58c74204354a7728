"""The project's videos as people see them: what is known of each, and whether its file still is what it was."""

import os
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from threading import Lock
from uuid import uuid4

from ...core import PointreelError
from ...store import Project, StoredVideo
from . import messages
from .errors import Refused
from .pictures import Pictures, version_of

_LONGEST = 120
_UNSAFE = re.compile(r"[^\w.\- ()+]", re.ASCII)
Stamp = tuple[int, int]


class Films:
    """Videos of one project."""

    def __init__(self, project: Project, pictures: Pictures) -> None:
        self._project, self._pictures, self._lock = project, pictures, Lock()
        self._checked: dict[int, tuple[Stamp, messages.VideoState, str]] = {}

    def all(self) -> list[messages.Video]:
        objects = self._project.objects
        video_of = {thing.key: thing.video for thing in objects}
        points: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        for row in self._project.progress():
            if row.object_key in video_of:
                points[video_of[row.object_key]] += row.total
                answered[video_of[row.object_key]] += row.answered
        num_objects = Counter(video_of.values())
        return [
            self._told(video, num_objects[video.name], points[video.name], answered[video.name])
            for video in self._project.videos
        ]

    def one(self, key: int) -> messages.Video:
        return next(video for video in self.all() if video.key == key)

    def seconds(self, key: int) -> list[float]:
        """When each frame is shown, after the first."""
        manifest = self._pictures.stored(key).manifest
        return [float((pts - manifest.pts[0]) * manifest.time_base) for pts in manifest.pts]

    def upload_place(self, name: str) -> tuple[Path, str]:
        """Where an uploaded file goes until it is known to be a video, and the name it then has."""
        folder = self._project.folder
        if folder is None:
            raise Refused(409, f"{self._project.name}: has no folder to keep videos in. Add videos where they lie.")
        place = folder / "videos"
        place.mkdir(exist_ok=True)
        taken = {video.name for video in self._project.videos} | {file.name for file in place.iterdir()}
        safe = safe_name(name)
        return place / f".upload-{uuid4().hex}{Path(safe).suffix}", _free(safe, taken)

    def add_upload(self, draft: Path, name: str, by: str) -> messages.Video:
        """Make an uploaded file a video of the project, or refuse it; a file that is no video is not kept."""
        target = draft.with_name(name)
        with self._lock:
            try:
                _require_video(draft)
                os.link(draft, target)  # unlike a rename it never replaces anything
                try:
                    stored = self._project.acting(by).add_video(target, name=name)
                except BaseException:
                    target.unlink()
                    raise
            finally:
                draft.unlink(missing_ok=True)
        return self._told(stored, 0, 0, 0)

    def _told(self, video: StoredVideo, num_objects: int, num_points: int, num_answered: int) -> messages.Video:
        state, message = self._state(video)
        return messages.Video(
            key=video.key,
            name=video.name,
            width=video.width,
            height=video.height,
            num_frames=video.num_frames,
            duration=_duration(video),
            version=version_of(video),
            state=state,
            message=message,
            num_objects=num_objects,
            num_points=num_points,
            num_answered=num_answered,
        )

    def _state(self, video: StoredVideo) -> tuple[messages.VideoState, str]:
        """Looked at again only when the file's size or time has changed."""
        path = self._project.video_path(video.name)
        try:
            found = path.stat()
        except OSError:
            return "missing", f"{video.name}: its file is not there any more. Bring it back to {path.name}."
        stamp = found.st_size, found.st_mtime_ns
        known = self._checked.get(video.key)
        if known is None or known[0] != stamp:
            known = self._checked[video.key] = (stamp, *self._looked_at(video))
        return known[1:]

    def _looked_at(self, video: StoredVideo) -> tuple[messages.VideoState, str]:
        try:
            self._project.open_video(video.name).close()
        except PointreelError as error:
            return "changed", _without_folder(error, self._project.video_path(video.name))
        return "ok", ""


def safe_name(name: str) -> str:
    """The name of a file that came from outside: its last part, of plain characters, not hidden and not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip().strip(".")
    cleaned = _UNSAFE.sub("_", last)
    stem, dot, suffix = cleaned.rpartition(".")
    if not stem or not suffix.isalnum() or len(suffix) > 8:
        raise Refused(400, f"{name[:80]!r} is no name of a video file. Name it like clip.mp4.")
    return f"{stem[:_LONGEST]}{dot}{suffix.lower()}"


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    path = Path(name)
    return next(new for k in range(2, 10_000) if (new := f"{path.stem}-{k}{path.suffix}") not in taken)


def _require_video(path: Path) -> None:
    from ...video import open as open_video

    try:
        with open_video(path) as video:
            _ = video[0]
    except PointreelError as error:
        raise Refused(415, f"This is no video that can be read: {_without_folder(error, path)}") from None


def _without_folder(error: Exception, path: Path) -> str:
    """What people on other machines are told has no paths of this one."""
    return " ".join(str(error).replace(str(path), path.name).split())


def _duration(video: StoredVideo) -> float:
    manifest = video.manifest
    span = Fraction(manifest.pts[-1] - manifest.pts[0]) * manifest.time_base
    return float(span + span / max(1, video.num_frames - 1))
