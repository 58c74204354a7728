"""One HTML page about a run, with every picture inside it: how sure the engine was, and where a person should look."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

import cv2

from ..core import BACKGROUND, FOREGROUND, Prompt, replacing
from ..video import colour_of
from ..video.pictures import RGB
from ._timelines import timeline
from .track_corrections import STYLE, corrections, words_for
from .track_facts import Doubt, Facts, ObjectFacts

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$title · tracked</title>
<style>
  body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem; color: #22303a; background: #fff;
         font: 16px/1.55 system-ui, sans-serif; }
  h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.6rem 0 .4rem; }
  p { max-width: 44rem; } .quiet { color: #5b6b76; } .small { font-size: .85rem; }
  table { border-collapse: collapse; width: 100%; margin-top: 1rem; font-variant-numeric: tabular-nums; }
  th { text-align: left; font-weight: 600; font-size: .85rem; color: #5b6b76; padding: .3rem .8rem .3rem 0; }
  td { text-align: left; padding: .35rem .8rem .35rem 0; border-top: 1px solid #d9dfe3; vertical-align: top; }
  .facts td { font-size: 1.3rem; white-space: nowrap; }
  .sheet { max-width: 100%; border-radius: 4px; display: block; margin-top: 1.4rem; }
  .dot { display: inline-block; width: .75em; height: .75em; border-radius: 50%; margin-right: .45em;
         box-shadow: 0 0 0 1px #0003; }
  .timeline { width: 100%; height: auto; display: block; margin-top: .6rem; }
  .doubts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); gap: 1rem;
            margin-top: 1rem; }
  .doubts figure { margin: 0; } .doubts img { width: 100%; border-radius: 4px; display: block; }
  figcaption { font-size: .85rem; padding-top: .35rem; font-variant-numeric: tabular-nums; }
  a { color: #2a6f97; }
  video { width: 100%; max-height: 80vh; border-radius: 4px; display: block; margin-top: 1.4rem; background: #101418; }
$style
  .warn { background: #fdf1e3; border-left: 4px solid #d9822b; padding: .7rem 1rem; max-width: none; }
</style>
<h1>$title</h1>
<p class="quiet">Tracked by the engine <b>$engine</b>, $direction from the prompts.</p>
$warning
<table class="facts"><tr>$heads</tr><tr>$cells</tr></table>
$video
<img class="sheet" alt="Frames of the video with the masks drawn on them" src="$sheet">
<h2>Objects</h2>
<p class="quiet">The line is how sure the engine was of each frame, the area below how large the object was, the bar
where it was at all. Black marks are frames on which something was said. Hover for the numbers.</p>
$objects
<h2>Where to look first</h2>
<p class="quiet">The frames the engine was least sure of. Where a mask is wrong, correct it there: only what lies
between the marked frames around it is made again.</p>
<div class="doubts">$doubts</div>
$corrections
<h2>What was said</h2>
<table><tr><th>object</th><th>frame</th><th>what</th></tr>$prompts</table>
<h2>Files</h2>
<table>$files</table>
</html>
""")

_NO_DOUBT = (
    '<p class="quiet" style="grid-column:1/-1;margin:0">None: the engine was sure of every frame it could see.</p>'
)
_VIDEO = '<video src="{}" controls loop muted playsinline preload="metadata"></video>'


@dataclass(frozen=True, eq=False)
class Picture:
    """A frame the engine was unsure of, small and drawn on."""

    doubt: Doubt
    rgb: RGB


