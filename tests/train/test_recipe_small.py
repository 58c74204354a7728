"""The recipe of the embedded engine: numbers that make sense, the order of sizes, and weights that the engine takes."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from pointreel.core import PointreelError
from pointreel.engines.nets.small import fused
from pointreel.engines.nets.small_prompt import Prompt
from pointreel.engines.nets.small_propagate import Propagate
from pointreel.engines.small.weights import load_prompt, load_propagate
from pointreel.train import recipes
from pointreel.train.recipes.small import Config, Recipe, build


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps: found 0, expected at least 1"),
        ({"batch": 0}, "batch: found 0"),
        ({"workers": -1}, "workers: found -1"),
        ({"sizes": (64, 100)}, r"sizes: found \(64, 100\), expected multiples of 32 from 64 on"),
        ({"sizes": (32, 64)}, "from 64 on"),
        ({"rate": 0.0}, "rate: found 0.0, expected more than 0"),
        ({"share": 0.0}, "share: found 0.0, expected more than 0 and at most 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(PointreelError, match=message):
        recipes.build("small", **options)


def test_windows_are_small_first_and_large_later(recipe: Recipe, tmp_path: Path) -> None:
    run = recipe.propagate(tmp_path)
    whole = list(run.batches(0))
    assert [batch.rgb.shape[-1] for batch in whole] == [64, 64, 64, 96]
    assert [batch.rgb.shape[1] for batch in whole] == [6, 8, 8, 8]
    for start in (1, 3):
        rest = list(run.batches(start))
        assert all(
            torch.equal(a, b) for x, y in zip(rest, whole[start:], strict=True) for a, b in zip(x, y, strict=True)
        )
    assert [batch.rgb.shape[0] for batch in recipe.prompt(tmp_path).batches(3)] == [2]


def test_photographs_are_asked_for_when_they_are_needed(tmp_path: Path) -> None:
    nowhere = build(Config(steps=1, batch=1, sizes=(64, 64), drawn=1, photographs=str(tmp_path / "nowhere")))
    run = nowhere.training("prompt", tmp_path)
    with pytest.raises(PointreelError, match="found no photograph"):
        run.run()
    assert not (tmp_path / "prompt" / "checkpoint.pt").exists()


def test_the_engine_takes_what_was_learnt(recipe: Recipe, tmp_path: Path) -> None:
    """Weights are halved on their way: what is loaded is within that of what was written."""
    for kind, load in (("propagate", load_propagate), ("prompt", load_prompt)):
        torch.manual_seed(8)
        net = {"propagate": Propagate, "prompt": Prompt}[kind]()
        assert f"The engine needs {kind} too" in recipe.usage(tmp_path)
        path = recipe.write(kind, net.state_dict(), tmp_path)
        assert path == tmp_path / f"{kind}.safetensors"
        loaded = dict(load(tmp_path, "cpu").state_dict())
        for name, value in fused(net).state_dict().items():
            assert torch.allclose(loaded[name], value, atol=2e-3), name
    assert f"pointreel track VIDEO --point X,Y --engine small --option weights={tmp_path}" in recipe.usage(tmp_path)


def test_half_the_precision_learns_nearly_the_same(recipe: Recipe, tmp_path: Path) -> None:
    """Weights and what goes into checkpoints stay floats under the same names; the figures hardly differ."""
    halved = build(replace(recipe.config, half=True))
    for kind in recipe.nets:
        whole, half = recipe.training(kind, tmp_path / "whole"), halved.training(kind, tmp_path / "half")
        assert {name: value.dtype for name, value in half.net.state_dict().items()} == {
            name: value.dtype for name, value in whole.net.state_dict().items()
        }
        batch = next(iter(whole.batches(0)))
        losses = [run.loss(run.net, batch)[0] for run in (whole, half)]
        assert losses[0].item() != losses[1].item()
        assert losses[0].item() == pytest.approx(losses[1].item(), rel=0.03)
        losses[1].backward()
        assert all(value.grad.dtype == torch.float32 for value in half.net.parameters() if value.grad is not None)


def test_new_weights_can_be_a_share_of_what_is_written(recipe: Recipe, tmp_path: Path) -> None:
    begun = build(replace(recipe.config, begin="shipped"))
    old = begun.prompt(tmp_path).net.state_dict()
    new = {name: value + 1 for name, value in old.items()}
    quarter = load_file(build(replace(begun.config, share=0.25)).write("prompt", new, tmp_path))
    whole = load_file(begun.write("prompt", new, tmp_path))
    for name in whole:
        assert torch.allclose(whole[name].float(), old[name] + 1, rtol=2e-3, atol=5e-3), name
        assert torch.allclose(quarter[name].float(), old[name] + 0.25, rtol=2e-3, atol=5e-3), name


def test_every_recipe_names_its_networks() -> None:
    for name in recipes.names():
        assert recipes.build(name).nets
        assert recipes.summary(name)
