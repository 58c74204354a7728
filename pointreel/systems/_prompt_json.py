"""Prompts as JSON: the same layout in ``--prompts FILE`` and in the records of a run.

::

    {"prompts": [{"object": "cat", "frame": 0, "points": [[312, 208]], "not_points": [[40, 40]],
                  "box": [left, top, right, bottom], "trace": [[x, y, seconds], ...], "mask": RLE}]}

``object`` is a name, or a number from 1 up; a name gets the next free number. ``frame`` is 0 where it is not given. A
mask is COCO's RLE, ``{"size": [height, width], "counts": "..."}``. The list may stand without the object around it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND, Box, FormatError, Mask, MaskError, Points, Prompt, Trace

_LABELS = {"points": FOREGROUND, "not_points": BACKGROUND, "undecided_points": AMBIGUOUS}
_KEYS = ("object", "id", "frame", *_LABELS, "box", "trace", "mask", "text")


def prompts_to_json(prompts: Sequence[Prompt], names: Mapping[int, str]) -> dict[str, object]:
    """The reverse of ``prompts_from_json``; numbers come back as they are."""
    return {"prompts": [_to_json(prompt, names) for prompt in prompts]}


def prompts_from_json(data: object, source: Path | str) -> tuple[list[Prompt], dict[int, str]]:
    """The prompts, and the names of the objects that have one. ``source`` is the file that errors name.

    >>> prompts_from_json([{"object": "cat", "points": [[3, 4]]}], "here")[1]
    {1: 'cat'}
    """
    listed = data.get("prompts") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise FormatError(source, "prompts", found=_shown(listed), expected="a list of prompts")
    names: dict[int, str] = {}
    prompts = []
    for k, item in enumerate(listed):
        where = f"prompts[{k}]"
        if not isinstance(item, dict):
            raise FormatError(source, where, found=_shown(item), expected="a prompt in { }")
        if unknown := [key for key in item if key not in _KEYS]:
            raise FormatError(source, f"{where}.{unknown[0]}", found="an unknown key", expected=", ".join(_KEYS))
        prompts.append(_from_json(item, _object_id(item, names, source, where), source, where))
    return prompts, {number: name for number, name in names.items() if name}


def _to_json(prompt: Prompt, names: Mapping[int, str]) -> dict[str, object]:
    said: dict[str, object] = {"object": names.get(prompt.object_id) or prompt.object_id}
    said |= {"id": prompt.object_id, "frame": prompt.frame}
    if prompt.points is not None:
        for key, label in _LABELS.items():
            if xy := prompt.points.xy[prompt.points.label == label].tolist():
                said[key] = xy
    if prompt.box is not None:
        said["box"] = [prompt.box.left, prompt.box.top, prompt.box.right, prompt.box.bottom]
    if prompt.trace is not None:
        said["trace"] = [
            [*xy, t] for xy, t in zip(prompt.trace.xy.tolist(), prompt.trace.seconds.tolist(), strict=True)
        ]
    if prompt.mask is not None:
        said["mask"] = prompt.mask.to_coco()
    if prompt.text is not None:
        said["text"] = prompt.text
    return said


def _object_id(item: Mapping[str, object], names: dict[int, str], source: Path | str, where: str) -> int:
    called, number = item.get("object", 1), item.get("id")
    if isinstance(called, str):
        if number is None:
            number = next((k for k, name in names.items() if name == called), max(names, default=0) + 1)
        if isinstance(number, int):
            names[number] = called
    else:
        number = called if number is None else number
        if isinstance(number, int) and not isinstance(number, bool):
            names.setdefault(number, "")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise FormatError(source, f"{where}.object", found=_shown(number), expected="a name, or a number from 1 up")
    return number


def _from_json(item: Mapping[str, object], object_id: int, source: Path | str, where: str) -> Prompt:
    frame = item.get("frame", 0)
    if not isinstance(frame, int) or isinstance(frame, bool):
        raise FormatError(source, f"{where}.frame", found=_shown(frame), expected="a whole number")
    points: Points | None = None
    for key, label in _LABELS.items():
        if key in item:
            xy = _numbers(item[key], (2,), source, f"{where}.{key}")
            more = Points(xy.astype(np.float32), np.full(len(xy), label, np.int8))
            points = more if points is None else points + more
    text = item.get("text")
    if text is not None and not isinstance(text, str):
        raise FormatError(source, f"{where}.text", found=_shown(text), expected="text")
    return Prompt(
        object_id=object_id,
        frame=frame,
        points=points,
        box=_box(item["box"], source, f"{where}.box") if "box" in item else None,
        trace=trace_from_json(item["trace"], source, f"{where}.trace") if "trace" in item else None,
        mask=_mask(item["mask"], source, f"{where}.mask") if "mask" in item else None,
        text=text,
    )


def trace_from_json(value: object, source: Path | str, where: str = "") -> Trace:
    """Positions ``[x, y]`` or ``[x, y, seconds]``; without times they are a hundredth of a second apart."""
    rows = _numbers(value, (2, 3), source, where)
    seconds = rows[:, 2] if rows.shape[1] == 3 else np.arange(len(rows)) / 100
    return Trace(rows[:, :2].astype(np.float32), seconds)


def _box(value: object, source: Path | str, where: str) -> Box:
    left, top, right, bottom = _numbers([value], (4,), source, where)[0].tolist()
    return Box(left, top, right - left, bottom - top)


def _mask(value: object, source: Path | str, where: str) -> Mask:
    if not isinstance(value, dict) or not {"size", "counts"} <= value.keys():
        raise FormatError(source, where, found=_shown(value), expected='{"size": [height, width], "counts": "..."}')
    try:
        return Mask.from_coco(cast(Sequence[int], value["size"]), cast(str, value["counts"]))
    except (MaskError, TypeError, ValueError) as error:
        raise FormatError(source, where, found=f"a mask that is none ({error})", expected="COCO's RLE") from None


def _numbers(
    value: object, widths: tuple[int, ...], source: Path | str, where: str
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """A list of rows of finite numbers, all of one of these widths."""
    expected = f"a list of rows of {' or '.join(map(str, widths))} numbers" if widths != (4,) else "four numbers"
    try:
        rows = np.array(value, np.float64)
    except (TypeError, ValueError):
        raise FormatError(source, where, found=_shown(value), expected=expected) from None
    if not rows.size:
        rows = rows.reshape(0, widths[0])
    if rows.ndim != 2 or rows.shape[1] not in widths or not np.isfinite(rows).all():
        raise FormatError(source, where, found=_shown(value), expected=expected)
    return rows


def _shown(value: object) -> str:
    return "nothing" if value is None else f"{value!r:.40}"
