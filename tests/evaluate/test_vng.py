"""Video Narrative Grounding: the official numbers, a naive implementation beside ours, and what is refused."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pointreel.core import FormatError, Mask, PointreelError
from pointreel.evaluate import Report
from pointreel.evaluate.scorers import vng
from pointreel.formats import GroundingFiles, NarrativeGrounding

Json = dict[str, Any]
SIZE = (23, 31)


def test_equals_official_code(shared: Path) -> None:
    folder = shared / "golden" / "evaluate"
    official = json.loads((folder / "vng_golden.json").read_text())["ovis"]
    report = vng.build(vng.Config()).score(folder / "vng", folder / "vng" / "res_ovis")
    assert report.overall == {"J&F": official["JF"], "J": official["J"], "F": official["F"]}
    for number in "0123":
        figures = report.per_object[f"vidA_{number}"]
        assert (figures["J"], figures["F"]) == (official["js"]["vidA"][number], official["fs"]["vidA"][number])
    assert report.per_sequence["vidA"] == report.overall
    assert report.warnings == ()


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8) * 255).save(path)


def blob(rng: np.random.Generator) -> np.ndarray:
    pixels = np.zeros(SIZE, bool)
    top, left = rng.integers(0, 12, 2)
    pixels[top : top + rng.integers(1, 12), left : left + rng.integers(1, 18)] = True
    return pixels


class Uvo:
    """Two videos in the layout of UVO: masks on every third frame, an extra object, an expression used twice."""

    def __init__(self, root: Path) -> None:
        rng = np.random.default_rng(4)
        self.root, self.results = root / "truth", root / "results"
        self.frames = {"a b": 8, "dog": 5}
        self.true: dict[tuple[str, int], dict[int, np.ndarray]] = {}
        self.predicted: dict[tuple[str, int], dict[int, np.ndarray]] = {}
        meta: Json = {"videos": {}}
        self.orig: Json = {"videos": [], "annotations": []}
        self.extra: Json = {"videos": [], "annotations": []}
        for v, (video, num_frames) in enumerate(self.frames.items()):
            sparse = list(range(0, num_frames, 3))
            files = [f"{video}/{number}.png" for number in sparse]
            head = {"id": v + 5, "ytid": video, "height": SIZE[0], "width": SIZE[1], "file_names": files}
            self.orig["videos"].append(head)
            self.extra["videos"].append(head)
            masks = {object_id: self._track(sparse, rng) for object_id in (10 * v + 1, 10 * v + 2, 1000 + v)}
            for object_id, track in masks.items():
                rles = [None if track[n] is None else Mask.from_array(track[n]).to_coco() for n in sparse]
                file = self.extra if object_id >= 1000 else self.orig
                file["annotations"].append({"id": object_id, "video_id": v + 5, "segmentations": rles})
            meant = [10 * v + 2, 1000 + v, 10 * v + 1, 10 * v + 1]
            meta["videos"][video] = {
                "expressions": {
                    str(e): {
                        "obj_id": object_id,
                        "noun_phrase_start_idx": 2,
                        "noun_phrase_end_idx": 5,
                        "narrative_actor_idx": 0,
                    }
                    for e, object_id in enumerate(meant)
                },
                "actor_narratives": [{"actor_name": "dog", "description": "a dog sits"}],
                "frames": [str(n) for n in range(num_frames)],
            }
            for e, object_id in enumerate(meant):
                self.true[video, e] = {n: m for n, m in masks[object_id].items() if m is not None}
                self.predicted[video, e] = {n: blob(rng) for n in range(num_frames)}
                for number, pixels in self.predicted[video, e].items():
                    save(self.results / video / str(e) / f"{number:06d}.png", pixels)
        self.meta = meta
        self.write()

    def _track(self, numbers: list[int], rng: np.random.Generator) -> dict[int, np.ndarray | None]:
        return {n: blob(rng) if n == 0 or rng.random() < 0.7 else None for n in numbers}

    def write(self) -> None:
        write(self.root / "meta_expressions" / "test" / "meta_expressions.json", self.meta)
        write(self.root / "extra_masks" / "test" / "extra_masks.json", self.extra)
        write(self.root / "orig_masks" / "UVO_dense_train.json", self.orig)

    def score(self, *, partial: bool = False, orig_masks: Path | None = None) -> Report:
        config = vng.Config(partial=partial, orig_masks=orig_masks)
        return vng.build(config).score(self.root, self.results)


@pytest.fixture
def uvo(tmp_path: Path) -> Uvo:
    return Uvo(tmp_path)


def contour(pixels: np.ndarray) -> np.ndarray:
    """Pixels that differ from the one to the right, below, or right below; the last row and column go on."""
    padded = np.pad(pixels, ((0, 1), (0, 1)), mode="edge")
    return (pixels != padded[:-1, 1:]) | (pixels != padded[1:, :-1]) | (pixels != padded[1:, 1:])


def naive(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, float]:
    either = (truth | prediction).sum()
    j = (truth & prediction).sum() / either if either else 1.0
    radius = int(np.ceil(0.008 * np.hypot(*SIZE)))
    one, two = np.argwhere(contour(truth)), np.argwhere(contour(prediction))
    if not len(one) or not len(two):
        return j, float(len(one) == len(two))
    near = ((one[:, None] - two[None]) ** 2).sum(-1) <= radius**2
    recall, precision = near.any(1).mean(), near.any(0).mean()
    return j, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def test_uvo_style_equals_naive_implementation(uvo: Uvo) -> None:
    report = uvo.score()
    scores = {
        key: np.mean([naive(mask, uvo.predicted[key][number]) for number, mask in masks.items()], axis=0)
        for key, masks in uvo.true.items()
    }
    for (video, e), (j, f) in scores.items():
        assert report.per_object[f"{video}_{e}"] == pytest.approx({"J&F": (j + f) / 2, "J": j, "F": f}, abs=1e-12)
    j, f = np.mean(list(scores.values()), axis=0)
    assert report.overall == pytest.approx({"J&F": (j + f) / 2, "J": j, "F": f}, abs=1e-12)


def test_uvo_style_equals_official_code(uvo: Uvo) -> None:
    official = json.loads((Path(__file__).parent / "data" / "vng_uvo_official.json").read_text())
    content = json.dumps([uvo.meta, uvo.orig, uvo.extra]).encode()
    pixels = b"".join(mask.tobytes() for masks in uvo.predicted.values() for mask in masks.values())
    sha256 = hashlib.sha256(content + pixels).hexdigest()
    assert sha256 == official["sha256"], "the workload is not the one the official code was run on"
    assert uvo.score().overall == {name: official[name] for name in ("J&F", "J", "F")}


def test_several_workers_find_the_same(uvo: Uvo) -> None:
    scorer = vng.build(vng.Config())
    assert scorer.score(uvo.root, uvo.results, num_workers=2) == uvo.score()


def test_masks_are_on_the_frames_that_are_named(uvo: Uvo) -> None:
    grounding = NarrativeGrounding(GroundingFiles.of(uvo.root, "test"))
    assert grounding.videos == ("a b", "dog")
    for expression in grounding.expressions("a b"):
        assert expression.noun == "dog"
        masks = grounding.masks(expression)
        true = uvo.true["a b", expression.number]
        assert masks.keys() == true.keys()
        assert all(np.array_equal(masks[number].to_array(), true[number]) for number in true)


def test_masks_of_the_dataset_may_lie_elsewhere(uvo: Uvo, tmp_path: Path) -> None:
    expected = uvo.score().overall
    (uvo.root / "orig_masks" / "UVO_dense_train.json").rename(tmp_path / "train.json")
    assert uvo.score(orig_masks=tmp_path / "train.json").overall == expected
    with pytest.raises(FormatError, match=r"found a folder without"):
        uvo.score()


def test_of_two_annotations_with_one_id_the_first_counts(uvo: Uvo) -> None:
    expected = uvo.score().overall
    uvo.orig["annotations"].append(dict(uvo.orig["annotations"][0], segmentations=[]))
    uvo.write()
    assert uvo.score().overall == expected


def test_frames_of_results_may_count_from_one(uvo: Uvo) -> None:
    expected = uvo.score().overall
    folder = uvo.results / "dog" / "1"
    for number in range(4, -1, -1):
        (folder / f"{number:06d}.png").rename(folder / f"img_{number + 1:07d}.png")
    assert uvo.score().overall == expected


def test_partial_results_are_refused_unless_asked_for(uvo: Uvo) -> None:
    for path in (uvo.results / "dog" / "2").iterdir():
        path.unlink()
    with pytest.raises(PointreelError, match=r"results: 1 of 8 expressions have no result \(dog_2\).*--partial"):
        uvo.score()
    report = uvo.score(partial=True)
    assert report.missing == ("dog_2",)
    assert "dog_2" not in report.per_object
    assert report.overall["J"] == pytest.approx(np.mean([figures["J"] for figures in report.per_object.values()]))


def test_folders_of_other_videos_are_told(uvo: Uvo) -> None:
    save(uvo.results / "cat" / "0" / "000000.png", np.ones(SIZE, bool))
    assert "results: not scored, because the truth has no video of the name: cat." in uvo.score().warnings[0]


def wide(path: Path) -> None:
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(path)


def coloured(path: Path) -> None:
    Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(path)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (wide, r"000003\.png: found a size of 9x9, expected 31x23"),
        (coloured, r"000003\.png: found RGB colours"),
        (cut, r"000003\.png: found a damaged PNG"),
        (lambda path: path.unlink(), r"dog.1: found no frame 3, expected all up to the last, 4"),
        (
            lambda path: path.rename(path.with_name("third.png")),
            r"third\.png: found 'third\.png', expected a file named",
        ),
    ],
)
def test_damaged_results_are_named(uvo: Uvo, change: Callable[[Path], object], message: str) -> None:
    change(uvo.results / "dog" / "1" / "000003.png")
    with pytest.raises(PointreelError, match=message) as caught:
        uvo.score()
    assert "\n" not in str(caught.value)


def test_a_result_that_ends_early_is_named(uvo: Uvo) -> None:
    for number in (3, 4):
        (uvo.results / "dog" / "2" / f"{number:06d}.png").unlink()
    uvo.orig["annotations"][-2]["segmentations"][1] = Mask.from_array(np.ones(SIZE)).to_coco()
    uvo.write()
    with pytest.raises(PointreelError, match=r"dog.2: found no picture of frame 3, counted from 0"):
        uvo.score()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda uvo: uvo.meta["videos"]["dog"]["expressions"]["1"].update(obj_id=77),
            r"videos\.dog\.expressions\.1\.obj_id: found the number 77",
        ),
        (
            lambda uvo: uvo.meta["videos"]["dog"]["expressions"].pop("1"),
            r"videos\.dog\.expressions: found the keys .*, expected the key",
        ),
        (
            lambda uvo: uvo.meta["videos"]["dog"].update(frames=["0", "1", "9", "9"]),
            r"videos\.dog\.frames\[3\]: found 9, expected frame 3",
        ),
        (
            lambda uvo: uvo.orig["annotations"][0].update(segmentations=[]),
            r"annotations\[0\]\.segmentations: found a list of 0, expected 3",
        ),
        (
            lambda uvo: uvo.orig["annotations"][0].update(segmentations=[None] * 3),
            r"annotations\[0\]\.segmentations: found no mask",
        ),
        (
            lambda uvo: uvo.orig["annotations"][0].update(video_id=99),
            r"annotations\[0\]\.video_id: found the number 99",
        ),
        (
            lambda uvo: uvo.extra["annotations"][0].update(id=1),
            r"extra_masks\.json: annotations: found the id 1, which UVO_dense_train\.json has",
        ),
    ],
)
def test_damaged_truth_is_named(uvo: Uvo, change: Callable[[Uvo], object], message: str) -> None:
    change(uvo)
    uvo.write()
    with pytest.raises(FormatError, match=message) as caught:
        uvo.score()
    assert "\n" not in str(caught.value)
