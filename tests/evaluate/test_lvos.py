"""LVOS: which frames of an object count, V, unseen videos, and what is wrong in meta.json."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import FormatError
from pointreel.evaluate import scorers
from pointreel.evaluate.metrics.j_and_f import contour_accuracy, region_similarity

SIZE = (30, 40)
FRAMES = range(0, 60, 5)
SPANS: dict[str, dict[int, tuple[int, int]]] = {"long 1": {1: (0, 60), 2: (20, 46)}, "länger": {1: (5, 60), 3: (0, 31)}}


def labels(k: int, error: int = 0) -> np.ndarray:
    pixels = np.zeros(SIZE, np.uint8)
    pixels[2:12, 2 + k // 4 + error : 12 + k // 4 + error] = 1
    if 20 <= k < 40:
        pixels[15:25, 5 + error : 15 + error] = 2
    return pixels


def put(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in SPANS:
        for k in FRAMES:
            put(tmp_path / "valid" / "Annotations" / name / f"{k:08d}.png", labels(k))
            put(tmp_path / "results" / name / f"{k:08d}.png", labels(k, (k // 15) % 3))
    write_meta(tmp_path / "valid", str)
    return tmp_path / "valid", tmp_path / "results"


def write_meta(folder: Path, number: type) -> None:
    videos = {
        name: {
            "objects": {
                str(i): {
                    "frame_range": {"start": number(a), "end": number(b), "frame_nums": number(len(range(a, b, 5)))}
                }
                for i, (a, b) in objects.items()
            }
        }
        for name, objects in SPANS.items()
    }
    (folder / "meta.json").write_text(json.dumps({"videos": videos}))


def plain(object_id: int, start: int, end: int) -> tuple[float, float, float]:
    """The published rule, in words: every fifth frame, both absent is 1."""
    pairs = [(labels(k) == object_id, labels(k, (k // 15) % 3) == object_id) for k in range(start, end, 5)]
    j, f = (np.array([measure(*pair) for pair in pairs]) for measure in (region_similarity, contour_accuracy))
    return float(j.mean()), float(f.mean()), float(np.sqrt(round(float(((j + f) / 2).var()), 4)))


@pytest.mark.parametrize("number", [int, str])
def test_objects_count_on_every_fifth_frame_of_their_range(folders, number: type) -> None:
    write_meta(folders[0], number)
    report = scorers.build("lvos").score(*folders)
    expected = {f"{name}_{i}": plain(i, *span) for name, objects in SPANS.items() for i, span in objects.items()}
    assert report.per_object.keys() == expected.keys()
    for key, (j, f, v) in expected.items():
        assert report.per_object[key] == pytest.approx({"J&F": (j + f) / 2, "J_mean": j, "F_mean": f, "V": v})
    assert report.per_object["länger_3"]["J_mean"] == 1
    assert report.overall["V"] == pytest.approx(np.mean([v for *_, v in expected.values()]))
    assert report.intervals.keys() == {"J&F", "J_mean", "F_mean", "V"}
    assert report.warnings == ()
    assert scorers.build("lvos").score(*folders, num_workers=2).to_json() == report.to_json()


def test_seen_and_unseen_videos(folders, tmp_path: Path) -> None:
    (tmp_path / "unseen.txt").write_text("länger\n", encoding="utf-8")
    report = scorers.build("lvos", unseen=tmp_path / "unseen.txt").score(*folders)
    seen = [plain(i, *span) for i, span in SPANS["long 1"].items()]
    unseen = [plain(i, *span) for i, span in SPANS["länger"].items()]
    assert report.overall["J_seen"] == pytest.approx(np.mean([j for j, *_ in seen]))
    assert report.overall["V_unseen"] == pytest.approx(np.mean([v for *_, v in unseen]))
    kinds = [report.overall[name] for name in ("J_seen", "F_seen", "J_unseen", "F_unseen")]
    assert next(iter(report.overall.items())) == ("G", pytest.approx(np.mean(kinds)))


def test_frames_that_are_listed_and_not_labelled_are_warned_of(folders) -> None:
    for folder in folders:
        next(folder.rglob("long 1/00000055.png")).unlink()
    assert "long 1_1" in scorers.build("lvos").score(*folders).warnings[0]


def test_a_wrong_meta_is_told_with_its_place(folders) -> None:
    meta = json.loads((folders[0] / "meta.json").read_text())
    meta["videos"]["länger"]["objects"]["3"]["frame_range"]["end"] = "soon"
    (folders[0] / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(FormatError, match=r"frame_range\.end: found text 'soon', expected a whole number"):
        scorers.build("lvos").score(*folders)
    (folders[0] / "meta.json").unlink()
    with pytest.raises(FormatError, match=r"found no meta\.json"):
        scorers.build("lvos").score(*folders)
