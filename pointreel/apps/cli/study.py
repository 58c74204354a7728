"""Studies of how to score: whether a few labelled frames rank methods as all frames do."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ...core import PointreelError
from ...evaluate import scorers, sparse_study, write_sparse_study
from ...evaluate.sparse_study import NUM_FRAMES, SparseStudy
from ._methods import methods
from .console import out, print_json, print_table, progress
from .options import parse

EXAMPLES = (
    "pointreel study sparse demo/DAVIS a=demo/DAVIS b=demo/DAVIS/Annotations --out demo/study",
    "pointreel study sparse demo/DAVIS a=demo/DAVIS b=demo/DAVIS/Annotations --frames 3,8 --json",
)


class Kind(StrEnum):
    SPARSE = "sparse"


def study(
    kind: Annotated[Kind, typer.Argument(help="Which study.")],  # noqa: ARG001 - the one there is
    truth: Annotated[Path, typer.Argument(metavar="GT", help="The truth, with all frames labelled.")],
    predictions: Annotated[
        list[str], typer.Argument(metavar="PRED...", help="Predictions of each method, as PATH or NAME=PATH.")
    ],
    frames: Annotated[str, typer.Option("--frames", help="Numbers of frames to score instead of all.")] = ",".join(
        map(str, NUM_FRAMES)
    ),
    folder: Annotated[Path | None, typer.Option("--out", help="Write Fig. 8 as PNG, SVG and CSV here.")] = None,
    benchmark: Annotated[str, typer.Option("--as", help="The rules: davis, lvos, mose or tao-vos.")] = "davis",
    num_workers: Annotated[int, typer.Option("-n", min=1, help="How many processes work on it.")] = 1,
    binary: Annotated[
        bool, typer.Option("--binary", help="Whatever is not 0 is one object, as in DAVIS-2016.")
    ] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Score what is there, and say what is missing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Score methods on a few evenly spaced frames and on all, as Fig. 8 of Point-VOS: do both rank them alike?"""
    flags = {"binary": binary, "partial": partial}
    options = parse(scorers, benchmark, [f"{flag}=yes" for flag, given in flags.items() if given])
    if not truth.exists():
        raise PointreelError(f"{truth}: there is nothing here. Check the path.")
    found = sparse_study(
        truth,
        methods(predictions),
        num_frames=_numbers(frames),
        benchmark=benchmark,
        num_workers=num_workers,
        progress=progress,
        **options,
    )
    if folder is not None:
        write_sparse_study(found, folder)
    if as_json:
        print_json(found.to_json())
        return
    _show(found)
    if folder is not None:
        out.print(f"plots: {folder}", markup=False)


def _numbers(words: str) -> list[int]:
    numbers = [word.strip() for word in words.split(",")]
    if not all(number.isdecimal() for number in numbers):
        raise PointreelError(f"The option --frames is {words!r}, expected numbers of frames with commas, as 3,4,5,10.")
    return [int(number) for number in dict.fromkeys(numbers)]


def _show(found: SparseStudy) -> None:
    """J&F of every method, the best first, and below them how alike the ranks are."""
    rows = sorted(found.by_method().items(), key=lambda item: -item[1]["dense"])
    lines = [(name, *(f"{value:.4f}" for value in row.values())) for name, row in rows]
    lines.append(("rank correlation", "", *(f"{value:.4f}" for value in found.rank_correlation.values())))
    print_table("", lines, heads=("J&F on", "all frames", *(f"{number} frames" for number in found.sparse)))
