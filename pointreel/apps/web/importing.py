"""In from other places: videos as they lie, and datasets, whose masks come in locked and whose points, answered."""

import zipfile
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from ...core import (
    AMBIGUOUS,
    BACKGROUND,
    FOREGROUND,
    FrameLabels,
    FrameMasks,
    PointreelError,
    Points,
    Prompt,
    Sequence,
    inside,
)
from ...store import Candidate, Project, StoredObject, StoredVideo
from ...video.images import find_images
from ..cli.options import dataset_at, formats_at
from . import messages
from .errors import Refused
from .jobs import Watch
from .opening import FILMS, add_videos, films_in

_MOST_FILES, _MOST_BYTES, _CHUNK = 2_000_000, 64 << 30, 64


def bring_in(
    project: Project, path: Path, name: str | None, by: str, watch: Watch, *, keep: bool = False
) -> messages.JobResult:
    """A video, a folder of videos, or a dataset. ``keep`` copies its pictures: the path is about to go."""
    if not path.exists():
        raise PointreelError(f"{path}: there is nothing here. Check the path.")
    if name is None and (path.suffix.lower() in FILMS or not formats_at(path)):
        return _videos(project, path, watch, keep)
    _, dataset = dataset_at(path, name, [])
    incoming = _Incoming(project, path, by, keep)
    for k, sequence in enumerate(dataset):
        watch.progress(k, len(dataset), sequence.name)
        watch.check()
        incoming.take(sequence)
    watch.progress(len(dataset), len(dataset), "")
    return incoming.result()


