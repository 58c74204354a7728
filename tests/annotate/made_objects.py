"""Objects whose truth is known, drawn cell by cell: no pixels, so that a thousand take a second."""

import numpy as np

from pointreel.annotate.simulated_objects import SimulatedObject

NUM_FRAMES = 10


def made(rng: np.random.Generator) -> SimulatedObject:
    """Frames of different sizes and shares, a machine that is wrong now and then, some objects lost half way."""
    mask = rng.uniform(2000, 40000) * np.exp(np.cumsum(rng.normal(0, 0.15, NUM_FRAMES)))
    frame, unsure = mask.mean() * rng.uniform(5, 20), mask * rng.uniform(0.05, 0.25)
    pixels = np.stack([mask, unsure / 2, unsure / 2, np.maximum(frame - mask - unsure, 1000)], axis=1).round()
    typical = [rng.choice([0, 0.01, 0.05, 0.2]), *rng.uniform(0.1, 0.6, 2), rng.choice([0, 0.002, 0.01, 0.03])]
    wrong = np.clip(np.array(typical) * rng.gamma(0.7, 1 / 0.7, (NUM_FRAMES, 4)), 0, 1)
    if rng.random() < 0.2:
        lost = rng.integers(1, NUM_FRAMES)
        wrong[lost:, :2], wrong[lost:, 3] = 0.9, np.clip(mask[lost:] / pixels[lost:, 3], 0, 1)
    true = np.round(pixels * np.where([True, True, False, False], 1 - wrong, wrong))
    labels = {}
    for k in range(NUM_FRAMES):
        inside = int(rng.binomial(3, pixels[k, 1] / (pixels[k, 1] + pixels[k, 2])))
        for part, number in enumerate((7, inside, 3 - inside, 10)):
            labels[k, part] = (rng.random(number) < true[k, part] / pixels[k, part]).astype(int).tolist()
    return SimulatedObject(pixels, true, labels, labels)
