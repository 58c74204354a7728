"""A small stock for all tests of training, one thread, and a recipe whose run takes seconds."""

from collections.abc import Iterator

import pytest
import torch

from pointreel.train.recipes.small import Config, Recipe, build
from pointreel.train.scenes import Stock, procedural_stock


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def stock() -> Stock:
    return procedural_stock(num_photographs=3, seed=0)


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """Four steps: three with small windows, one with larger ones."""
    return build(Config(steps=4, batch=1, sizes=(64, 96), drawn=2))
