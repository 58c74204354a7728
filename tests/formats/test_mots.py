"""MOTS as mots_tools and TrackEval read it: lines of run-length masks or 16-bit PNGs, and void told by its class."""

import configparser

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

CAR, WALKER, IGNORED, NOTHING = [[1, 1, 0]], [[0, 0, 1]], [[0, 1, 1]], [[0, 0, 0]]
SEQINFO = "[Sequence]\nname=MOTS20-02\nimDir=img1\nframeRate=30\nseqLength=3\nimWidth=3\nimHeight=1\nimExt=.jpg\n"


def mots(**options):
    return shelf.build("mots", **options)


def mask(rows) -> Mask:
    return Mask.from_array(np.array(rows))


def rle(rows) -> str:
    """As pycocotools writes it."""
    return coco.encode(np.asfortranarray(rows, np.uint8))["counts"].decode()


def line(frame, object_id, class_id, rows) -> str:
    return f"{frame} {object_id} {class_id} {len(rows)} {len(rows[0])} {rle(rows)}"


KITTI = [line(2, 2001, 2, WALKER), line(0, 1005, 1, CAR), line(2, 10000, 10, CAR), line(2, 10000, 10, NOTHING)]


@pytest.fixture
def kitti(tmp_path):
    root = tmp_path / "kitti"
    (root / "instances_txt").mkdir(parents=True)
    (root / "instances_txt/0000.txt").write_text("\n".join(KITTI) + "\n")
    return root


@pytest.fixture
def challenge(tmp_path):
    root = tmp_path / "MOTS" / "train"
    for name in ("MOTS20-02", "MOTS20-05"):
        (root / name / "gt").mkdir(parents=True)
        (root / name / "gt/gt.txt").write_text(line(1, 2009, 2, WALKER) + "\n")
        (root / name / "seqinfo.ini").write_text(SEQINFO)
    (root / "MOTS20-05/gt/gt.txt").write_text("")
    return root


def read_all(path, **options):
    return [(found, list(found)) for found in mots(**options).read(path)]


READ = [
    FrameLabels(0, segments={1005: Segment(mask(CAR))}),
    FrameLabels(1),
    FrameLabels(2, segments={2001: Segment(mask(WALKER))}, void=mask(CAR)),
]


def test_kitti_counts_from_0_and_its_lines_may_come_in_any_order(kitti):
    ((found, labels),) = read_all(kitti)
    assert (found.name, found.height, found.width) == ("0000", 1, 3)
    assert found.frames == ("00000", "00001", "00002")
    assert found.objects == (ObjectInfo(1005, "car"), ObjectInfo(2001, "pedestrian"))
    assert labels == READ
    assert list(found) == labels


def test_the_published_example_line_is_read(tmp_path):
    counts = "WSV:2d;1O10000O10000O1O100O100O1O100O1000000000000000O100O102N5K00O1O1N2O110OO2O001O1NTga3"
    (tmp_path / "0011.txt").write_text(f"52 1005 1 375 1242 {counts}\n")
    ((found, labels),) = read_all(tmp_path)
    assert (found.height, found.width, len(found.frames)) == (375, 1242, 53)
    expected = coco.decode({"size": [375, 1242], "counts": counts.encode()})
    assert np.array_equal(labels[52].segments[1005].mask.to_array(), expected)


def test_mots_challenge_counts_from_1_and_says_its_length(challenge):
    (first, labels), (second, empty) = read_all(challenge)
    assert (first.name, first.objects) == ("MOTS20-02", (ObjectInfo(2009, "pedestrian"),))
    assert labels == [FrameLabels(0, segments={2009: Segment(mask(WALKER))}), FrameLabels(1), FrameLabels(2)]
    assert (second.height, second.width, second.objects, len(empty)) == (1, 3, (), 3)
    assert mots().read(challenge).categories == {"car": 1, "pedestrian": 2}


