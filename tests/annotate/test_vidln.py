"""From what people said about videos to objects and candidates: on narratives made here, and on real ones."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pointreel import annotate
from pointreel.annotate.nouns import nouns_in
from pointreel.annotate.vidln import largest
from pointreel.core import FormatError, MissingExtra
from pointreel.formats.vidln import narratives
from pointreel.store import Project

from .conftest import HEIGHT, WIDTH
from .test_propose import QUICK

CAPTION = "A red disk passes a square."


def line(video: str = "clip", names: tuple[str, ...] = ("00003", "00007"), number: int = 4) -> dict[str, object]:
    """The disk is circled on two key frames while it is said, wider on the second; at the square nobody points."""

    def circle(keyframe: int, x: float, radius: float, ms: int) -> list[dict[str, object]]:
        turns = np.linspace(0, 2 * np.pi, 9)
        xy = np.stack([x + radius * np.cos(turns), 62 + radius * np.sin(turns)], 1) / (WIDTH, HEIGHT)
        return [
            {"x": a, "y": b, "time_ms_since_epoch": 1000 + ms + k, "kf_idx": keyframe}
            for k, (a, b) in enumerate(xy.tolist())
        ]

    words = [("red", 2, 0), ("disk", 6, 200), ("passes", 11, 500), ("square", 20, 900)]
    actor = {
        "actor_name": "Disk",
        "keyframe_selection_indices": [0, 1],
        "recording_start_time_ms_since_epoch": 1000,
        "traces_start_time_ms_since_epoch": 1000,
        "caption": CAPTION,
        "traces": [circle(0, 56, 9, 210), circle(1, 64, 15, 300), circle(0, 90, 40, 600)],
        "noun_segments": [[6, 10], [20, 26]],
        "time_alignment": [
            {
                "start_ms": ms,
                "end_ms": ms + 100,
                "referenced_word": word,
                "referenced_word_start_idx": start,
                "referenced_word_end_idx": start + len(word),
            }
            for word, start, ms in words
        ],
        "recording_filename": "",
    }
    return {
        "vidln_id": number,
        "dataset_id": "made",
        "video_id": video,
        "keyframe_names": list(names),
        "actor_narratives": [actor],
        "annotator_id": 1,
    }


def written(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


@pytest.fixture
def empty(clip: Path, tmp_path: Path) -> Project:
    project = Project.create(tmp_path / "empty")
    project.add_video(clip, name="clip")
    return project


def test_a_noun_is_where_its_trace_is_largest(empty: Project, tmp_path: Path) -> None:
    found = annotate.localise(empty, written(tmp_path / "a.jsonl", line()))
    assert found == annotate.Localised((1,), (), 1, (), {})
    (disk,) = empty.objects
    assert (disk.name, disk.attributes["actor"], disk.attributes["caption"]) == ("disk", "Disk", CAPTION)
    (prompt,) = empty.prompts(1)
    assert prompt.frame == 7  # the widest circle of all was drawn while something else was said
    assert prompt.trace is not None
    np.testing.assert_allclose(prompt.trace.xy.min(0), (49, 47), atol=0.01)
    np.testing.assert_allclose(prompt.trace.seconds[[0, -1]], (0.3, 0.308))


def test_the_same_file_again_adds_nothing(empty: Project, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", line())
    annotate.localise(empty, file)
    edits = empty.edits("clip")
    assert annotate.localise(empty, file) == annotate.Localised((), (1,), 1, (), {})
    assert empty.edits("clip") == edits
    assert annotate.localise(empty, written(tmp_path / "b.jsonl", line(number=5))).added == (2,)


def test_an_object_that_a_kill_left_without_its_trace_gets_it(empty: Project, tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", line())
    annotate.localise(empty, file)
    (last,) = [edit.key for edit in empty.edits("clip") if edit.kind == "prompt"]
    empty.undo_edit("clip", edit=last)
    assert annotate.localise(empty, file).known == (1,)
    assert [prompt.frame for prompt in empty.prompts(1)] == [7]


@pytest.mark.parametrize(
    ("names", "first", "frame"),
    [
        (("00003", "00007"), None, 7),
        (("img_0000003", "img_0000007"), None, 6),
        (("a3", "a7"), 2, 5),
        (("x3", "x9"), None, 9),
    ],
)
def test_key_frames_are_found_by_name_or_by_number(
    empty: Project, tmp_path: Path, names: tuple[str, str], first: int | None, frame: int
) -> None:
    annotate.localise(empty, written(tmp_path / "a.jsonl", line(names=names)), first_frame=first)
    assert [prompt.frame for prompt in empty.prompts(1)] == [frame]


def test_videos_that_are_missing_or_other_ones_are_listed(empty: Project, clip: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path / "a.jsonl", line(), line("clap"), line("clip", ("00003", "00077"), 9), line("more", number=7)
    )
    (tmp_path / "videos" / "made").mkdir(parents=True)
    (tmp_path / "videos" / "made" / "more").symlink_to(clip)
    found = annotate.localise(empty, file, videos=tmp_path / "videos")
    assert (found.added, found.missing, list(found.failed)) == ((1, 2), ("clap",), ["clip"])
    assert "the key frame '00077' would be frame 77 of 14" in found.failed["clip"]
    assert [one.name for one in empty.videos] == ["clip", "more"]
    outside = annotate.localise(empty, written(tmp_path / "b.jsonl", line("../other")), videos=tmp_path / "videos")
    assert "does not stay inside" in outside.failed["../other"]


def test_a_file_that_is_none_says_so(empty: Project, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="found nothing"):
        annotate.localise(empty, tmp_path / "nothing.jsonl")
    with pytest.raises(FormatError, match="line 1"):
        annotate.localise(empty, written(tmp_path / "a.jsonl", {"vidln_id": 3}))


def test_spacy_is_asked_for_by_the_line_to_type(empty: Project, tmp_path: Path) -> None:
    if find_spec("spacy"):
        pytest.skip("spaCy is installed here")
    with pytest.raises(MissingExtra, match=r"pip install 'pointreel\[language\]'"):
        annotate.localise(empty, written(tmp_path / "a.jsonl", line()), spacy_model="en_core_web_sm")


def test_spacy_finds_nouns_with_what_they_are_made_of() -> None:
    pytest.importorskip("en_core_web_sm")
    assert [noun.text for noun in nouns_in("A man hits a golf ball.")] == ["man", "golf ball"]


def test_real_narratives_go_from_traces_to_candidates(shared: Path, tmp_path: Path) -> None:
    """The tigers of OVIS: a video, and a narrative of three actors with ten nouns."""
    data = shared / "data" / "vidln"
    with Project.create(tmp_path / "tigers") as project:
        found = annotate.localise(project, data / "vidlns" / "OVIS_train_sample.jsonl", videos=data / "videos")
        assert (len(found.added), found.missing, list(found.failed)) == (10, ("c1a40349",), ["71217dfc"])
        assert "it was cut off" in found.failed["71217dfc"]
        tiger = project.objects[0]
        assert (tiger.name, tiger.video, tiger.attributes["actor"]) == ("tiger", "5d24e4ea.mp4", "Tiger one")
        assert project.prompts(tiger.key)[0].frame == 23  # img_0000024: OVIS counts from 1
        report = annotate.propose(project, [tiger.key], config=QUICK)
        points = project.points(tiger.key)
        assert report.proposed == {tiger.key: len(points)}
        assert len(points) > 100
        assert project.next_point("owner") is not None
        assert list(project.check()) == []


def test_the_largest_is_the_earlier_of_two_as_large(shared: Path) -> None:
    file = shared / "data" / "vidln" / "vidlns" / "oops_train_sample.jsonl"
    for narrative in narratives(file):
        for actor in narrative.actors:
            for noun in actor.nouns:
                strokes = actor.strokes_by_keyframe(noun)
                found = largest(actor, noun, (720, 1280))
                assert (found is None) == (not strokes)
                if found is not None:
                    areas = {
                        k: np.ptp(np.concatenate([s.xy for s in of]) * (1280, 720), axis=0) + 1
                        for k, of in strokes.items()
                    }
                    assert found.keyframe == max(areas, key=lambda k: (areas[k].prod(), -k))
