"""Verification by simulated annotators, who look the truth up: for tests, for planning, to compare orders."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from .console import out, print_json, print_table, remarks
from .options import dataset_at

if TYPE_CHECKING:
    from ...annotate.simulated_truth import Truth
    from ...annotate.simulated_work import Shift, ShiftReport, VerifiedObject
    from ...store import Project

EXAMPLES = (
    "pointreel simulate cups --truth demo/DAVIS --plan cups/plan",
    "pointreel simulate cups --truth demo/DAVIS --annotators 2 --order gain --stop --threshold 0.8 --json",
)


class OrderName(StrEnum):
    PAPER = "paper"
    GAIN = "gain"


def simulate(
    place: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's folder, or the URL of its database.")],
    truth: Annotated[Path, typer.Option("--truth", help="A dataset of true masks, of the videos of the project.")],
    noise: Annotated[float, typer.Option("--noise", help="How often verdicts at a border are wrong.")] = 0.1,
    unsure: Annotated[float, typer.Option("--unsure", help="How often verdicts at a border are unsure.")] = 0.15,
    slips: Annotated[float, typer.Option("--slips", help="How often verdicts are wrong anywhere.")] = 0.002,
    pace: Annotated[float, typer.Option("--pace", help="Seconds a verdict takes in the mean.")] = 0.95,
    num_annotators: Annotated[int, typer.Option("--annotators", min=1, help="How many there are.")] = 1,
    order: Annotated[OrderName, typer.Option("--order", help="In which order points are asked.")] = OrderName.PAPER,
    stop: Annotated[bool, typer.Option("--stop", help="Close an object once its verdicts decide.")] = False,
    threshold: Annotated[float, typer.Option("--threshold", help="The J from which a mask is accepted.")] = 0.7,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Store nothing; write what points and frames would buy here.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, other verdicts.")] = 0,
    layout: Annotated[str | None, typer.Option("--from", help="The truth's format; recognised when not given.")] = None,
    read: Annotated[
        list[str] | None, typer.Option("--read", metavar="KEY=VALUE", help="An option of that format, as KEY=VALUE.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Answer a project's candidates from true masks, with the pace, the errors and the doubts of people.

    Verdicts are stored under the names simulated-1, simulated-2, ...; a project that people have worked on is refused.
    """
    from ...annotate.estimates_stop import Stop
    from ...annotate.simulated import Noise, Pace
    from ...annotate.simulated_truth import Truth
    from ...annotate.simulated_work import Shift
    from ...annotate.simulated_work import simulate as work
    from ._projects import project_at

    shift = Shift(
        num_annotators=num_annotators,
        order=order.value,
        noise=Noise(wrong=noise, unsure=unsure, slips=slips),
        pace=Pace(mean=pace),
        stop=Stop(threshold=threshold) if stop else None,
        seed=seed,
    )
    _, dataset = dataset_at(truth, layout, read or [])
    with project_at(place, read_only=plan is not None) as project:
        if plan is not None:
            _plan(project, Truth.of(dataset, project, every_frame=True), shift, plan, as_json)
            return
        with _counting(project) as watch:
            report = work(project, Truth.of(dataset, project), shift=shift, watch=watch)
    if as_json:
        print_json(_as_json(report))
    else:
        _show(report)


def _plan(project: "Project", truth: "Truth", shift: "Shift", folder: Path, as_json: bool) -> None:
    from ...annotate.planning import plan
    from ..plan_outputs import write_plan

    with Progress(console=remarks, transient=True, disable=not remarks.is_terminal) as bars:
        task = bars.add_task("simulating")
        found = plan(
            project,
            truth,
            noise=shift.noise,
            pace=shift.pace,
            watch=lambda done, total: bars.update(task, completed=done, total=total),
        )
    write_plan(found, folder)
    if as_json:
        print_json(found.to_json())
        return
    heads = ("frames", "points a frame", "seconds an object", "error of J", "95 %", "")
    best = set(found.worthwhile())
    rows = (
        (
            one.num_frames,
            f"{one.foreground} + {one.background} + {one.ambiguous}",
            f"{one.seconds:.0f}",
            f"{one.error:.3f}",
            "-" if one.low is None else f"{one.low:.3f} to {one.high:.3f}",
            "best so far" if one in best else "",
        )
        for one in found.choices
    )
    print_table("", rows, heads=heads)
    many = "1 object" if found.num_objects == 1 else f"{found.num_objects} objects"
    out.print(f"{many}; plot and numbers: {folder}", markup=False)


@contextmanager
def _counting(project: "Project") -> Iterator[Callable[[int], None]]:
    """A bar of verdicts, on a terminal."""
    waiting = sum(of.total - of.answered for of in project.progress())
    with Progress(console=remarks, transient=True, disable=not remarks.is_terminal) as bars:
        task = bars.add_task("verifying", total=waiting)
        yield lambda count: bars.update(task, completed=count)


def _show(report: "ShiftReport") -> None:
    heads = ("object", "points", "seconds", "wrong", "unsure", "J by verdicts", "95 %", "true J", "accept")
    print_table("", [_row(one) for one in report.objects], heads=heads)
    everything = [one.answered for one in report.objects]
    out.print(f"{sum(everything)} verdicts by {len(report.seconds_by_annotator)}, {_hours(report)}", markup=False)


def _row(one: "VerifiedObject") -> tuple[object, ...]:
    done = (f"{one.video} {one.name}", one.answered, f"{one.seconds:.0f}", one.wrong, one.unsure)
    if one.quality is None:
        return (*done, "-", "-", f"{one.true_j:.3f}", "-")
    j, ahead = one.quality.quality.j, one.quality.outlook
    return (
        *done,
        f"{j.value:.3f}",
        f"{j.low:.3f} to {j.high:.3f}",
        f"{one.true_j:.3f}",
        "yes" if ahead.accept else "no",
    )


def _hours(report: "ShiftReport") -> str:
    seconds = sum(report.seconds_by_annotator.values())
    return f"{seconds:.0f} s of work, {seconds / max(len(report.objects), 1):.0f} s an object"


def _as_json(report: "ShiftReport") -> dict[str, object]:
    return {
        "seconds_by_annotator": dict(report.seconds_by_annotator),
        "objects": [_object_as_json(one) for one in report.objects],
    }


def _object_as_json(one: "VerifiedObject") -> dict[str, object]:
    row: dict[str, object] = {
        name: getattr(one, name)
        for name in ("object_key", "video", "name", "answered", "wrong", "unsure", "seconds", "true_j")
    }
    if one.quality is not None:
        found, ahead = one.quality.quality, one.quality.outlook
        for name, bounds in (("precision", found.precision), ("recall", found.recall), ("j", found.j)):
            row[name] = None if bounds is None else {"value": bounds.value, "low": bounds.low, "high": bounds.high}
        row |= {"accept": ahead.accept, "remaining": ahead.remaining, "seconds_saved": ahead.seconds_saved}
    return row
