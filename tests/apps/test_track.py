"""`pointreel track` as people use it: words in any order, mistakes in one line, Ctrl-C, kill -9 and --resume."""

import html
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

import pointreel
from pointreel.apps.cli.app import app
from pointreel.apps.track_facts import disjoint
from pointreel.apps.tracking import engine_named
from pointreel.core import Box, Mask, Points, Prompt, Segment
from pointreel.engines import propagators
from pointreel.formats import read_labels
from pointreel.formats import shelf as formats
from pointreel.video import write_mp4, write_picture

HEIGHT, WIDTH, NUM = 48, 64, 16
OUTPUTS = {"masks.json", "DAVIS", "overlay.mp4", "sheet.jpg", "report.html", "prompts.json", "track.records"}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bright square that walks over noise, with a mask of where it is on frame 0, and one broken picture."""
    folder = tmp_path_factory.mktemp("clip")
    rng = np.random.default_rng(2)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8), (0, 0), 1.5) // 4
    patch = cv2.GaussianBlur(rng.integers(0, 255, (16, 16, 3)).astype(np.uint8), (0, 0), 1.5) // 2 + 120
    with write_mp4(folder / "clip.mp4", frame_rate=25, crf=12) as mp4:
        for k in range(NUM):
            rgb = ground.copy()
            rgb[16:32, 8 + k : 24 + k] = patch
            mp4.add(rgb)
            write_picture(folder / "frames" / f"{k:05d}.png", rgb)
    broken = folder / "frames" / "00007.png"
    broken.write_bytes(broken.read_bytes()[:300])
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[16:32, 8:24] = 255
    cv2.imwrite(str(folder / "grey.png"), labels)
    formats_png = np.zeros((HEIGHT, WIDTH), np.uint8)
    formats_png[16:32, 8:24], formats_png[0:4, 0:4] = 2, 5
    with pointreel.video.write_pngs(folder / "palette") as out:
        out.add_labels(formats_png)
    cv2.imwrite(str(folder / "empty.png"), labels * 0)
    cv2.imwrite(str(folder / "small.png"), labels[:9, :9])
    (folder / "bad.json").write_text('{"prompts": [{"point": [1, 2]}]}')
    (folder / "trace.json").write_text("[[10, 20], [12, 21]]")
    return folder


def track(clip: Path, *words: str) -> list[str]:
    """The command in this process; what it says on standard output, or the error it raises."""
    result = CliRunner().invoke(app, ["track", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 4), result.output
    return result.stdout.splitlines()


@pytest.fixture
def here(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(clip)
    return clip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "Say where the object is: --point x,y"),
        ("--box 1,2", "--box 1,2: expected left,top,right,bottom, 4 numbers"),
        ("--box 1,2,x,4", "--box 1,2,x,4: expected left,top,right,bottom"),
        ("--box 1,2,80,9", "--box: object 1, frame 0: the box 1,2,80,9 reaches outside the frame"),
        ("--box 9,9,5,5", "--box: object 1, frame 0: the box 9,9,5,5 holds no pixel"),
        (
            "--object cat --at 16 --box 1,2,8,9",
            "--at: object cat, frame 16: there is no frame 16; the video has frames",
        ),
        ("--box 1,2,8,9 --at 3", "--at 3: nothing follows that it could count for. Put it before what it is about"),
        ("--box 1,2,8,9 --object cat", "--object cat: nothing follows that it could count for"),
        ("--at 2 --object a --at 3 --box 1,2,8,9", "--at 2: nothing follows"),
        ("--at 3.5 --box 1,2,8,9", "--at 3.5: expected the number of a frame"),
        ("--at -1 --box 1,2,8,9", "--at: object 1, frame -1: there is no frame -1"),
        ("--point 5,5", "--point: object 1, frame 0: the engine 'flow' takes no points; it takes: box, mask."),
        ("--not-point 5,5 --box 1,1,9,9", "--not-point: object 1, frame 0: the engine 'flow' takes no points"),
        ("--trace 1,1;2,2", "--trace: object 1, frame 0: the engine 'flow' takes no traces"),
        ("--trace trace.json", "--trace: object 1, frame 0: the engine 'flow' takes no traces"),
        ("--trace 1,1;2", "--trace 2: expected x,y;x,y;..."),
        ("--mask nothing.png", "--mask nothing.png: there is no such file"),
        ("--mask empty.png", "--mask: object 1, frame 0: the mask is empty"),
        ("--mask small.png", "--mask: object 1, frame 0: the mask is 9 x 9 pixels (width x height), the video 64 x 48"),
        ("--mask palette/00000.png", "holds the objects 2, 5; pick one, as palette/00000.png#2"),
        ("--mask palette/00000.png#3", "--mask: object 1, frame 0: the mask is empty"),
        ("--mask clip.mp4", "clip.mp4: found"),
        ("--mask grey.png --mask grey.png", "--mask grey.png: object 1 has a mask on frame 0 already"),
        ("--box 1,1,9,9 --object a --object  --box 1,1,9,9", "--object"),
        ("--box 1,1,9,9 --engine flwo", "There is no engine named 'flwo'. Did you mean 'flow'?"),
        ("--box 1,1,9,9 --option sied=3", "has no option 'sied=3'"),
        ("--box 1,1,9,9 --write json,mp3", "There is no output for --write named 'mp3'"),
        ("--box 1,1,9,9 --prompts bad.json", "--prompts: give prompts in a file or by options, not both"),
        ("--prompts bad.json", "bad.json: prompts[0].point: found an unknown key"),
        ("--prompts clip.mp4", "--prompts clip.mp4: holds neither prompts nor labels of a known format"),
        ("--mask frames", "--mask frames: is a folder, and one file is wanted"),
        ("--prompts none.json", "--prompts none.json: there is nothing here"),
        ("--box 1,1,9,9 --out frames", "frames: exists and is not an empty folder"),
        ("--resume --out nowhere", "nowhere/track.records: there is no run to go on with"),
    ],
)
def test_mistakes_are_told_in_one_line(here: Path, tmp_path: Path, words: str, message: str) -> None:
    out = () if "--out" in words else ("--out", str(tmp_path / "out"))
    engine = () if "--engine" in words or "--resume" in words else ("--engine", "flow")
    with pytest.raises(pointreel.core.PointreelError) as caught:
        track(here, "clip.mp4", *words.split(" ") if words else (), *engine, *out)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_words_count_in_the_order_they_are_typed(here: Path, tmp_path: Path) -> None:
    """What --at and --object come before is theirs; an object that is named again is the same one."""
    words = "--box 1,1,9,9 --object cat --at 3 --box 2,2,9,9 --object dog --box 3,3,9,9 --at 5 --box 4,4,9,9"
    again = "--object cat --box 5,5,9,9 --at 0 --mask grey.png"
    track(here, "clip.mp4", *words.split(), *again.split(), "--engine", "flow", "--out", str(tmp_path), "--write", "")
    said = json.loads((tmp_path / "prompts.json").read_text())["prompts"]
    found = [(one["object"], one["id"], one["frame"], one.get("box", [0])[0]) for one in said]
    assert found == [
        (1, 1, 0, 1),
        ("cat", 2, 0, 0),
        ("cat", 2, 3, 2),
        ("cat", 2, 5, 5),
        ("dog", 3, 3, 3),
        ("dog", 3, 5, 4),
    ]


def test_everything_is_written_and_says_the_same(here: Path, tmp_path: Path) -> None:
    words = ["--engine", "flow", "--object", "square", "--mask", "grey.png", "--object", "big", "--box", "4,10,40,40"]
    shown = track(here, "clip.mp4", *words, "--out", str(tmp_path / "out"), "--json")
    summary = json.loads("\n".join(shown))
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == OUTPUTS
    assert [(one["id"], one["name"], one["frames"]) for one in summary["objects"]] == [
        (1, "square", 16),
        (2, "big", 16),
    ]
    assert set(summary["files"]) == {"json", "png", "overlay", "sheet", "report"}

    (sequence,) = formats.build("ytvis").read(out / "masks.json")
    masks = {labels.frame: labels.segments for labels in sequence}
    assert len(masks) == NUM
    assert masks[0][1].mask.area == 256
    assert all(masks[k][1].mask & masks[k][2].mask for k in range(NUM))
    for k in range(NUM):
        labels = read_labels(out / "DAVIS" / "Annotations" / "480p" / "clip" / f"{k:05d}.png")
        assert np.array_equal(labels == 1, masks[k][1].mask.to_array())  # the smaller object lies in front
        assert np.array_equal(labels == 2, (masks[k][2].mask - masks[k][1].mask).to_array())
    with pointreel.video.open(out / "overlay.mp4") as drawn:
        assert len(drawn) == NUM
    page = (out / "report.html").read_text()
    assert "square" in page
    assert "big" in page
    assert 'src="data:image/jpeg;base64,' in page
    assert "http" not in page.replace("http://www.w3.org", "")

    again = tmp_path / "again"
    track(here, "clip.mp4", "--engine", "flow", "--prompts", str(out / "prompts.json"), "--out", str(again))
    assert (again / "masks.json").read_bytes() == (out / "masks.json").read_bytes()


def test_pictures_are_of_a_size_to_look_at(tmp_path: Path) -> None:
    """The overlay of a very large video is smaller, the sheet of one frame is no stamp, and both show the mask."""
    ground = np.full((1200, 1600, 3), 90, np.uint8)
    write_picture(tmp_path / "large" / "0.png", ground)
    words = [str(tmp_path / "large"), "--engine", "flow", "--box", "400,300,1200,900"]
    track(tmp_path, *words, "--out", str(tmp_path / "o"), "--write", "overlay,sheet")
    with pointreel.video.open(tmp_path / "o" / "overlay.mp4") as video:
        shown = video[0].rgb
    assert shown.shape == (1080, 1440, 3)
    assert np.ptp(shown[540, 720]) > 20
    assert np.ptp(shown[100, 720]) < 10
    sheet = cv2.imread(str(tmp_path / "o" / "sheet.jpg"))
    assert sheet.shape == (480, 640, 3)
    assert np.ptp(sheet[240, 320]) > 20


def test_every_doubt_has_a_picture_of_its_own(here: Path, tmp_path: Path) -> None:
    """Also where two objects are unsure on the same frame: here nothing can be followed."""
    rng = np.random.default_rng(3)
    for k in range(2):
        write_picture(tmp_path / "noise" / f"{k}.png", rng.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    words = ["--engine", "flow", "--object", "a", "--box", "2,10,30,40", "--object", "b", "--box", "34,6,60,46"]
    shown = track(here, str(tmp_path / "noise"), *words, "--out", str(tmp_path / "o"), "--write", "report", "--json")
    doubts = json.loads("\n".join(shown))["least_sure"]
    asked = [f"--object {'ab'[one['object'] - 1]} --at {one['frame']}" for one in doubts]
    page = (tmp_path / "o" / "report.html").read_text()
    assert re.findall(r'<figure data-words="([^"]*)"', page) == asked
    assert "Click a picture" in page
    assert [one["frame"] for one in doubts] == [1, 1]


def test_names_are_shown_as_text(here: Path, tmp_path: Path) -> None:
    name = '<i>&"x'
    track(here, "clip.mp4", "--engine", "flow", "--object", name, "--mask", "grey.png", "--out", str(tmp_path / "out"))
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<i>" not in page
    assert "&lt;i&gt;&amp;" in page


def test_labels_of_a_dataset_are_prompts(here: Path, tmp_path: Path) -> None:
    shown = track(here, "clip.mp4", "--engine", "flow", "--prompts", "palette", "--out", str(tmp_path / "o"), "--json")
    assert [one["id"] for one in json.loads("\n".join(shown))["objects"]] == [2, 5]


def test_a_broken_frame_stops_nothing_and_is_told(here: Path, tmp_path: Path) -> None:
    words = ["track", "frames", "--engine", "flow", "--mask", "grey.png", "--out", str(tmp_path / "o")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 4
    assert "Frame 7 of the video cannot be read" in (tmp_path / "o" / "report.html").read_text()
    with pointreel.video.open(tmp_path / "o" / "overlay.mp4") as drawn:
        assert len(drawn) == NUM
        seen, unseen = (np.ptp(drawn[k].rgb[36:], axis=2).max() for k in (6, 7))
    assert unseen < 12 < seen  # a frame nobody saw has no colours
    result = CliRunner().invoke(app, ["track", "frames", "--out", str(tmp_path / "o"), "--resume", "--json"])
    summary = json.loads(result.stdout)
    assert summary["unreadable_frames"] == [7]
    assert summary["objects"][0]["mean_score"] > 0.99  # of the frames that were seen


def test_corrections_by_name(here: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "o"), "--write", "json")
    track(here, "clip.mp4", "--engine", "flow", "--object", "a", "--mask", "grey.png", *out)
    before = masks_in(tmp_path / "o")
    words = "--object new --at 4 --box 30,2,40,12 --object a --at 10 --box 20,16,30,32"
    shown = track(here, "clip.mp4", "--correct", *words.split(), *out, "--json")
    after = masks_in(tmp_path / "o")
    assert [one["locked_frames"] for one in json.loads("\n".join(shown))["objects"]] == [[0, 10], [4]]
    assert before[0][1] == after[0][1]
    assert before[9][1] != after[9][1]
    assert before[12][1] != after[12][1]
    assert all(2 in found for found in after.values())


def test_the_rate_counts_what_was_made_again(here: Path, tmp_path: Path) -> None:
    words = ["clip.mp4", "--out", str(tmp_path / "o")]
    track(here, *words, "--engine", "flow", "--object", "a[b]", "--mask", "grey.png", "--write", "")
    shown = track(here, *words, "--correct", "--at", "10", "--box", "20,16,30,32", "--write", "report")
    assert any(line.startswith("16 frames (31 in all passes) by flow in ") for line in shown)
    assert "<td>31 frames</td>" in (tmp_path / "o" / "report.html").read_text()
    assert any(line.startswith("  a[b]: on 16 frames") for line in shown)
    summary = json.loads("\n".join(track(here, *words, "--resume", "--write", "", "--json")))
    assert (summary["frames"], summary["frames_made"]) == (16, 31)


def test_what_no_longer_fits_the_masks_is_named(here: Path, tmp_path: Path) -> None:
    words = ["track", "clip.mp4", "--out", str(tmp_path / "o")]
    first = ["--engine", "flow", "--mask", "grey.png", "--write", "json,overlay,report"]
    assert "older" not in CliRunner().invoke(app, [*words, *first]).stderr
    corrected = CliRunner().invoke(app, [*words, "--correct", "--at", "10", "--box", "20,16,30,32", "--write", "json"])
    assert "older than these masks: overlay.mp4, report.html. Write anew: " in " ".join(corrected.stderr.split())
    assert corrected.stderr.rstrip().endswith("--resume --write overlay,report")
    again = CliRunner().invoke(app, [*words, "--resume", "--write", "report", "--json"])
    assert json.loads(again.stdout)["stale"] == ["overlay"]
    page = tmp_path / "o" / "report.html"
    assert "overlay.mp4" not in page.read_text()
    assert '<a href="masks.json">' in page.read_text()
    CliRunner().invoke(app, [*words, "--resume", "--write", "overlay"])
    again = CliRunner().invoke(app, [*words, "--resume", "--write", "report", "--json"])
    assert json.loads(again.stdout)["stale"] == []
    assert '<video src="overlay.mp4"' in page.read_text()


def test_the_report_says_what_to_type(here: Path, tmp_path: Path) -> None:
    """The command that it shows corrects the run, whatever its objects and folders are called."""
    out, name = tmp_path / "a run", "it's <b>"
    words = ["clip.mp4", "--engine", "flow", "--object", name, "--mask", "grey.png", "--out", str(out)]
    shown = track(here, *words, "--write", "overlay,report")
    page = (out / "report.html").read_text()
    assert '<video src="overlay.mp4"' in page
    assert "Click a picture" not in page  # there is none: this engine was sure of every frame
    (told,) = re.findall(r'<pre class="command"[^>]*>(.*)</pre>', page)
    typed = shlex.split(html.unescape(told))
    assert shown[-1] == f"Where a mask is wrong: {html.unescape(told)}"
    assert typed[1:7] == ["track", "clip.mp4", "--out", str(out), "--correct", "--object"]
    assert typed[7] == name
    assert typed[8:] == ["--at", "FRAME", "--point", "x,y"]
    shown = track(here, *typed[2:9], "5", "--box", "4,10,40,40", "--write", "", "--json")
    assert [one["locked_frames"] for one in json.loads("\n".join(shown))["objects"]] == [[0, 5]]


def test_objects_without_a_name_go_by_their_number(here: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "o"), "--write", "")
    track(here, "clip.mp4", "--engine", "flow", "--prompts", "palette", *out)
    with pytest.raises(pointreel.core.PointreelError, match="say which object is meant: --object 2 or 5"):
        track(here, "clip.mp4", "--correct", "--at", "3", "--box", "1,1,9,9", *out)
    shown = track(here, "clip.mp4", "--correct", "--object", "5", "--at", "3", "--box", "1,1,9,9", *out, "--json")
    found = [(one["id"], one["name"], one["locked_frames"]) for one in json.loads("\n".join(shown))["objects"]]
    assert found == [(2, "", [0]), (5, "", [0, 3])]


def test_the_only_object_is_meant_whatever_its_number(here: Path, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"prompts": [{"object": 7, "box": [8, 16, 24, 32]}]}')
    (tmp_path / "more.json").write_text(
        '{"prompts": [{"object": 7, "frame": 6, "box": [14, 16, 30, 32]}, {"object": 9, "box": [1, 1, 9, 9]}, '
        '{"object": "cat", "frame": 2, "box": [30, 2, 40, 12]}]}'
    )
    out = ("--out", str(tmp_path / "o"), "--write", "", "--json")
    track(here, "clip.mp4", "--engine", "flow", "--prompts", str(tmp_path / "one.json"), *out)
    for words, locked in (
        (["--at", "3", "--box", "11,16,27,32"], {7: [0, 3]}),
        (["--prompts", str(tmp_path / "more.json")], {7: [0, 3, 6], 9: [0], 10: [2]}),
    ):
        shown = json.loads("\n".join(track(here, "clip.mp4", "--correct", *words, *out)))
        assert {one["id"]: one["locked_frames"] for one in shown["objects"]} == locked
    assert [one["name"] for one in shown["objects"]] == ["", "", "cat"]


def test_a_bad_correction_is_refused_before_the_run_is_finished(here: Path, tmp_path: Path, done: Path) -> None:
    shutil.copytree(done, tmp_path / "o")
    records = tmp_path / "o" / "track.records"
    records.write_bytes(records.read_bytes()[:700])
    out = ("--out", str(tmp_path / "o"), "--write", "")
    with pytest.raises(pointreel.core.PointreelError, match="there is no frame 99"):
        track(here, "clip.mp4", "--correct", "--at", "99", "--box", "1,1,9,9", *out)
    assert records.stat().st_size <= 700
    track(here, "clip.mp4", "--correct", "--at", "9", "--box", "1,1,9,9", *out)
    assert records.stat().st_size > 700


def test_a_name_that_is_new_is_said_to_be(here: Path, done: Path, tmp_path: Path) -> None:
    shutil.copytree(done, tmp_path / "o")
    words = ["--correct", "--object", "aa", "--at", "3", "--box", "1,1,9,9", "--write"]
    result = CliRunner().invoke(app, ["track", str(here / "clip.mp4"), *words, "", "--out", str(tmp_path / "o")])
    assert "aa is new: the run has a." in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--box 1,1,9,9", "holds a run. Use --resume, --correct"),
        ("--resume --box 1,1,9,9", "the run began with other prompts"),
        ("--resume --engine flow --option side=32", "the run is of the engine 'flow', not of 'flow side=32'"),
        ("--correct", "--correct: say what is to be corrected"),
        ("--correct --object a --at 99 --box 1,1,9,9", "--at: object a, frame 99: there is no frame 99"),
    ],
)
def test_a_run_that_is_there_is_not_run_over(here: Path, done: Path, words: str, message: str) -> None:
    before = (done / "track.records").read_bytes()
    engine = () if "--resume" in words or "--correct" in words else ("--engine", "flow")
    with pytest.raises(pointreel.core.PointreelError) as caught:
        track(here, "clip.mp4", *words.split(), "--out", str(done), *engine)
    assert message in str(caught.value)
    assert (done / "track.records").read_bytes() == before


def test_the_same_words_with_resume_go_on(here: Path, done: Path) -> None:
    before = (done / "masks.json").read_bytes()
    track(here, "clip.mp4", "--object", "a", "--mask", "grey.png", "--resume", "--out", str(done), "--write", "json")
    assert (done / "masks.json").read_bytes() == before


@pytest.fixture(scope="session")
def done(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("done")
    words = ("--engine", "flow", "--object", "a", "--mask", str(clip / "grey.png"), "--write", "json")
    track(clip, str(clip / "clip.mp4"), *words, "--out", str(folder))
    return folder


SLOW = """
import sys, time
from pointreel.engines.propagators.flow import FlowSession
push = FlowSession.push
def slowly(self, frame, queries=()):
    time.sleep(0.25)
    return push(self, frame, queries)
