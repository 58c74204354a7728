"""One pass over a CVAT file: what its tasks are, and where the shapes of each track lie.

CVAT writes track after track, and a dataset is read frame after frame. So a shape costs some 30 bytes of memory (a box
60), and what masks, polygons and points hold goes to a temporary file until it is asked for.
"""

import math
from array import array
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from xml.etree.ElementTree import TreeBuilder

from ..core import FormatError
from ._cvat_meta import InputTypes, Task, input_types, tasks_of
from ._cvat_shapes import EXACT
from ._xml import scan

BOX, POLYGON, POINTS, MASK = range(4)
KIND_BY_TAG = {"box": BOX, "polygon": POLYGON, "points": POINTS, "mask": MASK}
OTHER_SHAPES = frozenset({"polyline", "cuboid", "ellipse", "skeleton"})
OBJECT_ID, POINT_LABELS, POINT_CANDIDATES = "object_id", "point_labels", "point_candidates"
"""Attributes of our own, which annotators see in CVAT as any other."""


@dataclass(frozen=True)
class Thing:
    """An object of a task, as its first shape describes it."""

    task: int
    object_id: int | None
    name: str
    label: str
    attributes: dict[str, str]
    line: int


@dataclass
class Shapes:
    """Every shape that counts, in the order of the file, column by column."""

    track: "array[int]" = field(default_factory=lambda: array("i"))
    kind: "array[int]" = field(default_factory=lambda: array("b"))
    frame: "array[int]" = field(default_factory=lambda: array("i"))
    outside: "array[int]" = field(default_factory=lambda: array("b"))
    line: "array[int]" = field(default_factory=lambda: array("i"))
    start: "array[int]" = field(default_factory=lambda: array("q"))
    """Where the content begins in the temporary file; of a box, where it begins in ``boxes``."""
    length: "array[int]" = field(default_factory=lambda: array("i"))
    boxes: "array[float]" = field(default_factory=lambda: array("d"))
    """Left, top, width, height, and so on."""


@dataclass(eq=False)
class Index:
    """What a CVAT file holds. Frames of shapes are places among the frames of their task."""

    path: Path
    tasks: list[Task] = field(default_factory=list)
    types: InputTypes = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    task_of_track: "array[int]" = field(default_factory=lambda: array("i"))
    thing_of_track: "array[int]" = field(default_factory=lambda: array("i"))
    shapes: Shapes = field(default_factory=Shapes)
    spool: IO[bytes] = field(default_factory=TemporaryFile)

    def content(self, shape: int) -> str:
        """What a mask, a polygon or points hold."""
        self.spool.seek(self.shapes.start[shape])
        return self.spool.read(self.shapes.length[shape]).decode()


def index_cvat(path: Path, *, skip: bool) -> Index:
    """The index of a file. With ``skip``, shapes that the dataset model has no place for are passed over."""
    reader = _Reader(path, skip)
    scan(path, reader)
    if not reader.saw_meta:
        raise FormatError(path, "", found="no <meta>", expected="<meta> with a <task>")
    return reader.index


