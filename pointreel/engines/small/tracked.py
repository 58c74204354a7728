"""One object on its way through a video: where it is, what is remembered of it, and how it gets to the next frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...core.types import Frame
from ..nets.optical_flow import Flow, FlowFinder
from ..nets.ridge import mean, predict, solve
from ..nets.small import enlarged
from ..nets.small_propagate import COLOUR_DAMPING, Look, Memory, Propagate, together
from .glance import Wanted
from .windows import Pixels, Soft, Window, extent, grey, near, side_for

_FEW = 20
_SHRINK = 0.3
_SEARCH, _WIDEN = 0.1, 1.15
_NEAR, _EMERGES = 9, 0.6
_FADE = 0.97
_MATCHED = 2
_DOUBTFUL, _LITTLE = 0.65, 0.5
_DWINDLING = 0.6
_GIVEN_UP, _REMNANT, _NOTHING = 0.6, 0.35, 8
_STEEP, _ABOUT, _TWICE = 4.0, 0.9, 2


@dataclass(frozen=True, eq=False)
class Pair:
    """A frame and the one before it, in colour; and, on small pictures, where each pixel of the first came from."""

    frame: Frame
    before: Frame
    flow: Flow

    def shift(self, window: Window, mask: Soft) -> tuple[int, int]:
        """How far the object moved, in whole pixels of the frame: the median of the flow on its mask."""
        height, width = self.flow.shape[:2]
        to_x, to_y = width / self.frame.width, height / self.frame.height
        rows, columns = np.nonzero(mask[::4, ::4] > 0.5)
        if not len(rows):
            return 0, 0
        x = ((columns * 4 + 0.5) / window.zoom - 0.5 + window.left) * to_x
        y = ((rows * 4 + 0.5) / window.zoom - 0.5 + window.top) * to_y
        at = np.clip(y.astype(int), 0, height - 1), np.clip(x.astype(int), 0, width - 1)
        dx, dy = np.median(self.flow[at], 0)
        return round(-float(dx) / to_x), round(-float(dy) / to_y)


@dataclass(frozen=True, eq=False)
class Tracked:
    """An object's mask through its window on the newest frame, how good it is thought to be, and the memory of it.

    ``size`` is the square root of its area, in pixels of the frame, when all of it was to be seen: it falls slowly.
    ``wanted``: what it looks like in whole frames, as it was ``age`` frames ago. While it ``is_missing`` there is no
    mask of it; it ``is_back`` from then until it is surely seen.
    """

    window: Window
    mask: Soft
    quality: float
    size: float
    memory: Memory
    wanted: Wanted | None = None
    age: int = 0
    is_missing: bool = False
    is_back: bool = False

    @property
    def root(self) -> float:
        """The square root of the area that is to be seen now, in pixels of the frame."""
        return float(np.sqrt(np.count_nonzero(self.mask > 0.5))) / self.window.zoom

    @property
    def hidden(self) -> float:
        """How much of its size the object lacks, in pixels of the window."""
        return max(0.0, self.size - self.root) * self.window.zoom

    @property
    def is_there(self) -> bool:
        return bool((self.mask > 0.5).any())

    @property
    def is_doubtful(self) -> bool:
        """Too little is seen of it, or it is seen too badly, to learn from."""
        return self.quality < _DOUBTFUL or self.root < _LITTLE * self.size

    @property
    def is_dwindling(self) -> bool:
        """Much of what was to be seen of it is not any more."""
        return self.root < _DWINDLING * self._whole

    @property
    def is_lost(self) -> bool:
        """What there is of its mask may as well be something else, such as what hides it."""
        is_remnant = self.quality < _GIVEN_UP and (self.is_back or self.root < _REMNANT * self._whole)
        return self.wanted is not None and (is_remnant or int((self.mask > 0.5).sum()) < _NOTHING)

    @property
    def _whole(self) -> float:
        return self.size if self.wanted is None else max(self.size, self.wanted.root)

    def gone(self) -> "Tracked":
        return replace(self, mask=np.zeros_like(self.mask), is_missing=True, is_back=False)


@dataclass(frozen=True, eq=False)
class View:
    """What is to be seen of an object on the next frame: the picture in its window, its mask moved along the flow, the
    flow, and how badly that explains the picture."""

    window: Window
    rgb: Pixels
    warped: Soft
    flow: Flow
    error: Pixels


class Carrier:
    """Carries objects from frame to frame."""

    def __init__(self, net: Propagate, device: str) -> None:
        self._net, self._device, self._finder = net, device, FlowFinder()

    def started(
        self,
        frame: Frame,
        mask: NDArray[np.bool_],
        size: int,
        quality: float = 1.0,
        others: Sequence[Memory] = (),
        *,
        doubt: float = 0.0,
    ) -> Tracked:
        """An object whose mask on this frame is known: 0 of ``doubt``, or a guess: up to 1.

        ``others``: what is known of it from other frames.
        """
        window = self._around(mask, size)
        soft = window.crop_mask(mask)
        look, guess = self._look(frame, window), self._tensor([np.array(doubt)])
        memory = self._net.remember(look, self._tensor([soft[None]]), guess)
        if others and not mask.any():  # nothing is learnt of an object where it is not
            memory, others = others[0], others[1:]
        return Tracked(window, soft, quality, float(mask.sum()) ** 0.5, with_others(memory, others))

    def memory(self, frame: Frame, mask: NDArray[np.bool_], size: int) -> Memory:
        """What can be learnt of an object from a frame on which its mask is known."""
        return self.started(frame, mask, size).memory

    def carried(
        self, pair: Pair, objects: Mapping[int, Tracked], size: int
    ) -> tuple[dict[int, Tracked], dict[int, Look]]:
        """The objects on the frame after, and what was seen of them there; nothing is learnt of them yet.

        All go through the network together.
        """
        views = [self._view(pair, tracked, size) for tracked in objects.values()]
        look = self._look_at([view.rgb for view in views])
        decision = self._net.carry(
            look,
            self._tensor([view.warped[None] for view in views]),
            self._tensor([view.flow.transpose(2, 0, 1) for view in views]),
            self._tensor([view.error[None] for view in views]) / 255,
            together([tracked.memory for tracked in objects.values()]),
        )
        masks, quality = torch.sigmoid(decision.logits)[:, 0].cpu().numpy(), torch.sigmoid(decision.quality)[:, 0]
        now = {
            i: self._arrived(pair, tracked, view, mask, expected)
            for (i, tracked), view, mask, expected in zip(objects.items(), views, masks, quality.tolist(), strict=True)
        }
        return now, {i: look.one(k) for k, i in enumerate(objects)}

    def _view(self, pair: Pair, tracked: Tracked, size: int) -> View:
        shift = pair.shift(tracked.window, tracked.mask)
        window = self._following(tracked, shift, size, pair.frame)
        flow, error, rgb = self._seen(pair, window, shift)
        warped = tracked.window.carried(tracked.mask, window, (-shift[0], -shift[1]), flow)
        return View(window, rgb, warped, flow, error)

    def _arrived(self, pair: Pair, tracked: Tracked, view: View, mask: Soft, quality: float) -> Tracked:
        found = mask * view.window.inside(pair.frame.height, pair.frame.width)
        kept = _connected(found, view.warped, tracked.hidden)
        now = replace(tracked, window=view.window, mask=kept, quality=quality)
        return replace(now, size=max(now.root, _FADE * tracked.size))

    def found(self, pair: Pair, tracked: Tracked, window: Window) -> Tracked:
        """What a window that may have the object in its middle shows of it.

        It is looked at twice: first what resembles it there is taken for its mask, then what comes of that.
        """
        flow, error, rgb = self._seen(pair, window, (0, 0))
        look, memory = self._look_at([rgb]), tracked.memory
        motion, badly = self._tensor([flow.transpose(2, 0, 1)]), self._tensor([error[None]]) / 255
        mask = self._resembling(look, memory) * self._tensor([_middle(window, _ABOUT * tracked.size)[None]])
        for _ in range(_TWICE):
            decision = self._net.carry(look, mask, motion, badly, memory)
            mask = torch.sigmoid(decision.logits)
        shown = mask[0, 0].cpu().numpy() * window.inside(pair.frame.height, pair.frame.width)
        return replace(tracked, window=window, mask=shown, quality=float(torch.sigmoid(decision.quality)[0, 0]))

    def _resembling(self, look: Look, memory: Memory) -> Tensor:
        """What looks like the object on the frames on which its mask was known: 0 to 1."""
        looks = predict(look.features.ridge, solve(memory.anchor, self._net.damping.exp()[0]))
        colours = predict(look.lifted, solve(memory.anchor_colour, COLOUR_DAMPING))
        both = enlarged(looks.clamp(-1, 1), 4) + enlarged(colours.clamp(-1, 1), 2)
        return torch.sigmoid(_STEEP / 2 * both)

    def learnt(self, tracked: Tracked, look: Look) -> Tracked:
        """The object, with this frame in its memory; unless it is doubtful here."""
        mask = self._tensor([tracked.mask[None]])
        sure = ((mask > 0.5).sum((1, 2, 3)) > _FEW) & (not tracked.is_doubtful)
        return replace(tracked, memory=self._net.updated(tracked.memory, look, mask, sure))

    def _around(self, mask: NDArray[np.bool_], size: int) -> Window:
        height, width = mask.shape
        found = extent(mask.astype(np.float32))
        if found is None:
            return Window.about(width / 2, height / 2, height, size)
        x, y, long, root = found
        return Window.about(x, y, side_for(long, root, height), size)

    def _following(self, tracked: Tracked, shift: tuple[int, int], size: int, frame: Frame) -> Window:
        """The window about the object where it has gone. It grows at once, and shrinks slowly; while the object is
        not to be seen it drifts to the middle of the frame and widens."""
        old, found = tracked.window, extent(tracked.mask)
        if found is None:
            x, y = (
                c * (1 - _SEARCH) + m * _SEARCH
                for c, m in zip(old.centre, (frame.width / 2, frame.height / 2), strict=True)
            )
            return Window.about(x, y, min(old.side * _WIDEN, max(frame.width, frame.height)), size)
        x, y, long, root = found
        x, y = ((v + 0.5) / old.zoom - 0.5 + o + s for v, o, s in zip((x, y), (old.left, old.top), shift, strict=True))
        side = side_for(long / old.zoom, max(root / old.zoom, _FADE * tracked.size), frame.height)
        side = side if side > old.side else old.side * (1 - _SHRINK) + side * _SHRINK
        return Window.about(x, y, side, size)

    def _seen(self, pair: Pair, window: Window, shift: tuple[int, int]) -> tuple[Flow, Pixels, Pixels]:
        rgb = window.crop(pair.frame.rgb)
        before = window.moved(-shift[0], -shift[1]).crop(pair.before.rgb)
        flow, error = self._finder(grey(rgb), grey(before))
        return flow, error, rgb

    def _look(self, frame: Frame, window: Window) -> Look:
        return self._look_at([window.crop(frame.rgb)])

    def _look_at(self, pictures: Sequence[Pixels]) -> Look:
        planes = self._tensor([rgb.transpose(2, 0, 1) for rgb in pictures]) / 255
        return self._net.look(planes.contiguous(memory_format=torch.channels_last))

    def _tensor(self, arrays: Sequence[NDArray[np.generic]]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).float().to(self._device)


def _middle(window: Window, reach: float) -> Soft:
    """1 in the middle of a window, and less the further from it, counted in ``reach``, pixels of the frame."""
    y, x = np.mgrid[: window.size, : window.size] - (window.size - 1) / 2
    middle: Soft = np.exp(-0.5 * (x * x + y * y) / (reach * window.zoom) ** 2).astype(np.float32)
    return middle


def _connected(found: Soft, expected: Soft, hidden: float) -> Soft:
    """What was found, without pieces away from where the object was expected; all of it, if no piece is near.

    Something that is partly ``hidden`` may come out on the other side of what hides it.
    """
    return near(found, expected > 0.3, (_NEAR + 2 * int(_EMERGES * hidden)) // 2)


def exclusive(objects: Mapping[int, Tracked]) -> dict[int, Tracked]:
    """The objects, each without what another is surer of: no pixel belongs to two."""
    return {i: _without_others(tracked, [o for j, o in objects.items() if j != i]) for i, tracked in objects.items()}


def _without_others(tracked: Tracked, others: Sequence[Tracked]) -> Tracked:
    window, mask = tracked.window, tracked.mask
    still = np.zeros((window.size, window.size, 2), np.float32)
    for other in others:
        if other.is_there and window.meets(other.window):
            theirs = other.window.carried(other.mask, window, (0, 0), still)
            mask = np.where(theirs > tracked.mask, mask * (1 - theirs), mask)
    return replace(tracked, mask=mask)


def with_others(new: Memory, others: Sequence[Memory]) -> Memory:
    """The memory of a frame whose mask is known, and half as much from all other frames together that are known.

    Only the first few of those are matched with, as that takes time for each.
    """
    if not others:
        return new
    matched, num = others[:_MATCHED], _MATCHED * new.anchor_key.shape[2]
    return replace(
        new,
        anchor=new.anchor.mixed(mean([other.anchor for other in others]), 0.5),
        anchor_colour=new.anchor_colour.mixed(mean([other.anchor_colour for other in others]), 0.5),
        anchor_key=torch.cat([new.anchor_key, torch.cat([o.anchor_key for o in matched], 2)[..., :num]], 2),
        anchor_value=torch.cat([new.anchor_value, torch.cat([o.anchor_value for o in matched], 2)[..., :num]], 2),
    )
