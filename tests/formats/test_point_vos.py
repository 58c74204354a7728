"""Point-VOS as released, as we write it, and as people break it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import (
    AMBIGUOUS,
    BACKGROUND,
    FOREGROUND,
    FormatError,
    FrameLabels,
    ListedDataset,
    ObjectInfo,
    PointreelError,
    Points,
    Sequence,
)
from pointreel.formats import losses, shelf

RELEASED = {
    "48f59dad571e07dd2b218e87d0170e9f": {
        "question_hash": "69e69b3a8b29d92dd94be66c79f82d69",
        "question": "Who throws the egg at the man?",
        "object_name": "baby girl",
        "video_name": "train/False Start! - Best Fails of the Week! (May 2018) _ FailArmy31",
        "annotated_points": [
            {"x": 31, "y": 40, "frame_id": "000012", "status": "ACCEPTED", "is_fg_candidate": True},
            {"x": 3, "y": 4, "frame_id": "000002", "status": "REJECTED", "is_fg_candidate": True},
            {"x": 5, "y": 6, "frame_id": "000012", "status": "AMBIGUOUS", "is_fg_candidate": False},
            {"x": 7, "y": 8, "frame_id": None, "status": "ACCEPTED", "is_fg_candidate": True},
        ],
    },
    "e90e92088e7e8bdf59daaec46cf76ac3": {
        "question_hash": "h2",
        "question": "",
        "object_name": "no video",
        "video_name": None,
        "annotated_points": [],
    },
    "417c525c41f9ac2e35c91b389de6ea97": {
        "question_hash": "h3",
        "question": "Was trägt der Mann?",
        "object_name": "Mütze",
        "video_name": "train/False Start! - Best Fails of the Week! (May 2018) _ FailArmy31",
        "annotated_points": [
            {"x": 1, "y": 2.0, "frame_id": "000100", "status": "ACCEPTED", "is_fg_candidate": False},
        ],
    },
}
FIRST = next(iter(RELEASED))


def released(folder: Path, layout: str = "json") -> Path:
    file = folder / f"train.{layout}"
    if layout == "json":
        file.write_text(json.dumps(RELEASED))
    else:
        lines = (json.dumps({key: record}) for key, record in RELEASED.items())
        file.write_text("\n".join(lines) + "\n")
    return file


def with_first(tmp_path: Path, **changes: object) -> Path:
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(RELEASED | {FIRST: RELEASED[FIRST] | changes}))
    return file


def read_all(file: Path) -> list[FrameLabels]:
    return [labels for sequence in shelf.build("point-vos").read(file) for labels in sequence]


def palette_image(values: np.ndarray) -> Image.Image:
    image = Image.fromarray(values.astype(np.uint8), "L")
    image.putpalette(bytes(range(256)) * 3)
    return image


@pytest.mark.parametrize("layout", ["json", "jsonl"])
def test_a_released_file_is_read_as_its_authors_read_it(tmp_path: Path, layout: str) -> None:
    dataset = shelf.build("point-vos").read(released(tmp_path, layout))
    assert len(dataset) == 1
    (sequence,) = dataset
    assert sequence.name == "train/False Start! - Best Fails of the Week! (May 2018) _ FailArmy31"
    assert (sequence.height, sequence.width) == (None, None)
    assert sequence.frames == ("000002", "000012", "000100")
    assert [(info.object_id, info.name) for info in sequence.objects] == [(1, "baby girl"), (2, "Mütze")]
    assert sequence.objects[0].attributes == {
        "record": FIRST,
        "question_hash": "69e69b3a8b29d92dd94be66c79f82d69",
        "question": "Who throws the egg at the man?",
    }
    assert list(sequence) == [
        FrameLabels(0, points={1: Points([[3, 4]], [BACKGROUND], [True])}),
        FrameLabels(1, points={1: Points([[31, 40], [5, 6]], [FOREGROUND, AMBIGUOUS], [True, False])}),
        FrameLabels(2, points={2: Points([[1, 2]], [FOREGROUND], [False])}),
    ]
    assert list(sequence) == list(sequence), "a sequence can be read again"


def test_a_folder_offers_its_splits(tmp_path: Path) -> None:
    released(tmp_path)
    (tmp_path / "val.json").write_text("{}")
    assert len(shelf.build("point-vos", split="val").read(tmp_path)) == 0
    assert len(shelf.build("point-vos", split="train").read(tmp_path)) == 1
    with pytest.raises(FormatError, match=r"train\.json, val\.json"):
        shelf.build("point-vos").read(tmp_path)


@pytest.mark.parametrize("layout", ["json", "jsonl"])
def test_a_released_file_is_written_back_record_for_record(tmp_path: Path, layout: str) -> None:
    point_vos = shelf.build("point-vos")
    point_vos.write(point_vos.read(released(tmp_path, layout)), tmp_path / f"again.{layout}")
    text = (tmp_path / f"again.{layout}").read_text()
    if layout == "json":
        again = json.loads(text)
    else:
        again = {key: record for line in text.splitlines() for key, record in json.loads(line).items()}
    kept = {key: json.loads(json.dumps(record)) for key, record in RELEASED.items() if record["video_name"]}
    for record in kept.values():
        points = [point for point in record["annotated_points"] if point["frame_id"] is not None]
        record["annotated_points"] = sorted(points, key=lambda point: point["frame_id"])
    assert again == kept


def video(points: list[FrameLabels], **changes: object) -> Sequence:
    values: dict = {
        "name": "a b/ü",
        "height": 50,
        "width": 60,
        "frames": ("00000", "00001", "00002", "00003"),
        "objects": (ObjectInfo(7, "cat"), ObjectInfo(300, "", {"weight": 1.5, "seen": None})),
        "read_labels": lambda: points,
        "attributes": {"source": "DAVIS"},
    }
    return Sequence(**(values | changes))


LABELS = [
    FrameLabels(0, points={7: Points([[0, 0], [59, 49]], [1, 0])}),
    FrameLabels(2, points={7: Points([[3, 3]], [2], [False]), 300: Points(np.empty((0, 2)), [])}),
]


@pytest.mark.parametrize("name", ["out", "out.json", "out.jsonl"])
def test_what_is_written_is_read_back_whole(tmp_path: Path, name: str) -> None:
    point_vos = shelf.build("point-vos")
    source = ListedDataset.of([video(LABELS), video(LABELS[:1], name="second")])
    assert losses(source, point_vos) == []
    point_vos.write(source, tmp_path / name)
    assert (tmp_path / name).is_dir() == (name == "out")
    first, second = point_vos.read(tmp_path / name)
    assert list(first) == LABELS
    assert list(second) == LABELS[:1]
    assert first.objects == video([]).objects
    assert second.objects == first.objects, "also an object without any point"
    assert (first.name, first.height, first.width, first.frames) == ("a b/ü", 50, 60, video([]).frames)
    assert first.attributes == {"source": "DAVIS"}


def test_what_is_written_has_the_released_keys(tmp_path: Path) -> None:
    shelf.build("point-vos", split="val").write(ListedDataset.of([video(LABELS)]), tmp_path)
    records = json.loads((tmp_path / "val.json").read_text())
    for record_id, record in records.items():
        assert len(record_id) == 32
        assert {"question_hash", "question", "object_name", "video_name", "annotated_points"} <= set(record)
        assert record["question"] == ""
        for point in record["annotated_points"]:
            assert set(point) == {"x", "y", "frame_id", "status", "is_fg_candidate"}
            assert [type(point[key]) for key in ("x", "y", "frame_id", "is_fg_candidate")] == [int, int, str, bool]


def test_fractions_go_to_the_nearest_pixel(tmp_path: Path) -> None:
    labels = [FrameLabels(0, points={7: Points([[1.5, 2.4]], [1])})]
    shelf.build("point-vos").write(ListedDataset.of([video(labels)]), tmp_path / "a.json")
    record = next(iter(json.loads((tmp_path / "a.json").read_text()).values()))
    assert (record["annotated_points"][0]["x"], record["annotated_points"][0]["y"]) == (2, 2)


def test_sparse_masks_as_the_script_of_the_authors_draws_them(tmp_path: Path) -> None:
    masks = shelf.build("point-vos", layout="masks", split="train")
    masks.write(ListedDataset.of([video(LABELS)]), tmp_path / "out")
    files = sorted((tmp_path / "out" / "train" / "Annotations").glob("*/*.png"))
    assert {file.stem for file in files} == {"00000", "00002"}
    by_frame = {file.stem: file for file in files if file.parent.name == files[0].parent.name}
    with Image.open(next(file for file in files if file.stem == "00000")) as image:
        assert image.mode == "P"
        values = np.array(image)
    assert values.shape == (50, 60)
    assert (values[0, 0], values[49, 59], np.count_nonzero(values)) == (2, 1, 2)
    assert by_frame
    by_points = {len(next(iter(s)).points[1]): s for s in masks.read(tmp_path / "out")}
    assert next(iter(by_points[2])).points[1] == Points([[0, 0], [59, 49]], [1, 0])
    assert (by_points[2].height, by_points[2].width) == (50, 60)


def test_sparse_masks_refuse_what_one_pixel_cannot_say(tmp_path: Path) -> None:
    masks = shelf.build("point-vos", layout="masks")
    twice = [FrameLabels(0, points={7: Points([[1, 1], [1, 1]], [1, 0])})]
    with pytest.raises(PointreelError, match=r"pixel \(1, 1\) has two different labels"):
        masks.write(ListedDataset.of([video(twice)]), tmp_path / "a")
    with pytest.raises(PointreelError, match="size of the frame is not known"):
        masks.write(ListedDataset.of([video(LABELS, height=None)]), tmp_path / "b")
    assert not (tmp_path / "a").exists()


POINT = {"x": 1, "y": 1, "frame_id": "0", "status": "ACCEPTED", "is_fg_candidate": True}
WRONG = [
    ({"annotated_points": [POINT | {"x": "7"}]}, r"annotated_points\[0\]\.x: found text '7', expected a whole number"),
    ({"annotated_points": [POINT | {"x": 1.5}]}, r"annotated_points\[0\]\.x: found the number 1.5"),
    ({"annotated_points": [POINT, POINT | {"y": -1}]}, r"annotated_points\[1\]\.y: found the number -1"),
    ({"annotated_points": [POINT | {"status": "MAYBE"}]}, r"status: found text 'MAYBE', expected ACCEPTED"),
    ({"annotated_points": [POINT | {"frame_id": 12}]}, r"frame_id: found the number 12, expected text"),
    ({"annotated_points": [{"x": 1}]}, r"annotated_points\[0\]: found the keys x, expected the key 'y'"),
    ({"annotated_points": {}}, r"annotated_points: found an object with 0 keys, expected a list"),
    ({"annotated_points": [3]}, r"annotated_points\[0\]: found the number 3, expected an object"),
    ({"video_name": 3}, r"video_name: found the number 3, expected text"),
    ({"object_id": 2}, r"object_id: found the number 2 twice"),
    ({"video": {"width": 2, "height": 2}}, r"found the point \(31, 40\), expected a pixel of a frame of 2 x 2"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, changes: dict, message: str) -> None:
    file = with_first(tmp_path, **changes)
    with pytest.raises(FormatError, match=message) as caught:
        read_all(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_record_id_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    line = json.dumps({FIRST: RELEASED[FIRST]})
    file.write_text(f"{line}\n{line}\n")
    with pytest.raises(FormatError, match="this record id twice"):
        shelf.build("point-vos").read(file)
    same = video(LABELS, objects=(ObjectInfo(7, "", {"record": "r"}), ObjectInfo(300, "", {"record": "r"})))
    with pytest.raises(PointreelError, match="two objects have the record id 'r'"):
        shelf.build("point-vos").write(ListedDataset.of([same]), tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize("content", ['{"a": {"video_name": "v", "annotated_points": [', "[]", '{"a": 3}', ""])
def test_broken_json_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(FormatError, match=r"a\.json"):
        shelf.build("point-vos").read(tmp_path / "a.json")


def test_broken_masks_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "Annotations" / "r"
    folder.mkdir(parents=True)
    masks = shelf.build("point-vos", layout="masks")
    for image, message in [
        (Image.new("RGB", (4, 4)), "RGB colours"),
        (palette_image(np.full((4, 4), 3)), r"pixel \(0, 0\): found the value 3"),
    ]:
        image.save(folder / "0.png")
        (sequence,) = masks.read(tmp_path)
        with pytest.raises(FormatError, match=message):
            list(sequence)
    (folder / "0.png").write_bytes((folder / "0.png").read_bytes()[:60])
    (sequence,) = masks.read(tmp_path)
    with pytest.raises(FormatError, match="damaged PNG"):
        list(sequence)
    palette_image(np.ones((4, 4))).save(folder / "0.png")
    palette_image(np.ones((5, 4))).save(folder / "1.png")
    (sequence,) = masks.read(tmp_path)
    with pytest.raises(FormatError, match="a size of 4x5, expected 4x4"):
        list(sequence)


def test_names_do_not_leave_the_folder(tmp_path: Path) -> None:
    escaping = video(LABELS, objects=(ObjectInfo(7, "", {"record": "../x"}), ObjectInfo(300)))
    with pytest.raises(PointreelError, match="does not stay inside"):
        shelf.build("point-vos", layout="masks").write(ListedDataset.of([escaping]), tmp_path / "out")


def test_the_format_is_recognised_by_its_keys(tmp_path: Path) -> None:
    point_vos = shelf.build("point-vos")
    assert point_vos.recognises(released(tmp_path))
    assert point_vos.recognises(tmp_path)
    (tmp_path / "other.json").write_text('{"videos": []}')
    assert not point_vos.recognises(tmp_path / "other.json")
    (tmp_path / "Annotations").mkdir()
    assert len(point_vos.read(tmp_path)) == 1, "records beside masks say more"
    with pytest.raises(PointreelError, match="There are: json, jsonl, masks"):
        shelf.build("point-vos", layout="xml")