def test_one_text_or_one_sequence_is_a_dataset(kitti, challenge):
    assert [found.name for found, _ in read_all(kitti / "instances_txt/0000.txt")] == ["0000"]
    for place in ("MOTS20-02", "MOTS20-02/gt/gt.txt"):
        ((found, labels),) = read_all(challenge / place)
        assert (found.name, len(labels)) == ("MOTS20-02", 3)


def test_the_first_frame_may_be_told(kitti):
    (kitti / "instances_txt/0000.txt").write_text(line(1, 1005, 1, CAR))
    ((found, labels),) = read_all(kitti, first_frame=1)
    assert found.frames == ("00000",)
    assert labels[0].object_ids() == {1005}


@pytest.fixture
def pngs(tmp_path, put_png):
    root = tmp_path / "png"
    put_png(root / "instances/0000/000000.png", [[1005, 1005, 0]], "I;16")
    put_png(root / "instances/0000/000001.png", NOTHING, "I;16")
    put_png(root / "instances/0000/000002.png", [[10000, 10000, 2001]], "I;16")
    return root


def test_pngs_say_the_same_as_texts(pngs, kitti, said):
    assert said(mots().read(pngs)) == said(mots().read(kitti))
    assert said(mots().read(pngs / "instances")) == said(mots().read(kitti))


def test_where_there_are_both_the_texts_are_read(pngs):
    (pngs / "instances_txt").mkdir()
    (pngs / "instances_txt/0007.txt").write_text(line(0, 1005, 1, CAR))
    assert [found.name for found, _ in read_all(pngs)] == ["0007"]


def test_it_is_recognised_and_nothing_else(pngs, kitti, challenge, tmp_path, put_png):
    for path in (pngs, pngs / "instances", kitti, kitti / "instances_txt/0000.txt", challenge, challenge / "MOTS20-02"):
        assert mots().recognises(path), path
        assert not any(shelf.build(other).recognises(path) for other in ("davis", "mose", "sav", "youtube-vos"))
    (tmp_path / "notes.txt").write_text("1,2,3\n")
    put_png(tmp_path / "eight/a/00000.png", [[1]])
    assert not any(mots().recognises(path) for path in (tmp_path / "notes.txt", tmp_path / "eight", tmp_path / "none"))


def video(records, **changed) -> Sequence:
    parts = {
        "name": "v",
        "height": 1,
        "width": 3,
        "frames": tuple(f"{k:05d}" for k in range(len(records))),
        "objects": (ObjectInfo(1005, "car"), ObjectInfo(2001, "pedestrian")),
        "read_labels": lambda: iter(records),
    }
    return Sequence(**{**parts, **changed})


def test_text_is_written_as_mots_challenge_has_it(tmp_path):
    mots().write(ListedDataset.of([video(READ)]), tmp_path / "out")
    lines = (tmp_path / "out/v/gt/gt.txt").read_text().splitlines()
    assert lines == [line(1, 1005, 1, CAR), line(3, 2001, 2, WALKER), line(3, 10000, 10, CAR)]
    parser = configparser.ConfigParser()
    parser.read(tmp_path / "out/v/seqinfo.ini")
    official = {key: parser["Sequence"][key] for key in ("name", "seqLength", "imWidth", "imHeight")}
    assert official == {"name": "v", "seqLength": "3", "imWidth": "3", "imHeight": "1"}


def test_everything_text_claims_survives(tmp_path, said):
    records = [
        FrameLabels(0, segments={3: Segment(mask(CAR)), 70000: Segment(mask(WALKER))}),
        FrameLabels(1, segments={10000: Segment(mask(WALKER))}, void=mask(CAR)),
    ]
    objects = (ObjectInfo(3, "50% ü = [dog]"), ObjectInfo(1005), ObjectInfo(2001, "car"))
    objects += (ObjectInfo(10000, "\n"), ObjectInfo(70000))
    dataset = ListedDataset.of(
        [video(records, name="a/ü b", objects=objects), video([FrameLabels(0)], name="c", objects=())]
    )
    assert losses(dataset, mots()) == []
    mots().write(dataset, tmp_path / "out")
    assert said(mots().read(tmp_path / "out")) == said(dataset)


