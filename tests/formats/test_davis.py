"""DAVIS as davis2017-evaluation reads it: palette or grey PNGs, lists of sequences, objects and void by number."""

import shutil

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
    UnknownName,
)
from pointreel.core.palette import davis_palette
from pointreel.formats import losses, shelf

FIRST = [[0, 1, 1], [2, 2, 255]]
SECOND = [[0, 0, 1], [0, 0, 0]]


def davis(**options):
    return shelf.build("davis", **options)


def mask(rows) -> Mask:
    return Mask.from_array(np.array(rows))


def sequence(name, records, frames=2, ids=(1, 2), size=(2, 3), names=None) -> Sequence:
    frames = names or tuple(f"{k:05d}" for k in range(frames))
    infos = tuple(map(ObjectInfo, ids))
    return Sequence(
        name=name, height=size[0], width=size[1], frames=frames, objects=infos, read_labels=lambda: iter(records)
    )


@pytest.fixture
def root(tmp_path, put_png):
    """Two sequences of DAVIS-2017 with pictures, lists, and what operating systems leave behind."""
    root = tmp_path / "DAVIS"
    for name in ("bear", "tuk tuk é"):
        for k in range(3):
            put_png(root / f"JPEGImages/480p/{name}/{k:05d}.jpg", np.zeros((2, 3, 3)), "RGB")
        put_png(root / f"Annotations/480p/{name}/00000.png", FIRST)
        put_png(root / f"Annotations/480p/{name}/00002.png", SECOND)
    (root / "Annotations/480p/bear/._00000.png").write_bytes(b"junk")
    (root / "Annotations/480p/.DS_Store").write_bytes(b"junk")
    (root / "ImageSets/2017").mkdir(parents=True)
    (root / "ImageSets/2017/train.txt").write_text("tuk tuk é\n\n", "utf-8")
    (root / "ImageSets/2017/val.txt").write_text("bear\n", "utf-8")
    return root


def test_2017_is_read(root):
    dataset = davis().read(root)
    assert len(dataset) == 2
    bear, other = dataset
    assert (bear.name, bear.height, bear.width) == ("bear", 2, 3)
    assert other.name == "tuk tuk é"
    assert bear.frames == ("00000", "00001", "00002")
    assert bear.objects == (ObjectInfo(1), ObjectInfo(2))
    first, second = bear
    assert first.frame == 0
    assert {one: segment.mask.to_array().tolist() for one, segment in first.segments.items()} == {
        1: [[False, True, True], [False, False, False]],
        2: [[False, False, False], [True, True, False]],
    }
    assert first.void == mask([[0, 0, 0], [0, 0, 1]])
    assert second == FrameLabels(2, segments={1: Segment(mask([[0, 0, 1], [0, 0, 0]]))})
    assert list(bear) == list(bear)


@pytest.mark.parametrize("place", [".", "Annotations", "Annotations/480p"])
def test_any_folder_of_a_root_is_the_dataset(root, said, place):
    assert said(davis().read(root / place)) == said(davis().read(root))
    assert davis().recognises(root / place)


def test_a_folder_of_sequences_and_one_sequence_are_read(root, tmp_path):
    plain = tmp_path / "results"
    shutil.copytree(root / "Annotations/480p", plain)
    both, one = davis().read(plain), davis().read(plain / "bear")
    assert [found.name for found in both] == ["bear", "tuk tuk é"]
    assert [(found.name, found.frames) for found in one] == [("bear", ("00000", "00002"))]
    assert davis().recognises(plain)
    assert davis().recognises(plain / "bear")


@pytest.mark.parametrize(("split", "name"), [("val", "bear"), ("train", "tuk tuk é")])
def test_a_split_comes_from_the_lists(root, split, name):
    assert [found.name for found in davis(split=split).read(root)] == [name]
    assert [found.name for found in davis(split=split).read(root / "Annotations/480p")] == [name]


