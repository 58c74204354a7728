"""The first mask of an object: from points, a box, a trace or a rough mask on one frame."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...core.types import BACKGROUND, FOREGROUND, Frame, Prompt, Trace
from ..nets.optical_flow import FlowFinder
from ..nets.prompt_maps import prompt_maps
from ..nets.small_prompt import Prompt as PromptNet
from ..nets.small_prompt import Scene, repeated
from .windows import Soft, Window, extent, grey, side_for

_TRACE_POINTS = 8
_ROOM = 1.8
_FEWEST_FOR_EXTENT = 3


@dataclass(frozen=True, eq=False)
class Candidate:
    """A possible mask: probabilities through a window, and the IoU that is expected of it."""

    window: Window
    mask: Soft
    quality: float


@dataclass(frozen=True, eq=False)
class Given:
    """What a prompt says, in pixels of the frame: points on and off the object, and a box (x0, y0, x1, y1)."""

    on: NDArray[np.float32]
    off: NDArray[np.float32]
    box: NDArray[np.float32] | None

    @classmethod
    def of(cls, prompt: Prompt) -> "Given":
        """Ambiguous points say nothing; of a trace, places along its middle are taken for points."""
        empty = np.zeros((0, 2), np.float32)
        on, off = empty, empty
        if prompt.points is not None:
            on = prompt.points.xy[prompt.points.label == FOREGROUND]
            off = prompt.points.xy[prompt.points.label == BACKGROUND]
        if prompt.trace is not None:
            on = np.concatenate([on, _along(prompt.trace)])
        box = prompt.box
        corners = None if box is None else np.array([box.left, box.top, box.right - 1, box.bottom - 1], np.float32)
        return cls(on, off, corners)

    def window(self, height: int, width: int, size: int) -> Window:
        """Where to look first: tightly if there are points enough to tell how far the object goes, widely if not."""
        if self.box is not None:
            x, y = (self.box[:2] + self.box[2:]) / 2
            long = float((self.box[2:] - self.box[:2]).max()) + 1
            return Window.about(x, y, max(_ROOM * long, height / 4), size)
        if not len(self.on):
            return Window.about(width / 2, height / 2, 1.1 * max(height, width), size)
        low, high = self.on.min(0), self.on.max(0)
        long = float((high - low).max())
        if len(self.on) >= _FEWEST_FOR_EXTENT:
            x, y = (low + high) / 2
            return Window.about(x, y, _ROOM * np.clip(long, height * 0.16, 1.1 * width / _ROOM), size)
        x, y = self.on.mean(0)
        share = 0.94 if len(self.on) == 1 else 0.8
        return Window.about(x, y, min(max(share * height, 2.6 * long), 1.1 * width), size)

    def maps(self, window: Window) -> NDArray[np.float32]:
        """What the network is shown of it."""
        off = window.inward(self.off)
        seen = ((off >= 0) & (off < window.size)).all(1)
        box = None if self.box is None else window.inward(self.box.reshape(2, 2)).ravel()
        return prompt_maps(window.inward(self.on), off[seen], box, window.size)


class FirstMask:
    """Makes first masks; one picture may be asked about often."""

    def __init__(self, net: PromptNet, size: int, device: str) -> None:
        self._net, self._size, self._device = net, size, device
        self._finder = FlowFinder()

    def candidates(self, frame: Frame, given: Given, other: Frame | None = None) -> list[Candidate]:
        """Up to three masks, the likeliest first. ``other``: a neighbour of the frame, to see what moves."""
        window = given.window(frame.height, frame.width, self._size)
        scene = self._scene(frame, window, given, other)
        decision = self._net.decide(scene)
        masks = torch.sigmoid(decision.logits[0])[:, None]
        again = self._net.decide(repeated(scene, len(masks)), masks)
        found = [self._chosen(window, logits, quality) for logits, quality in zip(*again, strict=True)]
        found.sort(key=lambda candidate: -candidate.quality)
        closer = self.refined(frame, given, found[0], other)
        return [closer, *(c for c in found[1:] if not _alike(c, found[0]))]

    def refined(self, frame: Frame, given: Given, candidate: Candidate, other: Frame | None = None) -> Candidate:
        """The mask once more, through the window that fits it."""
        window = self._fitting(frame, given, candidate)
        prior = candidate.window.carried(
            candidate.mask, window, (0, 0), np.zeros((window.size, window.size, 2), np.float32)
        )
        scene = self._scene(frame, window, given, other)
        decision = self._net.decide(scene, torch.from_numpy(prior)[None, None].to(self._device))
        return self._chosen(window, decision.logits[0], decision.quality[0])

    def _scene(self, frame: Frame, window: Window, given: Given, other: Frame | None) -> Scene:
        rgb = window.crop(frame.rgb)
        flow, error = np.zeros((*rgb.shape[:2], 2), np.float32), np.zeros(rgb.shape[:2], np.uint8)
        if other is not None:
            flow, error = self._finder(grey(rgb), grey(window.crop(other.rgb)))
        return self._net.see(
            self._tensor(rgb.transpose(2, 0, 1)) / 255,
            self._tensor(given.maps(window)),
            self._tensor(flow.transpose(2, 0, 1)),
            self._tensor(error[None]) / 255,
        )

    def _tensor(self, array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).float()[None].to(self._device)

    def _fitting(self, frame: Frame, given: Given, candidate: Candidate) -> Window:
        """The window for the mask found, wide enough for every point on the object."""
        found = extent(candidate.mask)
        if found is None:
            return candidate.window
        x, y, long, root = found
        zoom = candidate.window.zoom
        x, y = (x + 0.5) / zoom - 0.5 + candidate.window.left, (y + 0.5) / zoom - 0.5 + candidate.window.top
        side = side_for(long / zoom, root / zoom, frame.height)
        if len(given.on):
            side = max(side, 2.6 * float(np.abs(given.on - (x, y)).max()))
        return Window.about(x, y, side, self._size)

    @staticmethod
    def _chosen(window: Window, logits: Tensor, quality: Tensor) -> Candidate:
        best = int(quality.argmax())
        mask: Soft = torch.sigmoid(logits[best]).cpu().numpy()
        return Candidate(window, mask, float(torch.sigmoid(quality[best])))


def _along(trace: Trace) -> NDArray[np.float32]:
    """Places evenly spread over the time of a trace, without its beginning and its end, where hands come and go."""
    if len(trace) <= _TRACE_POINTS:
        return trace.xy
    span = trace.seconds[-1] - trace.seconds[0]
    at = trace.seconds[0] + span * np.linspace(0.1, 0.9, _TRACE_POINTS)
    places: NDArray[np.float32] = trace.xy[np.clip(np.searchsorted(trace.seconds, at), 0, len(trace) - 1)]
    return places


def _alike(one: Candidate, other: Candidate) -> bool:
    a, b = one.mask > 0.5, other.mask > 0.5
    return bool((a & b).sum() > 0.85 * max(1, (a | b).sum()))
