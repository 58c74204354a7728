"""Label maps: one frame's objects in one array, where every pixel belongs to one object, to nobody (0) or to void.

Masks may overlap and label maps cannot say so: flattening is refused unless the caller says which object lies on top.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ._pixels import changes, pixels_from_labels
from ._rle import counts_from_many, spans_from_many
from .errors import MaskError, OverlappingObjects
from .mask import Mask

VOID = 255
"""The label of pixels that nobody judged, in every label map."""

Ints = NDArray[np.signedinteger]
Label = np.uint8 | np.uint16 | np.uint32
LabelMap = NDArray[Label]


def label_map(
    masks_by_id: Mapping[int, Mask],
    height: int,
    width: int,
    void: Mask | None = None,
    *,
    order: Sequence[int] | None = None,
) -> LabelMap:
    """One array (height, width) with the id of the object at every pixel, 0 where there is none, 255 in ``void``.

    uint8 for ids up to 254, uint16 or uint32 where they are larger. Objects that share pixels, with each other or with
    ``void``, raise ``OverlappingObjects``, unless ``order`` names all ids from back to front: then the object in front
    has the pixel, and void has only what no object has.

    >>> sky, kite = Mask.from_array([[1, 1, 0]]), Mask.from_array([[0, 1, 0]])
    >>> label_map({1: sky, 2: kite}, 1, 3, order=[1, 2]).tolist()
    [[1, 2, 0]]
    """
    _check(masks_by_id, height, width, void)
    largest = max(masks_by_id, default=0)
    kind: type[Label] = np.uint8 if largest < VOID else np.uint16 if largest < 1 << 16 else np.uint32
    if order is not None:
        return _painted(masks_by_id, order, void, np.zeros((height, width), kind))
    layers = [*masks_by_id.items(), *([(VOID, void)] if void is not None else [])]
    starts, ends, owner = _runs_of_all([mask for _, mask in layers], height * width)
    if (ends[:-1] > starts[1:]).any():
        raise _overlap(starts, ends, owner, [label for label, _ in layers], void is not None)
    labels = np.array([label for label, _ in layers], kind)[owner]
    edges = np.concatenate([[0], np.stack([starts, ends], axis=1).reshape(-1)])
    values = np.concatenate([np.zeros(1, kind), np.stack([labels, np.zeros_like(labels)], axis=1).reshape(-1)])
    return pixels_from_labels(edges, values, height, width)


def from_label_map(array: NDArray[np.integer], void: int | None = VOID) -> dict[int, Mask]:
    """The mask of every id in an array (height, width), by id, in one pass however many there are.

    0 is nobody and ``void`` is left out; ``void=None`` takes 255 for an object's id as well. The void region itself is
    ``Mask.from_array(array == 255)``.
    """
    array = np.asarray(array)
    if array.ndim != 2 or not np.issubdtype(array.dtype, np.integer):
        raise MaskError(f"a label map is a (height, width) array of whole numbers; this is {array.shape} {array.dtype}")
    height, width = array.shape
    starts = changes(array)
    labels = array[starts % max(height, 1), starts // max(height, 1)].astype(np.int64)
    if len(labels) and int(labels.min()) < 0:
        raise MaskError(f"a label map holds the label {int(labels.min())}; labels are 0 or above")
    ends = np.append(starts[1:], height * width)
    kept = labels != 0 if void is None else (labels != 0) & (labels != void)
    return _masks(starts[kept], ends[kept], labels[kept], height, width)


def _check(masks_by_id: Mapping[int, Mask], height: int, width: int, void: Mask | None) -> None:
    for label, mask in [*masks_by_id.items(), *([(VOID, void)] if void is not None else [])]:
        if (mask.height, mask.width) != (height, width):
            raise MaskError(f"the mask of {label} is {mask.height} x {mask.width}, the label map {height} x {width}")
        if not 0 < label < 1 << 32:
            raise MaskError(f"{label} cannot be an object's id in a label map; ids are 1 to {(1 << 32) - 1}")
    if void is not None and VOID in masks_by_id:
        raise MaskError(f"id {VOID} means void in a label map that has void; give that object another id")


def _painted(masks_by_id: Mapping[int, Mask], order: Sequence[int], void: Mask | None, canvas: LabelMap) -> LabelMap:
    if sorted(order) != sorted(masks_by_id):
        raise MaskError(
            f"the order {list(order)} has to name each of the ids {sorted(masks_by_id)} once, back to front"
        )
    if void is not None:
        canvas[void.to_array()] = VOID
    for label in order:
        canvas[masks_by_id[label].to_array()] = label
    return canvas


def _runs_of_all(masks: Sequence[Mask], num_pixels: int) -> tuple[Ints, Ints, Ints]:
    """Start, end and owner (by place in ``masks``) of all runs of all masks, in order of start."""
    if not len(masks):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    starts, ends, num_runs = spans_from_many([mask.counts for mask in masks], num_pixels)
    owner = np.repeat(np.arange(len(masks)), num_runs)
    starts, ends = starts - owner * num_pixels, ends - owner * num_pixels
    order = np.argsort(starts, kind="stable")
    return starts[order], ends[order], owner[order]


def _overlap(starts: Ints, ends: Ints, owner: Ints, labels: list[int], has_void: bool) -> OverlappingObjects:
    """The error that says which objects share how many pixels: where the depth of runs is two or more."""
    covered = np.maximum.accumulate(ends)
    shares = np.zeros(len(starts), bool)
    shares[1:] = starts[1:] < covered[:-1]
    shares[:-1] |= starts[1:] < ends[:-1]
    event = np.concatenate([starts * 2 + 1, ends * 2])
    event.sort()
    depth = np.cumsum((event & 1) * 2 - 1)
    num_pixels = int(np.diff(event >> 1)[depth[:-1] > 1].sum())
    who = {labels[k] for k in np.unique(owner[shares])}
    return OverlappingObjects(who - {VOID} if has_void else who, num_pixels, with_void=has_void and VOID in who)


def _masks(starts: Ints, ends: Ints, labels: Ints, height: int, width: int) -> dict[int, Mask]:
    """Masks from labelled runs in order of start; runs of one label never touch."""
    order = np.argsort(labels, kind="stable")
    ids, num_runs = np.unique(labels, return_counts=True)
    edges = np.stack([starts[order], ends[order]], axis=1).reshape(-1)
    inside = edges < height * width
    place = np.concatenate([[0], np.cumsum(inside)])
    bounds = place[np.concatenate([[0], np.cumsum(num_runs * 2)])]
    counts = counts_from_many(edges[inside], bounds, height * width)
    return {label: Mask(height, width, data) for label, data in zip(ids.tolist(), counts, strict=True)}
