"""Prompts as they are stored: what JSON can hold as JSON, a mask as its run lengths."""

import json

import numpy as np
from sqlalchemy import Connection, insert, select

from ..core import Box, Mask, Points, Prompt, Trace
from . import history
from .errors import StoreError
from .schema import objects, prompts, videos


def add(connection: Connection, key: int, edit: int, prompt: Prompt) -> None:
    """What is known of an object on a frame from now on; a prompt that holds nothing takes back what was known."""
    height, width = size_of(connection, key, prompt.frame)
    counts = None if prompt.mask is None else checked_counts(prompt.mask, height, width, prompt.frame)
    row = {"object_key": key, "frame": prompt.frame, "edit_id": edit, "content": _written(prompt), "counts": counts}
    connection.execute(insert(prompts).values(row))


def every(connection: Connection, key: int) -> list[Prompt]:
    """The prompts of an object that count now, by frame."""
    query = (
        select(
            objects.c.object_id, prompts.c.frame, prompts.c.content, prompts.c.counts, videos.c.height, videos.c.width
        )
        .select_from(prompts.join(objects, objects.c.id == prompts.c.object_key).join(videos))
        .where(prompts.c.object_key == key, history.newest(prompts, "object_key", "frame"))
        .order_by(prompts.c.frame)
    )
    read = (_read(*row) for row in connection.execute(query))
    return [prompt for prompt in read if prompt.kinds()]


def size_of(connection: Connection, key: int, frame: int) -> tuple[int, int]:
    """Height and width of an object's video, which has to have that frame."""
    found = connection.execute(
        select(videos.c.height, videos.c.width, videos.c.num_frames, videos.c.name)
        .select_from(objects.join(videos))
        .where(objects.c.id == key)
    ).first()
    if found is None:
        raise StoreError(f"objects: there is no object with the key {key}. Add one with add_object.")
    height, width, num_frames, name = found
    if not 0 <= frame < num_frames:
        raise StoreError(f"{name}: found frame {frame}, expected one of 0 to {num_frames - 1}.")
    return int(height), int(width)


def checked_counts(mask: Mask, height: int, width: int, frame: int) -> bytes:
    """The run lengths of a mask that is as large as the video."""
    if (mask.height, mask.width) != (height, width):
        found = f"a mask of {mask.height} x {mask.width}"
        raise StoreError(f"frame {frame}: found {found}, expected {height} x {width}, the size of the video.")
    return Mask.from_coco((height, width), mask.counts).counts


def _written(prompt: Prompt) -> str:
    content: dict[str, object] = {}
    if prompt.points is not None:
        xy, label = prompt.points.xy.tolist(), prompt.points.label.tolist()
        content["points"] = [[x, y, of] for (x, y), of in zip(xy, label, strict=True)]
        if prompt.points.candidate is not None:
            content["candidate"] = prompt.points.candidate.tolist()
    if prompt.box is not None:
        content["box"] = [prompt.box.left, prompt.box.top, prompt.box.width, prompt.box.height]
    if prompt.trace is not None:
        xy, seconds = prompt.trace.xy.tolist(), prompt.trace.seconds.tolist()
        content["trace"] = [[x, y, at] for (x, y), at in zip(xy, seconds, strict=True)]
    if prompt.text is not None:
        content["text"] = prompt.text
    return json.dumps(content, ensure_ascii=False)


def _read(object_id: int, frame: int, content: str, counts: bytes | None, height: int, width: int) -> Prompt:
    said = json.loads(content)
    points = trace = None
    if "points" in said:
        rows = np.array(said["points"], np.float64).reshape(-1, 3)
        candidate = np.array(said["candidate"], np.bool_) if "candidate" in said else None
        points = Points(rows[:, :2].astype(np.float32), rows[:, 2].astype(np.int8), candidate)
    if "trace" in said:
        rows = np.array(said["trace"], np.float64).reshape(-1, 3)
        trace = Trace(rows[:, :2].astype(np.float32), rows[:, 2])
    return Prompt(
        object_id=object_id,
        frame=frame,
        points=points,
        box=Box(*said["box"]) if "box" in said else None,
        trace=trace,
        mask=None if counts is None else Mask(height, width, counts),
        text=said.get("text"),
    )
