"""What a report says of corrections: the command to type, which a click on a picture writes."""

import shlex
from html import escape
from string import Template

from .track_facts import Facts, ObjectFacts

STYLE = """
  .doubts .picture { position: relative; cursor: crosshair; }
  .mark { position: absolute; width: 10px; height: 10px; margin: -6px 0 0 -6px; border-radius: 50%; background: #fff;
          border: 2px solid #22303a; pointer-events: none; }
  .mark.off { border-radius: 0; background: #d9822b; }
  .command { background: #f2f5f7; border-radius: 4px; padding: .7rem 1rem; white-space: pre-wrap; font-size: .85rem;
             overflow-wrap: anywhere; user-select: all; margin: .6rem 0 0; }
"""

_CLICK = """Click a picture where the object is and its mask is not, and with Shift where the mask is and the object is
not; a click on a mark takes it back. Then type what stands here:"""
_NO_PICTURE = "Where you see a mask that is wrong all the same, type what is right there:"

_PART = Template("""<p class="quiet">$how</p>
<pre class="command" data-command="$command" data-width="$width" data-height="$height">$command $example</pre>
<script>
const line = document.querySelector(".command"), example = line.textContent;
const pictures = [...document.querySelectorAll(".doubts figure")].map((figure) => ({ figure, said: [] }));
const tell = () => {
  const words = pictures.filter(({ said }) => said.length)
    .map(({ figure, said }) => [figure.dataset.words, ...said.map(({ word }) => word)].join(" "));
  line.textContent = words.length ? [line.dataset.command, ...words].join(" ") : example;
};
for (const { figure, said } of pictures) figure.querySelector("img").addEventListener("click", (event) => {
  const box = event.target.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
  const near = said.findIndex((one) => Math.hypot((one.x - x) * box.width, (one.y - y) * box.height) < 7);
  if (near >= 0) said.splice(near, 1)[0].mark.remove();
  else {
    const at = (share, size) => Math.min(Math.max(Math.floor(share * size), 0), size - 1);
    const place = [at(x, +line.dataset.width), at(y, +line.dataset.height)];
    const mark = Object.assign(document.createElement("span"), { className: event.shiftKey ? "mark off" : "mark" });
    Object.assign(mark.style, { left: 100 * x + "%", top: 100 * y + "%" });
    event.target.parentElement.append(mark);
    said.push({ x, y, mark, word: (event.shiftKey ? "--not-point " : "--point ") + place });
  }
  tell();
});
</script>
""")


def corrections(command: str, facts: Facts) -> str:
    """How to correct, for a page whose pictures of doubts, if any, are ``figure`` with ``data-words``."""
    how, (height, width) = _CLICK if facts.doubts(1) else _NO_PICTURE, facts.size
    example = escape(example_for(facts))
    return _PART.substitute(how=how, command=escape(command), example=example, height=height, width=width)


def words_for(one: ObjectFacts, frame: object) -> str:
    """What a command line says of a frame of an object before it says where; one without a name goes by its number."""
    return f"--object {shlex.quote(one.name or str(one.object_id))} --at {frame}"


def example_for(facts: Facts) -> str:
    """What to type about the worst frame, but for the place, which only a person who looks can know."""
    worst = next(iter(facts.doubts(1)), None)
    frame = worst.frame if worst else "FRAME" if facts.num_frames > 1 else 0
    one = next(one for one in facts.objects if worst is None or one.object_id == worst.object_id)
    return f"{words_for(one, frame)} --point x,y"
