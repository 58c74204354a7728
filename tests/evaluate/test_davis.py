"""DAVIS to the last bit: against the published evaluation, against a plain reimplementation; and its faults."""

import json
import math
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import FormatError, PointreelError
from pointreel.evaluate import Report, scorers
from pointreel.evaluate.metrics.j_and_f import FrameScorer, contour_radius, score_frame
from pointreel.evaluate.scorers.davis import FIGURES

OFFICIAL = Path(__file__).parent / "data" / "davis_official.json"
SEQUENCES = {
    "12 objects": (61, 97, 21, 12),
    "ödd ✓": (33, 41, 9, 3),
    "tall": (128, 72, 6, 5),
    "shortest": (17, 19, 3, 2),
    "byte": (9, 13, 258, 1),
    "wraps": (11, 12, 331, 2),
}
"""Height, width, frames, objects. Objects come late, vanish, touch the border, and shrink to a pixel; some is void."""


def odd_sequence(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Truth and prediction of each frame; the same on every machine."""
    height, width, num_frames, num_objects = SEQUENCES[name]
    dice = random.Random(name)
    objects = [
        (dice.uniform(0, height), dice.uniform(0, width), dice.uniform(1, height / 3)) for _ in range(num_objects)
    ]
    steps = [(dice.uniform(-1.5, 1.5), dice.uniform(-1.5, 1.5)) for _ in range(num_objects)]
    frames = []
    for k in range(num_frames):
        maps = np.zeros((2, height, width), np.uint8)
        for which, labels in enumerate(maps):
            for i, ((row, column, size), (down, right)) in enumerate(zip(objects, steps, strict=True)):
                late = i % 5 == 3 and 0 < k < num_frames // 3 and which == 0
                gone = i % 4 == 2 and k > num_frames // 2
                if late or gone or dice.random() < 0.1 * which:
                    continue
                at_row = (row + down * k + 2 * which) % height
                at_column = (column + right * k + which) % width
                side = 0.6 if (i + k) % 6 == 5 else size * (1 - 0.2 * which)
                rows, columns = np.ogrid[:height, :width]
                labels[(abs(rows - at_row) <= side) & (abs(columns - at_column) <= side * (1 + i % 2))] = i + 1
        if k == 0:
            maps[0][-1, -1] = num_objects  # the largest number must be there in the first frame
        if k % 3 == 1:
            maps[0][: height // 4, width // 2 :] = 255
        frames.append((maps[0], maps[1]))
    return frames


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of truth and predictions of all odd sequences."""
    root = tmp_path_factory.mktemp("odd")
    for name in SEQUENCES:
        for k, maps in enumerate(odd_sequence(name)):
            for folder, labels in zip(("truth", "predictions"), maps, strict=True):
                put(root / folder / name / f"{k:05d}.png", labels)
    return root / "truth", root / "predictions"


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """Two sequences of five frames with two objects each, and predictions that are right."""
    for folder in ("truth", "predictions"):
        for name in ("bear", "wolf"):
            for k in range(5):
                put(tmp_path / folder / name / f"{k:05d}.png", square(k))
    return tmp_path / "truth", tmp_path / "predictions"


def square(k: int) -> np.ndarray:
    labels = np.zeros((20, 30), np.uint8)
    labels[4:10, 3 + k : 9 + k] = 1
    labels[12:18, 20 - k : 25 - k] = 2
    return labels


def put(path: Path, labels: np.ndarray, mode: str = "P") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(labels)
    if mode == "P":
        image.putpalette(list(range(256)) * 3)
    (image if mode in ("P", "L") else image.convert(mode)).save(path)


def score(folders: tuple[Path, Path], *, num_workers: int = 1, **options: object) -> Report:
    report: Report = scorers.build("davis", **options).score(*folders, num_workers=num_workers)
    return report


def same(found: float, expected: float | None) -> bool:
    return math.isnan(found) if expected is None else found == expected


# --- to the last bit -------------------------------------------------------------------------------------------------


def test_an_odd_workload_gives_the_published_figures(odd) -> None:
    official = json.loads(OFFICIAL.read_text())["per_object"]
    report = score(odd)
    assert report.per_object.keys() == official.keys()
    for name, figures in official.items():
        for figure, value in figures.items():
            assert same(report.per_object[name][figure], value), (name, figure)


def test_frames_equal_a_plain_reimplementation() -> None:
    for name in ("12 objects", "ödd ✓", "tall"):
        for truth, prediction in odd_sequence(name):
            ids = range(1, SEQUENCES[name][3] + 1)
            scores = score_frame(truth, prediction, ids)
            for k, i in enumerate(ids):
                assert scores.j[k] == plain_j(truth == i, prediction == i)
                assert scores.f[k] == plain_f(truth == i, prediction == i)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (300, 5)])
