"""Options in their own words: ``--read year=2016`` sets a field of the format's ``Config``, in the field's own type."""

import os
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import get_args, get_origin, get_type_hints

from ...core import Dataset, Format, PointreelError, Shelf
from ...formats import shelf as formats


def parse(shelf: Shelf, name: str, words: list[str]) -> dict[str, object]:
    """``["year=2016"]`` as ``{"year": 2016}``, typed by the ``Config`` of the extension called ``name``."""
    config = shelf.module(name).Config
    hints = get_type_hints(config)
    known = [field.name for field in fields(config)]
    return dict(_option(f"{shelf.kind} {name!r}", word, known, hints) for word in words)


def _option(owner: str, word: str, known: list[str], hints: dict[str, object]) -> tuple[str, object]:
    key, equals, value = word.partition("=")
    key = key.strip().replace("-", "_")
    if not equals or key not in known:
        names = ", ".join(f"{name}=..." for name in known) or "none"
        raise PointreelError(f"The {owner} has no option {word!r}. It has: {names}.")
    return key, _typed(owner, key, value, hints[key])


def _typed(owner: str, key: str, value: str, hint: object) -> object:
    if get_origin(hint) is tuple:
        return _listed(owner, key, value, get_args(hint))
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not NoneType]
    for kind in kinds:
        if kind is bool and value.lower() in ("true", "yes", "1", "false", "no", "0"):
            return value.lower() in ("true", "yes", "1")
        if kind in (int, float, str, Path):
            try:
                return kind(value)
            except ValueError:
                continue
        if isinstance(kind, str) and kind == value:
            return value
    expected = " or ".join(kind if isinstance(kind, str) else kind.__name__ for kind in kinds)
    raise PointreelError(f"The option {key!r} of the {owner} is {value!r}, expected {expected}.")


def _listed(owner: str, key: str, value: str, kinds: tuple[object, ...]) -> tuple[object, ...]:
    """``sizes=64,96`` as (64, 96)."""
    words = value.split(",")
    if len(words) != len(kinds):
        expected = f"{len(kinds)} values with commas between"
        raise PointreelError(f"The option {key!r} of the {owner} is {value!r}, expected {expected}.")
    return tuple(_typed(owner, key, word, kind) for word, kind in zip(words, kinds, strict=True))


def dataset_at(path: Path, name: str | None, words: list[str]) -> tuple[str, Dataset]:
    """The dataset at ``path`` and the name of its format; without a name the format is recognised."""
    name = name or recognised(path)
    layout: Format = formats.build(name, **parse(formats, name, words))
    if not path.exists():
        raise PointreelError(f"{path}: there is nothing here. Check the path.")
    return name, layout.read(path)


def recognised(path: Path) -> str:
    """The one format that recognises ``path``."""
    if not path.exists():
        raise PointreelError(f"{path}: there is nothing here. Check the path.")
    names = formats_at(path)
    if len(names) != 1:
        found = f"it looks like {' and like '.join(names)}" if names else "it looks like no known format"
        raise PointreelError(f"{path}: {found}. Say which with --from; the names are: {', '.join(formats.names())}.")
    return names[0]


def formats_at(path: Path) -> list[str]:
    """The names of the formats that ``path`` looks like."""
    return [name for name in formats.names() if formats.build(name).recognises(path)]


def must_be_new(target: Path) -> None:
    """Refuse to write over anything."""
    is_empty_folder = target.is_dir() and not any(target.iterdir())
    if os.path.lexists(target) and not is_empty_folder:
        raise PointreelError(f"{target}: exists. Choose another place or remove it first; nothing is overwritten.")
