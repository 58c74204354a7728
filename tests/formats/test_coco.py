"""COCO: the published layout and its way of making videos, read by pycocotools as well, and what is refused."""

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from pointreel.core import Box, FormatError, FrameLabels, ListedDataset, Mask, ObjectInfo, PointreelError, Segment
from pointreel.core import Sequence as Video
from pointreel.formats import convert, shelf

Write = Callable[..., Path]

EXAMPLE: dict = {
    "info": {"description": "COCO 2017 Dataset", "year": 2017},
    "licenses": [{"id": 3, "name": "Attribution-NonCommercial-NoDerivs License"}],
    "images": [
        {"license": 3, "file_name": "000000397133.jpg", "height": 2, "width": 3, "id": 397133},
        {"license": 3, "file_name": "000000037777.jpg", "height": 4, "width": 2, "id": 37777},
    ],
    "annotations": [
        {
            "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]],
            "num_keypoints": 0,
            "area": 4.0,
            "iscrowd": 0,
            "image_id": 397133,
            "bbox": [0, 0, 2, 2],
            "category_id": 44,
            "id": 82445,
        },
        {
            "segmentation": {"counts": [2, 2, 2], "size": [2, 3]},
            "area": 2,
            "iscrowd": 1,
            "image_id": 397133,
            "bbox": [1, 0, 1, 2],
            "category_id": 1,
            "id": 900100397133,
        },
    ],
    "categories": [
        {"supercategory": "person", "id": 1, "name": "person"},
        {"supercategory": "kitchen", "id": 44, "name": "bottle"},
    ],
}
CLIP: dict = {
    "videos": [{"id": 4, "name": "MOT17-02"}, {"id": 5, "name": "MOT17-04", "width": 9, "height": 9}],
    "images": [
        {"id": 1, "video_id": 4, "frame_id": 1, "file_name": "MOT17-02/img1/000002.jpg", "height": 9, "width": 9},
        {"id": 2, "video_id": 4, "frame_id": 0, "file_name": "MOT17-02/img1/000001.jpg", "height": 9, "width": 9},
    ],
    "annotations": [
        {"id": 1, "image_id": 1, "instance_id": 0, "category_id": 1, "bbox": [1, 2, 3, 4.5], "area": 13.5},
        {"id": 2, "image_id": 2, "instance_id": 3, "category_id": 1, "bbox": [1, 2, 3, 4], "segmentation": []},
        {"id": 3, "image_id": 2, "instance_id": 0, "category_id": 1, "bbox": [0, 2, 3, 4]},
    ],
    "categories": [{"id": 1, "name": "pedestrian"}],
}
FOLDERS: dict = {
    "images": [
        {"id": 1, "file_name": "b/2.png", "height": 2, "width": 2},
        {"id": 2, "file_name": "a/1.png", "height": 1, "width": 1},
        {"id": 3, "file_name": "b/10.png", "height": 2, "width": 2},
    ],
    "annotations": [
        {"id": 1, "image_id": 1, "track_id": 7, "category_id": 1, "bbox": [0, 0, 1, 1]},
        {"id": 2, "image_id": 3, "track_id": 7, "category_id": 1, "bbox": [1, 0, 1, 1]},
        {"id": 3, "image_id": 3, "track_id": 2, "category_id": 1, "bbox": [0, 1, 1, 1]},
    ],
    "categories": [{"id": 1, "name": "ball"}],
}


def read_all(path: Path, **options: object) -> dict[str, list[FrameLabels]]:
    return {video.name: list(video) for video in shelf.build("coco", **options).read(path)}


def test_an_image_in_no_folder_is_a_sequence_of_its_own(write_json: Write) -> None:
    dataset = shelf.build("coco").read(write_json(EXAMPLE))
    first, second = dataset
    assert dataset.categories == {"person": 1, "bottle": 44}
    assert (first.name, first.frames, first.height, first.width) == ("000000397133", ("000000397133",), 2, 3)
    assert first.objects == (ObjectInfo(1, "bottle"), ObjectInfo(2, "person", {"iscrowd": 1}))
    square, column = Mask.from_array([[1, 1, 0], [1, 1, 0]]), Mask.from_array([[0, 1, 0], [0, 1, 0]])
    assert list(first) == [FrameLabels(0, {1: Segment(square), 2: Segment(column)})]
    assert list(first) == list(first)
    assert (second.name, second.objects, list(second)) == ("000000037777", (), [FrameLabels(0)])


def test_images_of_a_video_are_its_frames_in_their_order(write_json: Write) -> None:
    first, second = shelf.build("coco").read(write_json(CLIP))
    assert (first.name, first.frames) == ("MOT17-02", ("img1/000001", "img1/000002"))
    assert first.objects == (ObjectInfo(1, "pedestrian"), ObjectInfo(2, "pedestrian"))
    assert list(first) == [
        FrameLabels(0, boxes={1: Box(1, 2, 3, 4), 2: Box(0, 2, 3, 4)}),
        FrameLabels(1, boxes={2: Box(1, 2, 3, 4.5)}),
    ]
    assert (second.name, second.frames, list(second)) == ("MOT17-04", (), [])


