"""The two networks of the embedded engine ``small``, from scenes made of BSDS500 and from nothing at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from ...core import PointreelError
from ...engines.nets.small import STRIDE, Decoder, Encoder, fused
from ...engines.nets.small_prompt import Prompt
from ...engines.nets.small_propagate import Propagate
from ...engines.small.weights import SHIPPED, filled, save
from ..loop import Batch, Net, Run, Schedule, Setting
from ..protocols import Training
from ..scenes import ClipMaker, Stock, load_bsds, procedural_stock
from ..small_guesses import Guesses
from ..small_losses import prompt_loss, propagation_loss
from ..small_samples import PromptSample, PromptSamples, PropagationSample, PropagationSamples, batches

Given = ParamSpec("Given")
Found = TypeVar("Found")

_SMALLEST = 2 * STRIDE


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A part of a run, up to ``until`` of its steps: how large windows are and what they show.

    ``share`` of the batch is taken where clips are longer. In ``centred`` of the clips the thing is where an engine's
    windows have it; it covers ``smallest`` to ``largest`` of the window. In ``exact`` of them a tracker's mask is right
    at first, in ``hard`` of them badly wrong, and in ``told`` of them it is put right on the way; ``pointed`` of them
    begin with what the network of prompts makes of points. In ``patient`` of the pictures a person goes on clicking,
    and in ``lost`` of those with a mask it has strayed; where there are only points there is just one in ``single`` of
    them. ``rivals``, ``twins`` and ``poles`` are how much there is to be mistaken for the thing, and to hide it;
    ``stills`` of the pictures are photographs as they were taken, and ``greys`` of them have no colours.
    """

    until: float
    large: bool = False
    share: float = 1.0
    length: int = 5
    centred: float = 0.0
    smallest: float = 0.015
    largest: float = 0.32
    exact: float = 0.35
    hard: float = 0.15
    told: float = 0.0
    pointed: float = 0.0
    patient: float = 0.0
    lost: float = 0.0
    single: float = 0.3
    rivals: float = 0.4
    twins: float = 0.3
    poles: float = 0.15
    stills: float = 0.0
    greys: float = 0.0


_FOLLOWED = Stage(until=0.82, share=0.625, length=7, centred=0.75, smallest=0.03, largest=0.2, exact=0.5, hard=0.12)
PROPAGATE = (Stage(until=0.288), _FOLLOWED, replace(_FOLLOWED, until=1.0, large=True))
"""Short clips with things anywhere, then longer ones that are followed."""

_FURTHER = replace(_FOLLOWED, until=0.6, exact=0.4, hard=0.15, told=0.3, poles=0.2, pointed=0.5, greys=0.1)
PROPAGATE_FURTHER = (_FURTHER, replace(_FURTHER, until=1.0, large=True))
"""What weights that are begun from go on with: more to be mistaken for the thing, and corrections on the way."""

_NEAR = Stage(until=0.8, share=2.0, length=2, centred=0.5, smallest=0.02, largest=0.3)
PROMPT = (Stage(until=0.303, share=2.0, length=2), _NEAR, replace(_NEAR, until=1.0, large=True))
"""Pictures with things anywhere, then half of them in the middle."""
_CLICKED = replace(_NEAR, until=0.6, patient=0.5, lost=0.3, single=0.4, stills=0.6)
PROMPT_FURTHER = (_CLICKED, replace(_CLICKED, until=1.0, large=True))
"""What weights that are begun from go on with: clicks on the mistakes of their own masks."""
_ELSEWHERE = ("device", "workers", "every", "photographs", "begin", "share")


