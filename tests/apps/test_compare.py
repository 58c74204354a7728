"""Comparing, studying, retaining and defining on the command line, with names, JSON, and what goes wrong."""

import json
import shutil
from pathlib import Path

import pytest

from pointreel.apps.cli._methods import methods

MASKS = "demo/DAVIS/Annotations/480p"


@pytest.fixture
def late(demo_folder: Path, tmp_path: Path) -> Path:
    """Predictions in a root of their own that are late by two frames."""
    frames = sorted((demo_folder / MASKS / "sample").glob("*.png"))
    folder = tmp_path / "spät" / "Annotations" / "480p" / "sample"
    folder.mkdir(parents=True)
    for before, frame in zip([*frames[:1] * 2, *frames], frames, strict=False):
        shutil.copy(before, folder / frame.name)
    return tmp_path / "spät"


def test_a_page_and_numbers(run, late: Path, tmp_path: Path) -> None:
    page = tmp_path / "new folder" / "page.html"
    done = run(
        "compare", "demo/DAVIS", "demo/DAVIS", f"{late}/Annotations/480p", "--out", str(page), "--json", "-n", "2"
    )
    found = json.loads(done.stdout)
    assert list(found["methods"]) == ["DAVIS", "spät"]
    assert found["methods"]["DAVIS"]["global"]["J&F"] == 1
    assert found["differences"]["spät"]["J&F"]["value"] == found["methods"]["spät"]["global"]["J&F"] - 1 < 0
    text = page.read_text(encoding="utf-8")
    assert "DAVIS against spät" in text
    assert "data:image/jpeg;base64," in text
    alone = json.loads(run("score", "davis", "demo/DAVIS", str(late), "--json").stdout)
    assert found["methods"]["spät"]["global"] == alone["global"]


def test_a_table_for_people(run, late: Path) -> None:
    done = run("compare", MASKS, "demo/DAVIS", f"mine={late}", "--binary")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["figure", "DAVIS", "mine"]
    assert lines[1].split()[:2] == ["J&F", "1.0000"]
    assert "(-0." in lines[1]


def test_how_methods_are_named(run, late: Path) -> None:
    twice = run("compare", "demo/DAVIS", "demo/DAVIS", "demo/DAVIS")
    assert twice.returncode == 1
    assert "another method is named" in twice.stderr
    named = run("compare", "demo/DAVIS", "a=demo/DAVIS", "b=demo/DAVIS", "--json")
    assert list(json.loads(named.stdout)["methods"]) == ["a", "b"]


def test_a_study_of_few_frames(run, late: Path, tmp_path: Path) -> None:
    words = ("study", "sparse", "demo/DAVIS", "demo/DAVIS", str(late), "--frames", "3,4")
    study = json.loads(run(*words, "--json").stdout)
    assert study["dense"]["DAVIS"] == study["sparse"]["3"]["DAVIS"] == 1
    assert study["rank_correlation"] == {"3": pytest.approx(1), "4": pytest.approx(1)}
    lines = run(*words, "--out", str(tmp_path / "fig 8")).stdout.splitlines()
    assert lines[0].split() == ["J&F", "on", "all", "frames", "3", "frames", "4", "frames"]
    assert (tmp_path / "fig 8" / "dense-against-sparse.svg").exists()


def test_what_is_left_of_a_score(run, late: Path) -> None:
    done = run("retention", "demo/DAVIS", str(late), "demo/DAVIS", "--json")
    found = json.loads(done.stdout)
    assert found["retention"]["J&F"]["value"] == found["weak"]["J&F"] / found["full"]["J&F"] < 1
    assert not any(figure.endswith("_decay") for figure in found["retention"])
    lines = run("retention", "demo/DAVIS", str(late), "demo/DAVIS", "--figure", "F_mean").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["figure", "F_mean"]


def test_what_figures_mean(run) -> None:
    said = run("score", "--define", "J_decay").stdout
    assert "first quarter" in said
    assert "lower is better" in said
    assert run("score", "davis", "nowhere", "nowhere", "--define", "AP50").stdout.startswith("AP50 of uvo, ytvis")
    unknown = run("score", "--define", "J_maen")
    assert unknown.returncode == 1
    assert "Did you mean 'J_mean'" in unknown.stderr
    names = {one["figure"] for one in json.loads(run("list", "figures", "--json").stdout)}
    assert {"J&F", "G", "AP", "HOTA", "recall@<n>"} <= names


def test_plots_of_a_score(run, late: Path, tmp_path: Path) -> None:
    done = run("score", "davis", "demo/DAVIS", str(late), "--plots", str(tmp_path / "plots"))
    assert f"plots: {tmp_path / 'plots'}" in done.stdout
    written = {str(path.relative_to(tmp_path / "plots")) for path in (tmp_path / "plots").rglob("*.csv")}
    assert written == {"figures.csv", "sequences.csv", "over-time/sample.csv"}


def test_plots_of_a_score_without_frames(run, tmp_path: Path) -> None:
    done = run("score", "labels", "demo/DAVIS", "demo/DAVIS", "--plots", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.rglob("*.svg")} == {"figures.svg", "sequences.svg"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("compare", "nowhere", MASKS), "nowhere: there is nothing here"),
        (("compare", MASKS, "nowhere"), "nowhere: there is nothing here"),
        (("compare", MASKS, "a=nowhere"), "nowhere: there is nothing here"),
        (("compare", MASKS, MASKS, "--out", "demo"), "demo: is a folder, and the page is one file"),
        (("compare", MASKS, MASKS, "--as", "ytvis"), "'ytvis' has no scores of single frames"),
        (("compare", MASKS, MASKS, "--as", "davsi"), "Did you mean 'davis'?"),
        (("compare", MASKS, MASKS, "--out", "x.html", "--images", MASKS + "/sample"), "found no picture"),
        (("study", "sparse", MASKS, MASKS), "at least two methods"),
        (("study", "sparse", MASKS, MASKS, "b=" + MASKS, "--frames", "3,x"), "expected numbers of frames with commas"),
        (("retention", MASKS, MASKS, "b=" + MASKS, "--figure", "AP"), "'AP' is no mean over objects"),
    ],
)
def test_mistakes_are_told_in_one_line(run, words: tuple[str, ...], message: str) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_names_come_from_what_tells_paths_apart(tmp_path: Path) -> None:
    for place in ("a/Annotations/480p", "b/masks", "x/run 1", "y/run 1", "odd=name"):
        (tmp_path / place).mkdir(parents=True)
    words = [str(tmp_path / place) for place in ("a/Annotations/480p", "b/masks", "x/run 1", "y/run 1", "odd=name")]
    assert list(methods(words)) == ["a", "b", "x/run 1", "y/run 1", "odd=name"]
    assert list(methods([words[2], f"ours={words[3]}"])) == ["run 1", "ours"]
