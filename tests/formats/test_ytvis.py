"""YouTube-VIS and OVIS: the published layout, what we write of it, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pointreel.core import Box, FormatError, FrameLabels, ListedDataset, Mask, ObjectInfo, PointreelError, Segment
from pointreel.core import Sequence as Video
from pointreel.formats import convert, shelf

Write = Callable[..., Path]

CORNER = {"size": [2, 3], "counts": "051"}
EXAMPLE: dict = {
    "info": {"description": "YouTube-VOS", "year": 2019},
    "licenses": [{"url": "https://creativecommons.org/licenses/by/4.0/", "id": 1, "name": "CC BY 4.0"}],
    "videos": [
        {
            "width": 3,
            "length": 2,
            "date_captured": "2019-04-11 00:55:41.903634",
            "license": 1,
            "flickr_url": "",
            "file_names": ["0043f083b5/00000.jpg", "0043f083b5/00005.jpg"],
            "id": 1,
            "coco_url": "",
            "height": 2,
        },
        {"width": 3, "length": 1, "file_names": ["a b/ä.jpg"], "id": 7, "height": 2},
    ],
    "categories": [
        {"supercategory": "object", "id": 1, "name": "person"},
        {"supercategory": "object", "id": 2, "name": "giant_panda"},
    ],
    "annotations": [
        {
            "height": 2,
            "width": 3,
            "length": 1,
            "category_id": 2,
            "segmentations": [None, {"size": [2, 3], "counts": [2, 2, 2]}],
            "bboxes": [None, [1.0, 0.0, 1.0, 2.0]],
            "video_id": 1,
            "iscrowd": 0,
            "id": 10,
            "areas": [None, 2],
        },
        {
            "category_id": 1,
            "segmentations": [[[0, 0, 2, 0, 2, 2, 0, 2]], []],
            "bboxes": [[0.0, 0.0, 2.0, 2.0], None],
            "video_id": 1,
            "iscrowd": 1,
            "id": 11,
            "areas": [4, None],
        },
    ],
}


def read_all(path: Path) -> list[list[FrameLabels]]:
    return [list(video) for video in shelf.build("ytvis").read(path)]


def test_reads_the_published_layout(write_json: Write) -> None:
    dataset = shelf.build("ytvis").read(write_json(EXAMPLE))
    first, second = dataset
    assert dataset.categories == {"person": 1, "giant_panda": 2}
    assert (first.name, first.height, first.width) == ("0043f083b5", 2, 3)
    assert first.frames == ("00000", "00005")
    assert first.objects == (ObjectInfo(1, "giant_panda"), ObjectInfo(2, "person", {"iscrowd": 1}))
    square = Mask.from_array([[1, 1, 0], [1, 1, 0]])
    column = Mask.from_array([[0, 1, 0], [0, 1, 0]])
    assert list(first) == [FrameLabels(0, {2: Segment(square)}), FrameLabels(1, {1: Segment(column)})]
    assert list(first) == list(first)
    assert (second.name, second.frames, list(second)) == ("a b", ("ä",), [FrameLabels(0)])


@pytest.mark.parametrize("annotations", [None, ...])
def test_a_public_validation_set_has_no_labelled_frames(write_json: Write, annotations: object) -> None:
    first, _ = shelf.build("ytvis").read(write_json(EXAMPLE, {"annotations": annotations}, "train.json"))
    assert first.frames == ("00000", "00005")
    assert list(first) == []


def test_a_box_without_a_mask_is_a_label_of_its_own(write_json: Write) -> None:
    first, _ = shelf.build("ytvis").read(write_json(EXAMPLE, {"annotations.0.bboxes.0": [0.5, 0, 1, 2]}, "train.json"))
    assert next(iter(first)).boxes == {1: Box(0.5, 0, 1, 2)}


def test_clips_of_one_video_get_names_of_their_own(write_json: Write) -> None:
    dataset = shelf.build("ytvis").read(
        write_json(EXAMPLE, {"videos.1.file_names": ["0043f083b5/00099.jpg"]}, "train.json")
    )
    assert [(video.name, video.frames) for video in dataset] == [
        ("0043f083b5", ("00000", "00005")),
        ("0043f083b5#7", ("00099",)),
    ]


def test_writes_the_published_layout(write_json: Write, tmp_path: Path) -> None:
    ytvis = shelf.build("ytvis")
    ytvis.write(ytvis.read(write_json(EXAMPLE)), tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text("utf-8"))
    assert again["categories"] == [
        {"id": 1, "name": "person", "supercategory": "object"},
        {"id": 2, "name": "giant_panda", "supercategory": "object"},
    ]
    for video, original in zip(again["videos"], EXAMPLE["videos"], strict=True):
        assert video.items() >= {key: original[key] for key in ("width", "height", "length", "file_names")}.items()
    for annotation, original in zip(again["annotations"], EXAMPLE["annotations"], strict=True):
        kept = ("video_id", "category_id", "iscrowd", "areas", "bboxes")
        assert annotation.items() >= {key: original[key] for key in kept}.items()
        assert (annotation["height"], annotation["width"], annotation["length"]) == (2, 3, 2)
        shown = [mask and (mask["size"], type(mask["counts"])) for mask in annotation["segmentations"]]
        assert shown == [box and ([2, 3], str) for box in original["bboxes"]]


def test_everything_it_holds_comes_back(tmp_path: Path) -> None:
    small, large = Mask.from_array([[1, 0], [0, 0]]), Mask.from_array([[1, 1], [1, 0]])
    records = [
        FrameLabels(1, {300: Segment(small, 0.25), 4: Segment(large)}, {300: Box(0, 0, 1, 1), 5: Box(0.5, 0, 1, 1)}),
        FrameLabels(3, {300: Segment(Mask.empty(2, 2), 0.75)}),
    ]
    video = Video(
        name="köln/clip 1",
        height=2,
        width=2,
        frames=("a.b", "b", "x", "y"),
        objects=(ObjectInfo(300, "cat"), ObjectInfo(4), ObjectInfo(5, "cat", {"iscrowd": 1}), ObjectInfo(6, "dog")),
        read_labels=lambda: records,
        attributes={"place": "zoo", "name": 3, "indoors": None},
    )
    empty = Video(name="empty", height=1, width=1, frames=(), objects=(), read_labels=tuple)
    ytvis = shelf.build("ytvis")
    assert convert(ListedDataset.of([video, empty], {"dog": 9}), ytvis, tmp_path / "all.json") == []
    again, nothing = ytvis.read(tmp_path / "all.json")
    assert (again.name, again.frames, again.objects, again.attributes, list(again)) == (
        video.name,
        video.frames,
        video.objects,
        video.attributes,
        records,
    )
    assert (nothing.name, nothing.frames, nothing.objects, list(nothing)) == ("empty", (), (), [])
    assert ytvis.read(tmp_path / "all.json").categories["dog"] == 9


def test_results_follow_the_truth(write_json: Write, tmp_path: Path) -> None:
    truth = write_json(EXAMPLE)
    results = [
        {"video_id": 7, "score": 0.5, "category_id": 2, "segmentations": [CORNER]},
        {"video_id": 7, "score": 0.25, "category_id": 1, "segmentations": [None]},
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    ytvis = shelf.build("ytvis", truth=truth, results=True)
    first, second = ytvis.read(path)
    assert (first.name, first.objects, list(first)) == ("0043f083b5", (), [FrameLabels(0), FrameLabels(1)])
    assert (second.name, second.frames) == ("a b", ("ä",))
    assert second.objects == (ObjectInfo(1, "giant_panda"), ObjectInfo(2, "person"))
    [labels] = second
    assert labels.segments == {1: Segment(Mask.from_coco([2, 3], "051"), 0.5)}
    ytvis.write(ytvis.read(path), tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert [{key: result[key] for key in results[0]} for result in again[:1]] == results[:1]


def test_results_that_fit_no_video_of_the_truth_are_refused(write_json: Write, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    results.write_text('[{"video_id": 3, "score": 1, "category_id": 1, "segmentations": []}]')
    with pytest.raises(FormatError, match=r"results.json: \[0\].video_id: found the number 3, expected a video of"):
        shelf.build("ytvis", truth=write_json(EXAMPLE)).read(results)
    other = Video(name="other", height=2, width=2, frames=("0",), objects=(), read_labels=tuple)
    with pytest.raises(PointreelError, match="there is no video 'other' to write results for"):
        shelf.build("ytvis", truth=write_json(EXAMPLE), results=True).write(
            ListedDataset.of([other]), tmp_path / "o.json"
        )


WRONG: list[tuple[str, object, str]] = [
    ("videos", ..., "train.json: found the keys info, licenses, categories.*expected the key 'videos'"),
    ("videos", {}, "train.json: videos: found an object with 0 keys, expected a list"),
    ("videos.1.id", 1, r"videos\[1\].id: found 1 a second time"),
    ("videos.0.file_names.1", 5, r"videos\[0\].file_names\[1\]: found the number 5, expected text"),
    ("videos.0.file_names", ["../x/1.jpg", "../x/2.jpg"], r"videos\[0\].file_names\[0\]: found text '../x/1.jpg'"),
    ("videos.0.file_names", ["/x/1.jpg", "/x/2.jpg"], r"file_names\[0\]: found text '/x/1.jpg', .* inside its folder"),
    ("videos.0.file_names", ["x/1.jpg"], r"videos\[0\].file_names: found 1 file names, expected 2"),
    ("videos.0.file_names.1", "0043f083b5/00000.png", r"file_names\[1\]: found the frame '00000' a second time"),
    ("videos.0.height", "2", r"videos\[0\].height: found text '2', expected a whole number"),
    ("videos.0.width", 0, r"videos\[0\].width: found the number 0, expected 1 or more pixels"),
    ("annotations.1.id", 10, r"annotations\[1\].id: found 10 a second time"),
    ("annotations.0.video_id", 2, r"annotations\[0\].video_id: found the number 2, expected the id of one of the vid"),
    ("annotations.0.category_id", 3, r"annotations\[0\].category_id: found the number 3, expected one of .* 1, 2"),
    ("annotations.0.segmentations", [None], r"segmentations: found a list of 1, expected one entry for each of the 2"),
    ("annotations.0.segmentations.1.size", [3, 2], r"segmentations\[1\].size: found 3 x 2 pixels, expected 2 x 3"),
    ("annotations.0.segmentations.1.counts", [2, 2, 3], r"annotations\[0\].segmentations\[1\].counts: .* 2 x 3 pixels"),
    ("annotations.0.segmentations.1.counts", "~", r"annotations\[0\].segmentations\[1\].counts: .* 2 x 3 pixels"),
    ("annotations.0.segmentations.1", 3, r"annotations\[0\].segmentations\[1\]: found the number 3"),
    (
        "annotations.1.segmentations.0",
        [[0, 0, 1, 1]],
        r"segmentations\[0\]\[0\]: found a list of 4, expected a polygon",
    ),
    ("annotations.0.bboxes.0", [1, 2, 3], r"annotations\[0\].bboxes\[0\]: found \[1, 2, 3\], expected a box"),
    ("annotations.0.object_id", 0, r"annotations\[0\].object_id: found object 0, expected a positive number"),
    ("annotations.1.object_id", 1, r"annotations\[1\].object_id: found object 1 a second time"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(write_json: Write, path: str, value: object, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_all(write_json(EXAMPLE, {path: value}, "train.json"))
    assert "\n" not in str(caught.value)


def test_an_annotation_without_masks_or_boxes_is_refused(write_json: Write) -> None:
    without: dict[str, object] = {"annotations.0.segmentations": ..., "annotations.0.bboxes": ...}
    with pytest.raises(FormatError, match=r"annotations\[0\]: .*expected the key 'segmentations'"):
        read_all(write_json(EXAMPLE, without))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"videos": [{"id": 1', "train.json: byte .*the end of the file, expected well-formed JSON"),
        (b"PNG", "train.json: byte 0: found 'PNG', expected well-formed JSON"),
        (b"", "train.json: byte 0: found the end of the file"),
    ],
)
def test_broken_json_is_told_with_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "train.json").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        shelf.build("ytvis").read(tmp_path / "train.json")


def test_a_folder_needs_a_split_where_it_has_several_files(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        (tmp_path / f"{split}.json").write_text(json.dumps(EXAMPLE))
    with pytest.raises(FormatError, match="2 such files"):
        shelf.build("ytvis").read(tmp_path)
    assert len(shelf.build("ytvis", split="valid").read(tmp_path)) == 2


def test_a_size_is_needed_to_write(tmp_path: Path) -> None:
    video = Video(name="v", height=None, width=None, frames=("0",), objects=(), read_labels=tuple)
    with pytest.raises(PointreelError, match="'v' does not say the size of its frames, and YouTube-VIS needs it"):
        shelf.build("ytvis").write(ListedDataset.of([video]), tmp_path / "v.json")
    assert not (tmp_path / "v.json").exists()


def test_the_benchmark_files_come_back_as_they_are(shared: Path, tmp_path: Path) -> None:
    golden = shared / "golden" / "evaluate"
    ytvis = shelf.build("ytvis")
    ytvis.write(ytvis.read(golden / "ytvis_gt.json"), tmp_path / "gt.json")
    original, again = (json.loads(p.read_text()) for p in (golden / "ytvis_gt.json", tmp_path / "gt.json"))
    original["annotations"].sort(key=lambda annotation: (annotation["video_id"], annotation["id"]))
    for before, after in zip(original["annotations"], again["annotations"], strict=True):
        for key in ("video_id", "category_id", "iscrowd", "segmentations", "areas", "bboxes"):
            assert after[key] == before[key]
    results = shelf.build("ytvis", truth=golden / "ytvis_gt.json", results=True)
    results.write(results.read(golden / "ytvis_dt.json"), tmp_path / "dt.json")
    detections = [json.loads(p.read_text()) for p in (golden / "ytvis_dt.json", tmp_path / "dt.json")]
    assert sorted(map(_detection, detections[0])) == sorted(map(_detection, detections[1]))
    assert [shelf.build("ytvis").recognises(golden / name) for name in ("ytvis_gt.json", "ytvis_dt.json")] == [True] * 2
    assert not ytvis.recognises(golden / "davis.json")


def _detection(result: dict) -> tuple[int, int, float, str]:
    return result["video_id"], result["category_id"], result["score"], json.dumps(result["segmentations"])


def test_areas_are_those_of_the_masks(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    masks = [Mask.from_array(rng.random((5, 7)) < 0.3) for _ in range(4)]
    video = Video(
        name="v",
        height=5,
        width=7,
        frames=("0", "1", "2", "3"),
        objects=(ObjectInfo(1),),
        read_labels=lambda: (FrameLabels(k, {1: Segment(mask)}) for k, mask in enumerate(masks)),
    )
    shelf.build("ytvis").write(ListedDataset.of([video]), tmp_path / "v.json")
    [annotation] = json.loads((tmp_path / "v.json").read_text())["annotations"]
    assert annotation["areas"] == [int(mask.to_array().sum()) for mask in masks]
