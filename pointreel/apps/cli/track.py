"""The main job: a video and a few clicks in, a mask of each object in every frame out."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ...core import PointreelError, Prompt, UnknownName, replacing
from ...core.protocols import Propagator
from ...engines import propagators
from ...systems import RECORDS, PromptError, Tracking, engine_of, merged, prompts_to_json
from ...video import Video
from ...video import open as open_video
from ..track_corrections import example_for
from ..track_facts import Facts
from ..track_outputs import PLACES, stale, write_outputs
from ..tracking import DEFAULT_ENGINE, engine_named
from ._in_order import InOrder, Word, in_order
from ._prompts import Said, blamed, prompts_in, said_in
from .console import SKIPPED_BROKEN, out, print_json, print_table, progress, remarks, this_command
from .options import parse

EXAMPLES = (
    "pointreel track demo/clip.mp4 --engine flow --box 20,20,60,70 --out cup",
    "pointreel track demo/clip.mp4 --engine flow --object cup --box 20,20,60,70 --object hat --at 9 --box 40,10,60,30 "
    "--out two --direction both --write json,report --json",
    "pointreel track demo/clip.mp4 --out two --correct --object hat --at 15 --box 42,12,62,32",
    "pointreel track demo/clip.mp4 --out two --resume --write json,overlay",
)

COMMAND = InOrder
WRITE = ",".join(PLACES)


class Way(StrEnum):
    BOTH = "both"
    FORWARD = "forward"
    BACKWARD = "backward"


def track(
    video: Annotated[Path, typer.Argument(metavar="VIDEO", help="A video, or a folder of pictures.")],
    point: Annotated[list[str], typer.Option(metavar="X,Y", help="A point on the object.")] = [],  # noqa: B006
    not_point: Annotated[list[str], typer.Option(metavar="X,Y", help="A point off the object.")] = [],  # noqa: B006
    box: Annotated[list[str], typer.Option(metavar="L,T,R,B", help="A box: left, top, right, bottom.")] = [],  # noqa: B006
    mask: Annotated[
        list[str], typer.Option(metavar="FILE.png", help="A mask; FILE.png#2 is object 2 of a palette.")
    ] = [],  # noqa: B006
    trace: Annotated[
        list[str], typer.Option(metavar="X,Y;X,Y;...", help="The path of a pointer over it, or a JSON file of it.")
    ] = [],  # noqa: B006
    at: Annotated[
        list[str], typer.Option(metavar="FRAME", help="The frame, from 0, of what follows; at first it is 0.")
    ] = [],  # noqa: B006
    object_: Annotated[
        list[str], typer.Option("--object", metavar="NAME", help="The object that is meant by what follows.")
    ] = [],  # noqa: B006
    prompts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file of prompts, or a dataset, instead of these.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where all goes; VIDEO's name with -track when not given.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help=f"Which engine; see `pointreel list engines`. At first: {DEFAULT_ENGINE}.")
    ] = None,
    option: Annotated[list[str], typer.Option(metavar="KEY=VALUE", help="An option of the engine.")] = [],  # noqa: B006
    direction: Annotated[Way, typer.Option(help="From the prompts on, back, or both.")] = Way.BOTH,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Add these prompts to the run in --out; the rest stays as it is.")
    ] = False,
    write: Annotated[str, typer.Option(help="What to write, with commas between.")] = WRITE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Track objects through a video from points, boxes, masks or traces on any frames.

    One click is enough to begin: pointreel track dog.mp4 --point 312,208. Then open dog-track/report.html.

    --object and --at count for what follows them: --object dog --point 312,208 --object ball --at 57 --box 90,80,124,99
    """
    kinds = _kinds(write)
    folder = folder or Path(f"{video.stem or 'video'}-track")
    said, source = _said(in_order(point, not_point, box, mask, trace, at, object_), prompts)
    with open_video(video, skip_broken=True) as opened:
        try:
            with _tracking(opened, said, folder, engine, option, direction, resume, correct) as tracking:
                facts = _finish(tracking, folder, kinds, correcting(video, folder))
        except PromptError as error:
            raise blamed(error, source) from None
        except KeyboardInterrupt:
            if (folder / RECORDS).is_file():
                remarks.print(f"Go on with: {_again(video, folder)} --resume", markup=False)
            raise
    _say(facts, folder, kinds, _again(video, folder), as_json)
    if facts.carried:
        raise typer.Exit(SKIPPED_BROKEN)


def correcting(video: Path, folder: Path) -> str:
    """The command that corrects the run in ``folder``, up to what is wrong."""
    return f"{_again(video, folder)} --correct"


def _again(video: Path, folder: Path) -> str:
    return f"{this_command()} track {shlex.quote(str(video))} --out {shlex.quote(str(folder))}"


def _kinds(write: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(word.strip() for word in write.split(",") if word.strip()))
    for kind in kinds:
        if kind not in PLACES:
            raise UnknownName("output for --write", kind, PLACES)
    return kinds


def _said(words: list[Word], file: Path | None) -> tuple[Said, str]:
    """What was said, and what to blame for it where that is a file."""
    if file is None:
        return said_in(words), ""
    if words:
        raise PointreelError("--prompts: give prompts in a file or by options, not both.")
    if not file.exists():
        raise PointreelError(f"--prompts {file}: there is nothing here.")
    prompts, names = prompts_in(file)
    return Said(prompts, names, numbered=True), f"--prompts {file}"


