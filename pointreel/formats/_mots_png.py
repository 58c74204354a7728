"""The PNGs of MOTS: 16 bits a pixel, class times 1000 plus instance, and 10000 for what is to be ignored."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import FormatError, FrameLabels, Mask, ObjectInfo, PointreelError, Segment, Sequence, from_label_map, inside
from . import _png
from ._label_maps import flattened, stems
from ._mots_txt import IGNORE_CLASS, IGNORE_ID, NAME_BY_CLASS

_PER_CLASS = 1000
_HIGHEST = (1 << 16) - 1


@dataclass(frozen=True)
class WidePngs:
    """One sequence: ``folder/000000.png``, ``000001.png``, ... with a number per pixel."""

    name: str
    folder: Path

    def sequence(self) -> Sequence:
        files = stems(self.folder, {".png"})
        for stem in files:
            if not (stem.isascii() and stem.isdigit()):
                raise FormatError(self.folder / f"{stem}.png", "", found=repr(stem), expected="the number of a frame")
        paths = [self.folder / f"{stem}.png" for stem in sorted(files, key=int)]
        header = _png.read_header(paths[0]) if paths else None
        size = (header.height, header.width) if header else None
        ids = sorted({one for path in paths for one in _ids(path, size)})
        return Sequence(
            name=self.name,
            height=size[0] if size else None,
            width=size[1] if size else None,
            frames=tuple(f"{int(path.stem):05d}" for path in paths),
            objects=tuple(ObjectInfo(one, NAME_BY_CLASS.get(one // _PER_CLASS, "")) for one in ids),
            read_labels=lambda: (_labels(path, k, size) for k, path in enumerate(paths)),
        )


def write_wide_pngs(sequence: Sequence, folder: Path, *, overlap: str) -> None:
    """A 16-bit PNG per frame; ids that would say a class that the object has not are refused."""
    folder.mkdir(parents=True, exist_ok=True)
    for info in sequence.objects:
        meant = NAME_BY_CLASS.get(info.object_id // _PER_CLASS, "")
        if (meant and meant != info.name) or info.object_id // _PER_CLASS == IGNORE_CLASS:
            raise PointreelError(
                f"sequence {sequence.name!r}: the id {info.object_id} means {meant or 'ignore'!r} in a MOTS PNG, "
                f"and this object is {info.name!r}. Write layout=txt, or renumber it."
            )
    for labels in sequence:
        masks = {one: segment.mask for one, segment in labels.segments.items()}
        if labels.void:
            masks = {IGNORE_ID: labels.void, **masks}
        numbers = flattened(sequence, labels, masks, overlap=overlap, largest=_HIGHEST)
        _png.write_labels(inside(folder, f"{labels.frame:06d}.png"), numbers.astype(np.uint16))


def _read(path: Path, size: tuple[int, int] | None) -> _png.Labels:
    header = _png.read_header(path)
    if not header.is_wide:
        found = f"{header.depth} bits of PNG colour type {header.colour}"
        raise FormatError(path, "", found=found, expected="16 bits of grey", hint="Is this a DAVIS folder?")
    return _png.read_labels(path, size)


def _ids(path: Path, size: tuple[int, int] | None) -> Iterator[int]:
    for number in np.flatnonzero(np.bincount(_read(path, size).ravel())).tolist():
        if number and number // _PER_CLASS != IGNORE_CLASS:
            yield number


def _labels(path: Path, frame: int, size: tuple[int, int] | None) -> FrameLabels:
    numbers = _read(path, size)
    masks = from_label_map(numbers, void=None)
    segments = {one: Segment(mask) for one, mask in masks.items() if one // _PER_CLASS != IGNORE_CLASS}
    void = Mask.from_array(numbers // _PER_CLASS == IGNORE_CLASS)
    return FrameLabels(frame, segments=segments, void=void or None)