def test_2016_is_seen_from_the_grey_masks_and_has_one_object(tmp_path, put_png):
    put_png(tmp_path / "Annotations/480p/a/00000.png", [[0, 0]], "L")
    put_png(tmp_path / "Annotations/480p/a/00001.png", [[0, 255]], "L")
    put_png(tmp_path / "Annotations/480p/b/00000.png", [[255, 255]], "L")
    first, second = davis().read(tmp_path)
    assert first.objects == second.objects == (ObjectInfo(1),)
    assert [dict(labels.segments) for labels in first] == [{}, {1: Segment(mask([[0, 1]]))}]
    assert all(labels.void is None for labels in first)
    (as_2017,) = list(davis(year=2017).read(tmp_path / "Annotations/480p/b"))
    assert as_2017.objects == ()
    assert next(iter(as_2017)).void == mask([[1, 1]])


def test_a_palette_mask_of_void_alone_is_not_2016(tmp_path, put_png):
    put_png(tmp_path / "a/00000.png", [[0, 255]])
    (found,) = davis().read(tmp_path)
    assert next(iter(found)) == FrameLabels(0, void=mask([[0, 1]]))


def test_the_lists_of_2016_name_frames_and_masks(tmp_path, put_png):
    for name in ("bear", "blackswan"):
        put_png(tmp_path / f"Annotations/480p/{name}/00000.png", [[255]], "L")
    lines = [f"/JPEGImages/480p/blackswan/{k:05d}.jpg /Annotations/480p/blackswan/{k:05d}.png " for k in range(2)]
    (tmp_path / "ImageSets/480p").mkdir(parents=True)
    (tmp_path / "ImageSets/480p/val.txt").write_text("\n".join(lines))
    assert [found.name for found in davis(split="val").read(tmp_path)] == ["blackswan"]


def test_objects_that_appear_later_are_read_but_not_claimed(tmp_path, put_png):
    put_png(tmp_path / "a/00000.png", [[1, 0]])
    put_png(tmp_path / "a/00001.png", [[1, 3]])
    dataset = davis().read(tmp_path)
    assert next(iter(dataset)).objects == (ObjectInfo(1), ObjectInfo(3))
    lost = {loss.feature for loss in losses(dataset, davis())}
    assert lost == {Feature.LATE_OBJECTS, Feature.IDS}


def test_what_is_written_is_what_davis_publishes(tmp_path):
    records = [FrameLabels(0, segments={1: Segment(mask([[1, 1, 0]])), 2: Segment(mask([[0, 0, 1]]))}), FrameLabels(1)]
    davis().write(ListedDataset.of([sequence("b", records, size=(1, 3)), sequence("a", [], 0)]), tmp_path / "out")
    out = tmp_path / "out"
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert files == ["Annotations/480p/b/00000.png", "Annotations/480p/b/00001.png", "ImageSets/2017/val.txt"]
    assert (out / "ImageSets/2017/val.txt").read_text() == "b\na\n"
    with Image.open(out / "Annotations/480p/b/00000.png") as image:
        assert (image.mode, image.size, np.array(image).tolist()) == ("P", (3, 1), [[1, 1, 2]])
        assert image.getpalette() == davis_palette().reshape(-1).tolist()


def test_2016_is_written_in_black_and_white(tmp_path):
    records = [FrameLabels(0, segments={1: Segment(mask([[1, 0]]))}), FrameLabels(1)]
    dataset = ListedDataset.of([sequence("a b", records, ids=(1,), size=(1, 2))])
    davis(year=2016, split="train").write(dataset, tmp_path / "out")
    lines = (tmp_path / "out/ImageSets/480p/train.txt").read_text().splitlines()
    assert lines[0] == "/JPEGImages/480p/a b/00000.jpg /Annotations/480p/a b/00000.png"
    with Image.open(tmp_path / "out/Annotations/480p/a b/00000.png") as image:
        assert (image.mode, np.array(image).tolist()) == ("L", [[255, 0]])
    (found,) = davis(split="train").read(tmp_path / "out")
    assert list(found) == records


