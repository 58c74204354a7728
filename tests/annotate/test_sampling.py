"""Regions of a likelihood, and candidates drawn from them: apart, at random, as many as fit."""

from collections import Counter
from itertools import combinations

import cv2
import numpy as np
import pytest

from pointreel.annotate.likelihood import Regions, likelihood_of, logits_of, softened
from pointreel.annotate.sampling import candidates_of, near
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, Mask, Segment
from pointreel.store import Candidate

SIZE = 120, 160
Y, X = np.mgrid[: SIZE[0], : SIZE[1]]
DEPTH = (40 - np.hypot(X - 80, Y - 60)).astype(np.float32)
"""How deep in a disk a pixel lies; the likelihood rises over ten pixels on either side of its border."""
LIKELIHOOD = (1 / (1 + np.exp(-DEPTH / 4))).astype(np.float32)


def regions(mask: np.ndarray = DEPTH > 0) -> Regions:
    return Regions.of(LIKELIHOOD, mask, sure_foreground=0.9, sure_background=0.1)


def places(found: list[Candidate]) -> list[tuple[float, float, int]]:
    return [(one.x, one.y, one.kind) for one in found]


def test_regions_share_the_frame_and_agree_with_the_mask() -> None:
    shifted = np.roll(DEPTH > 0, 15, 1)
    for mask in (DEPTH > 0, shifted, np.zeros(SIZE, bool), np.ones(SIZE, bool)):
        found = regions(mask)
        assert (found.foreground.astype(int) + found.background + found.uncertain == 1).all()
        assert not (found.foreground & ~mask).any()
        assert not (found.background & mask).any()
        sizes = found.num_pixels()
        assert sum(sizes.values()) == mask.size
        assert sizes[FOREGROUND, True] + sizes[AMBIGUOUS, True] == mask.sum()
    exact = regions()
    assert (exact.foreground == (LIKELIHOOD >= 0.9)).all()
    assert (exact.background == (LIKELIHOOD <= 0.1)).all()


def test_all_candidates_of_a_frame_keep_their_distance_whatever_their_kind() -> None:
    for seed in range(20):
        found = candidates_of(3, regions(), LIKELIHOOD, min_distance=14, seed=seed)
        assert Counter(one.kind for one in found) == {FOREGROUND: 7, BACKGROUND: 10, AMBIGUOUS: 3}
        assert min((a.x - b.x) ** 2 + (a.y - b.y) ** 2 for a, b in combinations(found, 2)) >= 14**2
        by_kind = regions().by_kind()
        assert all(by_kind[one.kind][int(one.y), int(one.x)] for one in found)
        assert all(one.inside == (DEPTH > 0)[int(one.y), int(one.x)] for one in found)
        assert {one.frame for one in found} == {3}


def test_a_draw_depends_on_its_names_and_on_nothing_else() -> None:
    one = candidates_of(3, regions(), LIKELIHOOD, min_distance=14, seed=1, key=("clip", 2))
    assert places(candidates_of(3, regions(), LIKELIHOOD, min_distance=14, seed=1, key=("clip", 2))) == places(one)
    for other in ((4, 1, ("clip", 2)), (3, 2, ("clip", 2)), (3, 1, ("clip", 3)), (3, 1, ("clap", 2))):
        frame, seed, key = other
        found = candidates_of(frame, regions(), LIKELIHOOD, min_distance=14, seed=seed, key=key)
        assert places(found) != places(one)


def test_fewer_are_asked_for_where_no_more_fit() -> None:
    strip = np.zeros((1, 41), bool)
    strip[0, :] = True
    sure = Regions.of(np.ones((1, 41), np.float32), strip, sure_foreground=0.9, sure_background=0.1)
    found = candidates_of(0, sure, np.ones((1, 41), np.float32), min_distance=20)
    assert sorted(one.x for one in found) == [0, 20, 40]
    assert candidates_of(0, sure, np.ones((1, 41), np.float32), per_frame={FOREGROUND: 0}) == []


@pytest.mark.parametrize("kind", [FOREGROUND, BACKGROUND, AMBIGUOUS])
def test_what_is_drawn_stands_for_the_whole_region(kind: int) -> None:
    """The true object is the disk, moved: part of every region is on it, near the mask and far from it."""
    truth = np.roll(DEPTH > 0, (10, 25), (0, 1))
    region = regions().by_kind()[kind]
    drawn: list[bool] = []
    for seed in range(250):
        found = candidates_of(0, regions(), LIKELIHOOD, min_distance=12, seed=seed)
        drawn += [bool(truth[int(one.y), int(one.x)]) for one in found if one.kind == kind]
    share = truth[region].mean()
    assert abs(np.mean(drawn) - share) < 4 * np.sqrt(share * (1 - share) / len(drawn))


def test_gains_are_largest_where_the_machine_cannot_say() -> None:
    found = candidates_of(0, regions(), LIKELIHOOD, min_distance=14)
    for one in found:
        p = float(LIKELIHOOD[int(one.y), int(one.x)])
        assert one.gain == pytest.approx(4 * p * (1 - p))


def test_near_is_nearer_than_the_distance() -> None:
    xy = np.array([[0, 0], [30, 9]])
    found = near((20, 40), xy, 6.5)
    rows, columns = np.mgrid[:20, :40]
    expected = np.min([np.hypot(columns - x, rows - y) for x, y in xy], axis=0) < 6.5
    assert (found == expected).all()


def test_a_mask_without_likelihoods_is_doubted_along_its_border() -> None:
    mask = Mask.from_array(DEPTH > 0)
    likelihood = likelihood_of(logits_of(Segment(mask)), *SIZE)
    assert ((likelihood > 0.5) == (DEPTH > 0)).mean() > 0.99
    found = Regions.of(likelihood, DEPTH > 0, sure_foreground=0.9, sure_background=0.1)
    depth = np.abs(DEPTH[found.uncertain])
    assert 1 < depth.max() < 3.5
    assert likelihood_of(softened(Mask.empty(*SIZE)), *SIZE).max() < 0.1


def test_logits_of_low_resolution_become_likelihoods_of_the_frame() -> None:
    logits = np.log(LIKELIHOOD / (1 - LIKELIHOOD))
    low = cv2.resize(logits, (80, 60), interpolation=cv2.INTER_AREA)
    assert np.abs(likelihood_of(low, *SIZE) - LIKELIHOOD).max() < 0.02
    assert likelihood_of(low, *SIZE).dtype == np.float32
