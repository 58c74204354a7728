"""The loop: what was stopped goes on as if it never had been, and what it keeps is what it says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch
from torch import nn

from pointreel.core import PointreelError
from pointreel.engines.nets.small_prompt import Prompt
from pointreel.engines.nets.small_propagate import Propagate
from pointreel.train.loop import Figures, Run, Schedule
from pointreel.train.recipes.small import Config, Recipe, build
from pointreel.train.scenes import ClipMaker, Stock
from pointreel.train.small_losses import prompt_loss, propagation_loss
from pointreel.train.small_samples import PromptSamples, PropagationSamples, batches

Weights = dict[str, torch.Tensor]


class Fails(Exception):
    """Something that goes wrong in the middle of a run."""


@pytest.fixture(scope="module")
def whole(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[tuple[int, Figures]]]:
    """A run that nothing interrupted, and what was seen of it."""
    torch.set_num_threads(1)
    run, seen = recipe.propagate(tmp_path_factory.mktemp("whole")), []
    run.run(watch=lambda *now: seen.append(now))
    return run, seen


@pytest.mark.parametrize("net", ["propagate", "prompt"])
def test_stopped_and_resumed_is_never_stopped(recipe: Recipe, tmp_path: Path, whole, net: str) -> None:
    never = whole[0] if net == "propagate" else recipe.prompt(tmp_path / "never")
    weights = never.run()
    assert [stopped_after(getattr(recipe, net)(tmp_path / "parts"), steps) for steps in (1, 2)] == [1, 3]
    parts = getattr(recipe, net)(tmp_path / "parts")
    assert same(parts.run(), weights)
    assert same(parts.net.state_dict(), never.net.state_dict())
    assert not same(weights, never.net.state_dict())
    log = [json.loads(line) for line in (tmp_path / "parts/log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [1, 3, 4]


def test_a_run_that_broke_off_goes_on_from_what_was_kept(recipe: Recipe, tmp_path: Path, whole) -> None:
    broken = recipe.propagate(tmp_path)
    broken.every, made = 2, broken.batches

    def breaking(step: int) -> Iterator[object]:
        yield from islice(made(step), 3)
        raise Fails

    broken.batches = breaking
    with pytest.raises(Fails):
        broken.run()
    resumed = recipe.propagate(tmp_path)
    steps: list[int] = []
    assert same(resumed.run(watch=lambda step, figures: steps.append(step)), whole[0].average)
    assert steps == [2, 3, 4]


def test_the_checkpoint_holds_the_average(recipe: Recipe, tmp_path: Path, whole) -> None:
    run, seen = whole
    kept = torch.load(run.folder / "checkpoint.pt", weights_only=True)
    assert kept["step"] == 4
    assert same(kept["average"], run.average)
    assert same(kept["net"], run.net.state_dict())
    assert not same(run.average, recipe.propagate(tmp_path).net.state_dict())
    assert [step for step, _ in seen] == [0, 1, 2, 3, 4]
    assert not seen[0][1]
    assert all({"loss", "first", "last"} <= figures.keys() for _, figures in seen[1:])


def test_the_average_is_the_one_that_was_defined(tmp_path: Path) -> None:
    """Of weights w: a <- k a + (1 - k) w after each step, k = min(0.995, n / (n + 10))."""
    run = of_numbers(tmp_path, steps=5)
    expected, ran = run.net.weight.detach().clone(), []
    run.run(watch=lambda step, figures: ran.append(run.net.weight.detach().clone()))
    for n, weight in enumerate(ran[1:], 1):
        keep = n / (n + 10)
        expected = keep * expected + (1 - keep) * weight
    assert torch.allclose(run.average["weight"], expected)


def test_a_run_that_is_done_stays_as_it_is(tmp_path: Path) -> None:
    weights = of_numbers(tmp_path, steps=3).run()
    again = of_numbers(tmp_path, steps=3)
    again.batches = lambda step: (_ for _ in ()).throw(Fails)
    assert same(again.run(), weights)
    assert again.is_done
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 1


def test_a_bad_step_changes_nothing(tmp_path: Path) -> None:
    run = of_numbers(tmp_path, steps=1)
    run.loss = lambda net, batch: (net(batch[0]).sum() * float("inf"), {})
    before = run.net.weight.detach().clone()
    run.run()
    assert torch.equal(run.net.weight, before)


@pytest.mark.parametrize("kind", ["propagate", "prompt"])
def test_a_few_steps_on_one_batch_lower_its_loss(stock: Stock, tmp_path: Path, kind: str) -> None:
    torch.manual_seed(0)
    clips = ClipMaker(stock=stock, size=64, length=2 if kind == "prompt" else 3)
    samples, net, loss = {
        "propagate": (PropagationSamples(clips), Propagate(), propagation_loss),
        "prompt": (PromptSamples(clips), Prompt(), prompt_loss),
    }[kind]
    batch = next(batches(samples, size=2, start=0, stop=1))
    losses: list[float] = []
    schedule = Schedule(steps=12, rate=3e-3, warmup=2, decay=0.1)
    run = Run(net, loss, lambda step: (batch for _ in range(step, 12)), schedule, tmp_path)
    run.run(watch=lambda step, figures: losses.extend([figures["loss"]] if figures else []))
    assert len(losses) == 12
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])


def test_the_rate_rises_stays_and_falls() -> None:
    schedule = Schedule(steps=200, rate=1.0, warmup=20, decay=0.5)
    rates = [schedule.rate_at(step) for step in range(200)]
    assert rates[0] == pytest.approx(1 / 20)
    assert rates[:20] == sorted(rates[:20])
    assert set(rates[20:101]) == {1.0}
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert 0 < rates[-1] < 0.03


def test_only_what_was_begun_goes_on(tmp_path: Path) -> None:
    config = Config(steps=1, batch=1, sizes=(64, 64), drawn=1)
    build(config).propagate(tmp_path).run()
    with pytest.raises(PointreelError, match=r"checkpoint\.pt: was begun with steps=1, and is to go on with steps=2"):
        build(replace(config, steps=2)).propagate(tmp_path).run()
    with pytest.raises(PointreelError, match="photographs=none, and is to go on with photographs=some"):
        build(replace(config, photographs="BSDS500")).propagate(tmp_path).run()
    build(replace(config, workers=2)).propagate(tmp_path).resume()
    with pytest.raises(PointreelError, match="of another network"):
        build(config).prompt(tmp_path).resume()
    (tmp_path / "checkpoint.pt").write_bytes(b"half a checkpoint")
    with pytest.raises(PointreelError, match="no readable checkpoint"):
        build(config).propagate(tmp_path).resume()


def test_a_device_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PointreelError, match="device 'toaster': cannot be used here") as caught:
        build(Config(device="toaster")).propagate(tmp_path)
    assert "\n" not in str(caught.value)


def stopped_after(run: Run, num_steps: int) -> int:
    """How far the run is when it has been asked to stop after so many steps."""
    asked = iter([False] * (num_steps - 1) + [True])
    run.run(stop=lambda: next(asked))
    assert run.folder.joinpath("checkpoint.pt").is_file()
    return run.step


def of_numbers(folder: Path, *, steps: int) -> Run:
    """A run of one linear layer."""
    torch.manual_seed(3)
    net, batch = nn.Linear(4, 1, bias=False), Numbers()
    loss: Callable = lambda net, batch: (net(batch[0]).square().sum(), {})  # noqa: E731
    return Run(net, loss, lambda step: (batch for _ in range(step, steps)), Schedule(steps=steps), folder)


class Numbers(tuple):
    """A batch of one tensor."""

    __slots__ = ()

    def __new__(cls, *parts: torch.Tensor) -> "Numbers":
        return super().__new__(cls, parts or (torch.arange(8.0).reshape(2, 4),))


def same(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
