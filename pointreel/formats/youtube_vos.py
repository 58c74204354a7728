"""YouTube-VOS 2018 and 2019: a palette PNG per labelled frame, and meta.json with the objects and their categories.

::

    meta.json                             {"videos": {video: {"objects": {"1": {"category": "penguin",
                                                                                "frames": ["00000", "00005"]}}}}}
    Annotations/<video>/00005.png         the number of a pixel is its object
    JPEGImages/<video>/00005.jpg          the frames, where they are there

Read from the folder of a split, from its ``meta.json`` or its ``Annotations``, or from the folder around the splits
with ``split``. Every fifth frame is labelled: ``train`` comes with just these pictures, so that all its frames have
labels; with ``pictures`` set to the folder of ``train_all_frames`` the others are there without labels. In ``valid``
and ``test`` a PNG shows the objects that are new in its frame and no other: these are prompts, not whole labels.

The readers that decide are those of STCN (``dataset/yv_test_dataset.py``) and XMem
(``inference/data/test_datasets.py``), whose results the evaluation server takes: the objects of a video and the frames
that count come from ``objects``, every number but 0 is an object, numbers may have gaps, and an object may come late.
There is no void: 255 is an object like any other. A number in a PNG that meta.json does not list is refused.

What those readers ignore is added so that nothing is lost: ``frames``, ``height`` and ``width`` of a video, and the
``attributes`` of a video and of an object, where there are any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core import (
    Attributes,
    Dataset,
    Feature,
    FormatError,
    ListedDataset,
    ObjectInfo,
    Sequence,
    inside,
    replacing_folder,
)
from ._coco_values import attributes_from_json
from ._label_maps import (
    LabelMaps,
    objects_only,
    picture_frames,
    require_file_names,
    require_overlap_rule,
    stems,
    write_label_map,
)
from ._meta import Videos, index_videos, object_id, writing_videos
from ._records import Record, describe


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` is the folder below the one given; ``pictures`` overrides where the folders of frames lie."""

    split: str | None = None
    pictures: Path | None = None
    overlap: str = "refuse"

    def __post_init__(self) -> None:
        require_overlap_rule(self.overlap)


def build(config: Config) -> "YoutubeVos":
    return YoutubeVos(config)


@dataclass(frozen=True)
class YoutubeVos:
    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return frozenset(
            {
                Feature.MASKS,
                Feature.SIZES,
                Feature.NAMES,
                Feature.ATTRIBUTES,
                Feature.IDS,
                Feature.LATE_OBJECTS,
                Feature.UNLABELLED_FRAMES,
                Feature.TRAILING_FRAMES,
                Feature.EMPTY_FRAMES,
                Feature.FRAME_NAMES,
                Feature.UNLABELLED_OBJECTS,
                Feature.EMPTY_SEQUENCES,
            }
        )

    def recognises(self, path: Path) -> bool:
        file = path if path.name == "meta.json" else path / "meta.json"
        if path.name == "Annotations":
            file = path.parent / "meta.json"
        if not file.is_file():
            return False
        with file.open("rb") as start:
            head = start.read(1 << 16)
        return b'"videos"' in head and b'"objects"' in head and b'"length"' not in head

    def read(self, path: Path) -> Dataset:
        root = self._root(path)
        videos = index_videos(root / "meta.json")
        pictures = self.config.pictures or root / "JPEGImages"

        def open_sequence(name: str) -> Sequence:
            return _sequence(videos, name, inside(root / "Annotations", name), inside(pictures, name))

        return ListedDataset(videos.names, open_sequence)

    def write(self, dataset: Dataset, path: Path) -> None:
        with replacing_folder(path) as draft:
            top = draft / self.config.split if self.config.split else draft
            (top / "Annotations").mkdir(parents=True)
            with writing_videos(top / "meta.json") as videos:
                for sequence in dataset:
                    folder = inside(top / "Annotations", sequence.name)
                    videos.add(sequence.name, _write_sequence(sequence, folder, self.config.overlap))

    def _root(self, path: Path) -> Path:
        root = path / self.config.split if self.config.split else path
        if root.name == "meta.json" or (root.name == "Annotations" and not (root / "meta.json").exists()):
            root = root.resolve().parent
        if not (root / "meta.json").is_file():
            splits = ", ".join(sorted(file.parent.name for file in root.glob("*/meta.json")))
            hint = f"Choose a split: {splits}." if splits else "Check the path."
            raise FormatError(root, "", found="no meta.json", expected="meta.json beside Annotations", hint=hint)
        return root


def _sequence(videos: Videos, name: str, masks: Path, pictures: Path) -> Sequence:
    record = videos.record(name)
    objects, frames = [], set[str]()
    for key in record.record("objects").fields:
        one = record.record("objects").record(key)
        objects.append(ObjectInfo(object_id(one, key), one.text("category", ""), attributes_from_json(one)))
        frames.update(_texts(one, "frames"))
    listed = tuple(_texts(record, "frames"))
    if not listed and not picture_frames(pictures):
        listed = tuple(sorted(frames | set(stems(masks, {".png"}))))
    height, width = record.fields.get("height"), record.fields.get("width")
    size = None if height is None or width is None else (record.integer("height"), record.integer("width"))
    return LabelMaps(
        name=name,
        masks=masks,
        pictures=pictures,
        decode=objects_only,
        objects=tuple(objects),
        listed_in=videos.path,
        frames=listed,
        size=size,
        attributes=attributes_from_json(record),
    ).sequence()


def _write_sequence(sequence: Sequence, folder: Path, overlap: str) -> dict[str, object]:
    """Write the masks of one sequence and give its record for meta.json."""
    require_file_names(sequence)
    frames_by_id: dict[int, list[str]] = {info.object_id: [] for info in sequence.objects}
    for labels in sequence:
        write_label_map(sequence, labels, folder, overlap=overlap, with_void=False)
        for present in labels.segments:
            frames_by_id.setdefault(present, []).append(sequence.frames[labels.frame])
    info_by_id = {info.object_id: info for info in sequence.objects}
    objects = {
        str(one): _with_attributes({"category": info.name, "frames": frames_by_id[one]}, info.attributes)
        for one, info in info_by_id.items()
    }
    size = {"height": sequence.height, "width": sequence.width}
    return _with_attributes({"objects": objects, "frames": list(sequence.frames), **size}, sequence.attributes)


def _with_attributes(record: dict[str, object], attributes: Attributes) -> dict[str, object]:
    return {**record, "attributes": dict(attributes)} if attributes else record


def _texts(record: Record, key: str) -> Iterator[str]:
    for i, value in enumerate(record.items(key, [])):
        if not isinstance(value, str):
            raise record.wrong(f"{key}[{i}]", found=describe(value), expected="the name of a frame")
        yield value
