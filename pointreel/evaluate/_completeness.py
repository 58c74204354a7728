"""Whether predictions are all there: what is missing is refused by name, or scored without when that is asked for."""

from collections.abc import Mapping
from pathlib import Path

from ..core import PointreelError
from ..formats import LabelFiles, png_frames, strays

Frames = Mapping[str, tuple[str, ...]]
"""Names of frames by sequence."""

_SHOWN = 5


def predicted_frames(
    root: Path, wanted: Frames, *, partial: bool
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The frames to score by sequence, and what is missing of those wanted: ``sequence/`` or ``sequence/frame.png``.

    Unless ``partial``, nothing may be missing.
    """
    files = LabelFiles(root=root, names=tuple(wanted))
    there = {name: {*png_frames(files.folder(name))} for name in wanted}
    kept = {name: tuple(frame for frame in frames if frame in there[name]) for name, frames in wanted.items()}
    missing = [name for path in wanted for name in _missing(path, wanted[path], there[path])]
    if missing and not partial:
        raise PointreelError(
            f"{root}: predictions are missing: {few(missing)}. Write them, or use --partial to score without them."
        )
    if not any(kept.values()):
        raise PointreelError(f"{root}: there is no prediction of {few(list(wanted))}. Check the path.")
    return {name: frames for name, frames in kept.items() if frames}, tuple(missing)


def stray_warnings(root: Path, frames: Frames) -> list[str]:
    """One line about all that lies among the predictions and is not scored."""
    found = strays(root, frames)
    return [f"{root}: not scored, because the truth has nothing of the name: {few(found)}."] if found else []


def few(names: list[str]) -> str:
    """The first of some names, and how many more there are."""
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _missing(name: str, wanted: tuple[str, ...], there: set[str]) -> list[str]:
    if not there & {*wanted}:
        return [f"{name}/"] if wanted else []
    return [f"{name}/{frame}.png" for frame in wanted if frame not in there]
