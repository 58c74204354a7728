"""Label maps as the files they are: for those who compare pixels and want no masks between.

A scorer reads every pixel of two folders once. It asks here which sequences and frames there are, and what lies beside
them, and reads each file with ``read_labels``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core import inside


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
