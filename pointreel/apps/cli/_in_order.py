"""Options that are read in the order they were typed: ``--object cat --at 3 --point 1,2 --object dog --point 5,6``.

Command lines hand over each option's values together, and the order between options is lost. Here each value knows its
place among all that were typed, so that ``--at`` can count for what follows it.
"""

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand


class Word(str):
    """The value of an option, with its ``place`` among all options and the name the option has in code."""

    __slots__ = ("option", "place")
    place: int
    option: str

    @classmethod
    def at(cls, place: int, option: str, value: str) -> "Word":
        word = cls(value)
        word.place, word.option = place, option
        return word


class InOrder(TyperCommand):
    """A command whose repeated text options keep their places, as ``Word``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer has its own copy of Click
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        rest = super().parse_args(ctx, args)
        taken: dict[str, list[Word]] = {}
        for place, parameter in enumerate(order):
            name = parameter.name
            if name and isinstance(values.get(name), list):
                words = taken.setdefault(name, [])
                words.append(Word.at(place, name, str(values[name][len(words)])))
        ctx.params |= {name: words for name, words in taken.items() if isinstance(ctx.params.get(name), list | tuple)}
        return rest


def in_order(*lists: Iterable[str]) -> list[Word]:
    """All values in the order they were typed."""
    words = [word for words in lists for word in words if isinstance(word, Word)]
    return sorted(words, key=lambda word: word.place)
