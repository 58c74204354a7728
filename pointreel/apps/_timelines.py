"""The confidence, area and presence of one object over time, as an SVG that stays small however long the video is."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from ..video import colour_of
from .track_facts import Facts, ObjectFacts

_WIDTH, _LEFT, _RIGHT = 960, 44, 8
_SCORE, _AREA, _BAR, _GAP = 84, 40, 8, 10
_HEIGHT = _SCORE + _AREA + _BAR + 2 * _GAP + 22
_BINS = 600
_GRID, _INK = "#d9dfe3", "#5b6b76"


def timeline(one: ObjectFacts, facts: Facts) -> str:
    """Score above, area below, a bar where the object is; several frames that share a place show the worst of them."""
    line, fill = _shades(one.object_id)
    edges = np.linspace(0, facts.num_frames, min(_BINS, facts.num_frames) + 1).round().astype(int)
    top_of_area = 8 + _SCORE + _GAP
    parts = [
        f'<svg class="timeline" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-size="11" fill="{_INK}" '
        f'font-family="system-ui, sans-serif"><title>{escape(one.called)}: score, area and presence by frame</title>',
        *_grid(facts.num_frames, top_of_area),
        *_areas(one, edges, top_of_area, fill),
        *_scores(one, edges, line),
        *_presence(one, facts.num_frames, top_of_area + _AREA + _GAP, fill),
        *_unreadable(facts, one),
        *_locks(one, facts.num_frames),
        *_hovers(one, edges),
        "</svg>",
    ]
    return "\n".join(parts)


def _x(frame: float, num_frames: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * frame / num_frames


def _y(score: float) -> float:
    return 8 + _SCORE * (1 - score)


def _grid(num_frames: int, top_of_area: int) -> list[str]:
    lines = [
        f'<path d="M{_LEFT} {_y(v):.1f}H{_WIDTH - _RIGHT}" stroke="{_GRID}"/>'
        f'<text x="{_LEFT - 6}" y="{_y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.5, 1)
    ]
    base = top_of_area + _AREA
    lines.append(f'<path d="M{_LEFT} {base}H{_WIDTH - _RIGHT}" stroke="{_GRID}"/>')
    lines.append(f'<text x="{_LEFT - 6}" y="{base}" text-anchor="end">area</text>')
    for frame in sorted({0, num_frames - 1, *range(0, num_frames, _step(num_frames))}):
        at = _x(frame + 0.5, num_frames)
        is_last = frame == num_frames - 1
        if not is_last and at > _WIDTH - 50 and frame:
            continue
        anchor = "end" if is_last and frame else "middle"
        lines.append(f'<text x="{at:.1f}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{frame}</text>')
    return lines


def _step(num_frames: int) -> int:
    """A round number of frames that gives about eight marks."""
    rough = max(num_frames / 8, 1)
    power = 10 ** int(np.log10(rough))
    return int(next((power * k for k in (1, 2, 5) if power * k >= rough), 10 * power))


def _scores(one: ObjectFacts, edges: NDArray[np.int64], colour: str) -> list[str]:
    """A line for each stretch; a bin shows its lowest score, so that a single bad frame of thousands is seen."""
    paths: list[list[str]] = []
    run: list[str] = []
    num = int(edges[-1])
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        here = one.score[begin:end]
        if np.isnan(here).all():
            paths, run = [*paths, run], []
            continue
        run.append(f"{_x((begin + end) / 2, num):.1f} {_y(float(np.clip(np.nanmin(here), 0, 1))):.1f}")
    style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"'
    drawn = (points if len(points) > 1 else points * 2 for points in [*paths, run] if points)
    return [f'<path d="M{"L".join(points)}" {style}/>' for points in drawn]


def _areas(one: ObjectFacts, edges: NDArray[np.int64], top: int, colour: str) -> list[str]:
    largest = max(int(one.area.max()), 1)
    num, base = int(edges[-1]), top + _AREA
    outline = []
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        y = base - _AREA * float(one.area[begin:end].mean()) / largest
        outline.append(f"L{_x(begin, num):.1f} {y:.1f}L{_x(end, num):.1f} {y:.1f}")
    return [f'<path d="M{_LEFT} {base}{"".join(outline)}V{base}Z" fill="{colour}"/>']


def _presence(one: ObjectFacts, num_frames: int, top: int, colour: str) -> list[str]:
    rects = [f'<rect x="{_LEFT}" y="{top}" width="{_WIDTH - _LEFT - _RIGHT}" height="{_BAR}" rx="3" fill="#eef1f3"/>']
    for first, last in one.stretches():
        left, right = _x(first, num_frames), _x(last + 1, num_frames)
        rects.append(
            f'<rect x="{left:.1f}" y="{top}" width="{max(right - left, 1):.1f}" height="{_BAR}" rx="3" '
            f'fill="{colour}"/>'
        )
    return rects


def _locks(one: ObjectFacts, num_frames: int) -> list[str]:
    marks = ((_x(frame + 0.5, num_frames), frame) for frame in one.locked)
    return [
        f'<path d="M{x:.1f} 6v{_SCORE + 4}" stroke="#22303a" stroke-width="1.5"/>'
        f'<circle cx="{x:.1f}" cy="6" r="4" fill="#22303a"><title>frame {frame}: said</title></circle>'
        for x, frame in marks
    ]


def _unreadable(facts: Facts, one: ObjectFacts) -> list[str]:
    width = max((_WIDTH - _LEFT - _RIGHT) / facts.num_frames, 1)
    frames = (frame for frame in facts.carried if one.area[frame])
    return [
        f'<rect x="{_x(frame, facts.num_frames):.1f}" y="8" width="{width:.1f}" height="{_SCORE}" fill="#d9822b33"/>'
        for frame in frames
    ]


def _hovers(one: ObjectFacts, edges: NDArray[np.int64]) -> list[str]:
    """Invisible columns whose titles say the numbers."""
    num, columns = int(edges[-1]), []
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        here = one.score[begin:end]
        if np.isnan(here).all():
            continue
        worst = begin + int(np.nanargmin(here))
        told = f"frame {worst}: score {one.score[worst]:.2f}, {int(one.area[worst]):,} px"
        columns.append(
            f'<rect x="{_x(begin, num):.1f}" y="8" width="{(_WIDTH - _LEFT - _RIGHT) * (end - begin) / num:.2f}" '
            f'height="{_SCORE + _GAP + _AREA}" fill="transparent"><title>{told}</title></rect>'
        )
    return columns


def _shades(object_id: int) -> tuple[str, str]:
    """A darker shade of the object's colour for lines on white, and the colour itself, lighter, for areas."""
    colour = np.array(colour_of(object_id))
    line = (colour * 0.75).round().astype(int).tolist()
    fill = (colour * 0.55 + 255 * 0.45).round().astype(int).tolist()
    return "rgb({},{},{})".format(*line), "rgb({},{},{})".format(*fill)