def test_the_smallest_frames_equal_a_plain_reimplementation(shape: tuple[int, int]) -> None:
    dice = np.random.default_rng(0)
    for _ in range(20):
        truth, prediction = dice.integers(0, 3, (2, *shape), np.uint8)
        scores = score_frame(truth, prediction, [1, 2])
        for k in (0, 1):
            assert scores.j[k] == plain_j(truth == k + 1, prediction == k + 1)
            assert scores.f[k] == plain_f(truth == k + 1, prediction == k + 1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (23, 31)])
def test_one_object_is_whatever_is_not_zero(shape: tuple[int, int]) -> None:
    dice = np.random.default_rng(1)
    scorer = FrameScorer(*shape, binary=True)
    for some in (0, 1, 1, 1, 3, 9):
        truth, prediction = (dice.integers(0, 10, (2, *shape), np.uint8) < some) * dice.integers(1, 256, (2, 1, 1))
        scores = scorer(truth.astype(np.uint8), prediction.astype(np.uint8), [1])
        assert scores.j[0] == plain_j(truth > 0, prediction > 0)
        assert scores.f[0] == plain_f(truth > 0, prediction > 0)
        assert scores.truth_ids == ((1,) if truth.any() else ())


def plain_j(truth: np.ndarray, prediction: np.ndarray) -> float:
    union = int((truth | prediction).sum())
    return int((truth & prediction).sum()) / union if union else 1.0


def plain_f(truth: np.ndarray, prediction: np.ndarray) -> float:
    radius = contour_radius(*truth.shape)
    a, b = plain_contour(truth), plain_contour(prediction)
    if not a.any() or not b.any():
        return float(a.any() == b.any())
    precision = int((b & plain_disk(a, radius)).sum()) / int(b.sum())
    recall = int((a & plain_disk(b, radius)).sum()) / int(a.sum())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def plain_contour(mask: np.ndarray) -> np.ndarray:
    grown = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    return (mask != grown[:-1, 1:]) | (mask != grown[1:, :-1]) | (mask != grown[1:, 1:])


def plain_disk(contour: np.ndarray, radius: int) -> np.ndarray:
    rows, columns = np.nonzero(contour)
    here, there = np.indices(contour.shape)
    apart = (here[..., None] - rows) ** 2 + (there[..., None] - columns) ** 2
    return (apart <= radius * radius).any(axis=-1)


@pytest.mark.parametrize(("golden", "binary"), [("davis16_osvos_bin", True), ("osvos_vs_perturbed", False)])
def test_real_results_give_the_published_figures(shared: Path, tmp_path: Path, golden: str, binary: bool) -> None:
    published = json.loads((shared / "golden" / "evaluate" / "davis.json").read_text())
    osvos = shared / "data" / "davis2017-results" / "semi-supervised" / "osvos"
    sequences = [name.rpartition("_")[0] for name in published[golden]["per_object"]]
    chosen = {"davis16_osvos_bin": ["bmx-trees", "libby"], "osvos_vs_perturbed": ["bike-packing", "dogs-jump"]}[golden]
    assert set(chosen) <= set(sequences)
    for name in chosen:
        annotations = shared / "data" / "davis2016" / "Annotations" / "480p" / name
        link(tmp_path / "truth" / name, annotations if binary else osvos / name)
        if binary:
            link(tmp_path / "predictions" / name, osvos / name)
        else:
            perturb(osvos / name, tmp_path / "predictions" / name)
    report = score((tmp_path / "truth", tmp_path / "predictions"), binary=binary, num_workers=2)
    for name, figures in report.per_object.items():
        expected = published[golden]["per_object"][name]
        assert figures == {"J&F": figures["J&F"], **{figure: expected[figure] for figure in FIGURES[1:]}}


def link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def perturb(source: Path, target: Path) -> None:
    """What the golden figures were made with: each object eroded and moved, and object 1 gone at times."""
    import cv2

    for t, path in enumerate(sorted(source.glob("*.png"))):
        labels = np.asarray(Image.open(path))
        moved = np.zeros_like(labels)
        right, down = 3 + t // 10, 2 + t // 15
        for i in range(1, int(labels.max()) + 1):
            if i != 1 or t % 17 != 9:
                kept = cv2.erode((labels == i).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=1 + i % 2)
                moved[down:, right:][kept[: labels.shape[0] - down, : labels.shape[1] - right] > 0] = i
        put(target / path.name, moved)


