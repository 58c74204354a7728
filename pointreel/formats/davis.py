"""DAVIS 2016 and 2017: a palette PNG per frame and lists of sequences.

::

    JPEGImages/480p/<sequence>/00000.jpg       the frames, where they are there
    Annotations/480p/<sequence>/00000.png      2017: the number of a pixel is its object, 255 is void
                                               2016: grey, 0 or 255, one object
    ImageSets/2017/val.txt                     2017: a sequence per line
    ImageSets/480p/val.txt                     2016: a frame and its mask per line

Read from the root, from ``Annotations``, from ``Annotations/480p``, from any folder of sequence folders, or from the
folder of one sequence. Frames are the pictures where they are there, else the masks. Sequences are those with masks,
or those of a ``split``.

The reader that decides is ``davis2017/davis.py`` of davisvideochallenge/davis2017-evaluation. It takes pixels of 255
as void, frames in the order of their names, and the objects of a sequence from its first frame: 1 up to the largest
number there. An object that appears later is left out by it, and a gap in the numbers counts as an object without
pixels. So DAVIS holds neither late objects nor ids with gaps, although its PNGs can show them; this reader reads
them, and this writer writes them, where they are.

Pictures are not written: put ``JPEGImages`` beside ``Annotations``, or link them there, for the official evaluation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core import (
    Dataset,
    Feature,
    FormatError,
    FrameLabels,
    ListedDataset,
    Mask,
    PointreelError,
    Sequence,
    UnknownName,
    inside,
    replacing_folder,
)
from . import _png
from ._label_files import LabelFiles
from ._label_maps import (
    LabelMaps,
    first_png,
    listed_folders,
    objects_and_void,
    one_object,
    read_lines,
    require_file_names,
    require_overlap_rule,
    sequence_names,
    size_to_write,
    stems,
    write_label_map,
)

_FOLDER_BY_TASK = {"semi-supervised": "Annotations", "unsupervised": "Annotations_unsupervised"}
_RESOLUTIONS = ("480p", "1080p", "Full-Resolution")
_PAIR = re.compile(r"^/?JPEGImages/[^/]+/(?P<name>.+)/[^/]+\.jpg(\s.*)?$")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``year`` is 2016 or 2017; None looks at the masks to read, and writes 2017.

    ``split`` names a list in ``ImageSets``: "train", "val", "test-dev"; None reads all sequences and writes "val".
    """

    year: int | None = None
    split: str | None = None
    resolution: str = "480p"
    task: str = "semi-supervised"
    overlap: str = "refuse"

    def __post_init__(self) -> None:
        require_overlap_rule(self.overlap)
        if self.task not in _FOLDER_BY_TASK:
            raise UnknownName("DAVIS task", self.task, _FOLDER_BY_TASK)
        if self.year not in (None, 2016, 2017):
            raise UnknownName("year of DAVIS", str(self.year), ("2016", "2017"))


def build(config: Config) -> "Davis":
    return Davis(config)


@dataclass(frozen=True)
class _Place:
    """Where the parts of a dataset lie; ``sets`` and ``pictures`` need not exist. ``only``: the one sequence meant."""

    masks: Path
    pictures: Path | None = None
    sets: Path | None = None
    only: str | None = None


