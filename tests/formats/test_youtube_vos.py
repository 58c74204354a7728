"""YouTube-VOS as STCN and XMem read it: meta.json says the objects, late or not, and PNGs say where they are."""

import json

import numpy as np
import pytest
from PIL import Image

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
)
from pointreel.formats import losses, shelf

META = {
    "videos": {
        "003234408d": {
            "objects": {
                "1": {"category": "penguin", "frames": ["00000", "00005", "00010"]},
                "5": {"category": "sea lion", "frames": ["00010"]},
            }
        },
        "empty one": {"objects": {}},
    }
}


def youtube_vos(**options):
    return shelf.build("youtube-vos", **options)


def mask(rows) -> Mask:
    return Mask.from_array(np.array(rows))


@pytest.fixture
def root(tmp_path, put_png):
    root = tmp_path / "train"
    put_png(root / "Annotations/003234408d/00000.png", [[1, 0]])
    put_png(root / "Annotations/003234408d/00005.png", [[0, 1]])
    put_png(root / "Annotations/003234408d/00010.png", [[5, 1]])
    for k in (0, 5, 10):
        put_png(root / f"JPEGImages/003234408d/{k:05d}.jpg", np.zeros((1, 2, 3)), "RGB")
    write_meta(root, META)
    return root


def write_meta(root, meta):
    (root / "meta.json").write_text(meta if isinstance(meta, str) else json.dumps(meta), "utf-8")


def read_all(path, **options):
    return [(found, list(found)) for found in youtube_vos(**options).read(path)]


def test_train_is_read(root):
    (penguin, labels), (empty, no_labels) = read_all(root)
    assert (penguin.name, penguin.height, penguin.width) == ("003234408d", 1, 2)
    assert penguin.frames == ("00000", "00005", "00010")
    assert penguin.objects == (ObjectInfo(1, "penguin"), ObjectInfo(5, "sea lion"))
    assert labels == [
        FrameLabels(0, segments={1: Segment(mask([[1, 0]]))}),
        FrameLabels(1, segments={1: Segment(mask([[0, 1]]))}),
        FrameLabels(2, segments={1: Segment(mask([[0, 1]])), 5: Segment(mask([[1, 0]]))}),
    ]
    assert (empty.name, empty.objects, empty.frames, no_labels) == ("empty one", (), (), [])


def test_late_objects_and_ids_with_gaps_are_claimed(root):
    lost = losses(youtube_vos().read(root), youtube_vos())
    assert [(loss.feature, loss.first) for loss in lost] == [(Feature.UNKNOWN_SIZES, "in 'empty one'")]


@pytest.mark.parametrize("place", ["meta.json", "Annotations"])
def test_a_part_of_the_folder_is_the_dataset(root, said, place):
    assert said(youtube_vos().read(root / place)) == said(youtube_vos().read(root))
    assert youtube_vos().recognises(root / place)


def test_a_split_is_a_folder(root, said):
    assert said(youtube_vos(split="train").read(root.parent)) == said(youtube_vos().read(root))
    with pytest.raises(FormatError, match=r"found no meta\.json.*Choose a split: train"):
        youtube_vos().read(root.parent)


def test_all_frames_may_lie_elsewhere(root, put_png, tmp_path):
    for k in range(11):
        put_png(tmp_path / f"all/003234408d/{k:05d}.jpg", np.zeros((1, 2, 3)), "RGB")
    (penguin, labels), _ = read_all(root, pictures=tmp_path / "all")
    assert len(penguin.frames) == 11
    assert [found.frame for found in labels] == [0, 5, 10]


def test_without_pictures_the_frames_are_those_of_masks_and_meta(root, tmp_path):
    (root / "Annotations/003234408d/00005.png").unlink()
    (penguin, labels), _ = read_all(root, pictures=tmp_path / "none")
    assert penguin.frames == ("00000", "00005", "00010")
    assert [found.frame for found in labels] == [0, 2]


def test_255_is_an_object_where_meta_says_so(tmp_path, put_png):
    put_png(tmp_path / "Annotations/v/00000.png", [[255, 0]])
    write_meta(tmp_path, {"videos": {"v": {"objects": {"255": {"category": "ape", "frames": ["00000"]}}}}})
    ((found, labels),) = read_all(tmp_path)
    assert labels == [FrameLabels(0, segments={255: Segment(mask([[1, 0]]))})]
    assert found.objects == (ObjectInfo(255, "ape"),)