@dataclass(frozen=True, kw_only=True)
class Config:
    """``photographs``: the folder of BSDS500; without it scenes are made of noise alone, from ``drawn`` pictures of it.

    Windows have the first of the ``sizes``, and for the last part of the run the second. ``every`` so many steps all is
    kept. ``begin``: a folder of weights to go on from, or ``shipped`` for those of the package, instead of from
    nothing; the rate then falls all the way, and of the weights that are written ``share`` are the new ones and the
    rest those begun from. ``half``: convolutions in bfloat16, nearly twice as fast where the processor knows it.
    """

    photographs: str = ""
    begin: str = ""
    share: float = 1.0
    half: bool = False
    steps: int = 1650
    batch: int = 8
    sizes: tuple[int, int] = (160, 192)
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
        if not 0 < self.share <= 1:
            raise PointreelError(f"share: found {self.share}, expected more than 0 and at most 1.")
        if self.rate <= 0:
            raise PointreelError(f"rate: found {self.rate}, expected more than 0.")


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
        whole: nn.Module = self._begun(Propagate() if net == "propagate" else Prompt(), net)
        if self.config.begin and self.config.share < 1:
            begun, share = whole.state_dict(), self.config.share
            weights = {name: _shared(begun[name], new.cpu(), share) for name, new in weights.items()}
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
        guesses = Guesses(fused(self._begun(Prompt(), "prompt"))) if self.config.begin else None

        def samples(stage: Stage) -> PropagationSamples:
            clips = self._clips(stage, stock or self.stock(), self.config.seed)
            return PropagationSamples(
                clips, exact=stage.exact, hard=stage.hard, told=stage.told, pointed=stage.pointed, guesses=guesses
            )

        stages = PROPAGATE_FURTHER if self.config.begin else PROPAGATE
        return self._run(self._begun(Propagate(), "propagate"), propagation_loss, samples, stages, folder)

    def prompt(self, folder: Path, stock: Stock | None = None) -> Run[Prompt, PromptSample]:
        """The run of the network that makes first masks."""
        torch.manual_seed(self.config.seed + 1)

        def samples(stage: Stage) -> PromptSamples:
            clips = self._clips(stage, stock or self.stock(), self.config.seed + 1)
            return PromptSamples(clips, patient=stage.patient, lost=stage.lost, single=stage.single)

        stages = PROMPT_FURTHER if self.config.begin else PROMPT
        return self._run(self._begun(Prompt(), "prompt"), prompt_loss, samples, stages, folder)

    def _begun(self, net: Net, name: str) -> Net:
        """The network as drawn by chance, or with the weights to begin from."""
        if not self.config.begin:
            return net
        folder = SHIPPED if self.config.begin == "shipped" else Path(self.config.begin)
        return filled(net, folder / f"{name}.safetensors")

    @cached_property
    def _stock(self) -> Stock:
        drawn = procedural_stock(num_photographs=self.config.drawn, seed=self.config.seed)
        return load_bsds(Path(self.config.photographs)) + drawn if self.config.photographs else drawn

    def _clips(self, stage: Stage, stock: Stock, seed: int) -> ClipMaker:
        return ClipMaker(
            stock=stock,
            size=self.config.sizes[stage.large],
            length=stage.length,
            smallest=stage.smallest,
            largest=stage.largest,
            centred=stage.centred,
            rivals=stage.rivals,
            twins=stage.twins,
            poles=stage.poles,
            stills=stage.stills,
            greys=stage.greys,
            seed=seed,
        )

    def _run(
        self,
        net: Net,
        loss: Callable[[Net, Batch], tuple[Tensor, dict[str, float]]],
        samples: Callable[[Stage], Callable[[int], Batch]],
        stages: Sequence[Stage],
        folder: Path,
    ) -> Run[Net, Batch]:
        """Batches of one stage after the other."""
        config = self.config
        ends = [round(stage.until * config.steps) for stage in stages]

        def from_step(step: int) -> Iterator[Batch]:
            for stage, begin, end in zip(stages, [0, *ends], ends, strict=False):
                size, start = max(1, round(config.batch * stage.share)), max(step, begin)
                if start < end:
                    row = samples(stage)
                    yield from batches(row, size=size, start=start, stop=end, num_workers=config.workers)

        if config.half:
            _halve(net, config.device)
        schedule = Schedule(steps=config.steps, rate=config.rate, decay=1.0 if config.begin else 0.4)
        return Run(
            net, loss, from_step, schedule, folder, device=config.device, every=config.every, settings=self._settings()
        )

    def _settings(self) -> dict[str, Setting]:
        """All that the weights depend on; photographs may lie elsewhere, but be left out or added they may not."""
        kept = {f.name: getattr(self.config, f.name) for f in fields(self.config) if f.name not in _ELSEWHERE}
        some = {name: "some" if getattr(self.config, name) else "none" for name in ("photographs", "begin")}
        return {**kept, **some}


def _halve(net: nn.Module, device: str) -> None:
    """Let encoder and decoder compute in bfloat16; their weights, and what they are given and give, stay floats."""

    def halved(whole: Callable[Given, Found]) -> Callable[Given, Found]:
        def forward(*given: Given.args, **named: Given.kwargs) -> Found:
            with torch.autocast(torch.device(device).type, torch.bfloat16):
                found = whole(*given, **named)
            floats: Found = tree_map(Tensor.float, found)
            return floats

        return forward

    for part in net.children():
        if isinstance(part, Encoder | Decoder):
            setattr(part, "forward", halved(part.forward))  # noqa: B010


def _shared(old: Tensor, new: Tensor, share: float) -> Tensor:
    """Between old weights and new ones. What is no float counts steps: the new one."""
    return old.lerp(new, share) if old.dtype.is_floating_point else new


def build(config: Config) -> Recipe:
    return Recipe(config)
