"""What the two networks of the engine ``small`` are trained for: good masks, again and again, from their own masks."""

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from ..engines.nets.motion import warp
from ..engines.nets.small_prompt import Prompt
from ..engines.nets.small_propagate import Look, Memory, Propagate
from .losses import mask_iou, mask_loss, quality_loss
from .small_clicks import clicked
from .small_samples import PromptSample, PropagationSample

_QUALITY, _OTHERS = 0.3, 0.05
_FEW_PIXELS = 20


def propagation_loss(net: Propagate, batch: PropagationSample) -> tuple[Tensor, dict[str, float]]:
    """Carry the starting mask from picture to picture, each time from what came out before; those that are told the
    truth once more hear it in the middle."""
    rgb, masks = batch.rgb.float() / 255, batch.masks.float() / 255
    num_clips, num_pictures = rgb.shape[:2]
    looks = _looks(net, rgb)
    mask = batch.start
    memory = _updated(net, net.remember(looks[0], masks[:, 0], batch.guess), looks[1], mask)
    total, ious = rgb.new_zeros(()), []
    for k in range(2, num_pictures):
        flow, error = batch.flow[:, k - 2], batch.error[:, k - 2].float() / 255
        decision = net.carry(looks[k], warp(mask, flow), flow, error, memory)
        iou = mask_iou(decision.logits, masks[:, k])
        wrong = mask_loss(decision.logits, masks[:, k]) + _QUALITY * quality_loss(decision.quality, iou)
        total = total + wrong.mean() / (num_pictures - 2)
        ious.append(iou.mean().item())
        mask = torch.sigmoid(decision.logits).detach()
        if k + 1 < num_pictures:
            memory = _updated(net, memory, looks[k], mask)
        if k == num_pictures // 2 and bool(batch.told.any()):
            memory = net.joined(memory, looks[k], masks[:, k], batch.told)
            mask = torch.where(batch.told[:, None, None, None], masks[:, k], mask)
    return total, {"first": ious[0], "last": ious[-1], "clips": float(num_clips)}


def prompt_loss(net: Prompt, batch: PromptSample) -> tuple[Tensor, dict[str, float]]:
    """Of three masks the best is trained, the others hardly; the best is then made better once more.

    Where the person is patient, that is after a click on its largest mistake, and there is another click after it.
    """
    truth = batch.mask.float() / 255
    scene = net.see(batch.rgb.float() / 255, batch.maps, batch.flow, batch.error.float() / 255)
    fresh, known = net.decide(scene), net.decide(scene, batch.prior)
    has_prior = batch.has_prior[:, None, None, None]
    logits = torch.where(has_prior, known.logits, fresh.logits)
    quality = torch.where(batch.has_prior[:, None], known.quality, fresh.quality)
    loss, best = _best_loss(logits, quality, truth)
    figures, losses, maps, on = {"best": mask_iou(logits, truth).amax(1).mean().item()}, [loss], batch.maps, batch.on
    for _ in range(2 if bool(batch.patient.any()) else 1):
        mask = torch.sigmoid(logits.take_along_dim(best[:, None, None, None], 1)).detach()
        maps, on = clicked(maps, on, mask, truth, batch.patient)
        scene = net.asked_again(scene, maps)
        logits, quality = net.decide(scene, mask)
        loss, best = _best_loss(logits, quality, truth)
        losses.append(loss)
    figures["chosen"] = _iou_of_chosen(logits, quality, truth).mean().item()
    return torch.stack(losses).mean(), figures


def _best_loss(logits: Tensor, quality: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of the best of several masks, and which it was."""
    wrong = mask_loss(logits, truth)
    least, best = wrong.min(1)
    foretold = quality_loss(quality, mask_iou(logits, truth)).mean()
    return least.mean() * (1 - _OTHERS) + wrong.mean() * _OTHERS + _QUALITY * foretold, best


def _iou_of_chosen(logits: Tensor, quality: Tensor, truth: Tensor) -> Tensor:
    return mask_iou(logits, truth).gather(1, quality.argmax(1, keepdim=True))


def _looks(net: Propagate, rgb: Tensor) -> list[Look]:
    """All pictures (B, N, 3, S, S) at once, then one look per picture."""
    together = net.look(rgb.flatten(0, 1).contiguous(memory_format=torch.channels_last))

    def picture(k: int) -> Look:
        def one(x: Tensor) -> Tensor:
            return x.reshape(*rgb.shape[:2], *x.shape[1:])[:, k]

        features = tree_map(one, together.features)
        return Look(one(together.rgb), features, one(together.colours), one(together.lifted))

    return [picture(k) for k in range(rgb.shape[1])]


def _updated(net: Propagate, memory: Memory, look: Look, mask: Tensor) -> Memory:
    return net.updated(memory, look, mask, (mask > 0.5).sum((1, 2, 3)) > _FEW_PIXELS)
