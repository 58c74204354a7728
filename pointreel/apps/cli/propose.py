"""From a rough localisation of objects to point candidates that people verify: the pipeline of Point-VOS."""

import shlex
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from ... import annotate
from ...annotate import Localised
from ...annotate.nouns import MODEL
from ...core import PointreelError
from ...engines import propagators, segmenters
from ...store import Project
from . import INPUT_AT_FAULT
from ._projects import is_project, new_project, project_at
from ._prompts import prompts_in
from .console import out, print_json, print_table, remarks
from .options import parse

EXAMPLES = (
    "pointreel propose cups --video demo/clip.mp4 --prompts cup/prompts.json",
    "pointreel propose cups --gold 0.05 --repeats 0.05 --overlap 2",
    "pointreel propose cups --propagator flow --seed 1 --json",
)

_PAPER = annotate.Config()


class Nouns(StrEnum):
    FILE = "file"
    SPACY = "spacy"


def propose(
    place: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's folder, or the URL of its database.")],
    video: Annotated[
        Path | None, typer.Option(help="A video to add first, with --prompts. PROJECT is made if there is none.")
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option(help="What is known of its objects, as for `pointreel track`.")
    ] = None,
    vidln: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Add an object for each noun of these narratives first.")
    ] = None,
    videos: Annotated[
        Path | None, typer.Option(help="A folder with the videos of --vidln. PROJECT is made if there is none.")
    ] = None,
    nouns: Annotated[
        Nouns, typer.Option(help="Who finds the nouns in --vidln: the file says them, or spaCy.")
    ] = Nouns.FILE,
    spacy_model: Annotated[str, typer.Option(help="The model of spaCy that finds them.")] = MODEL,
    first_frame: Annotated[
        int | None,
        typer.Option(help="The number of a video's first frame in the names of key frames; else 1 after img_, and 0."),
    ] = None,
    object_: Annotated[list[str], typer.Option("--object", metavar="NAME", help="Only objects of this name.")] = [],  # noqa: B006
    segmenter: Annotated[str, typer.Option(help="What makes the pseudo-mask.")] = _PAPER.segmenter,
    propagator: Annotated[str, typer.Option(help="What carries it through the video.")] = _PAPER.propagator,
    segmenter_option: Annotated[list[str], typer.Option(metavar="KEY=VALUE", help="An option of the segmenter.")] = [],  # noqa: B006
    propagator_option: Annotated[list[str], typer.Option(metavar="KEY=VALUE", help="One of the propagator.")] = [],  # noqa: B006
    frames: Annotated[int, typer.Option(min=1, help="How many frames, evenly spaced.")] = _PAPER.num_frames,
    foreground: Annotated[
        int, typer.Option(min=0, help="Candidates on a frame, surely the object.")
    ] = _PAPER.num_foreground,
    background: Annotated[int, typer.Option(min=0, help="Surely not.")] = _PAPER.num_background,
    ambiguous: Annotated[int, typer.Option(min=0, help="Uncertain ones.")] = _PAPER.num_ambiguous,
    distance: Annotated[float, typer.Option(min=0, help="Pixels between any two of them.")] = _PAPER.min_distance,
    sure_foreground: Annotated[
        float, typer.Option(help="The object from this likelihood up.")
    ] = _PAPER.sure_foreground,
    sure_background: Annotated[float, typer.Option(help="Not the object up to this one.")] = _PAPER.sure_background,
    gold: Annotated[
        float,
        typer.Option(metavar="RATE", help="Hidden points whose answer is known from locked masks; 0.05 is 5 in 100."),
    ] = _PAPER.gold,
    repeats: Annotated[
        float, typer.Option(metavar="RATE", help="Hidden points that are shown a second time; 0.05 is 5 in 100.")
    ] = _PAPER.repeats,
    overlap: Annotated[
        int, typer.Option(min=1, max=100, help="How many people are asked about each point.")
    ] = _PAPER.overlap,
    seed: Annotated[int, typer.Option(help="The seed of the draw.")] = _PAPER.seed,
    num_workers: Annotated[int, typer.Option("-n", min=1, help="How many videos are worked on at once.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Propose points for people to verify, as Point-VOS does: pseudo-mask, propagation, random candidates.

    Objects are those of PROJECT that something is known of: clicks, a box, a trace or a mask. What was done before is
    not done again, and a run that was stopped goes on. The exit code is 1 if an object or a video failed.
    """
    config = annotate.Config(
        segmenter=segmenter,
        propagator=propagator,
        segmenter_options=parse(segmenters, segmenter, segmenter_option) if segmenter_option else {},
        propagator_options=parse(propagators, propagator, propagator_option) if propagator_option else {},
        num_frames=frames,
        num_foreground=foreground,
        num_background=background,
        num_ambiguous=ambiguous,
        min_distance=distance,
        sure_foreground=sure_foreground,
        sure_background=sure_background,
        gold=gold,
        repeats=repeats,
        overlap=overlap,
        seed=seed,
        num_workers=num_workers,
    )
    if (video is None) != (prompts is None):
        raise PointreelError("--video and --prompts belong together: a video, and what is known of its objects.")
    if videos is not None and vidln is None:
        raise PointreelError("--videos: are the videos of narratives. Give those too: --vidln FILE.jsonl")
    with _project(place, may_make=video is not None or videos is not None) as project:
        if video is not None and prompts is not None:
            annotate.place(project, video, *prompts_in(prompts))
        found = None
        if vidln is not None:
            found = _localise(project, vidln, videos=videos, nouns=nouns, model=spacy_model, first_frame=first_frame)
        report = _propose(project, _keys(project, object_), config)
        if gold:
            _say_untested(project, report)
        _say(project, report, found, as_json)
    if report.failed or (found is not None and found.failed):
        raise typer.Exit(INPUT_AT_FAULT)


def _project(place: str, *, may_make: bool) -> AbstractContextManager[Project]:
    if may_make and not is_project(place):
        return new_project(place)
    return project_at(
        place,
        advice="Give a video to make one, --video VIDEO --prompts FILE, or open one in `pointreel studio VIDEO`.",
    )


def _localise(
    project: Project, file: Path, *, videos: Path | None, nouns: Nouns, model: str, first_frame: int | None
) -> Localised:
    spacy_model = model if nouns is Nouns.SPACY else None
    found = annotate.localise(project, file, videos=videos, spacy_model=spacy_model, first_frame=first_frame)
    if not (found.added or found.known):
        reasons = [*found.failed.values(), *(f"the project has no video {name!r}" for name in found.missing)]
        raise PointreelError(f"{file}: no object came of it: {reasons[0] if reasons else 'it names none'}")
    return found


def _keys(project: Project, names: list[str]) -> list[int] | None:
    if not names:
        return None
    things = project.objects
    for name in names:
        if not any(thing.name == name for thing in things):
            raise PointreelError(f"--object {name}: {project.name} has no object of this name.")
    return [thing.key for thing in things if thing.name in names]


def _propose(project: Project, keys: list[int] | None, config: annotate.Config) -> annotate.Report:
    try:
        with proposing() as watch:
            return annotate.propose(project, keys, config=config, watch=watch)
    except KeyboardInterrupt:
        remarks.print(f"Go on with: pointreel propose {shlex.quote(project.place)}, and the same options", markup=False)
        raise


@contextmanager
def proposing() -> "Iterator[_Watch]":
    """What `annotate.propose` tells how far it is, shown to people."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=remarks, transient=True, disable=not remarks.is_terminal) as bars:
        yield _Watch(bars)


class _Watch:
    """One bar over all frames of all objects, which says where it is."""

    def __init__(self, bars: Bars) -> None:
        self._bars, self._task = bars, bars.add_task("proposing", total=None)

    def __call__(self, now: annotate.Progress) -> None:
        self._bars.update(self._task, total=now.total, completed=now.done, description=f"{now.video}: {now.stage}")


def _say(project: Project, report: annotate.Report, found: Localised | None, as_json: bool) -> None:
    if as_json:
        print_json({"project": project.name, "localised": found and _localised_json(found), **_report_json(report)})
        return
    if found is not None:
        _say_localised(found)
    called = {one.key: (one.video, one.name or f"object {one.object_id}") for one in project.objects}
    if report.proposed:
        rows = [(*called[key], count) for key, count in report.proposed.items()]
        print_table("", rows, ("video", "object", "candidates"))
    for key, why in report.failed.items():
        out.print(f"{', '.join(called[key])}: failed: {why}", markup=False)
    if report.nowhere:
        remarks.print(f"Nobody has said where {_many(len(report.nowhere), 'object')} can be seen; they are left out.")
    total = _many(sum(report.proposed.values()), "candidate")
    unchanged = f", {_many(len(report.unchanged), 'object')} had theirs before" if report.unchanged else ""
    failed = f", {len(report.failed)} failed" if report.failed else ""
    out.print(f"{total} for {_many(len(report.proposed), 'object')}{unchanged}{failed}")


def _say_untested(project: Project, report: annotate.Report) -> None:
    bare = [key for key in report.proposed if not any(one.segment.mask for one in project.locked_masks(key))]
    if bare:
        remarks.print(f"--gold: {_many(len(bare), 'object')} without a locked mask, so without known answers.")


def _report_json(report: annotate.Report) -> dict[str, object]:
    return {
        "proposed": dict(report.proposed),
        "unchanged": list(report.unchanged),
        "failed": dict(report.failed),
        "nowhere": list(report.nowhere),
    }


def _localised_json(found: Localised) -> dict[str, object]:
    return {
        "added": list(found.added),
        "known": list(found.known),
        "untraced_nouns": found.untraced,
        "missing_videos": list(found.missing),
        "failed_videos": dict(found.failed),
    }


def _say_localised(found: Localised) -> None:
    out.print(f"{_many(len(found.added), 'object')} new, {len(found.known)} known before")
    if found.untraced:
        remarks.print(f"Nothing was drawn while {_many(found.untraced, 'noun')} was said; they are left out.")
    if found.missing:
        remarks.print(
            f"The project lacks {_many(len(found.missing), 'video')}: {', '.join(found.missing)}", markup=False
        )
    for video, why in found.failed.items():
        out.print(f"{video}: failed: {why}", markup=False)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
