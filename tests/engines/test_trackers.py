"""What every point tracker promises, and what ``klt`` is good for: tracks that are known exactly."""

import gc
import tracemalloc
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from pointreel.core import Frame, FramePoints, PointQuery, PointreelError, Points
from pointreel.engines import trackers
from pointreel.engines.trackers._klt_motion import similarity
from pointreel.engines.trackers._klt_patches import Templates, align
from pointreel.evaluate.metrics.tap_vid import PointTracks, tap_vid
from pointreel.evaluate.tracking_bench_scenes import Scene, TruePoints

HEIGHT, WIDTH, NUM_FRAMES = 72, 96, 12
every_tracker = pytest.mark.parametrize("name", trackers.names())


@dataclass(frozen=True)
class Info:
    height: int = HEIGHT
    width: int = WIDTH
    num_frames: int = NUM_FRAMES


def texture(height: int = HEIGHT, width: int = WIDTH, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (height // 4 + 2, width // 4 + 2, 3)).astype(np.float32)
    large = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(128 + 50 * large, 0, 255).astype(np.uint8)


def panned(num_frames: int = NUM_FRAMES, dx: int = 1) -> list[Frame]:
    """A texture that moves to the left, ``dx`` pixels a frame."""
    wide = texture(width=WIDTH + num_frames * dx)
    return [Frame(k, np.ascontiguousarray(wide[:, k * dx : k * dx + WIDTH])) for k in range(num_frames)]


def query(object_id: int, frame: int, *xy: tuple[float, float]) -> PointQuery:
    return PointQuery(object_id=object_id, frame=frame, points=Points.on(xy))


def track(name: str, frames: Iterable[Frame], *queries: PointQuery) -> list[FramePoints]:
    with trackers.build(name).open(Info()) as session:
        rows = [row for frame in frames for row in session.push(frame, [q for q in queries if q.frame == frame.index])]
        return [*rows, *session.finish()]


@every_tracker
def test_one_row_per_frame_in_order_and_within_the_lookahead(name: str) -> None:
    frames = panned()
    with trackers.build(name).open(Info()) as session:
        indices: list[int] = []
        for frame in frames:
            indices += [row.frame for row in session.push(frame, [query(1, 0, (50, 30))] if not frame.index else [])]
            if session.lookahead is not None:
                assert len(indices) >= frame.index + 1 - session.lookahead
        indices += [row.frame for row in session.finish()]
    assert indices == list(range(NUM_FRAMES))


@every_tracker
def test_ids_stay_and_points_follow_the_texture(name: str) -> None:
    rows = track(name, panned(), query(7, 0, (60, 30), (40, 50)), query(1, 0, (50, 20)))
    for k, row in enumerate(rows):
        assert set(row.points) == set(row.visible) == set(row.confidence) == {1, 7}
        np.testing.assert_allclose(row.points[7], [(60 - k, 30), (40 - k, 50)], atol=0.5)
        np.testing.assert_allclose(row.points[1], [(50 - k, 20)], atol=0.5)
        assert row.visible[7].all()
        assert row.points[7].dtype == np.float32
        assert row.visible[7].dtype == np.bool_
        assert ((row.confidence[7] >= 0) & (row.confidence[7] <= 1)).all()


@every_tracker
def test_a_late_query_changes_nothing_for_the_others(name: str) -> None:
    alone = track(name, panned(), query(1, 0, (60, 30)))
    both = track(name, panned(), query(1, 0, (60, 30)), query(2, 5, (50, 40)))
    for k, (one, two) in enumerate(zip(alone, both, strict=True)):
        np.testing.assert_array_equal(one.points[1], two.points[1])
        assert (2 in two.points) == (k >= 5)
    np.testing.assert_allclose(both[-1].points[2], [(50 - (NUM_FRAMES - 6), 40)], atol=0.5)


@every_tracker
def test_frames_may_come_in_reverse(name: str) -> None:
    rows = track(name, panned()[::-1], query(3, NUM_FRAMES - 1, (40, 30)))
    assert [row.frame for row in rows] == list(range(NUM_FRAMES))[::-1]
    np.testing.assert_allclose(rows[-1].points[3], [(40 + NUM_FRAMES - 1, 30)], atol=0.5)


@every_tracker
def test_two_runs_are_identical(name: str) -> None:
    scene = Scene.of(1, num_frames=8, height=96, width=128)
    queries = [query(1, 0, (60, 40), (70, 50)), query(2, 2, (30, 30))]
    frames = list(scene.frames())
    assert track(name, frames, *queries) == track(name, frames, *queries)


@every_tracker
def test_a_new_query_replaces_the_points_of_its_object(name: str) -> None:
    rows = track(name, panned(), query(1, 0, (60, 30)), query(1, 4, (50, 20), (30, 40)))
    assert [len(row.points[1]) for row in rows] == [1] * 4 + [2] * (NUM_FRAMES - 4)
    np.testing.assert_allclose(rows[4].points[1], [(50, 20), (30, 40)])


@every_tracker
def test_memory_stays_flat(name: str) -> None:
    frames = panned()
    with trackers.build(name).open(Info()) as session:
        session.push(frames[0], [query(1, 0, (60, 30), (50, 40)), query(2, 0, (40, 20))])
        sizes = []
        tracemalloc.start()
        for k in range(1, 301):
            session.push(Frame(k, frames[k % 12].rgb))
            if k % 100 == 0:
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    assert sizes[2] - sizes[0] < 50_000


@every_tracker
@pytest.mark.parametrize("size", [(48, 64), (16, 16), (200, 31)])
def test_small_and_narrow_frames(name: str, size: tuple[int, int]) -> None:
    frames = [Frame(k, texture(*size)) for k in range(3)]
    rows = track(name, frames, query(1, 0, (8, 8), (0, 0)))
    np.testing.assert_allclose(rows[-1].points[1], [(8, 8), (0, 0)], atol=0.3)


@every_tracker
def test_flat_frames_and_no_points_at_all(name: str) -> None:
    frames = [Frame(k, np.full((HEIGHT, WIDTH, 3), 90, np.uint8)) for k in range(4)]
    rows = track(name, frames, query(1, 0, (50, 30)), PointQuery(object_id=2, frame=0, points=Points.on([])))
    assert np.isfinite(rows[-1].points[1]).all()
    assert rows[-1].points[2].shape == (0, 2)


@every_tracker
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (query(1, 0, (200, 30)), r"object 1, frame 0: \(200, 30\) is outside of 96 x 72"),
        (query(1, 0, (np.nan, 30)), "is outside of 96 x 72"),
    ],
)
def test_points_that_no_pixel_has_are_refused(name: str, bad: PointQuery, message: str) -> None:
    with pytest.raises(PointreelError, match=message):
        track(name, panned(), bad)