@dataclass
class _Shape:
    tag: str
    given: dict[str, str]
    line: int
    attributes: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Listens to the scan. The depth of an element says what it is: 1 meta or track, 2 a shape, 3 its attributes."""

    def __init__(self, path: Path, skip: bool) -> None:
        self.index, self.saw_meta, self._skip = Index(path), False, skip
        self._depth = 0
        self._meta: TreeBuilder | None = None
        self._track: dict[str, str] | None = None
        self._shape: _Shape | None = None
        self._attribute: str | None = None
        self._text: list[str] = []
        self._thing_by_id: dict[tuple[int, int], int] = {}
        self._spooled = 0

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self._depth += 1
        match self._depth, tag:
            case _ if self._meta is not None:
                self._meta.start(tag, attributes)
            case 1, "annotations":
                pass
            case 1, _:
                raise self._wrong(line, f"<{tag}>", "<annotations>")
            case 2, "meta":
                self._meta = TreeBuilder()
                self._meta.start(tag, attributes)
            case 2, "track":
                self._start_track(attributes, line)
            case 2, "image":
                raise self._wrong(
                    line, "an <image> of 'CVAT for images'", "a <track>", "Export as 'CVAT for video 1.1'."
                )
            case 3, _ if self._track is not None:
                self._shape = _Shape(tag, attributes, line)
            case 4, "attribute" if self._shape is not None:
                self._attribute, self._text = attributes.get("name", ""), []

    def text(self, text: str) -> None:
        if self._meta is not None:
            self._meta.data(text)
        elif self._attribute is not None:
            self._text.append(text)

    def end(self, tag: str, line: int) -> None:
        self._depth -= 1
        if self._meta is not None:
            self._meta.end(tag)
            if self._depth == 1:
                self._end_meta(self._meta)
        elif self._depth == 3 and self._attribute is not None and self._shape is not None:
            self._shape.attributes[self._attribute] = "".join(self._text)
            self._attribute = None
        elif self._depth == 2 and self._shape is not None:
            self._end_shape(self._shape)
            self._shape = None
        elif self._depth == 1 and self._track is not None:
            self._end_track(line)

    def _end_meta(self, builder: TreeBuilder) -> None:
        meta = builder.close()
        self._meta, self.saw_meta = None, True
        self.index.tasks = list(tasks_of(self.index.path, meta))
        self.index.types = input_types(meta)

    def _start_track(self, attributes: dict[str, str], line: int) -> None:
        if "label" not in attributes:
            raise self._wrong(line, "a <track> without a label", 'a <track label="...">')
        ids = [task.task_id for task in self.index.tasks]
        if not ids:
            raise self._wrong(line, "a <track> of no task", "a <meta> that tells the task before it")
        task_id = attributes.get("task_id", ids[0])
        if task_id not in ids:
            raise self._wrong(line, f"a track of task {task_id!r}", f"one of the tasks {', '.join(ids)}")
        self._track = attributes
        self.index.task_of_track.append(ids.index(task_id))
        self.index.thing_of_track.append(-1)

    def _end_track(self, line: int) -> None:
        if self.index.thing_of_track[-1] < 0:
            self._note_thing({}, line)
        self._track = None

    def _note_thing(self, attributes: dict[str, str], line: int) -> None:
        """The object of the current track: the one of the same object_id, or one of its own."""
        task, track = self.index.task_of_track[-1], self._track or {}
        number = attributes.get(OBJECT_ID, "")
        object_id = int(number) if number.isascii() and number.isdigit() and int(number) > 0 else None
        place = len(self.index.things)
        if object_id is not None:
            place = self._thing_by_id.setdefault((task, object_id), place)
        self.index.thing_of_track[-1] = place
        if place == len(self.index.things):
            ours = (OBJECT_ID, POINT_LABELS, POINT_CANDIDATES) if object_id is not None else ()
            kept = {key: value for key, value in attributes.items() if key not in ours}
            name = track.get("name", track["label"])
            self.index.things.append(Thing(task, object_id, name, track["label"], kept, line))

    def _end_shape(self, shape: _Shape) -> None:
        kind = KIND_BY_TAG.get(shape.tag)
        turned = float(self._number(shape, "rotation", "0")) % 360 != 0
        if shape.tag in OTHER_SHAPES or turned:
            if not self._skip:
                found = f"a rotated <{shape.tag}>" if turned else f"a <{shape.tag}>"
                hint = "unsupported='skip' leaves such shapes out."
                raise self._wrong(shape.line, found, "a box, polygon, points or mask", hint)
            return
        if kind is None:
            return
        if self.index.thing_of_track[-1] < 0:
            self._note_thing(shape.attributes, shape.line)
        if shape.given.get("keyframe", "1") == "1" or kind == POLYGON:
            self._note_shape(shape, kind)

    def _note_shape(self, shape: _Shape, kind: int) -> None:
        """Frames between key frames are worked out as CVAT does, but for polygons, where the file has its result."""
        task = self.index.tasks[self.index.task_of_track[-1]]
        outside = shape.given.get("outside", "0") == "1"
        number = self._given(shape, "frame")
        frame = task.index_of(int(number)) if number.isascii() and number.isdigit() else None
        if frame is None:
            if outside:
                return
            end = "" if task.num_frames is None else f" to {task.start + (task.num_frames - 1) * task.step}"
            raise self._wrong(
                shape.line, f"frame {number[:40]!r}", f"a frame of the task, {task.start}{end} by {task.step}"
            )
        shapes = self.index.shapes
        shapes.track.append(len(self.index.task_of_track) - 1)
        shapes.kind.append(kind)
        shapes.frame.append(frame)
        shapes.outside.append(outside)
        shapes.line.append(shape.line)
        if kind == BOX:
            shapes.start.append(len(shapes.boxes))
            shapes.length.append(0)
            shapes.boxes.extend(self._box(shape))
            return
        content = self._content(shape, kind).encode()
        shapes.start.append(self._spooled)
        shapes.length.append(len(content))
        self._spooled += self.index.spool.write(content)

    def _box(self, shape: _Shape) -> tuple[float, float, float, float]:
        """The difference of decimals is exact, so that the width of a box comes back as it was written."""
        left, top, right, bottom = (self._number(shape, key) for key in ("xtl", "ytl", "xbr", "ybr"))
        if right < left or bottom < top:
            raise self._wrong(
                shape.line, f"a box from ({left}, {top}) to ({right}, {bottom})", "xtl <= xbr, ytl <= ybr"
            )
        return float(left), float(top), float(EXACT.subtract(right, left)), float(EXACT.subtract(bottom, top))

    def _content(self, shape: _Shape, kind: int) -> str:
        if kind == MASK:
            return " ".join(self._given(shape, key) for key in ("left", "top", "width", "height", "rle"))
        ours = (shape.attributes.get(key, "") for key in (POINT_LABELS, POINT_CANDIDATES))
        return "|".join((self._given(shape, "points"), *ours))

    def _given(self, shape: _Shape, key: str) -> str:
        if key not in shape.given:
            raise self._wrong(shape.line, f"a <{shape.tag}> without {key}", f'<{shape.tag} {key}="...">')
        return shape.given[key]

    def _number(self, shape: _Shape, key: str, default: str | None = None) -> Decimal:
        text = self._given(shape, key) if default is None else shape.given.get(key, default)
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        if not math.isfinite(number):
            raise self._wrong(shape.line, f"{key}={text[:40]!r}", f"a number as {key} of a <{shape.tag}>")
        return number

    def _wrong(self, line: int, found: str, expected: str, hint: str = "") -> FormatError:
        return FormatError(self.index.path, f"line {line}", found=found, expected=expected, hint=hint)
