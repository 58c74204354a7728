"""Masks become points as the paper makes PV-DAVIS and PV-YT."""

import doctest
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import pointreel.points
from pointreel.core import FrameLabels, Mask, ObjectInfo, Segment, Sequence
from pointreel.evaluate import point_statistics
from pointreel.points import frame_samplers, point_labels, reference_labels, samplers

HEIGHT, WIDTH = 120, 160


def frame_labels(frame, *, late_from=7, void=True):
    """Two objects that move; the second appears late; a strip of void."""
    first = np.zeros((HEIGHT, WIDTH), bool)
    first[10:80, 5 + frame : 75 + frame] = True
    masks = {1: first}
    if frame >= late_from:
        second = np.zeros_like(first)
        second[85:118, 20:150] = True
        masks[5] = second
    strip = np.zeros_like(first)
    strip[:8] = True
    segments = {object_id: Segment(Mask.from_array(mask)) for object_id, mask in masks.items()}
    return FrameLabels(frame, segments, void=Mask.from_array(strip) if void else None)


def sequence(name="two boxes", num_frames=30, read=None):
    return Sequence(
        name=name,
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(f"{k:05d}" for k in range(num_frames)),
        objects=(ObjectInfo(1, "box"), ObjectInfo(5, "late box")),
        read_labels=read or (lambda: (frame_labels(k) for k in range(num_frames))),
    )


def training(source, **options):
    settings = {
        "frames": frame_samplers.build("evenly"),
        "positives": samplers.build("random"),
        "negatives": samplers.build("background"),
    }
    return point_labels(source, **{**settings, **options})


def reference(source, **options):
    settings = {"positives": samplers.build("random"), "negatives": samplers.build("background")}
    return reference_labels(source, **{**settings, **options})


def positives(points):
    return points.xy[points.label == 1]


def negatives(points):
    return points.xy[points.label == 0]


def smallest_gap(xy):
    squared = ((xy[:, None] - xy[None]) ** 2).sum(-1)
    return squared[~np.eye(len(xy), dtype=bool)].min(initial=1e9)


def counts(labelled):
    """Annotated frames, positive points, negative points."""
    counted = point_statistics([labelled])
    return counted.annotations, counted.positive_points, counted.negative_points


def test_ten_even_frames_ten_points_per_object_ten_of_the_background():
    labelled = list(training(sequence()))
    assert [labels.frame for labels in labelled] == [0, 3, 6, 10, 13, 16, 19, 23, 26, 29]
    for labels in labelled:
        assert set(labels.points) == ({1} if labels.frame < 7 else {1, 5})
        assert not labels.segments
        for points in labels.points.values():
            assert len(positives(points)) == 10
            assert len(negatives(points)) == 10


def test_points_are_where_they_say_and_far_enough_apart():
    for labels in training(sequence()):
        truth = frame_labels(labels.frame)
        masks = {object_id: segment.mask.to_array() for object_id, segment in truth.segments.items()}
        union = np.logical_or.reduce([*masks.values(), truth.void.to_array()])
        for object_id, points in labels.points.items():
            x, y = positives(points).astype(int).T
            assert masks[object_id][y, x].all()
            x, y = negatives(points).astype(int).T
            assert not union[y, x].any()
            assert smallest_gap(positives(points)) >= 400
            assert smallest_gap(negatives(points)) >= 400


def test_objects_of_a_frame_share_its_background_points_which_count_once():
    source = sequence()
    for labels in training(source):
        assert len({negatives(points).tobytes() for points in labels.points.values()}) == 1
    assert counts(training(source)) == (10, 170, 100)


def test_each_object_has_negatives_of_its_own_on_demand():
    labelled = list(training(sequence(), negatives=samplers.build("around-box"), negatives_per="object"))
    both = labelled[-1].points
    assert negatives(both[1]).tolist() != negatives(both[5]).tolist()
    assert negatives(both[5])[:, 1].min() >= 85 - 17


def test_what_the_sequence_is_stays_as_it_was():
    source = sequence()
    result = training(source)
    assert replace(result, read_labels=source.read_labels) == source


def test_every_pass_gives_the_same_points_and_another_seed_others():
    result = training(sequence(), seed=4)
    assert list(result) == list(result)
    assert list(result) != list(training(sequence(), seed=5))


def test_points_depend_on_the_name_and_not_on_what_was_read_before():
    alone = {labels.frame: labels for labels in training(sequence(), frames=frame_samplers.build("every", step=13))}
    among = {labels.frame: labels for labels in training(sequence(), frames=frame_samplers.build("all"))}
    assert set(alone) == {0, 13, 26}
    assert all(among[frame] == labels for frame, labels in alone.items())
    other = list(training(sequence("another"), frames=frame_samplers.build("every", step=13)))
    assert other[0] != alone[0]


