"""SA-V as sam2 reads it: rows of RLE at 6 frames a second, or a PNG per object; objects may overlap in both."""

import copy
import json

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from pointreel.core import (
    Feature,
    FormatError,
    FrameLabels,
    ListedDataset,
    Mask,
    ObjectInfo,
    PointreelError,
    Segment,
    Sequence,
    UnknownName,
)
from pointreel.formats import losses, shelf

HAND, PERSON, NOTHING = [[0, 1, 0]], [[1, 1, 0]], [[0, 0, 0]]


def sav(**options):
    return shelf.build("sav", **options)


def mask(rows) -> Mask:
    return Mask.from_array(np.array(rows))


def rle(rows):
    """As pycocotools writes it."""
    packed = coco.encode(np.asfortranarray(rows, np.uint8))
    return {"size": packed["size"], "counts": packed["counts"].decode()}


MANUAL = {
    "video_id": "sav_000001",
    "video_duration": 10 / 24,
    "video_frame_count": 10.0,
    "video_height": 1.0,
    "video_width": 3.0,
    "video_resolution": 3.0,
    "video_environment": "Indoor",
    "video_split": "train",
    "masklet": [
        [rle(PERSON), rle(NOTHING)],
        [rle(PERSON), rle(HAND)],
        [rle(NOTHING), rle(HAND)],
    ],
    "masklet_id": [0, 1],
    "masklet_size_rel": [2 / 3, 1 / 3],
    "masklet_size_abs": [2.0, 1.0],
    "masklet_size_bucket": ["small", "small"],
    "masklet_visibility_changes": [1, 0],
    "masklet_first_appeared_frame": [0.0, 1.0],
    "masklet_frame_count": [3, 3],
    "masklet_edited_frame_count": [2, 0],
    "masklet_type": ["manual", "manual"],
    "masklet_stability_score": [None, None],
    "masklet_num": 2,
}


@pytest.fixture
def put_json(tmp_path):
    def put(content=MANUAL, name="sav_000001_manual.json"):
        path = tmp_path / "sav_train" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return put


def read_all(path, **options):
    return [(found, list(found)) for found in sav(**options).read(path)]


def test_manual_masklets_are_read(put_json):
    path = put_json()
    ((found, labels),) = read_all(path.parent)
    assert (found.name, found.height, found.width) == ("sav_000001", 1, 3)
    assert found.frames == tuple(f"{k:05d}" for k in range(10))
    assert found.objects == (ObjectInfo(1, "", {"masklet_edited_frame_count": 2}), ObjectInfo(2))
    assert found.attributes == {"video_environment": "Indoor", "video_split": "train"}
    assert labels == [
        FrameLabels(0, segments={1: Segment(mask(PERSON))}),
        FrameLabels(4, segments={1: Segment(mask(PERSON)), 2: Segment(mask(HAND))}),
        FrameLabels(8, segments={2: Segment(mask(HAND))}),
    ]
    assert list(found) == labels


def test_a_file_is_a_dataset_of_one(put_json):
    path = put_json(name="renamed.json")
    assert [found.name for found, _ in read_all(path)] == ["sav_000001"]
    assert sav().recognises(put_json())
    assert sav().recognises(path.parent)


def test_automatic_masklets_are_a_dataset_of_their_own_with_confidences(put_json):
    auto = {**MANUAL, "masklet_stability_score": [[0.5, 1.0], [0.75, 0.25], [1.0, 0.5]]}
    path = put_json(auto, "sav_000001_auto.json")
    with pytest.raises(FormatError, match="There are auto masklets: use the option masklets=auto"):
        sav().read(path.parent)
    put_json()
    ((_, labels),) = read_all(path.parent, masklets="auto")
    scores = [{one: segment.score for one, segment in found.segments.items()} for found in labels]
    assert scores == [{1: 0.5}, {1: 0.75, 2: 0.25}, {2: 0.5}]
    ((_, labels),) = read_all(path.parent)
    assert labels[0].segments[1].score == 1.0


def test_null_masks_are_frames_that_nobody_annotated(put_json):
    content = copy.deepcopy(MANUAL)
    content["masklet"] = [[rle(PERSON), None], [None, None], None, []][:3]
    ((_, labels),) = read_all(put_json(content))
    assert labels == [FrameLabels(0, segments={1: Segment(mask(PERSON))})]


