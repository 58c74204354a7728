"""Annotators that look the truth up: as fast as those of Point-VOS, and wrong or unsure where people are, at borders.

The pace is that of the paper, 0.95 s a point in the mean, with a log-normal spread, which the paper does not give.
Errors are as many as ``Noise`` says at the very border of the object, and fade with the distance from it. The paper
gives how often annotators were unsure, 1.0 % of the points of PV-Oops and 1.4 % of PV-Kinetics, and not how often they
were wrong.

An annotator sits at a ``Desk``: a project, or a client of a server, or whatever has these two methods.

>>> desk = ProjectDesk(project, "simulated-1")                                     # doctest: +SKIP
>>> work = SimulatedAnnotator(Truth.of(dataset, project), seed=1).work(desk)       # doctest: +SKIP
>>> sum(done.seconds for done in work)                                             # doctest: +SKIP
139.8
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, PointreelError
from ..store import Order, Project, Task
from .simulated_truth import Truth


class Asked(Protocol):
    """What an annotator is shown. A ``store.Task`` is one."""

    @property
    def point(self) -> int: ...
    @property
    def video(self) -> str: ...
    @property
    def object_id(self) -> int: ...
    @property
    def frame(self) -> int: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...


class Desk(Protocol):
    """Where an annotator is asked, and answers."""

    def next_point(self) -> Asked | None: ...
    def answer(self, point: int, verdict: int, seconds: float) -> object: ...


@dataclass(frozen=True, slots=True)
class ProjectDesk:
    """One annotator's place at a project that is at hand."""

    project: Project
    annotator: str
    order: Order = "paper"
    object_key: int | None = None

    def next_point(self) -> Task | None:
        return self.project.next_point(self.annotator, self.order, object_key=self.object_key)

    def answer(self, point: int, verdict: int, seconds: float) -> int:
        return self.project.answer(point, verdict, seconds, annotator=self.annotator)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """How often verdicts at the very border of an object are wrong, and how often unsure.

    Both fade by a factor of e within ``reach`` pixels. ``slips`` are wrong anywhere: the wrong key.
    """

    wrong: float = 0.1
    unsure: float = 0.15
    slips: float = 0.002
    reach: float = 4.0

    def __post_init__(self) -> None:
        rates = {name: getattr(self, name) for name in ("wrong", "unsure", "slips")}
        for name, value in rates.items():
            if not 0 <= value <= 1:
                raise PointreelError(f"The noise {name!r} is {value}, expected a share between 0 and 1.")
        if sum(rates.values()) > 1 or not self.reach > 0:
            raise PointreelError(
                f"The noise is {rates} within {self.reach} pixels, expected 1 at most, and some reach."
            )

    def verdict(self, truth: int, distance: float, rng: np.random.Generator) -> int:
        """What is said of a point that far from a border."""
        near = math.exp(-distance / self.reach)
        wrong, drawn = min(self.slips + self.wrong * near, 1.0), rng.random()
        if drawn < wrong:
            return BACKGROUND if truth == FOREGROUND else FOREGROUND
        return AMBIGUOUS if drawn < wrong + self.unsure * near else truth


PERFECT = Noise(wrong=0, unsure=0, slips=0)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds a verdict takes: the mean, and the spread of its logarithm."""

    mean: float = 0.95
    spread: float = 0.4

    def __post_init__(self) -> None:
        if not self.mean > 0 or not self.spread >= 0:
            raise PointreelError(f"found a pace of {self.mean} s with a spread of {self.spread}, expected more than 0.")

    def draw(self, rng: np.random.Generator) -> float:
        return float(self.mean * np.exp(self.spread * rng.standard_normal() - self.spread**2 / 2))


@dataclass(frozen=True, slots=True)
class Done:
    """A verdict that was given, and how long it took."""

    point: int
    verdict: int
    truth: int
    seconds: float


@dataclass
class SimulatedAnnotator:
    """Answers from the truth. The same seed and the same points give the same verdicts and the same seconds."""

    truth: Truth
    noise: Noise = field(default_factory=Noise)
    pace: Pace = field(default_factory=Pace)
    seed: int = 0

    def work(self, desk: Desk) -> Iterator[Done]:
        """Answer until nothing is left to be asked."""
        while (done := self.answer_one(desk)) is not None:
            yield done

    def answer_one(self, desk: Desk) -> Done | None:
        """Look at the next point and answer; None when there is none."""
        asked = desk.next_point()
        if asked is None:
            return None
        done = self.judge(asked)
        desk.answer(done.point, done.verdict, done.seconds)
        return done

    def judge(self, asked: Asked) -> Done:
        """What this annotator says of a point. A point keeps its generator, so that orders can be compared."""
        rng = np.random.default_rng([self.seed, asked.point])
        truth, distance = self.truth.at(asked.video, asked.object_id, asked.frame, asked.x, asked.y)
        verdict = self.noise.verdict(truth, distance, rng)
        return Done(asked.point, verdict, truth, self.pace.draw(rng))
