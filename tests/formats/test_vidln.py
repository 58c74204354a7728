"""Video Localized Narratives as published, as we write them, and as people break them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import FormatError, FrameLabels, ListedDataset, ObjectInfo, PointreelError, Sequence, Trace
from pointreel.formats import losses, shelf
from pointreel.formats.vidln import Span, narratives


def point(x: float, y: float, ms: int, keyframe: int) -> dict:
    return {"x": x, "y": y, "time_ms_since_epoch": 1000 + ms, "kf_idx": keyframe}


def word(text: str, start: int, start_ms: int, end_ms: int) -> dict:
    return {
        "end_ms": end_ms,
        "referenced_word": text,
        "referenced_word_end_idx": start + len(text),
        "referenced_word_start_idx": start,
        "start_ms": start_ms,
    }


ACTOR = {
    "actor_name": "Tiger one",
    "keyframe_selection_indices": [0, 2],
    "recording_start_time_ms_since_epoch": 1000,
    "traces_start_time_ms_since_epoch": 900,
    "caption": "A tiger fights",
    "traces": [
        [point(0.25, 0.5, 90, 0), point(0.5, 0.5, 100, 0), point(0.75, 0.5, 199, 2)],
        [point(0.1, 0.2, 200, 2), point(0.3, 0.4, 300, 2), point(0.5, 0.6, 301, 2)],
    ],
    "noun_segments": [[2, 7]],
    "time_alignment": [word("A", 0, 0, 95), word("tiger", 2, 100, 180), word("fights", 8, 300, 400)],
    "recording_filename": "recordings/OVIS_train/1_0.webm",
}
BACKGROUND = ACTOR | {"actor_name": "background", "keyframe_selection_indices": [1], "traces": [], "noun_segments": []}
LINE = {
    "vidln_id": 1,
    "dataset_id": "OVIS_train",
    "video_id": "5d24e4ea",
    "keyframe_names": ["img_0000003", "img_0000006", "img_0000010"],
    "actor_narratives": [ACTOR, BACKGROUND],
    "annotator_id": 103,
}


def published(folder: Path, *lines: dict) -> Path:
    file = folder / "OVIS_train.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines or (LINE,)))
    return file


def test_a_narrative_is_read_typed(tmp_path: Path) -> None:
    (narrative,) = narratives(published(tmp_path))
    assert (narrative.narrative_id, narrative.dataset_id, narrative.video) == (1, "OVIS_train", "5d24e4ea")
    assert narrative.keyframe_names == ("img_0000003", "img_0000006", "img_0000010")
    tiger, background = narrative.actors
    assert (tiger.name, tiger.caption, tiger.keyframes) == ("Tiger one", "A tiger fights", (0, 2))
    assert tiger.nouns == (Span(2, 7, "tiger"),)
    assert [(w.text, w.start_ms, w.end_ms) for w in tiger.words] == [
        ("A", 0, 95),
        ("tiger", 100, 180),
        ("fights", 300, 400),
    ]
    assert [(stroke.keyframe, len(stroke)) for stroke in tiger.strokes] == [(0, 2), (2, 1), (2, 3)], "cut at key frames"
    assert background.strokes_by_keyframe() == {}


def test_a_noun_owns_what_was_drawn_until_the_next_word(tmp_path: Path) -> None:
    ((tiger, _),) = (narrative.actors for narrative in narratives(published(tmp_path)))
    strokes = tiger.strokes_by_keyframe(tiger.nouns[0])
    assert list(strokes) == [0, 2]
    assert [stroke.xy.tolist() for stroke in strokes[0]] == [[[0.5, 0.5]]], "from its first millisecond on"
    assert [stroke.xy.tolist() for stroke in strokes[2]] == [[[0.75, 0.5]], [[0.1, 0.2], [0.3, 0.4]]], "both ends count"
    assert strokes[2][1].seconds.tolist() == [0.2, 0.3]
    (last,) = tiger.strokes_of(tiger.words[2])
    assert last.xy.tolist() == [[0.3, 0.4], [0.5, 0.6]], "the last word goes on after its end"
    assert tiger.strokes_of(Span(1, 2, " ")) == ()


def test_actors_are_objects_with_a_trace_per_key_frame(tmp_path: Path) -> None:
    (sequence,) = shelf.build("vidln", height=100, width=200).read(published(tmp_path))
    assert (sequence.name, sequence.height, sequence.width) == ("5d24e4ea", 100, 200)
    assert sequence.frames == ("img_0000003", "img_0000006", "img_0000010")
    assert sequence.attributes == {"vidln_id": 1, "dataset_id": "OVIS_train", "annotator_id": 103}
    assert [(info.object_id, info.name) for info in sequence.objects] == [(1, "Tiger one"), (2, "background")]
    assert sequence.objects[0].attributes["caption"] == "A tiger fights"
    nothing = Trace(np.empty((0, 2), np.float32), np.empty(0))
    assert list(sequence) == [
        FrameLabels(0, traces={1: Trace(np.float32([[50, 50], [100, 50]]), np.array([0.09, 0.1]))}),
        FrameLabels(1, traces={2: nothing}),
        FrameLabels(
            2,
            traces={
                1: Trace(np.float32([[150, 50], [20, 20], [60, 40], [100, 60]]), np.array([0.199, 0.2, 0.3, 0.301]))
            },
        ),
    ]


def test_nouns_are_objects_when_asked_for(tmp_path: Path) -> None:
    (sequence,) = shelf.build("vidln", objects="nouns").read(published(tmp_path))
    (noun,) = sequence.objects
    assert noun.name == "tiger"
    assert noun.attributes == {"actor": "Tiger one", "caption": "A tiger fights", "start": 2, "end": 7}
    first, second = sequence
    assert (first.frame, second.frame) == (0, 2)
    assert (sequence.height, sequence.width) == (None, None)
    assert first.traces[1].xy.tolist() == [[0.5, 0.5]], "fractions, as in the file, where no size is known"


def test_the_size_comes_from_the_frames(tmp_path: Path) -> None:
    folder = tmp_path / "frames" / "OVIS_train" / "5d24e4ea"
    folder.mkdir(parents=True)
    Image.new("RGB", (40, 20)).save(folder / "img_0000006.jpg")
    file = published(tmp_path)
    for frames in (tmp_path / "frames", tmp_path / "frames" / "OVIS_train"):
        (sequence,) = shelf.build("vidln", frames=frames).read(file)
        assert (sequence.height, sequence.width) == (20, 40)
    with pytest.raises(FormatError, match=r"no key frame of '5d24e4ea'"):
        list(shelf.build("vidln", frames=tmp_path).read(file))


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(LINE) + "\n" + json.dumps(LINE | {"video_id": "b"}),
        json.dumps(LINE | {"video_id": "ü é"}, ensure_ascii=False, separators=(",", ":")) + "\r\n",
        json.dumps(dict(reversed(LINE.items())) | {"video_id": "ü", "new_key": [1.0, 1e3]}) + "\n",
    ],
)
def test_a_file_nobody_changed_is_written_byte_for_byte(tmp_path: Path, content: str) -> None:
    file, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    file.write_bytes(content.encode())
    for options in ({}, {"objects": "nouns", "height": 3, "width": 4}):
        vidln = shelf.build("vidln", **options)
        vidln.write(vidln.read(file), again)
        assert again.read_bytes() == file.read_bytes()
    backwards = ListedDataset.of(reversed(list(vidln.read(file))))
    vidln.write(backwards, again)
    assert sorted(again.read_bytes().splitlines()) == sorted(file.read_bytes().splitlines())


def test_the_published_samples_survive_byte_for_byte(shared: Path, tmp_path: Path) -> None:
    root = shared / "data" / "vidln"
    for file in sorted((root / "vidlns").glob("*.jsonl")):
        vidln = shelf.build("vidln")
        assert vidln.recognises(file)
        vidln.write(vidln.read(file), tmp_path / "again.jsonl")
        assert (tmp_path / "again.jsonl").read_bytes() == file.read_bytes()
    ovis = shelf.build("vidln", frames=root / "frames").read(root / "vidlns" / "OVIS_train_sample.jsonl")
    for sequence in ovis:
        assert sequence.height is not None
        assert sequence.width is not None
        xy = np.concatenate([trace.xy for labels in sequence for trace in labels.traces.values()])
        assert xy.min() >= 0
        assert (xy <= (sequence.width, sequence.height)).all()
    assert [(s.name, s.height, s.width) for s in ovis] == [
        ("c1a40349", 1080, 1920),
        ("5d24e4ea", 490, 768),
        ("71217dfc", 314, 640),
    ]
    tiger = next(n for n in narratives(root / "vidlns" / "OVIS_train_sample.jsonl") if n.video == "5d24e4ea").actors[0]
    assert [noun.text for noun in tiger.nouns] == ["tiger", "stripes", "tiger"]
    assert {k: [len(s) for s in strokes] for k, strokes in tiger.strokes_by_keyframe(tiger.nouns[0]).items()} == {
        5: [18],
        6: [15],
        7: [9],
    }


def drawn(**changes: object) -> Sequence:
    trace = Trace(np.float32([[0, 0], [12.3, 7]]), np.array([0.001, 1 / 3]))
    labels = [
        FrameLabels(1, traces={5: trace}),
        FrameLabels(2, traces={5: trace, 3: Trace(np.empty((0, 2), np.float32), np.empty(0))}),
    ]
    values: dict = {
        "name": "a b/ü",
        "height": 33,
        "width": 77,
        "frames": ("x", "y", "z"),
        "objects": (ObjectInfo(5, "cat", {"seen": True, "weight": None}), ObjectInfo(3), ObjectInfo(9, "unseen")),
        "read_labels": lambda: labels,
        "attributes": {"who": "we"},
    }
    return Sequence(**(values | changes))


@pytest.mark.parametrize("size", [(33, 77), (None, None)])
def test_what_is_written_anew_is_read_back_whole(tmp_path: Path, size: tuple) -> None:
    vidln = shelf.build("vidln")
    source = drawn(height=size[0], width=size[1])
    dataset = ListedDataset.of([source, drawn(name="empty", objects=(), read_labels=lambda: (), attributes={})])
    assert losses(dataset, vidln) == []
    vidln.write(dataset, tmp_path / "a.jsonl")
    again, empty = vidln.read(tmp_path / "a.jsonl")
    assert list(again) == list(source)
    assert (again.name, again.frames, again.objects) == (source.name, source.frames, source.objects)
    assert (again.height, again.width, again.attributes) == (*size, {"who": "we"})
    assert (empty.objects, empty.attributes) == ((), {})
    (noun, *_) = next(iter(shelf.build("vidln", objects="nouns").read(tmp_path / "a.jsonl"))).objects
    assert noun.name == "cat", "the name is the caption, so that readers of nouns find it"


def test_what_is_written_anew_has_the_published_keys(tmp_path: Path) -> None:
    shelf.build("vidln").write(ListedDataset.of([drawn()]), tmp_path)
    line = json.loads((tmp_path / "vidln.jsonl").read_text())
    assert set(LINE) <= set(line)
    for actor in line["actor_narratives"]:
        assert set(ACTOR) <= set(actor)
        for part in actor["traces"]:
            assert all({"x", "y", "time_ms_since_epoch", "kf_idx"} <= set(position) for position in part)
    assert line["actor_narratives"][0]["traces"][0][0] == {"x": 0.0, "y": 0.0, "time_ms_since_epoch": 1, "kf_idx": 1}


def test_a_changed_sequence_is_written_as_changed(tmp_path: Path) -> None:
    vidln = shelf.build("vidln")
    (sequence,) = vidln.read(published(tmp_path))
    renamed = Sequence(**{**vars(sequence), "name": "renamed"})
    vidln.write(ListedDataset.of([renamed]), tmp_path / "b.jsonl")
    (again,) = vidln.read(tmp_path / "b.jsonl")
    assert (again.name, again.objects) == ("renamed", sequence.objects)
    assert list(again) == list(sequence)


def test_several_narratives_of_a_video_have_names_of_their_own(tmp_path: Path) -> None:
    file = published(tmp_path, LINE, LINE | {"vidln_id": 7}, LINE | {"video_id": "5d24e4ea/7"}, LINE)
    names = [sequence.name for sequence in shelf.build("vidln").read(file)]
    assert names == ["5d24e4ea/1", "5d24e4ea/7'", "5d24e4ea/7", "5d24e4ea/1'"]


WRONG = [
    ({"video_id": 3}, r"video_id: found the number 3, expected text"),
    ({"keyframe_names": ["a", "a"]}, r"keyframe_names\[1\]: found text 'a' twice"),
    ({"keyframe_names": [3]}, r"keyframe_names\[0\]: found the number 3"),
    ({"actor_narratives": [3]}, r"actor_narratives\[0\]: found the number 3, expected an object"),
    ({"actor_narratives": [ACTOR | {"keyframe_selection_indices": [3]}]}, r"indices\[0\]: found the number 3"),
    (
        {"actor_narratives": [ACTOR | {"traces": [[point(0, 0, 0, 3)]]}]},
        r"traces\[0\]\[0\]\.kf_idx: found the number 3",
    ),
    ({"actor_narratives": [ACTOR | {"traces": [3]}]}, r"traces\[0\]: found the number 3, expected a list"),
    (
        {"actor_narratives": [ACTOR | {"traces": [[point(0.1, 0.1, 0, 0), {"x": 1}]]}]},
        r"traces\[0\]\[1\]: found the keys x, expected the key 'time_ms_since_epoch'",
    ),
    ({"actor_narratives": [ACTOR | {"noun_segments": [[2, 99]]}]}, r"noun_segments\[0\]: found \[2, 99\], expected"),
    ({"actor_narratives": [ACTOR | {"time_alignment": [{}]}]}, r"time_alignment\[0\]: found the keys none"),
    ({"actor_narratives": [ACTOR, ACTOR | {"object_id": 1}]}, r"actor_narratives\[1\]\.object_id: found the number 1"),
    ({"vidln_id": None}, r"vidln_id: found null, expected a whole number"),
]


def read_all(file: Path) -> list[FrameLabels]:
    return [labels for sequence in shelf.build("vidln").read(file) for labels in sequence]


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, changes: dict, message: str) -> None:
    file = published(tmp_path, LINE | {"video_id": "fine"}, LINE | changes)
    with pytest.raises(FormatError, match=message) as caught:
        read_all(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_broken_lines_and_options_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(LINE) + "\n" + json.dumps(LINE)[:-20])
    with pytest.raises(FormatError, match=r"a\.jsonl: line 2: found broken JSON"):
        read_all(tmp_path / "a.jsonl")
    with pytest.raises(FormatError, match="line 2: found broken JSON"):
        list(narratives(tmp_path / "a.jsonl"))
    with pytest.raises(FormatError, match="expected a file"):
        read_all(tmp_path / "none.jsonl")
    with pytest.raises(PointreelError, match="There are: actors, nouns"):
        shelf.build("vidln", objects="verbs")
    with pytest.raises(PointreelError, match="height and width belong together"):
        shelf.build("vidln", height=3)
    escaping = published(tmp_path, LINE | {"video_id": "../up"})
    with pytest.raises(PointreelError, match="does not stay inside"):
        list(shelf.build("vidln", frames=tmp_path).read(escaping))
