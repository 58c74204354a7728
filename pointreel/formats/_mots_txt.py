"""The text of MOTS: a line per object and frame, ``frame id class height width rle``, and seqinfo.ini beside it."""

import configparser
import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core import FormatError, FrameLabels, Mask, ObjectInfo, PointreelError, Segment, Sequence, from_label_map
from ._label_maps import flattened, size_to_write

CLASS_BY_NAME = {"car": 1, "pedestrian": 2}
NAME_BY_CLASS = {number: name for name, number in CLASS_BY_NAME.items()}
IGNORE_CLASS, IGNORE_ID = 10, 10_000

_FIELDS = ("frame", "id", "class", "height", "width")
_NO_CLASS = 0
_HIGHEST_ID = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line, its mask still packed."""

    number: int
    frame: int
    object_id: int
    class_id: int
    height: int
    width: int
    rle: bytes

    @classmethod
    def parse(cls, path: Path, number: int, text: bytes) -> "Line":
        words = text.split()
        if len(words) != 6:
            expected = "6 fields: frame, id, class, height, width, rle"
            raise FormatError(path, f"line {number}", found=f"{len(words)} fields", expected=expected)
        frame, object_id, class_id, height, width = (
            _whole(path, number, name, word) for name, word in zip(_FIELDS, words, strict=False)
        )
        if object_id == 0:
            raise FormatError(path, f"line {number}", found="the id 0", expected="an id above 0; 0 is background")
        return cls(number, frame, object_id, class_id, height, width, words[5])

    def mask(self, path: Path) -> Mask:
        try:
            return Mask.from_coco((self.height, self.width), self.rle)
        except PointreelError as error:
            where = f"line {self.number}"
            raise FormatError(path, where, found=f"a broken mask ({error})", expected="the RLE of COCO") from None


@dataclass(frozen=True)
class SequenceInfo:
    """What seqinfo.ini says; without it frames count from 0 as in KITTI MOTS, with it from 1 as in MOTSChallenge."""

    first_frame: int = 0
    num_frames: int | None = None
    size: tuple[int, int] | None = None
    name_by_id: Mapping[int, str] | None = None

    @classmethod
    def read(cls, path: Path) -> "SequenceInfo":
        if not path.is_file():
            return cls()
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(path.read_text("utf-8"))
        except (configparser.Error, UnicodeDecodeError) as error:
            problem = " ".join(str(error).split())
            raise FormatError(path, "", found=f"a broken ini file ({problem})", expected="a section Sequence") from None
        if not parser.has_section("Sequence"):
            raise FormatError(path, "", found="no section Sequence", expected="[Sequence] with seqLength")
        names = _names(path, dict(parser["Objects"])) if parser.has_section("Objects") else None
        sides = [_option(path, parser, key) for key in ("imHeight", "imWidth")]
        size = None if sides[0] is None or sides[1] is None else (sides[0], sides[1])
        return cls(1, _option(path, parser, "seqLength"), size, names)


@dataclass(frozen=True)
class TrackFile:
    """Where in a file the lines of each frame lie, and who is in it."""

    path: Path
    info: SequenceInfo
    frame: NDArray[np.int64]
    start: NDArray[np.int64]
    number: NDArray[np.int64]
    class_by_id: Mapping[int, int]
    size: tuple[int, int] | None

    @classmethod
    def index(cls, path: Path, info: SequenceInfo) -> "TrackFile":
        """One pass over the file; lines may come in any order."""
        frames, starts, numbers = array("q"), array("q"), array("q")
        class_by_id: dict[int, int] = {}
        size = info.size
        with path.open("rb") as file:
            at = 0
            for number, text in enumerate(file, 1):
                if text.strip():
                    line = Line.parse(path, number, text)
                    size = _same_size(path, line, size)
                    _note_class(path, line, class_by_id)
                    frames.append(_index_of(path, line, info))
                    starts.append(at)
                    numbers.append(number)
                at += len(text)
        frame, start, number_of = (np.array(values, np.int64) for values in (frames, starts, numbers))
        order = np.argsort(frame, kind="stable")
        return cls(path, info, frame[order], start[order], number_of[order], class_by_id, size)

    def sequence(self, name: str) -> Sequence:
        num_frames = self.info.num_frames
        if num_frames is None:
            num_frames = int(self.frame[-1]) + 1 if len(self.frame) else 0
        names = {one: NAME_BY_CLASS.get(number, "") for one, number in self.class_by_id.items()}
        names |= self.info.name_by_id or {}
        return Sequence(
            name=name,
            height=self.size[0] if self.size else None,
            width=self.size[1] if self.size else None,
            frames=tuple(f"{k:05d}" for k in range(num_frames)),
            objects=tuple(ObjectInfo(one, names[one]) for one in sorted(names)),
            read_labels=lambda: self._labels(num_frames),
        )

    def _labels(self, num_frames: int) -> Iterator[FrameLabels]:
        bounds = np.searchsorted(self.frame, np.arange(num_frames + 1)).tolist()
        with self.path.open("rb") as file:
            for k in range(num_frames):
                lines = []
                for i in range(bounds[k], bounds[k + 1]):
                    file.seek(int(self.start[i]))
                    lines.append(Line.parse(self.path, int(self.number[i]), file.readline()))
                yield self._frame(k, lines)

    def _frame(self, frame: int, lines: list[Line]) -> FrameLabels:
        segments: dict[int, Segment] = {}
        void: Mask | None = None
        for line in lines:
            mask = line.mask(self.path)
            if line.class_id == IGNORE_CLASS:
                void = mask if void is None else void | mask
            elif line.object_id in segments:
                found = f"object {line.object_id} again in frame {line.frame}"
                raise FormatError(self.path, f"line {line.number}", found=found, expected="each object once a frame")
            elif mask != Mask.empty(line.height, line.width):
                segments[line.object_id] = Segment(mask)
        return FrameLabels(frame, segments=segments, void=void or None)


def write_tracks(sequence: Sequence, folder: Path, *, category: str, overlap: str) -> None:
    """``gt/gt.txt`` and ``seqinfo.ini`` of one sequence, as MOTSChallenge has them."""
    classes = {info.object_id: CLASS_BY_NAME.get(info.name or category, _NO_CLASS) for info in sequence.objects}
    size = (sequence.height, sequence.width)
    (folder / "gt").mkdir(parents=True)
    with (folder / "gt" / "gt.txt").open("wb") as out:
        for labels in sequence:
            size = size_to_write(sequence, labels)
            masks, void = _apart(sequence, labels, overlap)
            for object_id, mask in masks.items():
                out.write(_line(labels.frame, object_id, classes.get(object_id, _NO_CLASS), mask))
            if void:
                out.write(_line(labels.frame, IGNORE_ID, IGNORE_CLASS, void))
    if size[0] is None or size[1] is None:
        raise PointreelError(f"sequence {sequence.name!r}: its size is not known, and seqinfo.ini needs it.")
    (folder / "seqinfo.ini").write_text(_seqinfo(sequence, size[0], size[1]), "utf-8")


def _apart(sequence: Sequence, labels: FrameLabels, overlap: str) -> tuple[dict[int, Mask], Mask | None]:
    """The masks of a frame and its void, which must not overlap: the evaluation refuses a file in which two do."""
    masks = {one: segment.mask for one, segment in labels.segments.items() if segment.mask}
    spare = max(masks, default=0) + 1
    layers = {spare: labels.void, **masks} if labels.void else masks
    numbers = flattened(sequence, labels, layers, overlap=overlap, largest=_HIGHEST_ID)
    if overlap == "refuse":
        return masks, labels.void
    apart = from_label_map(numbers, void=None)
    void = apart.pop(spare, None)
    return apart, void


def _line(frame: int, object_id: int, class_id: int, mask: Mask) -> bytes:
    return f"{frame + 1} {object_id} {class_id} {mask.height} {mask.width} ".encode() + mask.counts + b"\n"


def _seqinfo(sequence: Sequence, height: int, width: int) -> str:
    lines = ["[Sequence]", f"name={' '.join(sequence.name.split())}", "imDir=img1", f"seqLength={len(sequence.frames)}"]
    lines += [f"imWidth={width}", f"imHeight={height}", "imExt=.jpg", "", "[Objects]"]
    lines += [f"{info.object_id}={json.dumps(info.name)}" for info in sequence.objects]
    return "\n".join(lines) + "\n"


def _names(path: Path, fields: Mapping[str, str]) -> dict[int, str]:
    names = {}
    for key, value in fields.items():
        try:
            name = json.loads(value)
        except json.JSONDecodeError:
            name = None
        if not (key.isascii() and key.isdigit() and int(key)) or not isinstance(name, str):
            raise FormatError(path, "[Objects]", found=f"{key}={value}", expected='lines like 3="dog"')
        names[int(key)] = name
    return names


def _option(path: Path, parser: configparser.ConfigParser, key: str) -> int | None:
    value = parser["Sequence"].get(key)
    if value is None or (value.isascii() and value.isdigit()):
        return None if value is None else int(value)
    raise FormatError(path, f"[Sequence] {key}", found=repr(value), expected="a whole number")


def _whole(path: Path, number: int, name: str, word: bytes) -> int:
    if word.isdigit():
        return int(word)
    found = f"the {name} {word[:20].decode('ascii', 'replace')!r}"
    raise FormatError(path, f"line {number}", found=found, expected="a whole number")


def _same_size(path: Path, line: Line, size: tuple[int, int] | None) -> tuple[int, int]:
    if size is not None and (line.height, line.width) != size:
        found, expected = f"a mask of {line.width}x{line.height}", f"{size[1]}x{size[0]} as in the rest"
        raise FormatError(path, f"line {line.number}", found=found, expected=expected)
    return line.height, line.width


def _note_class(path: Path, line: Line, class_by_id: dict[int, int]) -> None:
    if line.class_id == IGNORE_CLASS:
        return
    if class_by_id.setdefault(line.object_id, line.class_id) != line.class_id:
        found = f"object {line.object_id} with class {line.class_id}"
        expected = f"class {class_by_id[line.object_id]} as before"
        raise FormatError(path, f"line {line.number}", found=found, expected=expected)


def _index_of(path: Path, line: Line, info: SequenceInfo) -> int:
    index = line.frame - info.first_frame
    if index < 0 or (info.num_frames is not None and index >= info.num_frames):
        last = "" if info.num_frames is None else f" to {info.first_frame + info.num_frames - 1}"
        expected = f"a frame from {info.first_frame}{last}"
        raise FormatError(path, f"line {line.number}", found=f"frame {line.frame}", expected=expected)
    return index
