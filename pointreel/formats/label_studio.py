"""Label Studio: boxes of the video object tracking template, with interpolation between key frames (JSON).

On disk, as Label Studio exports a project as JSON (and imports tasks with annotations)::

    [{"id": 1, "data": {"video": "https://example.com/opossum.mp4"}, "meta": {},
      "annotations": [{"id": 1, "was_cancelled": false, "ground_truth": false, "result": [
        {"id": "d1111333b6", "type": "videorectangle", "from_name": "box", "to_name": "video", "origin": "manual",
         "value": {"framesCount": 299, "duration": 11.96, "labels": ["Other"], "sequence": [
           {"frame": 1, "enabled": true, "x": 46.7, "y": 6.9, "width": 4.1, "height": 23.6, "rotation": 0, "time": 0.1},
           ...]}}]}],
      "predictions": []}]

The published template (``video_object_detector``), the editor (``VideoRectangleRegion.js``) and ``extract_key_frames``
of label-studio-sdk decide: frames count from 1, positions are percent of the frame, a key frame is always there to see,
and ``enabled`` says whether the box goes on, in a straight line to the next key frame or to the end of the video.

A task is a sequence named as the file of its video; its objects are the regions, with their first label as name and
their ``meta`` as attributes. Every frame is labelled. Percent are made pixels with the size of the frame, which an
export does not hold: give ``height`` and ``width``. Of several annotations the first that nobody cancelled is read, or
number ``annotation`` of those; ``source="predictions"`` reads what a model said. Results that are no rectangles (the
whole video's class, times, texts) are passed over; rotated rectangles and other shapes are refused, or left out with
``unsupported="skip"``.

Written are results that Label Studio imports with the labelling configuration of the template. What it has no place for
stands in the free ``meta`` of task and region, under ``pointreel``: name, size, names of frames, which frames are
labelled, attributes; and in ``pixels`` of a key frame, where percent cannot say a box exactly.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..core import Dataset, Feature, Format, FormatError, ListedDataset, PointreelError, Sequence, replacing
from ._json import Group, Records, dumps, index_list
from ._label_studio_task import Task, task_name, task_to_json
from ._paths import file_to_read, file_to_write, heads
from ._records import Record

HOLDS = frozenset(
    {
        Feature.BOXES,
        Feature.SIZES,
        Feature.FRACTIONS,
        Feature.NAMES,
        Feature.ATTRIBUTES,
        Feature.IDS,
        Feature.LARGE_IDS,
        Feature.LATE_OBJECTS,
        Feature.UNLABELLED_FRAMES,
        Feature.TRAILING_FRAMES,
        Feature.EMPTY_FRAMES,
        Feature.FRAME_NAMES,
        Feature.UNLABELLED_OBJECTS,
        Feature.EMPTY_SEQUENCES,
    }
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """``url`` is where Label Studio finds a video, ``{name}`` being that of the sequence; ``fps`` makes its times."""

    height: int | None = None
    width: int | None = None
    annotation: int = 0
    source: str = "annotations"
    unsupported: str = "refuse"
    url: str = "{name}.mp4"
    fps: float = 25.0

    def __post_init__(self) -> None:
        if self.unsupported not in ("refuse", "skip"):
            raise PointreelError(f"label-studio: unsupported={self.unsupported!r}. There are: refuse, skip.")
        if self.source not in ("annotations", "predictions"):
            raise PointreelError(f"label-studio: source={self.source!r}. There are: annotations, predictions.")
        if (self.height is None) != (self.width is None):
            raise PointreelError("label-studio: height and width belong together. Give both.")
        if self.fps <= 0:
            raise PointreelError(f"label-studio: fps={self.fps} is not a frame rate. Give a positive number.")


@dataclass(frozen=True)
class LabelStudio:
    """>>> build(Config(height=720, width=1280)).read(Path("project-1.json"))        # doctest: +SKIP"""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return HOLDS

    def recognises(self, path: Path) -> bool:
        return any(map(_looks_exported, heads(path, "*.json")))

    def read(self, path: Path) -> Dataset:
        file = file_to_read(path, "*.json")
        names: list[tuple[str, str]] = []

        def number_of(record: Record) -> Group:
            names.append((task_name(record), str(record.fields.get("id", len(names) + 1))))
            return len(names) - 1

        records = index_list(file, number_of)
        times = Counter(name for name, _ in names)
        number_by_name: dict[str, int] = {}
        for number, (name, task_id) in enumerate(names):
            unique = name if times[name] == 1 else f"{name} ({task_id})"
            if unique in number_by_name:
                found = f"task {task_id} of {name!r} again"
                raise FormatError(file, f"[{number}]", found=found, expected="tasks of other names or ids")
            number_by_name[unique] = number
        return ListedDataset(tuple(number_by_name), lambda name: self._open(records, number_by_name[name], name))

    def write(self, dataset: Dataset, path: Path) -> None:
        with replacing(file_to_write(path, "label_studio.json")) as draft, draft.open("wb") as out:
            out.write(b"[")
            for number, sequence in enumerate(dataset, 1):
                task = task_to_json(sequence, number, self.config.url, self.config.fps)
                out.write((b",\n" if number > 1 else b"") + dumps(task))
            out.write(b"]\n")

    def _open(self, records: Records, number: int, name: str) -> Sequence:
        task = self._task(records, number)
        return Sequence(
            name=name,
            height=task.size[0] if task.size else None,
            width=task.size[1] if task.size else None,
            frames=task.frames,
            objects=tuple(region.info(object_id) for object_id, region in task.region_by_object.items()),
            read_labels=lambda: self._task(records, number).labels(),
            attributes=task.attributes,
        )

    def _task(self, records: Records, number: int) -> Task:
        (record,) = records.of(number)
        config = self.config
        size = None if config.height is None or config.width is None else (config.height, config.width)
        skip = config.unsupported == "skip"
        return Task.of(record, source=config.source, number=config.annotation, size=size, skip=skip)


def build(config: Config) -> Format:
    return LabelStudio(config)


def _looks_exported(head: bytes) -> bool:
    rectangles = b'"videorectangle"' in head or (b'"annotations"' in head and b'"data"' in head)
    return head.lstrip().startswith(b"[") and rectangles