def write_report(
    facts: Facts,
    prompts: Sequence[Prompt],
    path: Path,
    sheet: RGB,
    doubts: Sequence[Picture],
    files: Sequence[tuple[str, str]],
    title: str,
    correcting: str = "",
) -> None:
    """Write the page to ``path``. ``correcting`` is the command that corrects this run, as far as it is the same."""
    table = {
        "frames": f"{facts.num_frames:,}",
        "size": f"{facts.size[1]} × {facts.size[0]}",
        "objects": str(len(facts.objects)),
        "took": _duration(facts.seconds),
        "frames per second": f"{facts.rate:.1f}" if facts.rate else "–",
    }
    if facts.num_made > facts.num_frames:
        table["in all passes"] = f"{facts.num_made:,} frames"
    by_id = {one.object_id: one for one in facts.objects}
    text = _PAGE.substitute(
        title=escape(title),
        engine=escape(facts.engine),
        direction={"both": "forward and backward"}.get(facts.direction, facts.direction),
        warning=_warning(facts),
        heads="".join(f"<th>{head}</th>" for head in table),
        cells="".join(f"<td>{cell}</td>" for cell in table.values()),
        sheet=_as_source(sheet),
        objects="\n".join(_object(one, facts) for one in facts.objects),
        video=next((_VIDEO.format(name) for name, _ in files if name.endswith(".mp4")), ""),
        style=STYLE if correcting else "",
        corrections=corrections(correcting, facts) if correcting else "",
        doubts="\n".join(_doubt(picture, by_id) for picture in doubts) or _NO_DOUBT,
        prompts="".join(_prompt(prompt, by_id) for prompt in prompts),
        files="".join(f'<tr><td><a href="{name}">{name}</a></td><td>{escape(what)}</td></tr>' for name, what in files),
    )
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def _warning(facts: Facts) -> str:
    if not facts.carried:
        return ""
    count = len(facts.carried)
    which = ", ".join(_stretches(facts.carried))
    if count == 1:
        told = f"Frame {which} of the video cannot be read: its masks are those of the frame next to it"
    else:
        told = f"{count} frames of the video cannot be read ({which}): their masks are those of the frame next to them"
    return f'<p class="warn">{told}, and their score is 0.</p>'


def _stretches(frames: Sequence[int]) -> list[str]:
    """Frames in words: 3, 7–12."""
    found: list[list[int]] = []
    for frame in frames:
        if found and frame == found[-1][1] + 1:
            found[-1][1] = frame
        else:
            found.append([frame, frame])
    return [f"{first}" if first == last else f"{first}–{last}" for first, last in found]


def _object(one: ObjectFacts, facts: Facts) -> str:
    num = len(one.frames)
    if num:
        share = 100 * num / facts.num_frames
        mean_area = float(one.area.sum()) / num
        told = (
            f"on {num:,} of {facts.num_frames:,} frames ({share:.0f} %) · mean score {one.mean_score:.2f} · "
            f"mean area {mean_area:,.0f} px ({100 * mean_area / (facts.size[0] * facts.size[1]):.1f} %) · "
            f"largest {int(one.area.max()):,} px"
        )
        last = one.stretches()[-1][1]
        if last < facts.num_frames - 1 and facts.direction != "backward":
            told += f" · <b>gone after frame {last}</b>"
    else:
        told = "<b>not found on any frame</b>"
    head = f'<p style="margin:1.6rem 0 0">{_dot(one.object_id)}<b>{escape(one.called)}</b></p>'
    return f'{head}\n<p class="quiet small" style="margin:0;max-width:none">{told}</p>\n{timeline(one, facts)}'


def _doubt(picture: Picture, by_id: dict[int, ObjectFacts]) -> str:
    doubt = picture.doubt
    caption = f"{_dot(doubt.object_id)}{escape(by_id[doubt.object_id].called)}, frame {doubt.frame}"
    image = f'<div class="picture"><img alt="Frame {doubt.frame}" src="{_as_source(picture.rgb)}"></div>'
    words = escape(words_for(by_id[doubt.object_id], doubt.frame))
    return f'<figure data-words="{words}">{image}<figcaption>{caption} · score {doubt.score:.2f}</figcaption></figure>'


def _prompt(prompt: Prompt, by_id: dict[int, ObjectFacts]) -> str:
    said = []
    if prompt.points is not None:
        on = int((prompt.points.label == FOREGROUND).sum())
        off = int((prompt.points.label == BACKGROUND).sum())
        said += [f"{on} point{'s' * (on != 1)} on it"] if on else []
        said += [f"{off} point{'s' * (off != 1)} off it"] if off else []
    if prompt.box is not None:
        box = prompt.box
        said.append(f"a box, {box.left:g},{box.top:g} to {box.right:g},{box.bottom:g}")
    if prompt.trace is not None:
        said.append(f"a trace of {len(prompt.trace)} positions")
    if prompt.mask is not None:
        said.append(f"a mask of {prompt.mask.area:,} px")
    if prompt.text is not None:
        said.append(f"“{escape(prompt.text)}”")
    called = escape(by_id[prompt.object_id].called)
    return f"<tr><td>{_dot(prompt.object_id)}{called}</td><td>{prompt.frame}</td><td>{', '.join(said)}</td></tr>"


def _dot(object_id: int) -> str:
    return '<span class="dot" style="background:rgb({},{},{})"></span>'.format(*colour_of(object_id))


def _as_source(rgb: RGB) -> str:
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 82])
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