@dataclass(frozen=True)
class Davis:
    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        held = {Feature.MASKS, Feature.SIZES, Feature.EMPTY_FRAMES, Feature.EMPTY_SEQUENCES, Feature.FRAME_NAMES}
        return frozenset(held if self.config.year == 2016 else {*held, Feature.VOID})

    def recognises(self, path: Path) -> bool:
        if not path.is_dir() or (path / "meta.json").exists() or (path.parent / "meta.json").exists():
            return False
        for folder in _FOLDER_BY_TASK.values():
            if (path / folder).is_dir():
                return (path / "ImageSets").is_dir() or _has_resolution(path / folder)
            if path.name == folder:
                return _has_resolution(path)
        return _is_folder_of_label_maps(path)

    def read(self, path: Path) -> Dataset:
        place = self._place(path)
        names = (place.only,) if place.only else self._names(place)
        if not names:
            raise FormatError(place.masks, "", found="no folder with PNGs", expected="a folder per sequence")
        decode = one_object if self._year(place, names) == 2016 else objects_and_void

        def open_sequence(name: str) -> Sequence:
            pictures = inside(place.pictures, name) if place.pictures else None
            return LabelMaps(name=name, masks=inside(place.masks, name), pictures=pictures, decode=decode).sequence()

        return ListedDataset(names, open_sequence)

    def label_files(self, path: Path) -> LabelFiles:
        """The same sequences as files; sequences may be none, as in an empty folder of results."""
        place = self._place(path)
        return LabelFiles(root=place.masks, names=(place.only,) if place.only else self._names(place))

    def splits(self, path: Path) -> frozenset[str]:
        """The names of the lists of sequences that come with ``path``."""
        place = self._place(path)
        lists = () if place.sets is None or place.only else place.sets.glob("*/*.txt")
        return frozenset(file.stem for file in lists)

    def write(self, dataset: Dataset, path: Path) -> None:
        with replacing_folder(path) as draft:
            sets = draft / "ImageSets" / (self.config.resolution if self.config.year == 2016 else "2017")
            sets.mkdir(parents=True)
            with (sets / f"{self.config.split or 'val'}.txt").open("w", encoding="utf-8") as listed:
                for sequence in dataset:
                    listed.writelines(f"{line}\n" for line in self._write_sequence(sequence, draft))

    def _write_sequence(self, sequence: Sequence, draft: Path) -> Iterator[str]:
        """Write the masks of one sequence, and give its lines in the list."""
        require_file_names(sequence)
        place = f"{_FOLDER_BY_TASK[self.config.task]}/{self.config.resolution}"
        folder = inside(draft / place, sequence.name)
        folder.mkdir(parents=True, exist_ok=True)
        if self.config.year != 2016:
            yield sequence.name
        for labels in sequence:
            if self.config.year == 2016:
                frame = sequence.frames[labels.frame]
                _png.write_mask(inside(folder, f"{frame}.png"), _only_object(sequence, labels).to_array(), bits=8)
                name = f"{sequence.name}/{frame}"
                yield f"/JPEGImages/{self.config.resolution}/{name}.jpg /{place}/{name}.png"
            else:
                write_label_map(sequence, labels, folder, overlap=self.config.overlap)

    def _place(self, path: Path) -> _Place:
        if not path.is_dir():
            raise FormatError(path, "", found="no folder", expected="a DAVIS folder", hint="Check the path.")
        annotations = _FOLDER_BY_TASK[self.config.task]
        if (path / annotations).is_dir():
            return self._in_root(path, annotations)
        if path.resolve().name in _FOLDER_BY_TASK.values():
            return self._in_root(path.resolve().parent, path.resolve().name)
        if path.resolve().parent.name in _FOLDER_BY_TASK.values():
            root = path.resolve().parent.parent
            return _Place(path, _existing(root / "JPEGImages" / path.resolve().name), root / "ImageSets")
        if stems(path, {".png"}):
            return _Place(path.resolve().parent, only=path.resolve().name)
        return _Place(path)

    def _in_root(self, root: Path, annotations: str) -> _Place:
        top, size = root / annotations, self.config.resolution
        if (top / size).is_dir():
            return _Place(top / size, _existing(root / "JPEGImages" / size), root / "ImageSets")
        if others := [name for name in _RESOLUTIONS if (top / name).is_dir()]:
            raise FormatError(top, "", found=f"the resolutions {', '.join(others)}", expected=size)
        return _Place(top, _existing(root / "JPEGImages"), root / "ImageSets")

    def _names(self, place: _Place) -> tuple[str, ...]:
        split = self.config.split
        if split is None:
            return sequence_names(place.masks)
        sets = place.sets or place.masks / "ImageSets"
        years = (str(self.config.year),) if self.config.year else ("2017", "2016")
        lists = [sets / folder / f"{split}.txt" for folder in (*years, self.config.resolution)]
        found = next((file for file in lists if file.is_file()), None)
        if found is None:
            known = ", ".join(sorted(file.relative_to(sets).as_posix() for file in sets.glob("*/*.txt"))) or "no lists"
            raise FormatError(sets, "", found=known, expected=f"a list {split}.txt")
        return listed_folders(found, dict.fromkeys(_listed(found)), place.masks)

    def _year(self, place: _Place, names: tuple[str, ...]) -> int:
        """The year given, else 2016 if the first mask that says anything is grey and says nothing but 255."""
        if self.config.year is not None:
            return self.config.year
        for name in names:
            folder = inside(place.masks, name)
            for path in (folder / f"{stem}.png" for stem in stems(folder, {".png"})):
                if ids := _png.ids_in(path):
                    return 2016 if ids == {255} and not _png.read_header(path).is_palette else 2017
        return 2017


def _only_object(sequence: Sequence, labels: FrameLabels) -> Mask:
    """The one object of DAVIS-2016."""
    if labels.segments.keys() <= {1}:
        return labels.segments[1].mask if labels.segments else Mask.empty(*size_to_write(sequence, labels))
    raise PointreelError(
        f"sequence {sequence.name!r}, frame {sequence.frames[labels.frame]!r}: found object {max(labels.segments)}, "
        "and DAVIS-2016 has one object, 1. Write year=2017."
    )


def _listed(path: Path) -> Iterator[str]:
    """The names in a list of sequences (2017), or in a list of frames and masks (2016)."""
    for line in read_lines(path):
        if line.strip():
            pair = _PAIR.match(line.strip())
            yield pair["name"] if pair else line.strip()


def _existing(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None


def _has_resolution(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in _RESOLUTIONS)


def _is_folder_of_label_maps(path: Path) -> bool:
    """A folder of sequence folders, or one sequence: a palette PNG is a label map, a grey one may be a picture."""
    found = first_png(path)
    if found is None or found.parent not in (path, *path.iterdir()):
        return False
    try:
        header = _png.read_header(found)
    except FormatError:
        return False
    return header.is_palette or (header.is_indexed and found.parent != path)
