"""The two networks of the embedded engine ``small``, from scenes made of BSDS500 and from nothing at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor

from ...engines.nets.small_prompt import Prompt
from ...engines.nets.small_propagate import Propagate
from ..loop import Batch, Net, Run, Schedule
from ..scenes import ClipMaker, Stock, load_bsds, procedural_stock
from ..small_losses import prompt_loss, propagation_loss
from ..small_samples import PromptSample, PromptSamples, PropagationSample, PropagationSamples, batches


@dataclass(frozen=True, kw_only=True)
class Config:
    """``photographs``: the folder of BSDS500; without it scenes are made of noise alone.

    Windows are small at first, and larger for the last part of the run.
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


@dataclass(frozen=True)
class Recipe:
    """Both runs; each goes on where it was stopped."""

    config: Config

    def stock(self) -> Stock:
        """What scenes are made of."""
        drawn = procedural_stock(num_photographs=40, seed=self.config.seed)
        return load_bsds(Path(self.config.photographs)) + drawn if self.config.photographs else drawn

    def propagate(self, folder: Path, stock: Stock) -> Run[Propagate, PropagationSample]:
        """The run of the network that carries masks."""
        torch.manual_seed(self.config.seed)

        def samples(size: int) -> PropagationSamples:
            return PropagationSamples(ClipMaker(stock=stock, size=size, seed=self.config.seed))

        return self._run(Propagate(), propagation_loss, samples, self.config.batch, folder)

    def prompt(self, folder: Path, stock: Stock) -> Run[Prompt, PromptSample]:
        """The run of the network that makes first masks."""
        torch.manual_seed(self.config.seed + 1)

        def samples(size: int) -> PromptSamples:
            return PromptSamples(ClipMaker(stock=stock, size=size, length=2, seed=self.config.seed + 1))

        return self._run(Prompt(), prompt_loss, samples, 2 * self.config.batch, folder)

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
        return Run(net, loss, from_step, schedule, folder, device=config.device)


def build(config: Config) -> Recipe:
    return Recipe(config)
