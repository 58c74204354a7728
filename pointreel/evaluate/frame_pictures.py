"""Frames as pictures for a page: a small JPEG, and the contours of truth and predictions as paths over it.

Contours are drawn by the browser, so that they stay sharp, have the colour of their method, and can be switched off.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..core import FormatError, PointreelError
from ..core.label_maps import LabelMap
from ..formats import read_labels
from ._label_frames import SequenceTask
from .comparison import Comparison

WIDTH, QUALITY = 720, 82
_SMALLEST, _AROUND = 0.4, 1.9
"""The part of a frame that is shown at least, and how much larger than its objects it is: they need surroundings."""
Part = tuple[int, int, int, int]
_ENDINGS = (".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG")


@dataclass(frozen=True)
class FramePicture:
    """The part of a frame around what is to be seen: left, top, width and height in pixels of the masks.

    ``jpeg`` is a data URI of that part, or empty where there is no picture; paths are in pixels of the masks.
    """

    part: Part
    jpeg: str
    truth: str
    predictions: tuple[str, ...]


@dataclass(frozen=True)
class Images:
    """Where pictures lie: in a folder of sequence folders, or, without one, in JPEGImages beside Annotations."""

    folder: Path | None = None

    def find(self, masks: Path, sequence: str, frame: str) -> Path | None:
        """The picture of a frame; ``masks`` is the folder of the sequence's true masks."""
        for folder in self._folders(masks, sequence):
            for ending in _ENDINGS:
                if (path := folder / f"{frame}{ending}").is_file():
                    return path
        return None

    def require(self, comparison: Comparison) -> None:
        """Refuse a folder that was named and has no picture of any sequence."""
        if self.folder is None:
            return
        first = comparison.methods[0].frames
        if not any(
            self.find(first[n].task.truth, n, frame) for n in comparison.sequences for frame in _some(first[n].task)
        ):
            wanted = f"{comparison.sequences[0]}/{comparison.frames(comparison.sequences[0])[0]}.jpg"
            raise FormatError(self.folder, "", found="no picture of the frames scored", expected=f"{wanted} and others")

    def _folders(self, masks: Path, sequence: str) -> Iterator[Path]:
        if self.folder is not None:
            tops = (self.folder, self.folder / "JPEGImages", self.folder / "JPEGImages" / "480p")
            yield from (top / sequence for top in tops)
            return
        place = masks.resolve()
        for parent in place.parents:
            if parent.name == "Annotations":
                yield parent.parent / "JPEGImages" / place.relative_to(parent)


def frame_picture(comparison: Comparison, sequence: str, frame: str, images: Images) -> FramePicture:
    """One frame with the contours of the truth and of each method."""
    tasks = [method.frames[sequence].task for method in comparison.methods]
    truth_path = tasks[0].paths(tasks[0].frames.index(frame))[0]
    truth = read_labels(truth_path, tasks[0].size)
    labels = [read_labels(task.paths(task.frames.index(frame))[1], task.size) for task in tasks]
    ids = comparison.methods[0].frames[sequence].object_ids
    path = images.find(tasks[0].truth, sequence, frame)
    part = _part_around([truth, *labels])
    return FramePicture(
        part,
        _as_jpeg(path, part, tasks[0].size) if path else "",
        contours(truth, None if tasks[0].binary else ids),
        tuple(contours(one, None if tasks[0].binary else ids) for one in labels),
    )


def contours(labels: LabelMap, object_ids: Sequence[int] | None) -> str:
    """The outlines of objects as an SVG path, in pixels; None takes whatever is not 0 as one object.

    >>> labels = np.zeros((4, 4), np.uint8)
    >>> labels[1:3, 1:3] = 7
    >>> contours(labels, None)
    'M1.5 1.5 1.5 2.5 2.5 2.5 2.5 1.5Z'
    """
    masks = [labels != 0] if object_ids is None else [labels == object_id for object_id in object_ids]
    return "".join(path for mask in masks for path in _paths(mask))


def _paths(mask: NDArray[np.bool_]) -> Iterator[str]:
    tolerance = mask.shape[1] / 1600
    lines, _ = cv2.findContours(np.ascontiguousarray(mask).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for line in lines:
        corners = cv2.approxPolyDP(line, tolerance, True)[:, 0]
        yield "M" + " ".join(f"{x + 0.5:g} {y + 0.5:g}" for x, y in corners.tolist()) + "Z"


def _part_around(maps: Sequence[LabelMap]) -> Part:
    """What to show: all objects with their surroundings, in the shape of the frame."""
    height, width = maps[0].shape
    some = np.logical_or.reduce([one != 0 for one in maps])
    rows, columns = np.flatnonzero(some.any(axis=1)), np.flatnonzero(some.any(axis=0))
    if not len(rows):
        return 0, 0, width, height
    spans = (columns[-1] + 1 - columns[0]) / width, (rows[-1] + 1 - rows[0]) / height
    zoom = min(1.0, max(_SMALLEST, _AROUND * max(spans)))
    shown = round(zoom * width), round(zoom * height)
    middle = (columns[-1] + 1 + columns[0]) / 2, (rows[-1] + 1 + rows[0]) / 2
    left, top = (
        min(max(0, round(at - size / 2)), whole - size)
        for at, size, whole in zip(middle, shown, (width, height), strict=True)
    )
    return left, top, *shown


def _as_jpeg(path: Path, part: Part, size: tuple[int, int]) -> str:
    """A part of a picture, as a data URI. The picture may be larger or smaller than the masks, whose size is given."""
    pixels = _decoded(path)
    if pixels is None:
        raise FormatError(path, "", found="a damaged picture", expected="a JPEG or PNG")
    across, down = pixels.shape[1] / size[1], pixels.shape[0] / size[0]
    left, top, width, height = part
    cut = pixels[
        round(top * down) : round((top + height) * down), round(left * across) : round((left + width) * across)
    ]
    shown = cut
    if cut.shape[1] > WIDTH:
        smaller = (WIDTH, max(1, round(cut.shape[0] * WIDTH / cut.shape[1])))
        shown = np.asarray(cv2.resize(cut, smaller, interpolation=cv2.INTER_AREA), np.uint8)
    done, data = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise PointreelError(f"{path}: could not be made smaller. Leave it out, or save it anew.")
    return f"data:image/jpeg;base64,{b64encode(data.tobytes()).decode()}"


def _decoded(path: Path) -> NDArray[np.uint8] | None:
    data = np.frombuffer(path.read_bytes(), np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _some(task: SequenceTask) -> tuple[str, ...]:
    return (task.frames[0], task.frames[len(task.frames) // 2], task.frames[-1])
