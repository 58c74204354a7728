"""Prompts from the words of a command line, or from a file."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...core import Box, FormatError, Mask, PointreelError, Points, Prompt, Trace
from ...formats import read_header, read_labels
from ...systems import PromptError, prompts_from_json, trace_from_json
from ._in_order import Word
from .options import dataset_at, formats_at

OPTIONS = {"point": "--point", "not_point": "--not-point", "box": "--box", "mask": "--mask", "trace": "--trace"}
"""What says something of an object, by the name it has in code."""


@dataclass
class Said:
    """Prompts in the order they were typed, and the names of objects.

    ``numbered``: an object without a name goes by its number, as in a file; in typed words it is the only one there is.
    """

    prompts: list[Prompt] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    numbered: bool = False
    _object_id: int = 1
    _frame: int = 0
    _once: set[tuple[int, int, str]] = field(default_factory=set)

    def add(self, word: Word) -> None:
        """One option: it names an object, a frame, or says something of that object on that frame."""
        if word.option == "object_":
            self._object_id = self._id_of(word)
        elif word.option == "at":
            self._frame = _whole(word)
        else:
            self._once_per_frame(word)
            self.prompts.append(self._prompt(word))

    def _id_of(self, name: str) -> int:
        if not name.strip():
            raise PointreelError("--object: the name is empty.")
        known = next((number for number, called in self.names.items() if called == name), None)
        if known is None:
            taken = {*self.names, *(prompt.object_id for prompt in self.prompts)}
            known = max(taken, default=0) + 1
            self.names[known] = name
        return known

    def _once_per_frame(self, word: Word) -> None:
        key = self._object_id, self._frame, word.option
        if word.option in ("box", "mask", "trace") and key in self._once:
            called = self.names.get(self._object_id, str(self._object_id))
            option = OPTIONS[word.option]
            raise PointreelError(
                f"{option} {word}: object {called} has a {word.option} on frame {self._frame} already. "
                "Say --object or --at before it, if another is meant."
            )
        self._once.add(key)

    def _prompt(self, word: Word) -> Prompt:
        of = self._object_id, self._frame
        if word.option == "point":
            return Prompt(object_id=of[0], frame=of[1], points=Points.on([_numbers(word, 2, "x,y")]))
        if word.option == "not_point":
            return Prompt(object_id=of[0], frame=of[1], points=Points.off([_numbers(word, 2, "x,y")]))
        if word.option == "box":
            left, top, right, bottom = _numbers(word, 4, "left,top,right,bottom")
            return Prompt(object_id=of[0], frame=of[1], box=Box(left, top, right - left, bottom - top))
        if word.option == "trace":
            return Prompt(object_id=of[0], frame=of[1], trace=_trace(word))
        return Prompt(object_id=of[0], frame=of[1], mask=_mask(word))


def said_in(words: Sequence[Word]) -> Said:
    """The prompts that these options say; ``--at`` and ``--object`` count for what follows them."""
    said = Said()
    for place, word in enumerate(words):
        if word.option not in OPTIONS:
            _something_follows(word, words[place + 1 :])
        said.add(word)
    return said


def _something_follows(word: Word, rest: Sequence[Word]) -> None:
    """Refuse ``--at`` or ``--object`` that counts for nothing: typed last, it was meant for what stands before it."""
    until = next((k for k, other in enumerate(rest) if other.option == word.option), len(rest))
    if not any(other.option in OPTIONS for other in rest[:until]):
        option = "--at" if word.option == "at" else "--object"
        raise PointreelError(
            f"{option} {word}: nothing follows that it could count for. Put it before what it is about: "
            f"{option} {shlex.quote(word)} --point x,y."
        )


def prompts_in(path: Path) -> tuple[list[Prompt], dict[int, str]]:
    """The prompts of a JSON file of prompts, or the labels of a dataset of one video, every labelled frame a prompt."""
    if path.suffix.lower() == ".json" and path.is_file():
        try:
            data = json.loads(path.read_bytes())
        except ValueError as error:
            raise FormatError(path, "", found=f"no JSON ({error})", expected="prompts") from None
        if not isinstance(data, dict) or "prompts" in data:
            return prompts_from_json(data, path)
    if path.exists() and not formats_at(path):
        raise PointreelError(
            f"--prompts {path}: holds neither prompts nor labels of a known format. Give a file of prompts, such as "
            "the prompts.json of an earlier run, or a dataset of this video."
        )
    name, dataset = dataset_at(path, None, [])
    sequences = list(dataset)
    if len(sequences) != 1:
        raise PointreelError(f"--prompts {path}: this {name} has {len(sequences)} videos; give the labels of one.")
    prompts = [
        Prompt(
            object_id=object_id,
            frame=labels.frame,
            points=labels.points.get(object_id),
            box=labels.boxes.get(object_id),
            trace=labels.traces.get(object_id),
            mask=labels.segments[object_id].mask if object_id in labels.segments else None,
        )
        for labels in sequences[0]
        for object_id in sorted(labels.object_ids())
    ]
    return prompts, {number: called for number, called in sequences[0].name_by_object.items() if called}


def blamed(error: PromptError, source: str) -> PointreelError:
    """The error with the option that is to blame in front; ``source`` where all prompts came from a file."""
    return PointreelError(f"{source or f'--{error.said}'}: {error}")


def _whole(word: Word) -> int:
    try:
        return int(word)
    except ValueError:
        raise PointreelError(f"--at {word}: expected the number of a frame, counted from 0.") from None


def _numbers(word: Word, count: int, usage: str) -> list[float]:
    try:
        numbers = [float(part) for part in word.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise PointreelError(f"{OPTIONS[word.option]} {word}: expected {usage}, {count} numbers with commas between.")
    return numbers


def _trace(word: Word) -> Trace:
    """``x,y;x,y;...``, or a JSON file of ``[[x, y], ...]`` or ``[[x, y, seconds], ...]``."""
    if not word.lower().endswith(".json"):
        rows = [_numbers(Word.at(word.place, word.option, part), 2, "x,y;x,y;...") for part in word.split(";") if part]
        return trace_from_json(rows, f"--trace {word}")
    path = _there(word)
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise FormatError(path, "", found=f"no JSON ({error})", expected="[[x, y], ...]") from None
    return trace_from_json(value.get("trace") if isinstance(value, dict) else value, path)


def _mask(word: Word) -> Mask:
    """A PNG whose object is every pixel that is not 0; of a palette with several objects ``FILE.png#ID`` picks one."""
    name, hash_, label = word.rpartition("#")
    if hash_ and label.isdecimal() and not Path(word).exists():
        return Mask.from_array(read_labels(_there(Word.at(word.place, word.option, name))) == int(label))
    path = _there(word)
    labels = read_labels(path)
    if read_header(path).is_palette:
        ids = [int(i) for i in np.unique(labels) if i not in (0, 255)]
        if len(ids) > 1:
            listed = ", ".join(map(str, ids))
            raise PointreelError(
                f"--mask {word}: the picture holds the objects {listed}; pick one, as {word}#{ids[0]}."
            )
        return Mask.from_array(labels == ids[0]) if ids else Mask.empty(*labels.shape)
    return Mask.from_array(labels >= 128 if labels.max(initial=0) > 127 else labels > 0)


def _there(word: Word) -> Path:
    path = Path(word)
    if not path.is_file():
        found = "is a folder, and one file is wanted" if path.is_dir() else "there is no such file"
        raise PointreelError(f"{OPTIONS[word.option]} {word}: {found}.")
    return path