def _tracking(
    video: Video,
    said: Said,
    folder: Path,
    engine: str | None,
    options: list[str],
    direction: str,
    resume: bool,
    correct: bool,
) -> Tracking:
    """A new run, or the one in ``folder``, with what is said added to it if it is to be corrected."""
    if not (resume or correct):
        _must_be_free(folder)
        if not said.prompts:
            raise PointreelError(
                "Say where the object is: --point x,y, --box left,top,right,bottom, --mask FILE.png ..."
            )
        label, propagator = _engine(engine or DEFAULT_ENGINE, options)
        way = next(way for way in ("both", "forward", "backward") if way == direction)
        return Tracking.start(
            video, said.prompts, propagator, direction=way, folder=folder, names=said.names, engine=label
        )
    begun = shlex.split(engine_of(folder))
    label, propagator = _engine(engine or begun[0], options or begun[1:])
    tracking = Tracking.resume(video, propagator, folder, engine=label)
    try:
        if correct:
            _correct(tracking, said)
        elif said.prompts and not _same(said.prompts, tracking.prompts):
            raise PointreelError(
                f"{folder}: the run began with other prompts. Leave them out to resume it, use --correct to add them, "
                "or choose another --out."
            )
    except BaseException:
        tracking.close()
        raise
    return tracking


def _engine(name: str, options: list[str]) -> tuple[str, Propagator]:
    if name not in propagators.names():
        raise UnknownName("engine", name, propagators.names())
    return engine_named(name, parse(propagators, name, options))


def _must_be_free(folder: Path) -> None:
    if (folder / RECORDS).is_file():
        raise PointreelError(f"{folder}: holds a run. Use --resume, --correct, or choose another place with --out.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PointreelError(f"{folder}: exists and is not an empty folder. Choose another place with --out.")


def _correct(tracking: Tracking, said: Said) -> None:
    if not said.prompts:
        raise PointreelError("--correct: say what is to be corrected: --object NAME --at FRAME --point x,y ...")
    ids = _ids_in(tracking, said)
    prompts = [replace(prompt, object_id=ids[prompt.object_id]) for prompt in said.prompts]
    names = {ids[number]: name for number, name in said.names.items() if number in ids}
    names = {number: name for number, name in names.items() if name != str(number)}
    tracking.correct(prompts, names)


def _ids_in(tracking: Tracking, said: Said) -> dict[int, int]:
    """Whom in the run each object is that something was said of, by the number it has in what was said.

    Objects are known by their names, those without one by their number; any other name is that of a new object.
    """
    id_by_name = {tracking.names.get(number) or str(number): number for number in tracking.object_ids}
    numbers = list(dict.fromkeys(prompt.object_id for prompt in said.prompts))
    new = max([*tracking.object_ids, *(number for number in numbers if said.numbered and number not in said.names)])
    ids: dict[int, int] = {}
    for number in numbers:
        name = said.names.get(number)
        if name is not None:
            known = id_by_name.get(name)
        elif said.numbered:
            known = number
        elif len(id_by_name) == 1:
            (known,) = id_by_name.values()
        else:
            raise PointreelError(f"--correct: say which object is meant: --object {' or '.join(id_by_name)}.")
        if known is None:
            known = new = new + 1
        if known not in tracking.object_ids:
            remarks.print(f"{name or number} is new: the run has {', '.join(id_by_name)}.", markup=False)
        ids[number] = known
    return ids


def _same(one: list[Prompt], other: tuple[Prompt, ...]) -> bool:
    return dict(merged(one)) == {(prompt.object_id, prompt.frame): prompt for prompt in other}


def _finish(tracking: Tracking, folder: Path, kinds: tuple[str, ...], command: str) -> Facts:
    """Do the work, showing how far it is and how long it takes yet, and write what was asked for."""
    _work(tracking)
    with replacing(folder / "prompts.json") as draft:
        draft.write_text(json.dumps(prompts_to_json(tracking.prompts, tracking.names), indent=1) + "\n")
    return write_outputs(
        tracking, folder, kinds=kinds, correcting=command, watch=partial(progress, total=len(tracking))
    )


def _work(tracking: Tracking) -> None:
    for _ in progress(tracking.steps(), "tracking", tracking.num_left):
        pass


def _say(facts: Facts, folder: Path, kinds: tuple[str, ...], command: str, as_json: bool) -> None:
    files, old = {kind: str(folder / PLACES[kind][0]) for kind in kinds}, stale(folder)
    if as_json:
        print_json(facts.to_json() | {"folder": str(folder), "files": files, "stale": old})
        return
    rows = [(str(folder / PLACES[kind][0]), PLACES[kind][1]) for kind in kinds]
    print_table("", [*rows, (str(folder / "prompts.json"), "what was said; --prompts takes it again")])
    out.print("")
    again = f" ({facts.num_made} in all passes)" if facts.num_made > facts.num_frames else ""
    rate = f", {facts.rate:.1f} frames per second" if facts.rate else ""
    out.print(f"{_frames(facts.num_frames)}{again} by {facts.engine} in {facts.seconds:.1f} s{rate}", markup=False)
    for one in facts.objects:
        out.print(f"  {one.called}: on {_frames(len(one.frames))}, mean score {one.mean_score:.2f}", markup=False)
    _say_doubts(facts)
    if old:
        them = ", ".join(PLACES[kind][0] for kind in old)
        anew = f"{command} --resume --write {','.join(old)}"
        remarks.print(f"older than these masks: {them}. Write anew: {anew}", markup=False)
    out.print(f"\nWhere a mask is wrong: {command} --correct {example_for(facts)}", markup=False)


def _say_doubts(facts: Facts) -> None:
    called: Mapping[int, str] = {one.object_id: one.called for one in facts.objects}
    doubts = [f"{d.frame} ({called[d.object_id]}, {d.score:.2f})" for d in facts.doubts(4)]
    if doubts:
        out.print(f"least sure on frames {', '.join(doubts)}", markup=False)
    if facts.carried:
        remarks.print(f"{_frames(len(facts.carried))} could not be read; masks were carried over from frames nearby.")


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"
