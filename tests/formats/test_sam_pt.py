"""Query points of SAM-PT as its demo reads them, as we write them, and as people break them."""

from pathlib import Path

import numpy as np
import pytest

from pointreel.core import FormatError, FrameLabels, ListedDataset, ObjectInfo, PointreelError, Points, Sequence
from pointreel.formats import shelf

BEES = """3
0;282.5,241.25 336.25,240.0 357.5,276.25 531.25,242.5
0;1116.25,428.75 1137.5,411.25 1165.0,412.5 1130.0,272.5
"""
LOOSE = "1\n\n0 ;      10,20       30,30   40,40\n4 ; 123.123,456.456  72,72    5,6\n\n"


def by_the_demo(text: str) -> tuple[int, list[int], np.ndarray]:
    """What ``load_query_points`` makes of a file: split at ';', at white space, at ','; all lines of one length."""
    first, *lines = text.split("\n")
    rows = [line.split(";") for line in lines if line.strip()]
    xy = np.array([[[float(v) for v in word.split(",")] for word in words.split()] for _, words in rows], np.float32)
    return int(first), [int(frame) for frame, _ in rows], xy


def test_the_published_example_is_read(tmp_path: Path) -> None:
    (tmp_path / "query_points__bees.txt").write_text(BEES)
    (sequence,) = shelf.build("sam-pt").read(tmp_path / "query_points__bees.txt")
    assert (sequence.name, sequence.height, sequence.width) == ("bees", None, None)
    assert sequence.frames == ("00000",)
    assert [info.object_id for info in sequence.objects] == [1, 2]
    (labels,) = sequence
    assert labels.frame == 0
    assert labels.points[1] == Points(
        [[282.5, 241.25], [336.25, 240.0], [357.5, 276.25], [531.25, 242.5]], [1, 1, 1, 0]
    )
    assert labels.points[2].label.tolist() == [1, 1, 1, 0]


def test_white_space_is_free_and_objects_come_late(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LOOSE)
    (sequence,) = shelf.build("sam-pt").read(tmp_path)
    assert sequence.frames == ("00000", "00001", "00002", "00003", "00004")
    first, last = sequence
    assert first == FrameLabels(0, points={1: Points([[10, 20], [30, 30], [40, 40]], [1, 0, 0])})
    assert last == FrameLabels(4, points={2: Points([[123.123, 456.456], [72, 72], [5, 6]], [1, 0, 0])})


def video(*labels: FrameLabels, name: str = "bees") -> Sequence:
    ids = sorted({object_id for record in labels for object_id in record.points})
    return Sequence(
        name=name,
        height=10,
        width=10,
        frames=("a", "b", "c"),
        objects=tuple(map(ObjectInfo, ids)),
        read_labels=lambda: labels,
    )


def test_a_file_is_written_as_the_demo_reads_it(tmp_path: Path) -> None:
    sam_pt = shelf.build("sam-pt")
    (tmp_path / "query_points__bees.txt").write_text(BEES)
    sam_pt.write(sam_pt.read(tmp_path / "query_points__bees.txt"), tmp_path / "again.txt")
    assert (tmp_path / "again.txt").read_text() == BEES
    source = video(
        FrameLabels(1, points={1: Points([[1, 2], [1 / 3, 0.1], [5, 5]], [0, 1, 2])}),
        FrameLabels(2, points={1: Points.on([[9, 9]]), 2: Points([[3, 4], [5, 6]], [1, 0])}),
    )
    sam_pt.write(ListedDataset.of([source]), tmp_path / "b.txt")
    num_positive, frames, xy = by_the_demo((tmp_path / "b.txt").read_text())
    assert (num_positive, frames) == (1, [1, 2]), "each object on its first frame"
    assert np.array_equal(xy, np.float32([[[1 / 3, 0.1], [1, 2]], [[3, 4], [5, 6]]])), "positive first, undecided gone"


def test_a_folder_holds_a_file_per_video(tmp_path: Path) -> None:
    sam_pt = shelf.build("sam-pt")
    query = FrameLabels(0, points={1: Points.on([[1.5, 2]])})
    source = ListedDataset.of([video(query, name="x y"), video(query, name="train/ü")])
    sam_pt.write(source, tmp_path / "out")
    assert (tmp_path / "out" / "train" / "query_points__ü.txt").read_text() == "1\n0;1.5,2.0\n"
    again = list(sam_pt.read(tmp_path / "out"))
    assert {sequence.name for sequence in again} == {"x y", "train/ü"}
    assert [list(sequence) for sequence in again] == [[query], [query]]
    with pytest.raises(PointreelError, match="one file holds one video, and there are 2"):
        sam_pt.write(source, tmp_path / "out.txt")
    with pytest.raises(PointreelError, match="does not stay inside"):
        sam_pt.write(ListedDataset.of([video(query, name="../x")]), tmp_path / "up")


def test_uneven_objects_are_refused_or_cut(tmp_path: Path) -> None:
    uneven = ListedDataset.of(
        [video(FrameLabels(0, points={1: Points.on([[1, 1], [2, 2]]), 2: Points([[3, 3], [4, 4]], [1, 0])}))]
    )
    with pytest.raises(PointreelError, match="there are 2 and 0; 1 and 1"):
        shelf.build("sam-pt").write(uneven, tmp_path / "a.txt")
    shelf.build("sam-pt", counts="fewest").write(uneven, tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "1\n0;1.0,1.0\n0;3.0,3.0\n"
    only_negative = ListedDataset.of([video(FrameLabels(0, points={1: Points.off([[1, 1]])}))])
    with pytest.raises(PointreelError, match="bees: object 1, frame 0: there is no positive point"):
        shelf.build("sam-pt").write(only_negative, tmp_path / "b.txt")
    with pytest.raises(PointreelError, match="There are: refuse, fewest"):
        shelf.build("sam-pt", counts="most")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"line 1: found '', expected the number of positive points"),
        ("x\n0;1,2\n", r"line 1: found 'x'"),
        ("1\n0 1,2\n", r"line 2: found '0 1,2', expected 'frame;x,y"),
        ("1\n0;1,2\n\n-1;1,2\n", r"line 4: found '-1', expected the number of a frame"),
        ("1\n0;1,2,3\n", r"line 2: found '1,2,3', expected a point"),
        ("1\n0;1,nan\n", r"line 2: found '1,nan'"),
        ("1\n0;1,2 3,4\n0;1,2\n", r"line 3: found 1 points, expected 2 as before"),
        ("2\n0;1,2\n", r"line 2: found 1 points, expected 1 as before, 2 of them positive"),
        ("0\n0;\n", r"line 2: found 0 points"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text(text)
    with pytest.raises(FormatError, match=message) as caught:
        list(shelf.build("sam-pt").read(file))
    assert str(file) in str(caught.value)


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="found nothing"):
        list(shelf.build("sam-pt").read(tmp_path / "none.txt"))
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="bytes that are not text"):
        list(shelf.build("sam-pt").read(tmp_path / "a.txt"))


def test_the_format_is_recognised_by_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LOOSE)
    assert shelf.build("sam-pt").recognises(tmp_path)
    assert shelf.build("sam-pt").recognises(tmp_path / "a.txt")
    (tmp_path / "mots.txt").write_text("52 1005 1 375 1242 WSV:2d;1O10000O10000O1O100O100O1O100O1000000000000000O\n")
    assert not shelf.build("sam-pt").recognises(tmp_path / "mots.txt")
