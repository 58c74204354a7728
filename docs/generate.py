"""Writes the pages that are made from the code: the command line, the formats, the samplers, the scores.

``python docs/generate.py`` writes them; with ``--check`` it only says whether they are up to date.
"""

import re
import sys
from collections.abc import Callable, Iterator
from enum import EnumType
from inspect import cleandoc, signature
from pathlib import Path
from types import NoneType
from typing import get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo

from pointreel.apps.cli.app import EXIT_CODES, app, commands, module_of
from pointreel.core import Feature, Shelf
from pointreel.evaluate import definitions, scorers
from pointreel.evaluate.definitions import INTERVAL, SIGNIFICANCE
from pointreel.formats import shelf as formats
from pointreel.points import frame_samplers, samplers

DOCS = Path(__file__).parent
NOTE = "<!-- Made by docs/generate.py; edit the code instead. -->\n\n"


def command_line() -> str:
    """The reference of the command line, from the functions that are the commands."""
    pages = [f"# Command line\n\n{cleandoc(app.registered_callback.callback.__doc__)}\n\n{EXIT_CODES}\n"]
    for name, function in commands():
        pages.append(f"## pointreel {name}\n\n{cleandoc(function.__doc__)}\n")
        pages.append("```console\n" + "\n".join(f"$ {line}" for line in module_of(name).EXAMPLES) + "\n```\n")
        rows = [f"| `{usage}` | {text} |" for usage, text in _parameters(function)]
        pages.append("| | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(pages)


def _parameters(function: Callable[..., object]) -> Iterator[tuple[str, str]]:
    """How each parameter is typed on the command line, and what it is for."""
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in signature(function).parameters.items():
        kind, info = get_args(hints[name])
        default = getattr(parameter.default, "value", parameter.default)
        shown = isinstance(default, str | int | Path) and default is not False
        text = f"{info.help} Default: `{default}`." if shown else info.help
        if isinstance(info, ArgumentInfo):
            yield info.metavar or _choices(kind) or name.upper(), text
            continue
        words = [word for word in (info.default, *(info.param_decls or ())) if str(word).startswith("-")]
        declared = ", ".join(words) or f"--{name.replace('_', '-')}"
        yield declared if kind is bool else f"{declared} {info.metavar or _choices(kind) or _value(kind)}", text


def _choices(kind: type) -> str:
    return "\\|".join(choice.value for choice in kind) if isinstance(kind, EnumType) else ""


def _value(kind: type) -> str:
    kinds = [inner for inner in get_args(kind) or (kind,) if inner is not NoneType]
    return "KEY=VALUE" if get_origin(kind) is list else {Path: "PATH", int: "N"}.get(kinds[0], "NAME")


def loss_table() -> str:
    """What each format holds: the table, then each format's own words."""
    names = formats.names()
    held = {name: formats.build(name).holds for name in names}
    rows = [
        f"| {feature.value} | " + " | ".join("●" if feature in held[name] else "" for name in names) + " |"
        for feature in Feature
    ]
    heads = " | ".join(f"[{name}](#{name})" for name in names)
    table = f"| | {heads} |\n|---|" + ":-:|" * len(names) + "\n" + "\n".join(rows) + "\n"
    return f'<div class="losses" markdown>\n\n{table}\n</div>\n\n' + "\n".join(
        _section(formats, name) for name in names
    )


def _section(shelf: Shelf, name: str) -> str:
    module = shelf.module(name)
    rows = "\n".join(f"| `{field}` | `{default!r}` |" for field, default in _options(module.Config))
    options = f"\n| option | default |\n|---|---|\n{rows}\n" if rows else ""
    words = re.sub("::$", ":", cleandoc(module.__doc__ or ""), flags=re.MULTILINE)
    return f"## {name}\n\n{words}\n{options}"


def _options(config: type) -> Iterator[tuple[str, object]]:
    return ((name, field.default) for name, field in config.__dataclass_fields__.items())


def sampler_tables() -> str:
    """The ways to pick points and frames."""
    parts = []
    for title, shelf in (("Points", samplers), ("Frames", frame_samplers)):
        rows = [f"| `{name}` | {shelf.summary(name)} |" for name in shelf.names()]
        parts.append(f"## {title}\n\n| name | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def scorer_sections() -> str:
    """Each benchmark: what its figures mean, in its own words, and its options."""
    return "\n".join(_section(scorers, name) for name in scorers.names())


def figure_definitions() -> str:
    """Every figure: of which benchmarks it is, its formula, and its rule in words."""
    heads = (f"**{one.figure}** of {', '.join(one.benchmarks)} ({one.direction})" for one in definitions())
    parts = (
        f"{head}\n\n```text\n{one.formula}\n```\n\n{one.words}\n"
        for head, one in zip(heads, definitions(), strict=True)
    )
    return "\n".join([*parts, f"**95 % interval**\n\n{INTERVAL}\n", f"**Difference and p**\n\n{SIGNIFICANCE}\n"])


PAGES = {
    DOCS / "reference" / "cli.md": command_line,
    DOCS / "generated" / "formats.md": loss_table,
    DOCS / "generated" / "samplers.md": sampler_tables,
    DOCS / "generated" / "scorers.md": scorer_sections,
    DOCS / "generated" / "figures.md": figure_definitions,
}


def main() -> int:
    stale = []
    for path, make in PAGES.items():
        text = NOTE + make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if "--check" not in sys.argv:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        names = ", ".join(str(path.relative_to(DOCS.parent)) for path in stale)
        print(f"not up to date: {names}. Type: make format", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