# --- what is asked for -----------------------------------------------------------------------------------------------


def test_workers_change_nothing(odd) -> None:
    assert score(odd, num_workers=2).to_json() == score(odd).to_json()


def test_means_are_over_objects(odd) -> None:
    report = score(odd)
    rows = list(report.per_object.values())
    assert len(rows) == sum(objects for *_, objects in SEQUENCES.values())
    assert report.overall["J_mean"] == sum(row["J_mean"] for row in rows) / len(rows)
    assert report.overall["J&F"] == (report.overall["J_mean"] + report.overall["F_mean"]) / 2
    low, high = report.intervals["J&F"]
    assert low < report.overall["J&F"] < high


def test_a_decay_that_wraps_is_said_and_can_be_unwrapped(odd) -> None:
    wrapped, unwrapped = score(odd), score(odd, decay="unwrapped")
    assert math.isnan(wrapped.overall["J_decay"])
    assert any("decay=unwrapped" in warning for warning in wrapped.warnings)
    assert wrapped.to_json()["global"]["J_decay"] is None
    assert not math.isnan(unwrapped.overall["J_decay"])
    assert unwrapped.overall["J_mean"] == wrapped.overall["J_mean"]


def test_binary_takes_whatever_is_not_zero(small) -> None:
    for k in range(5):
        put(small[0] / "bear" / f"{k:05d}.png", np.where(square(k) > 0, np.uint8(255), np.uint8(0)), "L")
    report = score(small, binary=True)
    assert list(report.per_object) == ["bear_1", "wolf_1"]
    assert report.overall["J&F"] == 1.0


def test_void_is_background_unless_ignored(small) -> None:
    truth, _ = small
    labels = square(2)
    labels[4:7, 3:20] = 255
    put(truth / "bear" / "00002.png", labels)
    assert score(small).per_object["bear_1"]["J_mean"] == (1 + 18 / 36 + 1) / 3
    assert score(small, ignore_void=True).per_object["bear_1"]["J_mean"] == 1.0


@pytest.mark.parametrize("shape", ["root", "Annotations", "Annotations/480p", "plain"])
@pytest.mark.parametrize("side", [0, 1])
def test_each_side_may_be_a_root_its_annotations_or_plain(small, tmp_path: Path, shape: str, side: int) -> None:
    folders = list(small)
    if shape != "plain":
        folder = tmp_path / "made" / "Annotations" / "480p"
        folder.parent.mkdir(parents=True)
        folders[side].rename(folder)
        folders[side] = tmp_path / "made" / ("" if shape == "root" else shape)
    assert score((folders[0], folders[1])).overall["J&F"] == 1.0


def test_a_list_says_which_sequences_count(small, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "Annotations").mkdir(parents=True)
    small[0].rename(root / "Annotations" / "480p")
    (root / "ImageSets" / "2017").mkdir(parents=True)
    (root / "ImageSets" / "2017" / "val.txt").write_text("wolf\n")
    (root / "ImageSets" / "2017" / "train.txt").write_text("bear\n")
    assert list(score((root, small[1])).per_sequence) == ["wolf"]
    train = score((root, small[1]), split="train")
    assert list(train.per_sequence) == ["bear"]
    assert "per-sequence_results-train.csv" in train.files


def test_the_official_tables(small) -> None:
    assert score(small).to_csv() == {
        "global_results-val.csv": (
            "J&F-Mean,J-Mean,J-Recall,J-Decay,F-Mean,F-Recall,F-Decay\n1.000,1.000,1.000,0.000,1.000,1.000,0.000\n"
        ),
        "per-sequence_results-val.csv": (
            "Sequence,J-Mean,F-Mean\nbear_1,1.000,1.000\nbear_2,1.000,1.000\nwolf_1,1.000,1.000\nwolf_2,1.000,1.000\n"
        ),
    }


# --- faults ----------------------------------------------------------------------------------------------------------

Fault = Callable[[Path, Path], object]


