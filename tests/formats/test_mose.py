"""MOSE as MOSE-api reads it: a folder per video, objects that come and go, and meta.json where there is one."""

import json

import numpy as np
import pytest
from PIL import Image

from pointreel.core import FormatError, FrameLabels, ListedDataset, Mask, ObjectInfo, PointreelError, Segment, Sequence
from pointreel.formats import losses, shelf


def mose(**options):
    return shelf.build("mose", **options)


def mask(rows) -> Mask:
    return Mask.from_array(np.array(rows))


def read_all(path, **options):
    return [(found, list(found)) for found in mose(**options).read(path)]


@pytest.fixture
def root(tmp_path, put_png):
    """An object that is hidden and comes back, and one that comes late."""
    root = tmp_path / "train"
    for k, row in enumerate([[1, 0], [0, 0], [1, 4]]):
        put_png(root / f"Annotations/0a1b2c3d/{k:05d}.png", [row])
        put_png(root / f"JPEGImages/0a1b2c3d/{k:05d}.jpg", np.zeros((1, 2, 3)), "RGB")
    put_png(root / "Annotations/vidéo 2/00000.png", [[255, 0]])
    return root


def test_train_is_read(root):
    (first, labels), (second, others) = read_all(root)
    assert (first.name, first.height, first.width, first.objects) == ("0a1b2c3d", 1, 2, (ObjectInfo(1), ObjectInfo(4)))
    assert labels == [
        FrameLabels(0, segments={1: Segment(mask([[1, 0]]))}),
        FrameLabels(1),
        FrameLabels(2, segments={1: Segment(mask([[1, 0]])), 4: Segment(mask([[0, 1]]))}),
    ]
    assert (second.name, second.objects) == ("vidéo 2", (ObjectInfo(255),))
    assert others[0].void is None


def test_only_the_first_frame_of_valid_is_labelled(root):
    for k in (1, 2):
        (root / f"Annotations/0a1b2c3d/{k:05d}.png").unlink()
    (first, labels), _ = read_all(root)
    assert first.frames == ("00000", "00001", "00002")
    assert [found.frame for found in labels] == [0]


def test_the_folder_its_masks_and_a_split_are_the_dataset(root, said):
    expected = said(mose().read(root))
    assert said(mose().read(root / "Annotations")) == expected
    assert said(mose(split="train").read(root.parent)) == expected
    assert mose().recognises(root)
    assert mose().recognises(root / "Annotations")
    assert not shelf.build("davis").recognises(root)
    with pytest.raises(FormatError, match=r"found no folder Annotations.*Choose a split: train"):
        mose().read(root.parent)


@pytest.mark.parametrize("objects", [{"1": {}, "4": {}, "9": {}}, ["1", "4", "9"], [1, 4, 9]])
def test_meta_lists_the_objects(root, objects):
    video = {"objects": objects, "length": 3, "height": 1, "width": 2}
    (root / "meta.json").write_text(json.dumps({"videos": {"0a1b2c3d": video}}))
    ((found, _),) = read_all(root)
    assert [info.object_id for info in found.objects] == [1, 4, 9]
    assert mose().recognises(root)
    assert not shelf.build("youtube-vos").recognises(root)


def test_what_is_written_is_what_the_scorer_needs(tmp_path, said):
    records = [FrameLabels(0, segments={3: Segment(mask([[0, 1]]))}), FrameLabels(1)]
    one = Sequence(
        name="v",
        height=1,
        width=2,
        frames=("00000", "00001"),
        objects=(ObjectInfo(3), ObjectInfo(8)),
        read_labels=lambda: iter(records),
    )
    dataset = ListedDataset.of([one])
    assert losses(dataset, mose()) == []
    mose().write(dataset, tmp_path / "out")
    meta = json.loads((tmp_path / "out/meta.json").read_text())["videos"]["v"]
    assert meta == {"objects": {"3": {}, "8": {}}, "length": 2, "height": 1, "width": 2}
    assert len(list((tmp_path / "out/Annotations/v").iterdir())) == meta["length"]
    with Image.open(tmp_path / "out/Annotations/v/00000.png") as image:
        assert (image.mode, np.array(image).tolist()) == ("P", [[0, 3]])
    assert said(mose().read(tmp_path / "out")) == said(dataset)


def test_overlap_is_refused(tmp_path):
    segments = {1: Segment(mask([[1, 1]])), 2: Segment(mask([[0, 1]]))}
    infos = (ObjectInfo(1), ObjectInfo(2))
    one = Sequence(
        name="v",
        height=1,
        width=2,
        frames=("00000",),
        objects=infos,
        read_labels=lambda: iter([FrameLabels(0, segments=segments)]),
    )
    with pytest.raises(PointreelError, match="objects 1, 2 share 1 pixel"):
        mose().write(ListedDataset.of([one]), tmp_path / "out")
    mose(overlap="last-on-top", split="train").write(ListedDataset.of([one]), tmp_path / "out")
    ((_, labels),) = read_all(tmp_path / "out/train")
    assert labels[0].segments[1] == Segment(mask([[1, 0]]))


VIDEO = {"objects": ["1", "4"], "length": 3, "height": 1, "width": 2}


@pytest.mark.parametrize(
    ("meta", "problem"),
    [
        ('{"videos"', r"meta\.json: byte \d+: found the end of the file"),
        ({}, r"meta\.json: found no key 'videos'"),
        ({"videos": {"/etc": {}}}, "videos: found '/etc', expected a name that stays inside"),
        ({"videos": {"0a1b2c3d": {**VIDEO, "objects": 3}}}, r"\.objects: found the number 3, expected an object"),
        ({"videos": {"0a1b2c3d": {**VIDEO, "objects": ["x"]}}}, r"\['0a1b2c3d'\]: found the object id 'x'"),
        (
            {"videos": {"0a1b2c3d": {**VIDEO, "objects": ["1"]}}},
            r"00002\.png: found object 4, expected an object listed",
        ),
        ({"videos": {"0a1b2c3d": {**VIDEO, "height": "x"}}}, r"\.height: found text 'x', expected a whole number"),
        ({"videos": {"0a1b2c3d": {**VIDEO, "height": 9}}}, r"00000\.png: found a size of 2x1, expected 2x9"),
    ],
)
def test_a_broken_meta_is_told_with_its_place(root, meta, problem):
    (root / "meta.json").write_text(meta if isinstance(meta, str) else json.dumps(meta))
    with pytest.raises(FormatError, match=problem) as error:
        read_all(root)
    assert "\n" not in str(error.value)


def test_broken_masks_are_refused_by_name(root, put_png):
    put_png(root / "Annotations/0a1b2c3d/00001.png", [[0, 1]], "RGBA")
    with pytest.raises(FormatError, match=r"0a1b2c3d/00001\.png: found RGBA colours"):
        read_all(root)
    (root / "Annotations/0a1b2c3d/00001.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(FormatError, match=r"0a1b2c3d/00001\.png: found a damaged PNG"):
        read_all(root)


def test_a_folder_without_masks_is_refused(tmp_path):
    (tmp_path / "Annotations").mkdir()
    with pytest.raises(FormatError, match="found no folder with PNGs, expected a folder per video"):
        mose().read(tmp_path)


def test_a_real_video_survives(shared, tmp_path, said):
    dataset = shelf.build("davis").read(shared / "data/clips/frames/masks/bike")
    mose().write(dataset, tmp_path / "out")
    assert said(mose().read(tmp_path / "out")) == said(dataset)
