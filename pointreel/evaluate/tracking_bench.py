"""How well an engine tracks: from a mask, from a few points, and with a person who corrects it.

>>> reports = bench(                                                             # doctest: +SKIP
...     partial(propagators.build, "small"), Path("DAVIS"), [Start("mask"), Start("points", 10), Start("clicks")])
>>> reports["mask"].overall["J&F"]                                               # doctest: +SKIP
0.74

Figures of each start, global and per sequence:

- ``J&F``, ``J_mean``, ``F_mean``: official, as ``pointreel score davis`` computes them. The mean over seeds of each
  object, then over objects. The first and the last frame are not scored.
- ``first_frame_J``: J of the first frame, which says how well a prompt becomes a mask.
- ``frames_per_second``: frames over the time by the clock that decoding, the engine and writing PNGs took together. It
  is of one process: measure it with one worker, as several share the processors.
- ``clicks_to_0.80``: clicks until the mean J of the sequence is 0.80, the first one on each object counted. Where it is
  not reached the maximum is counted, and a warning names the sequence. It is no number where nobody clicks.

Each global figure has 95 % bounds from drawing the sequences again.
"""

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core import PointreelError
from ..core.protocols import Propagator
from ._workers import run_tasks
from .bootstrap import bounds, draws
from .report import Progress, Report, silent
from .tracking_bench_clips import Clip, clips_at
from .tracking_bench_runs import Run, RunTask, Start, make_run

__all__ = ["TARGET", "Start", "bench"]

TARGET = 0.8
_OBJECT_FIGURES = ("J&F", "J_mean", "F_mean", "first_frame_J")
_SPEED, _CLICKS = "frames_per_second", "clicks_to_0.80"

Parts = dict[str, tuple[float, float]]
"""Figures of one sequence as sum and number, so that the figure of many is all sums over all numbers."""


def bench(
    build: Callable[[], Propagator],
    data: Path,
    starts: Sequence[Start],
    *,
    num_seeds: int = 5,
    max_clicks: int = 20,
    split: str | None = None,
    sequences: Sequence[str] = (),
    folder: Path | None = None,
    num_workers: int = 1,
    progress: Progress = silent,
) -> dict[str, Report]:
    """The report of each start, by its name. ``build`` makes the engine, in each process anew.

    ``num_seeds`` runs are made where points are random, one where nothing is. ``folder`` keeps all masks.
    """
    if num_seeds < 1 or max_clicks < 1:
        raise PointreelError(f"found {num_seeds} seeds and {max_clicks} clicks, expected at least 1 of each.")
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise PointreelError(f"{folder}: exists and is not an empty folder. Choose another place or remove it first.")
    clips = clips_at(data, split=split, only=sequences)
    tasks = [
        RunTask(
            build=build,
            clip=clip,
            start=start,
            seed=seed,
            target=TARGET,
            max_clicks=max_clicks,
            folder=folder,
            num_threads=max(1, (os.cpu_count() or 1) // num_workers) if num_workers > 1 else None,
        )
        for start in dict.fromkeys(starts)
        for clip in clips
        for seed in range(num_seeds if start.is_random else 1)
    ]
    runs = run_tasks(make_run, tasks, num_workers=num_workers, progress=progress, what="tracking", fresh=True)
    made = list(zip(tasks, runs, strict=True))
    return {
        str(start): _report(clips, [(task, run) for task, run in made if task.start == start], max_clicks)
        for start in dict.fromkeys(starts)
    }


def _report(clips: Sequence[Clip], made: Sequence[tuple[RunTask, Run]], max_clicks: int) -> Report:
    runs = {clip.name: [run for task, run in made if task.clip.name == clip.name] for clip in clips}
    parts = {name: _parts(of_one) for name, of_one in runs.items()}
    return Report(
        overall=_figures(parts.values()),
        per_sequence={name: _figures([of_one]) for name, of_one in parts.items()},
        intervals=_intervals(list(parts.values())),
        warnings=tuple(_unreached(made, max_clicks)),
    )


def _parts(runs: Sequence[Run]) -> Parts:
    """Objects count once, as the mean of their seeds; clicks count by sequence; speed is frames over seconds."""
    j, f, first = (np.mean([getattr(run.scores, name) for run in runs], axis=0) for name in ("j", "f", "first_frame_j"))
    objects: dict[str, NDArray[np.float64]] = dict(zip(_OBJECT_FIGURES, ((j + f) / 2, j, f, first), strict=True))
    clicks = [run.clicks for run in runs if run.clicks is not None]
    return {
        **{name: (float(values.sum()), float(len(values))) for name, values in objects.items()},
        _SPEED: (float(sum(run.num_frames for run in runs)), sum(run.seconds for run in runs)),
        _CLICKS: (float(np.mean(clicks)), 1.0) if clicks else (math.nan, 1.0),
    }


def _figures(parts: Iterable[Parts]) -> dict[str, float]:
    rows = list(parts)
    return {name: sum(row[name][0] for row in rows) / sum(row[name][1] for row in rows) for name in rows[0]}


def _intervals(parts: Sequence[Parts]) -> dict[str, tuple[float, float]]:
    """Bounds of every figure, drawing sequences again with replacement."""
    names = [name for name in parts[0] if not math.isnan(parts[0][name][0])]
    sums, numbers = (np.array([[row[name][k] for name in names] for row in parts]) for k in (0, 1))
    drawn = np.concatenate([(weights @ sums) / (weights @ numbers) for weights in draws(len(parts))])
    return {name: bounds(drawn[:, k]) for k, name in enumerate(names)}


def _unreached(made: Sequence[tuple[RunTask, Run]], max_clicks: int) -> Iterable[str]:
    seeds: Mapping[str, list[str]] = {task.clip.name: [] for task, _ in made}
    for task, run in made:
        if not run.reached:
            seeds[task.clip.name].append(str(task.seed))
    names = ", ".join(f"{name} (seed {', '.join(missed)})" for name, missed in seeds.items() if missed)
    if names:
        yield f"J {TARGET:.2f} is not reached within {max_clicks} clicks, which are counted for: {names}."
