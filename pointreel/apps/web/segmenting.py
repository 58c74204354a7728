"""First masks: one segmenter, loaded once, asked by one thread."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ...core import Frame, PointreelError, Points, Prompt, Segment
from ...core.protocols import Segmenter

Encoded = Any  # what an engine makes of a picture is its own business


@runtime_checkable
class Extending(Protocol):
    """A segmenter that says what else a prompt could mean: a sleeve, a shirt, a person."""

    def extents(self, encoded: Encoded, prompt: Prompt) -> list[Segment]: ...


@runtime_checkable
class SeeingMotion(Protocol):
    """A segmenter that looks at a neighbour of the picture too."""

    def encode(self, frame: Frame, neighbour: Frame | None = None) -> Encoded: ...


class Segmenting:
    """Engines are not for several threads, and loading one takes seconds; so there is one, in a thread of its own."""

    def __init__(self, engine: str = "small") -> None:
        self.engine = engine
        self._worker = ThreadPoolExecutor(1, "pointreel-segment")
        self._segmenter: Segmenter[Encoded] | None = None

    def begin(self) -> None:
        """Load the engine in the background and run it once, so that the first click does not wait."""
        self._worker.submit(self._warm_up)

    def extents(self, frame: Frame, prompt: Prompt, neighbour: Frame | None = None) -> list[Segment]:
        """What the prompt could mean on this frame, the likeliest first."""
        return self._worker.submit(self._extents, frame, prompt, neighbour).result()

    @property
    def accepts(self) -> frozenset[str]:
        return frozenset(self._worker.submit(self._loaded).result().accepts)

    def close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _extents(self, frame: Frame, prompt: Prompt, neighbour: Frame | None) -> list[Segment]:
        segmenter = self._loaded()
        if neighbour is not None and isinstance(segmenter, SeeingMotion) and isinstance(segmenter, Extending):
            return segmenter.extents(segmenter.encode(frame, neighbour), prompt)
        encoded = segmenter.encode(frame)
        if isinstance(segmenter, Extending):
            return segmenter.extents(encoded, prompt)
        return _first(segmenter.segment(encoded, [prompt]))

    def _loaded(self) -> Segmenter[Encoded]:
        if self._segmenter is None:
            from ...engines import segmenters

            self._segmenter = segmenters.build(self.engine)
        return self._segmenter

    def _warm_up(self) -> None:
        """What is wrong with the engine is told to whoever clicks."""
        with suppress(PointreelError):
            frame = Frame(0, np.zeros((64, 64, 3), np.uint8))
            self._extents(frame, Prompt(object_id=1, frame=0, points=Points.on([(32, 32)])), None)


def _first(found: Sequence[Segment]) -> list[Segment]:
    return list(found[:1])