def test_an_object_without_a_class_has_class_0_unless_told(tmp_path):
    records = [FrameLabels(0, segments={1: Segment(mask(CAR)), 2: Segment(mask(WALKER))})]
    dataset = ListedDataset.of([video(records, objects=(ObjectInfo(1), ObjectInfo(2, "car")))])
    for options, classes in (({}, [0, 1]), ({"category": "pedestrian"}, [2, 1])):
        out = tmp_path / str(classes)
        mots(**options).write(dataset, out)
        lines = (out / "v/gt/gt.txt").read_text().splitlines()
        assert [int(written.split()[2]) for written in lines] == classes


def test_pngs_are_written_in_16_bits(tmp_path, said):
    dataset = ListedDataset.of([video(READ)])
    mots(layout="png").write(dataset, tmp_path / "out")
    with Image.open(tmp_path / "out/instances/v/000002.png") as image:
        assert np.array(image).tolist() == [[10000, 10000, 2001]]
        assert image.mode.startswith("I;16")
    assert said(mots().read(tmp_path / "out")) == said(dataset)
    assert mots().holds - mots(layout="png").holds == {Feature.NAMES, Feature.LARGE_IDS, Feature.UNLABELLED_OBJECTS}


def test_overlap_is_refused_unless_the_order_is_told(tmp_path):
    records = [FrameLabels(0, segments={1005: Segment(mask(CAR)), 2001: Segment(mask(IGNORED))})]
    for layout in ("txt", "png"):
        with pytest.raises(PointreelError, match="'v', frame '00000': objects 1005, 2001 share 1 pixel"):
            mots(layout=layout).write(ListedDataset.of([video(records)]), tmp_path / "out")
        mots(layout=layout, overlap="last-on-top").write(ListedDataset.of([video(records)]), tmp_path / layout)
        ((_, labels),) = read_all(tmp_path / layout)
        assert labels[0].segments == {1005: Segment(mask([[1, 0, 0]])), 2001: Segment(mask(IGNORED))}
    assert not (tmp_path / "out").exists()


def test_void_that_overlaps_an_object_is_refused(tmp_path):
    records = [FrameLabels(0, segments={1005: Segment(mask(CAR))}, void=mask(IGNORED))]
    for layout in ("txt", "png"):
        with pytest.raises(PointreelError, match="share 1 pixel"):
            mots(layout=layout).write(ListedDataset.of([video(records)]), tmp_path / "out")
        mots(layout=layout, overlap="last-on-top").write(ListedDataset.of([video(records)]), tmp_path / layout)
        ((_, labels),) = read_all(tmp_path / layout)
        assert labels == [FrameLabels(0, segments={1005: Segment(mask(CAR))}, void=mask(WALKER))]


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        (ObjectInfo(1005), "the id 1005 means 'car' in a MOTS PNG, and this object is ''"),
        (ObjectInfo(2005, "car"), "the id 2005 means 'pedestrian' in a MOTS PNG, and this object is 'car'"),
        (ObjectInfo(10000), "the id 10000 means 'ignore'"),
        (ObjectInfo(70000), "object id 70000 does not fit; this layout holds ids up to 65535"),
    ],
)
def test_ids_that_would_say_another_class_are_not_written_as_pngs(tmp_path, info, problem):
    records = [FrameLabels(0, segments={info.object_id: Segment(mask(CAR))})]
    with pytest.raises(PointreelError, match=problem):
        mots(layout="png").write(ListedDataset.of([video(records, objects=(info,))]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_size_is_not_written(tmp_path):
    for records in ([FrameLabels(0)], []):
        with pytest.raises(PointreelError, match="sequence 'v'.*not known"):  # noqa: RUF043 - a pattern
            mots().write(ListedDataset.of([video(records, height=None, width=None)]), tmp_path / "out")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["1 2 3"], "line 1: found 3 fields, expected 6 fields: frame, id, class, height, width, rle"),
        ([KITTI[1], "", "a 1 1 1 3 0"], "line 3: found the frame 'a', expected a whole number"),
        (["0 -1 1 1 3 0"], "line 1: found the id '-1', expected a whole number"),
        (["0 0 1 1 3 0"], "line 1: found the id 0, expected an id above 0"),
        ([KITTI[1], line(1, 1005, 2, CAR)], "line 2: found object 1005 with class 2, expected class 1 as before"),
        ([KITTI[1], KITTI[1]], "line 2: found object 1005 again in frame 0, expected each object once a frame"),
        ([KITTI[1], line(1, 1005, 1, [[1, 0]])], "line 2: found a mask of 2x1, expected 3x1 as in the rest"),
        (["0 1005 1 1 3 ~~"], "line 1: found a broken mask"),
    ],
)
def test_a_broken_line_is_told_with_its_number(kitti, lines, problem):
    (kitti / "instances_txt/0000.txt").write_text("\n".join(lines))
    with pytest.raises(FormatError, match=f"0000.txt: {problem}") as error:
        read_all(kitti)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("frame", [0, 4])