def test_what_is_written_is_what_youtube_vos_publishes(tmp_path, said):
    records = [
        FrameLabels(0, segments={7: Segment(mask([[0, 1]]))}),
        FrameLabels(2, segments={2: Segment(mask([[1, 0]])), 7: Segment(mask([[0, 1]]))}),
        FrameLabels(3),
    ]
    dataset = ListedDataset.of(
        [
            Sequence(
                name="vidéo 1",
                height=1,
                width=2,
                frames=("00000", "00003", "00005", "00010"),
                objects=(ObjectInfo(2, "dog", {"colour": "red"}), ObjectInfo(7), ObjectInfo(9, "kite")),
                read_labels=lambda: iter(records),
                attributes={"seen": 3},
            ),
            Sequence(name="b", height=4, width=5, frames=("a", "b"), objects=(), read_labels=lambda: iter(())),
        ]
    )
    youtube_vos().write(dataset, tmp_path / "out")
    meta = json.loads((tmp_path / "out/meta.json").read_text("utf-8"))
    assert list(meta) == ["videos"]
    assert list(meta["videos"]) == ["vidéo 1", "b"]
    objects = meta["videos"]["vidéo 1"]["objects"]
    assert objects["2"] == {"category": "dog", "frames": ["00005"], "attributes": {"colour": "red"}}
    assert objects["7"] == {"category": "", "frames": ["00000", "00005"]}
    assert objects["9"] == {"category": "kite", "frames": []}
    masks = tmp_path / "out/Annotations/vidéo 1"
    assert sorted(path.name for path in masks.iterdir()) == ["00000.png", "00005.png", "00010.png"]
    with Image.open(masks / "00005.png") as image:
        assert (image.mode, np.array(image).tolist()) == ("P", [[2, 7]])
    assert youtube_vos().recognises(tmp_path / "out")
    assert said(youtube_vos().read(tmp_path / "out")) == said(dataset)


def test_a_split_is_written_as_a_folder(tmp_path, root, said):
    youtube_vos(split="valid").write(youtube_vos().read(root), tmp_path / "out")
    assert (tmp_path / "out/valid/meta.json").is_file()


def test_overlap_is_refused(tmp_path):
    segments = {1: Segment(mask([[1, 1]])), 2: Segment(mask([[0, 1]]))}
    one = Sequence(
        name="v",
        height=1,
        width=2,
        frames=("00000",),
        objects=(ObjectInfo(1), ObjectInfo(2)),
        read_labels=lambda: iter([FrameLabels(0, segments=segments)]),
    )
    with pytest.raises(PointreelError, match="sequence 'v', frame '00000': objects 1, 2 share 1 pixel"):
        youtube_vos().write(ListedDataset.of([one]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    youtube_vos(overlap="last-on-top").write(ListedDataset.of([one]), tmp_path / "out")
    ((_, labels),) = read_all(tmp_path / "out")
    assert labels[0].segments == {1: Segment(mask([[1, 0]])), 2: Segment(mask([[0, 1]]))}


def broken(**changed):
    """META with its first video changed."""
    return {"videos": {"003234408d": {**META["videos"]["003234408d"], **changed}}}


@pytest.mark.parametrize(
    ("meta", "problem"),
    [
        ('{"videos": {"a"', r"meta\.json: byte 15: found the end of the file"),
        ({"video": {}}, r"meta\.json: found no key 'videos', expected the key 'videos'"),
        ({"videos": []}, r"meta\.json: videos: found a list of 0, expected an object"),
        ('{"videos": {"a": {}, "a": {}}}', "videos: found 'a' twice, expected every video once"),
        ({"videos": {"../a": {}}}, r"videos: found '\.\./a', expected a name that stays inside"),
        ({"videos": {"a": 3}}, r"videos\['a'\]: found the number 3, expected an object"),
        ({"videos": {"a": {}}}, r"videos\['a'\]: found the keys none, expected the key 'objects'"),
        (broken(objects={"cat": {}}), r"objects\.cat: found the object id 'cat', expected a whole number above 0"),
        (broken(objects={"0": {}}), "found the object id '0'"),
        (broken(objects={"1": {"category": 3}}), r"objects\.1\.category: found the number 3, expected text"),
        (broken(objects={"1": {"frames": "x"}}), r"objects\.1\.frames: found text 'x', expected a list"),
        (broken(objects={"1": {"frames": [0]}}), r"objects\.1\.frames\[0\]: found the number 0, expected the name"),
        (
            broken(objects={"1": {}}),
            r"003234408d/00010\.png: found object 5, expected an object listed in .*meta\.json",
        ),
        (broken(frames=["00000"]), r"found a mask of frame '00005', expected only masks of the frames in .*meta\.json"),
        (broken(height=3, width=3), r"00000\.png: found a size of 2x1, expected 3x3"),
    ],
)
def test_a_broken_meta_is_told_with_its_place(root, meta, problem):
    write_meta(root, meta)
    with pytest.raises(FormatError, match=problem) as error:
        read_all(root)
    assert "\n" not in str(error.value)


def test_colours_are_refused(root, put_png):
    put_png(root / "Annotations/003234408d/00005.png", [[0, 1]], "RGB")
    with pytest.raises(FormatError, match=r"00005\.png: found RGB colours"):
        read_all(root)


def test_a_real_video_with_late_objects_survives(shared, tmp_path, said):
    coat = next(
        found
        for found in shelf.build("davis").read(shared / "data/davis2017-results/semi-supervised/osvos")
        if found.name == "lab-coat"
    )
    assert losses(ListedDataset.of([coat]), youtube_vos()) == []
    youtube_vos().write(ListedDataset.of([coat]), tmp_path / "out")
    assert said(youtube_vos().read(tmp_path / "out")) == said(ListedDataset.of([coat]))
