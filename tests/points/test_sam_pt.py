"""Query points of the official SAM-PT code, to the point and in its order, when fed its random order."""

import numpy as np
import pytest

from pointreel.points import Scene, samplers
from pointreel.points.strategies import shi_tomasi

SAMPLER_BY_METHOD = {
    "random": ("random", {"min_distance": 0}),
    "kmedoids": ("k-medoids", {}),
    "shi-tomasi": ("shi-tomasi", {}),
    "mixed": ("mixed", {}),
}


class TorchOrder:
    """Random numbers whose order is the next ``torch.randperm``."""

    def __init__(self, torch, seed):
        self.torch = torch
        torch.manual_seed(seed)

    def random(self, num):
        keys = np.empty(num)
        keys[self.torch.randperm(num).numpy()] = np.arange(num) / num
        return keys


@pytest.fixture(scope="module")
def official(shared):
    path = shared / "golden" / "models" / "sampt.npz"
    if not path.is_file():
        pytest.skip(f"official query points not found at {path}")
    return np.load(path)


@pytest.fixture(scope="module")
def masks(official):
    return {"obj": official["qp_mask"], "neg": ~official["qp_mask"], "small": official["qp_small_mask"]}


@pytest.mark.parametrize("num", [1, 8, 16])
@pytest.mark.parametrize("method", SAMPLER_BY_METHOD)
@pytest.mark.parametrize("kind", ["obj", "neg"])
def test_query_points_are_the_official_ones(official, masks, kind, method, num):
    torch = pytest.importorskip("torch")
    name, options = SAMPLER_BY_METHOD[method]
    scene = Scene(masks[kind], rgb=official["qp_image_u8"])
    points = samplers.build(name, **options).sample(scene, num, TorchOrder(torch, 72))
    assert points.xy.tolist() == official[f"qp_{kind}_{method}_{num}"].tolist()


@pytest.mark.parametrize("num", [1, 8, 16])
def test_background_points_are_the_official_ones(official, masks, num):
    torch = pytest.importorskip("torch")
    scene = Scene(masks["obj"], rgb=official["qp_image_u8"])
    points = samplers.build("background-mixed").sample(scene, num, TorchOrder(torch, 72))
    assert points.xy.tolist() == official[f"qp_neg_mixed_{num}"].tolist()
    assert not points.label.any()


@pytest.mark.parametrize("share", [0.06, 0.02, 0.01])
@pytest.mark.parametrize("kind", ["obj", "neg", "small"])
def test_masks_are_eroded_as_officially(official, masks, kind, share):
    assert np.array_equal(shi_tomasi.eroded(masks[kind], share), official[f"qp_erode_{kind}_{share}"])


def test_erosion_stops_before_less_than_ten_pixels_are_left(masks):
    assert np.array_equal(shi_tomasi.inner(masks["small"]), masks["small"])
    assert shi_tomasi.inner(masks["obj"]).sum() < masks["obj"].sum()
