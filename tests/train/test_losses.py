"""How wrong a mask is."""

import pytest
import torch

from pointreel.train.losses import mask_iou, mask_loss, quality_loss


def masks(*rows: str) -> torch.Tensor:
    """Masks (1, M, 4, 4) from words, a letter per pixel."""
    return torch.tensor([[[float(c == "x") for c in row] for row in rows]]).reshape(1, -1, 4, 4)


SQUARE = masks("....", ".xx.", ".xx.", "....")
SURE = 60.0


def test_a_perfect_mask_costs_nothing_and_its_opposite_much() -> None:
    right = (SQUARE * 2 - 1) * SURE
    assert mask_loss(right, SQUARE).abs().max() < 1e-5
    assert mask_loss(-right, SQUARE).min() > 10
    nothing = torch.zeros_like(SQUARE)
    assert mask_loss(torch.full_like(SQUARE, -SURE), nothing).abs().max() < 1e-5


def test_a_miss_weighs_more_than_a_spill_of_the_same_size() -> None:
    big = torch.zeros(1, 1, 16, 16)
    big[..., 4:12, 4:12] = 1
    less, more = big.clone(), big.clone()
    less[..., 4:8, 4:8] = 0
    more[..., 0:4, 0:4] = 1
    missed, spilt = (mask_loss((mask * 2 - 1) * 5, big).item() for mask in (less, more))
    assert missed > spilt
    missed, spilt = (mask_loss((mask * 2 - 1) * 5, big, miss_weight=0.4).item() for mask in (less, more))
    assert missed < spilt


def test_each_of_several_masks_is_judged_alone() -> None:
    logits = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    truth = (torch.arange(64).reshape(1, 1, 8, 8) % 5 < 2).float().expand(2, 1, 8, 8)
    together = mask_loss(logits, truth)
    assert together.shape == (2, 3)
    for b in range(2):
        for m in range(3):
            alone = mask_loss(logits[b : b + 1, m : m + 1], truth[b : b + 1])
            assert together[b, m].item() == pytest.approx(alone.item(), rel=1e-5)


def test_its_gradient_is_right() -> None:
    rng = torch.Generator().manual_seed(1)
    logits = torch.randn(1, 2, 4, 4, generator=rng, dtype=torch.float64).requires_grad_()
    truth = torch.rand(1, 1, 4, 4, generator=rng, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: mask_loss(x, truth), [logits])
    quality = torch.randn(1, 2, generator=rng, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: quality_loss(x, torch.tensor([[0.3, 0.8]])), [quality])


def test_iou() -> None:
    found = masks("....", ".xx.", "....", "....", "....", ".xxx", ".xxx", "....", "....", "....", "....", "....")
    iou = mask_iou(found - 0.5, SQUARE)
    assert iou.tolist() == [[0.5, pytest.approx(4 / 6), 0.0]]
    assert mask_iou(torch.full((1, 1, 4, 4), -1.0), torch.zeros(1, 1, 4, 4)).item() == 1
    assert not mask_iou(found.requires_grad_(), SQUARE).requires_grad


def test_quality_is_a_logit_of_the_iou() -> None:
    assert quality_loss(torch.logit(torch.tensor([[0.7]])), torch.tensor([[0.7]])).item() == pytest.approx(0, abs=1e-9)
    assert quality_loss(torch.tensor([[50.0]]), torch.tensor([[0.5]])).item() == pytest.approx(0.25)
