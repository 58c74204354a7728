"""SAM-PT: query points to follow through a video, one text file per video.

On disk, with the number of positive points first and one line per object::

    3
    0;282.5,241.25 336.25,240.0 357.5,276.25 531.25,242.5
    0;1116.25,428.75 1137.5,411.25 1165.0,412.5 1130.0,272.5

A line is the frame, counted from 0, and points as ``x,y``: the positive ones, then the negative ones. Every line has
the same number of points, and the first line says for all how many are positive. ``load_query_points`` in
``demo/demo.py`` of SysCV/sam-pt decides: white space is free, empty lines are passed over.

Lines are the objects 1, 2, 3, ... of a sequence that is named as the file, without ``query_points__``; a folder is a
dataset with one sequence per file. The file says neither the size nor the length of the video: the sequence ends with
the last frame that is named. Only the frames with queries are labelled.

Written are, of every object, the points on its first frame with any; points nobody could decide are left out. Objects
with different numbers of points are refused, or ``counts="fewest"`` cuts all to the smallest number of each kind.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ..core import (
    BACKGROUND,
    FOREGROUND,
    Dataset,
    Feature,
    Format,
    FormatError,
    FrameLabels,
    ListedDataset,
    ObjectInfo,
    PointreelError,
    Points,
    Sequence,
    inside,
    replacing,
    replacing_folder,
)
from ._paths import heads

HOLDS = frozenset(
    {
        Feature.POINTS,
        Feature.FRACTIONS,
        Feature.LATE_OBJECTS,
        Feature.UNLABELLED_FRAMES,
        Feature.UNKNOWN_SIZES,
    }
)
PREFIX = "query_points__"


@dataclass(frozen=True, kw_only=True)
class Config:
    """``counts``: what to do with objects that have different numbers of points, refuse or fewest."""

    counts: str = "refuse"

    def __post_init__(self) -> None:
        if self.counts not in ("refuse", "fewest"):
            raise PointreelError(f"sam-pt: counts={self.counts!r} does not exist. There are: refuse, fewest.")


@dataclass(frozen=True)
class Query:
    """One line: the points of one object on one frame, positive ones first."""

    frame: int
    points: Points


@dataclass(frozen=True)
class SamPt:
    """>>> build(Config()).read(Path("query_points__bees.txt"))        # doctest: +SKIP"""

    config: Config

    @property
    def holds(self) -> frozenset[Feature]:
        return HOLDS

    def recognises(self, path: Path) -> bool:
        return any(map(_looks_like_queries, heads(path, "*.txt", "*/*.txt")))

    def read(self, path: Path) -> Dataset:
        if path.is_dir():
            files = sorted(path.rglob("*.txt"))
            file_by_name = {_name(file.relative_to(path)): file for file in files}
            if len(file_by_name) < len(files):
                raise FormatError(path, "", found="two files for one video", expected="one file per video")
        else:
            file_by_name = {_name(Path(path.name)): path}
        return ListedDataset(tuple(file_by_name), lambda name: _open(name, file_by_name[name]))

    def write(self, dataset: Dataset, path: Path) -> None:
        if path.suffix == ".txt":
            if len(dataset) != 1:
                hint = "Name a folder instead."
                raise PointreelError(f"{path}: one file holds one video, and there are {len(dataset)}. {hint}")
            with replacing(path) as draft:
                draft.write_text(self._text_of(next(iter(dataset))))
            return
        with replacing_folder(path) as folder:
            for sequence in dataset:
                file = inside(folder, f"{sequence.name}.txt")
                file = file.with_name(PREFIX + file.name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(self._text_of(sequence))

    def _text_of(self, sequence: Sequence) -> str:
        queries = self._evened(sequence, list(_queries(sequence)))
        num_positive = int((queries[0].points.label == FOREGROUND).sum()) if queries else 0
        return "".join(line + "\n" for line in (str(num_positive), *map(_line, queries)))

    def _evened(self, sequence: Sequence, queries: list[Query]) -> list[Query]:
        """The same number of positive and of negative points for every object."""
        counts = [[int((query.points.label == label).sum()) for label in (FOREGROUND, BACKGROUND)] for query in queries]
        fewest = np.min(counts, axis=0).tolist() if counts else [0, 0]
        if all(count == fewest for count in counts):
            return queries
        if self.config.counts == "refuse":
            told = "; ".join(f"{positive} and {negative}" for positive, negative in counts[:6])
            problem = f"every object needs the same number of positive and of negative points, and there are {told}"
            raise PointreelError(f"{sequence.name}: {problem}. counts='fewest' keeps as many as all of them have.")
        return [Query(query.frame, _first(query.points, *fewest)) for query in queries]


def build(config: Config) -> Format:
    return SamPt(config)


def _looks_like_queries(head: bytes) -> bool:
    first, *rest = head.split(b"\n")
    second = next((line for line in rest if line.strip()), b"")
    return first.strip().isdigit() and second.partition(b";")[0].strip().isdigit() and b"," in second


def _name(file: Path) -> str:
    return file.with_name(file.stem.removeprefix(PREFIX) or file.stem).as_posix()


def _open(name: str, file: Path) -> Sequence:
    frames = [query.frame for query in _read(file)]
    return Sequence(
        name=name,
        height=None,
        width=None,
        frames=tuple(f"{k:05d}" for k in range(max(frames, default=-1) + 1)),
        objects=tuple(ObjectInfo(i) for i in range(1, len(frames) + 1)),
        read_labels=partial(_labels, file),
    )


def _labels(file: Path) -> Iterator[FrameLabels]:
    points: dict[int, dict[int, Points]] = {}
    for object_id, query in enumerate(_read(file), 1):
        points.setdefault(query.frame, {})[object_id] = query.points
    for frame in sorted(points):
        yield FrameLabels(frame, points=points[frame])


def _read(file: Path) -> Iterator[Query]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise FormatError(file, "", found="nothing", expected="a file", hint="Check the path.") from None
    except UnicodeDecodeError:
        raise FormatError(file, "", found="bytes that are not text", expected="query points") from None
    num_positive = _whole(file, 1, lines[0] if lines else "", "the number of positive points")
    num_points: int | None = None
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        frame, semicolon, text = line.partition(";")
        if not semicolon:
            raise FormatError(file, f"line {number}", found=repr(line[:40]), expected="'frame;x,y x,y ...'")
        xy = [_point(file, number, word) for word in text.split()]
        num_points = len(xy) if num_points is None else num_points
        if len(xy) != num_points or len(xy) < max(num_positive, 1):
            expected = f"{num_points} as before, {num_positive} of them positive"
            raise FormatError(file, f"line {number}", found=f"{len(xy)} points", expected=expected)
        points = Points.on(xy[:num_positive]) + Points.off(xy[num_positive:])
        yield Query(_whole(file, number, frame, "the number of a frame"), points)


def _whole(file: Path, number: int, text: str, expected: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise FormatError(file, f"line {number}", found=repr(text.strip()[:40]), expected=expected)
    return int(text)


def _point(file: Path, number: int, word: str) -> tuple[float, float]:
    try:
        x, y = map(float, word.split(","))
    except ValueError:
        x = y = math.nan
    if not math.isfinite(x + y):
        raise FormatError(file, f"line {number}", found=repr(word[:40]), expected="a point 'x,y'")
    return x, y


def _queries(sequence: Sequence) -> Iterator[Query]:
    """The first points of every object, in the order of the objects."""
    query_by_object: dict[int, Query] = {}
    for labels in sequence:
        for object_id, points in labels.points.items():
            decided = _first(points, len(points), len(points))
            if object_id not in query_by_object and len(decided):
                query_by_object[object_id] = Query(labels.frame, decided)
    for info in sequence.objects:
        if query := query_by_object.get(info.object_id):
            if not (query.points.label == FOREGROUND).any():
                where = f"{sequence.name}: object {info.object_id}, frame {query.frame}"
                raise PointreelError(f"{where}: there is no positive point to follow. Add one or leave the object out.")
            yield query


def _first(points: Points, num_positive: int, num_negative: int) -> Points:
    """The first points of both kinds, positive ones first; undecided points go."""
    positive = points.xy[points.label == FOREGROUND][:num_positive]
    negative = points.xy[points.label == BACKGROUND][:num_negative]
    return Points.on(positive) + Points.off(negative)


def _line(query: Query) -> str:
    """The shortest decimals that are read as the same positions."""
    return f"{query.frame};" + " ".join(f"{x},{y}" for x, y in query.points.xy.astype(str))
