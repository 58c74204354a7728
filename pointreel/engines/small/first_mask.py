"""The first mask of an object: from points, a box, a trace or a rough mask on one frame."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...core.types import BACKGROUND, FOREGROUND, Frame, Points, Prompt, Trace
from ..nets.optical_flow import FlowFinder
from ..nets.prompt_maps import prompt_maps
from ..nets.small_prompt import Prompt as PromptNet
from ..nets.small_prompt import Scene
from .windows import Soft, Window, extent, grey, near, side_for

_TRACE_POINTS, _QUICK = 8, 160
_ROOM = 1.8
_AROUND, _ALONE, _LEAST = 1.45, 0.94, 0.29
_SCALES, _CLOSELY = (0.7, 1.2), 0.47
_CUT, _WIDER, _LOOKS = 0.35, 1.8, 2
_GAP = 0.5
_TOGETHER, _AWAY, _STRETCH, _SURER = 4, 2.5, 2.2, 0.07
ONCE, CAREFULLY = (1,), (2, 2)
"""Ways to look closely: how often the mask is made better on each look."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A possible mask: probabilities through a window, and the IoU that is expected of it."""

    window: Window
    mask: Soft
    quality: float

    @property
    def area(self) -> float:
        """In pixels of the frame."""
        return float(np.count_nonzero(self.mask > 0.5)) / self.window.zoom**2

    def through(self, window: Window) -> Soft:
        """The mask as another window shows it."""
        return self.window.carried(self.mask, window, (0, 0), np.zeros((window.size, window.size, 2), np.float32))


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

    def and_points(self, points: Points) -> "Given":
        """What is said, and these points too."""
        on, off = (points.xy[points.label == label] for label in (FOREGROUND, BACKGROUND))
        return replace(self, on=np.concatenate([self.on, on]), off=np.concatenate([self.off, off]))

    def together(self) -> "Given":
        """Without the few points on the object that are far away from all others, as those on a string are."""
        away = np.abs(self.on - np.median(self.on, 0)).max(1) if len(self.on) > _TOGETHER else np.zeros(len(self.on))
        close = self.on[away <= _AWAY * np.median(away)] if away.any() else self.on
        is_stretched = len(close) >= _TOGETHER and np.ptp(self.on, 0).max() > _STRETCH * np.ptp(close, 0).max()
        return replace(self, on=close) if is_stretched else self

    def window(self, height: int, width: int, size: int) -> Window:
        """Where to look first: the more points, the better they tell how far the object goes.

        The extent of n points drawn from an interval is (n - 1) / (n + 1) of it on average.
        """
        if self.box is not None:
            x, y = (self.box[:2] + self.box[2:]) / 2
            long = float((self.box[2:] - self.box[:2]).max()) + 1
            return Window.about(x, y, max(_ROOM * long, height / 4), size)
        if not len(self.on):
            return Window.about(width / 2, height / 2, 1.1 * max(height, width), size)
        low, high, count = self.on.min(0), self.on.max(0), len(self.on)
        x, y = (low + high) / 2
        expected = float((high - low).max()) * (count + 1) / max(1, count - 1)
        least = max(_LEAST, _ALONE / count**0.7) * height
        return Window.about(x, y, min(max(_AROUND * expected, least), 1.1 * max(height, width)), size)

    def maps(self, window: Window) -> NDArray[np.float32]:
        """What the network is shown of it."""
        off = window.inward(self.off)
        seen = ((off >= 0) & (off < window.size)).all(1)
        box = None if self.box is None else window.inward(self.box.reshape(2, 2)).ravel()
        return prompt_maps(window.inward(self.on), off[seen], box, window.size)


def as_one(prompts: Sequence[Prompt]) -> list[Prompt]:
    """The prompts of a frame, those of each object put together: points, and the mask that they put right."""
    together: dict[int, Prompt] = {}
    for prompt in prompts:
        known = together.get(prompt.object_id)
        if known is None:
            together[prompt.object_id] = prompt
            continue
        points = prompt.points if known.points is None else known.points
        if prompt.points is not None and known.points is not None:
            points = known.points + prompt.points
        together[prompt.object_id] = replace(
            known,
            points=points,
            box=prompt.box or known.box,
            trace=prompt.trace if known.trace is None else known.trace,
            mask=prompt.mask or known.mask,
        )
    return list(together.values())