def test_images_of_a_folder_are_its_frames_in_the_order_of_the_file(write_json: Write) -> None:
    first, second = shelf.build("coco").read(write_json(FOLDERS))
    assert (first.name, first.frames) == ("b", ("2", "10"))
    assert [info.object_id for info in first.objects] == [7, 2]
    assert list(first) == [
        FrameLabels(0, boxes={7: Box(0, 0, 1, 1)}),
        FrameLabels(1, boxes={7: Box(1, 0, 1, 1), 2: Box(0, 1, 1, 1)}),
    ]
    assert (second.name, second.frames) == ("a", ("1",))


def test_images_of_a_folder_that_is_no_video_can_be_read_one_by_one(write_json: Write) -> None:
    path = write_json(FOLDERS, {"images.2.height": 5})
    with pytest.raises(FormatError, match=r"images\[2\].height: found 5 x 2 pixels, expected 2 x 2.*each_image"):
        read_all(path)
    dataset = shelf.build("coco", each_image=True).read(path)
    assert [(video.name, video.frames, video.height) for video in dataset] == [
        ("b/2", ("2",), 2),
        ("a/1", ("1",), 1),
        ("b/10", ("10",), 5),
    ]


@pytest.mark.parametrize("example", [EXAMPLE, CLIP, FOLDERS])
def test_what_we_write_is_read_back_and_by_pycocotools(write_json: Write, tmp_path: Path, example: dict) -> None:
    coco = shelf.build("coco")
    dataset = coco.read(write_json(example))
    coco.write(dataset, tmp_path / "again.json")
    again = coco.read(tmp_path / "again.json")
    assert again.categories == dataset.categories
    for before, after in zip(dataset, again, strict=True):
        assert (after.name, after.frames, after.objects, list(after)) == (
            before.name,
            before.frames,
            before.objects,
            list(before),
        )
    official = _official(tmp_path / "again.json")
    assert len(official.imgs) == len(example["images"])
    assert {category["name"] for category in official.cats.values()} == {c["name"] for c in example["categories"]}
    ours = sum(len(labels.object_ids()) for video in dataset for labels in video)
    assert len(official.anns) == ours


