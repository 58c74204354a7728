"""The head of a CVAT file: its tasks, their frames and sizes, and how attributes are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from ..core import Attributes, FormatError


@dataclass(frozen=True, kw_only=True)
class Task:
    """A video of the file. Frames are numbered as in the video: ``start``, ``start + step``, ..."""

    task_id: str
    name: str
    num_frames: int | None
    start: int
    step: int
    height: int | None
    width: int | None

    def index_of(self, frame: int) -> int | None:
        """The place of a frame among those of the task; None for a frame that is not one of them."""
        index, rest = divmod(frame - self.start, self.step)
        known = self.num_frames is None or index < self.num_frames
        return index if rest == 0 and index >= 0 and known else None

    def frames(self, num_frames: int) -> tuple[str, ...]:
        return tuple(f"{self.start + k * self.step:05d}" for k in range(num_frames))


InputTypes = dict[tuple[str, str], str]
"""How CVAT asks for the attribute of a label: text, number, checkbox, select or radio."""


def tasks_of(path: Path, meta: Element) -> Iterator[Task]:
    """The tasks of an export of a task, of a job (which counts as one) or of a project."""
    found = [*meta.findall("task"), *meta.findall("job"), *meta.findall("project/tasks/task")]
    if not found and meta.find("project") is None:
        tags = ", ".join(f"<{child.tag}>" for child in meta) or "nothing"
        raise FormatError(path, "meta", found=tags, expected="<task>, <job> or <project>")
    names = [_text(task, "name") or f"task {_text(task, 'id')}".strip() for task in found]
    for task, name in zip(found, names, strict=True):
        unique = names.count(name) == 1
        yield _task(path, task, name if unique else f"{name} ({_text(task, 'id')})")


def input_types(meta: Element) -> InputTypes:
    return {
        (_text(label, "name"), _text(attribute, "name")): _text(attribute, "input_type")
        for label in meta.iter("label")
        for attribute in label.iterfind("attributes/attribute")
    }


def typed(attributes: dict[str, str], label: str, types: InputTypes) -> Attributes:
    """Attributes as what CVAT says they are; text where a value does not fit."""
    return {key: _typed(value, types.get((label, key), "text")) for key, value in attributes.items()}


def _typed(value: str, input_type: str) -> str | int | float | bool:
    if input_type == "checkbox" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if input_type == "number":
        for number in (int, float):
            try:
                return number(value)
            except ValueError:
                pass
    return value


def _task(path: Path, task: Element, name: str) -> Task:
    stop, size = _whole(path, task, "stop_frame"), _whole(path, task, "size")
    start, step = _whole(path, task, "start_frame") or 0, _step(path, task)
    if stop is not None and _text(task, "start_frame"):
        size = (stop - start) // step + 1
    return Task(
        task_id=_text(task, "id"),
        name=name,
        num_frames=size,
        start=start,
        step=step,
        height=_whole(path, task, "original_size/height"),
        width=_whole(path, task, "original_size/width"),
    )


def _step(path: Path, task: Element) -> int:
    """``<frame_filter>step=5</frame_filter>``: every fifth frame of the video is one of the task."""
    text = _text(task, "frame_filter").removeprefix("step=").strip() or "1"
    if not text.isdecimal() or int(text) < 1:
        raise FormatError(path, "meta frame_filter", found=repr(text), expected="step=1 or more")
    return int(text)


def _whole(path: Path, element: Element, tag: str) -> int | None:
    text = _text(element, tag).strip()
    if not text:
        return None
    if not text.isdecimal():
        raise FormatError(path, f"meta {tag}", found=repr(text[:40]), expected="a whole number")
    return int(text)


def _text(element: Element, tag: str) -> str:
    return element.findtext(tag) or ""
