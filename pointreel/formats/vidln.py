"""VidLN: Video Localized Narratives, what people said about a video and their mouse traces meanwhile (JSON Lines).

On disk, one narrative of one person about one video per line::

    {"vidln_id": 1, "dataset_id": "OVIS_train", "video_id": "5d24e4ea", "keyframe_names": ["img_0000003", ...],
     "actor_narratives": [
        {"actor_name": "Tiger one", "keyframe_selection_indices": [5, 6, 7],
         "recording_start_time_ms_since_epoch": 1646374102359, "traces_start_time_ms_since_epoch": 1646374102087,
         "caption": "A brown tiger ...",
         "traces": [[{"x": 0.5, "y": 0.4, "time_ms_since_epoch": 1646374106000, "kf_idx": 5}]],
         "noun_segments": [[8, 13]], "time_alignment": [{"end_ms": 4180, "referenced_word": "A",
         "referenced_word_end_idx": 1, "referenced_word_start_idx": 0, "start_ms": 4000}],
         "recording_filename": "recordings/OVIS_train/1_0.webm"}],
     "annotator_id": 103}

The reader of google/video-localized-narratives (``video_localized_narratives/tools``) decides what is doubtful.
``narratives(path)`` gives all of it as typed objects, one line in memory at a time: actors, captions, words and nouns
with the strokes that were drawn while they were said, by key frame.

As a dataset, a narrative is a sequence: its frames are the key frames, its objects the actors (``objects="actors"``) or
the nouns of all captions (``objects="nouns"``), each with its trace on every key frame it was drawn on, the strokes of
a key frame one after the other; seconds count from the start of the recording. A key frame without a trace is not
labelled. A video with several narratives gives the sequences ``video/vidln_id``.

The file holds positions as fractions of the frame, and no size. With ``frames``, the folder of the key frames, or with
``height`` and ``width``, traces are pixels as the authors draw them (0.3 of 10 pixels is pixel 3). Without, the size of
a sequence is unknown and its traces stay the fractions of the file.

Lines that nobody changed are written as they were read, byte for byte. Lines written anew hold what the schema has no
place for in keys of our own, which the authors' reader passes over: height, width, attributes, object_id, seconds.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ..core import Dataset, Feature, Format, ListedDataset, PointreelError, Sequence, Trace, replacing
from ._json import Group, Records, dumps, index_lines
from ._narrated import Line, NarratedLabels, Size, size_of_picture
from ._narratives import ActorNarrative, Narrative, Span, Stroke, Word, narratives
from ._paths import file_to_read, file_to_write, heads
from ._records import Record

__all__ = ["ActorNarrative", "Config", "Narrative", "Span", "Stroke", "VidLN", "Word", "build", "narratives"]

HOLDS = frozenset(
    {
        Feature.TRACES,
        Feature.SIZES,
        Feature.FRACTIONS,
        Feature.NAMES,
        Feature.ATTRIBUTES,
        Feature.IDS,
        Feature.LARGE_IDS,
        Feature.LATE_OBJECTS,
        Feature.UNLABELLED_FRAMES,
        Feature.TRAILING_FRAMES,
        Feature.FRAME_NAMES,
        Feature.UNKNOWN_SIZES,
        Feature.UNLABELLED_OBJECTS,
        Feature.EMPTY_SEQUENCES,
    }
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """``frames`` is a folder with ``<video>/<key frame>.jpg|png``, or the folder of such folders by dataset."""

    objects: str = "actors"
    frames: Path | None = None
    height: int | None = None
    width: int | None = None

    def __post_init__(self) -> None:
        if self.objects not in ("actors", "nouns"):
            raise PointreelError(f"vidln: objects={self.objects!r} does not exist. There are: actors, nouns.")
        if (self.height is None) != (self.width is None):
            raise PointreelError("vidln: height and width belong together. Give both, or a folder of frames.")


@dataclass(frozen=True)
class VidLN:
    """>>> build(Config(frames=Path("frames/OVIS_train"))).read(Path("vidlns/OVIS_train.jsonl"))     # doctest: +SKIP"""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return HOLDS

    def recognises(self, path: Path) -> bool:
        return any(map(_looks_released, heads(path, "*.jsonl", "vidlns/*.jsonl")))

    def read(self, path: Path) -> Dataset:
        file = file_to_read(path, "*.jsonl", "vidlns/*.jsonl")
        ids: list[tuple[str, int]] = []

        def number_of(record: Record) -> Group:
            ids.append((record.text("video_id"), record.integer("vidln_id")))
            return len(ids) - 1

        records = index_lines(file, number_of)
        number_by_name = {name: number for number, name in enumerate(_names(ids))}
        return ListedDataset(tuple(number_by_name), partial(self._open, records, number_by_name))

    def write(self, dataset: Dataset, path: Path) -> None:
        with replacing(file_to_write(path, "vidln.jsonl")) as draft, draft.open("wb") as out:
            unended = False
            for number, sequence in enumerate(dataset):
                content = _untouched(sequence) or dumps(_line_of(sequence, number)) + b"\n"
                out.write((b"\n" if unended else b"") + content)
                unended = not content.endswith(b"\n")

    def _open(self, records: Records, number_by_name: dict[str, int], name: str) -> Sequence:
        line = Line(records, number_by_name[name])
        return NarratedLabels(line, name, self.config.objects, self._size(line.record())).sequence()

    def _size(self, record: Record) -> Size | None:
        """Height and width from the file where it is ours, from the options, or from the pictures."""
        if "height" in record or "width" in record:
            return record.integer("height"), record.integer("width")
        if self.config.height is not None and self.config.width is not None:
            return self.config.height, self.config.width
        return None if self.config.frames is None else size_of_picture(self.config.frames, record)


