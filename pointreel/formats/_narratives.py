"""What people said about a video and where their pointer was meanwhile, as typed objects, one narrative at a time.

The rules are those of ``video_localized_narratives/tools`` of google/video-localized-narratives: which words a span of
the caption touches, when a word ends (when the next begins), and that a path is cut where it leaves a key frame or the
time asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ._json_window import loads
from ._records import Record, describe

AFTER_THE_LAST_WORD = 99_999_999
"""Milliseconds the last word goes on for: the pointer often moves on when the voice has stopped."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a caption: ``caption[start:end]`` is ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Word(Span):
    """A word as it was said, in milliseconds from the start of the recording."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A path of the pointer on one key frame.

    ``xy`` (N, 2) float64 are fractions of the frame: times width and height they are pixels, and pixel 3 of 10 is 0.3.
    ``seconds`` (N,) float64 count from the start of the recording, as the words do.
    """

    keyframe: int
    xy: NDArray[np.float64]
    seconds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.xy)

    def between(self, first_ms: float, last_ms: float) -> Iterator["Stroke"]:
        """The pieces that were drawn in this time, both ends included."""
        inside = (first_ms / 1000 <= self.seconds) & (self.seconds <= last_ms / 1000)
        for kept, run in groupby(range(len(self)), inside.__getitem__):
            if kept:
                indices = list(run)
                piece = slice(indices[0], indices[-1] + 1)
                yield Stroke(self.keyframe, self.xy[piece], self.seconds[piece])


@dataclass(frozen=True, kw_only=True)
class ActorNarrative:
    """What one person said about one actor. ``keyframes`` are indices into the key frames of the narrative."""

    name: str
    caption: str
    keyframes: tuple[int, ...]
    nouns: tuple[Span, ...]
    words: tuple[Word, ...]
    strokes: tuple[Stroke, ...]
    recording: str

    def strokes_of(self, span: Span) -> tuple[Stroke, ...]:
        """What was drawn while ``span`` of the caption was said: a noun, a word, or any piece of it.

        >>> actor.strokes_of(actor.nouns[0])         # doctest: +SKIP
        """
        words = sorted(self.words, key=lambda word: word.start_ms)
        said = [word for word in words if min(span.end, word.end) > max(span.start, word.start)]
        if not said:
            return ()
        after = words.index(said[-1]) + 1
        end = words[after].start_ms if after < len(words) else said[-1].end_ms + AFTER_THE_LAST_WORD
        return tuple(piece for stroke in self.strokes for piece in stroke.between(said[0].start_ms, end))

    def strokes_by_keyframe(self, span: Span | None = None) -> dict[int, tuple[Stroke, ...]]:
        """The paths on each key frame that has any; with ``span``, only what was drawn while it was said."""
        strokes = self.strokes if span is None else self.strokes_of(span)
        keyframes = sorted({stroke.keyframe for stroke in strokes})
        return {keyframe: tuple(s for s in strokes if s.keyframe == keyframe) for keyframe in keyframes}


@dataclass(frozen=True, kw_only=True)
class Narrative:
    """What one person said about one video."""

    narrative_id: int
    dataset_id: str
    video: str
    annotator_id: int | str
    keyframe_names: tuple[str, ...]
    actors: tuple[ActorNarrative, ...]


