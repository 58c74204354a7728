"""First masks as an engine begins with them: what the network of prompts makes of a few points."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..engines.nets.prompt_maps import prompt_maps
from ..engines.nets.small_prompt import Prompt

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Guesses:
    """Masks of a network that is not trained; each is looked at twice, as the engine does."""

    net: Prompt

    @torch.inference_mode()
    def __call__(self, rgb: NDArray[np.uint8], on: NDArray[np.float64], flow: Plane, error: NDArray[np.uint8]) -> Plane:
        """The likeliest mask (S, S), 0 to 1, of what these points are on in a picture (S, S, 3)."""
        maps = prompt_maps(on, np.zeros((0, 2)), None, len(rgb))
        scene = self.net.see(
            _planes(rgb) / 255, torch.from_numpy(maps)[None], _planes(flow), torch.from_numpy(error)[None, None] / 255
        )
        mask = None
        for _ in range(2):
            decision = self.net.decide(scene, mask)
            best = int(decision.quality[0].argmax())
            mask = torch.sigmoid(decision.logits[:, best : best + 1])
        assert mask is not None
        found: Plane = mask[0, 0].numpy()
        return found


def _planes(picture: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))).float()[None]
