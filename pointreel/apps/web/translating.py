"""Between what goes over the wire and what the rooms speak: masks, prompts, objects."""

import cv2
import numpy as np

from ...core import Box, Mask, MaskError, Points, Prompt, Trace
from ...store import StoredObject, StoredVideo
from . import messages
from .errors import Refused


def label_in(label: int) -> messages.Label:
    """A label of a point as messages have it."""
    labels: tuple[messages.Label, ...] = (0, 1, 2)
    return labels[label]


def called(thing: StoredObject) -> str:
    """What people call an object, on the page too; datasets may not say."""
    return thing.name or f"object {thing.object_id}"


def mask_in(rle: messages.Rle, video: StoredVideo) -> Mask:
    """A mask from outside, which has to be as large as its video."""
    _require_size(video, *rle.size)
    try:
        return Mask.from_coco(rle.size, rle.counts)
    except MaskError as error:
        raise Refused(422, f"mask: these are no run lengths: {error}. Send COCO's compressed counts.") from None


def mask_out(mask: Mask) -> messages.Rle:
    return messages.Rle(size=(mask.height, mask.width), counts=mask.counts.decode("ascii"))


def mask_from_png(data: bytes, video: StoredVideo) -> Mask:
    """What is not black in a picture of the video's size."""
    size = _png_size(data)
    if size is None:
        raise Refused(415, "mask: this is no PNG. Send a PNG of the video's size, black where the object is not.")
    _require_size(video, *size)
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise Refused(415, "mask: this PNG cannot be read. Send one that is whole.")
    colours = pixels if pixels.ndim == 2 else pixels[..., : min(3, pixels.shape[2])].max(axis=2)
    return Mask.from_array(colours > 0)


def prompt_in(sent: messages.PromptIn, object_id: int, video: StoredVideo) -> Prompt:
    """A prompt as engines take it; an empty list of points says nothing."""
    points = box = trace = None
    if sent.points:
        xy = np.array([(point.x, point.y) for point in sent.points], np.float32)
        points = Points(xy, np.array([point.label for point in sent.points], np.int8))
    if sent.box is not None:
        box = Box(sent.box.left, sent.box.top, sent.box.width, sent.box.height)
    if sent.trace:
        rows = np.array(sent.trace, np.float64)
        trace = Trace(rows[:, :2].astype(np.float32), rows[:, 2])
    mask = None if sent.mask is None else mask_in(sent.mask, video)
    return Prompt(object_id=object_id, frame=sent.frame, points=points, box=box, trace=trace, mask=mask)


def prompt_out(prompt: Prompt) -> messages.PromptIn:
    return messages.PromptIn(
        frame=prompt.frame,
        points=points_out(prompt),
        box=box_out(prompt),
        trace=trace_out(prompt),
        mask=None if prompt.mask is None else mask_out(prompt.mask),
    )


def points_out(prompt: Prompt) -> list[messages.Point]:
    if prompt.points is None:
        return []
    rows = zip(prompt.points.xy.tolist(), prompt.points.label.tolist(), strict=True)
    return [messages.Point(x=x, y=y, label=label) for (x, y), label in rows]


def box_out(prompt: Prompt) -> messages.BoxIn | None:
    box = prompt.box
    if box is None:
        return None
    return messages.BoxIn(left=box.left, top=box.top, width=box.width, height=box.height)


def trace_out(prompt: Prompt) -> list[tuple[float, float, float]] | None:
    trace = prompt.trace
    if trace is None:
        return None
    return [(x, y, at) for (x, y), at in zip(trace.xy.tolist(), trace.seconds.tolist(), strict=True)]


def _require_size(video: StoredVideo, height: int, width: int) -> None:
    if (height, width) != (video.height, video.width):
        found, expected = f"{width} x {height}", f"{video.width} x {video.height}"
        raise Refused(422, f"mask: found {found} pixels, expected {expected} as the video has.")


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Height and width from a PNG's header, so that nothing huge is unpacked."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        return None
    return int.from_bytes(data[20:24], "big"), int.from_bytes(data[16:20], "big")
