"""The sequences a tracking engine is measured on: pictures, true masks, and the scores of what was tracked.

A folder in the layout of DAVIS, of 2016 (one object) or 2017 (several). The rules are those of the semi-supervised
benchmark: the objects are 1 up to the largest number in the first frame, an object that is not in a frame should not
be found there, and the first and the last labelled frame are not scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import video
from ..core import FormatError, FrameLabels, FrameMasks, UnknownName, inside, label_map
from ..core import Sequence as LabelledSequence
from ..core.label_maps import LabelMap
from ..formats import LabelFiles
from ..formats import shelf as formats
from .metrics.j_and_f import FrameScorer

_FEWEST = 3
_PICTURES, _MASKS = "JPEGImages", "Annotations"


@dataclass(frozen=True)
class Clip:
    """One sequence: where its pictures are, and what is true on each labelled frame.

    Another process gets the names alone, and reads what it needs itself.
    """

    data: Path
    name: str
    pictures: Path

    def __reduce__(self) -> tuple[type["Clip"], tuple[Path, str, Path]]:
        return Clip, (self.data, self.name, self.pictures)

    @cached_property
    def sequence(self) -> LabelledSequence:
        sequence: LabelledSequence = formats.build("davis").read(self.data).open_sequence(self.name)
        return sequence

    @property
    def num_frames(self) -> int:
        return len(self.sequence.frames)

    @cached_property
    def truth(self) -> dict[int, FrameLabels]:
        """The labels by frame; runs, so that a sequence is a few hundred kilobytes."""
        truth = {labels.frame: labels for labels in self.sequence}
        if len(truth) < _FEWEST or 0 not in truth:
            found = f"{len(truth)} label maps{'' if 0 in truth else ', none of the first frame'}"
            expected = f"at least {_FEWEST}, the first frame's among them, because its first and last are not scored"
            raise FormatError(self.name, "", found=found, expected=expected)
        return truth

    @cached_property
    def object_ids(self) -> tuple[int, ...]:
        """1 up to the largest number in the first frame, as DAVIS counts."""
        there = [object_id for object_id, segment in self.truth[0].segments.items() if segment.mask]
        if not there:
            raise FormatError(self.name, "the first frame", found="no object", expected="an object to start from")
        return tuple(range(1, max(there) + 1))

    @property
    def scored_frames(self) -> tuple[int, ...]:
        return tuple(sorted(self.truth))[1:-1]

    @property
    def size(self) -> tuple[int, int]:
        mask = next(iter(self.truth[0].segments.values())).mask
        return mask.height, mask.width

    def open(self) -> "video.Video":
        """The pictures as a video with as many frames as the sequence has."""
        if not self.pictures.is_dir():
            expected = f"the pictures of {self.name!r}: a tracker has to see what it tracks"
            raise FormatError(self.pictures, "", found="no folder", expected=expected)
        clip = video.open(self.pictures)
        if len(clip) != self.num_frames:
            clip.close()
            raise FormatError(self.pictures, "", found=f"{len(clip)} pictures", expected=f"{self.num_frames}")
        return clip

    def true_labels(self, frame: int) -> LabelMap:
        """The true label map of a frame, without void: the published evaluation takes that for background."""
        masks = {object_id: segment.mask for object_id, segment in self.truth[frame].segments.items()}
        return label_map(masks, *self.size)


def clips_at(data: Path, *, split: str | None = None, only: Sequence[str] = ()) -> list[Clip]:
    """The sequences of a DAVIS folder: those of ``split``, else of its list "val" where it has one, else all.

    ``only`` names some of them.
    """
    layout = formats.build("davis")
    chosen = split or ("val" if "val" in layout.splits(data) else None)
    files: LabelFiles = formats.build("davis", split=chosen).label_files(data)
    if not files.names:
        raise FormatError(files.root, "", found="no folder with PNGs", expected="a folder per sequence")
    pictures = _pictures_beside(files.root)
    clips = {name: Clip(data, name, inside(pictures, name)) for name in files.names}
    for name in only:
        if name not in clips:
            raise UnknownName("sequence", name, clips)
    return [clip for name, clip in clips.items() if not only or name in only]


def flattened(masks: FrameMasks, size: tuple[int, int]) -> LabelMap:
    """One label per pixel, as a PNG has it: where objects overlap, the one whose engine was surer lies on top."""
    by_id = {object_id: segment.mask for object_id, segment in masks.segments.items()}
    order = sorted(by_id, key=lambda object_id: (masks.segments[object_id].score, -object_id))
    return label_map(by_id, *size, order=order)


@dataclass(frozen=True, slots=True)
class ObjectScores:
    """Of each object, in order of id: mean J and F over the scored frames, and J of the first frame."""

    j: NDArray[np.float64]
    f: NDArray[np.float64]
    first_frame_j: NDArray[np.float64]


def score_clip(clip: Clip, masks: Mapping[int, FrameMasks]) -> ObjectScores:
    """The official J and F of what was tracked; a frame without a record has no object."""
    scorer = FrameScorer(*clip.size)

    def scores(frame: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        found = flattened(masks.get(frame, FrameMasks(frame, {})), clip.size)
        frame_scores = scorer(clip.true_labels(frame), found, clip.object_ids)
        return frame_scores.j, frame_scores.f

    j, f = np.mean([scores(frame) for frame in clip.scored_frames], axis=0)
    return ObjectScores(j, f, scores(0)[0])


def _pictures_beside(masks: Path) -> Path:
    """``root/JPEGImages/480p`` for ``root/Annotations/480p``."""
    parts = masks.resolve().parts
    if _MASKS not in parts:
        raise FormatError(masks, "", found="masks alone", expected=f"a DAVIS root with {_MASKS} and {_PICTURES}")
    place = len(parts) - 1 - parts[::-1].index(_MASKS)
    return Path(*parts[:place], _PICTURES, *parts[place + 1 :])
