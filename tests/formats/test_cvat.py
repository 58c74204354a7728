"""CVAT for video as CVAT exports it, as we write it, and as people break it."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointreel.core import (
    Box,
    FormatError,
    FrameLabels,
    ListedDataset,
    Mask,
    ObjectInfo,
    PointreelError,
    Points,
    Segment,
    Sequence,
)
from pointreel.formats import losses, shelf
from pointreel.formats._cvat_shapes import mask_of, mask_to_given

META = """
  <meta>
    <task>
      <id>5</id>
      <name>Straße &amp; 1</name>
      <size>6</size>
      <mode>interpolation</mode>
      <overlap>5</overlap>
      <bugtracker></bugtracker>
      <created>2018-09-25 12:32:09.868194+03:00</created>
      <start_frame>0</start_frame>
      <stop_frame>5</stop_frame>
      <frame_filter></frame_filter>
      <labels>
        <label>
          <name>car</name>
          <color>#ff0000</color>
          <attributes>
            <attribute>
              <name>parked</name>
              <mutable>False</mutable>
              <input_type>checkbox</input_type>
              <default_value>false</default_value>
              <values>false</values>
            </attribute>
            <attribute><name>doors</name><mutable>False</mutable><input_type>number</input_type></attribute>
          </attributes>
        </label>
        <label><name>person</name><attributes></attributes></label>
      </labels>
      <segments><segment><id>5</id><start>0</start><stop>5</stop></segment></segments>
      <original_size>
        <width>10</width>
        <height>8</height>
      </original_size>
    </task>
    <dumped>2018-09-25 16:05:07.134046+03:00</dumped>
  </meta>
"""
TRACKS = """
  <track id="0" label="car" source="manual">
    <box frame="1" keyframe="1" outside="0" occluded="0" xtl="1.00" ytl="1.00" xbr="3.00" ybr="4.00" z_order="0">
      <attribute name="parked">true</attribute>
      <attribute name="doors">4</attribute>
    </box>
    <box frame="2" keyframe="0" outside="0" occluded="0" xtl="9.00" ytl="9.00" xbr="9.50" ybr="9.50" z_order="0">
      <attribute name="parked">true</attribute>
      <attribute name="doors">4</attribute>
    </box>
    <box frame="3" keyframe="1" outside="0" occluded="1" xtl="3.00" ytl="2.00" xbr="6.00" ybr="5.00" z_order="0">
    </box>
    <box frame="4" keyframe="1" outside="1" occluded="0" xtl="3.00" ytl="2.00" xbr="6.00" ybr="5.00" z_order="0">
    </box>
  </track>
  <track id="1" label="person" source="manual">
    <points frame="3" keyframe="1" outside="0" occluded="0" points="1.50,2.25;3.00,4.00" z_order="0">
    </points>
  </track>
  <track id="2" label="person" source="manual">
    <mask frame="0" keyframe="1" outside="0" rle="1, 2, 3" left="2" top="1" width="3" height="2" z_order="0">
    </mask>
    <mask frame="1" keyframe="1" outside="1" rle="1, 2, 3" left="2" top="1" width="3" height="2" z_order="0">
    </mask>
  </track>
  <track id="3" label="car" source="manual">
    <polygon frame="4" keyframe="1" outside="0" points="1.00,1.00;4.00,1.00;4.00,3.00;1.00,3.00" z_order="0">
    </polygon>
    <polygon frame="5" keyframe="0" outside="0" points="2.00,1.00;5.00,1.00;5.00,3.00;2.00,3.00" z_order="0">
    </polygon>
  </track>
