"""The Point-VOS benchmark: several numbers of points and their mean; and whether a few frames rank as all do."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import PointreelError
from pointreel.evaluate import scorers
from pointreel.evaluate.metrics.j_and_f import contour_accuracy, region_similarity
from pointreel.evaluate.sparse_study import rank_correlation, sparse_study

SIZE, NUM_FRAMES = (24, 32), 14


def labels(k: int, error: int = 0, late: int = 3) -> np.ndarray:
    """Object 1 from the first frame, object 2 from the fourth; a prediction is off by a few pixels."""
    pixels = np.zeros(SIZE, np.uint8)
    pixels[3:12, k + error : k + 9 + error] = 1
    if k >= late:
        pixels[14:21, 20 - k + error : 26 - k + error] = 2
    return pixels


def put(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    image.putpalette(list(range(256)) * 3)
    image.save(path)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("bear", "wolf"):
        for k in range(NUM_FRAMES):
            put(tmp_path / "truth" / name / f"{k:05d}.png", labels(k))
            for points, error in ((1, 4), (2, 3), (5, 1), (10, 0)):
                put(tmp_path / "predictions" / str(points) / name / f"{k:05d}.png", labels(k, error))
    return tmp_path / "truth", tmp_path / "predictions"


def expected(object_id: int, error: int, start: int) -> float:
    pairs = [(labels(k) == object_id, labels(k, error) == object_id) for k in range(start, NUM_FRAMES)]
    j, f = (float(np.mean([measure(*pair) for pair in pairs])) for measure in (region_similarity, contour_accuracy))
    return (j + f) / 2


@pytest.mark.parametrize(("reference", "starts"), [(True, (1, 4)), (False, (0, 3))])
def test_each_number_of_points_and_their_mean(folders, reference: bool, starts: tuple[int, int]) -> None:
    report = scorers.build("point-vos", reference=reference).score(*folders)
    by_points = {
        points: np.mean([expected(i, error, start) for i, start in zip((1, 2), starts, strict=True)])
        for points, error in ((1, 4), (2, 3), (5, 1), (10, 0))
    }
    for points, value in by_points.items():
        assert report.overall[f"J&F@{points}"] == pytest.approx(value, abs=1e-14)
    assert report.overall["J&F"] == pytest.approx(np.mean(list(by_points.values())), abs=1e-14)
    assert report.overall["J&F@10"] == 1.0
    assert report.per_object["bear_2"]["J&F@1"] == pytest.approx(expected(2, 4, starts[1]), abs=1e-14)


def test_only_labelled_frames_count(folders) -> None:
    for path in folders[0].rglob("*.png"):
        if int(path.stem) not in (0, 5, 9, 13):
            path.unlink()
    report = scorers.build("point-vos").score(*folders)
    errors = [expected_on(1, 4, (5, 9, 13)), expected_on(2, 4, (9, 13))]
    assert report.overall["J&F@1"] == pytest.approx(np.mean(errors), abs=1e-14)


def expected_on(object_id: int, error: int, frames: tuple[int, ...]) -> float:
    pairs = [(labels(k) == object_id, labels(k, error) == object_id) for k in frames]
    return float(np.mean([(region_similarity(*pair) + contour_accuracy(*pair)) / 2 for pair in pairs]))


def test_a_number_of_points_that_is_missing_is_refused(folders) -> None:
    (folders[1] / "5").rename(folders[1] / "five")
    with pytest.raises(PointreelError, match=r"found no folder '5', expected one for each of 1, 2, 5, 10 points"):
        scorers.build("point-vos").score(*folders)
    assert scorers.build("point-vos", partial=True).score(*folders).missing == ("5/",)
    assert "J&F@5" not in scorers.build("point-vos", points="1,10").score(*folders).overall


@pytest.fixture
def davis(tmp_path: Path) -> tuple[Path, dict[str, Path]]:
    """The same with both objects in the first frame, as DAVIS has them; and the methods by name."""
    errors = {"best": 0, "good": 1, "fair": 3, "poor": 4}
    for k in range(NUM_FRAMES):
        put(tmp_path / "davis" / "bear" / f"{k:05d}.png", labels(k, late=0))
        for name, error in errors.items():
            put(tmp_path / name / "bear" / f"{k:05d}.png", labels(k, error, late=0))
    return tmp_path / "davis", {name: tmp_path / name for name in errors}


def test_a_few_frames_rank_clear_cases_as_all_do(davis) -> None:
    study = sparse_study(*davis)
    assert study.dense["best"] == 1.0
    assert list(study.sparse) == [3, 4, 5, 10]
    assert study.rank_correlation == {number: pytest.approx(1.0) for number in (3, 4, 5, 10)}
    assert study.sparse[3].keys() == study.dense.keys()
    with pytest.raises(PointreelError, match="at least two methods"):
        sparse_study(davis[0], {"best": davis[1]["best"]})


def test_evenly_spaced_frames_are_of_those_scored(davis) -> None:
    scored = scorers.build("davis", num_frames=3).score(davis[0], davis[1]["poor"]).per_object["bear_1"]
    assert scored["J&F"] == pytest.approx(expected_on(1, 4, (1, 7, 12)), abs=1e-14)


def test_ranks_that_are_shared_count_as_their_mean() -> None:
    from scipy.stats import spearmanr

    a, b = [0.1, 0.4, 0.4, 0.9, 0.2], [0.3, 0.2, 0.5, 0.5, 0.1]
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert np.isnan(rank_correlation([1, 1], [1, 2]))
