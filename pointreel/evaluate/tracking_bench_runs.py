"""One run: an engine on one sequence, from one kind of start, with one seed.

A run does what a user waits for: it decodes every picture, steps the engine, and writes a PNG per frame; that is what
is timed. Scores come afterwards.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from ..core import (
    FrameLabels,
    FrameMasks,
    ListedDataset,
    Mask,
    PointreelError,
    Points,
    Prompt,
    PromptKind,
    Segment,
    inside,
)
from ..core.protocols import Propagator
from ..formats import shelf as formats
from ..points import reference_labels, samplers
from ..systems import Tracking
from ..video import Video
from .tracking_bench_clicks import correct
from .tracking_bench_clips import Clip, ObjectScores, flattened, score_clip

_CLICKS, _POINTS = "clicks", "points"
_KINDS: Mapping[str, PromptKind] = {"mask": "mask", "box": "box", _POINTS: "points", _CLICKS: "points"}


@dataclass(frozen=True, slots=True)
class Start:
    """What an engine is given on the first frame: ``mask``, ``box``, ``points:N``, or ``clicks`` (1 and corrections).

    >>> Start.parse("points:10")
    Start(kind='points', num_points=10)
    """

    kind: str
    num_points: int = 1

    @classmethod
    def parse(cls, text: str) -> "Start":
        kind, colon, number = text.partition(":")
        wanted = number if colon else "1"
        plain = bool(colon) == (kind == _POINTS) and wanted.isascii() and wanted.isdigit() and int(wanted) > 0
        if kind not in _KINDS or not plain:
            raise PointreelError(
                f"There is no start {text!r}. There are: mask, box, points:N with N from 1 up, clicks."
            )
        return cls(kind, int(wanted))

    def __str__(self) -> str:
        return f"{self.kind}:{self.num_points}" if self.kind == _POINTS else self.kind

    @property
    def is_random(self) -> bool:
        """Whether the seed makes a difference."""
        return self.prompt_kind == "points"

    @property
    def prompt_kind(self) -> PromptKind:
        return _KINDS[self.kind]

    def prompts(self, clip: Clip, seed: int) -> list[Prompt]:
        """One prompt on the first frame for each object that is on it."""
        if self.is_random:
            points = first_points(clip, self.num_points, seed).items()
            return [Prompt(object_id=i, frame=0, points=of_object) for i, of_object in points]
        masks = {i: segment.mask for i, segment in sorted(clip.truth[0].segments.items()) if segment.mask}
        if self.kind == "box":
            return [Prompt(object_id=i, frame=0, box=mask.box) for i, mask in masks.items()]
        return [Prompt(object_id=i, frame=0, mask=mask) for i, mask in masks.items()]


@dataclass(frozen=True, kw_only=True)
class RunTask:
    """One run to make. ``folder`` keeps the masks, as ``<folder>/<start>/<seed>`` in the layout of DAVIS."""

    build: Callable[[], Propagator]
    clip: Clip
    start: Start
    seed: int
    target: float = 0.8
    max_clicks: int = 20
    folder: Path | None = None
    num_threads: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it. ``clicks`` is None where nobody clicked; ``reached`` says whether the target was."""

    scores: ObjectScores
    num_frames: int
    seconds: float
    clicks: int | None = None
    reached: bool = True


def first_points(clip: Clip, num_points: int, seed: int) -> dict[int, Points]:
    """Random points on each object of the first frame, at least 20 pixels apart where so many fit."""
    sampler = samplers.build("random")
    known = replace(clip.sequence, read_labels=lambda: [clip.truth[0]])
    (labels,) = reference_labels(known, positives=sampler, num_positives=num_points, seed=seed)
    return dict(sorted(labels.points.items()))


def make_run(task: RunTask) -> Run:
    """Track, write, and score one sequence."""
    engine = task.build()
    _share_processors(task.num_threads)
    _require_kind(engine, task.start)
    with task.clip.open() as pictures, _folder(task) as folder:
        if task.start.kind == _CLICKS:
            return _corrected_run(task, engine, pictures, Path(folder))
        masks: dict[int, FrameMasks] = {}
        begin = time.perf_counter()
        _write(task.clip, _remembered(_tracked(task, engine, pictures), masks), Path(folder))
        seconds = time.perf_counter() - begin
    return Run(score_clip(task.clip, masks), task.clip.num_frames, seconds)


def _corrected_run(task: RunTask, engine: Propagator, pictures: Video, folder: Path) -> Run:
    prompts = task.start.prompts(task.clip, task.seed)
    with Tracking.start(pictures, prompts, engine) as tracking:
        state, reached = correct(task.clip, tracking, target=task.target, max_clicks=task.max_clicks)
        masks = {frame: tracking[frame] for frame in range(len(tracking))}
        begin = time.perf_counter()
        _write(task.clip, list(masks.values()), folder)
        seconds = tracking.seconds + time.perf_counter() - begin
    clicks = state.num_clicks if reached else max(task.max_clicks, state.num_clicks)
    return Run(score_clip(task.clip, masks), state.num_frames, seconds, clicks, reached)


def _tracked(task: RunTask, engine: Propagator, pictures: Video) -> Iterator[FrameMasks]:
    prompts = task.start.prompts(task.clip, task.seed)
    with engine.open(pictures.info) as session:
        for frame in pictures.read(range(task.clip.num_frames)):
            yield from session.push(frame, prompts if frame.index == 0 else ())
        yield from session.finish()


def _remembered(records: Iterable[FrameMasks], by_frame: dict[int, FrameMasks]) -> Iterator[FrameMasks]:
    for masks in records:
        by_frame[masks.frame] = masks
        yield masks


def _write(clip: Clip, records: Iterable[FrameMasks], folder: Path) -> None:
    """A PNG per frame as the frames come, in the layout of DAVIS."""

    def labels() -> Iterator[FrameLabels]:
        return (FrameLabels(masks.frame, _apart(masks, clip.size)) for masks in records)

    height, width = clip.size
    tracked = replace(clip.sequence, height=height, width=width, read_labels=labels)
    formats.build("davis").write(ListedDataset.of([tracked]), folder)


def _apart(masks: FrameMasks, size: tuple[int, int]) -> dict[int, Segment]:
    """The objects without overlap, as they are scored."""
    if len(masks.segments) < 2:
        return dict(masks.segments)
    labels = flattened(masks, size)
    return {i: Segment(Mask.from_array(labels == i), segment.score) for i, segment in sorted(masks.segments.items())}


def _folder(task: RunTask) -> "TemporaryDirectory[str] | nullcontext[str]":
    if task.folder is None:
        return TemporaryDirectory(prefix="pointreel-bench-")
    start = str(task.start).replace(":", "-")
    return nullcontext(str(inside(task.folder, f"{start}/seed-{task.seed}/{task.clip.name}")))


def _require_kind(engine: Propagator, start: Start) -> None:
    if start.prompt_kind not in engine.accepts:
        able = ", ".join(sorted(engine.accepts)) or "nothing"
        raise PointreelError(f"This engine takes no {start.prompt_kind}, as the start {start} gives. It takes: {able}.")


def _share_processors(num_threads: int | None) -> None:
    """Where several processes work, each takes its part of the processors, or they keep waiting for each other."""
    if num_threads is None:
        return
    cv2.setNumThreads(num_threads)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(num_threads)