def wide(path: Path) -> None:
    labels = square(1).astype(np.uint16)
    labels[0, 0] = 300
    Image.fromarray(labels).save(path)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda t, p: (p / "bear/00002.png").unlink(), r"predictions are missing: bear/00002\.png\. .*--partial"),
        (lambda t, p: (p / "bear").rename(p / "boar"), r"predictions are missing: bear/\."),
        (lambda t, p: truncate(p / "bear/00002.png"), r"bear/00002\.png: found a damaged PNG"),
        (lambda t, p: truncate(t / "bear/00002.png"), r"truth/bear/00002\.png: found a damaged PNG"),
        (lambda t, p: (p / "bear/00002.png").write_bytes(b""), r"bear/00002\.png: found an empty file"),
        (lambda t, p: put(p / "bear/00002.png", square(2)[:, :-1]), r"bear/00002\.png: found a size of 29x20.*30x20"),
        (lambda t, p: put(p / "bear/00002.png", square(2), "RGB"), r"bear/00002\.png: found RGB colours"),
        (lambda t, p: put(p / "bear/00002.png", square(2) * 3), r"bear/00002\.png: found a pixel of 3, .* 1 to 2"),
        (lambda t, p: put(p / "bear/00002.png", square(2) * 255), r"bear/00002\.png: found a pixel of 25[45]"),
        (lambda t, p: wide(p / "bear/00002.png"), r"bear/00002\.png: found a pixel of 300, expected objects 1 to 2"),
        (lambda t, p: [f.unlink() for f in sorted((t / "bear").iterdir())[2:]], r"truth/bear: found 2 label maps"),
        (lambda t, p: p.rename(p.parent / "elsewhere"), r"predictions: found no folder"),
        (lambda t, p: [f.unlink() for f in t.rglob("*.png")], r"truth: found no folder with PNGs"),
    ],
)
@pytest.mark.parametrize("num_workers", [1, 2])
def test_a_fault_is_told_with_its_file(small, fault: Fault, message: str, num_workers: int) -> None:
    fault(*small)
    with pytest.raises(PointreelError, match=message) as raised:
        score(small, num_workers=num_workers)
    assert "\n" not in str(raised.value)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


@pytest.mark.parametrize(
    ("oddity", "message"),
    [
        (lambda t, p: (p / "notes.txt").write_text("?"), r"not scored.*: notes\.txt\."),
        (lambda t, p: put(p / "bear/00009.png", square(1)), r"not scored.*: bear/00009\.png\."),
        (lambda t, p: put(p / "lynx/00000.png", square(1)), r"not scored.*: lynx/\."),
        (lambda t, p: put(t / "bear/00003.png", square(3) * 2), r"bear/00003\.png: object 4 is not in the first frame"),
        (lambda t, p: (t / "void").mkdir(), r"truth/void: is empty"),
        (lambda t, p: empty(t, p), r"truth/lynx: no object in the first frame"),
    ],
)
def test_what_the_published_tool_passes_over_is_warned_of(small, oddity: Fault, message: str) -> None:
    oddity(*small)
    report = score(small)
    assert len(report.warnings) == 1
    assert re.search(message, report.warnings[0]), report.warnings
    assert list(report.per_sequence) == ["bear", "wolf"]


def empty(truth: Path, predictions: Path) -> None:
    for folder in (truth, predictions):
        for k in range(3):
            put(folder / "lynx" / f"{k}.png", np.zeros((4, 4), np.uint8))


def test_first_and_last_frames_need_no_prediction_and_tables_are_no_strays(small) -> None:
    for name in ("00000", "00004"):
        (small[1] / "bear" / f"{name}.png").unlink()
    (small[1] / "global_results-val.csv").write_text("")
    report = score(small)
    assert report.overall["J&F"] == 1.0
    assert not report.warnings
    assert not report.missing


def test_what_is_missing_can_be_left_out_and_is_named(small) -> None:
    (small[1] / "bear" / "00002.png").unlink()
    for path in (small[1] / "wolf").iterdir():
        path.unlink()
    report = score(small, partial=True)
    assert report.missing == ("bear/00002.png", "wolf/")
    assert list(report.per_object) == ["bear_1", "bear_2"]
    assert report.to_json()["missing"] == ["bear/00002.png", "wolf/"]
    for path in (small[1] / "bear").iterdir():
        path.unlink()
    with pytest.raises(PointreelError, match=r"there is no prediction of bear, wolf"):
        score(small, partial=True)


def test_a_grey_truth_with_few_bits_and_one_of_16_are_read(small) -> None:
    put(small[1] / "bear" / "00001.png", square(1), "L")
    Image.fromarray(square(2).astype(np.uint16)).save(small[1] / "bear" / "00002.png")
    assert score(small).overall["J&F"] == 1.0


def test_an_unknown_split_names_those_there_are(small, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"expected a list test-dev\.txt"):
        score(small, split="test-dev")


def test_nothing_is_written_beside_the_predictions(small) -> None:
    before = sorted(os.walk(small[1]))
    score(small, num_workers=2)
    assert sorted(os.walk(small[1])) == before
