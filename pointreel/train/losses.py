"""How wrong a mask is."""

import torch
from torch import Tensor
from torch.nn import functional

_SLACK = 20.0


def mask_loss(logits: Tensor, truth: Tensor, *, miss_weight: float = 0.6) -> Tensor:
    """Of each mask (B, M, H, W): cross-entropy, part of it relative to the object's size, and Tversky's index.

    A missed pixel weighs ``miss_weight``, one too many the rest: trackers lose objects more often than they grow.
    """
    truth = truth.expand_as(logits)
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum((2, 3))
    pixels, area = logits[0, 0].numel(), truth.sum((2, 3))
    probability = torch.sigmoid(logits)
    hit = (probability * truth).sum((2, 3))
    spill, miss = probability.sum((2, 3)) - hit, area - hit
    tversky = (hit + _SLACK) / (hit + 2 * (1 - miss_weight) * spill + 2 * miss_weight * miss + _SLACK)
    return entropy / pixels + 0.4 * entropy / (2 * area + 0.02 * pixels) + 1 - tversky


def mask_iou(logits: Tensor, truth: Tensor) -> Tensor:
    """Intersection over union of each mask (B, M) with the truth; 1 where both are empty."""
    with torch.no_grad():
        found, there = logits > 0, truth.expand_as(logits) > 0.5
        both, either = (found & there).sum((2, 3)).float(), (found | there).sum((2, 3)).float()
        return torch.where(either > 0, both / either.clamp_min(1), torch.ones_like(either))


def quality_loss(quality: Tensor, iou: Tensor) -> Tensor:
    """How badly the quality (B, M), a logit, foretells the IoU."""
    return (torch.sigmoid(quality) - iou).square()