def test_positives_stay_when_negatives_are_left_out():
    with_negatives, without = list(training(sequence())), list(training(sequence(), negatives=None))
    for more, fewer in zip(with_negatives, without, strict=True):
        for object_id, points in fewer.points.items():
            assert (points.label == 1).all()
            assert points.xy.tolist() == positives(more.points[object_id]).tolist()


def test_frames_are_picked_among_those_that_are_labelled():
    every_fifth = sequence(num_frames=100, read=lambda: (frame_labels(k) for k in range(0, 100, 5)))
    frames = [labels.frame for labels in training(every_fifth, frames=frame_samplers.build("evenly", num_frames=3))]
    assert frames == [0, 50, 95]


def test_a_frame_without_objects_keeps_an_empty_record():
    def read():
        empty = {1: Segment(Mask.empty(HEIGHT, WIDTH))}
        return iter([FrameLabels(0, empty), FrameLabels(1), frame_labels(2)])

    labelled = list(training(sequence(num_frames=3, read=read)))
    assert labelled[:2] == [FrameLabels(0), FrameLabels(1)]
    assert set(labelled[2].points) == {1}


def test_overlapping_objects_keep_their_pixels_and_share_a_background_off_both():
    mask = np.zeros((60, 60), bool)
    mask[10:50, 10:50] = True
    segments = {1: Segment(Mask.from_array(mask)), 2: Segment(Mask.from_array(mask.T | mask))}
    source = replace(sequence(num_frames=1), read_labels=lambda: iter([FrameLabels(0, segments)]))
    (labels,) = training(source)
    for points in labels.points.values():
        x, y = points.xy.astype(int).T
        assert mask[y, x].tolist() == (points.label == 1).tolist()
        assert (points.label == 1).any()


def test_reference_frames_are_the_first_each_object_is_in():
    labelled = reference(sequence())
    assert [(labels.frame, set(labels.points)) for labels in labelled] == [(0, {1}), (7, {5})]
    assert counts(labelled) == (2, 20, 20)


def test_background_of_a_reference_frame_is_off_objects_seen_before():
    late = list(reference(sequence()))[1].points[5]
    x, y = negatives(late).astype(int).T
    assert not frame_labels(7).segments[1].mask.to_array()[y, x].any()


def test_reference_points_are_those_of_training_on_the_same_frame():
    everywhere = {labels.frame: labels for labels in training(sequence(), frames=frame_samplers.build("all"))}
    for labels in reference(sequence()):
        for object_id, points in labels.points.items():
            assert points == everywhere[labels.frame].points[object_id]


def test_samplers_that_look_at_the_picture_are_shown_the_frame():
    shown = []

    def picture(frame):
        shown.append(frame)
        return np.random.default_rng(frame).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)

    result = training(sequence(), positives=samplers.build("shi-tomasi"), picture=picture)
    assert all(len(points) == 20 for labels in result for points in labels.points.values())
    assert shown == [0, 3, 6, 10, 13, 16, 19, 23, 26, 29]


def test_a_sequence_is_read_one_frame_at_a_time():
    alive = []

    def read():
        for k in range(30):
            alive.append(k)
            yield frame_labels(k)

    passes = iter(training(sequence(read=read)))
    next(passes)
    assert alive == [*range(30), 0]
    next(passes)
    assert alive == [*range(30), 0, 1, 2, 3]


@pytest.mark.parametrize("name", ["unicode näme 狗", 'quote " and , comma'])
def test_any_name_is_a_name(name):
    assert list(training(sequence(name))) == list(training(sequence(name)))


@pytest.mark.parametrize("module", [pointreel.points, pointreel.points.from_masks, pointreel.points._pixels])
def test_the_examples_in_the_docs_hold(module):
    assert doctest.testmod(module).failed == 0


def test_real_masks_become_points_of_the_paper(shared):
    folders = sorted((shared / "data" / "davis2016").rglob("camel/00000.png"))
    if not folders:
        pytest.skip("the masks of DAVIS are not there")
    files = sorted(folders[0].parent.glob("*.png"))[:12]

    def read():
        for k, file in enumerate(files):
            mask = Mask.from_array(np.asarray(Image.open(file).convert("L")))
            yield FrameLabels(k, {1: Segment(mask)})

    assert counts(training(sequence(num_frames=12, read=read))) == (10, 100, 100)
