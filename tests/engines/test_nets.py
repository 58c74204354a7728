"""The parts of the engine's networks against what they are defined to be, and both networks in use."""

from collections.abc import Iterator
from copy import deepcopy

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from pointreel.engines.nets.colours import NUM_COLOURS, RandomFeatures, colours
from pointreel.engines.nets.motion import own_motion, places, warp
from pointreel.engines.nets.optical_flow import FlowFinder
from pointreel.engines.nets.prompt_maps import BOX, NEAR_OFF, NEAR_ON, NUM_MAPS, OFF, ON, REGION, prompt_maps
from pointreel.engines.nets.ridge import moments, predict, solve
from pointreel.engines.nets.small import fused, likeness, match, subpixels
from pointreel.engines.nets.small_prompt import Prompt
from pointreel.engines.nets.small_propagate import Propagate

NONE = np.zeros((0, 2))


@pytest.fixture(autouse=True)
def the_same_networks() -> None:
    torch.manual_seed(0)


def rand(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("weighed", [False, True])
def test_ridge_is_damped_least_squares(weighed: bool) -> None:
    """Each class weighs one half; a label of 0.3 is 0.3 of a pixel on and 0.7 of one off; a constant is damped too."""
    features, labels = rand(1, 5, 6, 7) - 0.5, rand(1, 1, 6, 7, seed=1)
    sure = rand(1, 1, 6, 7, seed=2) if weighed else torch.ones(1, 1, 6, 7, dtype=torch.float64)
    damping = 0.05
    found = solve(moments(features, labels, sure if weighed else None), damping)[0].numpy()

    x = np.hstack([features[0].flatten(1).T.numpy(), np.ones((42, 1))])
    on, off = (labels * sure).flatten().numpy(), ((1 - labels) * sure).flatten().numpy()
    on, off = 0.5 * on / (on.sum() + 1), 0.5 * off / (off.sum() + 1)
    ridge = damping * np.mean(((on + off)[:, None] * x * x).sum(0)) + 1e-5
    rows = np.vstack([np.sqrt(on)[:, None] * x, np.sqrt(off)[:, None] * x, np.sqrt(ridge) * np.eye(6)])
    wanted = np.concatenate([np.sqrt(on), -np.sqrt(off), np.zeros(6)])
    assert np.allclose(found, np.linalg.lstsq(rows, wanted, rcond=None)[0], atol=1e-8)
    score = predict(features, torch.from_numpy(found)[None])
    assert score.shape == (1, 1, 6, 7)
    assert np.allclose(score.flatten().numpy(), x @ found)


def test_moments_of_frames_are_mixed_and_chosen() -> None:
    one, other = (moments(rand(2, 3, 4, 4, seed=k), rand(2, 1, 4, 4, seed=k + 1)) for k in (0, 5))
    mixed = one.mixed(other, 0.25)
    assert torch.allclose(mixed.gram, 0.75 * one.gram + 0.25 * other.gram)
    assert torch.allclose(mixed.target, 0.75 * one.target + 0.25 * other.target)
    chosen = one.where(torch.tensor([True, False]), other)
    assert torch.equal(chosen.gram, torch.stack([one.gram[0], other.gram[1]]))
    assert torch.equal(chosen.target, torch.stack([one.target[0], other.target[1]]))


def test_matching_is_a_mean_weighed_by_likeness() -> None:
    query, key, value = rand(1, 6, 2, 3), rand(1, 6, 5, seed=1), rand(1, 4, 5, seed=2)
    sharpness = torch.tensor(0.7, dtype=torch.float64)
    found = match(query, key, value, sharpness)
    assert found.shape == (1, 1, 4, 6)
    for y in range(2):
        for x in range(3):
            near = [-((query[0, :, y, x] - key[0, :, n]) ** 2).sum() for n in range(5)]
            weights = np.exp(np.array(near) * np.exp(0.7) / 6**0.5)
            wanted = (value[0].numpy() * weights / weights.sum()).sum(1) * 2 - 1
            assert np.allclose(found[0, 0, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].flatten(), wanted)


def test_a_frame_that_is_matched_with_itself_gives_its_own_mask() -> None:
    key, mask = rand(1, 16, 4, 4) * 9, (rand(1, 1, 32, 32, seed=3) > 0.5).double()
    found = match(key, key.flatten(2), subpixels(mask), torch.tensor(4.0))
    assert torch.allclose(found, torch.nn.functional.avg_pool2d(mask, 4) * 2 - 1)


def test_likeness_looks_for_the_most_similar_of_the_flagged_places() -> None:
    query, flags = rand(1, 6, 3, 4) * 2, torch.zeros(1, 1, 3, 4, dtype=torch.float64)
    flags[0, 0, 0, 1] = flags[0, 0, 2, 3] = 1
    found = likeness(query, flags, torch.tensor(0.5, dtype=torch.float64))
    places = [(0, 1), (2, 3)]
    for y in range(3):
        for x in range(4):
            far = [((query[0, :, y, x] - query[0, :, j, i]) ** 2).sum() * np.exp(0.5) / 6**0.5 for j, i in places]
            wanted = np.exp(-0.5 * np.clip(-np.log(sum(np.exp(-float(f)) for f in far)), -3, 20))
            assert found[0, 0, y, x].item() == pytest.approx(wanted)
    assert likeness(query, flags * 0, torch.tensor(0.5)).max() < 1e-4  # nothing is like nothing


@settings(max_examples=15)
@given(st.lists(st.floats(-0.1, 0.1), min_size=4, max_size=4), st.lists(st.floats(-12, 12), min_size=4, max_size=4))
def test_a_cameras_motion_is_taken_out(linear: list[float], shifts: list[float]) -> None:
    """Whatever affine motion the camera has, what is left is how the object moves relative to it."""
    y, x = np.mgrid[:64, :64].astype(np.float32)
    matrix = np.reshape(linear, (2, 2))
    camera = np.stack([matrix[0, 0] * x + matrix[0, 1] * y, matrix[1, 0] * x + matrix[1, 1] * y])
    camera += np.reshape(shifts[:2], (2, 1, 1))
    mask = np.zeros((64, 64), np.float32)
    mask[16:40, 24:48] = 1
    own = np.reshape(shifts[2:], (2, 1, 1)) * mask
    flow = torch.from_numpy(camera + own).float()[None]
    left = own_motion(flow, torch.from_numpy(mask)[None, None])[0].numpy()
    assert np.abs(left - own).max() < 0.15
    still = own_motion(torch.from_numpy(camera).float()[None], torch.zeros(1, 1, 64, 64))
    assert still.abs().max() < 0.01


def test_what_else_moves_is_no_camera() -> None:
    """Neither what is in the mask, however large, nor a smaller thing outside it, is taken for the camera's motion."""
    flow, mask = torch.zeros(1, 2, 64, 64) + 2, torch.zeros(1, 1, 64, 64)
    mask[..., :48, :56] = 1
    flow[:, :, :48, :56] += 7
    left = own_motion(flow, mask)[0]
    assert left[:, 56:].abs().max() < 0.2
    assert (left[:, :40, :40] - 7).abs().max() < 0.2
    flow = torch.zeros(1, 2, 64, 64) + 2
    flow[:, :, 40:60, 40:60] += 9
    assert own_motion(flow, mask * 0)[0, :, :32, :32].abs().max() < 0.6


def test_each_of_a_batch_has_its_own_camera() -> None:
    flows, masks = torch.randn(3, 2, 32, 32), torch.zeros(3, 1, 32, 32)
    together = own_motion(flows, masks)
    alone = torch.cat([own_motion(flow[None], mask[None]) for flow, mask in zip(flows, masks, strict=True)])
    assert torch.allclose(together, alone, atol=1e-5)


def test_warping_looks_where_the_flow_says() -> None:
    picture = rand(2, 3, 12, 16).float()
    assert torch.allclose(warp(picture, torch.zeros(2, 2, 12, 16)), picture, atol=1e-5)
    flow = torch.tensor([3.0, -2.0])[None, :, None, None].expand(2, 2, 12, 16)
    moved = warp(picture, flow)
    assert torch.allclose(moved[:, :, 2:, :13], picture[:, :, :-2, 3:], atol=1e-5)
    assert torch.allclose(moved[:, :, 0, :13], picture[:, :, 0, 3:], atol=1e-5)  # the border goes on outside


def test_flow_finds_a_shift_and_says_how_well_it_explains_it() -> None:
    rng = np.random.default_rng(0)
    wide = cv2.GaussianBlur(rng.integers(0, 255, (120, 140), np.uint8), (9, 9), 2.5)
    wide = cv2.normalize(wide, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    now, before = wide[10:106, 10:122].copy(), wide[8:104, 13:125].copy()
    finder = FlowFinder()
    flow, error = finder(now, before)
    assert flow.dtype == np.float32
    assert error.dtype == np.uint8
    inner = np.s_[12:-12, 12:-12]
    assert np.abs(np.median(flow[inner], (0, 1)) - (-3, 2)).max() < 0.2
    assert np.median(error[inner]) < 12
    assert (finder.flow(now, before) == flow).all()  # nothing is left over from the search before
    assert (finder.moved(before, np.zeros_like(flow)) == before).all()


def test_where_pixels_are() -> None:
    x, y = places(3, 5, torch.device("cpu"))
    assert x[0].tolist() == [-1, -0.5, 0, 0.5, 1]
    assert y[:, 0].tolist() == [-1, 0, 1]


def test_maps_of_points() -> None:
    on, off = np.array([[10.2, 20.0], [30, 20], [20, 40]]), np.array([[60.0, 5]])
    maps = prompt_maps(on, off, None, 64)
    assert maps.shape == (NUM_MAPS, 64, 64)
    assert maps.dtype == np.float32
    y, x = np.mgrid[:64, :64]
    nearest = np.min([np.hypot(x - px, y - py) for px, py in on], 0)
    assert np.allclose(maps[NEAR_ON], np.exp(-nearest / 12), atol=1e-5)
    assert np.allclose(maps[NEAR_OFF], np.exp(-np.hypot(x - 60, y - 5) / 12), atol=1e-5)
    assert set(np.unique(maps[ON])) == {0, 1}
    assert (maps[ON][nearest < 2.5] == 1).all()
    assert (maps[ON][nearest > 4.5] == 0).all()
    assert maps[OFF][5, 60] == 1
    assert maps[OFF].sum() < 50
    assert maps[REGION][26, 20] == 1  # inside of the triangle
    assert 0 < maps[REGION][60, 60] < 0.4
    assert (maps[BOX] == 0).all()


def test_maps_of_a_box_and_of_nothing() -> None:
    maps = prompt_maps(NONE, NONE, np.array([8.0, 4, 19, 9]), 32)
    assert (maps[BOX, 4:10, 8:20] == 1).all()
    assert (maps[BOX] == 1).sum() == 6 * 12
    assert (maps[BOX] == -1).sum() == 32 * 32 - 6 * 12
    assert not maps[[ON, OFF, REGION]].any()
    outside = prompt_maps(np.array([[-3.0, 200]]), NONE, np.array([-9.0, -9, 3, 99]), 32)
    assert (outside[BOX] == 1).sum() == 32 * 4
    assert not outside[ON].any()
    assert prompt_maps(NONE, NONE, None, 32).max() < 1e-30


def test_colours_know_nothing_of_where_they_are() -> None:
    rgb = rand(1, 3, 64, 64).float()
    seen = colours(rgb)
    assert seen.shape == (1, NUM_COLOURS, 32, 32)
    turned = colours(rgb.flip(3)).flip(3)
    assert torch.allclose(seen, turned, atol=1e-4)
    flat = colours(torch.full((1, 3, 64, 64), 0.5))
    assert (flat.amax((2, 3)) - flat.amin((2, 3))).max() < 1e-4


def test_random_features_are_a_gaussian_kernel_and_always_the_same() -> None:
    lift = RandomFeatures(4, 4096, 0.5, seed=7)
    x = rand(1, 4, 1, 8).float() * 2
    lifted = lift(x)[0, :, 0]
    inner = 2 / 4096 * lifted.T @ lifted
    points = x[0, :, 0].T
    wanted = torch.exp(-0.5 * 0.25 * torch.cdist(points, points) ** 2)
    assert (inner - wanted).abs().max() < 0.06
    assert torch.equal(lift.weight, RandomFeatures(4, 4096, 0.5, seed=7).weight)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All of torch in double precision: what rounding does on one processor or another is not seen then."""
    monkeypatch.setattr(Tensor, "float", Tensor.double)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("kind", [Propagate, Prompt])
def test_a_fused_network_says_the_same(kind: type[nn.Module]) -> None:
    net = lived_in(kind()).double()
    quick = fused(deepcopy(net))
    assert not any(isinstance(module, nn.BatchNorm2d) for module in quick.modules())
    assert not any(p.requires_grad for p in quick.parameters())
    with torch.no_grad():
        for one, other in zip(decided(net), decided(quick), strict=True):
            assert torch.allclose(one, other, rtol=0, atol=1e-12)
            assert one.std() > 0.1 or one.ndim == 2


def test_memory_of_what_is_not_sure_stays_as_it_was() -> None:
    net = Propagate().eval()
    with torch.no_grad():
        look = net.look(rand(2, 3, 64, 64).float())
        memory = net.remember(look, square(2))
        later = net.look(rand(2, 3, 64, 64, seed=9).float())
        new = net.updated(memory, later, 1 - square(2), torch.tensor([True, False]))
        third = net.updated(new, net.look(rand(2, 3, 64, 64, seed=10).float()), square(2), torch.tensor([False, True]))
    assert torch.equal(third.recent.gram[0], new.recent.gram[0])
    assert torch.equal(third.recent_colour.gram[0], new.recent_colour.gram[0])
    assert torch.equal(new.key[1], memory.key[1])
    assert torch.equal(new.recent.gram[1], memory.recent.gram[1])
    assert torch.equal(new.recent_colour.target[1], memory.recent_colour.target[1])
    assert not torch.equal(new.key[0], memory.key[0])
    assert not torch.equal(new.recent.gram[0], memory.recent.gram[0])
    assert torch.equal(new.anchor.gram, memory.anchor.gram)
    assert torch.equal(new.anchor_value, memory.anchor_value)


def test_an_untrained_network_already_follows_a_bright_square() -> None:
    """What was carried, what colours say and what was matched are logits before anything is learnt."""
    net, mask = Propagate().eval(), square(1)
    rgb = (mask * 0.8 + 0.1).expand(1, 3, 64, 64)
    with torch.no_grad():
        memory = net.remember(net.look(rgb), mask)
        still = torch.zeros(1, 2, 64, 64), torch.zeros(1, 1, 64, 64)
        logits = net.carry(net.look(rgb), mask, *still, memory).logits
    assert ((logits > 0) == (mask > 0.5)).float().mean() > 0.97


def square(count: int) -> Tensor:
    mask = torch.zeros(count, 1, 64, 64)
    mask[..., 20:44, 16:40] = 1
    return mask


def seen(net: Prompt):
    maps = torch.from_numpy(prompt_maps(np.array([[28.0, 30], [35, 25]]), np.array([[50.0, 50]]), None, 64))[None]
    return net.see(rand(1, 3, 64, 64).float(), maps, rand(1, 2, 64, 64, seed=1).float(), torch.zeros(1, 1, 64, 64))


def decided(net: Propagate | Prompt) -> list[Tensor]:
    """Logits and quality, of the first answer and of one that follows from it."""
    if isinstance(net, Prompt):
        scene = seen(net)
        first = net.decide(scene)
        return [*first, *net.decide(scene, first.logits[:, :1].sigmoid())]
    look = net.look(rand(2, 3, 64, 64).float())
    memory = net.updated(net.remember(look, square(2)), look, square(2), torch.tensor([True, False]))
    flow, error = rand(2, 2, 64, 64, seed=4).float() * 5, rand(2, 1, 64, 64, seed=5).float()
    return list(net.carry(net.look(rand(2, 3, 64, 64, seed=6).float()), square(2), flow, error, memory))


def lived_in(net: nn.Module) -> nn.Module:
    """In use, with normalisations that have seen something."""
    rng = torch.Generator().manual_seed(5)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values, low, high in ((module.running_mean, -0.2, 0.2), (module.running_var, 0.5, 1.5)):
                values.copy_(torch.rand(values.shape, generator=rng) * (high - low) + low)
            module.weight.data.uniform_(0.7, 1.3, generator=rng)
            module.bias.data.uniform_(-0.2, 0.2, generator=rng)
    return net.eval()
