"""SA-V: masklets of a video as JSON (train), or a PNG per object and frame (val, test); objects may overlap.

::

    sav_000001_manual.json, sav_000001_auto.json      train: "masklet": [[RLE of masklet 0, RLE of 1, ...], ...],
                                                      a row for every fourth frame of a video of 24 frames a second
    Annotations_6fps/<video>/000/00004.png            val, test: black and white, a folder per object
    JPEGImages_24fps/<video>/00000.jpg                val, test: all frames
    sav_val.txt                                       val, test: a video per line

Read from a JSON, from a folder of them, from the root of val or test, or from ``Annotations_6fps``. Manual and
automatic masklets are two datasets: ``masklets`` says which of them a folder stands for.

The readers that decide are those of facebookresearch/sam2: ``training/dataset/vos_segment_loader.py`` and
``sav_dataset/utils/sav_benchmark.py``. Masklets count from 0, object ids here are one more, as in that loader. A frame
whose masks are all null, or whose row is null, is not annotated; an empty mask says that the object is not there. The
key ``fps`` says how many frames a second are annotated where it is not 6: it is written where other frames than every
fourth have labels. In PNGs a missing file is an empty mask, and any number but 0 is the object. A masklet's first
frame counts in annotated frames, as in the released files.

What those readers ignore is added to the JSON so that nothing is lost: ``video_frame_names``, ``masklet_name``,
``masklet_attributes`` and ``attributes``, each only where there is something to say. Confidences are the published
``masklet_stability_score``.
"""

from dataclasses import dataclass
from pathlib import Path

from ..core import Dataset, Feature, FormatError, ListedDataset, Sequence, UnknownName, inside, replacing_folder
from ._label_maps import first_png, is_indexed_png, listed_folders, read_lines
from ._sav_json import MaskletFile, write_masklets
from ._sav_png import ObjectFolders, video_names, write_object_folders

_KINDS = ("manual", "auto")
_LAYOUTS = ("json", "png")
_MASKS, _PICTURES = "Annotations_6fps", "JPEGImages_24fps"


@dataclass(frozen=True, kw_only=True)
class Config:
    """``layout`` is what to write; to read, the files tell. ``split`` names the list of PNG videos: "val" or "test"."""

    layout: str = "json"
    masklets: str = "manual"
    split: str | None = None

    def __post_init__(self) -> None:
        if self.layout not in _LAYOUTS:
            raise UnknownName("layout of SA-V", self.layout, _LAYOUTS)
        if self.masklets not in _KINDS:
            raise UnknownName("kind of masklets", self.masklets, _KINDS)


def build(config: Config) -> "Sav":
    return Sav(config)


@dataclass(frozen=True)
class Sav:
    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        both = {
            Feature.MASKS,
            Feature.SIZES,
            Feature.OVERLAP,
            Feature.IDS,
            Feature.LARGE_IDS,
            Feature.LATE_OBJECTS,
            Feature.EMPTY_FRAMES,
            Feature.FRAME_NAMES,
            Feature.UNLABELLED_OBJECTS,
        }
        if self.config.layout == "png":
            return frozenset(both)
        only_json = {
            Feature.SCORES,
            Feature.NAMES,
            Feature.ATTRIBUTES,
            Feature.UNLABELLED_FRAMES,
            Feature.TRAILING_FRAMES,
            Feature.EMPTY_SEQUENCES,
        }
        return frozenset(both | only_json)

    def recognises(self, path: Path) -> bool:
        if path.is_file():
            return path.name.endswith(tuple(f"_{kind}.json" for kind in _KINDS))
        if path.name == _MASKS or (path / _MASKS).is_dir():
            return True
        if not path.is_dir() or (path / "Annotations").exists():
            return False
        if any(next(path.glob(f"{deep}*_{kind}.json"), None) for deep in ("", "*/") for kind in _KINDS):
            return True
        found = first_png(path)
        if found is None or found.parent.parent.parent != path or not found.parent.name.isdigit():
            return False
        return is_indexed_png(found)

    def read(self, path: Path) -> Dataset:
        if not path.exists():
            raise FormatError(path, "", found="nothing", expected="a SA-V folder or JSON", hint="Check the path.")
        if path.is_file():
            return ListedDataset.of([_open(path, None)])
        masks = path / _MASKS if (path / _MASKS).is_dir() else path
        end = f"_{self.config.masklets}.json"
        files = sorted(path.rglob(f"*{end}")) if masks == path else []
        if files:
            return _read_jsons({file.relative_to(path).as_posix().removesuffix(end): file for file in files})
        names = self._listed(masks) if self.config.split else video_names(masks)
        if not names:
            expected = f"*{end}, or <video>/<object>/<frame>.png"
            others = [kind for kind in _KINDS if next(path.rglob(f"*_{kind}.json"), None)]
            hint = f"There are {others[0]} masklets: use the option masklets={others[0]}." if others else ""
            raise FormatError(path, "", found="neither", expected=expected, hint=hint)
        return _read_pngs(masks, names)

    def write(self, dataset: Dataset, path: Path) -> None:
        with replacing_folder(path) as draft:
            if self.config.layout == "json":
                for sequence in dataset:
                    write_masklets(sequence, inside(draft, f"{sequence.name}_{self.config.masklets}.json"))
                return
            (draft / _MASKS).mkdir()
            with (draft / f"sav_{self.config.split or 'val'}.txt").open("w", encoding="utf-8") as listed:
                for sequence in dataset:
                    listed.write(f"{sequence.name}\n")
                    write_object_folders(sequence, inside(draft / _MASKS, sequence.name))

    def _listed(self, masks: Path) -> tuple[str, ...]:
        file = masks.resolve().parent / f"sav_{self.config.split}.txt"
        if not file.is_file():
            raise FormatError(file, "", found="nothing", expected="a list of videos")
        return listed_folders(file, [line.strip() for line in read_lines(file) if line.strip()], masks)


def _read_jsons(file_by_name: dict[str, Path]) -> Dataset:
    return ListedDataset(tuple(file_by_name), lambda name: _open(file_by_name[name], name))


def _open(path: Path, name: str | None) -> Sequence:
    """One JSON; in a folder its ``video_id`` must be what the file is called, so that no two can be mixed up."""
    file = MaskletFile.index(path)
    video_id = file.head.text("video_id", name or path.stem)
    if name is not None and name != video_id and not name.endswith(f"/{video_id}"):
        raise file.head.wrong("video_id", found=repr(video_id), expected=f"{name!r} as the file is called")
    return file.sequence(video_id)


def _read_pngs(masks: Path, names: tuple[str, ...]) -> Dataset:
    pictures = masks.resolve().parent / _PICTURES

    def open_sequence(name: str) -> Sequence:
        return ObjectFolders(name, inside(masks, name), inside(pictures, name)).sequence()

    return ListedDataset(names, open_sequence)
