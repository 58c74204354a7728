"""Shows the examples in docstrings as code: Markdown would take the prompts of Python for quotations."""

import re

import griffe

EXAMPLE = re.compile(r"(?:^>>> .*\n?(?:^(?!>>> |$).*\n?)*)+", re.MULTILINE)


class FenceExamples(griffe.Extension):
    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(_fenced, obj.docstring.value)


def _fenced(example: re.Match[str]) -> str:
    code = re.sub(r"\s*# doctest: .*$", "", example[0].rstrip("\n"), flags=re.MULTILINE)
    return f"```pycon\n{code}\n```\n"
