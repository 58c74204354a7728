"""A project verified by simulated annotators, from the first point to the last, or until asking on decides nothing."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..core import AMBIGUOUS, Mask, PointreelError
from ..store import Order, Project
from .estimates_of_objects import ObjectQuality, object_quality
from .estimates_stop import Stop
from .mistakes import Mistakes
from .ordering import refresh_all_gains, refresh_gains
from .simulated import Done, Noise, Pace, ProjectDesk, SimulatedAnnotator
from .simulated_truth import Truth

PREFIX = "simulated-"
_LOOK_EVERY = 10


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Who works, and how. With ``stop``, an object is closed when its verdicts decide; every tenth is a look."""

    num_annotators: int = 1
    order: Order = "paper"
    noise: Noise = field(default_factory=Noise)
    pace: Pace = field(default_factory=Pace)
    stop: Stop | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.num_annotators < 1:
            raise PointreelError(f"found {self.num_annotators} annotators, expected 1 or more.")


@dataclass(frozen=True, slots=True)
class VerifiedObject:
    """What was done on an object, what it says of the pseudo-mask, and the true J of the masks on the same frames."""

    object_key: int
    video: str
    name: str
    answered: int
    wrong: int
    unsure: int
    seconds: float
    quality: ObjectQuality | None
    true_j: float


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """All that was done, by object and by annotator."""

    objects: tuple[VerifiedObject, ...]
    seconds_by_annotator: Mapping[str, float]


def simulate(
    project: Project, truth: Truth, *, shift: Shift | None = None, watch: Callable[[int], None] = lambda _: None
) -> ShiftReport:
    """Let simulated annotators answer all that waits. Their verdicts are stored as all others are, under their names.

    Each has a clock of their own, and whose clock is behind answers next. ``watch`` hears how many verdicts there are.
    """
    shift = shift or Shift()
    desks = _hired(project, shift)
    people = {
        name: SimulatedAnnotator(truth, noise=shift.noise, pace=shift.pace, seed=shift.seed + k)
        for k, name in enumerate(desks)
    }
    if shift.order == "gain":
        refresh_all_gains(project)
    done_by_object: dict[int, list[Done]] = {thing.key: [] for thing in project.objects}
    seconds = dict.fromkeys(desks, 0.0)
    clocks = [(0.0, name) for name in desks]
    while clocks:
        _, name = heapq.heappop(clocks)
        task = desks[name].next_point()
        if task is None:
            continue
        done = people[name].judge(task)
        desks[name].answer(done.point, done.verdict, done.seconds)
        seconds[name] += done.seconds
        heapq.heappush(clocks, (seconds[name], name))
        done_by_object[task.object_key].append(done)
        _after(project, shift, task.object_key, len(done_by_object[task.object_key]))
        watch(sum(map(len, done_by_object.values())))
    mistakes = Mistakes.of(project)
    objects = tuple(
        _verified(project, truth, shift, key, done, mistakes) for key, done in done_by_object.items() if done
    )
    return ShiftReport(objects, seconds)


def _hired(project: Project, shift: Shift) -> dict[str, ProjectDesk]:
    """A desk for each annotator. What people said is not to be mixed with what was made up."""
    others = sorted({answer.by for answer in project.answers() if not answer.by.startswith(PREFIX)})
    if others:
        raise PointreelError(
            f"{project.name}: {others[0]} has answered here already. Simulate on a copy of the project."
        )
    names = [f"{PREFIX}{k + 1}" for k in range(shift.num_annotators)]
    known = {user.name for user in project.users}
    for name in names:
        if name not in known:
            project.add_user(name)
    return {name: ProjectDesk(project, name, shift.order) for name in names}


def _after(project: Project, shift: Shift, object_key: int, answered: int) -> None:
    """What follows from a verdict: other gains, and perhaps the end of it."""
    if shift.order == "gain":
        refresh_gains(project, object_key)
    if shift.stop is not None and answered % _LOOK_EVERY == 0:
        found = object_quality(project, object_key, stop=shift.stop, seconds_per_point=shift.pace.mean)
        if found is not None and found.outlook.may_stop:
            project.close_object(object_key)


def _verified(
    project: Project, truth: Truth, shift: Shift, key: int, done: list[Done], mistakes: Mistakes | None
) -> VerifiedObject:
    thing = project.object(key)
    return VerifiedObject(
        object_key=key,
        video=thing.video,
        name=thing.name or str(thing.object_id),
        answered=len(done),
        wrong=sum(one.verdict not in (one.truth, AMBIGUOUS) for one in done),
        unsure=sum(one.verdict == AMBIGUOUS for one in done),
        seconds=sum(one.seconds for one in done),
        quality=object_quality(project, key, stop=shift.stop, seconds_per_point=shift.pace.mean, mistakes=mistakes),
        true_j=_true_j(project, truth, key),
    )


def _true_j(project: Project, truth: Truth, key: int) -> float:
    """Of the masks that there are now, all frames with candidates together."""
    thing = project.object(key)
    frames = {point.frame for point in project.points(key)}
    masks = {stored.frame: stored.segment.mask for stored in project.masks(key) if stored.frame in frames}
    both = either = 0
    for frame in frames:
        true = truth.masks[thing.video, thing.object_id, frame]
        mask = masks.get(frame, Mask.empty(true.height, true.width))
        both += (mask & true).area
        either += (mask | true).area
    return both / either if either else 1.0