@pytest.mark.parametrize(("fps", "frames"), [(24, [0, 1, 2]), ([12], [0, 2, 4]), (6.0, [0, 4, 8])])
def test_the_rate_of_annotation_may_be_told(put_json, fps, frames):
    ((found, labels),) = read_all(put_json({**MANUAL, "fps": fps}))
    assert [label.frame for label in labels] == frames
    assert len(found.frames) == 10


def test_folders_of_folders_keep_the_names_of_their_videos(put_json):
    path = put_json(name="sav_000/sav_000001_manual.json")
    assert [found.name for found, _ in read_all(path.parent.parent)] == ["sav_000001"]


def video(records, **changed) -> Sequence:
    parts = {
        "name": "v",
        "height": 1,
        "width": 3,
        "frames": tuple(f"{k:05d}" for k in range(9)),
        "objects": (ObjectInfo(1), ObjectInfo(2)),
        "read_labels": lambda: iter(records),
    }
    return Sequence(**{**parts, **changed})


def both(frame, score=1.0) -> FrameLabels:
    return FrameLabels(frame, segments={1: Segment(mask(PERSON), score), 2: Segment(mask(HAND))})


def test_what_is_written_is_what_sa_v_publishes(tmp_path, put_json):
    sav().write(sav().read(put_json().parent), tmp_path / "out")
    written = json.loads((tmp_path / "out/sav_000001_manual.json").read_text())
    assert written == MANUAL
    assert {key: type(value) for key, value in written.items()} == {key: type(value) for key, value in MANUAL.items()}
    for row in written["masklet"]:
        assert coco.decode(row).shape == (1, 3, 2)


def test_the_rate_is_written_where_it_is_not_6(tmp_path, said):
    dataset = ListedDataset.of([video([both(0), both(1), FrameLabels(3)])])
    sav().write(dataset, tmp_path / "out")
    written = json.loads((tmp_path / "out/v_manual.json").read_text())
    assert written["fps"] == 24
    assert written["masklet"][2] == [None, None]
    assert written["masklet"][3] == [rle(NOTHING), rle(NOTHING)]
    assert said(sav().read(tmp_path / "out")) == said(dataset)


def test_everything_json_claims_survives(tmp_path, said):
    dataset = ListedDataset.of(
        [
            video([both(0, 0.5), FrameLabels(4), both(8)], name="a/ü b", attributes={"video_split": 3, "seen": None}),
            video(
                [both(0)],
                name="c",
                frames=("x", "y"),
                objects=(ObjectInfo(1, "hand", {"masklet_edited_frame_count": 0}), ObjectInfo(2), ObjectInfo(700)),
            ),
            video([FrameLabels(0)], name="d", objects=()),
            video([], name="e"),
        ]
    )
    assert losses(dataset, sav()) == []
    sav().write(dataset, tmp_path / "out")
    assert said(sav().read(tmp_path / "out")) == said(dataset)
    written = json.loads((tmp_path / "out/a/ü b_manual.json").read_text("utf-8"))
    assert written["masklet_stability_score"] == [[0.5, 1.0], [1.0, 1.0], [1.0, 1.0]]


def test_sizes_count_the_frames_on_which_an_object_is_seen(tmp_path):
    wide = np.zeros((96, 98))
    wide[:, :97] = 1
    small = np.zeros((96, 98))
    small[:32, :32] = 1
    records = [
        FrameLabels(0, segments={1: Segment(mask(wide))}),
        FrameLabels(4, segments={1: Segment(mask(wide)), 2: Segment(mask(small))}),
        FrameLabels(8, segments={1: Segment(mask(wide))}),
    ]
    sav().write(ListedDataset.of([video(records, height=96, width=98)]), tmp_path / "out")
    written = json.loads((tmp_path / "out/v_manual.json").read_text())
    assert written["masklet_size_abs"] == [96 * 97, 32 * 32]
    assert written["masklet_size_bucket"] == ["large", "medium"]
    assert written["masklet_first_appeared_frame"] == [0, 1]
    assert written["masklet_visibility_changes"] == [0, 1]


def changed(**fields):
    return {**MANUAL, **fields}


