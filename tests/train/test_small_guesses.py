"""First masks as an engine begins with them: made from points, and all that a tracker then knows."""

import numpy as np
import torch

from pointreel.engines.small.weights import load_prompt
from pointreel.train.scenes import ClipMaker, Stock
from pointreel.train.small_guesses import Guesses
from pointreel.train.small_samples import PropagationSamples

SIZE = 96


def test_the_network_of_the_package_finds_a_square() -> None:
    rgb = np.full((SIZE, SIZE, 3), (30, 120, 60), np.uint8)
    rgb[30:60, 34:64] = (220, 60, 40)
    guesses = Guesses(load_prompt(None, "cpu"))
    still, none = np.zeros((SIZE, SIZE, 2), np.float32), np.zeros((SIZE, SIZE), np.uint8)
    mask = guesses(rgb, np.array([[40.0, 36.0], [56.0, 52.0]]), still, none) > 0.5
    truth = np.zeros((SIZE, SIZE), bool)
    truth[30:60, 34:64] = True
    assert (mask & truth).sum() > 0.85 * (mask | truth).sum()


def test_what_is_begun_from_points_knows_nothing_but_the_guess(stock: Stock) -> None:
    clips = ClipMaker(stock=stock, size=SIZE, length=3)
    guesses = Guesses(load_prompt(None, "cpu"))
    samples = PropagationSamples(clips, exact=1.0, hard=0.0, pointed=1.0, guesses=guesses)
    never = PropagationSamples(clips, exact=1.0, hard=0.0, guesses=guesses)
    pointed = 0
    for k in range(12):
        sample, other = samples(k), never(k)
        if torch.equal(sample.masks[0], other.masks[0]):
            assert torch.equal(sample.start, other.start)  # the guess was hardly right
            assert not sample.guess
            continue
        pointed += 1
        assert sample.guess
        assert torch.equal(sample.rgb[0], sample.rgb[1])
        assert torch.allclose(sample.masks[0] / 255, sample.start, atol=0.003)
        assert torch.equal(sample.masks[1:], other.masks[1:])
        truth, start = sample.masks[1] > 127, sample.start > 0.5
        assert (truth & start).sum() > 0.3 * (truth | start).sum()
    assert pointed > 4
