"""One HTML file of a comparison: figures with intervals, curves, scatter and pictures; it needs nothing beside it."""

import json
import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from ..core import replacing
from ._comparison_script import SCRIPT
from ._comparison_style import STYLE as COMPARISON_STYLE
from ._comparison_table import figures_table, number, popovers, verdicts
from .comparison import MEASURES, Comparison, Scores
from .definitions import INTERVAL, SIGNIFICANCE, definitions_of
from .frame_choice import ChosenFrame, best_frames, different_frames, worst_frames
from .page_look import STYLE, colour
from .report import Progress, silent

if TYPE_CHECKING:
    from .frame_pictures import Images

_HEAD = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$title</title>
<style>$style</style>
<h1>$title</h1>
<p class="quiet">$subtitle</p>
$verdicts
$warnings
<div class="legend" aria-label="What is shown">$legend</div>
<h2>Figures</h2>
<p class="quiet">Click a name for its formula and its rule. Below a figure is its 95 % interval over
sequences$below.</p>
<div class="wide">$table</div>
$popovers
<h2 id="over-time">Over time</h2>
<p class="quiet">The mean over objects on every scored frame. A triangle is a frame with a picture below.</p>
<div class="bar"><button id="before" aria-label="previous sequence">←</button>
<select id="sequence" aria-label="sequence"></select><button id="after" aria-label="next sequence">→</button>
<select id="measure" aria-label="measure">$measures</select></div>
<svg class="plot" id="curves" role="img" aria-label="scores over time"></svg>
<output id="reading"></output>
<h2>Sequence by sequence</h2>
<p class="quiet">$scatter_words</p>
<div class="bar"><select id="figure" aria-label="figure"></select>
<span $one_hidden>across <select id="across"></select> up <select id="up"></select></span></div>
<div class="pair">$scatter
<div class="list"><table id="sequences"><thead></thead><tbody></tbody></table></div></div>
""")

_TAIL = Template("""
<h2>How the figures are defined</h2>
<dl class="definitions">$definitions
<dt>95 % interval</dt><dd>$interval</dd><dt>Difference and p</dt><dd>$significance</dd></dl>
<p class="quiet footer">$about</p>
<dialog id="large"><div id="large-picture"></div><div class="bar"><button id="earlier">← previous</button>
<button id="shut">close</button><button id="later">next →</button></div></dialog>
<noscript><p>Curves, scatter and list are drawn by a script, which this browser does not run.</p></noscript>
<script type="application/json" id="data">$data</script>
<script>$script</script>
</html>
""")


def write_comparison(
    comparison: Comparison, page: Path, *, images: Path | None = None, progress: Progress = silent
) -> Path:
    """Write the page. ``images`` is a folder of sequence folders with pictures, where they are not in JPEGImages beside
    the truth's Annotations; without any, contours are drawn on grey."""
    from .frame_pictures import Images

    source = Images(images)
    source.require(comparison)
    sections = _sections(comparison)
    with replacing(page) as draft, draft.open("w", encoding="utf-8") as file:
        file.write(_head(comparison))
        for heading, words, chosen in sections:
            file.write(f'<h2>{escape(heading)}</h2>\n<p class="quiet">{escape(words)}</p>\n<div class="frames">\n')
            for one in progress(chosen, f"drawing frames: {heading.lower()}", len(chosen)):
                file.write(_figure(comparison, one, source))
            file.write("</div>\n")
        file.write(_tail(comparison, [one for *_, chosen in sections for one in chosen]))
    return page


def title(comparison: Comparison) -> str:
    """The methods, as a heading."""
    names = [method.name for method in comparison.methods]
    return (" against " if len(names) == 2 else ", ").join(names)


def _sections(comparison: Comparison) -> list[tuple[str, str, list[ChosenFrame]]]:
    """Headings, what is below them, and the frames to show."""
    names = [method.name for method in comparison.methods]
    both = "all methods" if len(names) > 1 else names[0]
    sections = [
        (
            f"Where {names[0]} and {name} differ most",
            f"Frames with the largest difference in J between {names[0]} and {name}, either way.",
            different_frames(comparison, 0, k, 6 if len(names) == 2 else 3),
        )
        for k, name in enumerate(names[1:], 1)
    ]
    sections += [
        ("Worst frames", f"Frames of the lowest J, meaned over objects and {both}.", worst_frames(comparison)),
        ("Best frames", "Frames with an object of the highest such J.", best_frames(comparison)),
    ]
    return [section for section in sections if section[2]]


def _head(comparison: Comparison) -> str:
    several = len(comparison.methods) > 1
    known = definitions_of(comparison.figures, comparison.benchmark)
    first = escape(comparison.methods[0].name)
    return _HEAD.substitute(
        title=escape(title(comparison)),
        style=STYLE + COMPARISON_STYLE + "".join(_hiding(len(comparison.methods))),
        subtitle=escape(_subtitle(comparison)),
        verdicts="".join(f'<p class="verdict">{words}</p>\n' for words in verdicts(comparison)),
        warnings=_warnings(comparison),
        legend=_legend(comparison),
        below=f", then the difference from {first}, in colour where chance is unlikely (p < 0.05)" if several else "",
        table=figures_table(comparison, known),
        popovers=popovers(known),
        measures="".join(f"<option>{measure}</option>" for measure in MEASURES),
        scatter='<svg class="plot" id="scatter" role="img" aria-label="sequences"></svg>' if several else "",
        scatter_words="A dot is a sequence: above the diagonal the second method is better. "
        "Click a dot or a row to see it over time."
        if several
        else "Click a row to see it over time.",
        one_hidden="" if several else "hidden",
    )


