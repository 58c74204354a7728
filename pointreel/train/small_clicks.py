"""Clicks on the mistakes of masks while a network is trained: where a patient person would click next."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..engines.nets.prompt_maps import NEAR_OFF, NEAR_ON, OFF, ON, REGION, prompt_maps

_FEWEST = 10


def clicked(maps: Tensor, on: Tensor, mask: Tensor, truth: Tensor, patient: Tensor) -> tuple[Tensor, Tensor]:
    """The maps of prompts with one more click where a person is ``patient``, and the points on the things.

    It is in the middle of the largest mistake. ``on`` (B, N, 2) begins with NaN where there are fewer points; where it
    is full the oldest goes.
    """
    maps, on = maps.clone(), on.clone()
    for k in patient.nonzero()[:, 0].tolist():
        click = _on_mistake(mask[k, 0].cpu().numpy() > 0.5, truth[k, 0].cpu().numpy())
        if click is None:
            continue
        x, y, missed = click
        if missed:
            on[k] = torch.cat([on[k, 1:], on.new_tensor([[x, y]])])
        _draw(maps[k], on[k], (x, y), missed)
    return maps, on


def _draw(maps: Tensor, on: Tensor, click: tuple[int, int], missed: bool) -> None:
    """Add a click to the maps of one prompt, in place."""
    point, none = np.array([click], float), np.zeros((0, 2))
    new = prompt_maps(point if missed else none, none if missed else point, None, maps.shape[-1])
    for channel in (ON, NEAR_ON) if missed else (OFF, NEAR_OFF):
        maps[channel] = torch.maximum(maps[channel], torch.from_numpy(new[channel]).to(maps.device))
    if missed:
        known = on[~on.isnan().any(1)].cpu().numpy().astype(float)
        maps[REGION] = torch.from_numpy(prompt_maps(known, none, None, maps.shape[-1])[REGION]).to(maps.device)


def _on_mistake(found: NDArray[np.bool_], truth: NDArray[np.float32]) -> tuple[int, int, bool] | None:
    """Where, and whether the thing was missed there; None where hardly anything is wrong."""
    areas = []
    for wrong in ((truth > 0.6) & ~found, (truth < 0.1) & found):
        _, pieces, sizes, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
        largest = int(sizes[1:, cv2.CC_STAT_AREA].argmax()) + 1 if len(sizes) > 1 else 0
        areas.append((int(sizes[largest, cv2.CC_STAT_AREA]) if largest else 0, pieces == largest))
    missed = areas[0][0] >= areas[1][0]
    area, piece = areas[not missed]
    if area < _FEWEST:
        return None
    depth = cv2.distanceTransform(np.pad(piece, 1).astype(np.uint8), cv2.DIST_L2, 5)
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x) - 1, int(y) - 1, missed
