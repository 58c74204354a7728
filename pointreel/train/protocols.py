"""What a recipe gives to whoever runs it: networks to train, each in a run of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from torch import Tensor

from .loop import Figures, Schedule


class Training(Protocol):
    """A run, whatever its network and its batches are."""

    @property
    def schedule(self) -> Schedule: ...

    @property
    def step(self) -> int: ...

    @property
    def is_done(self) -> bool: ...

    def run(
        self, *, watch: Callable[[int, Figures], None] = ..., stop: Callable[[], bool] = ...
    ) -> dict[str, Tensor]: ...


class Recipe(Protocol):
    """What the ``build(config)`` of a recipe gives. ``folder`` is where all of it is kept."""

    @property
    def nets(self) -> tuple[str, ...]:
        """The names of its networks, in the order in which they are trained."""

    def training(self, net: str, folder: Path) -> Training:
        """The run of one network; it goes on if it was begun in this folder."""

    def write(self, net: str, weights: dict[str, Tensor], folder: Path) -> Path:
        """The file with what was learnt."""

    def usage(self, folder: Path) -> str:
        """How the files are used, or what is needed yet, in one line."""
