"""The sparse mask form of Point-VOS: one palette PNG per record and frame, on which every point is one pixel."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core import (
    AMBIGUOUS,
    BACKGROUND,
    FOREGROUND,
    Dataset,
    Feature,
    FormatError,
    FrameLabels,
    ListedDataset,
    ObjectInfo,
    PointreelError,
    Points,
    Sequence,
    inside,
    replacing_folder,
)
from ._png import Labels, read_header, read_labels, write_labels
from ._point_vos_record import record_to_json, whole_pixels

MASKS_HOLD = frozenset(
    {
        Feature.POINTS,
        Feature.SIZES,
        Feature.UNDECIDED_POINTS,
        Feature.LATER_POINTS,
        Feature.UNEVEN_POINTS,
        Feature.FRAME_NAMES,
        Feature.LATE_OBJECTS,
        Feature.UNLABELLED_OBJECTS,
    }
)
VALUE_BY_LABEL = {BACKGROUND: 1, FOREGROUND: 2, AMBIGUOUS: 255}
LABEL_BY_VALUE = {value: label for label, value in VALUE_BY_LABEL.items()}


def read_sparse_masks(path: Path, split: str | None) -> Dataset:
    """Every folder of ``Annotations`` as a sequence with one object."""
    root = _annotations(path, split)
    names = tuple(sorted(folder.name for folder in root.iterdir() if folder.is_dir()))
    return ListedDataset(names, partial(_open, root))


def write_sparse_masks(dataset: Dataset, path: Path, split: str | None) -> None:
    """``Annotations/<record_id>/<frame>.png`` below ``path`` (and below ``split`` where one is named)."""
    with replacing_folder(path) as draft:
        root = (inside(draft, split) if split else draft) / "Annotations"
        root.mkdir(parents=True)
        for sequence in dataset:
            _write(sequence, root)


def _annotations(path: Path, split: str | None) -> Path:
    """The folder of records, whichever folder above it was named."""
    below = [path / split / "Annotations"] if split else [path / "Annotations", path]
    for folder in below:
        if folder.is_dir():
            return folder
    raise FormatError(path, "", found=f"no folder {below[0].relative_to(path)}", expected="a folder Annotations")


def _open(root: Path, name: str) -> Sequence:
    files = sorted((root / name).glob("*.png"))
    size = read_header(files[0]) if files else None
    return Sequence(
        name=name,
        height=size.height if size else None,
        width=size.width if size else None,
        frames=tuple(file.stem for file in files),
        objects=(ObjectInfo(1),),
        read_labels=partial(_labels, files),
    )


def _labels(files: list[Path]) -> Iterator[FrameLabels]:
    size: tuple[int, int] | None = None
    for k, file in enumerate(files):
        values = _checked(file, read_labels(file, size))
        size = values.shape[0], values.shape[1]
        ys, xs = np.nonzero(values)
        label = np.array([LABEL_BY_VALUE[value] for value in values[ys, xs].tolist()], np.int8)
        yield FrameLabels(k, points={1: Points(np.stack([xs, ys], 1), label)})


def _checked(file: Path, values: Labels) -> Labels:
    """The values of a PNG, which must all mean something."""
    strange = ~np.isin(values, (0, *LABEL_BY_VALUE))
    if strange.any():
        y, x = np.argwhere(strange)[0].tolist()
        expected = "0, 1 (rejected), 2 (accepted), 255 (ambiguous)"
        raise FormatError(file, f"pixel ({x}, {y})", found=f"the value {values[y, x]}", expected=expected)
    return values


def _write(sequence: Sequence, root: Path) -> None:
    """The ids are those the JSON form gives, so that both forms of a dataset lie side by side."""
    folder_by_object: dict[int, Path] = {}
    for info in sequence.objects:
        record_id, _ = record_to_json(sequence.name, info, (), {})
        folder_by_object[info.object_id] = inside(root, record_id)
        folder_by_object[info.object_id].mkdir(parents=True)
    for labels in sequence:
        for object_id, points in labels.points.items():
            frame = sequence.frames[labels.frame]
            write_labels(inside(folder_by_object[object_id], f"{frame}.png"), _drawn(sequence, frame, points))


def _drawn(sequence: Sequence, frame: str, points: Points) -> NDArray[np.uint8]:
    where = f"{sequence.name}: frame {frame}"
    if sequence.height is None or sequence.width is None:
        raise PointreelError(
            f"{where}: the size of the frame is not known, and sparse masks need it. Write JSON instead."
        )
    values = np.zeros((sequence.height, sequence.width), np.uint8)
    for (x, y), label in zip(whole_pixels(sequence.name, frame, points), points.label.tolist(), strict=True):
        if x >= sequence.width or y >= sequence.height:
            raise PointreelError(f"{where}: the point ({x}, {y}) is outside the frame. Move it inside first.")
        if values[y, x] not in (0, VALUE_BY_LABEL[label]):
            raise PointreelError(f"{where}: the pixel ({x}, {y}) has two different labels. Keep one, or write JSON.")
        values[y, x] = VALUE_BY_LABEL[label]
    return values