ROWS = MANUAL["masklet"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"masklet": [[', r"manual\.json: byte 14: found the end of the file"),
        ("[]", r"manual\.json: byte 0: found '\[\]'"),
        ({"masklet_id": []}, r"manual\.json: found the keys masklet_id, expected the key 'masklet'"),
        (changed(masklet={}), r"manual\.json: masklet: found an object with 0 keys, expected a list"),
        (changed(masklet=[[rle(PERSON)]]), r"masklet\[0\]: found a list of 1, expected a list of 2 masks"),
        (changed(masklet=[ROWS[0], 7]), r"masklet\[1\]: found the number 7, expected a list of 2 masks"),
        (changed(masklet=[[3, None]]), r"masklet\[0\]\.0: found the number 3, expected an object"),
        (
            changed(masklet=[[{"size": [1, 3]}, None]]),
            r"masklet\[0\]\.0: found the keys size, expected the key 'counts'",
        ),
        (changed(masklet=[[{"size": [1, 3], "counts": "~~"}, None]]), r"masklet\[0\]\.0\.counts: found text '~~'"),
        (changed(masklet=[[rle([[1, 0]]), None]]), r"masklet\[0\]\.0\.size: found 1 x 2 pixels, expected 1 x 3"),
        (changed(masklet_id=[0, 0]), r"masklet_id\[1\]: found the number 0 again, expected a whole number"),
        (changed(masklet_id=[0, -1]), r"masklet_id\[1\]: found the number -1"),
        (changed(fps=7), r"manual\.json: fps: found the number 7, expected a divisor of 24"),
        (changed(video_height="tall"), r"video_height: found text 'tall', expected a whole number"),
        (changed(video_id="sav_000002"), r"video_id: found 'sav_000002', expected 'sav_000001' as the file is called"),
        (changed(video_frame_names=["a"]), r"video_frame_names: found 1 names, expected 10"),
    ],
)
def test_a_broken_json_is_told_with_its_place(put_json, content, problem):
    path = put_json(content)
    with pytest.raises(FormatError, match=problem) as error:
        read_all(path.parent)
    assert "\n" not in str(error.value)
    assert path.name in str(error.value)


@pytest.fixture
def val(tmp_path, put_png):
    """The PNG layout, with pictures at 24 frames a second."""
    root = tmp_path / "sav_val"
    for frame, person, hand in ((0, PERSON, NOTHING), (4, PERSON, HAND)):
        put_png(root / f"Annotations_6fps/sav_000005/000/{frame:05d}.png", np.array(person) * 255, "1")
        put_png(root / f"Annotations_6fps/sav_000005/001/{frame:05d}.png", hand)
    put_png(root / "Annotations_6fps/sav_000007/002/00000.png", PERSON)
    for frame in range(6):
        put_png(root / f"JPEGImages_24fps/sav_000005/{frame:05d}.jpg", np.zeros((1, 3, 3)), "RGB")
    (root / "sav_val.txt").write_text("sav_000005\n")
    return root


def test_val_is_read(val):
    (first, labels), (second, _) = read_all(val)
    assert (first.name, first.height, first.width, len(first.frames)) == ("sav_000005", 1, 3, 6)
    assert first.objects == (ObjectInfo(1), ObjectInfo(2))
    assert labels == [
        FrameLabels(0, segments={1: Segment(mask(PERSON))}),
        FrameLabels(4, segments={1: Segment(mask(PERSON)), 2: Segment(mask(HAND))}),
    ]
    assert (second.name, second.frames, second.objects) == ("sav_000007", ("00000",), (ObjectInfo(3),))


def test_a_missing_png_is_an_empty_mask(val):
    (val / "Annotations_6fps/sav_000005/000/00004.png").unlink()
    (_, labels), _ = read_all(val)
    assert labels[1] == FrameLabels(4, segments={2: Segment(mask(HAND))})


def test_a_split_and_the_folder_of_masks_are_read(val, said):
    assert [found.name for found, _ in read_all(val, split="val")] == ["sav_000005"]
    assert said(sav().read(val / "Annotations_6fps")) == said(sav().read(val))
    assert sav().recognises(val)
    assert sav().recognises(val / "Annotations_6fps")
    assert not any(shelf.build(other).recognises(val) for other in ("davis", "mose", "mots", "youtube-vos"))


def test_pngs_are_written_for_every_object_on_every_labelled_frame(tmp_path, said):
    one = video([both(0), FrameLabels(1)], frames=("00000", "00004"), objects=(ObjectInfo(1), ObjectInfo(1200)))
    records = [FrameLabels(0, segments={1: Segment(mask(PERSON)), 1200: Segment(mask(HAND))}), FrameLabels(1)]
    dataset = ListedDataset.of([video(records, frames=one.frames, objects=one.objects)])
    assert losses(dataset, sav(layout="png")) == []
    sav(layout="png", split="test").write(dataset, tmp_path / "out")
    root = tmp_path / "out"
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert files == [
        *(f"Annotations_6fps/v/{one}/{frame}.png" for one in ("000", "1199") for frame in ("00000", "00004")),
        "sav_test.txt",
    ]
    with Image.open(root / "Annotations_6fps/v/1199/00000.png") as image:
        assert np.array(image).astype(int).tolist() == HAND
    assert said(sav().read(root)) == said(dataset)


def test_pngs_do_not_claim_what_only_json_holds():
    lacking = sav().holds - sav(layout="png").holds
    assert {Feature.NAMES, Feature.SCORES, Feature.UNLABELLED_FRAMES} <= lacking


def test_broken_pngs_are_told_by_name(val, put_png):
    path = val / "Annotations_6fps/sav_000005/001/00004.png"
    put_png(path, [[0, 1, 2]])
    with pytest.raises(FormatError, match=r"001/00004\.png: found the numbers 0, 1, 2, expected one object per PNG"):
        read_all(val)
    put_png(path, HAND, "RGB")
    with pytest.raises(FormatError, match=r"001/00004\.png: found RGB colours"):
        read_all(val)
    put_png(path, [[0, 1]])
    with pytest.raises(FormatError, match=r"001/00004\.png: found a size of 2x1, expected 3x1"):
        read_all(val)
    path.rename(path.with_name("00099.png"))
    with pytest.raises(FormatError, match="sav_000005: found a mask of frame '00099', expected only masks of"):
        read_all(val)


def test_folders_that_are_not_objects_are_refused(val, put_png):
    put_png(val / "Annotations_6fps/sav_000005/hand/00000.png", HAND)
    with pytest.raises(FormatError, match="found 'hand', expected the number of an object, like 000"):
        read_all(val)
    put_png(val / "Annotations_6fps/sav_000009/00000.png", HAND)
    with pytest.raises(FormatError, match="found PNGs, expected <video>/<object>/<frame>"):
        read_all(val)


def test_lists_and_folders_that_are_not_there_are_refused(val, tmp_path):
    (val / "sav_val.txt").write_text("sav_000005\n../x\n")
    with pytest.raises(FormatError, match=r"sav_val\.txt: entry 2: found '\.\./x', expected a name that stays inside"):
        read_all(val, split="val")
    with pytest.raises(FormatError, match=r"sav_test\.txt: found nothing, expected a list of videos"):
        read_all(val, split="test")
    with pytest.raises(FormatError, match="found nothing, expected a SA-V folder or JSON"):
        read_all(tmp_path / "none")


def test_what_would_be_wrong_is_not_written(tmp_path):
    unsized = ListedDataset.of([video([FrameLabels(0)], height=None, width=None)])
    for layout in ("json", "png"):
        with pytest.raises(PointreelError, match=r"sequence 'v'.*is not known"):
            sav(layout=layout).write(unsized, tmp_path / "out")
    small = ListedDataset.of([video([FrameLabels(0, segments={1: Segment(mask([[1]]))})])])
    for layout in ("json", "png"):
        with pytest.raises(PointreelError, match="frame '00000', object 1: found a mask of 1x1, expected 3x1"):
            sav(layout=layout).write(small, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [{"layout": "xml"}, {"masklets": "all"}])
def test_unknown_options_are_refused(options):
    with pytest.raises(UnknownName, match="There are: "):
        sav(**options)


def test_a_real_video_survives_in_both_layouts(shared, tmp_path, said):
    dataset = shelf.build("davis").read(shared / "data/clips/frames/masks/bike")
    for layout in ("json", "png"):
        sav(layout=layout).write(dataset, tmp_path / layout)
        assert said(sav().read(tmp_path / layout)) == said(dataset)