def test_a_frame_beyond_the_length_is_refused(challenge, frame):
    (challenge / "MOTS20-02/gt/gt.txt").write_text(line(frame, 2009, 2, WALKER))
    with pytest.raises(FormatError, match=rf"gt\.txt: line 1: found frame {frame}, expected a frame from 1 to 3"):
        read_all(challenge)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("seqLength=3", "found a broken ini file"),
        ("[Other]\n", "found no section Sequence"),
        ("[Sequence]\nseqLength=many\n", r"\[Sequence\] seqLength: found 'many', expected a whole number"),
        (SEQINFO + "[Objects]\n3=dog\n", r"\[Objects\]: found 3=dog, expected lines like"),
    ],
)
def test_a_broken_seqinfo_is_told_with_its_place(challenge, text, problem):
    (challenge / "MOTS20-02/seqinfo.ini").write_text(text)
    with pytest.raises(FormatError, match=rf"seqinfo\.ini: {problem}") as error:
        read_all(challenge)
    assert "\n" not in str(error.value)


def test_broken_pngs_are_told_by_name(pngs, put_png):
    path = pngs / "instances/0000/000001.png"
    put_png(path, [[0, 1, 2]])
    with pytest.raises(FormatError, match=r"000001\.png: found .* bits of PNG colour type 3, expected 16 bits of grey"):
        read_all(pngs)
    put_png(path, [[0, 1]], "I;16")
    with pytest.raises(FormatError, match=r"000001\.png: found a size of 2x1, expected 3x1"):
        read_all(pngs)
    path.rename(path.with_name("last.png"))
    with pytest.raises(FormatError, match="found 'last', expected the number of a frame"):
        read_all(pngs)


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    with pytest.raises(FormatError, match="found neither, expected texts of MOTS or folders of 16-bit PNGs"):
        read_all(tmp_path)
    with pytest.raises(FormatError, match="found nothing, expected a MOTS text or folder"):
        read_all(tmp_path / "none")


@pytest.mark.parametrize("options", [{"layout": "xml"}, {"category": "dog"}, {"overlap": "first"}])
def test_unknown_options_are_refused(options):
    with pytest.raises(UnknownName, match="There are: "):
        mots(**options)


def test_a_real_video_survives_in_both_layouts(shared, tmp_path, said):
    dataset = shelf.build("davis").read(shared / "data/clips/frames/masks/bike")
    for layout in ("txt", "png"):
        mots(layout=layout).write(dataset, tmp_path / layout)
        assert said(mots().read(tmp_path / layout)) == said(dataset)
