"""The two networks of the embedded engine ``small``, from scenes made of BSDS500 and from nothing at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn

from ...core import PointreelError
from ...engines.nets.small import STRIDE
from ...engines.nets.small_prompt import Prompt
from ...engines.nets.small_propagate import Propagate
from ...engines.small.weights import save
from ..loop import Batch, Net, Run, Schedule, Setting
from ..protocols import Training
from ..scenes import ClipMaker, Stock, load_bsds, procedural_stock
from ..small_losses import prompt_loss, propagation_loss
from ..small_samples import PromptSample, PromptSamples, PropagationSample, PropagationSamples, batches

_SMALLEST = 2 * STRIDE
_ELSEWHERE = ("device", "workers", "every", "photographs")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``photographs``: the folder of BSDS500; without it scenes are made of noise alone, from ``drawn`` pictures of it.

    Windows are small at first, and larger for the last part of the run. ``every`` so many steps all is kept.
    """

    photographs: str = ""
    steps: int = 2000
    batch: int = 8
    sizes: tuple[int, int] = (160, 224)
    large_from: float = 0.65
    seed: int = 0
    workers: int = 0
    device: str = "cpu"
    rate: float = 1.5e-3
    drawn: int = 40
    every: int = 50

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch", 1), ("drawn", 1), ("every", 1), ("workers", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise PointreelError(f"{name}: found {getattr(self, name)}, expected at least {least}.")
        if any(size % STRIDE or size < _SMALLEST for size in self.sizes):
            raise PointreelError(f"sizes: found {self.sizes}, expected multiples of {STRIDE} from {_SMALLEST} on.")
        if not (0 <= self.large_from <= 1 and self.rate > 0):
            raise PointreelError("large_from is a share, from 0 to 1, and rate is more than 0.")


@dataclass(frozen=True)
class Recipe:
    """Both runs; each goes on where it was stopped.

    >>> recipe = build(Config(steps=2, batch=1, sizes=(64, 64), drawn=2))
    >>> run = recipe.training("propagate", Path("my-training"))
    >>> run.schedule.steps, run.is_done
    (2, False)
    """

    config: Config
    nets: tuple[str, ...] = ("propagate", "prompt")

    def training(self, net: str, folder: Path) -> Training:
        """The run of one of the networks, in a folder of its own inside this one."""
        return self.propagate(folder / net) if net == "propagate" else self.prompt(folder / net)

    def write(self, net: str, weights: dict[str, Tensor], folder: Path) -> Path:
        """Weights as the engine loads them."""
        whole: nn.Module = Propagate() if net == "propagate" else Prompt()
        whole.load_state_dict(weights)
        save(whole, folder / f"{net}.safetensors")
        return folder / f"{net}.safetensors"

    def usage(self, folder: Path) -> str:
        """The engine needs both networks."""
        missing = [net for net in self.nets if not (folder / f"{net}.safetensors").is_file()]
        if missing:
            return f"The engine needs {missing[0]} too: the same command, with --net {missing[0]}."
        return f"Use them: pointreel track VIDEO --point X,Y --engine small --option weights={folder}"

    def stock(self) -> Stock:
        """What scenes are made of; made once."""
        return self._stock

    def propagate(self, folder: Path, stock: Stock | None = None) -> Run[Propagate, PropagationSample]:
        """The run of the network that carries masks."""
        torch.manual_seed(self.config.seed)

        def samples(size: int) -> PropagationSamples:
            return PropagationSamples(ClipMaker(stock=stock or self.stock(), size=size, seed=self.config.seed))

        return self._run(Propagate(), propagation_loss, samples, self.config.batch, folder)

    def prompt(self, folder: Path, stock: Stock | None = None) -> Run[Prompt, PromptSample]:
        """The run of the network that makes first masks."""
        torch.manual_seed(self.config.seed + 1)

        def samples(size: int) -> PromptSamples:
            clips = ClipMaker(stock=stock or self.stock(), size=size, length=2, seed=self.config.seed + 1)
            return PromptSamples(clips)

        return self._run(Prompt(), prompt_loss, samples, 2 * self.config.batch, folder)

    @cached_property
    def _stock(self) -> Stock:
        drawn = procedural_stock(num_photographs=self.config.drawn, seed=self.config.seed)
        return load_bsds(Path(self.config.photographs)) + drawn if self.config.photographs else drawn

    def _run(
        self,
        net: Net,
        loss: Callable[[Net, Batch], tuple[Tensor, dict[str, float]]],
        samples: Callable[[int], Callable[[int], Batch]],
        size: int,
        folder: Path,
    ) -> Run[Net, Batch]:
        """Batches of small windows until ``large_from`` of the run, and of large ones from there on."""
        config, turn = self.config, int(self.config.large_from * self.config.steps)
        small, large = config.sizes

        def from_step(step: int) -> Iterator[Batch]:
            spans = ((small, min(step, turn), turn), (large, max(step, turn), config.steps))
            return chain.from_iterable(
                batches(samples(side), size=size, start=start, stop=stop, num_workers=config.workers)
                for side, start, stop in spans
                if start < stop
            )

        schedule = Schedule(steps=config.steps, rate=config.rate)
        return Run(
            net, loss, from_step, schedule, folder, device=config.device, every=config.every, settings=self._settings()
        )

    def _settings(self) -> dict[str, Setting]:
        """All that the weights depend on; photographs may lie elsewhere, but be left out or added they may not."""
        kept = {f.name: getattr(self.config, f.name) for f in fields(self.config) if f.name not in _ELSEWHERE}
        return {**kept, "photographs": "some" if self.config.photographs else "none"}


def build(config: Config) -> Recipe:
    return Recipe(config)