# What follows is about ``klt``.


def occluded(num_frames: int = 24) -> tuple[list[Frame], np.ndarray]:
    """A patch of texture drifts to the right behind a flat bar; and where it is on each frame."""
    ground, cut = texture(seed=1), texture(30, 30, seed=2)
    lefts = np.array([4 + 2.5 * k for k in range(num_frames)]).astype(int)
    frames = []
    for k, left in enumerate(lefts):
        rgb = ground.copy()
        visible = max(min(WIDTH - left, 30), 0)
        rgb[20:50, left : left + visible] = cut[:, :visible]
        rgb[:, 40:56] = (20, 200, 40)
        frames.append(Frame(k, rgb))
    return frames, lefts


def test_a_point_is_hidden_behind_a_bar_and_found_again() -> None:
    frames, lefts = occluded()
    inside = np.array([(8, 8), (20, 10), (14, 22), (6, 20)])
    rows = track("klt", frames, query(1, 0, *(inside + np.array([lefts[0], 20])).tolist()))
    seen = np.array([row.visible[1] for row in rows])
    where = np.array([row.points[1] for row in rows])
    true = np.array([inside + np.array([left, 20]) for left in lefts])
    covered = (true[..., 0] >= 40) & (true[..., 0] < 56)
    assert (seen & covered).sum() <= 0.15 * covered.sum()
    clear = (true[..., 0] < 34) | ((true[..., 0] > 66) & (true[..., 0] < 86))
    assert (seen & clear).sum() >= 0.8 * clear.sum()
    assert np.linalg.norm(where - true, axis=-1)[seen & clear].max() < 1.5


def test_a_lamp_that_is_dimmed_hides_nothing() -> None:
    frames = [Frame(f.index, (f.rgb * (1 - 0.04 * f.index) + 10).astype(np.uint8)) for f in panned()]
    rows = track("klt", frames, query(1, 0, (60, 30), (40, 50)))
    assert all(row.visible[1].all() for row in rows)
    np.testing.assert_allclose(rows[-1].points[1], [(60 - 11, 30), (40 - 11, 50)], atol=0.3)


def test_positives_and_negatives_come_back_in_the_order_they_were_given() -> None:
    points = Points(np.array([(60, 30), (40, 20), (50, 50)], np.float32), np.array([0, 1, 0], np.int8))
    rows = track("klt", panned(), PointQuery(object_id=1, frame=0, points=points))
    np.testing.assert_allclose(rows[-1].points[1], points.xy - (11, 0), atol=0.3)


def test_a_query_for_another_frame_and_a_frame_of_another_size_are_refused() -> None:
    frames = panned()
    with trackers.build("klt").open(Info()) as session:
        with pytest.raises(PointreelError, match="a query for frame 3 came with frame 0"):
            session.push(frames[0], [query(1, 3, (5, 5))])
        session.push(frames[0])
        with pytest.raises(PointreelError, match="frame 1: found 20 x 10 pixels, expected 96 x 72"):
            session.push(Frame(1, np.zeros((10, 20, 3), np.uint8)))


