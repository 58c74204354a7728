"""A loss is named before anything is written: what, how often, where first."""

from pathlib import Path

import numpy as np
import pytest

from pointreel.core import (
    Box,
    Dataset,
    Feature,
    FrameLabels,
    ListedDataset,
    Mask,
    ObjectInfo,
    Points,
    Segment,
    Sequence,
    Trace,
    WouldLose,
)
from pointreel.formats import convert, losses


class Holding:
    """A format that holds what it is told to, and remembers what it was given."""

    def __init__(self, *held: Feature) -> None:
        self.holds = frozenset(held)
        self.written: list[str] = []

    def recognises(self, path: Path) -> bool:
        return False

    def read(self, path: Path) -> Dataset:
        raise OSError(path)

    def write(self, dataset: Dataset, path: Path) -> None:
        self.written += [sequence.name for sequence in dataset]


def square(left: int, score: float = 1.0) -> Segment:
    pixels = np.zeros((8, 8), bool)
    pixels[2:5, left : left + 3] = True
    return Segment(Mask.from_array(pixels), score)


def sequence(*records: FrameLabels, objects: tuple[ObjectInfo, ...] = (ObjectInfo(1),), **changes: object) -> Sequence:
    fields = {"name": "dog", "height": 8, "width": 8, "frames": ("00000", "00001")} | changes
    return Sequence(objects=objects, read_labels=lambda: records, **fields)


POINT = Points.on([(1, 1)])
both = {1: square(0)}, {1: square(1)}
SAYS = {
    Feature.MASKS: sequence(FrameLabels(0, both[0]), FrameLabels(1, both[1])),
    Feature.BOXES: sequence(FrameLabels(0, boxes={1: Box(1, 1, 2, 2)})),
    Feature.POINTS: sequence(FrameLabels(0, points={1: Points.on([(1, 1)])})),
    Feature.CANDIDATES: sequence(FrameLabels(0, points={1: Points([(1, 1)], [1], [True])})),
    Feature.UNDECIDED_POINTS: sequence(FrameLabels(0, points={1: Points([(1, 1)], [2])})),
    Feature.LATER_POINTS: sequence(FrameLabels(0, points={1: POINT}), FrameLabels(1, points={1: POINT})),
    Feature.UNEVEN_POINTS: sequence(
        FrameLabels(0, points={1: POINT, 2: POINT + POINT}), objects=(ObjectInfo(1), ObjectInfo(2))
    ),
    Feature.TRACES: sequence(FrameLabels(0, traces={1: Trace(np.ones((1, 2), np.float32), np.zeros(1))})),
    Feature.FRACTIONS: sequence(FrameLabels(0, points={1: Points.on([(1, 1.5)])})),
    Feature.OVERLAP: sequence(FrameLabels(0, {1: square(0), 2: square(2)}), objects=(ObjectInfo(1), ObjectInfo(2))),
    Feature.VOID: sequence(FrameLabels(0, both[0], void=square(5).mask)),
    Feature.SCORES: sequence(FrameLabels(0, {1: square(0, 0.5)})),
    Feature.NAMES: sequence(FrameLabels(0, both[0]), objects=(ObjectInfo(1, "dog"),)),
    Feature.ATTRIBUTES: sequence(FrameLabels(0, both[0]), attributes={"source": "x"}),
    Feature.IDS: sequence(FrameLabels(0, {3: square(0)}), objects=(ObjectInfo(3),)),
    Feature.LARGE_IDS: sequence(FrameLabels(0, {300: square(0)}), objects=(ObjectInfo(300),)),
    Feature.LATE_OBJECTS: sequence(FrameLabels(0), FrameLabels(1, both[1])),
    Feature.UNLABELLED_FRAMES: sequence(FrameLabels(1, both[1])),
    Feature.TRAILING_FRAMES: sequence(FrameLabels(0, both[0])),
    Feature.EMPTY_FRAMES: sequence(FrameLabels(0, both[0]), FrameLabels(1)),
    Feature.FRAME_NAMES: sequence(FrameLabels(0, both[0]), frames=("img_1", "img_2")),
    Feature.SIZES: sequence(FrameLabels(0, both[0])),
    Feature.UNKNOWN_SIZES: sequence(FrameLabels(0, points={1: Points.on([(1, 1)])}), height=None, width=None),
    Feature.UNLABELLED_OBJECTS: sequence(FrameLabels(0, both[0]), objects=(ObjectInfo(1), ObjectInfo(2))),
    Feature.EMPTY_SEQUENCES: sequence(objects=()),
}


@pytest.mark.parametrize("feature", Feature)
def test_every_feature_is_noticed(feature: Feature) -> None:
    all_but_one = Holding(*(other for other in Feature if other is not feature))
    dataset = ListedDataset.of([SAYS[feature]])
    assert [(loss.feature, loss.count) for loss in losses(dataset, all_but_one)] == [
        (feature, 1 + (feature is Feature.MASKS))
    ]
    assert losses(dataset, Holding(*Feature)) == []


def test_nothing_is_written_until_the_loss_is_allowed(tmp_path: Path) -> None:
    dataset, target = (
        ListedDataset.of([SAYS[Feature.OVERLAP]]),
        Holding(Feature.MASKS, Feature.SIZES, Feature.TRAILING_FRAMES),
    )
    with pytest.raises(WouldLose, match=r"overlapping objects \(1 place, first in 'dog', frame '00000'\)"):
        convert(dataset, target, tmp_path / "x")
    assert target.written == []
    assert [loss.feature for loss in convert(dataset, target, tmp_path / "x", allow_loss=True)] == [Feature.OVERLAP]
    assert target.written == ["dog"]


def test_touching_is_not_overlapping() -> None:
    touching = sequence(FrameLabels(0, {1: square(0), 2: square(3)}), objects=(ObjectInfo(1), ObjectInfo(2)))
    assert losses(ListedDataset.of([touching]), Holding(*(set(Feature) - {Feature.OVERLAP}))) == []
