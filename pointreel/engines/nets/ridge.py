"""Ridge regression in closed form, of soft labels on the features of pixels: what learns an object while a video runs.

Labels are 1 on the object and 0 off it; the regression's targets are +1 and -1, and each class weighs one half,
however many pixels it has. What a frame teaches is kept as moments, which add up over frames:

    w = (X'CX + a tr(X'CX)/d I)^-1 X'Cy
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Moments(NamedTuple):
    """X'CX (B, d, d) and X'Cy (B, d) of some pixels, d features and a constant."""

    gram: Tensor
    target: Tensor

    def mixed(self, other: "Moments", rate: float | Tensor) -> "Moments":
        """These moments, with ``rate`` of the others in them."""
        return Moments(torch.lerp(self.gram, other.gram, rate), torch.lerp(self.target, other.target, rate))

    def where(self, flag: Tensor, other: "Moments") -> "Moments":
        """Of each batch entry these moments where ``flag`` (B,) is set, and the others where not."""
        return Moments(
            torch.where(flag[:, None, None], self.gram, other.gram),
            torch.where(flag[:, None], self.target, other.target),
        )


def batch(learnt: Sequence[Moments]) -> Moments:
    """The moments of several objects, one after the other."""
    return Moments(torch.cat([one.gram for one in learnt]), torch.cat([one.target for one in learnt]))


def mean(learnt: Sequence[Moments]) -> Moments:
    """What several frames teach together, each as much."""
    grams, targets = (torch.stack([getattr(one, name) for one in learnt]) for name in Moments._fields)
    return Moments(grams.mean(0), targets.mean(0))


def moments(features: Tensor, labels: Tensor, sureness: Tensor | None = None) -> Moments:
    """What features (B, d, H, W) with labels (B, 1, H, W) teach; ``sureness`` weighs the pixels."""
    x, on = functional.pad(features.flatten(2), (0, 0, 0, 1), value=1.0), labels.flatten(2)
    off = 1 - on
    if sureness is not None:
        on, off = on * sureness.flatten(2), off * sureness.flatten(2)
    on, off = (0.5 * weights / (weights.sum(2, keepdim=True) + 1) for weights in (on, off))
    return Moments((x * (on + off)) @ x.transpose(1, 2), (x * (on - off)).sum(2))


def solve(learnt: Moments, damping: float | Tensor) -> Tensor:
    """The weights (B, d) that explain what was learnt."""
    size = learnt.gram.shape[-1]
    scale = learnt.gram.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    ridge = (damping * scale + 1e-5) * torch.eye(size, device=learnt.gram.device)
    factor, _ = torch.linalg.cholesky_ex(learnt.gram + ridge)
    return torch.cholesky_solve(learnt.target[..., None], factor)[..., 0]


def predict(features: Tensor, weights: Tensor) -> Tensor:
    """The score (B, 1, H, W) of each pixel: about +1 on the object, and -1 off it."""
    flat = torch.baddbmm(weights[:, None, -1:], weights[:, None, :-1], features.flatten(2))
    return flat.reshape(-1, 1, *features.shape[2:])
