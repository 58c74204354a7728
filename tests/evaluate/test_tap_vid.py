"""The metrics of TAP-Vid: the official numbers, and counting point by point."""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from pointreel.core import PointreelError
from pointreel.evaluate.metrics.tap_vid import THRESHOLDS, PointTracks, mean_over_videos, tap_vid

OFFICIAL = Path(__file__).parent / "data" / "tap_vid_official.json"


def workload() -> list[tuple[PointTracks, PointTracks, np.ndarray]]:
    """Four videos; positions are on half pixels, so that distances meet thresholds exactly."""
    rng = np.random.default_rng(11)
    videos = []
    for num_points, num_frames in ((1, 2), (7, 9), (30, 24), (12, 5)):
        true = rng.integers(0, 512, (num_points, num_frames, 2)) / 2
        step = rng.choice([0.0, 0.5, 1.0, 2.0, 4.0, 7.5, 8.0, 15.5, 16.0, 40.0], (num_points, num_frames, 1))
        way = rng.choice([-1.0, 0.0, 1.0], (num_points, num_frames, 2))
        visible = rng.random((num_points, num_frames)) < 0.7
        said = np.where(rng.random(visible.shape) < 0.8, visible, ~visible)
        queries = rng.integers(0, num_frames - 1, num_points)
        visible[np.arange(num_points), queries] = True
        videos.append((PointTracks(true, visible), PointTracks(true + step * way, said), queries))
    return videos


def checksum() -> str:
    arrays = [array for t, p, q in workload() for array in (t.xy, t.visible, p.xy, p.visible, q)]
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


@pytest.mark.parametrize("mode", ["first", "strided"])
def test_equals_official_code(mode: str) -> None:
    known = json.loads(OFFICIAL.read_text())
    assert checksum() == known["sha256"], "the workload is not the one the official code was run on"
    for (truth, prediction, queries), official in zip(workload(), known[mode], strict=True):
        assert tap_vid(truth, prediction, queries, mode=mode) == pytest.approx(official, abs=1e-12)


def naive(truth: PointTracks, prediction: PointTracks, queries: np.ndarray, mode: str) -> dict[str, float]:
    rows = []
    for n, query in enumerate(queries):
        for t in range(truth.xy.shape[1]):
            if t > query or (mode == "strided" and t != query):
                apart = math.dist(truth.xy[n, t], prediction.xy[n, t])
                rows.append((bool(truth.visible[n, t]), bool(prediction.visible[n, t]), apart))
    figures = {"occlusion_accuracy": sum(a == b for a, b, _ in rows) / len(rows)}
    num_visible = sum(a for a, _, _ in rows)
    for x in THRESHOLDS:
        found = sum(a and b and d < x for a, b, d in rows)
        wrong = sum(b and not (a and d < x) for a, b, d in rows)
        missed = sum(a and not (b and d < x) for a, b, d in rows)
        figures[f"pts_within_{x}"] = sum(a and d < x for a, _, d in rows) / num_visible
        figures[f"jaccard_{x}"] = found / (found + wrong + missed)
    for name, stem in (("average_jaccard", "jaccard"), ("average_pts_within_thresh", "pts_within")):
        figures[name] = sum(figures[f"{stem}_{x}"] for x in THRESHOLDS) / 5
    return figures


@pytest.mark.parametrize("mode", ["first", "strided"])
def test_equals_counting_point_by_point(mode: str) -> None:
    for truth, prediction, queries in workload()[1:]:
        found = tap_vid(truth, prediction, queries, mode=mode)
        assert found == pytest.approx(naive(truth, prediction, queries, mode), abs=1e-12)


def test_distances_are_of_a_frame_of_256_pixels() -> None:
    truth, prediction, queries = workload()[2]
    wide = [PointTracks(tracks.xy * (1024 / 256, 720 / 256), tracks.visible) for tracks in (truth, prediction)]
    found = tap_vid(wide[0], wide[1], queries, size=(720, 1024))
    assert found == pytest.approx(tap_vid(truth, prediction, queries), abs=1e-12)


def test_perfect_tracks_and_tracks_nobody_sees() -> None:
    truth, _, queries = workload()[1]
    assert set(tap_vid(truth, truth, queries).values()) == {1.0}
    unseen = PointTracks(truth.xy, np.zeros_like(truth.visible))
    figures = tap_vid(unseen, unseen, queries)
    assert figures["occlusion_accuracy"] == 1
    assert math.isnan(figures["average_jaccard"])


def test_videos_count_the_same() -> None:
    assert mean_over_videos([{"average_jaccard": 0.5}, {"average_jaccard": 1.0}]) == {"average_jaccard": 0.75}
    assert mean_over_videos([]) == {}


def test_wrong_shapes_are_named() -> None:
    truth, _, queries = workload()[1]
    with pytest.raises(PointreelError, match=r"positions of \(7, 9\) and visibility of \(7, 9\), expected"):
        PointTracks(truth.xy[..., 0], truth.visible)
    with pytest.raises(PointreelError, match=r"\(7, 9\) predicted for \(7, 9\) and \(3,\) queries"):
        tap_vid(truth, truth, queries[:3])
    with pytest.raises(PointreelError, match="no mode of TAP-Vid named 'last'"):
        tap_vid(truth, truth, queries, mode="last")  # type: ignore[arg-type]
