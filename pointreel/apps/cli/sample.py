"""From masks to points: makes PV-DAVIS from DAVIS and PV-YT from YouTube-VOS, as the paper did."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from ...core import Dataset, Feature, Format, FormatError, PassedDataset, PointreelError, Sequence, inside
from ...core.protocols import FrameSampler, PointSampler
from ...evaluate import PointStatistics, point_statistics
from ...formats import shelf as formats
from ...points import frame_samplers, point_labels, reference_labels, samplers
from ...video import open as open_video
from .console import out, print_json, watched
from .options import dataset_at, must_be_new, parse

EXAMPLES = (
    "pointreel sample demo/DAVIS demo/pv-train.json --seed 1",
    "pointreel sample demo/DAVIS demo/pv-val.json --for val --points 5",
    "pointreel sample demo/DAVIS demo/spread.json --sampler farthest --frames every --frame-option step=20",
)


class Use(StrEnum):
    """What the points are for: training takes several frames, validation the first frame of each object."""

    TRAIN = "train"
    VAL = "val"


def sample(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A dataset of masks: its folder or its file.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Where to write; must not exist yet.")],
    from_: Annotated[str | None, typer.Option("--from", help="The format to read; recognised when not given.")] = None,
    to: Annotated[str, typer.Option("--to", help="The format to write; any that holds points.")] = "point-vos",
    use: Annotated[Use, typer.Option("--for", help="Points on several frames, or on reference frames.")] = Use.TRAIN,
    points: Annotated[int, typer.Option(min=1, help="Points per object and frame.")] = 10,
    negatives: Annotated[int, typer.Option(min=0, help="Background points per frame; 0 for none.")] = 10,
    sampler: Annotated[str, typer.Option(help="How points are picked; see `pointreel list samplers`.")] = "random",
    negative_sampler: Annotated[str, typer.Option(help="How background points are picked.")] = "background",
    frames: Annotated[str, typer.Option(help="How frames are picked.")] = "evenly",
    option: Annotated[list[str], typer.Option(help="An option of the sampler, as KEY=VALUE.")] = [],  # noqa: B006
    frame_option: Annotated[list[str], typer.Option(help="An option of the frame sampler, as KEY=VALUE.")] = [],  # noqa: B006
    pictures: Annotated[
        Path | None, typer.Option(help="The folder of all videos' pictures, for samplers that look at them.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same points, on every machine.")] = 0,
    read: Annotated[list[str], typer.Option(help="An option of the format read, as KEY=VALUE.")] = [],  # noqa: B006
    write: Annotated[list[str], typer.Option(help="An option of the format written, as KEY=VALUE.")] = [],  # noqa: B006
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Pick points from masks. The defaults are those of the paper: 10 frames, 10 points, 20 pixels apart."""
    _, dataset = dataset_at(source, from_, read)
    layout: Format = formats.build(to, **parse(formats, to, write))
    _must_hold_points(to, layout)
    must_be_new(target)
    sampled = sampled_points(
        dataset,
        use=use,
        frames=frame_samplers.build(frames, **parse(frame_samplers, frames, frame_option)),
        positives=samplers.build(sampler, **parse(samplers, sampler, option)),
        num_positives=points,
        negatives=samplers.build(negative_sampler) if negatives else None,
        num_negatives=negatives,
        pictures=pictures,
        seed=seed,
    )
    layout.write(watched(sampled, "sampling"), target)
    _say_done(target, point_statistics(watched(layout.read(target), "counting")), as_json)


def sampled_points(
    dataset: Dataset,
    *,
    use: Use = Use.TRAIN,
    frames: FrameSampler,
    positives: PointSampler,
    num_positives: int = 10,
    negatives: PointSampler | None,
    num_negatives: int = 10,
    pictures: Path | None = None,
    seed: int = 0,
) -> Dataset:
    """``dataset`` with points for masks; a sequence is sampled when it is reached."""

    def sampled(sequence: Sequence) -> Sequence:
        pick = partial(point_labels, frames=frames) if use is Use.TRAIN else reference_labels
        return pick(
            sequence,
            positives=positives,
            num_positives=num_positives,
            negatives=negatives,
            num_negatives=num_negatives,
            picture=_pictures(pictures, sequence) if pictures else None,
            seed=seed,
        )

    return PassedDataset(dataset, lambda sequences: map(sampled, sequences))


def _pictures(root: Path, sequence: Sequence) -> Callable[[int], NDArray[np.uint8]]:
    """The picture of each frame of a sequence, from the folder of that name."""
    video = open_video(inside(root, sequence.name))
    if len(video) != len(sequence.frames):
        found = f"{len(video)} pictures"
        raise FormatError(root, sequence.name, found=found, expected=f"{len(sequence.frames)}, one for each frame")
    return lambda frame: video[frame].rgb


def _must_hold_points(name: str, layout: Format) -> None:
    if Feature.POINTS not in layout.holds:
        able = ", ".join(other for other in formats.names() if Feature.POINTS in formats.build(other).holds)
        raise PointreelError(f"The format {name!r} cannot hold points. These can: {able}.")


def _say_done(target: Path, counted: PointStatistics, as_json: bool) -> None:
    if as_json:
        print_json({"path": str(target)} | counted.to_json())
        return
    out.print(
        f"{target}: {counted.positive_points} positive and {counted.negative_points} negative points "
        f"of {counted.objects} objects on {counted.annotations} frames in {counted.videos} videos"
    )
