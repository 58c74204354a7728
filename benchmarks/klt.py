"""The point tracker ``klt`` beside the plain loop: scores of TAP-Vid on tracks that are known exactly, and time.

``python benchmarks/klt.py [FOLDER]`` where FOLDER holds photographs (JPEG) to cut the layers of half of the scenes
from; without it all textures are noise. Both sides see the same frames and take turns, on one thread.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from pointreel.core import Frame, PointQuery, Points
from pointreel.engines import trackers
from pointreel.evaluate.metrics.tap_vid import PointTracks, mean_over_videos, tap_vid
from pointreel.evaluate.tracking_bench_scenes import Scene, TruePoints

NUM_SCENES, FIRST_SEED, MOST_PHOTOGRAPHS = 8, 100, 60
FIGURES = ("average_jaccard", "average_pts_within_thresh", "occlusion_accuracy")
Tracker = Callable[[list[Frame], TruePoints], PointTracks]


def klt(frames: list[Frame], truth: TruePoints) -> PointTracks:
    xy, visible = np.zeros(truth.tracks.xy.shape), np.zeros(truth.tracks.visible.shape, bool)
    rows = {int(i): np.flatnonzero(truth.object_ids == i) for i in np.unique(truth.object_ids)}
    with trackers.build("klt").open(None) as session:
        for frame in frames:
            k = frame.index
            new = [i for i in rows if truth.query_frames[rows[i][0]] == k]
            queries = [
                PointQuery(object_id=i, frame=k, points=Points.on(truth.tracks.xy[rows[i], k])) for i in new
            ]  # fmt: skip
            for row in session.push(frame, queries):
                for i in row.points:
                    xy[rows[i], k], visible[rows[i], k] = row.points[i], row.visible[i]
    return PointTracks(xy, visible)


def plain(frames: list[Frame], truth: TruePoints) -> PointTracks:
    """The usual loop: Lucas-Kanade there and back; what does not return within a pixel is lost for good."""
    xy, visible = np.zeros(truth.tracks.xy.shape), np.zeros(truth.tracks.visible.shape, bool)
    alive, here, before = np.zeros(len(xy), bool), np.zeros((len(xy), 2), np.float32), None
    for frame in frames:
        grey = cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY)
        if before is not None and alive.any():
            start = here[alive].reshape(-1, 1, 2)
            there, found, _ = cv2.calcOpticalFlowPyrLK(before, grey, start, None)
            back, returned, _ = cv2.calcOpticalFlowPyrLK(grey, before, there, None)
            good = (np.linalg.norm(back - start, axis=2) < 1)[:, 0] & (found & returned).ravel().astype(bool)
            good &= ((there[:, 0] >= 0) & (there[:, 0] < grey.shape[::-1])).all(axis=1)
            here[alive] = there.reshape(-1, 2)
            alive[np.flatnonzero(alive)[~good]] = False
        new = truth.query_frames == frame.index
        here[new], alive[new] = truth.tracks.xy[new, frame.index], True
        xy[:, frame.index], visible[:, frame.index], before = here, alive, grey
    return PointTracks(xy, visible)


def compared(points_per_object: int, photographs: list[np.ndarray]) -> str:
    """One row per side: means over scenes, and the median time of a frame."""
    sides: dict[str, Tracker] = {"klt": klt, "plain loop": plain}
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
    times: dict[str, list[float]] = {name: [] for name in sides}
    for k in range(NUM_SCENES):
        scene = Scene.of(FIRST_SEED + k, textures=photographs if k % 2 else ())
        frames, truth = list(scene.frames()), scene.tracks(points_per_object)
        for name, side in sides.items():
            begin = time.perf_counter()
            found = side(frames, truth)
            times[name].append((time.perf_counter() - begin) / len(frames) * 1e3)
            size = scene.height, scene.width
            figures[name].append(tap_vid(truth.tracks, found, truth.query_frames, size=size))
    rows = []
    for name in sides:
        mean = mean_over_videos(figures[name])
        cells = " | ".join(f"{mean[figure]:.3f}" for figure in FIGURES)
        rows.append(f"| {points_per_object} | {name} | {cells} | {statistics.median(times[name]):.1f} |")
    return "\n".join(rows)


def main() -> None:
    cv2.setNumThreads(1)
    paths = sorted(Path(sys.argv[1]).rglob("*.jpg"))[:MOST_PHOTOGRAPHS] if len(sys.argv) > 1 else []
    photographs = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in paths]
    print("| points an object | tracker | average Jaccard | within threshold | occlusion accuracy | ms a frame |")
    print("|---|---|---|---|---|---|")
    for points_per_object in (8, 1):
        print(compared(points_per_object, photographs), flush=True)


if __name__ == "__main__":
    main()
