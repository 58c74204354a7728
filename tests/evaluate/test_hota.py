"""HOTA and BURST: TrackEval's numbers, a naive implementation beside ours, and what is refused."""

import hashlib
import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pointreel.core import FormatError, Mask, UnknownName
from pointreel.evaluate._hota_intervals import hota_intervals
from pointreel.evaluate.metrics.hota import ALPHAS, FrameSimilarities, Hota, hota
from pointreel.evaluate.scorers import burst

OFFICIAL = Path(__file__).parent / "data" / "burst_official.json"
Json = dict[str, Any]
SIZE = (40, 56)
NAMES = (
    "HOTA",
    "DetA",
    "AssA",
    "DetRe",
    "DetPr",
    "AssRe",
    "AssPr",
    "LocA",
    "OWTA",
    "HOTA(0)",
    "LocA(0)",
    "HOTALocA(0)",
)


def painted(place: np.ndarray) -> Mask:
    left, top, width, height = place.tolist()
    pixels = np.zeros(SIZE, bool)
    pixels[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = True
    return Mask.from_array(pixels)


def workload() -> dict[str, Json]:
    """Truth and results of BURST with everything that is easily got wrong, the same on every machine.

    Common and uncommon classes, distractors, classes that are merged into others, classes known not to be there or not
    annotated everywhere; frames without objects; more frames predicted than annotated; tracks that are lost and begun
    again, numbers that are used in several sequences, a sequence without results and one without objects; a
    frame with 310 predictions; a detection that names a class of its own.
    """
    rng = np.random.default_rng(77)
    truth: Json = {"split": "val", "categories": [], "sequences": []}
    guided: Json = {"split": "val", "sequences": []}
    exemplar: Json = {"split": "val", "sequences": []}
    classes = (805, 4, 13, 2, 3, 207, 20, 554)
    for s in range(6):
        frames = [f"frame{7 * k + 1:04d}.jpg" for k in range(6)]
        head = {"id": s + 1, "dataset": "LaSOT", "seq_name": f"dog {s}", "height": SIZE[0], "width": SIZE[1]}
        head |= {"neg_category_ids": [2, 1][: s % 3], "not_exhaustive_category_ids": [4, 3][: (s + 1) % 3]}
        categories = {str(k + 1): classes[(3 * s + k) % len(classes)] for k in range(0 if s == 4 else 5)}
        places = {k: rng.integers(0, 20, 4) + np.array([0, 0, 4, 4]) for k in categories}
        masks = {k: [painted(place + np.array([2 * f, f, 0, 0])) for f in range(8)] for k, place in places.items()}
        entries: list[Json] = [
            {k: {"rle": masks[k][f].counts.decode()} for k in categories if f != 3 and rng.random() < 0.8}
            for f in range(6)
        ]
        sequence = head | {"annotated_image_paths": frames, "track_category_ids": categories}
        truth["sequences"].append(sequence | {"segmentations": entries})
        if s == 5:
            continue
        more = [*frames, "frame0900.jpg"]
        for results in (guided, exemplar):
            tracks = {str(t + 1): int(rng.choice([805, 4, 13, 2, 3, 207, 554, 504, 720])) for t in range(9)}
            near = {t: (list(categories) or [""])[k % max(1, len(categories))] for k, t in enumerate(tracks)}
            for t, k in near.items():
                if k and rng.random() < 0.8:
                    tracks[t] = categories[k]
            if results is exemplar:
                tracks = dict(categories)
                near = {t: t if rng.random() < 0.8 else str(1 + int(t) % 5) for t in tracks}
            found: list[Json] = []
            for f in range(len(more)):
                entry: Json = {}
                for t in tracks:
                    if rng.random() < 0.7:
                        place = places[near[t]] + np.array([2 * f, f, 0, 0]) if near[t] else rng.integers(0, 20, 4)
                        mask = painted(place + rng.integers(-1, 2, 4))
                        entry[t] = {"rle": mask.counts.decode(), "score": round(float(rng.random()), 2)}
                        if results is guided and rng.random() < 0.05:
                            entry[t]["category_id"] = 805
                found.append(entry)
            if results is guided and s == 1:
                spot = painted(np.array([1, 1, 3, 3])).counts.decode()
                tracks |= {str(t): 805 for t in range(100, 410)}
                found[0] |= {str(t): {"rle": spot, "score": 0.5 + (t == 400) / 4} for t in range(100, 410)}
            results["sequences"].append(
                head | {"annotated_image_paths": more, "track_category_ids": tracks, "segmentations": found}
            )
    return {"truth": truth, "guided": guided, "exemplar": exemplar}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("burst")
    for name, content in workload().items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


@pytest.fixture(scope="module")
def official(made: Path) -> Json:
    known: Json = json.loads(OFFICIAL.read_text())
    contents = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in made.iterdir()}
    assert contents == known["sha256"], "the workload is not the one the official code was run on"
    return known


