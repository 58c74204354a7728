"""Every figure that is printed has a definition, and no definition is of a figure that nobody prints."""

from pathlib import Path

import numpy as np
import pytest

from pointreel.core import Mask, Shelf, UnknownName
from pointreel.evaluate import Definition, define, definitions
from pointreel.evaluate.definitions import DEFINITIONS, definitions_of
from pointreel.evaluate.metrics.average_precision import PredictedTrack, TruthTrack, VideoTracks, average_precision
from pointreel.evaluate.metrics.hota import Hota
from pointreel.evaluate.metrics.label_quality import label_quality
from pointreel.evaluate.scorers import _vos, davis, lvos, ytvos

PAGE = Path(__file__).parents[2] / "docs" / "generated" / "figures.md"


def track_figures() -> list[str]:
    cat = Mask.from_array(np.ones((2, 2), bool))
    truth, prediction = TruthTrack(masks=[cat]), PredictedTrack(masks=[cat], score=1.0)
    video = VideoTracks(size=(2, 2), num_frames=1, truth=[truth], predictions=[prediction])
    return list(average_precision([video]).figures())


def printed() -> dict[str, list[str]]:
    """The names of the figures of each benchmark, from the code that computes them."""
    hota = list(Hota.nothing().figures())
    vos = list(_vos.FIGURES)
    groups = [f"{name}_{group}" for name in ("HOTA", "DetA", "AssA") for group in ("common", "uncommon")]
    return {
        "davis": list(davis.FIGURES),
        "mose": vos,
        "lvos": [*lvos.NAMES, "G", *(f"{m}_{kind}" for m in "JFV" for kind in lvos.KINDS)],
        "sav": vos,
        "tao-vos": vos,
        "point-vos": [*vos, "J&F@1", "J&F@2", "J&F@5", "J&F@10"],
        "ytvos": ["G", *ytvos.KINDS, *vos],
        "vng": ["J&F", "J", "F"],
        "labels": list(label_quality([0.5])),
        "ytvis": track_figures(),
        "uvo": track_figures(),
        "hota": hota,
        "burst": [*hota, *groups],
    }


@pytest.mark.parametrize("benchmark", printed())
def test_every_figure_is_defined_for_its_benchmark(benchmark: str) -> None:
    figures = printed()[benchmark]
    assert list(definitions_of(figures, benchmark)) == figures


@pytest.mark.parametrize("one", DEFINITIONS, ids=lambda one: f"{one.figure} of {one.benchmarks[0]}")
def test_every_definition_is_of_a_figure_that_is_printed(one: Definition) -> None:
    for benchmark in one.benchmarks:
        assert any(one.is_of(figure) for figure in printed()[benchmark])
    assert "=" in one.formula
    assert one.words.endswith(".")


@pytest.mark.parametrize("benchmark", Shelf("scorer", "pointreel.evaluate.scorers").names())
def test_every_benchmark_has_definitions_and_no_figure_has_two(benchmark: str) -> None:
    names = [one.figure for one in definitions(benchmark)]
    assert names
    assert len(names) == len(set(names))


def test_definitions_by_name() -> None:
    assert [one.benchmarks for one in define("J&F@5")] == [("point-vos",)]
    assert define("recall@70")[0].figure == "recall@<n>"
    assert not define("J_decay")[0].higher_is_better
    assert len(define("J")) == 2
    assert len(define("J", "labels")) == 1
    with pytest.raises(UnknownName, match="Did you mean 'J_mean'"):
        define("J_maen")
    with pytest.raises(UnknownName, match="figure of davis"):
        define("AP", "davis")


def test_the_documentation_has_the_same_words() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for one in definitions():
        assert one.formula in text
        assert one.words in text
