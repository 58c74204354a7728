"""BURST: the published layout with its first-frame boxes and points, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pointreel.core import (
    Box,
    FormatError,
    FrameLabels,
    ListedDataset,
    Mask,
    ObjectInfo,
    PointreelError,
    Points,
    Segment,
)
from pointreel.core import Sequence as Video
from pointreel.formats import convert, shelf

Write = Callable[..., Path]

COLUMN = Mask.from_array([[0, 1, 0], [0, 1, 0]])
EXAMPLE: dict = {
    "sequences": [
        {
            "width": 3,
            "height": 2,
            "id": 17,
            "seq_name": "v_f69ebe5b731d3e87c1a3992ee39c3b7e",
            "dataset": "YFCC100M",
            "fps": 6,
            "all_image_paths": ["frame0001.jpg", "frame0002.jpg", "frame0003.jpg"],
            "annotated_image_paths": ["frame0001.jpg", "frame0003.jpg"],
            "neg_category_ids": [342],
            "not_exhaustive_category_ids": [],
            "track_category_ids": {"1": 805, "4": 80},
            "segmentations": [
                {"4": {"rle": COLUMN.counts.decode(), "is_gt": True, "score": 1.0}},
                {"4": {"rle": COLUMN.counts.decode(), "is_gt": False, "score": 0.5}},
            ],
        }
    ],
    "categories": [
        {"id": 80, "name": "bat", "synset": "bat.n.01", "def": "a club", "synonyms": ["bat"]},
        {"id": 805, "name": "person", "synset": "person.n.01", "def": "a human being", "synonyms": ["person"]},
    ],
    "split": "train",
}
FIRST: dict = {"bbox": [1, 0, 1, 2], "point": {"x": 1, "y": 1}}


def read_all(path: Path) -> list[list[FrameLabels]]:
    return [list(video) for video in shelf.build("burst").read(path)]


def test_reads_the_published_layout(write_json: Write) -> None:
    dataset = shelf.build("burst").read(write_json(EXAMPLE))
    [video] = dataset
    assert dataset.categories == {"bat": 80, "person": 805}
    assert (video.name, video.height, video.width) == ("YFCC100M/v_f69ebe5b731d3e87c1a3992ee39c3b7e", 2, 3)
    assert video.frames == ("frame0001", "frame0002", "frame0003")
    assert video.objects == (ObjectInfo(1, "person"), ObjectInfo(4, "bat"))
    assert video.attributes == {"fps": 6, "neg_category_ids": "342"}
    assert list(video) == [FrameLabels(0, {4: Segment(COLUMN)}), FrameLabels(2, {4: Segment(COLUMN, 0.5)})]
    assert list(video) == list(video)


@pytest.mark.parametrize("point", [{"x": 1, "y": 1}, [1, 1]])
def test_reads_first_frame_boxes_and_points(write_json: Write, point: object) -> None:
    entry = EXAMPLE["sequences"][0]["segmentations"][0]["4"] | FIRST | {"point": point}
    [[first, _]] = read_all(write_json(EXAMPLE, {"sequences.0.segmentations.0.4": entry}))
    assert first == FrameLabels(0, {4: Segment(COLUMN)}, {4: Box(1, 0, 1, 2)}, {4: Points.on([[1, 1]])})


def test_a_result_may_leave_out_frames_and_categories(write_json: Write) -> None:
    path = write_json(EXAMPLE, {"sequences.0.all_image_paths": ..., "categories": ...})
    [video] = shelf.build("burst").read(path)
    assert (video.frames, video.objects) == (("frame0001", "frame0003"), (ObjectInfo(1), ObjectInfo(4)))
    assert [labels.frame for labels in video] == [0, 1]


def test_writes_the_published_layout(write_json: Write, tmp_path: Path) -> None:
    entry = EXAMPLE["sequences"][0]["segmentations"][0]["4"] | FIRST
    burst = shelf.build("burst", split="train")
    burst.write(burst.read(write_json(EXAMPLE, {"sequences.0.segmentations.0.4": entry})), tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert again["split"] == "train"
    assert {category["id"]: category["name"] for category in again["categories"]} == {80: "bat", 805: "person"}
    [before], [after] = EXAMPLE["sequences"], again["sequences"]
    kept = {key: value for key, value in before.items() if key not in ("id", "segmentations")}
    assert after.items() >= kept.items()
    assert after["segmentations"] == [{"4": entry}, before["segmentations"][1]]
    assert "unmasked" not in after
    assert read_all(tmp_path / "again.json") == read_all(tmp_path / "data.json")


def test_everything_it_holds_comes_back(tmp_path: Path) -> None:
    points = Points(np.array([[0.25, 1], [1, 0]]), np.array([1, 2]))
    records = [
        FrameLabels(1, {300: Segment(Mask.from_array([[1, 0], [0, 0]]), 0.25)}, points={300: points}),
        FrameLabels(2),
        FrameLabels(3, boxes={5: Box(0.5, 0, 1, 1)}, points={6: Points.off([[0, 1]])}),
    ]
    video = Video(
        name="köln/zoo/clip 1",
        height=2,
        width=2,
        frames=("a.b", "b", "x", "y"),
        objects=(ObjectInfo(300, "cat"), ObjectInfo(5), ObjectInfo(6, "cat", {"shy": True}), ObjectInfo(7, "dog")),
        read_labels=lambda: records,
        attributes={"fps": "slow", "indoors": None},
    )
    plain = Video(name="plain", height=1, width=1, frames=(), objects=(), read_labels=tuple)
    burst = shelf.build("burst")
    assert convert(ListedDataset.of([video, plain], {"dog": 3}), burst, tmp_path / "all.json") == []
    again, second = burst.read(tmp_path / "all.json")
    assert (again.name, again.frames, again.objects, again.attributes, list(again)) == (
        video.name,
        video.frames,
        video.objects,
        video.attributes,
        records,
    )
    assert (second.name, second.frames, second.attributes) == ("plain", (), {})
    [first, _] = json.loads((tmp_path / "all.json").read_text())["sequences"]
    assert (first["dataset"], first["seq_name"]) == ("köln", "zoo/clip 1")
    assert all("rle" in entry for entries in first["segmentations"] for entry in entries.values())


def test_results_carry_the_numbers_of_the_truth(write_json: Write, tmp_path: Path) -> None:
    truth = write_json(EXAMPLE, {"split": "val"}, "truth.json")
    [video] = shelf.build("burst").read(truth)
    shelf.build("burst", truth=truth).write(ListedDataset.of([video]), tmp_path / "results.json")
    results = json.loads((tmp_path / "results.json").read_text())
    assert (results["split"], [sequence["id"] for sequence in results["sequences"]]) == ("val", [17])
    assert results["sequences"][0]["track_category_ids"] == {"1": 805, "4": 80}
    other = Video(name="other", height=2, width=2, frames=("0",), objects=(), read_labels=tuple)
    with pytest.raises(PointreelError, match="there is no sequence 'other' to write results for"):
        shelf.build("burst", truth=truth).write(ListedDataset.of([other]), tmp_path / "other.json")


S = "sequences.0"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("sequences", ..., "found the keys categories, split, expected the key 'sequences'"),
        (f"{S}.height", "2", r"sequences\[0\].height: found text '2', expected a whole number"),
        (f"{S}.dataset", "..", r"sequences\[0\].seq_name: found text '../v_f69.*, expected a name that stays inside"),
        (f"{S}.annotated_image_paths.1", "frame0004.jpg", r"annotated_image_paths\[1\]: found the frame 'frame0004"),
        (f"{S}.annotated_image_paths.1", "frame0001.jpg", r"annotated_image_paths: found 'frame0001.jpg' a second"),
        (f"{S}.all_image_paths.1", None, r"all_image_paths\[1\]: found null, expected text"),
        (f"{S}.segmentations", [{}], r"segmentations: found a list of 1, expected one entry for each of the 2"),
        (f"{S}.segmentations.0.9", {"rle": "0"}, r"segmentations\[0\].9: found a track without a category"),
        (f"{S}.segmentations.1.4.rle", "05", r"segmentations\[1\].4.rle: found text '05' .*an RLE of 2 x 3 pixels"),
        (
            f"{S}.segmentations.1.4.rle",
            ...,
            r"segmentations\[1\].4: found the keys is_gt, score, expected the key 'rle'",
        ),
        (
            f"{S}.segmentations.0.4.point",
            {"x": 1},
            r"segmentations\[0\].4.point: found the keys x, expected the key 'y'",
        ),
        (f"{S}.track_category_ids.4", 3, r"track_category_ids.4: found the number 3, expected the id of one of"),
        (
            f"{S}.track_category_ids.zebra",
            80,
            r"track_category_ids.zebra: found the track 'zebra', expected a positive",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(write_json: Write, place: str, value: object, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_all(write_json(EXAMPLE, {place: value}))


def test_a_sequence_that_comes_twice_is_refused(write_json: Write) -> None:
    twice = EXAMPLE | {"sequences": EXAMPLE["sequences"] * 2}
    with pytest.raises(FormatError, match=r"sequences\[1\].id: found 17 a second time"):
        read_all(write_json(twice))
    with pytest.raises(FormatError, match=r"sequences\[1\].seq_name: found 'YFCC100M/v_f69.*' a second time"):
        read_all(write_json(twice, {"sequences.1.id": 18}))


def test_the_root_of_the_dataset_needs_a_split(write_json: Write, tmp_path: Path) -> None:
    for split in ("train", "val"):
        write_json(EXAMPLE, name=f"{split}/all_classes.json")
        write_json({}, name=f"{split}/first_frame_annotations.json")
    assert len(shelf.build("burst", split="val").read(tmp_path)) == 1
    assert len(shelf.build("burst").read(tmp_path / "val")) == 1
    with pytest.raises(FormatError, match="2 such files"):
        shelf.build("burst").read(tmp_path)
    assert shelf.build("burst").recognises(tmp_path)


def test_only_burst_recognises_burst(write_json: Write) -> None:
    path = write_json(EXAMPLE)
    assert [name for name in ("coco", "ytvis", "uvo", "tao", "burst") if shelf.build(name).recognises(path)] == [
        "burst"
    ]


def test_a_size_is_needed_to_write(tmp_path: Path) -> None:
    video = Video(name="v", height=None, width=None, frames=("0",), objects=(), read_labels=tuple)
    with pytest.raises(PointreelError, match="'v' does not say the size of its frames, and BURST needs it"):
        shelf.build("burst").write(ListedDataset.of([video]), tmp_path / "v.json")
    assert not (tmp_path / "v.json").exists()
