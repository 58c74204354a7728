"""What a format says it holds survives it, alone and through every other format that says it holds the same."""

import tempfile
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
)
from pointreel.formats import convert, losses, shelf

KINDS = (Feature.MASKS, Feature.BOXES, Feature.POINTS, Feature.TRACES)
HOLDS = {name: shelf.build(name).holds for name in shelf.names()}
NAMES = [name for name, holds in HOLDS.items() if holds & {*KINDS}]
QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)

words = st.text("abcdefgh ÄÖ日本é_-", min_size=1, max_size=8).map(str.strip).filter(bool)


def pairs() -> list[tuple[str, str]]:
    """Every ordered pair that has some kind of label in common, with sizes or without."""
    sizes = {Feature.SIZES, Feature.UNKNOWN_SIZES}
    common = {(a, b): HOLDS[a] & HOLDS[b] for a, b in permutations(NAMES, 2)}
    return [pair for pair, holds in common.items() if holds & {*KINDS} and holds & sizes]


@st.composite
def datasets(draw: st.DrawFn, holds: frozenset[Feature]) -> Dataset:
    """A dataset that says nothing but what ``holds`` allows, and is likely to say all of that."""
    kind = draw(st.sampled_from([kind for kind in KINDS if kind in holds]))
    names = draw(st.lists(words, min_size=1, max_size=3, unique_by=str.casefold))
    return ListedDataset.of([draw(sequences(name, kind, holds)) for name in names])


@st.composite
def sequences(draw: st.DrawFn, name: str, kind: Feature, holds: frozenset[Feature]) -> Sequence:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    num_frames, num_objects = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    height, width = (int(side) for side in rng.integers(6, 20, 2))
    ids = np.arange(1, num_objects + 1)
    if Feature.IDS in holds:
        ids = np.sort(rng.choice(400 if Feature.LARGE_IDS in holds else 254, num_objects, replace=False) + 1)
    records = list(_records(rng, kind, holds, num_frames, ids.tolist(), height, width))
    if Feature.TRAILING_FRAMES not in holds:
        num_frames = records[-1].frame + 1
    seen = sorted({object_id for labels in records for object_id in labels.object_ids()})
    if Feature.IDS not in holds:
        renumbered = {old: new for new, old in enumerate(seen, 1)}
        records = [_renumber(labels, renumbered) for labels in records]
        seen = list(renumbered.values())
    if Feature.UNLABELLED_OBJECTS in holds and rng.random() < 0.3:
        seen.append(max(seen, default=0) + 1)
    infos = [ObjectInfo(i, *draw(_called(holds))) for i in seen]
    sized = Feature.SIZES in holds and (Feature.UNKNOWN_SIZES not in holds or kind in (Feature.MASKS, Feature.TRACES))
    return Sequence(
        name=name,
        height=height if sized else None,
        width=width if sized else None,
        frames=_frame_names(rng, num_frames, holds),
        objects=tuple(infos),
        read_labels=lambda: iter(records),
    )


def _called(holds: frozenset[Feature]) -> st.SearchStrategy[tuple[str, dict[str, object]]]:
    values = words | st.integers(-5, 5) | st.booleans() | st.sampled_from([0.5, None])
    attributes = st.dictionaries(st.sampled_from(["note", "größe", "seen by"]), values, max_size=2)
    return st.tuples(
        words if Feature.NAMES in holds else st.just(""),
        attributes if Feature.ATTRIBUTES in holds else st.just({}),
    )


def _frame_names(rng: np.random.Generator, num_frames: int, holds: frozenset[Feature]) -> tuple[str, ...]:
    if Feature.FRAME_NAMES in holds:
        numbers = np.sort(rng.choice(100, num_frames, replace=False))
        return tuple(f"{number:06d}" for number in numbers)
    return tuple(f"{k:05d}" for k in range(num_frames))


def _records(
    rng: np.random.Generator,
    kind: Feature,
    holds: frozenset[Feature],
    num_frames: int,
    ids: list[int],
    height: int,
    width: int,
) -> Iterator[FrameLabels]:
    pointed: set[int] = set()
    for frame in range(num_frames):
        if Feature.UNLABELLED_FRAMES in holds and frame and rng.random() < 0.3:
            continue
        present = [i for i in ids if rng.random() < 0.6]
        if frame == 0 and Feature.LATE_OBJECTS not in holds:
            present = ids
        if not present and Feature.EMPTY_FRAMES not in holds:
            present = ids[:1]
        if kind is Feature.POINTS and Feature.LATER_POINTS not in holds:
            present = [i for i in present if i not in pointed]
            pointed |= {*present}
            if not present:
                continue
        yield _labels(rng, kind, holds, frame, present, height, width)


