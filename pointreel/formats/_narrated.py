"""A line of a VidLN file as a sequence of the dataset model, and the way back to the bytes of that line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..core import Attributes, FormatError, FrameLabels, ObjectInfo, Sequence, Trace, inside
from ._coco_values import attributes_from_json
from ._json import Records
from ._narratives import ActorNarrative, Stroke, actor_of, annotator_id, keyframe_names
from ._records import Record

Size = tuple[int, int]
"""Height and width."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a file, read when asked for."""

    records: Records
    number: int

    def record(self) -> Record:
        (record,) = self.records.of(self.number)
        return record

    def content(self) -> bytes:
        """The bytes of the line, with the end of line where the file has one."""
        start, end = int(self.records.start[self.number]), int(self.records.end[self.number])
        with self.records.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)


@dataclass(frozen=True)
class NarratedLabels:
    """The traces of one narrative; called, it reads them."""

    line: Line
    name: str
    objects: str
    size: Size | None

    def __call__(self) -> Iterator[FrameLabels]:
        record = self.line.record()
        traces: dict[int, dict[int, Trace]] = {}
        for info, actor, strokes in self._objects(record):
            chosen = actor.keyframes if self.objects == "actors" else ()
            for keyframe in {*chosen, *(stroke.keyframe for stroke in strokes)}:
                drawn = [stroke for stroke in strokes if stroke.keyframe == keyframe]
                traces.setdefault(keyframe, {})[info.object_id] = self._trace(drawn)
        for keyframe in sorted(traces):
            yield FrameLabels(keyframe, traces=traces[keyframe])

    def sequence(self) -> Sequence:
        """The sequence whose labels these are."""
        record = self.line.record()
        return Sequence(
            name=self.name,
            height=self.size[0] if self.size else None,
            width=self.size[1] if self.size else None,
            frames=keyframe_names(record),
            objects=tuple(info for info, _, _ in self._objects(record)),
            read_labels=self,
            attributes=_attributes(record),
        )

    def _objects(self, record: Record) -> Iterator[tuple[ObjectInfo, ActorNarrative, tuple[Stroke, ...]]]:
        """Every object with the actor it belongs to and what was drawn of it."""
        num_keyframes = len(keyframe_names(record))
        actors = [(actor_of(actor, num_keyframes), actor) for actor in record.records("actor_narratives")]
        if self.objects == "nouns":
            nouns = [(actor, noun) for actor, _ in actors for noun in actor.nouns]
            for i, (actor, noun) in enumerate(nouns, 1):
                place: Attributes = {
                    "actor": actor.name,
                    "caption": actor.caption,
                    "start": noun.start,
                    "end": noun.end,
                }
                yield ObjectInfo(i, noun.text, place), actor, actor.strokes_of(noun)
            return
        for object_id, (actor, source) in zip(_ids([source for _, source in actors]), actors, strict=True):
            yield ObjectInfo(object_id, actor.name, _actor_attributes(source, actor)), actor, actor.strokes

    def _trace(self, strokes: Iterable[Stroke]) -> Trace:
        strokes = list(strokes)
        if not strokes:
            return Trace(np.empty((0, 2), np.float32), np.empty(0))
        scale = self.size[::-1] if self.size else (1, 1)
        xy = np.concatenate([stroke.xy for stroke in strokes]) * scale
        return Trace(xy.astype(np.float32), np.concatenate([stroke.seconds for stroke in strokes]))


def size_of_picture(frames: Path, record: Record) -> Size:
    """Height and width of the first key frame that is there, from its header."""
    video, names = record.text("video_id"), keyframe_names(record)
    folders = [inside(frames, video), inside(frames, f"{record.text('dataset_id') or '.'}/{video}")]
    for folder in folders:
        for file in (inside(folder, name + ending) for name in names for ending in (".jpg", ".png")):
            if file.is_file():
                return _size(file)
    raise FormatError(
        record.path, record.where, found=f"no key frame of {video!r} in {frames}", expected="its pictures"
    )


def _size(file: Path) -> Size:
    try:
        with Image.open(file) as image:
            return image.height, image.width
    except (OSError, SyntaxError, ValueError) as error:
        raise FormatError(file, "", found=f"a broken picture ({error})", expected="a JPEG or PNG") from None


def _attributes(record: Record) -> Attributes:
    if "attributes" in record:
        return attributes_from_json(record)
    return {
        "vidln_id": record.integer("vidln_id"),
        "dataset_id": record.text("dataset_id"),
        "annotator_id": annotator_id(record),
    }


def _actor_attributes(record: Record, actor: ActorNarrative) -> Attributes:
    if "attributes" in record:
        return attributes_from_json(record)
    return {"caption": actor.caption, "recording": actor.recording}


def _ids(actors: list[Record]) -> list[int]:
    """Our own ids where they are given, else the position of the actor."""
    ids = [actor.integer("object_id", i) for i, actor in enumerate(actors, 1)]
    for i, (object_id, actor) in enumerate(zip(ids, actors, strict=True)):
        if object_id < 1 or object_id in ids[:i]:
            raise actor.wrong("object_id", found=f"the number {object_id}", expected="a positive number of its own")
    return ids
