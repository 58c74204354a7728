"""Samples of the two networks: repeatable, in their ranges, and the same however many processes make them."""

import cv2
import numpy as np
import pytest
import torch

from pointreel.engines.nets.prompt_maps import BOX, NUM_MAPS, OFF, ON
from pointreel.train.scenes import ClipMaker, Stock
from pointreel.train.small_samples import PromptSample, PromptSamples, PropagationSamples, batches

SIZE = 64


@pytest.fixture(scope="module")
def propagation(stock: Stock) -> PropagationSamples:
    return PropagationSamples(ClipMaker(stock=stock, size=SIZE, length=3))


@pytest.fixture(scope="module")
def prompts(stock: Stock) -> list[PromptSample]:
    samples = PromptSamples(ClipMaker(stock=stock, size=SIZE, length=2))
    return [samples(k) for k in range(60)]


def test_clips_with_flow_and_a_mask_to_start_from(propagation: PropagationSamples) -> None:
    sample = propagation(0)
    assert [tuple(part.shape) for part in sample] == [
        (4, 3, SIZE, SIZE),
        (4, 1, SIZE, SIZE),
        (1, SIZE, SIZE),
        (2, 2, SIZE, SIZE),
        (2, 1, SIZE, SIZE),
        (),
        (),
    ]
    assert not sample.told
    assert not sample.guess
    assert sample.rgb.dtype == sample.masks.dtype == sample.error.dtype == torch.uint8
    assert sample.start.dtype == sample.flow.dtype == torch.float32
    again = propagation(0)
    assert all(torch.equal(a, b) for a, b in zip(sample, again, strict=True))


def test_some_start_exactly_right_and_some_badly_wrong(stock: Stock) -> None:
    clips = ClipMaker(stock=stock, size=SIZE, length=3)

    def ious(samples: PropagationSamples) -> list[float]:
        found = []
        for k in range(15):
            sample = samples(k)
            start, truth = sample.start > 0.5, sample.masks[1] > 127
            found.append(float((start & truth).sum() / (start | truth).sum()))
        return found

    assert min(ious(PropagationSamples(clips, exact=1.0, hard=0.0))) == 1
    mild, hard = ious(PropagationSamples(clips, exact=0.0, hard=0.0)), ious(PropagationSamples(clips, hard=1.0))
    assert 1 > np.mean(mild) > np.mean(hard) + 0.1


def test_points_on_are_on_and_points_off_are_off(prompts: list[PromptSample]) -> None:
    pointed = [sample for sample in prompts if not sample.has_prior]
    assert {int(sample.maps[BOX].abs().max()) for sample in pointed} == {0, 1}
    for sample in pointed:
        assert sample.maps.shape == (NUM_MAPS, SIZE, SIZE)
        on, off = (centres(sample.maps[k].numpy()) for k in (ON, OFF))
        truth = sample.mask[0].numpy() / 255
        assert all(truth[y, x] > 0.5 for x, y in on)
        assert all(truth[y, x] < 0.1 for x, y in off)
        if not sample.maps[ON].any():
            inside = sample.maps[BOX].numpy() > 0
            assert (inside & (truth > 0.5)).sum() > 0.6 * (truth > 0.5).sum()


def test_corrections_are_clicks_on_mistakes(prompts: list[PromptSample]) -> None:
    corrected = [sample for sample in prompts if sample.has_prior]
    assert len(corrected) > 8
    mistaken = 0
    for sample in corrected:
        truth, prior = sample.mask[0].numpy() / 255, sample.prior[0].numpy()
        for x, y in centres(sample.maps[OFF].numpy()):
            assert truth[y, x] < 0.1
            assert prior[y, x] > 0.5
            mistaken += 1
        on = centres(sample.maps[ON].numpy())
        assert all(truth[y, x] > 0.5 for x, y in on)
        mistaken += sum(bool(prior[y, x] < 0.5) for x, y in on)
    assert mistaken > len(corrected) / 2


def test_motion_is_not_always_known(prompts: list[PromptSample]) -> None:
    unknown = [bool((sample.flow == 0).all() and (sample.error == 0).all()) for sample in prompts]
    assert 0.2 < np.mean(unknown) < 0.55
    assert all((sample.prior == 0).all() for sample in prompts if not sample.has_prior)


def test_any_number_of_workers_make_the_same_batches(propagation: PropagationSamples) -> None:
    made = [list(batches(propagation, size=2, start=1, stop=4, num_workers=workers)) for workers in (0, 2)]
    assert [len(row) for row in made] == [3, 3]
    for one, other in zip(*made, strict=True):
        assert type(one) is type(other)
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    third = next(batches(propagation, size=2, start=3, stop=4))
    assert all(torch.equal(a, b) for a, b in zip(third, made[0][2], strict=True))
    assert torch.equal(third.flow[1], propagation(7).flow)


def centres(disks: np.ndarray) -> list[tuple[int, int]]:
    """The places where whole disks of radius 3 lie, one for each that touches no other."""
    kernel = cv2.circle(np.zeros((7, 7), np.uint8), (3, 3), 3, 1, -1)
    whole = cv2.erode((disks > 0).astype(np.uint8), kernel, borderValue=0)
    count, _, _, middles = cv2.connectedComponentsWithStats(whole)
    return [(round(x), round(y)) for x, y in middles[1:count]]