def narratives(path: Path) -> Iterator[Narrative]:
    """The narratives of a VidLN file, one line in memory at a time.

    >>> for narrative in narratives(Path("vidlns/OVIS_train.jsonl")):       # doctest: +SKIP
    ...     for actor in narrative.actors:
    ...         for noun in actor.nouns:
    ...             print(narrative.video, actor.name, noun.text, actor.strokes_by_keyframe(noun))
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield narrative_of(Record.of(path, f"line {number}", loads(path, f"line {number}", line)))


def narrative_of(record: Record) -> Narrative:
    """One line of a file, checked."""
    names = keyframe_names(record)
    return Narrative(
        narrative_id=record.integer("vidln_id"),
        dataset_id=record.text("dataset_id"),
        video=record.text("video_id"),
        annotator_id=annotator_id(record),
        keyframe_names=names,
        actors=tuple(actor_of(actor, len(names)) for actor in record.records("actor_narratives")),
    )


def keyframe_names(record: Record) -> tuple[str, ...]:
    names = record.items("keyframe_names")
    for i, name in enumerate(names):
        if not isinstance(name, str) or name in names[:i]:
            found = describe(name) + (" twice" if isinstance(name, str) else "")
            raise record.wrong(f"keyframe_names[{i}]", found=found, expected="the name of a key frame, each once")
    return tuple(map(str, names))


def annotator_id(record: Record) -> int | str:
    return (
        record.text("annotator_id")
        if isinstance(record.fields.get("annotator_id"), str)
        else record.integer("annotator_id")
    )


def actor_of(record: Record, num_keyframes: int) -> ActorNarrative:
    caption = record.text("caption")
    return ActorNarrative(
        name=record.text("actor_name"),
        caption=caption,
        keyframes=selected_keyframes(record, num_keyframes),
        nouns=tuple(_nouns(record, caption)),
        words=tuple(_word(word) for word in record.records("time_alignment", [])),
        strokes=tuple(_strokes(record, num_keyframes)),
        recording=record.text("recording_filename", ""),
    )


def selected_keyframes(record: Record, num_keyframes: int) -> tuple[int, ...]:
    """The key frames on which the narrator found the actor."""
    indices = record.items("keyframe_selection_indices")
    for i, index in enumerate(indices):
        if type(index) is not int or not 0 <= index < num_keyframes:
            place = f"keyframe_selection_indices[{i}]"
            raise record.wrong(place, found=describe(index), expected=f"a whole number from 0 to {num_keyframes - 1}")
    return tuple(int(str(index)) for index in indices)


def _nouns(record: Record, caption: str) -> Iterator[Span]:
    for i, pair in enumerate(record.items("noun_segments", [])):
        match pair:
            case [int(start), int(end)] if 0 <= start <= end <= len(caption):
                yield Span(start, end, caption[start:end])
            case _:
                expected = f"[start, end] inside the caption of {len(caption)} characters"
                raise record.wrong(f"noun_segments[{i}]", found=str(pair)[:60], expected=expected)


def _word(record: Record) -> Word:
    return Word(
        record.integer("referenced_word_start_idx"),
        record.integer("referenced_word_end_idx"),
        record.text("referenced_word"),
        record.integer("start_ms"),
        record.integer("end_ms"),
    )


def _strokes(record: Record, num_keyframes: int) -> Iterator[Stroke]:
    start_ms = record.integer("recording_start_time_ms_since_epoch")
    for i, part in enumerate(record.items("traces")):
        where = f"traces[{i}]"
        if not isinstance(part, list):
            raise record.wrong(where, found=describe(part), expected="a list of positions")
        keyframe, xy, seconds = _columns(record, where, part, start_ms)
        if len(part) and not 0 <= keyframe.min() <= keyframe.max() < num_keyframes:
            j = int(np.argmax((keyframe < 0) | (keyframe >= num_keyframes)))
            expected = f"a key frame from 0 to {num_keyframes - 1}"
            raise record.wrong(f"{where}[{j}].kf_idx", found=f"the number {keyframe[j]}", expected=expected)
        cuts = np.flatnonzero(np.diff(keyframe)) + 1
        for indices in np.split(np.arange(len(part)), cuts):
            if len(indices):
                yield Stroke(int(keyframe[indices[0]]), xy[indices], seconds[indices])


Columns = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


def _columns(record: Record, where: str, part: list[object], start_ms: int) -> Columns:
    """Key frames, positions and seconds of a path; only where that fails is it looked at key by key."""
    try:
        rows = [_position(point, start_ms) for point in part]
    except (KeyError, TypeError):
        points = (Record.of(record.path, f"{record.place(where)}[{j}]", point) for j, point in enumerate(part))
        rows = [_checked_position(point, start_ms) for point in points]
    columns = np.array(rows, np.float64).reshape(-1, 4)
    return columns[:, 0].astype(np.int64), columns[:, 1:3], columns[:, 3]


def _position(point: object, start_ms: int) -> tuple[int, float, float, float]:
    keyframe, x, y, ms = point["kf_idx"], point["x"], point["y"], point["time_ms_since_epoch"]  # type: ignore[index]
    if type(keyframe) is not int or type(x) is not float or type(y) is not float or "seconds" in point:  # type: ignore[operator]
        raise TypeError
    return keyframe, x, y, (ms - start_ms) / 1000


def _checked_position(point: Record, start_ms: int) -> tuple[int, float, float, float]:
    seconds = (point.number("time_ms_since_epoch") - start_ms) / 1000
    return point.integer("kf_idx"), point.number("x"), point.number("y"), point.number("seconds", seconds)