def test_2016_refuses_a_second_object(tmp_path):
    records = [FrameLabels(0, segments={2: Segment(mask([[1, 0, 0], [0, 0, 0]]))})]
    with pytest.raises(PointreelError, match="frame '00000': found object 2, and DAVIS-2016 has one object"):
        davis(year=2016).write(ListedDataset.of([sequence("a", records)]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_void_and_empty_frames_survive(tmp_path, said):
    records = [
        FrameLabels(0, segments={1: Segment(mask([[1, 0, 0], [0, 0, 0]]))}, void=mask([[0, 0, 0], [1, 1, 1]])),
        FrameLabels(1),
    ]
    dataset = ListedDataset.of([sequence("folder/in folder", records, ids=(1,), names=("a.b", "c"))])
    davis().write(dataset, tmp_path / "out")
    assert said(davis().read(tmp_path / "out")) == said(dataset)


def overlapping(order) -> ListedDataset:
    segments = {1: Segment(mask([[1, 1, 0]])), 2: Segment(mask([[0, 1, 1]]))}
    records = [FrameLabels(0, segments={one: segments[one] for one in order})]
    return ListedDataset.of([sequence("a", records, 1, size=(1, 3))])


def test_overlap_is_refused_unless_the_order_is_told(tmp_path):
    with pytest.raises(PointreelError, match=r"'a', frame '00000': objects 1, 2 share 1 pixel.*overlap=last-on-top"):
        davis().write(overlapping([1, 2]), tmp_path / "out")
    for order, expected in (([1, 2], [[1, 2, 2]]), ([2, 1], [[1, 1, 2]])):
        davis(overlap="last-on-top").write(overlapping(order), tmp_path / str(order))
        with Image.open(tmp_path / str(order) / "Annotations/480p/a/00000.png") as image:
            assert np.array(image).tolist() == expected


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"records": [FrameLabels(0, segments={300: Segment(mask([[1, 0, 0]]))})]}, "object id 300 does not fit"),
        ({"records": [FrameLabels(0, segments={1: Segment(mask([[1, 0]]))})]}, "1 x 2, the label map 1 x 3"),
        ({"records": [FrameLabels(0)], "size": (None, None)}, "size of frame '00000' is not known"),
        ({"records": [], "names": ("b", "a")}, "the frames 'b' and 'a' would be read back in another order"),
        ({"records": [], "names": ("a", "a")}, "the frames 'a' and 'a'"),
        ({"records": [], "names": ("x/a",)}, "'x/a' cannot be the name of a file"),
        ({"records": [], "name": "../a"}, r"the name '\.\./a' does not stay inside"),
    ],
)
def test_what_would_be_wrong_is_not_written(tmp_path, changed, problem):
    parts = {"name": "a", "size": (1, 3), **changed}
    with pytest.raises(PointreelError, match=problem) as error:
        davis().write(ListedDataset.of([sequence(**parts)]), tmp_path / "out")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def read_all(path, **options):
    return [list(found) for found in davis(**options).read(path)]


def test_colours_are_refused(root, put_png):
    put_png(root / "Annotations/480p/bear/00002.png", SECOND, "RGB")
    with pytest.raises(FormatError, match=r"bear/00002\.png: found RGB colours, expected a palette or grey PNG"):
        read_all(root)


def test_a_truncated_mask_is_refused(root):
    path = root / "Annotations/480p/bear/00002.png"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FormatError, match=r"bear/00002\.png: found a damaged PNG"):
        read_all(root)


def test_a_mask_of_another_size_is_refused(root, put_png):
    put_png(root / "Annotations/480p/bear/00002.png", [[0, 1]])
    with pytest.raises(FormatError, match=r"bear/00002\.png: found a size of 2x1, expected 3x2"):
        read_all(root)


