"""Which frames of verified objects a validation set holds, as Point-VOS chose them."""

from pathlib import Path
from typing import Annotated

import typer

from ...annotate.validation import Chosen, Member, validation_points, validation_set
from ...core import PointreelError
from ...formats import shelf as formats
from ._projects import project_at
from .console import out, print_json, print_table
from .options import must_be_new

EXAMPLES = ("pointreel validation cups", "pointreel validation cups --json")


def validation(
    place: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's folder, or the URL of its database.")],
    points: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the points of the objects that stay, for Point-VOS.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Choose reference and evaluation frames of verified objects, as the validation set of Point-VOS was made.

    The reference frame is the first with 7 points on the object; up to 3 frames after it, the localised one among
    them, are to have masks. Objects for which there are no such frames are eliminated, with the reason.
    """
    if points is not None:
        must_be_new(points)
    with project_at(place, read_only=True) as project:
        members = list(validation_set(project))
        if not members:
            raise PointreelError(f"{place}: has no objects. Propose points for some first: pointreel propose")
        if points is not None:
            formats.build("point-vos").write(validation_points(project), points)
    if as_json:
        print_json([_to_json(member) for member in members])
    else:
        _say(members)


def _to_json(member: Member) -> dict[str, object]:
    thing, frames = member.thing, member.frames
    said: dict[str, object] = {"object": thing.key, "video": thing.video, "name": thing.name}
    if isinstance(frames, Chosen):
        return said | {"reference_frame": frames.reference, "evaluation_frames": list(frames.evaluation)}
    return said | {"eliminated": frames.why}


def _say(members: list[Member]) -> None:
    rows = [(member.thing.video, member.thing.name or member.thing.object_id, *_shown(member)) for member in members]
    print_table("", rows, ("video", "object", "reference", "evaluated"))
    stay = sum(isinstance(member.frames, Chosen) for member in members)
    out.print(f"{stay} of {len(members)} objects stay")


def _shown(member: Member) -> tuple[str, str]:
    if isinstance(member.frames, Chosen):
        return str(member.frames.reference), " ".join(map(str, member.frames.evaluation))
    return "-", f"eliminated: {member.frames.why}"
