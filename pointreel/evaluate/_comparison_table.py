"""The figures of a comparison as HTML: a sentence for each method, and a table with intervals and differences."""

import math
from collections.abc import Iterator, Mapping
from html import escape

from .bootstrap import Difference
from .comparison import Comparison, Method
from .definitions import Definition
from .page_look import colour

SIGNIFICANT = 0.05
_ROW = 13
"""Pixels from one interval to the next in the little plot of a figure."""


def number(value: float, signed: bool = False) -> str:
    """Three decimals and a true minus.

    >>> number(-0.25), number(0.5, signed=True), number(float("nan"))
    ('−0.250', '+0.500', '–')
    """
    if math.isnan(value):
        return "–"
    sign = "−" if round(value, 3) < 0 else "+" if signed else ""
    return f"{sign}{abs(value):.3f}"


def chance(p: float) -> str:
    """How a p-value is written.

    >>> chance(0.0002), chance(0.04)
    ('p < 0.001', 'p = 0.040')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def verdicts(comparison: Comparison) -> Iterator[str]:
    """What the first figure says of every method, in a sentence."""
    figure, first = comparison.figures[0], comparison.methods[0]
    if len(comparison.methods) == 1:
        yield f"{_name(0, first)} has a {escape(figure)} of <b>{number(first.report.overall[figure])}</b>."
    for k, method in enumerate(comparison.methods[1:], 1):
        if (difference := comparison.differences[method.name].get(figure)) is not None:
            yield f"{_name(k, method)} {_verdict(difference, figure, _name(0, first))}"


def _verdict(difference: Difference, figure: str, other: str) -> str:
    if not difference.value:
        return f"equals {other} in {escape(figure)}."
    side = "above" if difference.value > 0 else "below"
    span = f"95 %: {number(difference.low, True)} to {number(difference.high, True)}, {chance(difference.p)}"
    doubt = "" if difference.p < SIGNIFICANT else ", which may be chance"
    return f"is <b>{number(abs(difference.value))} {side}</b> {other} in {escape(figure)}{doubt} ({escape(span)})."


def _name(k: int, method: Method) -> str:
    return f'<span style="--m: {colour(k)}"><span class="dot"></span>{escape(method.name)}</span>'


def figures_table(comparison: Comparison, known: Mapping[str, Definition]) -> str:
    """A row for every figure, a column for every method; the first column opens the definition."""
    low, high = _range(comparison)
    heads = "".join(f"<th>{_name(k, method)}</th>" for k, method in enumerate(comparison.methods))
    scale = f"{low:g} to {high:g}".replace("-", "−")
    rows = "".join(_row(comparison, figure, known.get(figure), low, high) for figure in comparison.figures)
    return (
        f'<table class="scores"><thead><tr><th></th>{heads}<th class="forest quiet">{scale}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def popovers(known: Mapping[str, Definition]) -> str:
    """The definitions that the names of figures open."""
    return "".join(
        f'<div popover id="{_place(figure)}"><h3>{escape(figure)}</h3><div class="formula">{escape(one.formula)}</div>'
        f'<p>{escape(one.words)}</p><p class="quiet">{one.direction.capitalize()}.</p></div>\n'
        for figure, one in known.items()
    )


def _place(figure: str) -> str:
    """The id of a figure's definition in the page."""
    return "about-" + "".join(letter if letter.isalnum() else f"-{ord(letter)}-" for letter in figure)


def _row(comparison: Comparison, figure: str, definition: Definition | None, low: float, high: float) -> str:
    name = escape(figure)
    if definition is not None:
        arrow = "" if definition.higher_is_better else " <small>lower is better</small>"
        name = f'<button class="define" popovertarget="{_place(figure)}">{name}</button>{arrow}'
    cells = "".join(_cell(comparison, method, figure, definition) for method in comparison.methods)
    return f"<tr><th>{name}</th>{cells}<td class=forest>{_forest(comparison, figure, low, high)}</td></tr>\n"


def _cell(comparison: Comparison, method: Method, figure: str, definition: Definition | None) -> str:
    lines = [f'<div class="value">{number(method.report.overall[figure])}</div>']
    if figure in method.report.intervals:
        lines.append("<small>{} to {}</small>".format(*map(number, method.report.intervals[figure])))
    difference = comparison.differences.get(method.name, {}).get(figure)
    if difference is not None and not math.isnan(difference.value):
        better = difference.value > 0 if definition is None or definition.higher_is_better else difference.value < 0
        kind = ("good" if better else "bad") if difference.p < SIGNIFICANT else "unclear"
        lines.append(
            f'<small class="change {kind}">{number(difference.value, True)}, {escape(chance(difference.p))}</small>'
        )
        span = f"{number(difference.low, True)} to {number(difference.high, True)}"
        lines.append(f'<small class="span">{span}</small>')
    first = ' class="first"' if method is comparison.methods[0] else ""
    return f"<td{first}>{''.join(lines)}</td>"


def _forest(comparison: Comparison, figure: str, low: float, high: float) -> str:
    """Every method's figure as a dot on its interval."""

    def x(value: float) -> str:
        return f"{2 + 96 * (value - low) / (high - low):.2f}%"

    height = _ROW * len(comparison.methods) + 8
    marks = [
        f'<line class="grid" x1="{x(v)}" x2="{x(v)}" y1="0" y2="{height}"/>' for v in (low, (low + high) / 2, high)
    ]
    for k, method in enumerate(comparison.methods):
        value, y = method.report.overall[figure], 4 + _ROW * (k + 0.5)
        if math.isnan(value):
            continue
        ends = method.report.intervals.get(figure, (value, value))
        line = f'<line x1="{x(ends[0])}" x2="{x(ends[1])}" y1="{y}" y2="{y}"/>' if not math.isnan(ends[0]) else ""
        marks.append(f'<g class="m{k}" style="--m: {colour(k)}">{line}<circle cx="{x(value)}" cy="{y}" r="3"/></g>')
    return f'<svg height="{height}" aria-hidden="true" style="height: {height}px">{"".join(marks)}</svg>'


def _range(comparison: Comparison) -> tuple[float, float]:
    """From 0 to 1, and further where a decay or its interval is negative."""
    values = [value for m in comparison.methods for ends in m.report.intervals.values() for value in ends]
    values += [value for m in comparison.methods for value in m.report.overall.values()]
    known = [value for value in values if not math.isnan(value)]
    return min(0.0, math.floor(10 * min(known, default=0)) / 10), max(1.0, math.ceil(10 * max(known, default=1)) / 10)