def _labels(
    rng: np.random.Generator,
    kind: Feature,
    holds: frozenset[Feature],
    frame: int,
    present: list[int],
    height: int,
    width: int,
) -> FrameLabels:
    if kind is Feature.MASKS:
        segments, void = _masks(rng, holds, present, height, width)
        return FrameLabels(frame, segments=segments, void=void)
    if kind is Feature.BOXES:
        return FrameLabels(frame, boxes={i: _box(rng, holds, height, width) for i in present})
    if kind is Feature.POINTS:
        return FrameLabels(frame, points={i: _points(rng, holds, height, width) for i in present})
    return FrameLabels(frame, traces={i: _trace(rng, height, width) for i in present})


def _masks(
    rng: np.random.Generator, holds: frozenset[Feature], present: list[int], height: int, width: int
) -> tuple[dict[int, Segment], Mask | None]:
    owner = rng.integers(-2, len(present), (height, width))
    owner.ravel()[: len(present)] = np.arange(len(present))
    void = Mask.from_array(owner == -2) if Feature.VOID in holds and rng.random() < 0.5 else None
    segments = {}
    for k, object_id in enumerate(present):
        pixels = owner == k
        if Feature.OVERLAP in holds:
            pixels = pixels | ((rng.random((height, width)) < 0.2) & (owner != -2))
        score = int(rng.integers(0, 65)) / 64 if Feature.SCORES in holds else 1.0
        segments[object_id] = Segment(Mask.from_array(pixels), score)
    return segments, void


def _box(rng: np.random.Generator, holds: frozenset[Feature], height: int, width: int) -> Box:
    left, top = rng.integers(0, width - 2), rng.integers(0, height - 2)
    box = np.array([left, top, rng.integers(1, width - left + 1), rng.integers(1, height - top + 1)], float)
    if Feature.FRACTIONS in holds:
        box[2:] -= 0.5
    return Box(*box.tolist())


def _points(rng: np.random.Generator, holds: frozenset[Feature], height: int, width: int) -> Points:
    uneven = Feature.UNEVEN_POINTS in holds
    num_on, num_off = rng.integers(0, 4, 2).tolist() if uneven else (1 + height % 2, width % 3)
    number = max(num_on + num_off, 1)
    flat = rng.choice(height * width, number, replace=False)
    xy = np.stack([flat % width, flat // width], 1).astype(np.float32)
    if Feature.FRACTIONS in holds:
        xy = np.minimum(xy + 0.25, (width - 1, height - 1))
    label = np.arange(number) < max(num_on, 1)
    if uneven:
        label = rng.integers(0, 3 if Feature.UNDECIDED_POINTS in holds else 2, number)
    return Points(xy, label, rng.random(number) < 0.5 if Feature.CANDIDATES in holds else None)


def _trace(rng: np.random.Generator, height: int, width: int) -> Trace:
    number = int(rng.integers(1, 6))
    xy = (rng.random((number, 2)) * (width, height)).astype(np.float32)
    return Trace(xy, np.cumsum(rng.integers(1, 100, number)) / 1000)


def _renumber(labels: FrameLabels, new_by_old: dict[int, int]) -> FrameLabels:
    def renumbered(by_object: dict) -> dict:
        return {new_by_old[old]: value for old, value in by_object.items()}

    kinds = (labels.segments, labels.boxes, labels.points, labels.traces)
    return FrameLabels(labels.frame, *map(renumbered, kinds), labels.void)


def said(dataset: Dataset) -> dict[str, dict[str, object]]:
    """Everything a dataset says, as plain values that can be compared."""
    return {sequence.name: _said(sequence) for sequence in dataset}


def _said(sequence: Sequence) -> dict[str, object]:
    records = list(sequence)
    assert [labels.frame for labels in records] == sorted({labels.frame for labels in records})
    return {
        "size": (sequence.height, sequence.width),
        "frames": sequence.frames,
        "objects": {info.object_id: (info.name, dict(info.attributes)) for info in sequence.objects},
        "labels": {
            labels.frame: (
                dict(labels.segments),
                dict(labels.boxes),
                dict(labels.points),
                dict(labels.traces),
                labels.void if labels.void else None,
            )
            for labels in records
        },
    }


@pytest.mark.parametrize("name", [name for name in NAMES if HOLDS[name] & {*KINDS}])
def test_what_a_format_holds_survives_it(name: str) -> None:
    layout = shelf.build(name)

    @given(datasets(layout.holds))
    @settings(QUICK, max_examples=15)
    def check(dataset: Dataset) -> None:
        assert losses(dataset, layout) == []
        with tempfile.TemporaryDirectory() as folder:
            layout.write(dataset, Path(folder) / "a")
            assert said(layout.read(Path(folder) / "a")) == said(dataset)

    check()


@pytest.mark.parametrize(("a", "b"), pairs())
def test_there_and_back(a: str, b: str) -> None:
    there, back = shelf.build(b), shelf.build(a)

    @given(datasets(HOLDS[a] & HOLDS[b]))
    @settings(QUICK, max_examples=2)
    def check(dataset: Dataset) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first, second, third = (Path(folder) / step for step in "123")
            convert(dataset, back, first)
            assert convert(back.read(first), there, second) == []
            assert convert(there.read(second), back, third) == []
            assert said(back.read(third)) == said(dataset)

    check()
