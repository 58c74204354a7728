"""The command line as people use it: every example of every --help, errors in one line, exit codes, JSON."""

import html
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pointreel.apps.cli import console
from pointreel.apps.cli.app import BEGINNINGS, COMMANDS, module_of
from pointreel.formats import read_labels

from .conftest import Run, in_a_process

ALONE = ("demo", "studio")
"""Commands whose examples have tests of their own."""

EXAMPLES = [(name, line) for name in COMMANDS for line in module_of(name).EXAMPLES if name not in ALONE]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_the_examples(run, name: str) -> None:
    done = run(name, "--help")
    assert done.returncode == 0
    shown = " ".join(done.stdout.split())
    assert module_of(name).EXAMPLES
    for example in module_of(name).EXAMPLES:
        assert example in shown


def test_the_help_says_what_to_type_first(run_in: Run, tmp_path: Path) -> None:
    shown = run_in(tmp_path, "--help").stdout
    assert all(line in shown for line in BEGINNINGS)
    assert [line.split()[1] in COMMANDS for line in BEGINNINGS] == [True] * len(BEGINNINGS)


def test_examples_run_in_the_order_they_are_shown(demo_folder: Path, tmp_path: Path, run_in: Run) -> None:
    shutil.copytree(demo_folder, tmp_path / "work")
    for _, line in EXAMPLES:
        done = run_in(tmp_path / "work", *shlex.split(line)[1:])
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert done.stdout.strip()
        if "--json" in line:
            json.loads(done.stdout)


def test_the_demo_says_where_everything_lies(demo_folder: Path) -> None:
    made = {str(path.relative_to(demo_folder / "demo")) for path in (demo_folder / "demo").rglob("*")}
    assert made >= {
        "clip.mp4",
        "overlay.mp4",
        "points.json",
        "picture.jpg",
        "statistics/index.html",
        "DAVIS/JPEGImages/480p/sample/00020.jpg",
        "DAVIS/Annotations/480p/sample/00020.png",
    }


def test_the_demo_says_where_to_click(demo_folder: Path) -> None:
    (line,) = [line for line in (demo_folder / "said.txt").read_text().splitlines() if " track " in line]
    words = shlex.split(line)
    (x, y), frame = words[words.index("--point") + 1].split(","), words[words.index("--at") + 1]
    labels = read_labels(demo_folder / "demo" / "DAVIS" / "Annotations" / "480p" / "sample" / f"{int(frame):05d}.png")
    assert labels[int(y), int(x)] == 1
    assert words[words.index("--object") + 1] == "astronaut"


def test_the_run_of_the_demo_can_be_corrected(run_in, demo_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_folder / "demo", tmp_path / "demo")
    page = (tmp_path / "demo" / "track" / "report.html").read_text()
    (told,) = re.findall(r'<pre class="command" data-command="([^"]*)"', page)
    words = shlex.split(html.unescape(told))[1:]
    done = run_in(tmp_path, *words, "--object", "shuttle", "--at", "18", "--point", "20,20", "--write", "", "--json")
    assert done.returncode == 0, done.stderr
    locked = {one["name"]: one["locked_frames"] for one in json.loads(done.stdout)["objects"]}
    assert 18 in locked["shuttle"]


def test_a_demo_replaces_only_a_demo(run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    done = run("demo", "--out", str(tmp_path))
    assert done.returncode == 1
    assert "exists and no demo made it" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "precious"


def test_sampling_is_seeded(run, tmp_path: Path) -> None:
    texts = []
    for name, seed in (("a.json", "1"), ("b.json", "1"), ("c.json", "2")):
        assert run("sample", "demo/DAVIS", str(tmp_path / name), "--seed", seed).returncode == 0
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1] != texts[2]


def test_statistics_as_json(run) -> None:
    counted = json.loads(run("stats", "demo/points.json", "--json").stdout)
    assert counted["videos"] == 1
    assert counted["objects"] == 3
    assert counted["annotations"] == 10
    assert counted["negative_points"] <= 100