@pytest.mark.parametrize(("task", "results"), [("class-guided", "guided"), ("exemplar-guided", "exemplar")])
def test_tasks_with_classes_equal_trackeval(made: Path, official: Json, task: str, results: str) -> None:
    report = burst.build(burst.Config(task=task)).score(made / "truth.json", made / f"{results}.json")
    assert report.overall == pytest.approx(official[task]["overall"], abs=1e-12)
    assert report.per_sequence["LaSOT/dog 0"] == pytest.approx(official[task]["dog 0"], abs=1e-12)
    assert any("sequences without any prediction, where all is missed: LaSOT/dog 5." in w for w in report.warnings)


@pytest.mark.parametrize("subset", ["all", "known", "unknown"])
def test_open_world_equals_trackeval(made: Path, official: Json, subset: str) -> None:
    config = burst.Config(task="open-world", subset=subset)
    report = burst.build(config).score(made / "truth.json", made / "guided.json")
    assert report.overall == pytest.approx(official[f"open-world {subset}"], abs=1e-12)
    assert next(iter(report.overall)) == "OWTA"


def test_several_workers_find_the_same(made: Path) -> None:
    scorer = burst.build(burst.Config())
    one, two = (scorer.score(made / "truth.json", made / "guided.json", num_workers=n) for n in (1, 2))
    assert one == two


def naive(frames: list[FrameSimilarities]) -> dict[str, float]:
    """HOTA as its paper says it, with every matching of a frame tried."""
    pairs: dict[tuple[int, int], float] = {}
    in_truth: dict[int, int] = {}
    in_predicted: dict[int, int] = {}
    for frame in frames:
        alike = np.asarray(frame.similarity, float)
        for i, t in enumerate(frame.truth_ids):
            in_truth[t] = in_truth.get(t, 0) + 1
            for j, p in enumerate(frame.predicted_ids):
                either = alike[i].sum() + alike[:, j].sum() - alike[i, j]
                pairs[t, p] = pairs.get((t, p), 0) + (alike[i, j] / either if either > 0 else 0)
        for p in frame.predicted_ids:
            in_predicted[p] = in_predicted.get(p, 0) + 1
    curves: dict[str, list[float]] = {"HOTA": [], "DetA": [], "AssA": []}
    for alpha in ALPHAS:
        matches: list[tuple[int, int]] = []
        missed = wrong = 0
        for frame in frames:
            alike = np.asarray(frame.similarity, float).reshape(len(frame.truth_ids), len(frame.predicted_ids))
            few, many = sorted((alike.shape[0], alike.shape[1]))
            best, chosen = -1.0, []
            for order in permutations(range(many), few):
                tried = [(k, m) if alike.shape[0] == few else (m, k) for k, m in enumerate(order)]
                value = 0.0
                for i, j in tried:
                    t, p = frame.truth_ids[i], frame.predicted_ids[j]
                    value += alike[i, j] * pairs[t, p] / (in_truth[t] + in_predicted[p] - pairs[t, p])
                if value > best:
                    best, chosen = value, tried
            close = [(frame.truth_ids[i], frame.predicted_ids[j]) for i, j in chosen if alike[i, j] >= alpha - 1e-15]
            matches += close
            missed, wrong = missed + alike.shape[0] - len(close), wrong + alike.shape[1] - len(close)
        num = len(matches)
        det = num / max(1, num + missed + wrong)
        together = {pair: matches.count(pair) for pair in matches}
        ass = sum(together[t, p] / (in_truth[t] + in_predicted[p] - together[t, p]) for t, p in matches) / max(1, num)
        for name, value in (("DetA", det), ("AssA", ass), ("HOTA", (det * ass) ** 0.5)):
            curves[name].append(value)
    return {name: float(np.mean(curve)) for name, curve in curves.items()}


@pytest.mark.parametrize("seed", range(8))
def test_equals_naive_implementation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = []
    for _ in range(6):
        truth, predicted = (sorted(rng.choice(5, rng.integers(0, 5), replace=False).tolist()) for _ in range(2))
        alike = rng.random((len(truth), len(predicted))) * (rng.random((len(truth), len(predicted))) < 0.7)
        frames.append(FrameSimilarities(truth, predicted, alike))
    figures = hota(frames).figures()
    assert {name: figures[name] for name in ("HOTA", "DetA", "AssA")} == pytest.approx(naive(frames), abs=1e-12)


