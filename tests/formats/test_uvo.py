"""UVO: dense and sparse videos, frames, results, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pointreel.core import FormatError, FrameLabels, ListedDataset, Mask, ObjectInfo, PointreelError, Segment
from pointreel.core import Sequence as Video
from pointreel.formats import shelf

Write = Callable[..., Path]

TOP = {"size": [2, 2], "counts": [0, 1, 1, 1, 1]}
VIDEO: dict = {
    "info": {"description": "UVO"},
    "videos": [
        {
            "start_idx": 0,
            "id": 1,
            "height": 2,
            "width": 2,
            "ytid": "-7tg3V2-A6w",
            "label": "riding a bike",
            "file_names": ["-7tg3V2-A6w/0.png", "-7tg3V2-A6w/30.png"],
        }
    ],
    "categories": [{"id": 1, "name": "object", "supercategory": "object"}],
    "annotations": [
        {
            "height": 2,
            "width": 2,
            "length": 2,
            "category_id": 1,
            "video_id": 1,
            "iscrowd": 0,
            "start_idx": 0,
            "id": 6,
            "segmentations": [None, TOP],
            "bboxes": [None, [0, 0, 2, 1]],
            "areas": [None, 2],
        }
    ],
}
FRAME: dict = {
    "info": {"description": "UVO"},
    "images": [
        {"id": 1, "file_name": "-7tg3V2-A6w/0.png", "height": 2, "width": 2},
        {"id": 2, "file_name": "-7tg3V2-A6w/30.png", "height": 2, "width": 2},
    ],
    "categories": [{"id": 1, "name": "object", "supercategory": "object"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "segmentation": TOP, "bbox": [0, 0, 2, 1], "area": 2},
        {"id": 2, "image_id": 2, "category_id": 1, "iscrowd": 0, "segmentation": TOP, "bbox": [0, 0, 2, 1], "area": 2},
    ],
}
MASK = Mask.from_array([[1, 1], [0, 0]])


def read_all(path: Path) -> list[list[FrameLabels]]:
    return [list(video) for video in shelf.build("uvo").read(path)]


def test_reads_a_video_set(write_json: Write) -> None:
    [video] = shelf.build("uvo").read(write_json(VIDEO, name="UVO_sparse_val_video.json"))
    assert (video.name, video.frames) == ("-7tg3V2-A6w", ("0", "30"))
    assert video.attributes == {"label": "riding a bike", "start_idx": 0}
    assert video.objects == (ObjectInfo(1, "object"),)
    assert list(video) == [FrameLabels(0), FrameLabels(1, {1: Segment(MASK)})]


def test_each_annotation_of_a_frame_set_is_an_object(write_json: Write) -> None:
    [video] = shelf.build("uvo").read(write_json(FRAME, name="UVO_frame_val.json"))
    assert (video.name, video.frames) == ("-7tg3V2-A6w", ("0", "30"))
    assert video.objects == (ObjectInfo(1, "object"), ObjectInfo(2, "object"))
    assert list(video) == [FrameLabels(0, {1: Segment(MASK)}), FrameLabels(1, {2: Segment(MASK)})]


def test_writes_a_video_set_as_published(write_json: Write, tmp_path: Path) -> None:
    uvo = shelf.build("uvo")
    uvo.write(uvo.read(write_json(VIDEO)), tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert again["categories"] == VIDEO["categories"]
    assert again["videos"][0].items() >= VIDEO["videos"][0].items()
    kept = {key: value for key, value in VIDEO["annotations"][0].items() if key not in ("id", "segmentations")}
    assert again["annotations"][0].items() >= kept.items()
    assert again["annotations"][0]["segmentations"] == [None, MASK.to_coco()]
    [before], [after] = uvo.read(tmp_path / "data.json"), uvo.read(tmp_path / "again.json")
    assert (before.name, before.attributes, list(before)) == (after.name, after.attributes, list(after))


def test_writes_a_frame_set_as_published(write_json: Write, tmp_path: Path) -> None:
    uvo = shelf.build("uvo", layout="frame")
    uvo.write(uvo.read(write_json(FRAME)), tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    for before, after in zip(FRAME["images"], again["images"], strict=True):
        assert after.items() >= before.items()
    for before, after in zip(FRAME["annotations"], again["annotations"], strict=True):
        assert after.items() >= {key: value for key, value in before.items() if key != "segmentation"}.items()
        assert after["segmentation"] == MASK.to_coco()
    assert read_all(tmp_path / "again.json") == read_all(tmp_path / "data.json")


def test_results_carry_the_numbers_of_the_truth(write_json: Write, tmp_path: Path) -> None:
    truth = write_json(VIDEO, {"videos.0.id": 77, "annotations.0.video_id": 77})
    labels = FrameLabels(1, {3: Segment(MASK, 0.5)})
    video = Video(
        name="-7tg3V2-A6w",
        height=2,
        width=2,
        frames=("0", "30"),
        objects=(ObjectInfo(3),),
        read_labels=lambda: [FrameLabels(0), labels],
    )
    uvo = shelf.build("uvo", layout="results", truth=truth)
    uvo.write(ListedDataset.of([video]), tmp_path / "results.json")
    [result] = json.loads((tmp_path / "results.json").read_text())
    official = {"video_id": 77, "category_id": 1, "score": 0.5, "segmentations": [None, MASK.to_coco()]}
    assert {key: result[key] for key in official} == official
    [again] = uvo.read(tmp_path / "results.json")
    assert (again.name, again.frames, list(again)) == (video.name, video.frames, [FrameLabels(0), labels])


def test_results_of_a_category_the_truth_lacks_are_refused(write_json: Write, tmp_path: Path) -> None:
    objects = (ObjectInfo(1, "kangaroo"),)
    video = Video(name="-7tg3V2-A6w", height=2, width=2, frames=("0", "30"), objects=objects, read_labels=tuple)
    uvo = shelf.build("uvo", layout="results", truth=write_json(VIDEO))
    with pytest.raises(PointreelError, match="there is no category 'kangaroo', only object"):
        uvo.write(ListedDataset.of([video]), tmp_path / "results.json")
    assert not (tmp_path / "results.json").exists()


@pytest.mark.parametrize(
    ("example", "place", "value", "message"),
    [
        (VIDEO, "videos.0.id", "1", r"videos\[0\].id: found text '1', expected a whole number"),
        (VIDEO, "videos.0.file_names", ..., r"videos\[0\]: found the keys .*expected the key 'file_names'"),
        (VIDEO, "videos.0.ytid", 3, r"videos\[0\].ytid: found the number 3, expected text"),
        (VIDEO, "annotations.0.segmentations", [None], r"annotations\[0\].segmentations: found a list of 1"),
        (VIDEO, "annotations.0.segmentations.1.size", [2, 3], r"segmentations\[1\].size: found 2 x 3 pixels"),
        (VIDEO, "annotations.0.category_id", 4, r"annotations\[0\].category_id: found the number 4"),
        (FRAME, "annotations.0.image_id", 3, r"annotations\[0\].image_id: found the number 3"),
        (FRAME, "images.1.id", 1, r"images\[1\].id: found 1 a second time"),
        (FRAME, "images.0.file_name", "a/../../b/1.png", r"images\[0\].file_name: found text 'a/../../b/1.png'"),
        (FRAME, "images.1.file_name", "-7tg3V2-A6w/0.png", r"images\[1\].file_name: found the frame '0' a second time"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    write_json: Write, example: dict, place: str, value: object, message: str
) -> None:
    with pytest.raises(FormatError, match=message):
        read_all(write_json(example, {place: value}))


def test_only_uvo_recognises_uvo(write_json: Write) -> None:
    for example, name in ((VIDEO, "UVO_video_val_dense.json"), (FRAME, "UVO_frame_val.json")):
        path = write_json(example, name=name)
        assert shelf.build("uvo").recognises(path)
    path = write_json(VIDEO)
    assert [name for name in ("coco", "ytvis", "uvo", "tao", "burst") if shelf.build(name).recognises(path)] == ["uvo"]


def test_an_unknown_layout_is_refused_by_name() -> None:
    with pytest.raises(PointreelError, match=r"no layout 'dense'. There are: frame, results, video"):
        shelf.build("uvo", layout="dense")