def unpacked(archive: Path, folder: Path) -> Path:
    """A zip file's content in a folder, each name checked; the one folder in it, where there is one."""
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise Refused(413, f"The zip file holds more than {_MOST_BYTES >> 30} GiB. Split it.")
            for entry in entries:
                target = inside(folder, entry.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as source, target.open("wb") as out:
                    for block in iter(lambda source=source: source.read(1 << 20), b""):  # type: ignore[misc]
                        out.write(block)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Refused(415, f"This is no zip file that can be read: {error}") from None
    found = [path for path in folder.iterdir() if not path.name.startswith((".", "__MACOSX"))]
    return found[0] if len(found) == 1 else folder


def _videos(project: Project, path: Path, watch: Watch, keep: bool) -> messages.JobResult:
    videos = films_in(path)
    if not videos:
        raise PointreelError(f"{path}: is no video, no folder of videos, and no dataset of a known format.")
    before = {video.key for video in project.videos}
    problems = []
    for k, one in enumerate(videos):
        watch.progress(k, len(videos), one.name)
        watch.check()
        problems += add_videos(project, [one], copy=keep)
    watch.progress(len(videos), len(videos), "")
    return messages.JobResult(
        videos=[video.key for video in project.videos if video.key not in before], problems=problems
    )


class _Incoming:
    """A dataset on its way into a project."""

    def __init__(self, project: Project, path: Path, by: str, keep: bool) -> None:
        self._project, self._path, self._by, self._keep = project, path, by, keep
        self._videos: set[int] = set()
        self._objects = self._points = self._masks = 0
        self._problems: list[str] = []

    def take(self, sequence: Sequence) -> None:
        """One video's labels; one that is not there, or has another size, is left out and listed."""
        try:
            video = self._video(sequence)
            self._labels(sequence, video)
            self._videos.add(video.key)
        except PointreelError as error:
            self._problems.append(" ".join(f"{sequence.name}: {error}".split()))

    def result(self) -> messages.JobResult:
        return messages.JobResult(
            videos=sorted(self._videos),
            objects=self._objects,
            points=self._points,
            masks=self._masks,
            problems=self._problems,
        )

    def _labels(self, sequence: Sequence, video: StoredVideo) -> None:
        frame_of = _frames(sequence, video)
        things = {info.object_id: self._thing(video, info.object_id, info.name) for info in sequence.objects}
        self._objects += len(things)
        edit: int | None = None
        candidates: dict[int, list[tuple[Candidate, int]]] = {}
        labels = iter(sequence)
        while chunk := list(islice(labels, _CHUNK)):
            records = list(_masks(chunk, things, frame_of))
            if records:
                edit = edit or self._project.begin_edit(video.name, "import", by=self._by)
                self._masks += self._project.add_masks(edit, records, locked=True)
            for one in chunk:
                self._said(one, things, frame_of[one.frame])
                for number, points in one.points.items():
                    candidates.setdefault(things[number].key, []).extend(_candidates(points, frame_of[one.frame]))
        for key, listed in candidates.items():
            self._points += self._verified(key, sequence.name, listed)

    def _said(self, labels: FrameLabels, things: dict[int, StoredObject], frame: int) -> None:
        """Boxes and traces are what is known of an object, and so are prompts."""
        for number in sorted(labels.boxes.keys() | labels.traces.keys()):
            box, trace = labels.boxes.get(number), labels.traces.get(number)
            thing = things[number]
            prompt = Prompt(object_id=thing.object_id, frame=frame, box=box, trace=trace)
            self._project.prompt(thing.key, prompt, by=self._by)

    def _verified(self, key: int, name: str, listed: list[tuple[Candidate, int]]) -> int:
        """Points with the verdicts the dataset has; the same dataset again brings nothing."""
        known = {point.key for point in self._project.points(key)}
        proposal = f"import {sha256(f'{self._path.name} {name}'.encode()).hexdigest()[:32]}"
        self._project.propose(key, [candidate for candidate, _ in listed], name=proposal, replace=False)
        new = sorted(point.key for point in self._project.points(key) if point.key not in known)
        labels = [label for _, label in listed]
        verdicts = dict(zip(new, labels, strict=True)) if new else {}
        return self._project.answer_all(verdicts, annotator=self._by)

    def _thing(self, video: StoredVideo, number: int, name: str) -> StoredObject:
        """The object of that number if it is called the same, or a new one."""
        there = {thing.object_id: thing for thing in self._project.objects_of(video.name)}
        if number in there and there[number].name in ("", name):
            return there[number]
        free = number if number not in there and number > 0 else None
        try:
            return self._project.add_object(video.name, name, object_id=free, by=self._by)
        except PointreelError:  # the number of an object that was removed
            return self._project.add_object(video.name, name, by=self._by)

    def _video(self, sequence: Sequence) -> StoredVideo:
        """The project's video of that name, or the pictures that lie with the dataset."""
        name = sequence.name.replace("\\", "/").rsplit("/", 1)[-1]
        for video in self._project.videos:
            if name in (video.name, Path(video.name).stem):
                return _fitting(video, sequence)
        pictures = self._pictures(sequence.name)
        if pictures is None:
            raise PointreelError("there is no video of this name in the project. Add the video first.")
        return _fitting(self._project.add_video(pictures, name=name, copy=self._keep), sequence)

    def _pictures(self, name: str) -> Path | None:
        root = self._path if self._path.is_dir() else self._path.parent
        folders = (
            "JPEGImages",
            "JPEGImages/480p",
            "JPEGImages/Full-Resolution",
            "train/JPEGImages",
            "valid/JPEGImages",
        )
        places = (inside(root / folder, name) for folder in (*folders, ""))
        return next((place for place in places if place.is_dir() and find_images(place)), None)


def _fitting(video: StoredVideo, sequence: Sequence) -> StoredVideo:
    if sequence.height is not None and (sequence.height, sequence.width) != (video.height, video.width):
        found, expected = f"{sequence.width} x {sequence.height}", f"{video.width} x {video.height}"
        raise PointreelError(f"the dataset says {found} pixels, and the video has {expected}.")
    return video


def _frames(sequence: Sequence, video: StoredVideo) -> list[int]:
    """The video's frame for each of the sequence's: the same, or the number its name is where only some are listed."""
    if len(sequence.frames) == video.num_frames:
        return list(range(video.num_frames))
    numbers = [int(stem) if (stem := Path(name).stem).isdecimal() else -1 for name in sequence.frames]
    if any(not 0 <= number < video.num_frames for number in numbers):
        found = f"{len(sequence.frames)} frames, {sequence.frames[0]} to {sequence.frames[-1]}"
        raise PointreelError(f"the dataset has {found}, and the video 0 to {video.num_frames - 1}.")
    return numbers


def _masks(chunk: list[FrameLabels], things: dict[int, StoredObject], frame_of: list[int]) -> Iterator[FrameMasks]:
    for labels in chunk:
        if labels.segments:
            segments = {things[number].object_id: segment for number, segment in labels.segments.items()}
            yield FrameMasks(frame_of[labels.frame], segments)


def _candidates(points: Points, frame: int) -> Iterator[tuple[Candidate, int]]:
    """Each point with what it was proposed as, where that is known, and what was said of it."""
    for k, ((x, y), label) in enumerate(zip(points.xy.tolist(), points.label.tolist(), strict=True)):
        kind = label if label in (FOREGROUND, BACKGROUND) else AMBIGUOUS
        if points.candidate is not None:
            kind = FOREGROUND if points.candidate[k] else BACKGROUND
        yield Candidate(frame=frame, x=x, y=y, kind=kind), label
