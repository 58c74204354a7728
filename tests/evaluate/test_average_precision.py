"""Average precision and recall of tracks: the official code's numbers, and a naive implementation beside ours."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pointreel import evaluate
from pointreel.core import FormatError, Mask
from pointreel.evaluate._precision_intervals import resampled
from pointreel.evaluate.metrics.average_precision import (
    AREA_RANGES,
    MOST_PREDICTIONS,
    RECALLS,
    THRESHOLDS,
    AveragePrecision,
    Matches,
    PredictedTrack,
    TruthTrack,
    VideoTracks,
    average_precision,
    matches_by_category,
)
from pointreel.evaluate.scorers import uvo, ytvis
from pointreel.formats import read_predicted_tracks, read_true_tracks

OFFICIAL = Path(__file__).parent / "data" / "ytvis_official.json"
NAMES = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
Json = dict[str, Any]
Change = Callable[[Any], object]


def rectangle(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Left, top, right and bottom of some rectangle, mostly small."""
    height, width = size
    extent = rng.beta(1.2, 2.0, 2) * (width, height)
    corner = rng.random(2) * (width, height) - extent / 4
    return np.round([*corner, *(corner + extent)]).astype(int)


def painted(box: np.ndarray, size: tuple[int, int]) -> Mask:
    """The mask of a rectangle with a notch, cut off at the border."""
    pixels = np.zeros(size, bool)
    left, top, right, bottom = np.maximum(box, 0).tolist()
    pixels[top:bottom, left:right] = True
    pixels[(top + bottom) // 2 : (top + bottom) // 2 + 2, left + 1 : right] = False
    return Mask.from_array(pixels)


def workload() -> tuple[Json, list[Json]]:
    """Truth and results with everything that is easily got wrong, the same on every machine.

    Videos without truth, without results and without either; a video with 130 results; scores in tenths, so that
    most are equal to others; crowds; an annotation numbered 0; objects that are away for some frames, and results that
    are nowhere; empty masks; polygons, uncompressed run lengths, and a category nobody belongs to.
    """
    rng = np.random.default_rng(20260)
    truth: Json = {"videos": [], "annotations": [], "categories": [{"id": k, "name": f"c{k}"} for k in (9, 2, 5, 7)]}
    results: list[Json] = []
    for k, number in enumerate((12, 3, 40, 7, 21, 5, 30, 31)):
        size, num_frames = ((61, 83), (310, 420), (420, 300))[k % 3], (1, 4, 7)[k % 3]
        files = [f"video {number}/{frame:05d}.jpg" for frame in range(num_frames)]
        truth["videos"].append({"id": number, "height": size[0], "width": size[1], "file_names": files})
        boxes = [rectangle(size, rng) for _ in range(0 if number in (21, 30) else 6)]
        for box in boxes:
            truth["annotations"].append(annotation(number, box, size, num_frames, rng, len(truth["annotations"])))
        for r in range({7: 130, 31: 0, 30: 0}.get(number, 11)):
            near = boxes and r < 24 and rng.random() < 0.8
            box = boxes[r % len(boxes)] + rng.integers(-3, 4, 4) if near else rectangle(size, rng)
            category = (2, 5, 9)[r % 6 // 2] if near and rng.random() < 0.8 else int(rng.choice([2, 5, 7, 9]))
            score = round(float(rng.random()), 1)
            masks = moving(box, size, num_frames, rng) if rng.random() < 0.95 else [None] * num_frames
            rles = [coco(mask) for mask in masks]
            results.append({"video_id": number, "category_id": category, "score": score, "segmentations": rles})
    order = rng.permutation(len(results))
    return truth, [results[k] for k in order]


def coco(mask: Mask | None) -> Json | None:
    return None if mask is None else mask.to_coco()


def moving(box: np.ndarray, size: tuple[int, int], num_frames: int, rng: np.random.Generator) -> list[Mask | None]:
    """A rectangle that trembles; sometimes it is away, sometimes its mask is empty."""
    masks: list[Mask | None] = []
    for _ in range(num_frames):
        fate = rng.random()
        mask = painted(box + rng.integers(-2, 3, 4), size)
        masks.append(None if fate < 0.15 else Mask.empty(*size) if fate < 0.2 else mask)
    return masks


def annotation(
    video: int, box: np.ndarray, size: tuple[int, int], num_frames: int, rng: np.random.Generator, number: int
) -> Json:
    masks = moving(box, size, num_frames, rng)
    segmentations: list[Any] = [coco(mask) for mask in masks]
    areas: list[Any] = [None if mask is None else mask.area for mask in masks]
    if number % 5 == 1:
        segmentations = [coco(mask) and {"size": list(size), "counts": mask.runs().tolist()} for mask in masks]
    if number % 5 == 2:
        left, top, right, bottom = np.maximum(box, 0).tolist()
        segmentations[0] = [[left, top, right + 1, top, right + 1, bottom + 1, left, bottom + 1]]
        areas[0] = Mask.from_polygons(*size, segmentations[0]).area
    crowd = int(rng.random() < 0.2)
    category = (2, 5, 9)[number % 6 // 2]
    return {"id": number, "video_id": video, "category_id": category, "iscrowd": crowd, "areas": areas} | {
        "segmentations": segmentations
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The workload as files."""
    folder = tmp_path_factory.mktemp("ytvis")
    truth, results = workload()
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "results.json").write_text(json.dumps(results))
    return folder / "truth.json", folder / "results.json"


def of_files(truth: Path, results: Path, *, by_category: bool) -> AveragePrecision:
    true = read_true_tracks(truth)
    predicted = read_predicted_tracks(results, true)
    videos = [
        VideoTracks(
            size=video.size,
            num_frames=video.num_frames,
            truth=[
                TruthTrack(
                    masks=t.masks, category=t.category, is_crowd=t.is_crowd, area=t.area, countable=t.number != 0
                )
                for t in true.tracks_by_video.get(number, ())
            ],
            predictions=[
                PredictedTrack(masks=t.masks, category=t.category, score=t.score)
                for t in predicted.tracks_by_video.get(number, ())
            ],
        )
        for number, video in sorted(true.videos.items())
    ]
    return average_precision(videos, categories=list(true.categories), by_category=by_category)


def equals(ours: AveragePrecision, official: Json) -> None:
    assert ours.figures() == pytest.approx(official["stats"], abs=1e-12)
    assert tuple(ours.figures()) == NAMES
    assert list(ours.precision.shape) == official["precision_shape"]
    assert ours.precision.sum() == pytest.approx(official["precision_sum"], abs=1e-8)
    assert ours.recall.sum() == pytest.approx(official["recall_sum"], abs=1e-10)
    assert int((ours.precision == -1).sum()) == official["precision_minus1"]
    assert int((ours.recall == -1).sum()) == official["recall_minus1"]
    of_thresholds = [float(np.mean(p[p > -1])) for p in ours.precision[..., 0, -1]]
    assert of_thresholds == pytest.approx(official["per_iou_AP"], abs=1e-12)


@pytest.mark.parametrize("by_category", [True, False])
def test_workload_equals_official_code(made: tuple[Path, Path], by_category: bool) -> None:
    known = json.loads(OFFICIAL.read_text())
    contents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in made]
    assert contents == known["sha256"], "the workload is not the one the official code was run on"
    equals(of_files(*made, by_category=by_category), known["workload"]["cats" if by_category else "class_agnostic"])


@pytest.mark.parametrize("by_category", [True, False])
def test_real_size_equals_official_code(shared: Path, by_category: bool) -> None:
    folder = shared / "golden" / "evaluate"
    if by_category:
        official = json.loads((folder / "ytvis_golden.json").read_text())["cats"]
    else:
        official = json.loads(OFFICIAL.read_text())["golden"]["class_agnostic"]
    ours = of_files(folder / "ytvis_gt.json", folder / "ytvis_dt.json", by_category=by_category)
    equals(ours, official)
    if by_category:
        assert list(ours.precision_by_category().values()) == pytest.approx(official["per_cat_AP"], abs=1e-12)
        assert ours.recall[:, :, 0, -1].tolist() == pytest.approx(np.array(official["recall_AR100_per_iou_cat"]))


def test_scorers_tell_the_official_figures(made: tuple[Path, Path]) -> None:
    known = json.loads(OFFICIAL.read_text())["workload"]
    report = ytvis.build(ytvis.Config()).score(*made)
    assert report.overall == pytest.approx(known["cats"]["stats"], abs=1e-12)
    class_agnostic = uvo.build(uvo.Config()).score(*made)
    assert class_agnostic.overall == pytest.approx(known["class_agnostic"]["stats"], abs=1e-12)
    assert next(iter(class_agnostic.overall)) == "AR100"
    assert class_agnostic.overall == ytvis.build(ytvis.Config(class_agnostic=True)).score(*made).overall
    assert set(report.per_sequence) == {f"video {number}" for number in (12, 3, 40, 7, 21, 5, 30, 31)}
    assert np.isnan(report.per_sequence["video 30"]["AP"])
    assert any("annotations[0].id is 0" in warning for warning in report.warnings)
    assert any("2 of 8 videos have no result: video 30, video 31." in warning for warning in report.warnings)


def test_scorers_are_found_by_name_however_often(made: tuple[Path, Path]) -> None:
    """A shelf and a package share a name, and loading the package must not put it in place of the shelf."""
    reports = [evaluate.scorers.build("uvo").score(*made) for _ in range(2)]
    assert reports[0].overall == reports[1].overall


def dense_iou(a: list[np.ndarray | None], b: list[np.ndarray | None]) -> float:
    shared = either = 0
    for one, two in zip(a, b, strict=True):
        if one is not None and two is not None:
            shared, either = shared + int((one & two).sum()), either + int((one | two).sum())
        else:
            either += int(sum(x.sum() for x in (one, two) if x is not None))
    return shared / either if either else 0.0


def naive(videos: list[VideoTracks], categories: list[int], area_range: tuple[float, float], most: int) -> Iterator:
    """Precision at 101 recalls and the recall reached, for each category and threshold, one step at a time."""
    low, high = area_range
    for category in categories:
        for threshold in THRESHOLDS:
            rows, num_truth = [], 0
            for video in videos:
                truth = [track for track in video.truth if track.category == category]
                arrays = [[None if mask is None else mask.to_array() for mask in track.masks] for track in truth]
                ignored = [t.is_crowd or not low <= (t.area or 0) <= high for t in truth]
                num_truth += ignored.count(False)
                taken: set[int] = set()
                predictions = sorted(
                    (t for t in video.predictions if t.category == category), key=lambda t: t.score, reverse=True
                )
                for prediction in predictions[:most]:
                    mine = [None if mask is None else mask.to_array() for mask in prediction.masks]
                    iou = [dense_iou(mine, array) for array in arrays]
                    fits = [k for k, value in enumerate(iou) if value >= threshold]
                    fits = [k for k in fits if k not in taken or truth[k].is_crowd]
                    best = [k for k in fits if not ignored[k]] or fits
                    areas = [int(x.sum()) for x in mine if x is not None and x.any()]
                    area = np.mean(areas) if areas else 0
                    if best:
                        k = max(best, key=lambda k: (iou[k], k))
                        taken.add(k)
                        if not ignored[k]:
                            rows.append((prediction.score, True))
                    elif low <= area <= high:
                        rows.append((prediction.score, False))
            rows.sort(key=lambda row: row[0], reverse=True)
            right = np.cumsum([row[1] for row in rows]) if rows else np.zeros(0)
            precision = [
                max([right[i] / (i + 1) for i in range(len(rows)) if right[i] / num_truth >= r], default=0.0)
                for r in (RECALLS if num_truth else ())
            ]
            yield precision, (right[-1] / num_truth if len(right) else 0.0) if num_truth else -1.0


@pytest.mark.parametrize("seed", range(12))
def test_equals_naive_implementation(seed: int) -> None:
    """Few and small tracks with many equal scores, in all ranges of area, as the truth states areas of its own."""
    rng = np.random.default_rng(seed)
    size, num_frames = (7, 9), int(rng.integers(1, 4))
    videos = []
    for _ in range(4):
        boxes = [rectangle(size, rng) for _ in range(5)]
        truth = [
            TruthTrack(
                masks=moving(box, size, num_frames, rng),
                category=int(rng.integers(1, 3)),
                is_crowd=bool(rng.random() < 0.25),
                area=float(rng.choice([0.0, 128.0**2, 128.5**2, 256.0**2, 300.0**2])),
            )
            for box in boxes[: rng.integers(0, 6)]
        ]
        predictions = [
            PredictedTrack(
                masks=moving(boxes[rng.integers(5)], size, num_frames, rng),
                score=float(rng.integers(1, 4)),
                category=int(rng.integers(1, 3)),
            )
            for _ in range(rng.integers(0, 14))
        ]
        videos.append(VideoTracks(size=size, num_frames=num_frames, truth=truth, predictions=predictions))
    ours = average_precision(videos, categories=[1, 2])
    for a, area_range in enumerate(AREA_RANGES.values()):
        for m, most in enumerate(MOST_PREDICTIONS):
            found = iter(naive(videos, [1, 2], area_range, most))
            for k in range(2):
                for t in range(len(THRESHOLDS)):
                    precision, recall = next(found)
                    assert ours.recall[t, k, a, m] == pytest.approx(recall, abs=1e-12)
                    expected = precision or [-1.0] * len(RECALLS)
                    assert ours.precision[t, :, k, a, m] == pytest.approx(expected, abs=1e-12)


def test_only_the_categories_of_the_truth_count_where_none_are_named() -> None:
    cat = Mask.from_array([[0, 1], [0, 1]])
    truth = [TruthTrack(masks=[cat], category=3)]
    predictions = [PredictedTrack(masks=[cat], score=1.0, category=k) for k in (3, 4)]
    result = average_precision([VideoTracks(size=(2, 2), num_frames=1, truth=truth, predictions=predictions)])
    assert result.categories == (3,)
    assert result.figures()["AR100"] == 1.0


@pytest.mark.parametrize("by_category", [True, False])
def test_drawing_videos_again_is_scoring_them_again(by_category: bool) -> None:
    """Scores are all different, as the order of equals is another where a video stands twice."""
    rng = np.random.default_rng(5)
    size, videos = (9, 12), []
    for _ in range(5):
        boxes = [rectangle(size, rng) for _ in range(4)]
        truth = [
            TruthTrack(masks=[painted(box, size)], category=1 + k % 2, is_crowd=k == 3) for k, box in enumerate(boxes)
        ]
        predictions = [
            PredictedTrack(masks=[painted(boxes[r % 4] + r % 2, size)], score=float(rng.random()), category=1 + r % 2)
            for r in range(10)
        ]
        videos.append(VideoTracks(size=size, num_frames=1, truth=truth, predictions=predictions))
    found: dict[int, list[tuple[int, Matches]]] = {}
    for k, video in enumerate(videos):
        for category, matches in matches_by_category(video, by_category=by_category).items():
            found.setdefault(category, []).append((k, matches))
    weights = [np.array(row, float) for row in ([1, 1, 1, 1, 1], [2, 0, 0, 3, 0], [0, 0, 5, 0, 0])]
    drawn = resampled(found, weights)
    for d, weight in enumerate(weights):
        again = [video for video, times in zip(videos, weight, strict=True) for _ in range(int(times))]
        figures = average_precision(again, by_category=by_category).figures()
        for name, values in drawn.items():
            assert values[d] == pytest.approx(figures[name], abs=1e-12)
    assert np.isnan(resampled(found, [np.zeros(5)])["AP"]).all()


def test_intervals_hold_the_figure(made: tuple[Path, Path]) -> None:
    report = ytvis.build(ytvis.Config(intervals=True)).score(*made)
    assert set(report.intervals) == {"AP", "AP50", "AP75", "AR100"}
    for name, (low, high) in report.intervals.items():
        assert low < report.overall[name] < high


def changed(made: tuple[Path, Path], tmp_path: Path, which: int, change: Change) -> tuple[Path, Path]:
    """The files of the workload with something wrong in the truth (0) or in the results (1)."""
    content = json.loads(made[which].read_text())
    change(content)
    files = list(made)
    files[which] = tmp_path / made[which].name
    files[which].write_text(json.dumps(content))
    return files[0], files[1]


def first_mask(tracks: list[Json]) -> tuple[int, int, Json]:
    return next(
        (i, k, mask)
        for i, track in enumerate(tracks)
        for k, mask in enumerate(track["segmentations"])
        if isinstance(mask, dict)
    )


FAULTS = [
    (1, lambda c: first_mask(c)[2].update(counts="0~"), r"\.counts: found text '0~'.*expected an RLE of"),
    (
        0,
        lambda c: first_mask(c["annotations"])[2].update(counts="04"),
        r"annotations\[\d+\]\.segmentations\[\d\]\.counts",
    ),
    (1, lambda c: first_mask(c)[2].update(size=[9, 9]), r"\.size: found 9 x 9 pixels, expected \d+ x \d+"),
    (
        1,
        lambda c: c[4]["segmentations"].append(None),
        r"\[4\]\.segmentations: found a list of \d, expected \d, one for",
    ),
    (1, lambda c: c[4].update(video_id=99), r"\[4\]\.video_id: found the number 99, expected a video of the truth"),
    (1, lambda c: c[4].update(score=float("nan")), r"\[4\]\.score: found nan, expected a number"),
    (1, lambda c: c[4].update(score="high"), r"\[4\]\.score: found text 'high', expected a number"),
    (1, lambda c: c[4].pop("segmentations"), r"\[4\]: found the keys .*, expected the key 'segmentations'"),
    (1, lambda c: c.__setitem__(4, 7), r"\[4\]: found the number 7, expected an object"),
    (0, lambda c: c.update(annotations=None), r"annotations: found none, expected the truth"),
    (0, lambda c: c["annotations"][2].update(areas=["big"]), r"annotations\[2\]\.areas\[0\]: found text 'big'"),
    (0, lambda c: c["annotations"][2].pop("id"), r"annotations\[2\]: found the keys .*'id'"),
    (0, lambda c: c["videos"][0].update(height=0), r"videos\[0\]\.height"),
]


@pytest.mark.parametrize(("which", "change", "message"), FAULTS)
def test_faults_are_named(made: tuple[Path, Path], tmp_path: Path, which: int, change: Change, message: str) -> None:
    truth, results = changed(made, tmp_path, which, change)
    with pytest.raises(FormatError, match=message) as caught:
        ytvis.build(ytvis.Config()).score(truth, results)
    assert str(caught.value).startswith(str((truth, results)[which]))
    assert "\n" not in str(caught.value)


def test_files_of_the_wrong_kind_are_named(made: tuple[Path, Path], tmp_path: Path) -> None:
    scorer = ytvis.build(ytvis.Config())
    with pytest.raises(FormatError, match=r"truth\.json: found no list, expected a list of results"):
        scorer.score(made[0], made[0])
    with pytest.raises(FormatError, match=r"results\.json: found no object"):
        scorer.score(made[1], made[1])
    with pytest.raises(FormatError, match="found nothing, expected a file"):
        scorer.score(made[0], tmp_path / "nowhere.json")
    cut = tmp_path / "cut.json"
    cut.write_bytes(made[1].read_bytes()[:5000])
    with pytest.raises(FormatError, match=r"cut\.json: byte \d+: found .*, expected well-formed JSON"):
        scorer.score(made[0], cut)


def test_results_of_no_known_category_do_not_count_and_are_told(made: tuple[Path, Path], tmp_path: Path) -> None:
    def rename(content: list[Json]) -> None:
        for result in content:
            result["category_id"] = 77

    report = ytvis.build(ytvis.Config()).score(*changed(made, tmp_path, 1, rename))
    assert report.overall["AP"] == report.overall["AR100"] == 0.0
    assert any("do not count; [0] has category 77" in warning for warning in report.warnings)


def test_no_result_at_all_finds_nothing(made: tuple[Path, Path], tmp_path: Path) -> None:
    report = ytvis.build(ytvis.Config()).score(*changed(made, tmp_path, 1, lambda content: content.clear()))
    assert report.overall["AP"] == report.overall["AR1"] == 0.0
    assert any("8 of 8 videos have no result" in warning for warning in report.warnings)