"""


def xml(tracks: str = TRACKS, meta: str = META) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>{meta}{tracks}</annotations>\n'
    )


def exported(folder: Path, text: str | None = None) -> Path:
    file = folder / "annotations.xml"
    file.write_text(xml() if text is None else text)
    return file


def pixels(ys: slice, xs: slice) -> Mask:
    array = np.zeros((8, 10), bool)
    array[ys, xs] = True
    return Mask.from_array(array)


def read_one(file: Path, **options: str) -> Sequence:
    (sequence,) = shelf.build("cvat", **options).read(file)
    return sequence


def test_an_export_is_read_as_cvat_reads_it(tmp_path: Path) -> None:
    sequence = read_one(exported(tmp_path))
    assert (sequence.name, sequence.height, sequence.width) == ("Straße & 1", 8, 10)
    assert sequence.frames == ("00000", "00001", "00002", "00003", "00004", "00005")
    assert [(i.object_id, i.name) for i in sequence.objects] == [(1, "car"), (2, "person"), (3, "person"), (4, "car")]
    assert sequence.objects[0].attributes == {"parked": True, "doors": 4}
    points = {2: Points([[1.5, 2.25], [3, 4]], [1, 1])}
    assert list(sequence) == [
        FrameLabels(0, segments={3: Segment(pixels(slice(1, 2), slice(3, 5)))}),
        FrameLabels(1, boxes={1: Box(1, 1, 2, 3)}),
        FrameLabels(2, boxes={1: Box(2, 1.5, 2.5, 3)}),
        FrameLabels(3, boxes={1: Box(3, 2, 3, 3)}, points=points),
        FrameLabels(4, segments={4: Segment(pixels(slice(1, 3), slice(1, 4)))}, points=points),
        FrameLabels(5, segments={4: Segment(pixels(slice(1, 3), slice(2, 5)))}, points=points),
    ]
    assert list(sequence) == list(sequence), "a sequence can be read again"


def test_frames_are_numbered_as_in_the_video(tmp_path: Path) -> None:
    meta = META.replace("<start_frame>0<", "<start_frame>10<").replace("<stop_frame>5<", "<stop_frame>20<")
    meta = meta.replace("<frame_filter>", "<frame_filter>step=5").replace("<size>6", "<size>3")
    box = '<box frame="15" keyframe="1" outside="0" xtl="1" ytl="1" xbr="2" ybr="2"/>'
    sequence = read_one(exported(tmp_path, xml(f'<track id="0" label="car">{box}</track>', meta)))
    assert sequence.frames == ("00010", "00015", "00020")
    assert [sorted(labels.boxes) for labels in sequence] == [[], [1], [1]]
    shelf.build("cvat").write(ListedDataset.of([sequence]), tmp_path / "again.xml")
    again = read_one(tmp_path / "again.xml")
    assert (again.frames, list(again)) == (sequence.frames, list(sequence))


def test_between_key_frames_what_cvat_moves_moves(tmp_path: Path) -> None:
    shapes = """
      <track id="0" label="car"><points frame="0" keyframe="1" outside="0" points="0,0"/>
        <points frame="2" keyframe="1" outside="1" points="4,2"/></track>
      <track id="1" label="car"><polygon frame="0" keyframe="1" outside="0" points="0,0;2,0;2,2;0,2"/>
        <polygon frame="2" keyframe="1" outside="0" points="4,0;6,0;6,2;4,2"/>
        <polygon frame="4" keyframe="1" outside="0" points="0,0;6,0;0,6"/></track>
      <track id="2" label="car"><points frame="0" keyframe="1" outside="0" points="0,0;1,1"/>
        <points frame="2" keyframe="1" outside="0" points="4,2;5,5"/></track>"""
    records = list(read_one(exported(tmp_path, xml(shapes))))
    assert records[1].points[1] == Points([[2, 1]], [1]), "one point moves"
    assert 1 not in records[2].points
    assert records[1].segments[2].mask == pixels(slice(0, 2), slice(2, 4)), "corners move"
    assert records[3].segments[2].mask == pixels(slice(0, 2), slice(4, 6)), "other corners wait"
    assert records[1].points[3] == records[0].points[3], "many points wait"


def test_a_project_is_a_dataset_of_its_tasks(tmp_path: Path) -> None:
    task = "<task><id>{}</id><name>{}</name><size>1</size></task>"
    tasks = task.format(7, "same") + task.format(9, "same")
    meta = f"<meta><project><id>1</id><name>p</name><tasks>{tasks}</tasks></project></meta>"
    box = '<box frame="0" keyframe="1" outside="0" xtl="1" ytl="1" xbr="2" ybr="2"/>'
    first, second = (f'<track id="{i}" label="car" task_id="{t}">{box}</track>' for i, t in ((0, 9), (1, 7)))
    dataset = shelf.build("cvat").read(exported(tmp_path, xml(first + second, meta)))
    assert [(s.name, s.height, len(s.frames), len(s.objects)) for s in dataset] == [
        ("same (7)", None, 1, 1),
        ("same (9)", None, 1, 1),
    ]
    with pytest.raises(FormatError, match="found a track of task '8', expected one of the tasks 7, 9"):
        shelf.build("cvat").read(exported(tmp_path, xml(first.replace('"9"', '"8"'), meta)))


def video(labels: list[FrameLabels], **changes: object) -> Sequence:
    values: dict = {
        "name": "a <b> & 'ü'\t",
        "height": 8,
        "width": 10,
        "frames": tuple(f"{k:05d}" for k in range(5)),
        "objects": (ObjectInfo(300, 'say "cat"'), ObjectInfo(7), ObjectInfo(2, "object")),
        "read_labels": lambda: labels,
    }
    return Sequence(**(values | changes))


LABELS = [
    FrameLabels(0),
    FrameLabels(1, boxes={7: Box(0.1, -0.2, 1 / 3, 7)}, segments={2: Segment(pixels(slice(0, 8), slice(0, 10)))}),
    FrameLabels(
        2,
        boxes={7: Box(1, 2, 3, 4), 2: Box(0, 0, 10, 8)},
        segments={2: Segment(pixels(slice(3, 4), slice(3, 4))), 300: Segment(pixels(slice(3, 5), slice(3, 9)))},
        points={300: Points([[0.1, 2], [3, 4]], [2, 0], [True, False])},
    ),
    FrameLabels(3, segments={300: Segment(Mask.empty(8, 10))}),
    FrameLabels(4, boxes={7: Box(1, 2, 3, 4)}, points={300: Points([[5, 5]], [1])}),
]


@pytest.mark.parametrize("names", [["one"], ["one", "two"], []])
def test_what_is_written_is_read_back_whole(tmp_path: Path, names: list[str]) -> None:
    cvat = shelf.build("cvat")
    dataset = ListedDataset.of([video(LABELS, name=name) for name in names])
    assert losses(dataset, cvat) == []
    cvat.write(dataset, tmp_path)
    again = list(cvat.read(tmp_path))
    assert [sequence.name for sequence in again] == names
    named = {(300, 'say "cat"'), (7, ""), (2, "object")}
    for sequence in again:
        assert list(sequence) == LABELS
        assert sequence.objects[0].object_id == 300
        assert {(info.object_id, info.name) for info in sequence.objects} == named
        assert (sequence.height, sequence.width, sequence.frames) == (8, 10, video([]).frames)


def test_what_is_written_is_what_cvat_imports(tmp_path: Path) -> None:
    shelf.build("cvat").write(ListedDataset.of([video(LABELS)]), tmp_path / "a.xml")
    root = ElementTree.parse(tmp_path / "a.xml").getroot()
    assert root.findtext("version") == "1.1"
    task = root.find("meta/task")
    assert task is not None
    assert task.findtext("name") == "a <b> & 'ü'\t"
    assert (task.findtext("size"), task.findtext("original_size/width")) == ("5", "10")
    labels = [label.findtext("name") for label in task.iter("label")]
    assert labels == ['say "cat"', "object"]
    for i, track in enumerate(root.iter("track")):
        assert (track.get("id"), track.get("label") in labels) == (str(i), True)
        shapes = list(track)
        assert len({shape.tag for shape in shapes}) == 1
        frames = [int(shape.attrib["frame"]) for shape in shapes]
        assert frames == sorted(set(frames))
        for shape in shapes:
            assert (shape.get("keyframe"), shape.get("occluded"), shape.get("z_order")) == ("1", "0", "0")
            assert [a.text for a in shape if a.get("name") == "object_id"]
        if shapes[0].tag == "mask":
            assert [shape.get("outside") for shape in shapes] in (["0"], ["0", "1"]), "CVAT drops all but the first"
    boxes = [box.attrib for box in root.iter("box") if box.get("frame") == "1"]
    assert [box["xbr"] for box in boxes] == ["0.4333333333333333"], "decimals add up exactly"


@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=2, max_size=2), st.floats(0, 1e6), st.data())
@settings(max_examples=40, deadline=None)
def test_boxes_survive_to_the_last_bit(tmp_path_factory, corner: list[float], side: float, data: st.DataObject) -> None:
    box = Box(*corner, side, data.draw(st.floats(0, 1e6)))
    file = tmp_path_factory.mktemp("cvat") / "a.xml"
    labels = [FrameLabels(0, boxes={1: box})]
    one = video(labels, frames=("00000",), objects=(ObjectInfo(1),), height=None, width=None)
    shelf.build("cvat").write(ListedDataset.of([one]), file)
    assert next(iter(read_one(file))).boxes == {1: box}


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_runs_of_masks_come_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    array = rng.random(rng.integers(1, 12, 2)) < rng.random()
    mask = Mask.from_array(array)
    element = ElementTree.fromstring(f"<mask {mask_to_given(mask)}/>")
    parts = [element.attrib[key] for key in ("left", "top", "width", "height", "rle")]
    assert mask_of(" ".join(parts), *array.shape) == mask


def test_attributes_go_where_annotators_see_them(tmp_path: Path) -> None:
    info = ObjectInfo(1, "car", {"colour": "red & blue", "parked": True, "doors": 4})
    labels = [FrameLabels(k, boxes={1: Box(1, 1, 2, 2)} if k < 2 else {}) for k in range(5)]
    source = ListedDataset.of([video(labels, objects=(info,))])
    shelf.build("cvat").write(source, tmp_path / "a.xml")
    sequence = read_one(tmp_path / "a.xml")
    assert sequence.objects[0].attributes == {"colour": "red & blue", "parked": True, "doors": "4"}
    for box in ElementTree.parse(tmp_path / "a.xml").iter("box"):
        assert {a.get("name") for a in box} == {"colour", "parked", "doors", "object_id"}, (
            "on every shape, as CVAT has it"
        )


def track(shape: str, label: str = ' label="car"') -> str:
    return xml(f'<track id="0"{label}>\n{shape}\n</track>')


BOX = '<box frame="0" keyframe="1" outside="0" xtl="1" ytl="1" xbr="2" ybr="2"/>'
RLE = '<mask frame="0" keyframe="1" rle="{}" left="{}" top="0" width="2" height="2"/>'
BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]>'
WRONG = [
    (xml().replace("<annotations>", f"{BOMB}<annotations>"), r"line 2: found a document type \(DTD\)"),
    (xml()[:-40], r"found broken XML \(no element found\)"),
    (xml().replace("</track>", "</trak>", 1), r"broken XML \(mismatched tag\)"),
    ("", "broken XML"),
    ("<a/>", r"line 1: found <a>, expected <annotations>"),
    (xml(meta=""), r"found a <track> of no task"),
    (xml("", ""), r"found no <meta>"),
    (xml('<image id="0" name="a.png" width="1" height="1"/>'), "CVAT for images"),
    (xml(meta=META.replace("<size>6", "<size>six")), r"meta size: found 'six', expected a whole number"),
    (xml(meta="<meta><other/></meta>"), r"meta: found <other>, expected <task>"),
    (track(BOX, ""), "a <track> without a label"),
    (track(BOX.replace('"0"', '"9"', 1)), r"line \d+: found frame '9', expected a frame of the task, 0 to 5 by 1"),
    (track(BOX.replace('frame="0"', 'frame="x"')), r"found frame 'x'"),
    (track(BOX.replace('xtl="1"', 'xtl="a"')), r"found xtl='a', expected a number"),
    (track(BOX.replace('xtl="1"', 'xtl="inf"')), r"found xtl='inf', expected a number"),
    (track(BOX.replace('xtl="1"', 'xtl="5"')), r"a box from \(5, 1\) to \(2, 2\)"),
    (track(BOX.replace('xtl="1"', "")), "a <box> without xtl"),
    (track(BOX.replace("<box", '<box rotation="30"')), "a rotated <box>"),
    (track('<polyline frame="0" points="1,1;2,2"/>'), r"found a <polyline>, expected a box.*unsupported='skip'"),
    (track(BOX + BOX), "frame 0 a second time"),
    (track(BOX + RLE.format("4", 0).replace('frame="0"', 'frame="1"')), "a shape of another kind"),
    (track(RLE.format("3", 0)), r"broken shape \(runs that do not fill a box of 2 x 2\)"),
    (track(RLE.format("a", 0)), "broken shape"),
    (track(RLE.format("99999999999999999999", 0)), "broken shape"),
    (track(RLE.format("4", 9)), r"a box of 2 x 2 at \(9, 0\) in a frame of 10 x 8"),
    (track('<polygon frame="0" points="1,1;2,2"/>'), "a polygon of 2 points"),
    (track('<points frame="0" points="1;2"/>'), "broken shape"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = exported(tmp_path, text)
    with pytest.raises(FormatError, match=message) as caught:
        list(read_one(file))
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_shapes_can_be_left_out(tmp_path: Path) -> None:
    line = '<polyline frame="0" points="1,1;2,2"/>'
    sequence = read_one(exported(tmp_path, track(line)), unsupported="skip")
    assert [labels.object_ids() for labels in sequence] == [frozenset()] * 6
    with pytest.raises(PointreelError, match="There are: refuse, skip"):
        shelf.build("cvat", unsupported="keep")


def test_a_mask_needs_the_size_of_its_frame(tmp_path: Path) -> None:
    sizeless = META.replace("<width>10</width>", "").replace("<height>8</height>", "")
    with pytest.raises(FormatError, match="a mask in a task without <original_size>"):
        list(read_one(exported(tmp_path, xml(meta=sizeless))))
    with pytest.raises(PointreelError, match="needs the size of frames"):
        shelf.build("cvat").write(ListedDataset.of([video(LABELS, height=None)]), tmp_path / "b.xml")
    assert not (tmp_path / "b.xml").exists()


def test_what_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    cvat = shelf.build("cvat")
    with pytest.raises(PointreelError, match=r"XML cannot hold the character '\\x00'"):
        cvat.write(ListedDataset.of([video(LABELS, name="a\0b")]), tmp_path / "a.xml")
    nothing = [FrameLabels(0, points={7: Points(np.empty((0, 2)), [])})]
    with pytest.raises(PointreelError, match="object 7, frame 00000: CVAT cannot hold an empty set of points"):
        cvat.write(ListedDataset.of([video(nothing)]), tmp_path / "a.xml")


def test_the_format_is_recognised_by_its_root(tmp_path: Path) -> None:
    cvat = shelf.build("cvat")
    assert cvat.recognises(exported(tmp_path))
    assert cvat.recognises(tmp_path)
    (tmp_path / "annotations.xml").write_text("<annotation><folder>VOC</folder></annotation>")
    assert not cvat.recognises(tmp_path)
    with pytest.raises(FormatError, match="found no XML file"):
        cvat.read(tmp_path / "nowhere")