FlowSession.push = slowly
from pointreel.apps.cli import main
main()
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_stopped_is_resumed(here: Path, done: Path, tmp_path: Path, how: signal.Signals) -> None:
    out = tmp_path / "o"
    words = ["track", "clip.mp4", "--engine", "flow", "--object", "a", "--mask", "grey.png", "--write", "json"]
    started = subprocess.Popen(
        [sys.executable, "-c", SLOW, *words, "--out", str(out)], stderr=subprocess.PIPE, text=True
    )
    records = out / "track.records"
    while started.poll() is None and not (records.is_file() and records.stat().st_size > 700):
        time.sleep(0.02)
    started.send_signal(how)
    told = started.communicate(timeout=60)[1]
    assert started.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert ("--resume" in told) == (how == signal.SIGINT)
    assert not (out / "masks.json").exists()
    track(here, "clip.mp4", "--out", str(out), "--resume", "--write", "json")
    assert (out / "masks.json").read_bytes() == (done / "masks.json").read_bytes()


def test_track_in_python(here: Path, tmp_path: Path) -> None:
    prompt = Prompt(object_id=1, frame=4, box=Box(12, 16, 16, 16))
    found = list(pointreel.track("clip.mp4", [prompt], engine="flow", direction="forward", folder=tmp_path))
    assert [masks.frame for masks in found] == list(range(NUM))
    assert [bool(masks.segments) for masks in found] == [False] * 4 + [True] * 12
    with pointreel.video.open("clip.mp4") as video:
        assert list(pointreel.track(video, [], engine="flow", folder=tmp_path, resume=True)) == found
    with pytest.raises(pointreel.core.PointreelError, match="takes no points"):  # before the first frame is asked for
        pointreel.track("clip.mp4", [Prompt(object_id=1, frame=0, points=Points.on([(1, 1)]))], engine="flow")


