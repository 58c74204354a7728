"""Clicks while a network is trained, and training that goes on from weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pointreel.core import PointreelError
from pointreel.engines.nets.prompt_maps import NEAR_ON, OFF, ON, REGION, prompt_maps
from pointreel.engines.nets.small_propagate import Propagate
from pointreel.engines.small.weights import SHIPPED, filled
from pointreel.train.recipes.small import Config, Recipe, build
from pointreel.train.scenes import ClipMaker, Stock, strayed
from pointreel.train.small_clicks import clicked
from pointreel.train.small_losses import propagation_loss
from pointreel.train.small_samples import PropagationSamples, batches

SIZE = 64


def block(top: int, left: int, side: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., top : top + side, left : left + side] = 1
    return mask


def said(*on: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    points = np.array(on, float).reshape(-1, 2)
    places = torch.full((1, 4, 2), float("nan"))
    places[0, 4 - len(on) :] = torch.from_numpy(points).float()
    return torch.from_numpy(prompt_maps(points, np.zeros((0, 2)), None, SIZE))[None], places


def test_a_click_is_on_what_was_missed_or_off_what_has_spilt() -> None:
    maps, on = said((10, 10))
    truth = block(5, 5, 11) + block(30, 30, 21)
    missed, places = clicked(maps, on, block(5, 5, 11), truth, torch.tensor([True]))
    assert torch.equal(
        missed[0, :5], torch.from_numpy(prompt_maps(np.array([(10.0, 10), (40, 40)]), np.zeros((0, 2)), None, SIZE))[:5]
    )
    assert places[0][~places[0].isnan().any(1)].tolist() == [[10, 10], [40, 40]]
    spilt, same = clicked(maps, on, truth, block(5, 5, 11), torch.tensor([True]))
    assert spilt[0, OFF, 40, 40] == 1
    assert torch.equal(spilt[0, [ON, NEAR_ON, REGION]], maps[0, [ON, NEAR_ON, REGION]])
    assert torch.equal(same.nan_to_num(), on.nan_to_num())


def test_nobody_clicks_who_is_not_patient_or_has_nothing_to_say() -> None:
    maps, on = said((10, 10))
    truth = block(5, 5, 11)
    for mask, patient in ((block(30, 30, 9), False), (truth, True)):
        after, _ = clicked(maps, on, mask, truth, torch.tensor([patient]))
        assert torch.equal(after, maps)
    assert torch.equal(maps, said((10, 10))[0])


def test_a_mask_that_strayed_is_elsewhere_and_of_the_same_size() -> None:
    mask = block(20, 20, 24)[0, 0].numpy()
    found = [strayed(mask, np.random.default_rng(k)) > 0.5 for k in range(20)]
    ious = [(one & (mask > 0.5)).sum() / (one | (mask > 0.5)).sum() for one in found]
    assert np.mean(ious) < 0.4
    assert max(one.sum() for one in found) < 2 * mask.sum()


def test_being_told_the_truth_on_the_way_helps_from_there_on(stock: Stock) -> None:
    """The same clips, with and without; only what comes after the middle differs."""
    net = filled(Propagate(), SHIPPED / "propagate.safetensors").eval()
    clips = ClipMaker(stock=stock, size=SIZE, length=5)
    samples = PropagationSamples(clips, exact=0.0, hard=1.0)
    (batch,) = batches(samples, size=6, start=0, stop=1)
    with torch.no_grad():
        without, with_ = (
            propagation_loss(net, batch._replace(told=torch.full((6,), told)))[1] for told in (False, True)
        )
    assert with_["first"] == without["first"]
    assert with_["last"] > without["last"] + 0.05


@pytest.mark.parametrize("net", ["propagate", "prompt"])
def test_training_begins_from_weights_if_there_are_some(recipe: Recipe, tmp_path: Path, net: str) -> None:
    config = {"steps": 4, "batch": 1, "sizes": (64, 96), "drawn": 2}
    begun = build(Config(**config, begin="shipped")).training(net, tmp_path)
    shipped = filled(type(begun.net)(), SHIPPED / f"{net}.safetensors").state_dict()
    assert all(torch.equal(value, shipped[name]) for name, value in begun.average.items())
    assert begun.schedule.rate_at(2) < begun.schedule.rate_at(1) * 1.99
    assert begun.settings["begin"] == "some"
    assert recipe.training(net, tmp_path).settings["begin"] == "none"
    with pytest.raises(PointreelError, match="there are no weights here"):
        build(Config(**config, begin=str(tmp_path))).training(net, tmp_path)
