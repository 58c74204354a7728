"""The metrics of TAP-Vid: how well points are followed.

Positions are compared at 1, 2, 4, 8 and 16 pixels of a frame of 256 x 256, whatever the size of the video. On the
frames that count,

- *occlusion accuracy* is how often prediction and truth agree whether the point is visible;
- *points within x*, averaged the delta-average, is the part of the truly visible points that are predicted nearer than
  x pixels, whether or not they are predicted to be visible;
- the *Jaccard* at x is, with what is visible in both and nearer than x as found, found / (truly visible + predicted to
  be visible and not found): a point that is visible but too far off counts as missed and as wrong.

Each is a ratio of counts over a video; the figures of a benchmark are plain means over its videos. All numbers equal
those of ``compute_tapvid_metrics`` of google-deepmind/tapnet.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core import PointreelError

Bools = NDArray[np.bool_]
THRESHOLDS = (1, 2, 4, 8, 16)
SIDE = 256
"""Pixels of the frame, in each direction, that distances are measured in."""


@dataclass(frozen=True, slots=True, eq=False)
class PointTracks:
    """Points through a video: ``xy`` (points, frames, 2) in pixels, and ``visible`` (points, frames)."""

    xy: NDArray[np.floating]
    visible: Bools

    def __post_init__(self) -> None:
        if self.xy.ndim != 3 or self.xy.shape[2] != 2 or self.visible.shape != self.xy.shape[:2]:
            found = f"positions of {self.xy.shape} and visibility of {self.visible.shape}"
            raise PointreelError(f"Tracks have {found}, expected (points, frames, 2) and (points, frames).")


def tap_vid(
    truth: PointTracks,
    prediction: PointTracks,
    query_frames: NDArray[np.integer],
    *,
    size: tuple[int, int] = (SIDE, SIDE),
    mode: Literal["first", "strided"] = "first",
) -> dict[str, float]:
    """The figures of one video, by their official names; nan where there is nothing to count.

    ``query_frames`` are the frames on which the points were given. Where a point is given where it is *first* visible,
    the frames after that count; where it is given on one of several frames taken in *strides*, all frames but that
    one. ``size`` is the height and width of the frames that positions are in.

    >>> truth = PointTracks(np.zeros((1, 3, 2)), np.ones((1, 3), bool))
    >>> moved = PointTracks(np.array([[[0, 0], [1.5, 0], [0, 20]]]), np.array([[True, True, False]]))
    >>> figures = tap_vid(truth, moved, np.array([0]))
    >>> figures["occlusion_accuracy"], figures["average_pts_within_thresh"], figures["average_jaccard"]
    (0.5, 0.4, 0.4)
    """
    if truth.xy.shape != prediction.xy.shape or query_frames.shape != truth.xy.shape[:1]:
        shapes = f"{prediction.xy.shape[:2]} predicted for {truth.xy.shape[:2]} and {query_frames.shape} queries"
        raise PointreelError(f"Tracks are of other points or frames than the truth: {shapes} (points, frames).")
    counts = _frames_that_count(query_frames, truth.xy.shape[1], mode)
    visible, said = truth.visible & counts, prediction.visible & counts
    scale = np.array([SIDE / size[1], SIDE / size[0]], truth.xy.dtype)
    distance = (prediction.xy * scale - truth.xy * scale) ** 2
    within, jaccard = {}, {}
    for threshold in THRESHOLDS:
        near = (distance.sum(axis=-1) < threshold**2) & visible
        found = int((near & said).sum())
        within[f"pts_within_{threshold}"] = _ratio(int(near.sum()), int(visible.sum()))
        jaccard[f"jaccard_{threshold}"] = _ratio(found, int(visible.sum()) + int(said.sum()) - found)
    right = int(((truth.visible == prediction.visible) & counts).sum())
    return {
        "average_jaccard": float(np.mean(list(jaccard.values()))),
        "average_pts_within_thresh": float(np.mean(list(within.values()))),
        "occlusion_accuracy": _ratio(right, int(counts.sum())),
        **jaccard,
        **within,
    }


def mean_over_videos(videos: Iterable[dict[str, float]]) -> dict[str, float]:
    """The figures of a benchmark: every video counts the same, however many points it has."""
    figures = list(videos)
    return {name: float(np.mean([of_one[name] for of_one in figures])) for name in (figures[0] if figures else ())}


def _frames_that_count(query_frames: NDArray[np.integer], num_frames: int, mode: str) -> Bools:
    frames, query = np.arange(num_frames)[None], query_frames[:, None]
    if mode not in ("first", "strided"):
        raise PointreelError(f"There is no mode of TAP-Vid named {mode!r}. There are: first, strided.")
    counts: Bools = frames > query if mode == "first" else frames != query
    return counts


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
