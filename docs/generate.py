"""Writes the pages that are made from the code: the command line, the formats, the samplers.

``python docs/generate.py`` writes them; with ``--check`` it only says whether they are up to date.
"""

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import typer

from pointreel.apps.cli.app import COMMANDS, app
from pointreel.core import Feature
from pointreel.formats import shelf as formats
from pointreel.points import frame_samplers, samplers

DOCS = Path(__file__).parent
NOTE = "<!-- Made by docs/generate.py; edit the code instead. -->\n\n"


def command_line() -> str:
    """The reference of the command line, from the commands themselves."""
    group = typer.main.get_command(app)
    pages = [f"# Command line\n\n{cleandoc(group.help or '')}\n\n{group.epilog}\n"]
    for name, command in group.commands.items():
        pages.append(f"## pointreel {name}\n\n{cleandoc(command.help or '')}\n")
        pages.append("```console\n" + "\n".join(f"$ {line}" for line in COMMANDS[name].EXAMPLES) + "\n```\n")
        rows = [f"| `{_usage(parameter)}` | {_help(parameter)} |" for parameter in command.params]
        pages.append("| | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(pages)


def _usage(parameter) -> str:
    kind = parameter.metavar or getattr(parameter.type, "choices", None) or parameter.type.name
    value = kind if isinstance(kind, str) else "\\|".join(getattr(choice, "value", choice) for choice in kind)
    if parameter.param_type_name == "argument":
        return value
    return ", ".join(parameter.opts) + ("" if parameter.is_flag else f" {value.upper()}")


def _help(parameter) -> str:
    text, default = getattr(parameter, "help", None) or "", parameter.default
    plain = isinstance(default, str | int | float) and default is not False and not parameter.required
    return f"{text} Default: `{getattr(default, 'value', default)}`." if plain else text


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
    return table + "\n" + "\n".join(_format_section(name) for name in names)


def _format_section(name: str) -> str:
    module = formats.module(name)
    rows = "\n".join(f"| `{field}` | `{default!r}` |" for field, default in _options(module.Config))
    options = f"\n| option | default |\n|---|---|\n{rows}\n" if rows else ""
    return f"## {name}\n\n{cleandoc(module.__doc__ or '')}\n{options}"


def _options(config: type) -> Iterator[tuple[str, object]]:
    return ((name, field.default) for name, field in config.__dataclass_fields__.items())


def sampler_tables() -> str:
    """The ways to pick points and frames."""
    parts = []
    for title, shelf in (("Points", samplers), ("Frames", frame_samplers)):
        rows = [f"| `{name}` | {shelf.summary(name)} |" for name in shelf.names()]
        parts.append(f"## {title}\n\n| name | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


PAGES = {
    DOCS / "reference" / "cli.md": command_line,
    DOCS / "generated" / "formats.md": loss_table,
    DOCS / "generated" / "samplers.md": sampler_tables,
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
