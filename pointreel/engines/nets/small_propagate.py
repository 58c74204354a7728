"""The network that carries a mask into the next frame, and what it remembers of the object."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .colours import NUM_COLOURS, RandomFeatures, colours
from .motion import own_motion, places
from .ridge import Moments, batch, moments, predict, solve
from .small import Decision, Decoder, Encoder, Features, enlarged, logit, match, subpixels

NUM_RIDGE, NUM_KEY, NUM_MOTION, NUM_RANDOM = 48, 64, 8, 96
COLOUR_DAMPING = 2e-3
_RECENT, _RECENT_COLOUR = 0.4, 0.05
_SHARE = 0.5
_KEYS, _VALUES, _NOWHERE = ("anchor_key", "key"), ("anchor_value", "value"), 100.0


@dataclass(frozen=True)
class Look:
    """One frame through the window: the picture (B, 3, S, S), and what was seen in it."""

    rgb: Tensor
    features: Features
    colours: Tensor
    lifted: Tensor

    def one(self, k: int) -> "Look":
        """Entry number k of the batch."""
        rgb, colours, lifted = (part[k : k + 1] for part in (self.rgb, self.colours, self.lifted))
        return Look(rgb, Features(*(part[k : k + 1] for part in self.features)), colours, lifted)


@dataclass(frozen=True)
class Memory:
    """What is known of the object: moments for the ridges, of the frame that was prompted and of the recent frames,
    and keys with values to match. ``guess`` (B,): above 0, up to 1, where the mask of the frame that was prompted
    was made from points and may be wrong, 0 where somebody gave it."""

    anchor: Moments
    recent: Moments
    anchor_colour: Moments
    recent_colour: Moments
    anchor_key: Tensor
    anchor_value: Tensor
    key: Tensor
    value: Tensor
    guess: Tensor


class Propagate(nn.Module):
    """From the mask of one frame to the mask of the next.

    >>> net = Propagate().eval()
    >>> rgb, mask = torch.rand(2, 1, 3, 64, 64), torch.zeros(1, 1, 64, 64)
    >>> mask[..., 20:40, 20:40] = 1
    >>> memory = net.remember(net.look(rgb[0]), mask)
    >>> flow, error = torch.zeros(1, 2, 64, 64), torch.zeros(1, 1, 64, 64)
    >>> net.carry(net.look(rgb[1]), mask, flow, error, memory).logits.shape
    torch.Size([1, 1, 64, 64])
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder(NUM_RIDGE, NUM_KEY)
        self.decoder = Decoder(num_inputs=5, num_fine=2, num_middle=5, num_masks=1)
        self.motion = nn.Sequential(nn.Conv2d(4, NUM_MOTION, 5, 4, 2), nn.ReLU(), nn.Conv2d(NUM_MOTION, NUM_MOTION, 1))
        self.by_colour = RandomFeatures(NUM_COLOURS, NUM_RANDOM, 0.45, seed=1)
        self.by_colour_and_motion = RandomFeatures(NUM_COLOURS + 4, NUM_RANDOM, 0.45, seed=2)
        self.damping = nn.Parameter(torch.tensor([-4.0, -4.0]))
        self.sharpness = nn.Parameter(torch.tensor(0.0))
        self.trust = nn.Parameter(torch.tensor([[0.7, 0.1, 0.3, 0.1, 0.0, 0.0, 0.6, 0.2]]).repeat(2, 1))

    def look(self, rgb: Tensor) -> Look:
        """See a frame; needs no mask."""
        with torch.no_grad():
            seen = colours(rgb)
            lifted = self.by_colour(seen)
        return Look(rgb, self.encoder(rgb), seen, lifted)

    def remember(self, look: Look, mask: Tensor, guess: Tensor | None = None) -> Memory:
        """The memory of a frame whose mask is known, or is a ``guess`` (B,)."""
        learnt, colour = self._learn(look, mask)
        key, value = look.features.key.flatten(2), subpixels(mask)
        doubt = mask.new_zeros(len(mask)) if guess is None else guess.to(mask.dtype)
        return Memory(learnt, learnt, colour, colour, key, value, key, value, doubt)

    def joined(self, memory: Memory, look: Look, mask: Tensor, told: Tensor) -> Memory:
        """The memory with one more frame whose mask is known; of entries not ``told`` (B,) of it, it stays as it was.

        Those have the keys of their first anchor once more instead, which changes nothing that is found by them.
        """
        new, num = self.remember(look, mask), look.features.key.flatten(2).shape[2]
        keys, values = (
            torch.cat([_newer(told, fresh, known[..., :num]), known], 2)
            for fresh, known in ((new.anchor_key, memory.anchor_key), (new.anchor_value, memory.anchor_value))
        )
        return Memory(
            anchor=memory.anchor.mixed(new.anchor, 0.5).where(told, memory.anchor),
            recent=new.recent.where(told, memory.recent),
            anchor_colour=memory.anchor_colour.mixed(new.anchor_colour, 0.5).where(told, memory.anchor_colour),
            recent_colour=new.recent_colour.where(told, memory.recent_colour),
            anchor_key=keys,
            anchor_value=values,
            key=_newer(told, new.key, memory.key),
            value=_newer(told, new.value, memory.value),
            guess=torch.where(told, new.guess, memory.guess),
        )

    def updated(self, memory: Memory, look: Look, mask: Tensor, sure: Tensor) -> Memory:
        """The memory with one more frame in it; of entries that are not ``sure`` (B,) it stays as it was."""
        learnt, colour = self._learn(look, mask)
        new, old = (look.features.key.flatten(2), subpixels(mask)), (memory.key, memory.value)
        key, value = (_newer(sure, *both) for both in zip(new, old, strict=True))
        return Memory(
            anchor=memory.anchor,
            recent=memory.recent.mixed(learnt, _RECENT).where(sure, memory.recent),
            anchor_colour=memory.anchor_colour,
            recent_colour=memory.recent_colour.mixed(colour, _RECENT_COLOUR).where(sure, memory.recent_colour),
            anchor_key=memory.anchor_key,
            anchor_value=memory.anchor_value,
            key=key,
            value=value,
            guess=memory.guess,
        )

    def carry(self, look: Look, warped: Tensor, flow: Tensor, error: Tensor, memory: Memory) -> Decision:
        """The mask of this frame.

        ``warped``: the mask of the frame before, moved along the flow. ``flow``: where each pixel came from, in
        pixels of the window. ``error``: how badly the frame before, moved likewise, explains this one, 0 to 1.
        """
        with torch.no_grad():
            moved = (own_motion(flow, warped) / 6).clamp(-3, 3)
            inputs = torch.cat([warped * 2 - 1, moved, (error * 10).clamp(0, 3)], 1)
            fine = torch.cat([self._colour_says(look, memory), self._now_says(look, moved, warped)], 1).clamp(-2, 2)
        middle = torch.cat([*self._ridges_say(look, inputs, warped, memory), *self._matching_says(look, memory)], 1)
        guess = memory.guess[:, None, None, None]
        doubted = torch.cat([inputs, guess.expand_as(warped)], 1)
        decision = self.decoder(look.rgb, doubted, look.features, fine, middle)
        return Decision(decision.logits + self._evidence(warped, middle, fine, guess), decision.quality)

    def _evidence(self, warped: Tensor, middle: Tensor, fine: Tensor, guess: Tensor) -> Tensor:
        """What is added to what the network says; a guess is trusted otherwise than what is known."""
        known, guessed = self.trust[0, :, None, None], self.trust[1, :, None, None]
        weights = known + guess * (guessed - known)
        middle = (middle.clamp(-2, 2) * weights[:, 1:6]).sum(1, keepdim=True)
        fine = (fine * weights[:, 6:]).sum(1, keepdim=True)
        return logit(warped) * weights[:, :1] + enlarged(middle, 4) + enlarged(fine, 2)

    def _learn(self, look: Look, mask: Tensor) -> tuple[Moments, Moments]:
        label = functional.avg_pool2d(mask, 4)
        with torch.no_grad():
            colour = moments(look.lifted[:, :, ::2, ::2], label, (2 * label - 1).abs() + 1e-3)
        return moments(look.features.ridge, label), colour

    def _ridges_say(self, look: Look, inputs: Tensor, warped: Tensor, memory: Memory) -> list[Tensor]:
        """What the object's looks say, on the first frame and lately; and what this frame's own looks and motion do,
        when the mask that was carried here is taken for its label: most of that is right, and a ridge hears most."""
        damping = self.damping.exp()
        looks = look.features.ridge
        now = self._with_places(torch.cat([looks, self.motion(inputs)], 1))
        label = functional.avg_pool2d(warped, 4)
        return [
            predict(looks, solve(memory.anchor, damping[0])),
            predict(looks, solve(memory.recent, damping[0])),
            predict(now, solve(moments(now, label), damping[1])),
        ]

    def _matching_says(self, look: Look, memory: Memory) -> list[Tensor]:
        key = look.features.key
        return [
            match(key, memory.anchor_key, memory.anchor_value, self.sharpness),
            match(key, memory.key, memory.value, self.sharpness),
        ]

    def _colour_says(self, look: Look, memory: Memory) -> Tensor:
        learnt = memory.anchor_colour.mixed(memory.recent_colour, _SHARE)
        return predict(look.lifted, solve(learnt, COLOUR_DAMPING))

    def _now_says(self, look: Look, moved: Tensor, warped: Tensor) -> Tensor:
        """What this frame's colours, motion and places say, with the carried mask for its label."""
        motion = functional.avg_pool2d(moved, 2)
        lifted = self.by_colour_and_motion(self._with_places(torch.cat([look.colours, motion * 2], 1), 3.0))
        label = functional.avg_pool2d(warped, 4)
        learnt = moments(lifted[:, :, ::2, ::2], label, (2 * label - 1).abs() + 1e-3)
        return predict(lifted, solve(learnt, 3e-3))

    def _with_places(self, x: Tensor, scale: float = 1.0) -> Tensor:
        place = places(x.shape[2], x.shape[3], x.device) * scale
        return torch.cat([x, place.expand(len(x), -1, -1, -1)], 1)


def together(memories: Sequence[Memory]) -> Memory:
    """The memories of several objects as one batch."""
    if len(memories) == 1:
        return memories[0]
    anchor, recent, anchor_colour, recent_colour = (
        batch([getattr(memory, name) for memory in memories])
        for name in ("anchor", "recent", "anchor_colour", "recent_colour")
    )
    anchor_key, key = (_padded([getattr(memory, name) for memory in memories], _NOWHERE) for name in _KEYS)
    anchor_value, value = (_padded([getattr(memory, name) for memory in memories], 0) for name in _VALUES)
    guess = torch.cat([memory.guess for memory in memories])
    return Memory(anchor, recent, anchor_colour, recent_colour, anchor_key, anchor_value, key, value, guess)


def _padded(parts: Sequence[Tensor], filling: float) -> Tensor:
    """Objects that know fewer places have more added, which no place is like."""
    longest = max(part.shape[2] for part in parts)
    return torch.cat([functional.pad(part, (0, longest - part.shape[2]), value=filling) for part in parts])


def _newer(sure: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """The new entries where they are sure. Windows of another size have another number of places: then all or none."""
    if new.shape == old.shape:
        return torch.where(sure[:, None, None], new, old)
    return new if bool(sure.all()) else old
