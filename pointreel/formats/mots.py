"""MOTS: tracks of cars and pedestrians as text with run-length masks, or as 16-bit PNGs.

::

    <sequence>/gt/gt.txt, <sequence>/seqinfo.ini      MOTSChallenge; frames count from 1
    instances_txt/0000.txt                            KITTI MOTS; frames count from 0
        52 1005 1 375 1242 WSV:2d;1O10000O1...        frame, id, class, height, width, COCO RLE
    instances/0000/000052.png                         16 bits: class * 1000 + instance

Class 1 is car, 2 is pedestrian; class 10, usually with id 10000, is void: a region to ignore. The id of an object is
the number in the file, 1005; no number is split. Every frame of a sequence is labelled, also one without a line. Read
from a text, from a folder of them, from the root of either layout, or from a folder of folders of 16-bit PNGs;
where a root has texts and PNGs, which say the same, the texts are read.

The readers that decide are ``mots_common/io.py`` of VisualComputingInstitute/mots_tools and
``trackeval/datasets/mots_challenge.py`` of JonathonLuiten/TrackEval: what is void is told by the class, an object
comes once in a frame, frames lie within ``seqLength``, masks do not overlap.

Text is written as MOTSChallenge has it, with an extra section ``[Objects]`` in seqinfo.ini, which TrackEval passes
over, for names. An object that is neither car nor pedestrian is written with class 0, which TrackEval reads and counts
in no class and mots_tools refuses: ``category`` says which of the two it shall be instead. A PNG has no room for names,
nor for ids whose thousands would say another class.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..core import Dataset, Feature, FormatError, ListedDataset, Sequence, UnknownName, inside, replacing_folder
from . import _png
from ._label_maps import first_png, require_overlap_rule, sequence_names
from ._mots_png import WidePngs, write_wide_pngs
from ._mots_txt import CLASS_BY_NAME, SequenceInfo, TrackFile, write_tracks

_LAYOUTS = ("txt", "png")
_LINE = re.compile(rb"\s*\d+ \d+ \d+ \d+ \d+ [0-o]+\s*$")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``layout`` is what to write: "txt" or "png"; to read, the files tell.

    ``category`` is the class, "car" or "pedestrian", to write for objects without a name. ``first_frame`` is the number
    of the first frame in a text, 0 or 1, where it is not as the layout has it.
    """

    layout: str = "txt"
    category: str = ""
    first_frame: int | None = None
    overlap: str = "refuse"

    def __post_init__(self) -> None:
        require_overlap_rule(self.overlap)
        if self.layout not in _LAYOUTS:
            raise UnknownName("layout of MOTS", self.layout, _LAYOUTS)
        if self.category and self.category not in CLASS_BY_NAME:
            raise UnknownName("class of MOTS", self.category, CLASS_BY_NAME)


def build(config: Config) -> "Mots":
    return Mots(config)


@dataclass(frozen=True)
class Mots:
    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        both = {
            Feature.MASKS,
            Feature.SIZES,
            Feature.VOID,
            Feature.IDS,
            Feature.LATE_OBJECTS,
            Feature.EMPTY_FRAMES,
            Feature.EMPTY_SEQUENCES,
        }
        only_txt = {Feature.NAMES, Feature.LARGE_IDS, Feature.UNLABELLED_OBJECTS}
        return frozenset(both if self.config.layout == "png" else both | only_txt)

    def recognises(self, path: Path) -> bool:
        if path.is_file():
            return path.suffix == ".txt" and _is_track_file(path)
        if not path.is_dir():
            return False
        texts = [
            next(path.glob(pattern), None) for pattern in ("gt/gt.txt", "*/gt/gt.txt", "instances_txt/*.txt", "*.txt")
        ]
        if any(text is not None and _is_track_file(text) for text in texts):
            return True
        found = first_png(path)
        try:
            return found is not None and _png.read_header(found).is_wide
        except FormatError:
            return False

    def read(self, path: Path) -> Dataset:
        if not path.exists():
            raise FormatError(path, "", found="nothing", expected="a MOTS text or folder", hint="Check the path.")
        if files := _texts(path):
            return ListedDataset(tuple(files), lambda name: self._open_text(files[name], name), CLASS_BY_NAME)
        root = path / "instances" if (path / "instances").is_dir() else path
        names = sequence_names(root)
        if not names:
            raise FormatError(path, "", found="neither", expected="texts of MOTS or folders of 16-bit PNGs")
        return ListedDataset(names, lambda name: WidePngs(name, inside(root, name)).sequence(), CLASS_BY_NAME)

    def write(self, dataset: Dataset, path: Path) -> None:
        options = self.config
        with replacing_folder(path) as draft:
            for sequence in dataset:
                if options.layout == "txt":
                    folder = inside(draft, sequence.name)
                    write_tracks(sequence, folder, category=options.category, overlap=options.overlap)
                else:
                    folder = inside(draft / "instances", sequence.name)
                    write_wide_pngs(sequence, folder, overlap=options.overlap)

    def _open_text(self, path: Path, name: str) -> Sequence:
        info = SequenceInfo.read(path.parent.parent / "seqinfo.ini") if path.name == "gt.txt" else SequenceInfo()
        if self.config.first_frame is not None:
            info = replace(info, first_frame=self.config.first_frame)
        return TrackFile.index(path, info).sequence(name)


def _texts(path: Path) -> Mapping[str, Path]:
    """The texts at ``path`` by name of sequence."""
    if path.is_file():
        whole = path.resolve()
        return {whole.parent.parent.name if whole.name == "gt.txt" else whole.stem: path}
    challenge = {
        file.parent.parent.relative_to(path).as_posix(): file
        for file in sorted(path.rglob("gt.txt"))
        if file.parent.name == "gt"
    }
    if challenge:
        return {path.resolve().name if name == "." else name: file for name, file in challenge.items()}
    root = path / "instances_txt" if (path / "instances_txt").is_dir() else path
    return {file.stem: file for file in sorted(root.glob("*.txt"))}


def _is_track_file(path: Path) -> bool:
    """Whether the first line is one of MOTS; an empty text beside a seqinfo.ini is a sequence without objects."""
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    return bool(_LINE.match(first)) or (not first and (path.parent.parent / "seqinfo.ini").is_file())
