"""Prompts put together and looked at before any frame is: what cannot be meant is refused, by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Literal

import numpy as np

from ..core import BACKGROUND, FOREGROUND, Box, Mask, PointreelError, Points, Prompt, Trace
from ..core.protocols import VideoInfo

Said = Literal["point", "not-point", "box", "trace", "mask", "text", "at", "object"]
"""The part of a prompt that is to blame, as the command line names it."""

Key = tuple[int, int]
"""An object and a frame."""


class PromptError(PointreelError):
    """A prompt that cannot be meant: of which object, on which frame, and which part of it (``said``)."""

    def __init__(self, prompt: Prompt, said: Said, problem: str, names: Mapping[int, str] | None = None) -> None:
        name = (names or {}).get(prompt.object_id) or str(prompt.object_id)
        super().__init__(f"object {name}, frame {prompt.frame}: {problem}")
        self.object_id, self.frame, self.said, self.problem = prompt.object_id, prompt.frame, said, problem


def merged(prompts: Iterable[Prompt]) -> dict[Key, Prompt]:
    """One prompt per object and frame: points add up, of everything else the later one counts."""
    by_key: dict[Key, Prompt] = {}
    for prompt in prompts:
        key = prompt.object_id, prompt.frame
        by_key[key] = _joined(by_key[key], prompt) if key in by_key else prompt
    return by_key


def _joined(earlier: Prompt, later: Prompt) -> Prompt:
    if later.mask is not None:  # a mask says all there is to say, so what was said before it is over
        return later
    points = earlier.points + later.points if earlier.points and later.points else later.points or earlier.points
    return replace(
        earlier,
        points=points,
        box=later.box or earlier.box,
        trace=later.trace or earlier.trace,
        text=later.text or earlier.text,
        hint=earlier.hint if later.hint is None else later.hint,
    )


def locks_of(prompts: Iterable[Key]) -> dict[int, list[int]]:
    """The locked frames of each object, in order."""
    locks: dict[int, list[int]] = {}
    for object_id, frame in sorted(prompts):
        locks.setdefault(object_id, []).append(frame)
    return locks


def check_prompts(
    prompts: Sequence[Prompt],
    video: VideoInfo,
    accepts: frozenset[str],
    *,
    engine: str = "engine",
    names: Mapping[int, str] | None = None,
    known: frozenset[int] = frozenset(),
) -> None:
    """Raise ``PromptError`` for the first prompt that cannot be meant. ``known`` objects may be corrected only."""
    if not prompts:
        raise PointreelError("There is no prompt. Say where the object is: a point, a box, a trace or a mask.")
    for prompt in prompts:
        _check_place(prompt, video, names)
    begun = set(known)
    for (object_id, _), prompt in merged(prompts).items():
        for said, problem in _problems(prompt, video, accepts, engine):
            raise PromptError(prompt, said, problem, names)
        if _says_where(prompt):
            begun.add(object_id)
    for prompt in prompts:
        if prompt.object_id not in begun:
            problem = "it is only said where the object is not. Give at least one point that is on it."
            raise PromptError(prompt, "not-point", problem, names)


def _check_place(prompt: Prompt, video: VideoInfo, names: Mapping[int, str] | None) -> None:
    if prompt.object_id < 1:
        raise PromptError(prompt, "object", "an object's id has to be 1 or above; 0 is the background.", names)
    if not 0 <= prompt.frame < video.num_frames:
        there = f"frames 0 to {video.num_frames - 1}" if video.num_frames > 1 else "frame 0 only"
        raise PromptError(prompt, "at", f"there is no frame {prompt.frame}; the video has {there}.", names)


def _problems(prompt: Prompt, video: VideoInfo, accepts: frozenset[str], engine: str) -> Iterable[tuple[Said, str]]:
    if not prompt.kinds():
        yield "object", "nothing is said of it. Give a point, a box, a trace or a mask."
    for kind in sorted(prompt.kinds() - accepts):
        takes = ", ".join(sorted(accepts))
        yield _said(kind, prompt), f"the engine {engine!r} takes no {_noun(kind)}; it takes: {takes}."
    if prompt.points is not None:
        yield from _of_points(prompt.points, video)
    if prompt.box is not None:
        yield from _of_box(prompt.box, prompt.points, video)
    if prompt.trace is not None:
        yield from _of_trace(prompt.trace, video)
    if prompt.mask is not None:
        yield from _of_mask(prompt.mask, video)


def _said(kind: str, prompt: Prompt) -> Said:
    if kind == "points":
        only_off = prompt.points is not None and len(prompt.points) and bool((prompt.points.label == BACKGROUND).all())
        return "not-point" if only_off else "point"
    return {"box": "box", "trace": "trace", "mask": "mask", "text": "text"}[kind]  # type: ignore[return-value]


def _noun(kind: str) -> str:
    return {"box": "boxes", "trace": "traces", "mask": "masks", "text": "text"}.get(kind, kind)


def _says_where(prompt: Prompt) -> bool:
    on = prompt.points is not None and bool((prompt.points.label == FOREGROUND).any())
    return on or any(part is not None for part in (prompt.box, prompt.trace, prompt.mask, prompt.text))


def _of_points(points: Points, video: VideoInfo) -> Iterable[tuple[Said, str]]:
    for (x, y), label in zip(points.xy.tolist(), points.label.tolist(), strict=True):
        if not _is_inside(x, y, video):
            said: Said = "not-point" if label == BACKGROUND else "point"
            yield said, f"the point {x:g},{y:g} lies outside the frame, which is {_extent(video)}."
    pixels = {label: set(map(tuple, _pixels(points, label))) for label in (FOREGROUND, BACKGROUND)}
    for x, y in sorted(pixels[FOREGROUND] & pixels[BACKGROUND]):
        yield "not-point", f"the pixel {x},{y} is said to be on the object and off it. Leave one of the two out."


def _of_box(box: Box, points: Points | None, video: VideoInfo) -> Iterable[tuple[Said, str]]:
    corners = f"{box.left:g},{box.top:g},{box.right:g},{box.bottom:g}"
    if not all(map(isfinite, (box.left, box.top, box.width, box.height))) or box.width <= 0 or box.height <= 0:
        yield "box", f"the box {corners} holds no pixel; give left,top,right,bottom."
    elif box.left < 0 or box.top < 0 or box.right > video.width or box.bottom > video.height:
        yield "box", f"the box {corners} reaches outside the frame, which is {_extent(video)}."
    elif points is not None:
        for x, y in points.xy[points.label == FOREGROUND].tolist():
            if not (box.left - 1 <= x <= box.right and box.top - 1 <= y <= box.bottom):
                yield "box", f"the point {x:g},{y:g} is on the object and outside its box {corners}. Correct one."


def _of_trace(trace: Trace, video: VideoInfo) -> Iterable[tuple[Said, str]]:
    if not len(trace):
        yield "trace", "the trace has no position."
    for x, y in trace.xy.tolist():
        if not _is_inside(x, y, video):
            yield "trace", f"the position {x:g},{y:g} lies outside the frame, which is {_extent(video)}."


def _of_mask(mask: Mask, video: VideoInfo) -> Iterable[tuple[Said, str]]:
    if (mask.height, mask.width) != (video.height, video.width):
        size = f"{mask.width} x {mask.height}"
        yield "mask", f"the mask is {size} pixels (width x height), the video {video.width} x {video.height}."
    elif not mask:
        yield "mask", "the mask is empty: not one of its pixels is on the object."


def _is_inside(x: float, y: float, video: VideoInfo) -> bool:
    """Within the picture, whose pixels reach half a unit around their centres."""
    return -0.5 <= x < video.width - 0.5 and -0.5 <= y < video.height - 0.5


def _extent(video: VideoInfo) -> str:
    return f"{video.width} x {video.height}: x is 0 to {video.width - 1}, y is 0 to {video.height - 1}"


def _pixels(points: Points, label: int) -> list[list[int]]:
    pixels: list[list[int]] = np.floor(points.xy[points.label == label] + 0.5).astype(int).tolist()
    return pixels
