"""TAO and TAO-VOS: the published layouts, the assertions of TAO's own reader, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import Box, FormatError, FrameLabels, ListedDataset, Mask, ObjectInfo, PointreelError, Segment
from pointreel.core import Sequence as Video
from pointreel.formats import convert, losses, shelf

Write = Callable[..., Path]

NAME = "val/YFCC100M/v_f69ebe5b731d3e87c1a3992ee39c3b7e"
EXAMPLE: dict = {
    "videos": [
        {
            "id": 12,
            "height": 4,
            "width": 6,
            "name": NAME,
            "neg_category_ids": [342, 57],
            "not_exhaustive_category_ids": [],
            "metadata": {"dataset": "YFCC100M", "user_id": "22634709@N00", "username": "Amy"},
        }
    ],
    "images": [
        {
            "id": 31,
            "video": NAME,
            "_scale_task_id": "5de800eddb2c18001a56aa11",
            "width": 6,
            "height": 4,
            "file_name": f"{NAME}/frame0391.jpg",
            "frame_index": 390,
            "license": 0,
            "video_id": 12,
        },
        {
            "id": 30,
            "video": NAME,
            "width": 6,
            "height": 4,
            "file_name": f"{NAME}/frame0361.jpg",
            "frame_index": 360,
            "license": 0,
            "video_id": 12,
        },
    ],
    "tracks": [{"id": 901, "category_id": 95, "video_id": 12}, {"id": 902, "category_id": 96, "video_id": 12}],
    "annotations": [
        {
            "segmentation": [[1, 0.5, 4, 0.5, 4, 2.5, 1, 2.5]],
            "bbox": [1, 0.5, 3, 2],
            "area": 6,
            "iscrowd": 0,
            "id": 7,
            "image_id": 30,
            "category_id": 95,
            "track_id": 901,
            "video_id": 12,
        },
        {
            "segmentation": {"size": [4, 6], "counts": [0, 4, 20]},
            "bbox": [0, 0, 1, 4],
            "area": 4,
            "id": 8,
            "image_id": 31,
            "category_id": 96,
            "track_id": 902,
        },
    ],
    "categories": [
        {"id": 95, "name": "baby", "synset": "baby.n.01", "merged": [{"id": 96, "name": "newborn"}]},
        {"id": 96, "name": "newborn", "synset": "newborn.n.01"},
        {"id": 805, "name": "person", "synset": "person.n.01"},
    ],
    "info": {"year": 2020},
    "licenses": [{"id": 0, "name": "Unknown"}],
}


def read_all(path: Path, **options: object) -> list[list[FrameLabels]]:
    return [list(video) for video in shelf.build("tao", **options).read(path)]


def test_reads_the_published_layout(write_json: Write) -> None:
    dataset = shelf.build("tao").read(write_json(EXAMPLE))
    [video] = dataset
    assert dataset.categories == {"baby": 95, "person": 805}
    assert (video.name, video.frames, video.height, video.width) == (NAME, ("frame0361", "frame0391"), 4, 6)
    assert video.objects == (ObjectInfo(901, "baby"), ObjectInfo(902, "baby"))
    assert video.attributes == {
        "neg_category_ids": "342 57",
        "metadata.dataset": "YFCC100M",
        "metadata.user_id": "22634709@N00",
        "metadata.username": "Amy",
    }
    column = Mask.from_array(np.arange(6) < np.ones((4, 1)))
    assert list(video) == [
        FrameLabels(0, boxes={901: Box(1, 0.5, 3, 2)}),
        FrameLabels(1, {902: Segment(column)}),
    ]


def test_writes_what_its_own_reader_asks_for(write_json: Write, tmp_path: Path) -> None:
    tao = shelf.build("tao")
    tao.write(tao.read(write_json(EXAMPLE)), tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    _assert_as_the_toolkit_does(again)
    [video] = again["videos"]
    assert video.items() >= {key: EXAMPLE["videos"][0][key] for key in ("name", "metadata", "neg_category_ids")}.items()
    assert [image["file_name"] for image in again["images"]] == [f"{NAME}/frame{k}.jpg" for k in ("0361", "0391")]
    assert [image["video"] for image in again["images"]] == [NAME, NAME]
    assert [track["id"] for track in again["tracks"]] == [901, 902]
    assert again["annotations"][0]["bbox"] == [1, 0.5, 3, 2]
    assert again["annotations"][0]["segmentation"] == [[1, 0.5, 4, 0.5, 4, 2.5, 1, 2.5]]
    assert read_all(tmp_path / "again.json") == read_all(tmp_path / "data.json")


def test_tracks_are_numbered_over_the_whole_file_and_ids_come_back(tmp_path: Path) -> None:
    def video(name: str, *object_ids: int) -> Video:
        labels = FrameLabels(0, boxes={object_id: Box(0, 0, 1, 1) for object_id in object_ids})
        objects = tuple(map(ObjectInfo, object_ids))
        return Video(name=name, height=2, width=2, frames=("0",), objects=objects, read_labels=lambda: [labels])

    tao = shelf.build("tao")
    assert convert(ListedDataset.of([video("a", 1, 9), video("b", 1, 2)]), tao, tmp_path / "t.json") == []
    content = json.loads((tmp_path / "t.json").read_text())
    _assert_as_the_toolkit_does(content)
    assert len({track["id"] for track in content["tracks"]}) == 4
    assert [[info.object_id for info in video.objects] for video in tao.read(tmp_path / "t.json")] == [[1, 9], [1, 2]]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("videos.0.name", "../outside", r"videos\[0\].name: found text '../outside', expected a name that stays"),
        ("videos.0.name", 4, r"videos\[0\].name: found the number 4, expected text"),
        ("images.0.frame_index", 360, r"images\[1\].frame_index: found 360 a second time"),
        ("images.0.video_id", 13, r"images\[0\].video_id: found the number 13, expected the id of one of the videos"),
        ("images.0.width", 7, r"images\[0\].height: found 4 x 7 pixels, expected 4 x 6"),
        ("tracks.1.id", 901, r"tracks\[1\].id: found 901 a second time"),
        ("tracks.0.category_id", 1, r"tracks\[0\].category_id: found the number 1, expected one of"),
        ("annotations.0.track_id", 5, r"annotations\[0\].track_id: found the track 5, expected one of the tracks"),
        ("annotations.0.bbox", "1 2 3 4", r"annotations\[0\].bbox: found text '1 2 3 4', expected a box"),
        ("annotations.1.segmentation.counts", [24, 1], r"annotations\[1\].segmentation.counts: found a list of 2"),
        ("annotations.0.id", ..., r"annotations\[0\]: found the keys .* expected the key 'id'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(write_json: Write, place: str, value: object, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_all(write_json(EXAMPLE, {place: value}))


def test_only_tao_recognises_tao(write_json: Write) -> None:
    path = write_json(EXAMPLE)
    assert [name for name in ("coco", "ytvis", "uvo", "tao", "burst") if shelf.build(name).recognises(path)] == ["tao"]


def _assert_as_the_toolkit_does(content: dict) -> None:
    """What ``tao/toolkit/tao/tao.py`` asks of a file, in our words."""
    assert content.keys() >= {"info", "images", "annotations", "categories", "videos", "tracks"}
    for video in content["videos"]:
        assert isinstance(video["neg_category_ids"], list)
        assert isinstance(video["not_exhaustive_category_ids"], list)
    track_by_id = {track["id"]: track for track in content["tracks"]}
    image_by_id = {image["id"]: image for image in content["images"]}
    assert len({annotation["id"] for annotation in content["annotations"]}) == len(content["annotations"])
    for annotation in content["annotations"]:
        assert len([float(side) for side in annotation["bbox"]]) == 4
        assert annotation["area"] >= 0
        assert annotation["category_id"] == track_by_id[annotation["track_id"]]["category_id"]
        assert isinstance(image_by_id[annotation["image_id"]]["frame_index"], int)


@pytest.fixture
def vos(tmp_path: Path) -> Path:
    """The published folders of TAO-VOS, with one video of two frames and a picture that nobody labelled."""
    root = tmp_path / "TAO VOS"
    masks = root / "valid" / "Annotations" / "ArgoVerse" / "aebe6aaa"
    pictures = root / "valid" / "JPEGImages" / "ArgoVerse" / "aebe6aaa"
    for folder in (masks, pictures, root / "ImageSets"):
        folder.mkdir(parents=True)
    (root / "ImageSets" / "valid.txt").write_text("ArgoVerse/aebe6aaa\n")
    for name in ("front_1", "front_2", "front_3"):
        Image.new("RGB", (3, 2)).save(pictures / f"{name}.jpg")
    for name, pixels in {"front_1": [[0, 1, 1], [0, 0, 255]], "front_3": [[7, 7, 0], [0, 0, 0]]}.items():
        image = Image.fromarray(np.array(pixels, np.uint8))
        image.putpalette(bytes(range(256)) * 3)
        image.save(masks / f"{name}.png")
    return root


def test_reads_tao_vos(vos: Path) -> None:
    for path in (vos, vos / "valid"):
        [video] = shelf.build("tao").read(path)
        assert (video.name, video.frames) == ("ArgoVerse/aebe6aaa", ("front_1", "front_2", "front_3"))
        assert [info.object_id for info in video.objects] == [1, 7]
        first, second = video
        assert first == FrameLabels(
            0, {1: Segment(Mask.from_array([[0, 1, 1], [0, 0, 0]]))}, void=Mask.from_array([[0, 0, 0], [0, 0, 1]])
        )
        assert second == FrameLabels(2, {7: Segment(Mask.from_array([[1, 1, 0], [0, 0, 0]]))})


def test_writes_tao_vos(vos: Path, tmp_path: Path) -> None:
    tao = shelf.build("tao", layout="vos", split="valid")
    dataset = tao.read(vos)
    assert [loss.feature.value for loss in losses(dataset, tao)] == ["frames without labels before labelled ones"]
    tao.write(dataset, tmp_path / "again")
    assert (tmp_path / "again" / "ImageSets" / "valid.txt").read_text() == "ArgoVerse/aebe6aaa\n"
    for name in ("front_1", "front_3"):
        place = Path("valid") / "Annotations" / "ArgoVerse" / "aebe6aaa" / f"{name}.png"
        before, after = Image.open(vos / place), Image.open(tmp_path / "again" / place)
        assert after.mode == "P"
        assert np.array_equal(np.asarray(before), np.asarray(after))


def test_overlap_in_tao_vos_needs_a_rule(tmp_path: Path) -> None:
    mask = Mask.from_array([[1, 1]])
    labels = FrameLabels(0, {1: Segment(mask), 2: Segment(mask)})
    objects = (ObjectInfo(1), ObjectInfo(2))
    video = Video(name="v", height=1, width=2, frames=("0",), objects=objects, read_labels=lambda: [labels])
    with pytest.raises(PointreelError, match="objects 1, 2 share 2 pixels"):
        shelf.build("tao", layout="vos").write(ListedDataset.of([video]), tmp_path / "a")
    assert not (tmp_path / "a").exists()
    shelf.build("tao", layout="vos", overlap="last-on-top").write(ListedDataset.of([video]), tmp_path / "a")
    assert read_all(tmp_path / "a") == [[FrameLabels(0, {2: Segment(mask)})]]


def test_what_is_wrong_in_tao_vos_is_told_with_its_place(vos: Path) -> None:
    masks = vos / "valid" / "Annotations" / "ArgoVerse" / "aebe6aaa"
    with pytest.raises(FormatError, match="found the splits valid, expected train"):
        read_all(vos, split="train")
    Image.new("RGB", (3, 2)).save(masks / "front_1.png")
    with pytest.raises(FormatError, match=r"front_1.png: found RGB colours, expected a palette or grey PNG"):
        read_all(vos)
    (masks / "front_1.png").write_bytes((masks / "front_3.png").read_bytes()[:-30])
    with pytest.raises(FormatError, match=r"front_1.png: found a damaged PNG"):
        read_all(vos)
    Image.new("L", (4, 2)).save(masks / "front_1.png")
    with pytest.raises(FormatError, match=r"front_1.png: found a size of 4x2, expected 3x2"):
        read_all(vos)
    (vos / "ImageSets" / "valid.txt").write_text("missing\n")
    with pytest.raises(FormatError, match=r"valid.txt: line 1: found 'missing', expected a folder in"):
        read_all(vos)
    (vos / "ImageSets" / "valid.txt").write_text("../../elsewhere\n")
    with pytest.raises(PointreelError, match="does not stay inside"):
        read_all(vos)


def test_only_tao_recognises_tao_vos(vos: Path) -> None:
    names = ("coco", "ytvis", "uvo", "tao", "burst", "davis", "mose", "youtube-vos")
    assert [name for name in names if shelf.build(name).recognises(vos)] == ["tao"]


def test_an_unknown_layout_is_refused_by_name() -> None:
    with pytest.raises(PointreelError, match=r"no layout 'png'. There are: json, vos"):
        shelf.build("tao", layout="png")
