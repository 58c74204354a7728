"""The bench of tracking: official figures, simulated corrections, and what they are counted as."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pointreel.core import Frame, FrameMasks, Mask, PointreelError, Points, Prompt, Segment
from pointreel.evaluate import scorers
from pointreel.evaluate.tracking_bench import Start, bench
from pointreel.evaluate.tracking_bench_clicks import click_on_error, correct
from pointreel.evaluate.tracking_bench_clips import clips_at
from pointreel.evaluate.tracking_bench_runs import first_points
from pointreel.systems import Tracking

PLUGIN = Path(__file__).parent / "data" / "colours"
FIGURES = ["J&F", "J_mean", "F_mean", "first_frame_J", "frames_per_second", "clicks_to_0.80"]
HEIGHT, WIDTH, NUM_FRAMES = 48, 64, 9
GREY, RED, GREEN, BLUE = (90, 90, 90), (250, 0, 0), (0, 220, 0), (0, 0, 250)


@pytest.fixture(scope="module")
def colours() -> Iterator[object]:
    """The plug-in's module: an engine that follows colours."""
    sys.path.insert(0, str(PLUGIN))
    import pointreel_colours

    yield pointreel_colours
    sys.path.remove(str(PLUGIN))


@pytest.fixture
def engine(colours) -> partial:
    return partial(colours.build, colours.Config())


def write_davis(root: Path, *, objects: int = 1, name: str = "a", green_from: int = 0) -> Path:
    """A red block, whose right half is green from one frame on, moves right; below it is a blue one."""
    for k in range(NUM_FRAMES):
        rgb = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
        labels = np.zeros((HEIGHT, WIDTH), np.uint8)
        left = 4 + 3 * k
        rgb[4:20, left : left + 20] = RED
        if k >= green_from:
            rgb[4:20, left + 10 : left + 20] = GREEN
        labels[4:20, left : left + 20] = 1
        if objects == 2:
            rgb[28:44, 10 + k : 30 + k] = BLUE
            labels[28:44, 10 + k : 30 + k] = 2
        for place, picture in ((f"JPEGImages/480p/{name}/{k:05d}.jpg", rgb), (f"Annotations/480p/{name}", labels)):
            path = root / place if place.endswith("jpg") else root / place / f"{k:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".jpg":
                Image.fromarray(picture).save(path, quality=100, subsampling=0)
            else:
                image = Image.fromarray(picture * 255 if objects == 1 else picture)
                if objects == 2:
                    image.putpalette(list(range(256)) * 3)
                image.save(path)
    return root


@pytest.mark.parametrize("text", ["points", "points:0", "points:x", "points:-1", "mask:2", "scribble", "clicks:3", ""])
def test_starts_that_are_none(text: str) -> None:
    with pytest.raises(PointreelError, match="There are: mask, box, points:N"):
        Start.parse(text)


@pytest.mark.parametrize("text", ["mask", "box", "points:1", "points:10", "clicks"])
def test_starts_are_named_as_they_are_typed(text: str) -> None:
    assert str(Start.parse(text)) == text


@pytest.mark.parametrize("objects", [1, 2])
def test_the_figures_are_those_of_the_scorer_over_the_masks_kept(tmp_path: Path, engine, objects: int) -> None:
    root = write_davis(tmp_path / "davis", objects=objects)
    starts = [Start("mask"), Start("points", 1)]
    reports = bench(engine, root, starts, num_seeds=2, folder=tmp_path / "masks")
    for report in reports.values():
        assert list(report.overall) == FIGURES
        assert np.isnan(report.overall["clicks_to_0.80"])
        assert report.overall["frames_per_second"] > 0
    assert reports["mask"].overall["first_frame_J"] > 0.97
    for start, seeds in (("mask", [0]), ("points-1", [0, 1])):
        scored = [
            scorers.build("davis", binary=objects == 1).score(root, tmp_path / "masks" / start / f"seed-{seed}" / "a")
            for seed in seeds
        ]
        report = reports[start.replace("-", ":")]
        for figure in ("J&F", "J_mean", "F_mean"):
            expected = np.mean([one.overall[figure] for one in scored])
            assert report.overall[figure] == pytest.approx(expected, abs=1e-12)
            assert report.per_sequence["a"][figure] == pytest.approx(expected, abs=1e-12)


