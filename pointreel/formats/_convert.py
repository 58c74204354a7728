"""From one format to another: first say what would be lost, then write."""

from pathlib import Path

from ..core import Dataset, Format, WouldLose
from ._audit import Content, losses


def convert(dataset: Dataset, target: Format, path: Path, *, allow_loss: bool = False) -> list[Content]:
    """Write ``dataset`` as ``target`` at ``path`` and return what was lost; refuses to lose anything unless allowed.

    >>> davis, ytvis = shelf.build("davis"), shelf.build("ytvis")                           # doctest: +SKIP
    >>> convert(davis.read(Path("DAVIS")), ytvis, Path("davis.json"))                       # doctest: +SKIP
    """
    lost = losses(dataset, target)
    if lost and not allow_loss:
        raise WouldLose(f"{path}: the target cannot hold: {'; '.join(map(str, lost))}. Use --allow-loss to go on.")
    target.write(dataset, path)
    return lost
