"""A propagator for pictures made of flat colours: an object is all pixels of the colours that were pointed at."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from pointreel.core import BACKGROUND, Frame, FrameMasks, Mask, Prompt, Segment


@dataclass(frozen=True, kw_only=True)
class Config:
    """Pixels may differ by ``tolerance``, as JPEG makes them."""

    tolerance: int = 24


@dataclass
class ColourSession:
    tolerance: int
    colours: dict[int, list[np.ndarray]] = field(default_factory=dict)
    lookahead = 0

    def push(self, frame: Frame, queries: Sequence[Prompt] = ()) -> list[FrameMasks]:
        rgb = frame.rgb.astype(int)
        for prompt in queries:
            self._learn(rgb, prompt)
        masks = {i: self._mask(rgb, colours) for i, colours in self.colours.items()}
        return [FrameMasks(frame.index, {i: Segment(mask) for i, mask in masks.items() if mask})]

    def finish(self) -> list[FrameMasks]:
        return []

    def _learn(self, rgb: np.ndarray, prompt: Prompt) -> None:
        known = self.colours.setdefault(prompt.object_id, [])
        if prompt.mask is not None:
            pixels = rgb[prompt.mask.to_array()]
            while len(pixels):
                known.append(pixels[0])
                pixels = pixels[~self._near(pixels, known[-1])]
        if prompt.points is not None:
            for (x, y), label in zip(prompt.points.xy.astype(int), prompt.points.label, strict=True):
                known[:] = [colour for colour in known if not self._near(rgb[y, x], colour)]
                if label != BACKGROUND:
                    known.append(rgb[y, x])

    def _mask(self, rgb: np.ndarray, colours: list[np.ndarray]) -> Mask:
        near = [self._near(rgb, colour) for colour in colours]
        return Mask.from_array(np.any(near, axis=0) if near else np.zeros(rgb.shape[:2], bool))

    def _near(self, pixels: np.ndarray, colour: np.ndarray) -> np.ndarray:
        return np.abs(pixels - colour).max(axis=-1) <= self.tolerance


@dataclass(frozen=True)
class Colours:
    config: Config
    accepts = frozenset({"points", "mask"})

    @contextmanager
    def open(self, video: object) -> Iterator[ColourSession]:
        yield ColourSession(self.config.tolerance)


def build(config: Config) -> Colours:
    return Colours(config)