def test_masks_areas_and_boxes_are_those_pycocotools_sees(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    masks = [Mask.from_array(rng.random((6, 5)) < 0.4) for _ in range(3)]
    video = Video(
        name="v",
        height=6,
        width=5,
        frames=("0", "1", "2"),
        objects=(ObjectInfo(1, "cat", {"iscrowd": 1}), ObjectInfo(2)),
        read_labels=lambda: (FrameLabels(k, {1 + k % 2: Segment(mask)}) for k, mask in enumerate(masks)),
    )
    shelf.build("coco").write(ListedDataset.of([video], {"cat": 17}), tmp_path / "v.json")
    official = _official(tmp_path / "v.json")
    for annotation, mask in zip(official.anns.values(), masks, strict=True):
        pixels = mask.to_array()
        assert np.array_equal(official.annToMask(annotation), pixels)
        assert annotation["area"] == pixels.sum()
        ys, xs = np.nonzero(pixels)
        assert annotation["bbox"] == [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
    assert [annotation["iscrowd"] for annotation in official.anns.values()] == [1, 0, 1]
    assert [annotation["category_id"] for annotation in official.anns.values()] == [17, 18, 17]
    assert [official.imgs[k]["file_name"] for k in (1, 2, 3)] == ["v/0.jpg", "v/1.jpg", "v/2.jpg"]


def test_everything_it_holds_comes_back(tmp_path: Path) -> None:
    small, large = Mask.from_array([[1, 0], [0, 0]]), Mask.from_array([[1, 1], [1, 0]])
    records = [
        FrameLabels(1, {300: Segment(small, 0.25), 4: Segment(large)}, {300: Box(0, 0, 1, 1), 5: Box(0.5, 0, 1, 1)}),
        FrameLabels(2),
    ]
    video = Video(
        name="köln/clip 1",
        height=2,
        width=2,
        frames=("a.b", "b", "x", "y"),
        objects=(ObjectInfo(300, "cat"), ObjectInfo(4), ObjectInfo(5, "cat", {"iscrowd": 1}), ObjectInfo(6, "object")),
        read_labels=lambda: records,
        attributes={"place": "zoo", "indoors": None},
    )
    other = Video(name="b", height=1, width=1, frames=("b",), objects=(ObjectInfo(4, "cat"),), read_labels=tuple)
    coco = shelf.build("coco")
    assert convert(ListedDataset.of([video, other]), coco, tmp_path / "all.json") == []
    again, second = coco.read(tmp_path / "all.json")
    assert (again.name, again.frames, again.objects, again.attributes, list(again)) == (
        video.name,
        video.frames,
        video.objects,
        video.attributes,
        records,
    )
    assert (second.name, second.frames, second.objects, list(second)) == ("b", ("b",), other.objects, [])


def test_ids_above_254_and_overlap_are_no_loss_but_void_is(tmp_path: Path) -> None:
    mask = Mask.from_array([[1, 1]])
    labels = FrameLabels(0, {255: Segment(mask), 1000: Segment(mask)}, void=mask)
    objects = (ObjectInfo(255), ObjectInfo(1000))
    video = Video(name="v", height=1, width=2, frames=("00000",), objects=objects, read_labels=lambda: [labels])
    with pytest.raises(PointreelError, match=r"cannot hold: void regions \(1 place"):
        convert(ListedDataset.of([video]), shelf.build("coco"), tmp_path / "v.json")


WRONG: list[tuple[dict, str, object, str]] = [
    (EXAMPLE, "images", ..., "found the keys info, licenses, .*expected the key 'images'"),
    (EXAMPLE, "annotations", 3, "annotations: found the number 3, expected a list"),
    (EXAMPLE, "images.1.id", 397133, r"images\[1\].id: found 397133 a second time"),
    (EXAMPLE, "images.1.file_name", "../1.jpg", r"images\[1\].file_name: found text '../1.jpg'"),
    (EXAMPLE, "images.0.height", -2, r"images\[0\].height: found the number -2, expected 1 or more pixels"),
    (EXAMPLE, "images.0.height", "2", r"images\[0\].height: found text '2', expected a whole number"),
    (EXAMPLE, "annotations.0.image_id", 5, r"annotations\[0\].image_id: found the number 5, expected .* the images"),
    (EXAMPLE, "annotations.0.image_id", ..., r"annotations\[0\]: found the keys .*, expected the key 'image_id'"),
    (EXAMPLE, "annotations.1.id", 82445, r"annotations\[1\].id: found 82445 a second time"),
    (EXAMPLE, "annotations.0.category_id", 2, r"annotations\[0\].category_id: found the number 2, expected one of"),
    (EXAMPLE, "annotations.1.segmentation.size", [3, 2], r"segmentation.size: found 3 x 2 pixels, expected 2 x 3"),
    (EXAMPLE, "annotations.1.segmentation.counts", [2, 3], r"annotations\[1\].segmentation.counts: found a list of 2"),
    (EXAMPLE, "annotations.0.segmentation.0", [1, "2"], r"annotations\[0\].segmentation\[0\]: found a list of 2"),
    (EXAMPLE, "categories.1.id", 1, r"categories\[1\].id: found 1 a second time"),
    (CLIP, "images.1.frame_id", 1, r"images\[\d\].frame_id: found 1 a second time, expected each frame"),
    (CLIP, "images.1.video_id", 6, r"images\[1\].video_id: found the number 6, expected the id of one of the videos"),
    (CLIP, "images.1.file_name", "MOT17-02/img1/000002.jpg", r"file_name: found the frame '.*000002' a second time"),
    (CLIP, "annotations.1.instance_id", 0, r"annotations\[2\]: found object 1 a second time on one image"),
    (CLIP, "annotations.1.instance_id", [1], r"annotations\[1\].instance_id: found a list of 1, expected the number"),
    (CLIP, "annotations.0.bbox", [1, 2, -3, 4], r"annotations\[0\].bbox: found \[1, 2, -3, 4\], expected a box"),
]


@pytest.mark.parametrize(("example", "place", "value", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(
    write_json: Write, example: dict, place: str, value: object, message: str
) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_all(write_json(example, {place: value}, "wrong file.json"))
    assert "wrong file.json: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    whole = json.dumps(EXAMPLE)
    (tmp_path / "half.json").write_text(whole[: len(whole) // 2])
    with pytest.raises(FormatError, match=r"half.json: byte .*expected well-formed JSON"):
        read_all(tmp_path / "half.json")


def test_a_split_of_the_usual_folder(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    for split in ("train2017", "val2017"):
        (tmp_path / "annotations" / f"instances_{split}.json").write_text(json.dumps(EXAMPLE))
    assert len(read_all(tmp_path, split="val2017")) == 2
    with pytest.raises(FormatError, match="2 such files"):
        read_all(tmp_path)


def test_only_coco_recognises_coco(write_json: Write) -> None:
    for example in (EXAMPLE, CLIP, FOLDERS):
        path = write_json(example)
        assert [name for name in ("coco", "ytvis", "uvo", "tao", "burst") if shelf.build(name).recognises(path)] == [
            "coco"
        ]


def _official(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))
