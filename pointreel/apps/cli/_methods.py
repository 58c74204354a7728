"""Predictions of methods on the command line, each with a name: ``results/stcn`` or ``baseline=results/stcn``."""

from collections.abc import Sequence
from pathlib import Path

from ...core import PointreelError

_UNTOLD = {"Annotations", "480p", "1080p", "Full-Resolution", "predictions", "results", "masks"}
"""Names of folders that say nothing of the method, so that the folder above them is its name."""


def methods(words: Sequence[str]) -> dict[str, Path]:
    """Paths by name: the name given before ``=``, else as much of the end of the path as tells it from the others."""
    named = [_named(word) for word in words]
    for _, path in named:
        if not path.exists():
            raise PointreelError(f"{path}: there is nothing here. Check the path.")
    found: dict[str, Path] = {}
    for k, (name, path) in enumerate(named):
        others = [other for i, (given, other) in enumerate(named) if i != k and not given]
        unique = name or _shortest(path, others)
        if unique in found:
            raise PointreelError(f"{path}: another method is named {unique!r} as well. Name it with NAME={path}.")
        found[unique] = path
    return found


def _named(word: str) -> tuple[str, Path]:
    name, equals, path = word.partition("=")
    if not equals or not name or "/" in name or Path(word).exists():
        return "", Path(word)
    return name, Path(path)


def _shortest(path: Path, others: Sequence[Path]) -> str:
    parts, taken = _telling(path), [_telling(other) for other in others]
    for num in range(1, len(parts) + 1):
        if all(other[-num:] != parts[-num:] for other in taken):
            return "/".join(parts[-num:])
    return str(path)


def _telling(path: Path) -> list[str]:
    parts = list(path.resolve().parts)[1:]
    while len(parts) > 1 and parts[-1] in _UNTOLD:
        parts.pop()
    return parts