def test_a_mask_without_its_frame_is_refused(root, put_png):
    put_png(root / "Annotations/480p/bear/00009.png", FIRST)
    with pytest.raises(
        FormatError, match=r"480p/bear: found a mask of frame '00009', expected only masks of the frames"
    ):
        read_all(root)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("bear\nwolf\n", r"val\.txt: entry 2: found 'wolf', expected a folder in"),
        ("../../etc\n", r"val\.txt: entry 1: found '\.\./\.\./etc', expected a name that stays inside"),
        ("/etc\n", r"val\.txt: entry 1: found '/etc'"),
    ],
)
def test_a_list_that_names_what_is_not_there_is_refused(root, lines, problem):
    (root / "ImageSets/2017/val.txt").write_text(lines)
    with pytest.raises(FormatError, match=problem):
        read_all(root, split="val")


def test_a_list_that_is_not_text_is_refused(root):
    (root / "ImageSets/2017/val.txt").write_bytes(b"bear\n\xff\xfe")
    with pytest.raises(FormatError, match=r"val\.txt: byte 5: found bytes that are not UTF-8"):
        read_all(root, split="val")


def test_a_missing_split_names_those_there_are(root):
    with pytest.raises(FormatError, match=r"found 2017/train\.txt, 2017/val\.txt, expected a list test-dev\.txt"):
        read_all(root, split="test-dev")


def test_another_resolution_names_those_there_are(root):
    with pytest.raises(FormatError, match="found the resolutions 480p, expected 1080p"):
        read_all(root, resolution="1080p")


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    with pytest.raises(FormatError, match="found no folder with PNGs"):
        read_all(tmp_path)
    with pytest.raises(FormatError, match="found no folder, expected a DAVIS folder"):
        read_all(tmp_path / "none")


@pytest.mark.parametrize("options", [{"overlap": "first"}, {"task": "both"}, {"year": 2018}])
def test_unknown_options_are_refused(options):
    with pytest.raises(UnknownName, match="There are: "):
        davis(**options)


def test_a_folder_of_pictures_is_not_recognised(tmp_path, put_png):
    put_png(tmp_path / "frames/00000.png", np.zeros((2, 2, 3)), "RGB")
    put_png(tmp_path / "grey/00000.png", [[0, 9]], "L")
    assert not any(davis().recognises(path) for path in (tmp_path, tmp_path / "grey", tmp_path / "none"))


def test_davis_2016_itself(shared, tmp_path, said):
    dataset = davis().read(shared / "data/davis2016")
    frames = {found.name: len(found.frames) for found in dataset}
    assert frames["bmx-trees"] == 80
    assert sum(frames.values()) == 539
    libby = next(found for found in dataset if found.name == "libby")
    assert (libby.height, libby.width, libby.objects) == (480, 854, (ObjectInfo(1),))
    path = shared / "data/davis2016/Annotations/480p/libby/00010.png"
    labels = next(labels for labels in libby if labels.frame == 10)
    with Image.open(path) as image:
        assert np.array_equal(labels.segments[1].mask.to_array(), np.array(image) == 255)
    davis(year=2016).write(ListedDataset.of([libby]), tmp_path / "out")
    assert said(davis().read(tmp_path / "out")) == said(ListedDataset.of([libby]))


def test_results_on_davis_2017(shared):
    dataset = davis().read(shared / "data/davis2017-results/semi-supervised/osvos")
    assert len(dataset) == 30
    coat = next(found for found in dataset if found.name == "lab-coat")
    assert [info.object_id for info in coat.objects] == [1, 2, 3, 4, 5]
    assert sorted(next(iter(coat)).segments) == [3, 4, 5]


def test_a_real_mask_of_another_size_is_found(shared):
    (judo,) = davis().read(shared / "data/clips/frames/masks/judo")
    with pytest.raises(FormatError, match=r"judo/00005\.png: found a size of 853x480, expected 854x480"):
        list(judo)
