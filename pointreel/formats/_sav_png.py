"""The PNGs of SA-V val and test: a black and white PNG per object and annotated frame, so that objects may overlap."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import FormatError, FrameLabels, Mask, ObjectInfo, Segment, Sequence, inside
from . import _png
from ._label_maps import (
    frame_index,
    picture_frames,
    picture_or_mask_size,
    require_file_names,
    require_size,
    size_to_write,
    stems,
)


@dataclass(frozen=True)
class ObjectFolders:
    """One video: ``folder/<object>/<frame>.png``, and the folder of its pictures where there is one."""

    name: str
    folder: Path
    pictures: Path | None

    def sequence(self) -> Sequence:
        folders = self._folders()
        frames_by_id = {one: stems(folder, {".png"}) for one, folder in folders.items()}
        labelled = tuple(sorted(set().union(*frames_by_id.values())))
        frames = picture_frames(self.pictures) or labelled
        index = frame_index(frames, labelled, self.folder, self.pictures)
        size = self._size(frames, folders, frames_by_id)
        files = {
            frame: {one: folders[one] / f"{frame}.png" for one in folders if frame in frames_by_id[one]}
            for frame in labelled
        }
        return Sequence(
            name=self.name,
            height=size[0],
            width=size[1],
            frames=frames,
            objects=tuple(map(ObjectInfo, folders)),
            read_labels=lambda: (_labels(files[frame], index[frame], size) for frame in labelled),
        )

    def _size(
        self, frames: tuple[str, ...], folders: Mapping[int, Path], frames_by_id: Mapping[int, tuple[str, ...]]
    ) -> tuple[int, int]:
        for one, names in frames_by_id.items():
            if size := picture_or_mask_size(self.pictures, frames, folders[one], names):
                return size
        raise FormatError(self.folder, "", found="no masks", expected="<object>/<frame>.png")

    def _folders(self) -> dict[int, Path]:
        """The folder of each object. They count from 0 in SA-V; 0 would be background here, so each id is one more."""
        folders = {}
        for folder in sorted(self.folder.iterdir()):
            if folder.name.startswith(".") or not folder.is_dir():
                continue
            if not (folder.name.isascii() and folder.name.isdigit()):
                raise FormatError(folder, "", found=repr(folder.name), expected="the number of an object, like 000")
            if int(folder.name) + 1 in folders:
                raise FormatError(folder, "", found=f"object {int(folder.name)} twice", expected="every object once")
            folders[int(folder.name) + 1] = folder
        return dict(sorted(folders.items()))


def video_names(root: Path) -> tuple[str, ...]:
    """Every folder below ``root`` with folders of PNGs in it, as a path from ``root``, sorted."""
    names = set()
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if any(name.endswith(".png") and not name.startswith(".") for name in files):
            video = Path(folder).parent
            if video in (root, root.parent):
                raise FormatError(Path(folder), "", found="PNGs", expected="<video>/<object>/<frame>.png")
            names.add(video.relative_to(root).as_posix())
    return tuple(sorted(names))


def write_object_folders(sequence: Sequence, folder: Path) -> None:
    """A PNG for every object on every labelled frame, black where the object is not there, as in the released sets."""
    require_file_names(sequence)
    for labels in sequence:
        size = size_to_write(sequence, labels)
        frame = sequence.frames[labels.frame]
        for info in sequence.objects:
            segment = labels.segments.get(info.object_id)
            mask = segment.mask if segment else Mask.empty(*size)
            require_size(sequence, labels.frame, info.object_id, mask, size)
            _png.write_mask(inside(folder, f"{info.object_id - 1:03d}/{frame}.png"), mask.to_array())


def _labels(path_by_id: Mapping[int, Path], frame: int, size: tuple[int, int]) -> FrameLabels:
    return FrameLabels(frame, segments=dict(_segments(path_by_id, size)))


def _segments(path_by_id: Mapping[int, Path], size: tuple[int, int]) -> Iterator[tuple[int, Segment]]:
    for object_id, path in path_by_id.items():
        pixels = _png.read_labels(path, size)
        numbers = np.flatnonzero(np.bincount(pixels.ravel()))
        if len(numbers[numbers != 0]) > 1:
            found = f"the numbers {', '.join(map(str, numbers[:6]))}"
            raise FormatError(path, "", found=found, expected="one object per PNG", hint="Is this a DAVIS folder?")
        mask = Mask.from_array(pixels)
        if mask:
            yield object_id, Segment(mask)
