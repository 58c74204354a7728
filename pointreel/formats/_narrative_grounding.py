"""Video Narrative Grounding: nouns of narratives, each with the object it means, in OVIS and in UVO.

Layout of OVIS-VNG and UVO-VNG::

    meta_expressions/<split>/meta_expressions.json
        {"videos": {"<video>": {"expressions": {"0": {"obj_id", "noun_phrase_start_idx", "noun_phrase_end_idx",
                                                      "narrative_actor_idx"}},
                                "actor_narratives": [{"actor_name", "description"}], "frames": ["0", "1", ...]}}}
    extra_masks/<split>/extra_masks.json     {"videos", "annotations"}, as in YouTube-VIS
    orig_masks/<any>.json                    the annotations of OVIS or UVO, which ``obj_id`` means as well

and of results ``<video>/<expression>/<frame>.png``, every pixel that is not 0 belonging to the object. Files of other
names are found where ``meta``, ``extra`` or ``orig`` is in them.

Doubtful questions are decided by ``eval_vng.py`` of google/video-localized-narratives: of annotations with one id the
first counts; frames of results are numbered without a gap from 0 or from 1; in UVO, which is told by its ``ytid``, the
masks of an annotation are those of the frames in ``file_names``, and other frames are not annotated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..core import FormatError, Mask, inside
from ._coco_values import mask_from_json
from ._json import index_object
from ._json_window import loads
from ._paths import file_to_read
from ._records import Record

Size = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundingFiles:
    """The three files of a split."""

    meta: Path
    extra_masks: Path
    orig_masks: Path

    @classmethod
    def of(cls, root: Path, split: str, orig_masks: Path | None = None) -> "GroundingFiles":
        """Those that lie in ``root``; the masks of OVIS or UVO may lie elsewhere."""
        meta, extra_masks = (
            file_to_read(root, f"{name}*/{split}/*.json", f"*{name}*.json") for name in ("meta", "extra")
        )
        orig = file_to_read(orig_masks or root, "orig*/*.json", "*.json" if orig_masks else "*orig*.json")
        return cls(meta=meta, extra_masks=extra_masks, orig_masks=orig)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A noun of a narrative: ``noun`` is the piece of ``narrative`` that names the object ``object_id``."""

    video: str
    number: int
    object_id: int
    narrative: str
    noun: str