def test_a_loss_is_named_and_refused(run, tmp_path: Path) -> None:
    target = tmp_path / "davis"
    done = run("convert", "--to", "davis", "demo/points.json", str(target))
    assert done.returncode == 3
    assert "The format davis cannot hold:" in done.stderr
    assert "points" in done.stderr
    assert not target.exists()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("info", "nothing.mp4"), 1, "nothing.mp4: there is no such file or folder"),
        (("info", "demo/clip.mp4", "--against", "x.json"), 1, "x.json: No such file or directory. Check the path."),
        (("check", "demo/points.json"), 1, "demo/points.json: is no project, but a file. Make one of a video:"),
        (("validation", "demo"), 1, "demo: is no project. Make one of a video: pointreel studio VIDEO"),
        (("convert", "--from", "coco", "--to", "davis", "demo/DAVIS", "x"), 1, "found a folder without *.json or"),
        (
            ("track", "demo/clip.mp4", "--engine", "flow", "--box", "1,1,9,9", "--out", "demo/points.json/x"),
            1,
            "demo/points.json/x: Not a directory. A part of this path is a file. Choose another place.",
        ),
        (
            ("convert", "--to", "coconut", "demo/DAVIS", "x"),
            1,
            "There is no format named 'coconut'. Did you mean 'coco'?",
        ),
        (("convert", "--to", "coco", "demo/DAVIS", "demo/points.json"), 1, "demo/points.json: exists"),
        (("convert", "--to", "coco", "demo/DAVIS", "/dev/null"), 1, "/dev/null: exists"),
        (("convert", "--to", "coco", "--read", "yaer=1", "demo/DAVIS", "x"), 1, "has no option 'yaer=1'"),
        (("sample", "demo/DAVIS", "x", "--to", "davis"), 1, "cannot hold points. These can:"),
        (("sample", "demo/DAVIS", "x", "--sampler", "rnadom"), 1, "Did you mean 'random'?"),
        (("stats",), 2, ""),
        (("stats", "demo/points.json", "--nonsense"), 2, ""),
    ],
)
def test_mistakes_are_told_in_one_line(run, words: tuple[str, ...], code: int, message: str) -> None:
    done = run(*words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    if message:
        assert message in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_progress_bar_is_for_people(demo_folder: Path) -> None:
    done = in_a_process(demo_folder, "stats", "demo/points.json", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout


def test_a_log_hears_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    hours = iter([0.0, 0.0, 3600.0, 3610.0, 7200.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(hours))
    monkeypatch.setattr(console, "remarks", Console(file=sys.stderr, soft_wrap=True, force_terminal=False))
    assert list(console.progress("four", "tracking", 4)) == ["f", "o", "u", "r"]
    said = capsys.readouterr().err
    assert said == "tracking: 2 of 4, 1:00:00 left, 0.0/s\ntracking: 4 of 4, 0:00:00 left, 0.0/s\n"


def test_a_process_ends_with_the_line_and_the_code(tmp_path: Path) -> None:
    done = in_a_process(tmp_path, "info", "nothing.mp4")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("pointreel: nothing.mp4: there is no such file or folder")
    assert len(done.stderr.splitlines()) == 1


HEARD = """
import os, sys
def hear(event, words):
    if event == "import" and words[0] == "torch":
        print(os.environ.get("OMP_WAIT_POLICY"), os.environ.get("GOMP_SPINCOUNT"))
sys.addaudithook(hear)
from pointreel.apps.cli import main
main()
"""


@pytest.mark.parametrize(("said", "heard"), [(None, "PASSIVE 3000"), ("ACTIVE", "ACTIVE None")])
def test_threads_are_told_to_sleep_before_torch_is_loaded(demo_folder: Path, said: str | None, heard: str) -> None:
    others = {name: value for name, value in os.environ.items() if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    environment = others if said is None else others | {"OMP_WAIT_POLICY": said}
    words = [sys.executable, "-c", HEARD, "track", "demo/clip.mp4", "--at", "99", "--point", "1,1", "--out", "none"]
    done = subprocess.run(words, cwd=demo_folder, env=environment, capture_output=True, text=True, check=False)
    assert set(done.stdout.splitlines()) == {heard}, done.stderr
