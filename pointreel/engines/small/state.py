"""The state of a session as bytes, so that a run that was killed goes on as if nothing had happened."""

from collections.abc import Mapping
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


def to_bytes(objects: Mapping[int, Tracked], before: Frame | None) -> bytes:
    """Everything that the next frame depends on."""
    arrays: Arrays = {"ids": np.array(list(objects), np.int64)}
    if before is not None:
        arrays |= {"frame": np.array(before.index), "rgb": before.rgb}
    for object_id, tracked in objects.items():
        arrays |= {f"{object_id}/{name}": array for name, array in _arrays(tracked).items()}
    out = BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def from_bytes(state: bytes, device: str) -> tuple[dict[int, Tracked], Frame | None]:
    """The objects and the newest frame."""
    with np.load(BytesIO(state), allow_pickle=False) as arrays:
        before = Frame(int(arrays["frame"]), arrays["rgb"]) if "rgb" in arrays else None
        objects = {}
        for object_id in arrays["ids"].tolist():
            start = f"{object_id}/"
            own = {name.removeprefix(start): arrays[name] for name in arrays.files if name.startswith(start)}
            objects[object_id] = _tracked(own, device)
    return objects, before


def _arrays(tracked: Tracked) -> Arrays:
    window, memory = tracked.window, tracked.memory
    arrays: Arrays = {
        "window": np.array([window.left, window.top, window.side, window.size]),
        "mask": tracked.mask,
        "quality": np.array([tracked.quality, tracked.size]),
    }
    for name in _MOMENTS:
        learnt: Moments = getattr(memory, name)
        arrays |= {f"{name}_gram": learnt.gram.cpu().numpy(), f"{name}_target": learnt.target.cpu().numpy()}
    return arrays | {name: getattr(memory, name).cpu().numpy() for name in _TENSORS}


def _tracked(arrays: Arrays, device: str) -> Tracked:
    def tensor(name: str) -> torch.Tensor:
        return torch.from_numpy(arrays[name]).to(device)

    moments = (Moments(tensor(f"{name}_gram"), tensor(f"{name}_target")) for name in _MOMENTS)
    anchor, recent, anchor_colour, recent_colour = moments
    memory = Memory(anchor, recent, anchor_colour, recent_colour, *(tensor(name) for name in _TENSORS))
    left, top, side, size = (int(v) for v in arrays["window"])
    quality, whole = (float(v) for v in arrays["quality"])
    return Tracked(Window(left, top, side, size), arrays["mask"].astype(np.float32), quality, whole, memory)