def build(config: Config) -> Format:
    return VidLN(config)


def _looks_released(head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and all(key in head for key in (b'"vidln_id"', b'"keyframe_names"'))


def _names(ids: list[tuple[str, int]]) -> Iterator[str]:
    """The video, and with it the number of the narrative where a video has several."""
    videos = [video for video, _ in ids]
    several = {video for video, after in zip(sorted(videos), sorted(videos)[1:], strict=False) if video == after}
    taken = set(videos)
    for video, narrative_id in ids:
        name = f"{video}/{narrative_id}" if video in several else video
        while video in several and name in taken:
            name += "'"
        taken.add(name)
        yield name


def _untouched(sequence: Sequence) -> bytes | None:
    """The line a sequence was read from, if it still says what that line says."""
    labels = sequence.read_labels
    if isinstance(labels, NarratedLabels) and labels.sequence() == sequence:
        return labels.line.content()
    return None


def _line_of(sequence: Sequence, number: int) -> dict[str, object]:
    """A new line. What nobody said about the recording is empty or nought."""
    traces: dict[int, dict[int, Trace]] = {info.object_id: {} for info in sequence.objects}
    for labels in sequence:
        for object_id, trace in labels.traces.items():
            traces[object_id][labels.frame] = trace
    said = sequence.attributes
    narrative_id, annotator_id = said.get("vidln_id"), said.get("annotator_id")
    line: dict[str, object] = {
        "vidln_id": narrative_id if type(narrative_id) is int else number,
        "dataset_id": str(said.get("dataset_id") or ""),
        "video_id": sequence.name,
        "keyframe_names": list(sequence.frames),
        "actor_narratives": [_actor(sequence, i, traces[info.object_id]) for i, info in enumerate(sequence.objects)],
        "annotator_id": annotator_id if type(annotator_id) in (int, str) else 0,
        "attributes": dict(said),
    }
    if sequence.height is not None and sequence.width is not None:
        line |= {"height": sequence.height, "width": sequence.width}
    return line


def _actor(sequence: Sequence, i: int, traces: dict[int, Trace]) -> dict[str, object]:
    """An object as an actor whose name is all that was said about it, all the while its traces were drawn."""
    info = sequence.objects[i]
    caption = info.attributes.get("caption")
    size = (sequence.width or 1, sequence.height or 1)
    actor: dict[str, object] = {
        "actor_name": info.name,
        "keyframe_selection_indices": sorted(traces),
        "recording_start_time_ms_since_epoch": 0,
        "traces_start_time_ms_since_epoch": 0,
        "caption": caption if isinstance(caption, str) else info.name,
        "traces": [_part(traces[k], k, size) for k in sorted(traces) if len(traces[k])],
        "noun_segments": [],
        "time_alignment": [],
        "recording_filename": str(info.attributes.get("recording") or ""),
        "attributes": dict(info.attributes),
    }
    if info.object_id != i + 1:
        actor["object_id"] = info.object_id
    if actor["caption"] == info.name:
        seconds = [0.0, *(at for trace in traces.values() for at in trace.seconds.tolist())]
        word = {"end_ms": math.ceil(max(seconds) * 1000), "referenced_word": info.name}
        word |= {"referenced_word_end_idx": len(info.name), "referenced_word_start_idx": 0}
        actor["noun_segments"] = [[0, len(info.name)]]
        actor["time_alignment"] = [word | {"start_ms": math.floor(min(seconds) * 1000)}]
    return actor


def _part(trace: Trace, keyframe: int, size: tuple[int, int]) -> list[dict[str, object]]:
    """Positions as fractions; the exact second goes along where milliseconds do not say it."""
    fractions = trace.xy.astype(np.float64) / size
    part: list[dict[str, object]] = []
    for (x, y), seconds in zip(fractions.tolist(), trace.seconds.tolist(), strict=True):
        ms = round(seconds * 1000)
        point: dict[str, object] = {"x": x, "y": y, "time_ms_since_epoch": ms, "kf_idx": keyframe}
        part.append(point if ms / 1000 == seconds else point | {"seconds": seconds})
    return part