def _subtitle(comparison: Comparison) -> str:
    def many(count: int, what: str) -> str:
        return f"{count:,} {what}{'' if count == 1 else 's'}"

    parts = (
        many(len(comparison.sequences), "sequence"),
        many(comparison.num_objects, "object"),
        many(comparison.num_frames, "frame"),
    )
    truth = comparison.truth.name or "the truth"
    return f"Scored by the rules of {comparison.benchmark} against {truth}: {', '.join(parts)}."


def _hiding(num_methods: int) -> Iterator[str]:
    yield ".hide-truth .truth { display: none; }"
    yield from (f".hide-{k} .m{k} {{ display: none; }}" for k in range(num_methods))


def _legend(comparison: Comparison) -> str:
    box = '<input type="checkbox" checked value="{value}"><i></i>{name}'
    one = f'<label class="{{kind}}" style="--m: {{colour}}">{box}</label>'
    labels = [one.format(kind="of-truth", colour="", value="truth", name="truth")]
    labels += [
        one.format(kind="of-method", colour=colour(k), value=k, name=escape(method.name))
        for k, method in enumerate(comparison.methods)
    ]
    return "".join(labels)


def _warnings(comparison: Comparison) -> str:
    if not comparison.warnings:
        return ""
    return f'<div class="warnings">{"".join(f"<p>{escape(text)}</p>" for text in comparison.warnings)}</div>'


def _figure(comparison: Comparison, chosen: ChosenFrame, images: "Images") -> str:
    from .frame_pictures import frame_picture

    picture = frame_picture(comparison, chosen.sequence, chosen.frame, images)
    left, top, width, height = picture.part
    place = f'x="{left}" y="{top}" width="{width}" height="{height}" preserveAspectRatio="none"'
    jpeg = f'<image href="{picture.jpeg}" {place}/>' if picture.jpeg else ""
    paths = "".join(
        f'<path class="m{k}" style="--m: {colour(k)}" d="{path}"/>'
        for k, path in enumerate(picture.predictions)
        if path
    )
    scores = "".join(
        f'<span class="m{k}" style="--m: {colour(k)}"><span class="dot"></span>{number(score)}</span>'
        for k, score in enumerate(chosen.scores)
    )
    name = f"{escape(chosen.sequence)} · {escape(chosen.frame)}"
    return (
        f'<figure class="frame{"" if jpeg else " no-picture"}" data-sequence="{escape(chosen.sequence)}" '
        f'data-frame="{escape(chosen.frame)}"><button class="zoom" aria-label="{name}, larger">'
        f'<svg viewBox="{left} {top} {width} {height}">{jpeg}<path class="truth" d="{picture.truth}"/>{paths}</svg>'
        f"</button><figcaption><button>{name}</button>{scores}</figcaption></figure>\n"
    )


def _tail(comparison: Comparison, chosen: list[ChosenFrame]) -> str:
    from .. import __version__

    known = definitions_of(comparison.figures, comparison.benchmark)
    terms = (
        f"<dt>{escape(figure)} ({one.direction})</dt><dd><div class=formula>{escape(one.formula)}</div>"
        f"{escape(one.words)}</dd>\n"
        for figure, one in known.items()
    )
    return _TAIL.substitute(
        definitions="".join(terms),
        interval=INTERVAL,
        significance=SIGNIFICANCE,
        about=f"Made by pointreel {__version__}. This file is complete: it can be sent and archived as it is.",
        data=json.dumps(_data(comparison, chosen), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        script=SCRIPT,
    )


def _data(comparison: Comparison, chosen: list[ChosenFrame]) -> dict[str, object]:
    """What the script draws. Scores of frames are in thousandths, which keeps long videos small."""
    figures = list(comparison.methods[0].figures(comparison.sequences[0]))
    pictures: dict[str, set[str]] = {}
    for one in chosen:
        pictures.setdefault(one.sequence, set()).add(one.frame)
    first = chosen[0].sequence if chosen else comparison.sequences[0]
    return {
        "methods": [method.name for method in comparison.methods],
        "colours": [colour(k) for k in range(len(comparison.methods))],
        "figures": figures,
        "start": comparison.sequences.index(first),
        "sequences": [_sequence_data(comparison, name, pictures.get(name, set())) for name in comparison.sequences],
    }


def _sequence_data(comparison: Comparison, name: str, pictures: set[str]) -> dict[str, object]:
    frames = comparison.frames(name)
    return {
        "name": name,
        "frames": frames,
        "pictures": [k for k, frame in enumerate(frames) if frame in pictures],
        "figures": [
            [None if math.isnan(value) else round(value, 4) for value in method.figures(name).values()]
            for method in comparison.methods
        ],
        **{measure: _thousandths(comparison.scores(name, measure)) for measure in MEASURES},
    }


def _thousandths(scores: Scores) -> list[list[int | None]]:
    return [[None if np.isnan(value) else round(1000 * value) for value in row] for row in scores.tolist()]
