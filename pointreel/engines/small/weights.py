"""The weights that ship with the engine."""

from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from torch import nn

from ...core import PointreelError
from ..nets.small import fused
from ..nets.small_prompt import Prompt
from ..nets.small_propagate import Propagate

Net = TypeVar("Net", bound=nn.Module)

SHIPPED = Path(__file__).parent / "weights"


def load_prompt(folder: Path | None, device: str) -> Prompt:
    """The network that makes first masks, ready for use."""
    return _prompt(folder or SHIPPED, device)


def load_propagate(folder: Path | None, device: str) -> Propagate:
    """The network that carries masks, ready for use."""
    return _propagate(folder or SHIPPED, device)


def save(net: nn.Module, path: Path) -> None:
    """Write a network's weights as half-precision floats."""
    from safetensors.torch import save as as_bytes

    from ...core import replacing

    halves = {
        name: (value.half() if value.dtype.is_floating_point else value).contiguous()
        for name, value in net.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    with replacing(path) as draft:
        draft.write_bytes(as_bytes(halves))


@lru_cache(maxsize=4)
def _prompt(folder: Path, device: str) -> Prompt:
    return _loaded(Prompt(), folder / "prompt.safetensors", device)


@lru_cache(maxsize=4)
def _propagate(folder: Path, device: str) -> Propagate:
    return _loaded(Propagate(), folder / "propagate.safetensors", device)


def _loaded(net: Net, path: Path, device: str) -> Net:
    fused(filled(net, path)).to(device)
    return net


def filled(net: Net, path: Path) -> Net:
    """The network with the weights of a file, to be used or to be trained on."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not path.is_file():
        raise PointreelError(f"{path}: there are no weights here. Train some with `pointreel train small`.")
    try:
        state = load_file(path)
    except SafetensorError as error:
        raise PointreelError(f"{path}: is no readable file of weights ({error}).") from error
    wanted = {name: v.shape for name, v in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    if wanted != {name: value.shape for name, value in state.items()}:
        raise PointreelError(
            f"{path}: holds the weights of another network. Train new ones with `pointreel train small`."
        )
    net.load_state_dict({name: value.float() for name, value in state.items()}, strict=False)
    return net
