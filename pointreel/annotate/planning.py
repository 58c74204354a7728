"""How many points on how many frames a budget buys, and how well the J of whole videos is known then.

A few objects whose truth is known are verified again and again: on more or fewer of their sampled frames, with more
or fewer candidates on each, in the paper's proportions. The error is that of the estimated J against the true J of the
masks on *all* frames that the truth labels, so that it tells what frames are worth, too: the bounds that ``estimates``
gives are those of the sampled frames.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from ..core import PointreelError
from ..store import Project, StoredObject
from .config import Config
from .estimates import Floats, quality
from .estimates_stop import estimated_j
from .likelihood import likelihood_of
from .simulated import Noise, Pace
from .simulated_objects import SimulatedObject, View
from .simulated_truth import Truth

NUM_FRAMES = (1, 2, 3, 5, 10)
SHARES = (0.25, 0.5, 1.0, 2.0)
"""Of the paper's candidates on each frame."""

_NUM_DRAWS, _FEWEST = 2000, 3


@dataclass(frozen=True, slots=True)
class Choice:
    """So many frames, with so many points on each, an object; what they take, and the mean error of J they leave.

    ``low`` and ``high`` bound that mean with 95 % confidence, from drawing objects again; they are None of fewer than
    three. ``width`` is the mean width of the 95 % intervals of J on the sampled frames.
    """

    num_frames: int
    foreground: int
    background: int
    ambiguous: int
    points: float
    seconds: float
    error: float
    low: float | None
    high: float | None
    width: float


@dataclass(frozen=True, slots=True)
class Plan:
    """All choices, the cheapest first, from so many objects."""

    choices: tuple[Choice, ...]
    num_objects: int

    def best(self, seconds: float) -> Choice | None:
        """The choice that knows J best within a budget for each object; None where even one frame is too much."""
        return min((one for one in self.choices if one.seconds <= seconds), key=lambda one: one.error, default=None)

    def worthwhile(self) -> Iterator[Choice]:
        """Choices that know more than all that cost no more."""
        least = np.inf
        for one in self.choices:
            if one.error < least:
                least = one.error
                yield one

    def to_json(self) -> dict[str, object]:
        return {"objects": self.num_objects, "choices": [asdict(one) for one in self.choices]}


def plan(
    project: Project,
    truth: Truth,
    *,
    noise: Noise | None = None,
    pace: Pace | None = None,
    config: Config | None = None,
    num_seeds: int = 3,
    watch: Callable[[int, int], None] = lambda _done, _total: None,
) -> Plan:
    """What points and frames would buy on the objects of a project, whose truth is known on all frames.

    Nothing is stored. ``watch`` hears how many of all simulations are done.
    """
    noise, config = noise or Noise(), config or Config()
    seconds_per_point = (pace or Pace()).mean
    things = [thing for thing in project.objects if project.maps(thing.key)]
    if not things:
        raise PointreelError(f"{project.name}: no object has maps that candidates came from. Run `pointreel propose`.")
    settings = [_scaled(config, share) for share in SHARES]
    outcomes: dict[tuple[int, int], list[tuple[int, float, float, float]]] = {}
    done, total = 0, len(things) * len(settings) * num_seeds
    for number, thing in enumerate(things):
        views, true_j = _views(project, truth, thing), _true_j(project, truth, thing)
        for k, setting in enumerate(settings):
            for seed in range(num_seeds):
                one = SimulatedObject.of(views, config=replace(setting, seed=seed), noise=noise, key=(number,))
                for rows in _subsets(len(views)):
                    outcomes.setdefault((len(rows), k), []).append((number, *_outcome(one.on(rows), true_j)))
                done += 1
                watch(done, total)
    choices = [
        _choice(num_frames, settings[k], found, seconds_per_point) for (num_frames, k), found in outcomes.items()
    ]
    return Plan(tuple(sorted(choices, key=lambda one: (one.seconds, one.error))), len(things))


def _scaled(config: Config, share: float) -> Config:
    """As many candidates of each kind as that share of all, and one at least."""
    names = ("num_foreground", "num_background", "num_ambiguous")
    return replace(config, **{name: max(1, round(getattr(config, name) * share)) for name in names})


def _views(project: Project, truth: Truth, thing: StoredObject) -> list[View]:
    """The object on its sampled frames, as the pipeline saw it."""
    video = project.video(thing.video)
    masks = {stored.frame: stored.segment.mask for stored in project.masks(thing.key)}
    sampled = {area.frame for area in project.strata(thing.key)}
    views = []
    for soft in project.maps(thing.key):
        true = truth.masks.get((thing.video, thing.object_id, soft.frame))
        if soft.frame in sampled and true is not None:
            likelihood = likelihood_of(soft.logits, video.height, video.width)
            mask = masks[soft.frame].to_array() if soft.frame in masks else likelihood > 0.5
            views.append(View(soft.frame, likelihood, mask, true.to_array()))
    if not views:
        raise PointreelError(
            f"{thing.video}: object {thing.object_id}: the truth labels none of its frames. Label some."
        )
    return views


def _true_j(project: Project, truth: Truth, thing: StoredObject) -> float:
    """Of all frames that have a mask and a truth, taken together."""
    both = either = 0
    for stored in project.masks(thing.key):
        true = truth.masks.get((thing.video, thing.object_id, stored.frame))
        if true is not None:
            both += (stored.segment.mask & true).area
            either += (stored.segment.mask | true).area
    return both / either if either else 1.0


def _subsets(num_views: int) -> list[list[int]]:
    """Evenly spaced rows, each in the middle of its part: one, some, and all."""
    wanted = sorted({min(num, num_views) for num in NUM_FRAMES})
    return [[int((k + 0.5) * num_views / num) for k in range(num)] for num in wanted]


def _outcome(one: SimulatedObject, true_j: float) -> tuple[float, float, float]:
    """Points, error and width."""
    counts = one.counts
    return (
        float(counts.sum()),
        abs(float(estimated_j(one.pixels, counts)) - true_j),
        quality(one.pixels, counts).j.width,
    )


def _choice(
    num_frames: int, config: Config, found: Sequence[tuple[int, float, float, float]], seconds_per_point: float
) -> Choice:
    numbers, points, errors, widths = (np.array(column) for column in zip(*found, strict=True))
    by_object = np.array([errors[numbers == number].mean() for number in np.unique(numbers)])
    low, high = _bounds(by_object)
    mean_points = float(points.mean())
    return Choice(
        num_frames=num_frames,
        foreground=config.num_foreground,
        background=config.num_background,
        ambiguous=config.num_ambiguous,
        points=mean_points,
        seconds=mean_points * seconds_per_point,
        error=float(errors.mean()),
        low=low,
        high=high,
        width=float(widths.mean()),
    )


def _bounds(by_object: Floats) -> tuple[float, float] | tuple[None, None]:
    if len(by_object) < _FEWEST:
        return None, None
    rng = np.random.default_rng(0)
    drawn = by_object[rng.integers(0, len(by_object), (_NUM_DRAWS, len(by_object)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    return low, high
