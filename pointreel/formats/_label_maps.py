"""Folders of label maps, ``<sequence>/<frame>.png`` with a number per pixel: what DAVIS, YouTube-VOS and MOSE share."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from ..core import (
    Attributes,
    FormatError,
    FrameLabels,
    Mask,
    MaskError,
    ObjectInfo,
    OverlappingObjects,
    PointreelError,
    Segment,
    Sequence,
    UnknownName,
    WouldLose,
    from_label_map,
    inside,
    label_map,
)
from ..core.label_maps import VOID, LabelMap
from . import _png

OVERLAP_RULES = ("refuse", "last-on-top")
_PICTURES = (".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG")

Decode = Callable[[_png.Labels, int], FrameLabels]
"""What the pixels of a label map say: (labels, frame) -> labels of that frame."""


def objects_and_void(labels: _png.Labels, frame: int) -> FrameLabels:
    """Each number is an object, but 255, which is void."""
    void = Mask.from_array(labels == VOID)
    return FrameLabels(frame, segments=_segments(from_label_map(labels)), void=void or None)


def objects_only(labels: _png.Labels, frame: int) -> FrameLabels:
    """Each number is an object, also 255."""
    return FrameLabels(frame, segments=_segments(from_label_map(labels, void=None)))


def one_object(labels: _png.Labels, frame: int) -> FrameLabels:
    """Whatever is not 0 is object 1."""
    mask = Mask.from_array(labels)
    return FrameLabels(frame, segments=_segments({1: mask} if mask else {}))


@dataclass(frozen=True, kw_only=True)
class LabelMaps:
    """One sequence on disk: ``masks`` is its folder of PNGs, ``pictures`` the folder of its frames, where there is one.

    ``objects`` is None where no file lists them: then every PNG is looked at. Where it is given, a number that it
    lacks is an error in ``listed_in``. ``frames`` is None where the files themselves are the list.
    """

    name: str
    masks: Path
    pictures: Path | None = None
    decode: Decode = objects_and_void
    objects: tuple[ObjectInfo, ...] | None = None
    listed_in: Path | None = None
    frames: tuple[str, ...] | None = None
    size: tuple[int, int] | None = None
    attributes: Attributes = field(default_factory=dict)

    def sequence(self) -> Sequence:
        """The sequence, with its labels read when they are asked for."""
        labelled = stems(self.masks, {".png"})
        frames = self.frames or picture_frames(self.pictures) or labelled
        index_by_name = frame_index(frames, labelled, self.masks, self.listed_in or self.pictures)
        size = self.size or picture_or_mask_size(self.pictures, frames, self.masks, labelled)
        objects = tuple(map(ObjectInfo, self._ids(labelled))) if self.objects is None else self.objects
        return Sequence(
            name=self.name,
            height=size[0] if size else None,
            width=size[1] if size else None,
            frames=frames,
            objects=objects,
            read_labels=lambda: self._labels(labelled, index_by_name, size, objects),
            attributes=self.attributes,
        )

    def _labels(
        self,
        labelled: tuple[str, ...],
        index_by_name: Mapping[str, int],
        size: tuple[int, int] | None,
        objects: tuple[ObjectInfo, ...],
    ) -> Iterator[FrameLabels]:
        known = {info.object_id for info in objects}
        for name in sorted(labelled, key=index_by_name.__getitem__):
            path = self.masks / f"{name}.png"
            labels = self.decode(_png.read_labels(path, size), index_by_name[name])
            if unknown := labels.segments.keys() - known:
                raise FormatError(
                    path, "", found=f"object {min(unknown)}", expected=f"an object listed in {self.listed_in}"
                )
            yield labels

    def _ids(self, labelled: tuple[str, ...]) -> list[int]:
        if self.decode is one_object:
            return [1] if any(_png.ids_in(self.masks / f"{name}.png") for name in labelled) else []
        void = {VOID} if self.decode is objects_and_void else set[int]()
        return sorted({i for name in labelled for i in _png.ids_in(self.masks / f"{name}.png")} - void)


def sequence_names(root: Path) -> tuple[str, ...]:
    """Every folder below ``root`` that has a PNG in it, as a path from ``root``, sorted; links are followed."""
    names = []
    for folder, folders, files in os.walk(root, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".") and not _leads_back(Path(folder, name))]
        if Path(folder) != root and any(_is_wanted(name, {".png"}) for name in files):
            names.append(Path(folder).relative_to(root).as_posix())
    return tuple(sorted(names))


def read_lines(path: Path) -> list[str]:
    """The lines of a list of sequences."""
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(path, f"byte {error.start}", found="bytes that are not UTF-8", expected="UTF-8") from None


def listed_folders(listed_in: Path, names: Iterable[str], root: Path) -> tuple[str, ...]:
    """The names of a list, each of which must be a folder of ``root``."""
    listed = tuple(names)
    for number, name in enumerate(listed, 1):
        if not folder_named(listed_in, f"entry {number}", root, name).is_dir():
            raise FormatError(listed_in, f"entry {number}", found=repr(name), expected=f"a folder in {root}")
    return listed


def folder_named(listed_in: Path, where: str, root: Path, name: str) -> Path:
    """``root / name`` for a name that a file gave, which must not lead out of ``root``."""
    try:
        return inside(root, name)
    except PointreelError:
        raise FormatError(listed_in, where, found=repr(name), expected=f"a name that stays inside {root}") from None


def first_png(root: Path) -> Path | None:
    """One PNG below ``root``, found without looking at more folders than needed."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if _is_wanted(name, {".png"}):
                return Path(folder) / name
    return None


