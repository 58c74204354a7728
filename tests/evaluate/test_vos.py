"""MOSE, TAO-VOS, SA-V and YouTube-VOS: late objects, against a plain reimplementation of their rules."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import PointreelError
from pointreel.evaluate import Report, scorers
from pointreel.evaluate.metrics.j_and_f import contour_accuracy, region_similarity

Video = list[tuple[np.ndarray, np.ndarray]]


def video(seed: int, num_frames: int = 9, num_objects: int = 4) -> Video:
    """Truth and prediction: squares that come late, leave, and come back; the prediction is off and has one more."""
    dice = random.Random(seed)
    height, width = dice.randint(20, 40), dice.randint(20, 40)
    come = [dice.randint(0, num_frames - 3) for _ in range(num_objects)]
    frames = []
    for k in range(num_frames):
        maps = np.zeros((2, height, width), np.uint8)
        for which, labels in enumerate(maps):
            for i in range(num_objects + which):
                start = come[i] + dice.randint(-1, 1) * which if i < num_objects else num_frames - 2
                if k >= start and dice.random() < 0.85:
                    row, column, side = dice.randint(0, height - 3), dice.randint(0, width - 3), dice.randint(2, 9)
                    labels[row : row + side, column : column + side] = 3 * i + 1
        frames.append((maps[0], maps[1]))
    return frames


VIDEOS = {"a": video(1), "nested/b c": video(2, 14, 3), "ü": video(3, 5, 2)}


def put(path: Path, labels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(labels)
    image.putpalette(list(range(256)) * 3)
    image.save(path)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name, frames in VIDEOS.items():
        for k, maps in enumerate(frames):
            for folder, labels in zip(("truth/Annotations", "predictions"), maps, strict=True):
                put(tmp_path / folder / name / f"{5 * k:05d}.png", labels)
    return tmp_path / "truth", tmp_path / "predictions"


def score(name: str, folders: tuple[Path, Path], *, num_workers: int = 1, **options: object) -> Report:
    report: Report = scorers.build(name, **options).score(*folders, num_workers=num_workers)
    return report


def plain(frames: Video, void: int | None = None) -> dict[int, tuple[float, float]]:
    """The rule in words: an object counts from the first frame on which anybody has it."""
    found = {}
    for i in {*np.unique([truth for truth, _ in frames]).tolist()} - {0, void}:
        pairs = [(truth == i, prediction == i) for truth, prediction in frames]
        start = next(k for k, (truth, prediction) in enumerate(pairs) if truth.any() or prediction.any())
        j = [region_similarity(*pair) for pair in pairs[start:]]
        f = [contour_accuracy(*pair) for pair in pairs[start:]]
        found[i] = float(np.mean(j)), float(np.mean(f))
    return found


@pytest.mark.parametrize("name", ["mose", "tao-vos"])
@pytest.mark.parametrize("skip_ends", [True, False])
def test_objects_count_from_when_they_come(folders, name: str, skip_ends: bool) -> None:
    report = score(name, folders, skip_ends=skip_ends)
    expected = {
        f"{video_name}_{i}": values
        for video_name, frames in VIDEOS.items()
        for i, values in plain(frames[1:-1] if skip_ends else frames).items()
    }
    assert report.per_object.keys() == expected.keys()
    for key, (j, f) in expected.items():
        assert report.per_object[key] == {"J&F": (j + f) / 2, "J_mean": j, "F_mean": f}
    assert report.overall["J_mean"] == pytest.approx(np.mean([j for j, _ in expected.values()]), abs=1e-15)
    assert report.intervals["J&F"][0] <= report.overall["J&F"] <= report.intervals["J&F"][1]
    assert score(name, folders, skip_ends=skip_ends, num_workers=2).to_json() == report.to_json()


def test_an_object_that_only_predictions_have_is_warned_of(folders) -> None:
    warnings = score("mose", folders, skip_ends=False).warnings
    assert [warning for warning in warnings if "object 13 is not in the truth" in warning]


def test_void_is_no_object_in_tao_vos_and_one_in_mose(folders) -> None:
    path = folders[0] / "Annotations" / "a" / "00010.png"
    labels = np.array(Image.open(path))
    labels[:3, :3] = 255
    put(path, labels)
    assert "a_255" in score("mose", folders).per_object
    assert "a_255" not in score("tao-vos", folders).per_object


def test_tao_vos_scores_labelled_frames_of_the_videos_listed(folders, tmp_path: Path) -> None:
    root = tmp_path / "tao"
    (root / "valid").mkdir(parents=True)
    (folders[0] / "Annotations").rename(root / "valid" / "Annotations")
    (root / "ImageSets").mkdir()
    (root / "ImageSets" / "valid.txt").write_text("a\nnested/b c\n")
    put(folders[1] / "a" / "00003.png", np.zeros((2, 2), np.uint8))  # between labelled frames: never opened
    report = score("tao-vos", (root, folders[1]))
    assert list(report.per_sequence) == ["a", "nested/b c"]


def test_sav_has_a_picture_per_object_that_may_overlap(tmp_path: Path) -> None:
    shapes = {0: video(7, 8, 1), 3: video(8, 8, 1)}
    expected = {}
    for number, frames in shapes.items():
        masks = [((truth == 1).astype(np.uint8), (prediction == 1).astype(np.uint8)) for truth, prediction in frames]
        for k, maps in enumerate(masks):
            for folder, labels in zip(("truth/Annotations_6fps", "predictions"), maps, strict=True):
                put(tmp_path / folder / "sav_1" / f"{number:03d}" / f"{4 * k:05d}.png", labels * 255)
        expected[f"sav_1_{number}"] = plain(masks[1:-1])[1]
    report = score("sav", (tmp_path / "truth", tmp_path / "predictions"))
    assert {key: (row["J_mean"], row["F_mean"]) for key, row in report.per_object.items()} == expected
    assert list(report.per_sequence) == ["sav_1"]


CATEGORIES = {"a": {1: "ape", 4: "zebra", 7: "unicorn"}, "nested/b c": {1: "unicorn", 4: "cat"}, "ü": {1: "sphinx"}}


def write_meta(root: Path) -> dict[str, dict[int, list[int]]]:
    """List each object on the frames from its first on; gives the frames."""
    listed: dict[str, dict[int, list[int]]] = {}
    for name, objects in CATEGORIES.items():
        truth = [labels for labels, _ in VIDEOS[name]]
        listed[name] = {
            i: list(range(next(k for k, m in enumerate(truth) if (m == i).any()), len(truth))) for i in objects
        }
    videos = {
        name: {
            "objects": {
                str(i): {"category": category, "frames": [f"{5 * k:05d}" for k in listed[name][i]]}
                for i, category in objects.items()
            }
        }
        for name, objects in CATEGORIES.items()
    }
    (root / "meta.json").write_text(json.dumps({"videos": videos}))
    return listed


@pytest.mark.parametrize("first_frame", [False, True])
def test_g_is_the_mean_of_four(folders, first_frame: bool) -> None:
    listed = write_meta(folders[0])
    values: dict[str, list[float]] = {"J_seen": [], "F_seen": [], "J_unseen": [], "F_unseen": []}
    for name, objects in CATEGORIES.items():
        for i, category in objects.items():
            kind = "seen" if category in ("ape", "zebra", "cat") else "unseen"
            at = listed[name][i][0 if first_frame else 1 :]
            pairs = [(VIDEOS[name][k][0] == i, VIDEOS[name][k][1] == i) for k in at]
            values[f"J_{kind}"].append(float(np.mean([region_similarity(*pair) for pair in pairs])))
            values[f"F_{kind}"].append(float(np.mean([contour_accuracy(*pair) for pair in pairs])))
    means = {kind: float(np.mean(found)) for kind, found in values.items()}
    report = score("ytvos", folders, first_frame=first_frame)
    assert {kind: report.overall[kind] for kind in means} == pytest.approx(means, abs=1e-15)
    assert report.overall["G"] == pytest.approx(sum(means.values()) / 4, abs=1e-15)
    assert report.intervals["G"][0] <= report.overall["G"] <= report.intervals["G"][1]


def test_seen_categories_can_come_from_a_training_set(folders, tmp_path: Path) -> None:
    write_meta(folders[0])
    (tmp_path / "train").mkdir()
    videos = {"x": {"objects": {"1": {"category": "unicorn", "frames": []}}}}
    (tmp_path / "train" / "meta.json").write_text(json.dumps({"videos": videos}))
    built_in, given = score("ytvos", folders), score("ytvos", folders, seen=tmp_path / "train" / "meta.json")
    assert built_in.overall["J_seen"] != given.overall["J_seen"]
    assert built_in.overall["J&F"] == given.overall["J&F"]


def test_without_unseen_categories_g_is_of_what_is_left(folders, tmp_path: Path) -> None:
    write_meta(folders[0])
    text = (folders[0] / "meta.json").read_text()
    (folders[0] / "meta.json").write_text(text.replace("unicorn", "cat").replace("sphinx", "cat"))
    overall = score("ytvos", folders).overall
    assert np.isnan(overall["J_unseen"])
    assert overall["G"] == pytest.approx((overall["J_seen"] + overall["F_seen"]) / 2)


@pytest.mark.parametrize("name", ["mose", "tao-vos", "ytvos"])
def test_what_is_missing_is_refused_by_name(folders, name: str) -> None:
    write_meta(folders[0])
    (folders[1] / "a" / "00010.png").unlink()
    with pytest.raises(PointreelError, match=r"predictions are missing: a/00010\.png"):
        score(name, folders)
    assert score(name, folders, partial=True).missing == ("a/00010.png",)
    (folders[1] / "a" / "00010.png").write_bytes(b"no picture")
    with pytest.raises(PointreelError, match=r"a/00010\.png: found a file that starts with"):
        score(name, folders, num_workers=2)