def test_one_click_sees_one_colour_and_a_second_one_the_other(tmp_path: Path, engine) -> None:
    root = write_davis(tmp_path)
    reports = bench(engine, root, [Start("points", 1), Start("clicks")], num_seeds=3)
    assert reports["points:1"].overall["J_mean"] == pytest.approx(0.5, abs=0.03)
    assert reports["clicks"].overall["J_mean"] > 0.97
    assert reports["clicks"].overall["clicks_to_0.80"] == 2
    assert reports["clicks"].warnings == ()


def test_corrections_are_those_of_the_driver(tmp_path: Path, engine) -> None:
    """The colour that comes late is clicked where it came; what lay before that frame is tracked again from there."""
    (clip,) = clips_at(write_davis(tmp_path, green_from=4))
    point = Prompt(object_id=1, frame=0, points=Points.on([[8, 8]]))
    with clip.open() as pictures, Tracking.start(pictures, [point], engine()) as tracking:
        state, reached = correct(clip, tracking, target=0.95)
        assert [(prompt.frame, len(prompt.points)) for prompt in tracking.prompts] == [(0, 1), (4, 1)]
    assert reached
    assert state.num_clicks == 2
    assert sorted(state.points_by_frame) == [0, 4]
    assert state.points_by_frame[4][1].label.tolist() == [1]
    assert state.num_frames == 9 + 5 + 4


def test_what_spilt_over_another_object_takes_one_click_for_both(tmp_path: Path, engine) -> None:
    (clip,) = clips_at(write_davis(tmp_path, objects=2))
    wrong = {1: Points.on([[8, 8], [20, 8], [14, 34]]), 2: Points.on([[14, 34]])}
    prompts = [Prompt(object_id=i, frame=0, points=points) for i, points in wrong.items()]
    with clip.open() as pictures, Tracking.start(pictures, prompts, engine()) as tracking:
        state, reached = correct(clip, tracking, target=0.9)
    assert reached
    assert state.num_clicks == 5
    assert state.points_by_frame[0][1].label.tolist() == [1, 1, 1, 0]
    assert state.points_by_frame[0][2].label.tolist() == [1, 1]


@dataclass(frozen=True)
class Blind:
    """An engine that finds nothing, whatever it is told."""

    accepts = frozenset({"points", "mask", "box"})

    @contextmanager
    def open(self, video: object) -> Iterator["Blind"]:
        yield self

    lookahead = 0

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> list[FrameMasks]:
        return [FrameMasks(frame.index, {})]

    def finish(self) -> list[FrameMasks]:
        return []


@dataclass(frozen=True)
class WholeFrame(Blind):
    """An engine for which everything is the object, and which looks two frames ahead."""

    @contextmanager
    def open(self, video: object) -> Iterator["WholeFrameSession"]:
        yield WholeFrameSession()


class WholeFrameSession:
    lookahead = 2

    def __init__(self) -> None:
        self.waiting: list[int] = []

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> list[FrameMasks]:
        self.waiting.append(frame.index)
        return [self._all(self.waiting.pop(0))] if len(self.waiting) > 2 else []

    def finish(self) -> list[FrameMasks]:
        return [self._all(k) for k in self.waiting]

    def _all(self, k: int) -> FrameMasks:
        return FrameMasks(k, {1: Segment(Mask.from_array(np.ones((HEIGHT, WIDTH), bool)))})


def test_what_is_never_reached_counts_as_the_most_clicks_and_is_named(tmp_path: Path) -> None:
    root = write_davis(tmp_path)
    report = bench(Blind, root, [Start("clicks")], num_seeds=2, max_clicks=4)["clicks"]
    assert report.overall["clicks_to_0.80"] == 4
    assert report.overall["J_mean"] == 0
    assert report.warnings == ("J 0.80 is not reached within 4 clicks, which are counted for: a (seed 0, 1).",)