def is_indexed_png(path: Path) -> bool:
    """Whether a file looks like a mask of 8 bits a pixel or fewer."""
    try:
        return _png.read_header(path).is_indexed
    except FormatError:
        return False


def stems(folder: Path | None, suffixes: Collection[str]) -> tuple[str, ...]:
    """The names of the files in ``folder`` without their endings, sorted; none where there is no folder."""
    if folder is None or not folder.is_dir():
        return ()
    with os.scandir(folder) as entries:
        names = {Path(entry.name).stem for entry in entries if _is_wanted(entry.name, suffixes)}
    return tuple(sorted(names))


def picture_frames(pictures: Path | None) -> tuple[str, ...]:
    """The names of the frames in a folder of pictures, in order; none where there is no folder."""
    return stems(pictures, _PICTURES)


def frame_index(
    frames: tuple[str, ...], labelled: tuple[str, ...], masks: Path, listed_in: Path | None
) -> dict[str, int]:
    """The number of each frame by its name; a mask of a frame that is not there is refused."""
    index_by_name = {name: k for k, name in enumerate(frames)}
    for name in labelled:
        if name not in index_by_name:
            raise FormatError(
                masks, "", found=f"a mask of frame {name!r}", expected=f"only masks of the frames in {listed_in}"
            )
    return index_by_name


def picture_or_mask_size(
    pictures: Path | None, frames: tuple[str, ...], masks: Path, labelled: tuple[str, ...]
) -> tuple[int, int] | None:
    """Height and width of the first picture, or else of the first mask; None where there is neither."""
    picture = _picture_of(pictures, frames[0]) if pictures and frames else None
    if picture:
        return _picture_size(picture)
    if labelled:
        header = _png.read_header(masks / f"{labelled[0]}.png")
        return header.height, header.width
    return None


def require_overlap_rule(rule: str) -> None:
    """Refuse an option that is not one of ``OVERLAP_RULES``."""
    if rule not in OVERLAP_RULES:
        raise UnknownName("rule for overlapping objects", rule, OVERLAP_RULES)


