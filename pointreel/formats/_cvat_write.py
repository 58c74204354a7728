"""CVAT for video, written: a dataset comes frame after frame and CVAT wants object after object.

Shapes wait in a temporary file, and only their places in memory, until the last frame of a sequence has come.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ..core import Dataset, FrameLabels, ObjectInfo, PointreelError, Sequence, replacing
from ._cvat_index import OBJECT_ID, POINT_CANDIDATES, POINT_LABELS
from ._cvat_shapes import box_to_given, mask_to_given, points_to_given
from ._xml import attribute, content

UNNAMED = "object"
"""The label of objects without a name: CVAT needs one."""
TAGS = ("box", "points", "mask")
_CHUNK = 1 << 20


def write_cvat(dataset: Dataset, path: Path) -> None:
    """One task, or a project of tasks where there are several sequences."""
    with TemporaryFile() as tracks:
        writer = _Writer(tracks, project=len(dataset) != 1)
        for sequence in dataset:
            writer.add(sequence)
        with replacing(path) as draft, draft.open("wb") as out:
            out.write("\n".join(writer.head()).encode() + b"\n")
            tracks.seek(0)
            while chunk := tracks.read(_CHUNK):
                out.write(chunk)
            out.write(b"</annotations>\n")


class _Writer:
    """Writes tracks as sequences come, and remembers what the head has to say of them."""

    def __init__(self, out: IO[bytes], *, project: bool) -> None:
        self._out, self._project = out, project
        self._tasks: list[list[str]] = []
        self._checkbox_by_label: dict[str, dict[str, bool]] = {}
        self._num_tracks = 0

    def add(self, sequence: Sequence) -> None:
        start, step = _numbering(sequence)
        for info in sequence.objects:
            self._note_label(info)
        with TemporaryFile() as spool:
            places = _spooled(sequence, spool)
            for info in sequence.objects:
                for tag in TAGS:
                    self._add_tracks(sequence, info, tag, places.get((info.object_id, tag), array("q")), spool)
        self._tasks.append(self._task(sequence, start, step))

    def head(self) -> Iterator[str]:
        """Everything before the tracks."""
        yield '<?xml version="1.0" encoding="utf-8"?>'
        yield "<annotations>"
        yield "  <version>1.1</version>"
        yield "  <meta>"
        if self._project:
            yield "    <project>\n      <name>pointreel</name>\n      <tasks>"
            for task in self._tasks:
                yield from task
            yield "      </tasks>"
            yield from self._labels()
            yield "    </project>"
        else:
            task = self._tasks[0]
            yield from task[:-1]
            yield from self._labels()
            yield task[-1]
        yield "  </meta>"

    def _note_label(self, info: ObjectInfo) -> None:
        checkbox = self._checkbox_by_label.setdefault(info.name or UNNAMED, {})
        for name, value in info.attributes.items():
            checkbox[name] = isinstance(value, bool) and checkbox.get(name, True)

    def _task(self, sequence: Sequence, start: int, step: int) -> list[str]:
        num_frames = len(sequence.frames)
        lines = [
            f"      <id>{len(self._tasks)}</id>",
            f"      <name>{content(sequence.name)}</name>",
            f"      <size>{num_frames}</size>",
            "      <mode>interpolation</mode>",
            "      <overlap>0</overlap>",
            f"      <start_frame>{start}</start_frame>",
            f"      <stop_frame>{start + max(num_frames - 1, 0) * step}</stop_frame>",
            f"      <frame_filter>{f'step={step}' if step > 1 else ''}</frame_filter>",
        ]
        if num_frames == 0:
            lines = [line for line in lines if "_frame>" not in line]
        if sequence.height is not None and sequence.width is not None:
            width, height = f"<width>{sequence.width}</width>", f"<height>{sequence.height}</height>"
            lines.append(f"      <original_size>{width}{height}</original_size>")
        return ["    <task>", *lines, "    </task>"]

    def _labels(self) -> Iterator[str]:
        yield "      <labels>"
        for label, checkbox in self._checkbox_by_label.items():
            yield f"        <label><name>{content(label)}</name><type>any</type><attributes>"
            yield from (_spec(name, "checkbox" if truth else "text") for name, truth in checkbox.items())
            yield _spec(OBJECT_ID, "text")
            yield from (_spec(name, "text", mutable=True) for name in (POINT_LABELS, POINT_CANDIDATES))
            yield "        </attributes></label>"
        yield "      </labels>"

    def _add_tracks(
        self, sequence: Sequence, info: ObjectInfo, tag: str, places: "array[int]", spool: IO[bytes]
    ) -> None:
        """One track of boxes and one of points, but a track for each mask: CVAT knows no mask that moves."""
        start, step = _numbering(sequence)
        last = len(sequence.frames) - 1
        own = "".join(_value(name, _text(value)) for name, value in info.attributes.items())
        own += _value(OBJECT_ID, str(info.object_id))
        opened = False
        for i in range(0, len(places), 3):
            frame, offset, length = places[i : i + 3]
            if not opened or tag == "mask":
                self._open_track(info, opened)
                opened = True
            spool.seek(offset)
            given, _, more = spool.read(length).decode().partition("\n")
            follows = tag != "mask" and places[i + 3 : i + 4] == array("q", [frame + 1])
            for at, outside in [(frame, 0), (frame + 1, 1)][: 1 if follows or frame == last else 2]:
                number = f'frame="{start + at * step}" keyframe="1" outside="{outside}" occluded="0"'
                text = f'    <{tag} {number} {given} z_order="0">{own}{more}</{tag}>\n'
                self._out.write(text.encode())
        if opened:
            self._out.write(b"  </track>\n")

    def _open_track(self, info: ObjectInfo, opened: bool) -> None:
        task = f' task_id="{len(self._tasks)}" subset="default"' if self._project else ""
        nameless = "" if info.name else ' name=""'
        label = attribute(info.name or UNNAMED)
        text = f'  <track id="{self._num_tracks}" label={label} source="file"{task}{nameless}>\n'
        self._out.write(b"  </track>\n" * opened + text.encode())
        self._num_tracks += 1


def _numbering(sequence: Sequence) -> tuple[int, int]:
    """Start and step of the frames, where their names are the numbers of every so manieth frame of a video."""
    names = sequence.frames
    if all(name.isascii() and name.isdigit() for name in names[:2]) and names:
        start = int(names[0])
        step = int(names[1]) - start if len(names) > 1 else 1
        if step > 0 and all(name == f"{start + k * step:05d}" for k, name in enumerate(names)):
            return start, step
    return 0, 1


def _spooled(sequence: Sequence, spool: IO[bytes]) -> "dict[tuple[int, str], array[int]]":
    """All shapes in the temporary file; by object and tag: frame, offset, length, frame, offset, length, ..."""
    places: dict[tuple[int, str], array[int]] = {}
    offset = 0
    for labels in sequence:
        for object_id, tag, text in _shapes(sequence, labels):
            length = spool.write(text.encode())
            places.setdefault((object_id, tag), array("q")).extend((labels.frame, offset, length))
            offset += length
    return places


def _shapes(sequence: Sequence, labels: FrameLabels) -> Iterator[tuple[int, str, str]]:
    """Object, tag, and what the tag holds; behind the end of line, what stands between it and its end."""
    for object_id, box in labels.boxes.items():
        yield object_id, "box", box_to_given(box)
    for object_id, points in labels.points.items():
        where = f"{sequence.name}: object {object_id}, frame {sequence.frames[labels.frame]}"
        if not len(points):
            raise PointreelError(f"{where}: CVAT cannot hold an empty set of points. Leave it out first.")
        more = _value(POINT_LABELS, ",".join(map(str, points.label.tolist())))
        if points.candidate is not None:
            more += _value(POINT_CANDIDATES, ",".join(str(int(value)) for value in points.candidate.tolist()))
        yield object_id, "points", f"{points_to_given(points)}\n{more}"
    for object_id, segment in labels.segments.items():
        if sequence.height is None or sequence.width is None:
            raise PointreelError(f"{sequence.name}: CVAT needs the size of frames with masks, and it is not known.")
        yield object_id, "mask", mask_to_given(segment.mask)


def _spec(name: str, input_type: str, *, mutable: bool = False) -> str:
    asked = f"<name>{content(name)}</name><mutable>{mutable}</mutable><input_type>{input_type}</input_type>"
    default = "false" if input_type == "checkbox" else ""
    values = "false" if input_type == "checkbox" else ""
    return f"          <attribute>{asked}<default_value>{default}</default_value><values>{values}</values></attribute>"


def _value(name: str, value: str) -> str:
    return f"<attribute name={attribute(name)}>{content(value)}</attribute>"


def _text(value: str | int | float | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
