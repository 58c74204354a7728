"""Scores on the command line: figures, JSON, tables, and what goes wrong in one line."""

import json
import shutil
from pathlib import Path

import pytest

MASKS = "demo/DAVIS/Annotations/480p"
FIGURES = ["J&F", "J_mean", "J_recall", "J_decay", "F_mean", "F_recall", "F_decay"]


@pytest.fixture
def results(demo_folder: Path, tmp_path: Path) -> Path:
    """Predictions that are late by one frame."""
    frames = sorted((demo_folder / MASKS / "sample").glob("*.png"))
    (tmp_path / "my results" / "sample").mkdir(parents=True)
    for before, frame in zip([frames[0], *frames], frames, strict=False):
        shutil.copy(before, tmp_path / "my results" / "sample" / frame.name)
    return tmp_path / "my results"


def test_json_has_the_figures_under_their_names(run, results: Path) -> None:
    done = run("score", "davis", "demo/DAVIS", str(results), "--json")
    report = json.loads(done.stdout)
    assert done.stderr == ""
    assert list(report["global"]) == FIGURES
    assert list(report["per_object"]) == ["sample_1", "sample_2", "sample_3"]
    assert all(list(figures) == FIGURES for figures in report["per_object"].values())
    assert 0 < report["global"]["J_mean"] < 1
    assert report["global"]["J_mean"] == sum(row["J_mean"] for row in report["per_object"].values()) / 3


def test_processes_change_nothing(run, results: Path) -> None:
    one, two = (run("score", "davis", "demo/DAVIS", str(results), "--json", "-n", n) for n in ("1", "2"))
    assert one.stdout == two.stdout


def test_binary_is_one_object(run, results: Path) -> None:
    done = run("score", "davis", "demo/DAVIS", str(results), "--binary", "--json")
    assert list(json.loads(done.stdout)["per_object"]) == ["sample_1"]


def test_figures_and_sequences_for_people(run, results: Path, tmp_path: Path) -> None:
    done = run("score", "davis", MASKS, str(results), "--worst", "--csv", str(tmp_path / "scores"))
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["figure", "value", "95", "%", "interval"]
    assert [line.split()[0] for line in lines[1:8]] == FIGURES
    assert any(line.startswith("sample ") for line in lines)
    head, row = (tmp_path / "scores" / "global_results-val.csv").read_text().splitlines()
    assert head == "J&F-Mean,J-Mean,J-Recall,J-Decay,F-Mean,F-Recall,F-Decay"
    assert row.split(",")[1] == f"{float(lines[2].split()[1]):.3f}"
    assert sorted(path.name for path in (tmp_path / "scores").iterdir()) == [
        "global_results-val.csv",
        "per-sequence_results-val.csv",
    ]


def test_what_is_missing_is_refused_by_name_or_left_out(run, results: Path) -> None:
    (results / "sample" / "00007.png").unlink()
    refused = run("score", "davis", "demo/DAVIS", str(results), "--json")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "predictions are missing: sample/00007.png" in refused.stderr
    partial = run("score", "davis", "demo/DAVIS", str(results), "--json", "--partial")
    assert json.loads(partial.stdout)["missing"] == ["sample/00007.png"]
    assert "sample/00007.png" in run("score", "davis", "demo/DAVIS", str(results), "--partial").stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("score", "davsi", MASKS, MASKS), "There is no scorer named 'davsi'. Did you mean 'davis'?"),
        (("score", "davis", "nowhere", MASKS), "nowhere: there is nothing here"),
        (("score", "davis", MASKS, "nowhere"), "nowhere: there is nothing here"),
        (("score", "davis", MASKS, MASKS, "--option", "decay=slow"), "There is no kind of decay named 'slow'"),
        (("score", "davis", MASKS, "demo/points.json"), "demo/points.json: found no folder"),
    ],
)
def test_mistakes_are_told_in_one_line(run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