def test_the_python_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(4)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (300, 400, 3)).astype(np.uint8), (0, 0), 3) // 3
    for k in range(3):
        rgb = ground.copy()
        cv2.circle(rgb, (310 + 2 * k, 205), 30, (230, 190, 40), -1)
        write_picture(tmp_path / "clip" / f"{k}.png", rgb)
    page = Path(__file__).parents[2] / "docs" / "concepts" / "tracking.md"
    names: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
        exec(compile(block, page, "exec"), names)
    assert [set(areas) for areas in names["areas"](tmp_path / "clip")] == [{1}] * 3
    disc, patch = (Prompt(object_id=1, frame=k, box=Box(280 + 2 * k, 175, 60, 60)) for k in (0, 2))
    with pointreel.video.open(tmp_path / "clip") as video:
        assert len(names["corrected"](video, propagators.build("flow"), [disc], [patch])) == 3
    assert (tmp_path / "run" / "track.records").is_file()


def test_a_run_without_a_folder_cannot_be_resumed(here: Path) -> None:
    with pytest.raises(pointreel.core.PointreelError, match="resume: there is no folder"):
        pointreel.track("clip.mp4", [], engine="flow", resume=True)


def test_options_with_spaces_are_found_again_in_the_name_of_a_run() -> None:
    label, _ = engine_named("small", {"weights": "my own", "size": 128})
    assert shlex.split(label) == ["small", "size=128", "weights=my own"]


def test_shared_pixels_go_to_the_one_in_front() -> None:
    row = {
        i: Segment(Mask.from_array([pixels]))
        for i, pixels in {1: [1, 1, 1, 0], 2: [0, 1, 1, 1], 3: [0, 1, 0, 0]}.items()
    }
    found = {i: segment.mask.to_array()[0].tolist() for i, segment in disjoint(row, (3, 2, 1)).items()}
    assert found == {1: [True, False, False, False], 2: [False, False, True, True], 3: [False, True, False, False]}
    assert set(disjoint(row, (2, 3, 1))) == {1, 2}


def masks_in(folder: Path) -> dict[int, dict[int, Mask]]:
    (sequence,) = formats.build("ytvis").read(folder / "masks.json")
    return {labels.frame: {i: segment.mask for i, segment in labels.segments.items()} for labels in sequence}