@pytest.mark.parametrize("options", [{"keep": 0.9}, {"accept": 1.0}, {"refresh": 0}, {"return_within": 0.0}])
def test_options_that_cannot_be(options: dict[str, float]) -> None:
    with pytest.raises(PointreelError, match="expected"):
        trackers.build("klt", **options)


@pytest.mark.parametrize("angle", [-12, 0, 15])
@pytest.mark.parametrize("scale", [0.9, 1.0, 1.15])
def test_alignment_finds_a_turned_and_scaled_patch_to_a_tenth_of_a_pixel(angle: float, scale: float) -> None:
    image = cv2.cvtColor(texture(160, 160), cv2.COLOR_RGB2GRAY).astype(np.float32)
    matrix = cv2.getRotationMatrix2D((80, 80), angle, scale)
    matrix[:, 2] += (1.6, -1.2)
    moved = cv2.warpAffine(image, matrix, (160, 160), flags=cv2.INTER_CUBIC) * 0.7 + 30
    xy, upright = np.array([(80, 80)], np.float32), np.eye(2, dtype=np.float32)[None]
    found = align(moved, Templates.at(image, xy, upright), xy, upright)
    np.testing.assert_allclose(found.xy, [(81.6, 78.8)], atol=0.1)
    np.testing.assert_allclose(found.linear[0], matrix[:, :2], atol=0.03)
    assert found.likeness[0] > 0.97


def test_points_that_ride_with_something_else_have_no_say_in_the_motion() -> None:
    rng = np.random.default_rng(0)
    before = rng.uniform(0, 100, (8, 2)).astype(np.float32)
    turn = np.array([[0.9, -0.3], [0.3, 0.9]], np.float32)
    after = before @ turn.T + (5, 7)
    after[:3] += (40, 0)
    found = similarity(before, after.astype(np.float32), np.tile(turn, (8, 1, 1)), np.ones(8, np.float32))
    assert found is not None
    assert found.num_points == 5
    np.testing.assert_allclose(found(before)[3:], after[3:], atol=0.01)


def test_tracks_of_a_scene_are_what_is_seen() -> None:
    """The colour under a visible point is that of its texture, on every frame."""
    scene = Scene.of(3, num_frames=10, height=96, width=128, noise=0.0)
    truth, frames = scene.tracks(6), list(scene.frames())
    for k, object_id in enumerate(truth.object_ids):
        colours = []
        for t in np.flatnonzero(truth.tracks.visible[k]):
            x, y = truth.tracks.xy[k, t].astype(np.float32)
            lit = cv2.getRectSubPix(frames[t].rgb.astype(np.float32), (1, 1), (float(x), float(y)))[0, 0]
            colours.append(lit / scene.gain[t])
        off = np.abs(np.array(colours) - np.median(colours, axis=0)).max(axis=1)
        clipped = np.max(colours, axis=1) * scene.gain.max() > 250
        assert clipped.any() or np.mean(off < 12) > 0.75, object_id  # half covered by a soft edge, it may differ


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
            here[alive] = there.reshape(-1, 2)
            alive[np.flatnonzero(alive)[~good]] = False
        new = truth.query_frames == frame.index
        here[new], alive[new] = truth.tracks.xy[new, frame.index], True
        xy[:, frame.index], visible[:, frame.index], before = here, alive, grey
    return PointTracks(xy, visible)


def test_klt_beats_the_plain_loop_on_a_scene_with_occlusion_and_return() -> None:
    scene = Scene.of(4, num_frames=40, height=160, width=208)
    frames, truth = list(scene.frames()), scene.tracks(6)
    rows = np.arange(len(truth.object_ids))
    queries = [
        PointQuery(object_id=i, frame=int(truth.query_frames[truth.object_ids == i][0]), points=Points.on(
            truth.tracks.xy[rows[truth.object_ids == i], truth.query_frames[truth.object_ids == i]]))
        for i in np.unique(truth.object_ids).tolist()
    ]  # fmt: skip
    xy, visible = np.zeros(truth.tracks.xy.shape), np.zeros(truth.tracks.visible.shape, bool)
    for row in track("klt", frames, *queries):
        for i in row.points:
            xy[truth.object_ids == i, row.frame] = row.points[i]
            visible[truth.object_ids == i, row.frame] = row.visible[i]
    ours, theirs = (
        tap_vid(truth.tracks, prediction, truth.query_frames, size=(scene.height, scene.width))
        for prediction in (PointTracks(xy, visible), plain(frames, truth))
    )
    assert ours["average_jaccard"] > theirs["average_jaccard"] + 0.15
    assert ours["occlusion_accuracy"] > theirs["occlusion_accuracy"] + 0.1
