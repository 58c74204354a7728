"""A training run: steps, an average of the weights, and checkpoints from which it goes on as if never stopped."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from ..core import PointreelError, replacing
from ..engines.nets.small import channels_last

Net = TypeVar("Net", bound=nn.Module)
Batch = TypeVar("Batch", bound=tuple[Tensor, ...])
Figures = dict[str, float]
_UNREADABLE = (RuntimeError, EOFError, UnpicklingError, LookupError, TypeError, ValueError, AttributeError)
"""What torch raises for a file that is cut short, or is something else."""

Setting = str | int | float | bool | tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """AdamW: the rate rises over ``warmup`` steps, stays, and falls to nothing over the last ``decay`` of the run."""

    steps: int
    rate: float = 1.5e-3
    warmup: int = 30
    decay: float = 0.4
    weight_decay: float = 1e-2
    clip: float = 1.0
    average: float = 0.995

    def rate_at(self, step: int) -> float:
        left = (self.steps - step) / (self.steps * self.decay)
        return self.rate * min(1.0, (step + 1) / self.warmup) * min(1.0, max(0.02, left))


@dataclass(eq=False)
class Run(Generic[Net, Batch]):
    """One network in training. What is kept in ``folder`` is ``checkpoint.pt`` and ``log.jsonl``.

    ``settings`` are what makes this run this run: it goes on only with those that it was begun with.
    """

    net: Net
    loss: Callable[[Net, Batch], tuple[Tensor, Figures]]
    batches: Callable[[int], Iterator[Batch]]
    schedule: Schedule
    folder: Path
    device: str = "cpu"
    every: int = 50
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _must_exist(self.device)
        channels_last(self.net.to(self.device))
        self.average = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), self.schedule.rate, weight_decay=self.schedule.weight_decay
        )
        self.step = 0

    @property
    def is_done(self) -> bool:
        return self.step >= self.schedule.steps

    def run(
        self,
        *,
        watch: Callable[[int, Figures], None] = lambda *_: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> dict[str, Tensor]:
        """Train to the end, from the checkpoint if there is one; the averaged weights.

        ``watch`` is told the number of steps done and the figures of the newest, first of all where it goes on, with
        none. When ``stop`` says so the step is finished, all is kept, and the weights are those so far.
        """
        self.resume()
        self.net.train()
        watch(self.step, {})
        seen: list[Figures] = []
        began = time.monotonic()
        for batch in () if self.is_done else self.batches(self.step):
            seen.append(self._one_step(batch))
            watch(self.step, seen[-1])
            stopped = stop()
            if self.step % self.every == 0 or self.is_done or stopped:
                self._log(seen, (time.monotonic() - began) / len(seen))
                self._save()
                seen, began = [], time.monotonic()
            if stopped:
                break
        return self.average

    def resume(self) -> None:
        """Take up the checkpoint, if there is one."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            net, average, optimiser, step = (state[key] for key in ("net", "average", "optimiser", "step"))
        except _UNREADABLE as error:
            raise PointreelError(f"{path}: is no readable checkpoint. Remove it to begin anew.") from error
        self._must_be_this(path, state.get("settings", {}))
        try:
            self.net.load_state_dict(net)
        except RuntimeError as error:
            raise PointreelError(f"{path}: is of another network. Train into another folder.") from error
        self.optimiser.load_state_dict(optimiser)
        self.average, self.step = average, step

    def _must_be_this(self, path: Path, begun: Mapping[str, Setting]) -> None:
        for name, value in self.settings.items():
            if begun.get(name, value) != value:
                raise PointreelError(
                    f"{path}: was begun with {name}={begun[name]}, and is to go on with {name}={value}. "
                    "Say what was said then, or train into another folder."
                )

    def _one_step(self, batch: Batch) -> Figures:
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.rate_at(self.step)
        moved = type(batch)(*(part.to(self.device) for part in batch))
        loss, figures = self.loss(self.net, moved)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), self.schedule.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
        self.step += 1
        self._take_average()
        return {"loss": loss.item(), **figures}

    @torch.no_grad()
    def _take_average(self) -> None:
        """Slow at the end of the run, quick at its beginning."""
        keep = min(self.schedule.average, self.step / (self.step + 10))
        for name, value in self.net.state_dict().items():
            if value.dtype.is_floating_point:
                self.average[name].lerp_(value, 1 - keep)
            else:
                self.average[name].copy_(value)

    def _log(self, seen: Sequence[Figures], seconds: float) -> None:
        line = {
            "step": self.step,
            **means(seen),
            "rate": self.schedule.rate_at(self.step),
            "seconds": round(seconds, 3),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    def _save(self) -> None:
        state = {
            "step": self.step,
            "net": self.net.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "settings": dict(self.settings),
        }
        with replacing(self.folder / "checkpoint.pt") as draft:
            torch.save(state, draft)


def means(seen: Sequence[Figures]) -> Figures:
    """Each figure's mean over some steps, as the log has them.

    >>> means([{"loss": 1.0}, {"loss": 2.0}])
    {'loss': 1.5}
    """
    return {key: round(sum(figures[key] for figures in seen) / len(seen), 4) for key in seen[0]}


def _must_exist(device: str) -> None:
    """Torch says this in many lines, and only at the first use."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise PointreelError(f"device {device!r}: cannot be used here ({reason}). Take cpu.") from error