class NarrativeGrounding:
    """Videos with the expressions about them; masks are read one expression at a time."""

    def __init__(self, files: GroundingFiles) -> None:
        self.files = files
        meta = Record.of(files.meta, "", loads(files.meta, "", files.meta.read_bytes()))
        self._meta = meta.record("videos")
        self._orig, self._extra = _Masks(files.orig_masks), _Masks(files.extra_masks)
        both = self._orig.ids & self._extra.ids
        if both:
            found = f"the id {min(both)}, which {files.orig_masks.name} has as well"
            raise FormatError(files.extra_masks, "annotations", found=found, expected="ids of its own")

    @property
    def videos(self) -> tuple[str, ...]:
        """The names of all videos, sorted."""
        return tuple(sorted(self._meta.fields))

    def expressions(self, video: str) -> Iterator[Expression]:
        """The expressions about a video, by number."""
        record = self._meta.record(video)
        expressions = record.record("expressions")
        narratives = list(record.records("actor_narratives", []))
        for number in range(len(expressions.fields)):
            expression = expressions.record(str(number))
            text = _narrative(expression, narratives)
            start, end = (expression.integer(f"noun_phrase_{side}_idx", 0) for side in ("start", "end"))
            yield Expression(
                video=video,
                number=number,
                object_id=expression.integer("obj_id"),
                narrative=text,
                noun=text[max(start, 0) : max(end, 0)],
            )

    def masks(self, expression: Expression) -> dict[int, Mask]:
        """The object on every annotated frame, by the frame's number from 0."""
        masks = self._orig if expression.object_id in self._orig.ids else self._extra
        place = self._meta.record(expression.video).record("expressions").record(str(expression.number))
        if expression.object_id not in masks.ids:
            expected = f"an annotation of {self.files.orig_masks.name} or {self.files.extra_masks.name}"
            raise place.wrong("obj_id", found=f"the number {expression.object_id}", expected=expected)
        annotation = masks.annotation(expression.object_id)
        video = self._video(annotation)
        segmentations = annotation.items("segmentations")
        numbers = self._frame_numbers(expression.video, video, len(segmentations), annotation)
        size: Size = (video.integer("height"), video.integer("width")) if "height" in video else (None, None)
        found = (
            (number, mask_from_json(annotation, f"segmentations[{k}]", value, size))
            for k, (number, value) in enumerate(zip(numbers, segmentations, strict=True))
        )
        by_frame = {number: mask for number, mask in found if mask is not None}
        if not by_frame:
            raise annotation.wrong("segmentations", found="no mask", expected="one on some frame, for a score")
        return by_frame

    def _frame_numbers(self, name: str, video: Record, num_masks: int, annotation: Record) -> list[int]:
        """The number of the frame that each mask of an annotation is on."""
        frames = self._meta.record(name).items("frames", [])
        if not self._is_sparse or not frames:
            return list(range(num_masks))
        files = video.items("file_names")
        if len(files) != num_masks:
            expected = f"{len(files)}, one for each of the video's file_names"
            raise annotation.wrong("segmentations", found=f"a list of {num_masks}", expected=expected)
        numbers = [_frame_number(str(file), video, f"file_names[{k}]") for k, file in enumerate(files)]
        for number in numbers:
            found = str(frames[number]) if number < len(frames) else f"{len(frames)} frames"
            if not found.isdecimal() or int(found) != number:
                expected = f"frame {number}, which has a mask"
                raise self._meta.record(name).wrong(f"frames[{number}]", found=found, expected=expected)
        return numbers

    def _video(self, annotation: Record) -> Record:
        """What the files say of the video of an annotation: that of the extra masks counts if both say something."""
        number = annotation.integer("video_id")
        video = self._extra.video(number) or self._orig.video(number)
        if video is None:
            raise annotation.wrong("video_id", found=f"the number {number}", expected="one of the videos")
        return video

    @cached_property
    def _is_sparse(self) -> bool:
        """Whether masks are given for some frames only, as in UVO."""
        return self._extra.first_video_has("ytid")


def result_frames(root: Path, expression: Expression) -> dict[int, Path]:
    """The PNGs of a result by the number of their frame, from 0; empty where there is no result."""
    folder = inside(root, f"{expression.video}/{expression.number}")
    record = Record(folder, "", {})
    by_number = {_frame_number(file.name, record, file.name): file for file in sorted(folder.glob("*.png"))}
    if not by_number:
        return {}
    gap = next((number for number in range(1, max(by_number)) if number not in by_number), None)
    if gap is not None or not {0, 1} & set(by_number):
        found = f"no frame {1 if gap is None else gap}"
        raise FormatError(folder, "", found=found, expected=f"all up to the last, {max(by_number)}")
    return by_number if 0 in by_number else {number - 1: file for number, file in by_number.items()}


class _Masks:
    """The annotations of one file, read when asked for."""

    def __init__(self, path: Path) -> None:
        _, found = index_object(path, {"videos": _id, "annotations": _id})
        self._videos, self._annotations = found["videos"], found["annotations"]
        self.ids = frozenset(number for number in self._annotations.groups if isinstance(number, int))

    def annotation(self, number: int) -> Record:
        """The first annotation of that id."""
        return next(self._annotations.of(number))

    def video(self, number: int) -> Record | None:
        """The last video of that id, if there is one."""
        return next(iter([*self._videos.of(number)][-1:]), None)

    def first_video_has(self, key: str) -> bool:
        """Whether the first video of the file has that key."""
        first = next(iter(self._videos), None)
        return first is not None and key in first


def _id(record: Record) -> int:
    return record.integer("id")


def _narrative(expression: Record, narratives: list[Record]) -> str:
    """The text that the noun of an expression is from; empty where the file has none."""
    k = expression.integer("narrative_actor_idx", 0)
    return narratives[k].text("description", "") if 0 <= k < len(narratives) else ""


def _frame_number(file_name: str, record: Record, key: str) -> int:
    """The number in ``img_0000012.png`` and in ``v/12.png``."""
    stem = file_name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0].removeprefix("img_")
    if not stem.isdecimal():
        raise record.wrong(key, found=repr(file_name), expected="a file named by the number of its frame")
    return int(stem)
