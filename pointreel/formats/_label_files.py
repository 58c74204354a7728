"""Label maps as the files they are: for those who compare pixels and want no masks between.

A scorer reads every pixel of two folders once. It asks here which sequences and frames there are, and what lies beside
them, and reads each file with ``read_labels``.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core import FormatError, inside
from ._label_maps import listed_folders, read_lines, sequence_names
from ._meta import index_videos, object_id
from ._records import Record

_LVOS_STEP = 5


@dataclass(frozen=True, kw_only=True)
class LabelFiles:
    """Folders of PNGs, one per sequence, below ``root``."""

    root: Path
    names: tuple[str, ...]

    def frames(self, name: str) -> tuple[str, ...]:
        """The names of the PNGs of a sequence without their ending, in the order of their files."""
        return png_frames(self.folder(name))

    def folder(self, name: str) -> Path:
        return inside(self.root, name)

    def path(self, name: str, frame: str) -> Path:
        return self.folder(name) / f"{frame}.png"


def png_frames(folder: Path) -> tuple[str, ...]:
    """The PNGs of a folder without their ending, in the order of their files; none where there is no folder."""
    if not folder.is_dir():
        return ()
    with os.scandir(folder) as entries:
        files = sorted(entry.name for entry in entries if _is_label_map(entry.name) and not entry.is_dir())
    return tuple(file.removesuffix(".png") for file in files)


def strays(root: Path, frames_by_name: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What lies below ``root`` and is none of these frames; hidden files and tables of scores are passed over.

    A folder that leads to no sequence is named as one thing and not looked into.
    """
    wanted = {f"{name}/{frame}.png" for name, frames in frames_by_name.items() for frame in frames}
    entered = {place.as_posix() for name in frames_by_name for place in (Path(name), *Path(name).parents)}
    found: list[str] = []
    for folder, folders, files in os.walk(root):
        here = "" if Path(folder) == root else f"{Path(folder).relative_to(root).as_posix()}/"
        beside = [name for name in sorted(folders) if f"{here}{name}" not in entered and not name.startswith(".")]
        folders[:] = [name for name in sorted(folders) if f"{here}{name}" in entered]
        found += [f"{here}{name}/" for name in beside]
        found += [
            f"{here}{name}"
            for name in sorted(files)
            if f"{here}{name}" not in wanted and not name.startswith(".") and not name.endswith(".csv")
        ]
    return found


def _is_label_map(name: str) -> bool:
    return name.endswith(".png") and not name.startswith(".")


def label_files(path: Path, split: str = "") -> LabelFiles:
    """The sequences of a root with ``<split>/Annotations`` or ``Annotations``, of that folder, or of a plain one.

    A list ``ImageSets/<split>.txt``, where there is one, says which.
    """
    if not path.is_dir():
        raise FormatError(path, "", found="no folder", expected="a folder per sequence", hint="Check the path.")
    places = ((path / split / "Annotations", path), (path / "Annotations", path), (path, path.parent))
    root, top = next((place, top) for place, top in places if place.is_dir())
    if root.name == "Annotations" and (root / "480p").is_dir():  # as DAVIS has it
        root = root / "480p"
    listed = top / "ImageSets" / f"{split}.txt"
    if split and listed.is_file():
        names = [line.strip() for line in read_lines(listed) if line.strip()]
        return LabelFiles(root=root, names=listed_folders(listed, dict.fromkeys(names), root))
    return LabelFiles(root=root, names=sequence_names(root))


def scored_objects(path: Path, split: str = "") -> dict[str, dict[int, tuple[str, frozenset[str]]]]:
    """What YouTube-VOS' ``meta.json`` lists: for each video and object its category and the frames that count."""
    videos = index_videos(_beside_annotations(path, split, "meta.json"))
    return {name: dict(_objects(videos.record(name).record("objects"))) for name in videos.names}


def object_spans(path: Path, split: str = "") -> dict[str, dict[int, range]]:
    """What LVOS' ``meta.json`` lists: for each video and object the numbers of its frames, every fifth."""
    names = ("meta.json", f"{split}_meta.json") if split else ("meta.json",)
    videos = index_videos(_beside_annotations(path, split, *names))
    return {name: dict(_spans(videos.record(name).record("objects"))) for name in videos.names}


def _beside_annotations(path: Path, split: str, *names: str) -> Path:
    tops = (path, path / split, path.parent)
    meta = next((top / name for top in tops for name in names if (top / name).is_file()), None)
    if meta is None:
        raise FormatError(path, "", found=f"no {names[0]}", expected=f"{names[0]} beside Annotations")
    return meta


def _spans(objects: Record) -> Iterator[tuple[int, range]]:
    for key in objects.fields:
        span = objects.record(key).record("frame_range")
        start, end = (_whole(span, name) for name in ("start", "end"))
        yield object_id(objects.record(key), key), range(start, end, _LVOS_STEP)


def _whole(record: Record, key: str) -> int:
    """A whole number that may be written as text."""
    value = record.fields.get(key)
    return int(value) if isinstance(value, str) and value.isdecimal() else record.integer(key)


def _objects(objects: Record) -> Iterator[tuple[int, tuple[str, frozenset[str]]]]:
    for key in objects.fields:
        one = objects.record(key)
        frames = one.items("frames", [])
        yield object_id(one, key), (one.text("category", ""), frozenset(map(str, frames)))
