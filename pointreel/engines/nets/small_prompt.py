"""The network that makes the first mask: from points, a box, a rough mask, or any of them together."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .colours import NUM_COLOURS, RandomFeatures, colours
from .motion import own_motion, places
from .prompt_maps import BOX, NUM_MAPS, OFF, ON, REGION
from .ridge import moments, predict, solve
from .small import Decision, Decoder, Encoder, Features, double, enlarged, likeness, match, subpixels

NUM_RIDGE, NUM_KEY, NUM_RANDOM, NUM_MASKS = 48, 64, 96, 3
_SAID = 0.3


@dataclass(frozen=True)
class Scene:
    """A picture with a prompt, seen through the window; all that does not depend on the mask so far."""

    rgb: Tensor
    maps: Tensor
    motion: Tensor
    features: Features
    colours: Tensor
    first: Tensor
    from_prompt: Tensor
    like_prompt: Tensor


class Prompt(nn.Module):
    """From what a person pointed at to three possible masks; and from one of them, and more points, to better ones.

    >>> net = Prompt().eval()
    >>> rgb, maps = torch.rand(1, 3, 64, 64), torch.zeros(1, NUM_MAPS, 64, 64)
    >>> maps[:, ON, 30:34, 30:34] = 1
    >>> scene = net.see(rgb, maps, torch.zeros(1, 2, 64, 64), torch.zeros(1, 1, 64, 64))
    >>> decision = net.decide(scene)
    >>> decision.logits.shape, decision.quality.shape
    (torch.Size([1, 3, 64, 64]), torch.Size([1, 3]))
    >>> net.decide(scene, decision.logits[:, :1].sigmoid()).logits.shape
    torch.Size([1, 3, 64, 64])
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder(NUM_RIDGE, NUM_KEY)
        self.decoder = Decoder(num_inputs=2 + 3 + NUM_MAPS, num_fine=1, num_middle=4, num_masks=NUM_MASKS)
        self.by_colour_and_motion = RandomFeatures(NUM_COLOURS + 4, NUM_RANDOM, 0.45, seed=2)
        self.damping = nn.Parameter(torch.tensor([-3.0, -4.0]))
        self.sharpness = nn.Parameter(torch.tensor(0.0))
        self.trust = nn.Parameter(torch.tensor([0.7, 0.3, 0.3, 0.3]))

    def see(self, rgb: Tensor, maps: Tensor, flow: Tensor, error: Tensor) -> Scene:
        """A picture, the maps of a prompt (see `prompt_maps`), and optical flow and its error, zeros where unknown."""
        features = self.encoder(rgb)
        with torch.no_grad():
            around = ((maps[:, REGION : REGION + 1] > 0.5) | (maps[:, BOX : BOX + 1] > 0)).float()
            moved = (own_motion(flow, around) / 6).clamp(-3, 3)
            seen = colours(rgb)
        motion = torch.cat([moved, (error * 10).clamp(0, 3)], 1)
        return self._prompted(rgb, maps, motion, features, seen)

    def asked_again(self, scene: Scene, maps: Tensor) -> Scene:
        """The same picture with another prompt."""
        return self._prompted(scene.rgb, maps, scene.motion, scene.features, scene.colours)

    def _prompted(self, rgb: Tensor, maps: Tensor, motion: Tensor, features: Features, seen: Tensor) -> Scene:
        first, flags, sureness = _first_labels(maps)
        points = solve(moments(features.ridge, first, sureness), self.damping[0].exp())
        like = double(likeness(features.key, flags, self.sharpness))
        return Scene(rgb, maps, motion, features, seen, first, predict(features.ridge, points), like)

    def decide(self, scene: Scene, mask: Tensor | None = None) -> Decision:
        """Three masks; ``mask`` is what is thought so far, and is weighed but not trusted."""
        features, known = scene.features, mask is not None
        prior = scene.first.new_zeros(scene.rgb[:, :1].shape) if mask is None else mask * 2 - 1
        label, sureness = (scene.first, None) if mask is None else _labels_of(mask, scene.maps)
        by_mask, like_mask = scene.from_prompt, scene.like_prompt
        if mask is not None:
            by_mask = predict(features.ridge, solve(moments(features.ridge, label, sureness), self.damping[1].exp()))
            like_mask = match(features.key, features.key.flatten(2), subpixels(mask), self.sharpness)
        middle = torch.cat([scene.from_prompt, by_mask, scene.like_prompt, like_mask], 1)
        fine = self._colour_says(scene, label, sureness)
        inputs = torch.cat([prior, torch.full_like(prior, float(known)), scene.motion, scene.maps], 1)
        decision = self.decoder(scene.rgb, inputs, features, fine, middle)
        trust = self.trust
        ridges = (middle[:, :2].clamp(-2, 2) * trust[1:3, None, None]).sum(1, keepdim=True)
        evidence = prior * 2 * trust[0] + enlarged(ridges, 4) + enlarged(fine, 2) * trust[3]
        return Decision(decision.logits + evidence, decision.quality)

    def _colour_says(self, scene: Scene, label: Tensor, sureness: Tensor | None) -> Tensor:
        """What colours, motion and places say, with this label."""
        with torch.no_grad():
            motion = functional.avg_pool2d(scene.motion[:, :2], 2) * 2
            height, width = scene.colours.shape[2:]
            place = places(height, width, label.device).expand(len(label), -1, -1, -1) * 2
            lifted = self.by_colour_and_motion(torch.cat([scene.colours, motion, place], 1))
            weights = (2 * label - 1).abs() + 1e-3
            learnt = moments(lifted[:, :, ::2, ::2], label, weights if sureness is None else weights * sureness)
            return predict(lifted, solve(learnt, 1e-2)).clamp(-2, 2)