class FirstMask:
    """Makes first masks; one picture may be asked about often."""

    def __init__(self, net: PromptNet, size: int, device: str) -> None:
        self._net, self._size, self._quick, self._device = net, size, min(size, _QUICK), device
        self._finder = FlowFinder()

    def around(self, mask: Soft) -> Candidate | None:
        """A mask of the whole frame that is there already, through the window that fits it; None if it is empty."""
        found = extent(mask)
        if found is None:
            return None
        x, y, long, root = found
        window = Window.about(x, y, side_for(long, root, len(mask)), self._size)
        return Candidate(window, window.crop_mask(mask), 1.0)

    def candidates(
        self, frame: Frame, given: Given, other: Frame | None = None, *, looks: Sequence[int] = ONCE
    ) -> list[Candidate]:
        """Up to three masks, the likeliest first. ``other``: a neighbour of the frame, to see what moves.

        Where to look is decided by quick looks, through small windows; only the likeliest is then looked at closely,
        once for each of ``looks``, and made better so many times there. Points far away from all others are left out
        where that makes the network much surer: with them a window shows too little of the rest.
        """
        found, close = self._candidates(frame, given, other, looks), given.together()
        if len(close.on) < len(given.on):
            better = self._candidates(frame, close, other, looks)
            if better[0].quality > found[0].quality + _SURER:
                return better
        return found

    def _candidates(self, frame: Frame, given: Given, other: Frame | None, looks: Sequence[int]) -> list[Candidate]:
        middle = given.window(frame.height, frame.width, self._quick)
        windows = [Window.about(*middle.centre, scale * middle.side, self._quick) for scale in _SCALES]
        found = max((self.look(window, frame, given, other) for window in windows), key=lambda masks: masks[0].quality)
        for _ in range(_LOOKS):
            if not _is_cut(found[0], frame):
                break
            window = found[0].window
            wider = Window.about(*window.centre, _WIDER * window.side, self._quick)
            found = self.look(wider, frame, given, other)
        closer = found[0]
        for times in looks:
            closer = self.refined(frame, given, closer, other, times=times)
        return [about_points(closer, given), *(c for c in found[1:] if not _alike(c, found[0]))]

    def look(self, window: Window, frame: Frame, given: Given, other: Frame | None = None) -> list[Candidate]:
        """Three masks through one window, the likeliest first."""
        decision = self._net.decide(self._scene(frame, window, given, other))
        masks, quality = torch.sigmoid(decision.logits[0]).cpu().numpy(), torch.sigmoid(decision.quality[0]).tolist()
        found = [
            about_points(Candidate(window, mask, expected), given)
            for mask, expected in zip(masks, quality, strict=True)
        ]
        return sorted(found, key=lambda candidate: -candidate.quality)

    def closely_about(self, xy: NDArray[np.float32], height: int) -> Window:
        """The window for what a single click is on, and for little more."""
        return Window.about(float(xy[0]), float(xy[1]), _CLOSELY * height, self._quick)

    def refined(
        self, frame: Frame, given: Given, candidate: Candidate, other: Frame | None = None, *, times: int = 1
    ) -> Candidate:
        """The mask once more, or a few ``times``, through the window that fits it."""
        window = self.fitting(frame, given, candidate)
        found = replace(candidate, window=window, mask=candidate.through(window))
        scene = self._scene(frame, window, given, other)
        for _ in range(times):
            decision = self._net.decide(scene, torch.from_numpy(found.mask)[None, None].to(self._device))
            found = self._chosen(window, decision.logits[0], decision.quality[0])
        return found

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

    def fitting(self, frame: Frame, given: Given, candidate: Candidate) -> Window:
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


def about_points(candidate: Candidate, given: Given) -> Candidate:
    """The mask without what looks alike elsewhere: pieces that no point is on stay only near those that one is on.

    Near, as something narrow may stand before a thing and cut it in two.
    """
    on = candidate.mask > 0.5
    at = np.round(candidate.window.inward(given.on)).astype(int)
    x, y = at[((at >= 0) & (at < candidate.window.size)).all(1)].T
    _, pieces = cv2.connectedComponents(on.astype(np.uint8), connectivity=4)
    pointed_at = on & np.isin(pieces, pieces[y, x])
    if not pointed_at.any():
        return candidate
    reach = round(_GAP * float(np.count_nonzero(pointed_at)) ** 0.5)
    return replace(candidate, mask=near(candidate.mask, pointed_at, reach))


def _along(trace: Trace) -> NDArray[np.float32]:
    """Places evenly spread over the time of a trace, without its beginning and its end, where hands come and go."""
    if len(trace) <= _TRACE_POINTS:
        return trace.xy
    span = trace.seconds[-1] - trace.seconds[0]
    at = trace.seconds[0] + span * np.linspace(0.1, 0.9, _TRACE_POINTS)
    places: NDArray[np.float32] = trace.xy[np.clip(np.searchsorted(trace.seconds, at), 0, len(trace) - 1)]
    return places


def _is_cut(candidate: Candidate, frame: Frame) -> bool:
    """Whether the window's border, where the frame goes on beyond it, cuts through the mask."""
    window, on = candidate.window, candidate.mask > 0.5
    sides = [
        (on[0], window.top > 0),
        (on[-1], window.top + window.side < frame.height),
        (on[:, 0], window.left > 0),
        (on[:, -1], window.left + window.side < frame.width),
    ]
    return any(bool(goes_on) and side.mean() > _CUT for side, goes_on in sides)


def _alike(one: Candidate, other: Candidate) -> bool:
    a, b = one.mask > 0.5, other.mask > 0.5
    return bool((a & b).sum() > 0.85 * max(1, (a | b).sum()))
