"""Pseudo-labels and HOTA of any two datasets on disk, against counting pixels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import PointreelError
from pointreel.evaluate import Report
from pointreel.evaluate.metrics.hota import FrameSimilarities, hota
from pointreel.evaluate.scorers import hota as hota_scorer
from pointreel.evaluate.scorers import labels

VOID = 255
Maps = dict[str, list[np.ndarray]]


def scene(rng: np.random.Generator, num_objects: int, size: tuple[int, int]) -> np.ndarray:
    """Objects of which later ones lie over earlier ones, some away, some a single pixel, and some void."""
    pixels = np.zeros(size, np.uint8)
    for object_id in range(1, num_objects + 1):
        top, left = rng.integers(0, size[0]), rng.integers(0, size[1])
        height, width = rng.integers(1, 9, 2) if object_id % 3 else (1, 1)
        if rng.random() < 0.8:
            pixels[top : top + height, left : left + width] = object_id
    pixels[rng.random(size) < 0.03] = VOID
    return pixels


class Made:
    """Two sequences of 12 objects and odd sizes as DAVIS has them, and labels that are the truth, moved and torn."""

    def __init__(self, root: Path) -> None:
        rng = np.random.default_rng(9)
        self.truth, self.labels = root / "truth", root / "labels"
        self.true: Maps = {"a b": [scene(rng, 12, (37, 53)) for _ in range(5)], "dog": [scene(rng, 3, (18, 21))] * 3}
        self.found: Maps = {name: [self._torn(frame, rng) for frame in frames] for name, frames in self.true.items()}
        for folder, maps in ((self.truth, self.true), (self.labels, self.found)):
            for name, frames in maps.items():
                for k, frame in enumerate(frames):
                    self.save(folder / "Annotations" / "480p" / name / f"{k:05d}.png", frame)

    @staticmethod
    def _torn(frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        moved = np.roll(np.where(frame == VOID, 3, frame), rng.choice([0, 0, 1]), axis=1)
        return np.where(rng.random(frame.shape) < 0.05, 0, moved).astype(np.uint8)

    @staticmethod
    def save(path: Path, pixels: np.ndarray) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)

    def path(self, name: str, frame: int) -> Path:
        return self.labels / "Annotations" / "480p" / name / f"{frame:05d}.png"

    def score(self, *, partial: bool = False, num_workers: int = 1) -> Report:
        config = labels.Config(truth_format="davis", labels_format="davis", partial=partial)
        return labels.build(config).score(self.truth, self.labels, num_workers=num_workers)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path)


def naive(true: np.ndarray, found: np.ndarray) -> dict[int, float]:
    """The IoU of every object of a frame, without the pixels that are void in the truth."""
    kept = true != VOID
    ious = {}
    for object_id in sorted({*np.unique(true).tolist()} - {0, VOID}):
        one, two = (true == object_id) & kept, (found == object_id) & kept
        ious[object_id] = (one & two).sum() / (one | two).sum()
    return ious


def figures(ious: list[float]) -> dict[str, float]:
    return {
        "J": np.mean(ious),
        "recall@50": np.mean(np.array(ious) >= 0.5),
        "recall@70": np.mean(np.array(ious) >= 0.7),
    }


def test_equals_counting_pixels(made: Made) -> None:
    by_sequence = {n: [naive(t, f) for t, f in zip(made.true[n], made.found[n], strict=True)] for n in made.true}
    report = made.score()
    everything = [iou for frames in by_sequence.values() for ious in frames for iou in ious.values()]
    assert 0.1 < figures(everything)["recall@70"] < figures(everything)["recall@50"] < 0.95
    assert report.overall == pytest.approx(figures(everything), abs=1e-12)
    for name, frames in by_sequence.items():
        assert report.per_sequence[name] == pytest.approx(figures([i for f in frames for i in f.values()]), abs=1e-12)
        for object_id in {key for ious in frames for key in ious}:
            mine = [ious[object_id] for ious in frames if object_id in ious]
            assert report.per_object[f"{name}_{object_id}"] == pytest.approx(figures(mine), abs=1e-12)
    low, high = report.intervals["J"]
    assert low < report.overall["J"] < high


def test_several_workers_find_the_same(made: Made) -> None:
    assert made.score(num_workers=2) == made.score()


def test_truth_beside_itself_is_perfect(made: Made) -> None:
    config = labels.Config(truth_format="davis", labels_format="davis")
    assert set(labels.build(config).score(made.truth, made.truth).overall.values()) == {1.0}


def test_what_is_missing_is_refused_unless_partial(made: Made) -> None:
    made.path("dog", 1).unlink()
    with pytest.raises(PointreelError, match=r"labels: frames without any label: dog/00001\. .*--partial"):
        made.score()
    assert made.score(partial=True).missing == ("dog/00001",)
    for frame in (0, 2):
        made.path("dog", frame).unlink()
    made.path("dog", 0).parent.rmdir()
    with pytest.raises(PointreelError, match=r"labels: predictions are missing of 1 of 2 sequences: dog\. .*--partial"):
        made.score()
    report = made.score(partial=True)
    assert report.missing == ("dog",)
    assert [*report.per_sequence] == ["a b"]


def test_other_sequences_are_told(made: Made) -> None:
    made.save(made.path("cat", 0), np.zeros((4, 4), np.uint8))
    assert "labels: not scored, because the truth has nothing of the name: cat." in made.score().warnings[0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def colour(path: Path) -> None:
    Image.fromarray(np.zeros((18, 21, 3), np.uint8)).save(path)


@pytest.mark.parametrize(("change", "message"), [(cut, "damaged PNG"), (colour, "RGB colours")])
def test_damaged_labels_are_named(made: Made, change: Callable[[Path], None], message: str) -> None:
    change(made.path("dog", 1))
    with pytest.raises(PointreelError, match=rf"00001\.png: found .*{message}") as caught:
        made.score()
    assert "\n" not in str(caught.value)


def test_labels_of_another_size_are_named(made: Made) -> None:
    for frame in range(3):
        made.save(made.path("dog", frame), np.zeros((7, 21), np.uint8))
    with pytest.raises(PointreelError, match="dog: found a height of 7, expected 18 as in the truth"):
        made.score()


def test_a_format_that_is_not_recognised_is_asked_for(tmp_path: Path, made: Made) -> None:
    (tmp_path / "odd").mkdir()
    with pytest.raises(PointreelError, match=r"odd: it looks like no known format\. Say which one it is; there are: "):
        labels.build(labels.Config()).score(tmp_path / "odd", made.labels)


def test_hota_of_two_datasets(made: Made) -> None:
    """Ids of the predictions are changed, which HOTA must not notice."""

    def similarities(true: np.ndarray, found: np.ndarray) -> FrameSimilarities:
        ids = [sorted({*np.unique(pixels).tolist()} - {0, VOID}) for pixels in (true, found)]
        iou = [
            [((true == i) & (found == j)).sum() / ((true == i) | (found == j)).sum() for j in ids[1]] for i in ids[0]
        ]
        return FrameSimilarities(ids[0], ids[1], np.array(iou))

    expected = {n: hota(map(similarities, made.true[n], made.found[n])) for n in made.true}
    for name, frames in made.found.items():
        for k, frame in enumerate(frames):
            made.save(made.path(name, k), np.where(frame > 0, 14 - frame, 0).astype(np.uint8))
    config = hota_scorer.Config(truth_format="davis", predictions_format="davis")
    report = hota_scorer.build(config).score(made.truth, made.labels)
    assert report.overall == pytest.approx((expected["a b"] + expected["dog"]).figures(), abs=1e-12)
    assert report.per_sequence["dog"] == pytest.approx(expected["dog"].figures(), abs=1e-12)
    assert hota_scorer.build(config).score(made.truth, made.labels, num_workers=2) == report
