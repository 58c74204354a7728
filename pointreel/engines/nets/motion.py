"""What moves unlike its background: optical flow with the camera's motion taken out."""

import torch
from torch import Tensor
from torch.nn import functional

_ROUNDS, _SPREAD = 3, 0.7


def own_motion(flow: Tensor, mask: Tensor) -> Tensor:
    """Flow (B, 2, H, W) less the affine motion of what lies outside the mask (B, 1, H, W), fitted robustly."""
    field, outside = functional.avg_pool2d(flow, 8), 1 - functional.max_pool2d(mask, 8)
    everywhere = _affine_basis(flow.shape[2], flow.shape[3], flow.device)
    basis = functional.avg_pool2d(everywhere, 8).flatten(1)
    flat, base_weight = field.flatten(2), outside.flatten(2) + 1e-3
    weight, background = base_weight, flat.new_zeros(())
    for _ in range(_ROUNDS):
        weighted = basis * weight
        gram = weighted @ basis.T + 1e-3 * torch.eye(3, device=flow.device)
        background = torch.linalg.solve(gram, weighted @ flat.transpose(1, 2)).transpose(1, 2)
        miss = (flat - background @ basis).norm(dim=1, keepdim=True)
        weight = base_weight / (1 + (miss / _SPREAD) ** 2)
    return flow - (background @ everywhere.flatten(1)).reshape(flow.shape)


def warp(picture: Tensor, flow: Tensor) -> Tensor:
    """The picture (B, C, H, W) of the earlier frame, where flow (B, 2, H, W) says that each pixel came from."""
    height, width = flow.shape[2:]
    y, x = torch.meshgrid(
        torch.arange(height, device=flow.device), torch.arange(width, device=flow.device), indexing="ij"
    )
    places = torch.stack([(x + flow[:, 0]) * (2 / (width - 1)), (y + flow[:, 1]) * (2 / (height - 1))], -1) - 1
    return functional.grid_sample(picture, places, padding_mode="border", align_corners=True)


def places(height: int, width: int, device: torch.device) -> Tensor:
    """Where each pixel is, x and y from -1 to 1: (2, H, W)."""
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height, device=device), torch.linspace(-1, 1, width, device=device), indexing="ij"
    )
    return torch.stack([x, y])


def _affine_basis(height: int, width: int, device: torch.device) -> Tensor:
    return torch.cat([places(height, width, device), torch.ones(1, height, width, device=device)])
