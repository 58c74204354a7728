"""Files as the tools of others write them: PNGs with Pillow, from rows of numbers, and JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointreel.core import Dataset

PutPng = Callable[..., Path]
WriteJson = Callable[..., Path]


@pytest.fixture
def put_png() -> PutPng:
    """``put_png(path, rows, mode="P")``: a palette PNG, or one of another mode, and the folders above it."""

    def put(path: Path, rows: object, mode: str = "P") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode == "I;16":
            image = Image.fromarray(np.array(rows, np.uint16))
        elif mode == "P":
            image = Image.fromarray(np.array(rows, np.uint8))
            image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0] + [7] * 759)
        else:
            image = Image.fromarray(np.array(rows, np.uint8)).convert(mode)
        image.save(path, "JPEG" if path.suffix == ".jpg" else "PNG")
        return path

    return put


@pytest.fixture
def said() -> Callable[[Dataset], dict[str, object]]:
    """Everything a dataset says, as plain values that can be compared."""

    def plain(dataset: Dataset) -> dict[str, object]:
        return {
            sequence.name: (
                (sequence.height, sequence.width),
                sequence.frames,
                [(info.object_id, info.name, dict(info.attributes)) for info in sequence.objects],
                dict(sequence.attributes),
                [(labels.frame, dict(labels.segments), labels.void) for labels in sequence],
            )
            for sequence in dataset
        }

    return plain


@pytest.fixture
def write_json(tmp_path: Path) -> WriteJson:
    """Writes a value as ``tmp_path/name``, with some of its parts replaced: ``{"videos.0.id": 7}``, ``...`` removes."""

    def write(content: object, changes: dict[str, object] | None = None, name: str = "data.json") -> Path:
        copy = json.loads(json.dumps(content))
        for place, value in (changes or {}).items():
            *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
            here = copy
            for step in way:
                here = here[step if isinstance(here, list) else str(step)]
            key = last if isinstance(here, list) else str(last)
            if value is ...:
                del here[key]
            else:
                here[key] = value
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(copy, ensure_ascii=False), "utf-8")
        return path

    return write
