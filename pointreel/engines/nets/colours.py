"""Colour and texture of pixels, lifted by random Fourier features: what needs no training to tell things apart."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

NUM_COLOURS = 11


def colours(rgb: Tensor) -> Tensor:
    """Of pictures (B, 3, H, W) in 0 to 1: brightness and two opponent colours at three scales, and two gradients.

    (B, 11, H/2, W/2), each of them spread over about one unit.
    """
    red, green, blue = functional.avg_pool2d(rgb, 2).chunk(3, 1)
    grey = (red + green + blue) / 3
    near = torch.cat([2.8 * grey, 6 * (red - green), 4 * (red + green - 2 * blue)], 1)
    wide = _blur(near, 5)
    across = functional.pad(grey, (1, 1, 0, 0), mode="replicate").diff(n=1, dim=3)
    down = functional.pad(grey, (0, 0, 1, 1), mode="replicate").diff(n=1, dim=2)
    edges = torch.cat([(across[..., 1:] + across[..., :-1]).abs(), (down[..., 1:, :] + down[..., :-1, :]).abs()], 1)
    return torch.cat([near, wide, _blur(_blur(wide, 9), 9), (8 * _blur(edges, 7) + 1e-6).sqrt()], 1)


class RandomFeatures(nn.Module):
    """cos(Wx + b) with fixed random W: a ridge on these is a kernel machine with a Gaussian kernel (Rahimi, Recht)."""

    phase: Tensor
    weight: Tensor

    def __init__(self, num_inputs: int, num_features: int, bandwidth: float, seed: int) -> None:
        super().__init__()
        rng = torch.Generator().manual_seed(seed)
        weight = torch.randn(num_features, num_inputs, generator=rng) * bandwidth
        self.register_buffer("weight", weight[:, :, None, None])
        self.register_buffer("phase", torch.rand(num_features, generator=rng) * 2 * math.pi)

    def forward(self, x: Tensor) -> Tensor:
        return functional.conv2d(x, self.weight, self.phase).cos()


def _blur(x: Tensor, size: int) -> Tensor:
    return functional.avg_pool2d(x, size, 1, size // 2, count_include_pad=False)
