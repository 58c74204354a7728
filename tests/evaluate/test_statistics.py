"""Table 11, Fig. 9 and Fig. 10 of Point-VOS, counted by hand on a small dataset."""

import json
from pathlib import Path

import pytest

from pointreel.core import FrameLabels, ObjectInfo, Points, Sequence
from pointreel.evaluate import point_statistics, write_statistics


def sequence(name: str, *records: FrameLabels, ids: tuple[int, ...] = (1, 2)) -> Sequence:
    objects = tuple(ObjectInfo(object_id) for object_id in ids)
    frames = tuple(f"{k:05d}" for k in range(10))
    return Sequence(name=name, height=None, width=None, frames=frames, objects=objects, read_labels=lambda: records)


def row(y: int, number: int) -> list[tuple[int, int]]:
    return [(x, y) for x in range(number)]


SHARED = Points.off(row(9, 10))
SAMPLED = sequence(
    "sampled",
    FrameLabels(0, points={1: Points.on(row(0, 10)) + SHARED, 2: Points.on(row(1, 3)) + SHARED}),
    FrameLabels(4, points={1: Points.on(row(0, 10)) + SHARED, 2: SHARED}),
)
VERIFIED = sequence(
    "verified",
    FrameLabels(0, points={1: Points.on(row(0, 7)) + Points.off(row(1, 10)) + Points(row(2, 3), [2] * 3)}),
    FrameLabels(3, points={2: Points.off(row(1, 4))}),
    FrameLabels(5),
)


def test_table_11() -> None:
    counted = point_statistics([SAMPLED, VERIFIED])
    assert (counted.videos, counted.objects) == (2, 4)
    assert counted.annotations == 4, "frames with an annotated object: two of each video"
    assert counted.object_annotations == 6
    assert counted.positive_points == 10 + 3 + 10 + 7
    assert counted.negative_points == 10 + 10 + 10 + 4, "the background that all objects share counts once"
    assert counted.ambiguous_points == 3


def test_fig_9_counts_frames_with_a_positive_point() -> None:
    counted = point_statistics([SAMPLED, VERIFIED])
    assert counted.objects_by_num_frames == {0: 1, 1: 2, 2: 1}
    assert counted.videos_by_num_frames == {1: 1, 2: 1}


def test_fig_10_counts_objects_in_ranges_of_ten() -> None:
    counted = point_statistics([SAMPLED, VERIFIED])
    assert counted.objects_by_positive_range == {0: 3, 10: 0, 20: 1}
    assert counted.objects_by_negative_range == {0: 1, 10: 1, 20: 2}
    assert sum(counted.videos_by_positive_range.values()) == 2


def test_background_of_one_object_alone_counts_for_it() -> None:
    apart = sequence("a", FrameLabels(0, points={1: Points.off(row(1, 10)), 2: Points.off(row(2, 10))}))
    assert point_statistics([apart]).negative_points == 20


def test_an_empty_dataset_has_no_averages() -> None:
    counted = point_statistics([])
    assert (counted.videos, counted.points_per_object, counted.objects_by_positive_range) == (0, 0.0, {})


@pytest.mark.parametrize("sequences", [[SAMPLED, VERIFIED], []])
def test_the_page_is_one_file_with_the_numbers(tmp_path: Path, sequences: list[Sequence]) -> None:
    counted = point_statistics(sequences)
    page = write_statistics(counted, tmp_path / "out", title="a <b>")
    text = page.read_text(encoding="utf-8")
    assert "a &lt;b&gt;" in text
    assert f"<td>{counted.positive_points}</td>" in text
    assert text.count("<svg") == 2
    assert "src=" not in text
    assert json.loads((tmp_path / "out" / "statistics.json").read_text())["positive_points"] == counted.positive_points
    assert {file.name for file in page.parent.iterdir()} >= {"frames.svg", "frames.png", "points.svg", "points.png"}
