"""Label Studio's video object tracking as exported, as we write it, and as people break it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointreel.core import Box, FormatError, FrameLabels, ListedDataset, ObjectInfo, PointreelError, Sequence
from pointreel.formats import losses, shelf


def key_frame(frame: int, x: float, enabled: bool = True, **changes: object) -> dict:
    box = {"x": x, "y": 6.25, "time": frame / 25, "frame": frame, "width": 4.0625, "height": 23.4375}
    return box | {"enabled": enabled, "rotation": 0} | changes


def region(*sequence: dict, region_id: str = "d1111333b6", **changes: object) -> dict:
    value = {"labels": ["Other"], "duration": 0.32, "sequence": list(sequence), "framesCount": 8}
    placed = {"id": region_id, "type": "videorectangle", "value": value, "origin": "manual"}
    return placed | {"to_name": "video", "from_name": "box"} | changes


FIRST = region(key_frame(2, 46.875), key_frame(4, 50), key_frame(6, 12.5, enabled=False))
SECOND = region(key_frame(7, 0), region_id="x", score=0.75, meta={"text": ["a note"], "odd": [1, 2]})


def task(*result: dict, task_id: int = 1, video: str = "https://host/samples/opossum%20snow.mp4?a=1") -> dict:
    cancelled = {"id": 6, "was_cancelled": True, "result": [region()]}
    return {
        "id": task_id,
        "annotations": [cancelled, {"id": 7, "was_cancelled": False, "ground_truth": False, "result": list(result)}],
        "predictions": [{"id": 3, "result": [SECOND], "score": 0.5}],
        "data": {"video": video},
        "meta": {},
        "project": 4,
    }


CHOICE = {"id": "c", "type": "choices", "value": {"choices": ["good"]}, "from_name": "q", "to_name": "video"}


def exported(folder: Path, *tasks: dict) -> Path:
    file = folder / "project-1-at-2024.json"
    file.write_text(json.dumps(list(tasks or [task(FIRST, CHOICE, SECOND)])))
    return file


def read_one(file: Path, **options: object) -> Sequence:
    (sequence,) = shelf.build("label-studio", **({"height": 320, "width": 640} | options)).read(file)
    return sequence


def test_an_export_is_read_as_the_editor_shows_it(tmp_path: Path) -> None:
    sequence = read_one(exported(tmp_path))
    assert (sequence.name, sequence.height, sequence.width) == ("opossum snow", 320, 640)
    assert sequence.frames == tuple(f"{k:05d}" for k in range(8))
    assert sequence.objects == (
        ObjectInfo(1, "Other"),
        ObjectInfo(2, "Other", {"score": 0.75, "text": "a note", "odd": "[1, 2]"}),
    )
    boxes = [labels.boxes for labels in sequence]
    assert [sorted(of_frame) for of_frame in boxes] == [[], [1], [1], [1], [1], [1], [2], [2]]
    assert boxes[1][1] == Box(300, 20, 26, 75), "frame 2 is the second"
    assert boxes[2][1] == Box(310, 20, 26, 75), "half way between two key frames"
    assert boxes[5][1] == Box(80, 20, 26, 75), "a key frame that ends a span is still shown"
    assert boxes[7][2] == Box(0, 20, 26, 75), "to the end of the video"
    assert [labels.frame for labels in sequence] == list(range(8))


def test_predictions_and_other_annotations_are_read_when_asked_for(tmp_path: Path) -> None:
    file = exported(tmp_path)
    assert [info.object_id for info in read_one(file, source="predictions").objects] == [1]
    with pytest.raises(FormatError, match=r"annotations: found 1 that count, expected a number 1"):
        read_one(file, annotation=1)
    assert read_one(exported(tmp_path, {"data": {"video": "a.mp4"}})).objects == ()


def test_labels_may_stand_beside_the_rectangle(tmp_path: Path) -> None:
    bare = region(key_frame(1, 0))
    del bare["value"]["labels"]
    beside = {"id": bare["id"], "type": "labels", "value": {"labels": ["Man", "Fan"]}}
    assert read_one(exported(tmp_path, task(bare, beside))).objects == (ObjectInfo(1, "Man", {"labels": "Man, Fan"}),)
    assert read_one(exported(tmp_path, task(bare))).objects == (ObjectInfo(1),)


def test_videos_are_named_as_their_files(tmp_path: Path) -> None:
    tasks = [
        task(video="/data/upload/4/ab-cat.mp4"),
        task(task_id=2, video="/data/local-files/?d=clips/dog.mp4"),
        task(task_id=3, video="s3://bucket/cat.webm"),
        task(task_id=9, video="s3://other/cat.webm"),
    ]
    names = [sequence.name for sequence in shelf.build("label-studio").read(exported(tmp_path, *tasks))]
    assert names == ["ab-cat", "dog", "cat (3)", "cat (9)"]


def video(labels: list[FrameLabels], **changes: object) -> Sequence:
    values: dict = {
        "name": "a b/ü",
        "height": 333,
        "width": 777,
        "frames": ("a", "b", "c", "d"),
        "objects": (
            ObjectInfo(300, "cat", {"text": "a note", "weight": 1.5, "odd": None}),
            ObjectInfo(7),
            ObjectInfo(2),
        ),
        "read_labels": lambda: labels,
        "attributes": {"source": "DAVIS"},
    }
    return Sequence(**(values | changes))


LABELS = [
    FrameLabels(0, boxes={7: Box(1, 2, 3, 4), 300: Box(1 / 3, -0.1, 100, 200)}),
    FrameLabels(1, boxes={7: Box(9, 2, 3, 4)}),
    FrameLabels(3, boxes={300: Box(1 / 3, -0.1, 100, 200)}),
]


def test_what_is_written_is_read_back_whole(tmp_path: Path) -> None:
    label_studio = shelf.build("label-studio")
    second = video([FrameLabels(k) for k in range(2)], name="b", objects=(), frames=("00000", "00001"), attributes={})
    dataset = ListedDataset.of([video(LABELS), second])
    assert losses(dataset, label_studio) == []
    label_studio.write(dataset, tmp_path)
    first, empty = label_studio.read(tmp_path)
    assert list(first) == LABELS
    assert (first.name, first.objects, first.frames) == ("a b/ü", video([]).objects, ("a", "b", "c", "d"))
    assert (first.height, first.width, first.attributes) == (333, 777, {"source": "DAVIS"})
    assert (list(empty), empty.frames, empty.attributes) == ([FrameLabels(0), FrameLabels(1)], ("00000", "00001"), {})
    label_studio.write(ListedDataset.of([]), tmp_path / "none.json")
    assert len(label_studio.read(tmp_path / "none.json")) == 0


def test_what_is_written_is_what_label_studio_imports(tmp_path: Path) -> None:
    writer = shelf.build("label-studio", url="/data/local-files/?d={name}.mp4", fps=10.0)
    writer.write(ListedDataset.of([video(LABELS)]), tmp_path / "a.json")
    (written,) = json.loads((tmp_path / "a.json").read_text())
    assert written["data"] == {"video": "/data/local-files/?d=a b/ü.mp4"}
    (annotation,) = written["annotations"]
    for result in annotation["result"]:
        assert {"id", "type", "value", "origin", "to_name", "from_name"} <= set(result)
        assert (result["type"], result["to_name"], result["from_name"]) == ("videorectangle", "video", "box")
        assert (result["value"]["framesCount"], result["value"]["duration"]) == (4, 0.4)
    assert annotation["result"][0]["value"]["labels"] == ["cat"]
    assert annotation["result"][0]["meta"]["text"] == ["a note"]
    first, second = annotation["result"][1]["value"]["sequence"]
    assert (first["frame"], first["enabled"], first["time"], first["rotation"]) == (1, True, 0.1, 0)
    assert (second["frame"], second["enabled"]) == (2, False), "the last of a run ends it"
    assert first["x"] == pytest.approx(100 / 777)
    assert "pixels" not in first


@given(st.lists(st.floats(0, 4000), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_boxes_survive_to_the_last_bit(tmp_path_factory: pytest.TempPathFactory, sides: list[float]) -> None:
    file = tmp_path_factory.mktemp("label-studio") / "a.json"
    labels = [FrameLabels(0, boxes={1: Box(*sides)})]
    one = video(labels, frames=("00000",), objects=(ObjectInfo(1),))
    shelf.build("label-studio").write(ListedDataset.of([one]), file)
    assert next(iter(read_one(file))).boxes == labels[0].boxes


def test_a_box_that_was_moved_since_is_where_it_was_moved_to(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    shelf.build("label-studio").write(ListedDataset.of([video(LABELS)]), file)
    tasks = json.loads(file.read_text())
    (result, *_) = tasks[0]["annotations"][0]["result"]
    assert result["value"]["sequence"][0]["pixels"] == [1 / 3, -0.1, 100, 200]
    result["value"]["sequence"][0]["x"] = 50
    result["value"]["sequence"].append(key_frame(3, 0))
    file.write_text(json.dumps(tasks))
    first, _, added, _ = read_one(file)
    assert first.boxes[300] == Box(388.5, -0.1, 100, 200)
    assert added.frame == 2


def broken(key: str, value: object) -> dict:
    return task(region(key_frame(1, 0), key_frame(2, 0) | {key: value}))


WRONG = [
    (broken("frame", 0), r"sequence\[1\]\.frame: found the number 0, expected 1 or more"),
    (broken("frame", 1), r"sequence\[1\]\.frame: found frame 1 a second time"),
    (broken("frame", "2"), r"sequence\[1\]\.frame: found text '2', expected a whole number"),
    (broken("x", None), r"sequence\[1\]\.x: found null, expected a number"),
    (broken("width", -1), r"sequence\[1\]\.width: found the number -1"),
    (broken("y", float("nan")), r"sequence\[1\]\.y: found the number nan"),
    (broken("enabled", "yes"), r"enabled: found text 'yes', expected true or false"),
    (broken("rotation", 30), r"rotation: found a rotation of 30.0 degrees.*unsupported='skip'"),
    (task(FIRST, FIRST), r"result\[1\]\.id: found text 'd1111333b6' twice"),
    (task(region(type="videovector")), r"result\[0\]\.type: found a videovector"),
    (task(region(value={"labels": [3], "sequence": []})), r"labels: found the number 3"),
    (task(region(value={})), r"value: found the keys none, expected the key 'sequence'"),
    ({"data": {}}, r"data\.video: found null, expected the address of a video"),
    ({"id": 1}, r"found the keys id, expected the key 'data'"),
    (task() | {"annotations": 3}, r"annotations: found the number 3, expected a list"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, wrong: dict, message: str) -> None:
    file = exported(tmp_path, wrong)
    with pytest.raises(FormatError, match=message) as caught:
        list(read_one(file))
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_percent_need_a_size(tmp_path: Path) -> None:
    (sequence,) = shelf.build("label-studio").read(exported(tmp_path))
    assert (sequence.height, len(sequence.objects)) == (None, 2)
    with pytest.raises(FormatError, match=r"frame of unknown size, expected its size\. Give height= and width="):
        list(sequence)
    with pytest.raises(PointreelError, match="Label Studio needs the size of the frames"):
        shelf.build("label-studio").write(ListedDataset.of([video(LABELS, height=None)]), tmp_path / "b.json")
    with_size = region(key_frame(1, 50), original_width=200, original_height=100)
    (sized,) = shelf.build("label-studio").read(exported(tmp_path, task(with_size)))
    assert (sized.height, sized.width) == (100, 200)


def test_other_shapes_can_be_left_out_and_options_are_checked(tmp_path: Path) -> None:
    turned = region(key_frame(1, 0, rotation=30), region_id="y")
    file = exported(tmp_path, task(turned, region(type="videovector", region_id="v"), FIRST))
    assert [info.object_id for info in read_one(file, unsupported="skip").objects] == [1]
    for options in ({"unsupported": "keep"}, {"source": "x"}, {"height": 3}, {"fps": 0.0}):
        with pytest.raises(PointreelError, match="label-studio: "):
            shelf.build("label-studio", **options)


def test_the_same_task_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="task 1 of 'opossum snow' again"):
        shelf.build("label-studio").read(exported(tmp_path, task(), task()))


def test_the_format_is_recognised_by_its_keys(tmp_path: Path) -> None:
    label_studio = shelf.build("label-studio")
    assert label_studio.recognises(exported(tmp_path))
    assert label_studio.recognises(tmp_path)
    (tmp_path / "b.json").write_text('{"annotations": [], "data": []}')
    assert not label_studio.recognises(tmp_path / "b.json")