def test_engines_that_look_ahead_give_every_frame(tmp_path: Path) -> None:
    report = bench(WholeFrame, write_davis(tmp_path), [Start("box")])["box"]
    assert report.overall["J_mean"] == pytest.approx(320 / (HEIGHT * WIDTH))
    assert report.overall["first_frame_J"] == pytest.approx(320 / (HEIGHT * WIDTH))


def test_global_figures_are_means_over_objects_with_bounds_over_sequences(tmp_path: Path, engine) -> None:
    write_davis(tmp_path, name="a", objects=2)
    write_davis(tmp_path, name="b", objects=2, green_from=5)
    report = bench(engine, tmp_path, [Start("points", 1)], num_seeds=4, num_workers=2)["points:1"]
    rows = report.per_sequence
    assert list(rows) == ["a", "b"]
    assert rows["a"]["J_mean"] < rows["b"]["J_mean"]
    assert report.overall["J_mean"] == pytest.approx((rows["a"]["J_mean"] + rows["b"]["J_mean"]) / 2)
    low, high = report.intervals["J_mean"]
    assert (low, high) == pytest.approx((rows["a"]["J_mean"], rows["b"]["J_mean"]))
    assert "clicks_to_0.80" not in report.intervals


def test_sequences_are_chosen_by_name(tmp_path: Path, engine) -> None:
    write_davis(tmp_path, name="a")
    write_davis(tmp_path, name="b")
    assert list(bench(engine, tmp_path, [Start("mask")], sequences=["b"])["mask"].per_sequence) == ["b"]
    with pytest.raises(PointreelError, match="no sequence named 'c'"):
        bench(engine, tmp_path, [Start("mask")], sequences=["c"])


def test_points_are_of_the_seed_on_the_object_and_apart(tmp_path: Path) -> None:
    (clip,) = clips_at(write_davis(tmp_path))
    one, again, other = (first_points(clip, 2, seed)[1] for seed in (0, 0, 1))
    assert one == again
    assert one != other
    assert (clip.true_labels(0)[tuple(one.xy.astype(int).T[::-1])] == 1).all()
    assert len(one) < 2 or np.linalg.norm(one.xy[0] - one.xy[1]) >= 20


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda root: None, r"This engine takes no box, as the start box gives. It takes: mask, points."),
        (lambda root: [p.unlink() for p in (root / "Annotations/480p/a").glob("*")], "no folder with PNGs"),
        (lambda root: (root / "Annotations/480p/a/00000.png").unlink(), "none of the first frame"),
        (lambda root: (root / "JPEGImages").rename(root / "Pictures"), "expected the pictures of 'a'"),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(tmp_path: Path, engine, spoil, message: str) -> None:
    root = write_davis(tmp_path)
    spoil(root)
    with pytest.raises(PointreelError, match=message) as caught:
        bench(engine, root, [Start("box" if "box" in message else "mask")])
    assert "\n" not in str(caught.value)


bools = st.integers(0, 2**30 - 1).map(lambda bits: np.array([bits >> k & 1 for k in range(30)], bool).reshape(5, 6))


@given(truth=bools, found=bools)
def test_a_click_is_always_on_an_error_of_its_sign_and_clicks_come_to_an_end(truth, found) -> None:
    given_points = Points.on([])
    for _ in range(31):
        click = click_on_error(truth, found, given_points)
        if not len(click):
            break
        (x, y), label = click.xy[0].astype(int), click.label[0]
        assert truth[y, x] == (label == 1)
        assert found[y, x] == (label == 0)
        given_points = given_points + click
    assert len(given_points) == np.count_nonzero(truth != found)


def test_a_click_is_in_the_middle_of_the_largest_error() -> None:
    truth, found = np.zeros((2, 20, 20), bool)
    truth[2:9, 2:9] = True
    found[12:17, 10:15] = True
    click = click_on_error(truth, found, Points.on([]))
    assert (click.xy.tolist(), click.label.tolist()) == ([[5, 5]], [1])
    click = click_on_error(truth, found | truth, Points.on([]))
    assert (click.xy.tolist(), click.label.tolist()) == ([[12, 14]], [0])
