"""The networks of the engine ``small``: from pictures in windows around an object, and evidence, to masks.

There are two of one kind. `Propagate` carries a mask into the next frame; `Prompt` makes the first mask from points,
a box or a rough mask. Both look through a square window in which the object has about the same size always, and both
decide from the same sort of evidence: what online learners (ridge regressions, in closed form) and matching say of
each pixel. Pictures are (B, 3, S, S) in 0 to 1; masks, and everything else, are floats of the same height and width.
"""

from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

Net = TypeVar("Net", bound=nn.Module)

STRIDE = 32
"""The side of a window is a multiple of this."""


class Features(NamedTuple):
    """What one picture looks like, whatever the object: at strides 2, 4, 8; for ridges at 4, to match at 8."""

    fine: Tensor
    middle: Tensor
    coarse: Tensor
    ridge: Tensor
    key: Tensor


class Decision(NamedTuple):
    """Logits (B, M, S, S) of M possible masks, and how good each is expected to be, as the logit of its IoU (B, M)."""

    logits: Tensor
    quality: Tensor


class Encoder(nn.Module):
    """A picture's features, at three strides."""

    def __init__(self, num_ridge: int, num_key: int) -> None:
        super().__init__()
        self.fine = convolution(3, 24, stride=2)
        self.middle = nn.Sequential(convolution(24, 40, stride=2), convolution(40, 40))
        self.coarse = nn.Sequential(convolution(40, 72, stride=2), convolution(72, 72), convolution(72, 72))
        self.context = nn.Conv2d(72, 24, 1)
        self.ridge = nn.Sequential(convolution(64, 64, size=1), nn.Conv2d(64, num_ridge, 1))
        self.key = nn.Conv2d(72, num_key, 1)

    def forward(self, rgb: Tensor) -> Features:
        fine = self.fine(normalised(rgb))
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        ridge = self.ridge(torch.cat([middle, double(self.context(coarse))], 1))
        return Features(fine, middle, coarse, ridge, self.key(coarse))


class Decoder(nn.Module):
    """A U-Net from a picture's features and evidence at strides 1, 2 and 4 to masks.

    The masks' logits are what the network adds to a weighted sum of the evidence that has the form of logits itself,
    so that even an untrained one says something sensible.
    """

    def __init__(self, num_inputs: int, num_fine: int, num_middle: int, num_masks: int) -> None:
        super().__init__()
        self.num_masks = num_masks
        self.down1 = convolution(3 + num_inputs, 16, stride=2)
        self.down2 = convolution(16 + num_fine, 32, stride=2)
        self.join2 = convolution(32 + 40 + num_middle, 48)
        self.down3 = convolution(48, 64, stride=2)
        self.join3 = convolution(64 + 72, 80)
        self.down4 = nn.Sequential(convolution(80, 112, stride=2), convolution(112, 112))
        self.down5 = nn.Sequential(convolution(112, 144, stride=2), convolution(144, 144), convolution(144, 144))
        self.up4 = convolution(112 + 144, 112)
        self.up3 = convolution(80 + 112, 72)
        self.up2 = convolution(48 + 72, 40)
        self.up1 = convolution(16 + num_fine + 24 + 40, 20)
        self.masks = nn.Conv2d(20, 4 * num_masks, 3, padding=1)
        self.quality = nn.Sequential(nn.Linear(144 + 112, 64), nn.ReLU(), nn.Linear(64, num_masks))

    def forward(self, rgb: Tensor, inputs: Tensor, features: Features, fine: Tensor, middle: Tensor) -> Decision:
        x1 = torch.cat([self.down1(torch.cat([normalised(rgb), inputs], 1)), fine], 1)
        x2 = self.join2(torch.cat([self.down2(x1), features.middle, middle], 1))
        x3 = self.join3(torch.cat([self.down3(x2), features.coarse], 1))
        x4 = self.down4(x3)
        x5 = self.down5(x4)
        y4 = self.up4(torch.cat([x4, double(x5)], 1))
        y = self.up3(torch.cat([x3, double(y4)], 1))
        y = self.up2(torch.cat([x2, double(y)], 1))
        y = self.up1(torch.cat([x1, features.fine, double(y)], 1))
        pooled = torch.cat([x5.mean((2, 3)), y4.amax((2, 3))], 1)
        return Decision(functional.pixel_shuffle(self.masks(y), 2), self.quality(pooled))


def convolution(num_in: int, num_out: int, *, stride: int = 1, size: int = 3) -> nn.Sequential:
    """Convolution, normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(num_in, num_out, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(num_out),
        nn.ReLU(inplace=True),
    )


def fused(net: Net) -> Net:
    """The same network, for use only: normalisations become part of the convolutions before them."""
    for module in net.eval().modules():
        if isinstance(module, nn.Sequential) and len(module) == 3 and isinstance(module[1], nn.BatchNorm2d):
            convolved = module[0]
            assert isinstance(convolved, nn.Conv2d)
            module[0] = nn.utils.fuse_conv_bn_eval(convolved, module[1])
            module[1] = nn.Identity()
    return channels_last(net.requires_grad_(False))


def channels_last(net: Net) -> Net:
    """The network with its weights in the order in which convolutions are quickest."""
    laid: Net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return laid


def normalised(rgb: Tensor) -> Tensor:
    """Pictures in 0 to 1 become spread about 0."""
    return rgb * 4.25 - 1.9


def double(x: Tensor) -> Tensor:
    """Twice the height and width, each pixel repeated."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def enlarged(x: Tensor, times: int) -> Tensor:
    """``times`` the height and width, smoothly."""
    return functional.interpolate(x, scale_factor=float(times), mode="bilinear", align_corners=False)


def logit(probability: Tensor, margin: float = 0.02) -> Tensor:
    """The logit of a probability that is kept away from 0 and 1."""
    return torch.logit(probability, margin)


def subpixels(mask: Tensor) -> Tensor:
    """A mask (B, 1, S, S) as four values per stride-8 place: (B, 4, S/8 * S/8)."""
    return functional.pixel_unshuffle(functional.avg_pool2d(mask, 4), 2).flatten(2)


def match(query: Tensor, key: Tensor, value: Tensor, sharpness: Tensor) -> Tensor:
    """What the places that look alike in memory were: keys (B, d, N) with values (B, 4, N), asked at stride 8.

    Likeness is minus the squared distance, as in STCN. The answer is at stride 4, (B, 1, 2h, 2w), from -1 to 1.
    """
    asked = query.flatten(2).transpose(1, 2)
    likeness = torch.baddbmm(-key.square().sum(1, keepdim=True), asked, key, alpha=2.0)
    found = value @ torch.softmax(likeness * (sharpness.exp() / query.shape[1] ** 0.5), 2).transpose(1, 2)
    return functional.pixel_shuffle(found.reshape(*found.shape[:2], *query.shape[2:]), 2) * 2 - 1


def likeness(query: Tensor, flags: Tensor, sharpness: Tensor) -> Tensor:
    """How much each stride-8 place looks like the most similar of the flagged ones (B, 1, H, W): 0 to 1."""
    key = query.flatten(2)
    square = key.square().sum(1)
    distance = square[:, :, None] + square[:, None] - 2 * key.transpose(1, 2) @ key
    far = (flags.flatten(2) - 1) * 1e4
    nearest = -torch.logsumexp(far - distance * (sharpness.exp() / query.shape[1] ** 0.5), 2)
    return torch.exp(-0.5 * nearest.clamp(-3, 20)).reshape(-1, 1, *query.shape[2:])
