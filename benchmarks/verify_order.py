"""What verdicts buy: intervals that cover, an order that beats the paper's, and stopping early with the same decision.

``python benchmarks/verify_order.py [--only=PARTS] [DAVIS CACHE]`` where DAVIS is the folder of DAVIS-2016 (Annotations,
JPEGImages) and CACHE a folder for the engine's masks, which take minutes to make; without them only generated objects
are used. PARTS are some of ``orders,draws,coverage,stopping``, with commas between; all without it.
Everything is seeded. Intervals are from drawing sequences (DAVIS) or objects (generated) again.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import verify_objects

from pointreel.annotate.agreement import rate
from pointreel.annotate.config import Config
from pointreel.annotate.estimates import PARTS, quality
from pointreel.annotate.estimates_stop import SECONDS_PER_POINT, Stop, estimated_j, outlook
from pointreel.annotate.mistakes import Mistakes
from pointreel.annotate.simulated import PERFECT, Noise
from pointreel.annotate.simulated_objects import SimulatedObject, Verdicts
from pointreel.core import AMBIGUOUS

NUM_GENERATED, SEED, DRAWS = 200, 7, (0, 1, 2, 3)
BUDGET = 140.0
"""Seconds an object of Point-VOS took."""
TWICE, PROJECT = 0.1, 10
"""What share of the candidates is judged twice, and how many objects are in a project."""
SWITCHES = (0.0, 0.25, 0.5, 1.0)
PARTS_OF_IT = "orders,draws,coverage,stopping"
THRESHOLDS, DOUBTS = (0.5, 0.7, 0.8), (0.05, 0.1)


@dataclass(frozen=True)
class Case:
    """An object of a group that is drawn as a whole."""

    group: str
    one: SimulatedObject


NOISES = {"perfect": PERFECT, "noisy": Noise()}


def cases(source: Iterator[tuple[str, list]], *draws: int) -> dict[str, list[Case]]:
    """The same objects and candidates, answered without noise and with it."""
    found: dict[str, list[Case]] = {label: [] for label in NOISES}
    for group, views in source:
        for label, noise in NOISES.items():
            for seed in draws:
                found[label].append(Case(group, SimulatedObject.of(views, config=Config(seed=seed), noise=noise)))
    return found


def orders(one: SimulatedObject) -> dict[str, Verdicts]:
    rng = np.random.default_rng(0)
    return {
        "paper": one.in_paper_order(),
        "random": one.in_random_order(rng),
        "gain": one.in_order_of_gain(),
    }


def path(one: SimulatedObject, verdicts: Verdicts) -> tuple[np.ndarray, np.ndarray]:
    """Counts after 0, 1, 2, ... verdicts, and the kind of each verdict."""
    cells, labels = zip(*verdicts, strict=True)
    steps = np.zeros((len(cells) + 1, *one.pixels.shape, 3), np.int64)
    for k, (cell, label) in enumerate(zip(cells, labels, strict=True), 1):
        steps[(k, *cell, label)] = 1
    return steps.cumsum(axis=0), np.array([{0: 1, 3: 0}.get(part, 2) for _, part in cells])


def mean_over_time(values: np.ndarray, kinds: np.ndarray, switch: float) -> float:
    """The mean of what holds after each verdict over the first seconds; changing the kind of point costs some more."""
    taken = SECONDS_PER_POINT + switch * np.concatenate([[0], kinds[1:] != kinds[:-1]])
    ends = np.concatenate([[0.0], taken.cumsum()])
    until = np.minimum(np.concatenate([ends[1:], [np.inf]]), BUDGET)
    return float((values * np.maximum(until - np.minimum(ends, BUDGET), 0)).sum() / BUDGET)


def bounds(groups: list[str], values: np.ndarray) -> str:
    """Mean and 95 % interval."""
    rng, names = np.random.default_rng(0), sorted(set(groups))
    by_group = [values[[group == name for group in groups]] for name in names]
    drawn = [np.concatenate([by_group[k] for k in rng.integers(0, len(names), len(names))]).mean() for _ in range(2000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{values.mean():.4f} ({low:.4f} to {high:.4f})"


def compare_orders(name: str, found: list[Case]) -> None:
    groups, switches = [case.group for case in found], {switch: [] for switch in SWITCHES}
    errors: dict[str, list[float]] = {"paper": [], "random": [], "gain": []}
    widths: dict[str, list[float]] = {order: [] for order in errors}
    wrong: dict[str, list[float]] = {order: [] for order in errors}
    for case in found:
        by_switch: dict[str, list[float]] = {}
        for order, verdicts in orders(case.one).items():
            counts, kinds = path(case.one, verdicts)
            error = np.abs(estimated_j(case.one.pixels, counts) - case.one.figures[2])
            by_switch[order] = [mean_over_time(error, kinds, switch) for switch in SWITCHES]
            errors[order].append(by_switch[order][0])
            marks = range(0, min(148, len(counts)), 21)
            widths[order].append(float(np.mean([quality(case.one.pixels, counts[k]).j.width for k in marks])))
            against = counts[:, :, :2, 0].sum(axis=(1, 2)) + counts[:, :, 2:, 1].sum(axis=(1, 2))
            wrong[order].append(mean_over_time(against.astype(float), kinds, 0))
        for k, switch in enumerate(SWITCHES):
            switches[switch].append(by_switch["gain"][k] - by_switch["paper"][k])
    for order in errors:
        row = (bounds(groups, np.array(values[order])) for values in (errors, widths, wrong))
        print(f"| {name} | {order} | {' | '.join(row)} |")
    for other in ("paper", "random"):
        row = (bounds(groups, np.array(values["gain"]) - np.array(values[other])) for values in (errors, widths, wrong))
        print(f"| {name} | gain - {other} | {' | '.join(row)} |")
    for switch, values in switches.items():
        print(f"{name}: a change of kind costs {switch} s: gain - paper {bounds(groups, np.array(values))}")


def more_draws(name: str, found: list[Case]) -> None:
    """The error of J alone, where candidates of each object are drawn several times: what chance there is, is less."""
    errors: dict[str, list[float]] = {"paper": [], "gain": []}
    for case in found:
        for order, verdicts in (("paper", case.one.in_paper_order()), ("gain", case.one.in_order_of_gain())):
            counts, kinds = path(case.one, verdicts)
            error = np.abs(estimated_j(case.one.pixels, counts) - case.one.figures[2])
            errors[order].append(mean_over_time(error, kinds, 0))
    paper, gain = np.array(errors["paper"]), np.array(errors["gain"])
    groups = [case.group for case in found]
    print(f"| {name} | {' | '.join(bounds(groups, values) for values in (paper, gain, gain - paper))} |")


def mistakes_in(project: list[Case]) -> Mistakes:
    """What is known of errors where a part of the candidates of a few objects is judged twice."""
    rng, pairs = np.random.default_rng(0), Counter()
    for case in project:
        for cell, labels in case.one.labels.items():
            for pair in zip(labels, case.one.again[cell], strict=True):
                if rng.random() < TWICE and AMBIGUOUS not in pair:
                    pairs[PARTS[cell[1]][0], *pair] += 1
    return Mistakes(pairs)


def coverage(name: str, found: list[Case], *, twice: bool) -> None:
    """How often the true value lies between the bounds, all candidates answered."""
    hits, widths = np.zeros(3), []
    for k, case in enumerate(found):
        first = k // PROJECT * PROJECT
        known = mistakes_in(found[first : first + PROJECT]) if twice else None
        estimated = quality(case.one.pixels, case.one.counts, mistakes=known if known and known.is_known else None)
        three = (estimated.precision, estimated.recall, estimated.j)
        hits += [
            bool(one and one.low - 1e-9 <= true <= one.high + 1e-9)
            for one, true in zip(three, case.one.figures, strict=True)
        ]
        widths.append(estimated.j.width)
    shares = " | ".join(f"{share:.3f}" for share in hits / len(found))
    print(f"| {name} | {len(found)} | {shares} | {np.mean(widths):.3f} |")


def stopping(name: str, found: list[Case], threshold: float, doubt: float) -> None:
    """What is saved, and how often the decision is another than with all candidates, or than the truth."""
    rows = [_stopped(case.one, Stop(threshold=threshold, doubt=doubt)) for case in found]
    points, other, early, late, covered = np.array(rows, float).T
    disagreed = rate(int(other.sum()), len(rows))
    assert disagreed is not None
    print(
        f"| {name} | {threshold} | {doubt} | {points.mean():.0f} | {disagreed.value:.3f} ({disagreed.low:.3f} to "
        f"{disagreed.high:.3f}) | {early.mean():.3f} | {late.mean():.3f} | {covered.mean():.3f} |"
    )


def _stopped(one: SimulatedObject, stop: Stop) -> tuple[int, bool, bool, bool, bool]:
    counts, _ = path(one, one.in_order_of_gain())
    total, true = one.num_candidates, one.figures[2]
    full = bool(estimated_j(one.pixels, counts[-1]) >= stop.threshold)
    at, accept = len(counts) - 1, full
    for k in range(10, len(counts), 10):
        ahead = outlook(one.pixels, counts[k], total - counts[k].sum(axis=2), stop=stop)
        if ahead.may_stop:
            at, accept = k, ahead.accept
            break
    j = quality(one.pixels, counts[at]).j
    truth = true >= stop.threshold
    return at, accept != full, accept != truth, full != truth, j.low - 1e-9 <= true <= j.high + 1e-9


def main(words: list[str]) -> None:
    warnings.simplefilter("ignore", RuntimeWarning)
    chosen = words.pop(0).removeprefix("--only=") if words and words[0].startswith("--only=") else PARTS_OF_IT
    parts = chosen.split(",")
    sources: dict[str, Callable[[], Iterator[tuple[str, list]]]] = {
        "generated": lambda: ((str(k), views) for k, views in enumerate(verify_objects.generated(NUM_GENERATED, SEED)))
    }
    if words:
        sources["DAVIS"] = lambda: verify_objects.davis(Path(words[0]), Path(words[1]))
    made = {
        f"{name}, {label}": found
        for name, source in (sources if parts != ["draws"] else {}).items()
        for label, found in cases(source(), SEED).items()
    }
    if "orders" in parts:
        print("| objects | order | error of J | width of its interval | wrong candidates found |")
        for name, found in made.items():
            compare_orders(name, found)
    if "draws" in parts and "DAVIS" in sources:
        print("\n| objects | paper | gain | gain - paper |")
        for label, found in cases(sources["DAVIS"](), *DRAWS).items():
            more_draws(f"DAVIS, {label}, {len(DRAWS)} draws", found)
    if "coverage" in parts:
        print("\n| objects | n | precision | recall | J | width of J |")
        for name, found in made.items():
            coverage(name, found, twice=False)
            coverage(f"{name}, a tenth judged twice", found, twice=True)
    if "stopping" in parts:
        what = "other decision than all | wrong, stopped | wrong, all | covered"
        print(f"\n| objects | threshold | doubt | points | {what} |")
        for name, found in made.items():
            for threshold in THRESHOLDS:
                for doubt in DOUBTS:
                    stopping(name, found, threshold, doubt)


if __name__ == "__main__":
    main(sys.argv[1:])