def _first_labels(maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """From a prompt's maps: labels at stride 4, the stride-8 places to compare with, and how sure each label is.

    Points that are off the object, and all that is outside a box, weigh as much as half of all the rest.
    """
    on = (functional.max_pool2d(maps[:, ON : ON + 1], 4) > 0.5).float()
    off = (functional.max_pool2d(maps[:, OFF : OFF + 1], 4) > 0.5).float()
    box = functional.avg_pool2d((maps[:, BOX : BOX + 1] > 0).float(), 4)
    outside = functional.avg_pool2d((maps[:, BOX : BOX + 1] < 0).float(), 4)
    boxed_only = (on.amax((1, 2, 3), keepdim=True) == 0).float()
    label = torch.maximum(on, box * 0.8 * boxed_only)
    off = torch.maximum(off, outside) * (1 - on)
    sureness = 1 + off * (0.5 * off[0].numel() / (off.sum((1, 2, 3), keepdim=True) + 1))
    flags = (functional.max_pool2d(torch.maximum(on, box * boxed_only), 2) > 0.5).float()
    return label, flags, sureness


def _labels_of(mask: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
    """From a mask so far and the maps of a prompt: labels at stride 4, and how sure each is.

    Where something was pointed at the mask is no longer believed; points weigh ``_SAID`` of what the mask does.
    """
    on = (functional.max_pool2d(maps[:, ON : ON + 1], 4) > 0.5).float()
    off = (functional.max_pool2d(maps[:, OFF : OFF + 1], 4) > 0.5).float() * (1 - on)
    label = functional.avg_pool2d(mask, 4)
    inside, outside = label.sum((1, 2, 3), keepdim=True), (1 - label).sum((1, 2, 3), keepdim=True)
    sureness = 1 + on * _share(on, inside) + off * _share(off, outside)
    return torch.maximum(label, on) * (1 - off), sureness


def _share(points: Tensor, mass: Tensor) -> Tensor:
    return _SAID * mass / (points.sum((1, 2, 3), keepdim=True) + 1)
