"""The state of a session as bytes, so that a run that was killed goes on as if nothing had happened."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
import torch
from numpy.typing import NDArray

from ...core import PointreelError
from ...core.types import Frame
from ..nets.ridge import Moments
from ..nets.small_propagate import Memory
from .glance import Place, Wanted
from .tracked import Tracked
from .windows import Window

Arrays = dict[str, NDArray[np.generic]]

_MOMENTS = ("anchor", "recent", "anchor_colour", "recent_colour")
_WANTED = ("looks", "colours")
_TENSORS = ("anchor_key", "anchor_value", "key", "value", "guess")


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
    try:
        return _read(state, device)
    except KeyError as error:
        raise PointreelError(
            "The state that was kept is of another version of the engine 'small'. Remove the run's track.state and "
            "resume: masks that are recorded stay, and what led to them is made again."
        ) from error


def _read(state: bytes, device: str) -> tuple[dict[int, Tracked], dict[int, tuple[Memory, ...]], Frame | None]:
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
        "sight": np.array([tracked.age, tracked.is_missing, tracked.is_back]),
        **_of_memory(tracked.memory),
        **({} if tracked.wanted is None else _named("wanted ", _of_wanted(tracked.wanted))),
    }


def _of_wanted(wanted: Wanted) -> Arrays:
    rivals = [(one.x, one.y, one.likeness) for one in wanted.rivals]
    return {
        "whole": np.array([wanted.likeness, wanted.root]),
        "rivals": np.array(rivals, np.float64).reshape(-1, 3),
        **_of_moments(wanted, _WANTED),
    }


def _of_moments(known: Memory | Wanted, names: Sequence[str]) -> Arrays:
    arrays: Arrays = {}
    for name in names:
        learnt: Moments = getattr(known, name)
        arrays |= {f"{name}_gram": learnt.gram.cpu().numpy(), f"{name}_target": learnt.target.cpu().numpy()}
    return arrays


def _of_memory(memory: Memory) -> Arrays:
    return {name: getattr(memory, name).cpu().numpy() for name in _TENSORS} | _of_moments(memory, _MOMENTS)


def _memory(arrays: Arrays, device: str) -> Memory:
    anchor, recent, anchor_colour, recent_colour = (_moments(arrays, name, device) for name in _MOMENTS)
    tensors = (torch.from_numpy(arrays[name]).to(device) for name in _TENSORS)
    return Memory(anchor, recent, anchor_colour, recent_colour, *tensors)


def _wanted(arrays: Arrays, device: str) -> Wanted | None:
    if "wanted whole" not in arrays:
        return None
    looks, colours = (_moments(arrays, f"wanted {name}", device) for name in _WANTED)
    likeness, root = (float(v) for v in arrays["wanted whole"])
    return Wanted(looks, colours, likeness, root, tuple(Place(*rival) for rival in arrays["wanted rivals"].tolist()))


def _moments(arrays: Arrays, name: str, device: str) -> Moments:
    gram, target = (torch.from_numpy(arrays[f"{name}_{part}"]).to(device) for part in Moments._fields)
    return Moments(gram, target)


def _tracked(arrays: Arrays, device: str) -> Tracked:
    left, top, side, size = (int(v) for v in arrays["window"])
    quality, whole = (float(v) for v in arrays["quality"])
    window, mask = Window(left, top, side, size), arrays["mask"].astype(np.float32)
    memory, wanted = _memory(arrays, device), _wanted(arrays, device)
    age, is_missing, is_back = (int(v) for v in arrays["sight"])
    return Tracked(window, mask, quality, whole, memory, wanted, age, bool(is_missing), bool(is_back))