def require_file_names(sequence: Sequence) -> None:
    """Frames become files, and files are read in the order of their names: other orders and clashes are refused."""
    previous = ""
    for name in sequence.frames:
        if not name or PurePosixPath(name).name != name or "\\" in name:
            raise PointreelError(f"sequence {sequence.name!r}: the frame name {name!r} cannot be the name of a file.")
        if name <= previous:
            raise PointreelError(
                f"sequence {sequence.name!r}: the frames {previous!r} and {name!r} would be read back in another "
                "order, because this layout orders frames by name. Rename the frames."
            )
        previous = name


def size_to_write(sequence: Sequence, labels: FrameLabels) -> tuple[int, int]:
    """The height and width of a label map, from the sequence or from a mask on it."""
    if sequence.height is not None and sequence.width is not None:
        return sequence.height, sequence.width
    for segment in labels.segments.values():
        return segment.mask.height, segment.mask.width
    frame = sequence.frames[labels.frame]
    raise PointreelError(f"sequence {sequence.name!r}: the size of frame {frame!r} is not known, and a PNG needs one.")


def require_size(sequence: Sequence, frame: int, object_id: int, mask: Mask, size: tuple[int, int]) -> None:
    """Refuse a mask that is not of the size of its sequence."""
    if (mask.height, mask.width) != size:
        place = f"sequence {sequence.name!r}, frame {sequence.frames[frame]!r}, object {object_id}"
        found = f"a mask of {mask.width}x{mask.height}"
        raise PointreelError(f"{place}: found {found}, expected {size[1]}x{size[0]} as its sequence.")


def write_label_map(
    sequence: Sequence, labels: FrameLabels, folder: Path, *, overlap: str = "refuse", with_void: bool = True
) -> None:
    """The objects of one frame as ``folder/<frame>.png``, with void as 255 where the layout has it."""
    path = inside(folder, f"{sequence.frames[labels.frame]}.png")
    mask_by_id = {object_id: segment.mask for object_id, segment in labels.segments.items()}
    void = labels.void if with_void and labels.void else None
    numbers = flattened(sequence, labels, mask_by_id, void, overlap=overlap, largest=254 if with_void else 255)
    _png.write_labels(path, numbers.astype(np.uint8))


def flattened(
    sequence: Sequence,
    labels: FrameLabels,
    mask_by_id: Mapping[int, Mask],
    void: Mask | None = None,
    *,
    overlap: str,
    largest: int,
) -> LabelMap:
    """A number per pixel for one frame; a number above ``largest`` and overlap that nobody ordered are refused."""
    place = f"sequence {sequence.name!r}, frame {sequence.frames[labels.frame]!r}"
    if (highest := max(mask_by_id, default=0)) > largest:
        raise PointreelError(f"{place}: object id {highest} does not fit; this layout holds ids up to {largest}.")
    order = list(mask_by_id) if overlap == "last-on-top" else None
    try:
        return label_map(mask_by_id, *size_to_write(sequence, labels), void, order=order)
    except OverlappingObjects as error:
        raise WouldLose(f"{place}: {error}. The option overlap=last-on-top lets the last object win.") from None
    except MaskError as error:
        raise PointreelError(f"{place}: {error}") from None


def _segments(mask_by_id: Mapping[int, Mask]) -> dict[int, Segment]:
    return {object_id: Segment(mask) for object_id, mask in mask_by_id.items()}


def _is_wanted(name: str, suffixes: Collection[str]) -> bool:
    return not name.startswith(".") and Path(name).suffix in suffixes


def _leads_back(folder: Path) -> bool:
    """Whether a folder is a link to one that it lies in."""
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def _picture_of(folder: Path, frame: str) -> Path | None:
    return next((path for suffix in _PICTURES if (path := folder / f"{frame}{suffix}").exists()), None)


def _picture_size(path: Path) -> tuple[int, int]:
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except (OSError, SyntaxError, ValueError) as error:
        raise FormatError(path, "", found=f"a picture that cannot be read ({error})", expected="a frame") from None
