"""A training run: steps, an average of the weights, and checkpoints from which it goes on as if never stopped."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from ..core import PointreelError, replacing
from ..engines.nets.small import channels_last

Net = TypeVar("Net", bound=nn.Module)
Batch = TypeVar("Batch", bound=tuple[Tensor, ...])
Figures = dict[str, float]


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
    """One network in training. What is kept in ``folder`` is ``checkpoint.pt`` and ``log.jsonl``."""

    net: Net
    loss: Callable[[Net, Batch], tuple[Tensor, Figures]]
    batches: Callable[[int], Iterator[Batch]]
    schedule: Schedule
    folder: Path
    device: str = "cpu"
    every: int = 50

    def __post_init__(self) -> None:
        channels_last(self.net.to(self.device))
        self.average = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), self.schedule.rate, weight_decay=self.schedule.weight_decay
        )
        self.step = 0

    def run(self) -> dict[str, Tensor]:
        """Train to the end, from the checkpoint if there is one; the averaged weights."""
        self._resume()
        self.net.train()
        seen: list[Figures] = []
        began = time.monotonic()
        for batch in self.batches(self.step):
            seen.append(self._one_step(batch))
            if self.step % self.every == 0 or self.step == self.schedule.steps:
                self._log(seen, (time.monotonic() - began) / len(seen))
                self._save()
                seen, began = [], time.monotonic()
        return self.average

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

    def _log(self, seen: list[Figures], seconds: float) -> None:
        means = {key: round(sum(figures[key] for figures in seen) / len(seen), 4) for key in seen[0]}
        line = {"step": self.step, **means, "rate": self.schedule.rate_at(self.step), "seconds": round(seconds, 3)}
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    def _save(self) -> None:
        state = {
            "step": self.step,
            "net": self.net.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }
        with replacing(self.folder / "checkpoint.pt") as draft:
            torch.save(state, draft)

    def _resume(self) -> None:
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        try:
            self.net.load_state_dict(state["net"])
        except RuntimeError as error:
            raise PointreelError(f"{path}: is of another network. Train into another folder.") from error
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.step = state["average"], state["step"]
