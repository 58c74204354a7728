"""The state of a session as bytes, so that a run that was killed goes on as if nothing had happened."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
import torch
from numpy.typing import NDArray

from ...core.types import Frame
from ..nets.ridge import Moments
from ..nets.small_propagate import Memory
from .tracked import Tracked
from .windows import Window

Arrays = dict[str, NDArray[np.generic]]

_MOMENTS = ("anchor", "recent", "anchor_colour", "recent_colour")
_TENSORS = ("anchor_key", "anchor_value", "key", "value")


def to_bytes(objects: Mapping[int, Tracked], known: Mapping[int, Sequence[Memory]], before: Frame | None) -> bytes:
    """Everything that the next frame depends on."""
    arrays: Arrays = {"ids": np.array(list(objects), np.int64)}
    if before is not None:
        arrays |= {"frame": np.array(before.index), "rgb": before.rgb}
    for object_id, tracked in objects.items():
        arrays |= _named(f"{object_id}/", _arrays(tracked))
    arrays["known"] = np.array([(i, len(memories)) for i, memories in known.items()], np.int64).reshape(-1, 2)
    for object_id, memories in known.items():
        for k, memory in enumerate(memories):
            arrays |= _named(f"known {object_id} {k}/", _of_memory(memory))
    out = BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def from_bytes(state: bytes, device: str) -> tuple[dict[int, Tracked], dict[int, tuple[Memory, ...]], Frame | None]:
    """The objects, what was said of objects that are still to come, and the newest frame."""
    with np.load(BytesIO(state), allow_pickle=False) as arrays:
        before = Frame(int(arrays["frame"]), arrays["rgb"]) if "rgb" in arrays else None

        def own(start: str) -> Arrays:
            return {name.removeprefix(start): arrays[name] for name in arrays.files if name.startswith(start)}

        objects = {i: _tracked(own(f"{i}/"), device) for i in arrays["ids"].tolist()}
        known = {
            i: tuple(_memory(own(f"known {i} {k}/"), device) for k in range(num)) for i, num in arrays["known"].tolist()
        }
    return objects, known, before


def _named(start: str, arrays: Arrays) -> Arrays:
    return {start + name: array for name, array in arrays.items()}


def _arrays(tracked: Tracked) -> Arrays:
    window = tracked.window
    return {
        "window": np.array([window.left, window.top, window.side, window.size]),
        "mask": tracked.mask,
        "quality": np.array([tracked.quality, tracked.size]),
        **_of_memory(tracked.memory),
    }


def _of_memory(memory: Memory) -> Arrays:
    arrays: Arrays = {name: getattr(memory, name).cpu().numpy() for name in _TENSORS}
    for name in _MOMENTS:
        learnt: Moments = getattr(memory, name)
        arrays |= {f"{name}_gram": learnt.gram.cpu().numpy(), f"{name}_target": learnt.target.cpu().numpy()}
    return arrays


def _memory(arrays: Arrays, device: str) -> Memory:
    def tensor(name: str) -> torch.Tensor:
        return torch.from_numpy(arrays[name]).to(device)

    moments = (Moments(tensor(f"{name}_gram"), tensor(f"{name}_target")) for name in _MOMENTS)
    anchor, recent, anchor_colour, recent_colour = moments
    return Memory(anchor, recent, anchor_colour, recent_colour, *(tensor(name) for name in _TENSORS))


def _tracked(arrays: Arrays, device: str) -> Tracked:
    left, top, side, size = (int(v) for v in arrays["window"])
    quality, whole = (float(v) for v in arrays["quality"])
    window, mask = Window(left, top, side, size), arrays["mask"].astype(np.float32)
    return Tracked(window, mask, quality, whole, _memory(arrays, device))
