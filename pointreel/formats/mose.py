"""MOSE v1 and v2: a palette PNG per frame in a folder per video, with many occlusions and objects that come back.

::

    Annotations/<video>/00000.png         the number of a pixel is its object
    JPEGImages/<video>/00000.jpg          the frames, where they are there
    meta.json                             {"videos": {video: {"objects": {"1": {}}, "length": 60, "height": 1080,
                                           "width": 1920}}}, where it is there

Read from the folder of a split (``train``, ``valid``), from its ``Annotations``, or from the folder around the splits
with ``split``. All frames of ``train`` are labelled, the first only of ``valid``.

The readers that decide are those of henghuiding/MOSE-api: ``vos_dataset.py`` and ``MOSEv1/XMem_eval_datasets.py`` for
the folders, ``MOSEv2/sam2_rcms/tools/score.py`` for meta.json, which it needs, and for names of frames, which are
numbers to it. Every number but 0 is an object, also 255: there is no void. Numbers may have gaps. An object may come
late. Without meta.json the objects of a video are found by looking at its masks.
"""

from dataclasses import dataclass
from pathlib import Path

from ..core import Dataset, Feature, FormatError, ListedDataset, ObjectInfo, Sequence, inside, replacing_folder
from ._label_maps import (
    LabelMaps,
    first_png,
    objects_only,
    require_file_names,
    require_overlap_rule,
    sequence_names,
    write_label_map,
)
from ._meta import Videos, index_videos, object_id, writing_videos


@dataclass(frozen=True, kw_only=True)
class Config:
    """``split`` is the folder below the one given, to read and to write."""

    split: str | None = None
    overlap: str = "refuse"

    def __post_init__(self) -> None:
        require_overlap_rule(self.overlap)


def build(config: Config) -> "Mose":
    return Mose(config)


@dataclass(frozen=True)
class Mose:
    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return frozenset(
            {
                Feature.MASKS,
                Feature.SIZES,
                Feature.IDS,
                Feature.LATE_OBJECTS,
                Feature.EMPTY_FRAMES,
                Feature.UNLABELLED_OBJECTS,
                Feature.EMPTY_SEQUENCES,
            }
        )

    def recognises(self, path: Path) -> bool:
        masks = path if path.name == "Annotations" else path / "Annotations"
        if not masks.is_dir() or (masks.parent / "ImageSets").exists():
            return False
        meta = masks.parent / "meta.json"
        if meta.is_file():
            with meta.open("rb") as start:
                head = start.read(1 << 16)
            return b'"videos"' in head and b'"length"' in head
        found = first_png(masks)
        return found is not None and found.parent.parent == masks

    def read(self, path: Path) -> Dataset:
        root = self._root(path)
        meta = index_videos(root / "meta.json") if (root / "meta.json").is_file() else None
        names = meta.names if meta else sequence_names(root / "Annotations")
        if not names:
            raise FormatError(root / "Annotations", "", found="no folder with PNGs", expected="a folder per video")

        def open_sequence(name: str) -> Sequence:
            masks, pictures = inside(root / "Annotations", name), inside(root / "JPEGImages", name)
            if meta:
                return _listed(meta, name, masks, pictures).sequence()
            return LabelMaps(name=name, masks=masks, pictures=pictures, decode=objects_only).sequence()

        return ListedDataset(names, open_sequence)

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
        if not (root / "Annotations").is_dir() and root.resolve().name == "Annotations":
            root = root.resolve().parent
        if not (root / "Annotations").is_dir():
            splits = ", ".join(sorted(folder.parent.name for folder in root.glob("*/Annotations")))
            hint = f"Choose a split: {splits}." if splits else "Check the path."
            raise FormatError(root, "", found="no folder Annotations", expected="Annotations/<video>", hint=hint)
        return root


def _listed(meta: Videos, name: str, masks: Path, pictures: Path) -> LabelMaps:
    """One video of meta.json; ``objects`` is an object by id, or a list of ids."""
    record = meta.record(name)
    ids = record.fields.get("objects")
    keys = [str(key) for key in ids] if isinstance(ids, list) else list(record.record("objects").fields)
    known = record.fields.get("height") is not None and record.fields.get("width") is not None
    return LabelMaps(
        name=name,
        masks=masks,
        pictures=pictures,
        decode=objects_only,
        objects=tuple(ObjectInfo(object_id(record, key)) for key in keys),
        listed_in=meta.path,
        size=(record.integer("height"), record.integer("width")) if known else None,
    )


def _write_sequence(sequence: Sequence, folder: Path, overlap: str) -> dict[str, object]:
    """Write the masks of one video and give its record for meta.json; its length is the number of its masks."""
    require_file_names(sequence)
    folder.mkdir(parents=True, exist_ok=True)
    length = 0
    for labels in sequence:
        write_label_map(sequence, labels, folder, overlap=overlap, with_void=False)
        length += 1
    objects: dict[str, object] = {str(info.object_id): {} for info in sequence.objects}
    return {"objects": objects, "length": length, "height": sequence.height, "width": sequence.width}