def test_perfect_empty_and_absent() -> None:
    perfect = hota([FrameSimilarities([3, 5], [7, 9], np.eye(2))] * 3).figures()
    assert perfect == pytest.approx(dict.fromkeys(NAMES, 1.0))
    assert tuple(perfect) == NAMES
    missed = hota([FrameSimilarities([3, 5], [], [])]).figures()
    assert (missed["HOTA"], missed["LocA"]) == (0, 1)
    assert Hota.nothing().figures()["DetA"] == 0


def test_sequences_add_up_by_what_is_counted() -> None:
    good, bad = hota([FrameSimilarities([1], [1], [[1.0]])] * 3), hota([FrameSimilarities([1], [], [])])
    assert (good + bad).figures()["DetA"] == 0.75
    assert (good + bad).figures()["AssA"] == 1.0


def test_drawing_sequences_again_is_adding_them_up_again() -> None:
    rng = np.random.default_rng(2)
    sequences = [hota([FrameSimilarities([1, 2], [1, 2, 3], rng.random((2, 3))) for _ in range(4)]) for _ in range(3)]
    drawn = Hota.weighted(sequences, np.array([[1.0, 1, 1], [2, 0, 1]])).by_alpha()
    for d, again in enumerate((sequences, [sequences[0], sequences[0], sequences[2]])):
        figures = sum(again, Hota.nothing()).figures()
        assert {name: curve[d].mean() for name, curve in drawn.items()} == pytest.approx(
            {name: figures[name] for name in drawn}
        )
    low, high = hota_intervals(sequences)["HOTA"]
    assert low < sum(sequences, Hota.nothing()).figures()["HOTA"] < high
    assert hota_intervals([]) == {}


def first(content: Json) -> Json:
    entry: Json = next(iter(content["sequences"][0]["segmentations"][0].values()))
    return entry


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("guided", lambda c: first(c).update(rle="0~"), r"segmentations\[0\]\.\d\.rle: found text '0~'"),
        (
            "guided",
            lambda c: first(c).pop("rle"),
            r"segmentations\[0\]\.\d: found the keys score, expected the key 'rle'",
        ),
        ("guided", lambda c: c["sequences"][0].update(height=8), r"expected an RLE of 8 x 56"),
        (
            "guided",
            lambda c: c["sequences"][0]["segmentations"].pop(),
            r"expected one entry for each of the 7 annotated",
        ),
        (
            "guided",
            lambda c: c["sequences"][0].update(track_category_ids={}),
            r"track_category_ids: found the keys none",
        ),
        ("guided", lambda c: c.pop("sequences"), r"found the keys split, expected the key 'sequences'"),
        (
            "truth",
            lambda c: c["sequences"][0].update(neg_category_ids=["cat"]),
            r"neg_category_ids\[0\]: found text 'cat'",
        ),
    ],
)
def test_damaged_files_are_named(
    made: Path, tmp_path: Path, file: str, change: Callable[[Json], object], message: str
) -> None:
    paths = {name: made / f"{name}.json" for name in ("truth", "guided")}
    content = json.loads(paths[file].read_text())
    change(content)
    paths[file] = tmp_path / f"{file}.json"
    paths[file].write_text(json.dumps(content))
    with pytest.raises(FormatError, match=message) as caught:
        burst.build(burst.Config()).score(paths["truth"], paths["guided"])
    assert str(caught.value).startswith(str(paths[file]))
    assert "\n" not in str(caught.value)


def test_results_of_another_size_are_named(made: Path, tmp_path: Path) -> None:
    content = json.loads((made / "guided.json").read_text())
    content["sequences"][0] |= {"height": 4, "width": 4, "segmentations": [{}] * 7}
    (tmp_path / "small.json").write_text(json.dumps(content))
    with pytest.raises(FormatError, match=r"LaSOT/dog 0: found 4 x 4 pixels, expected 40 x 56 pixels"):
        burst.build(burst.Config()).score(made / "truth.json", tmp_path / "small.json")


def test_what_trackeval_passes_over_is_told(made: Path, tmp_path: Path) -> None:
    content = json.loads((made / "exemplar.json").read_text())
    content["sequences"][0]["seq_name"] = "cat"
    content["sequences"][1]["segmentations"][0]["77"] = first(content)
    content["sequences"][1]["track_category_ids"]["77"] = 805
    (tmp_path / "strange.json").write_text(json.dumps(content))
    config = burst.Config(task="exemplar-guided")
    warnings = burst.build(config).score(made / "truth.json", tmp_path / "strange.json").warnings
    assert [w.partition("json: ")[2] for w in warnings] == [
        "sequences without any prediction, where all is missed: LaSOT/dog 0, LaSOT/dog 5.",
        "not scored, because the truth has no sequence of the name: LaSOT/cat.",
        "1 tracks do not count, because no object of the truth has their number.",
    ]


def test_unknown_tasks_are_named() -> None:
    with pytest.raises(UnknownName, match="There is no task of BURST named 'guided'"):
        burst.Config(task="guided")
