"""Datasets that stand before others."""

from collections.abc import Iterator
from dataclasses import replace

from pointreel.core import Dataset, ListedDataset, PassedDataset, Sequence


def test_every_pass_goes_through_and_may_be_broken_off() -> None:
    names = ("cat", "dog", "owl")
    made = [Sequence(name=one, height=4, width=6, frames=("0",), objects=(), read_labels=tuple) for one in names]
    dataset = ListedDataset.of(made, {"animal": 7})
    seen: list[str] = []

    def through(sequences: Dataset) -> Iterator[Sequence]:
        for sequence in sequences:
            seen.append(sequence.name)
            yield replace(sequence, name=sequence.name.upper())

    passed = PassedDataset(PassedDataset(dataset, lambda sequences: list(sequences)[1:]), through)
    assert (len(passed), passed.categories) == (3, {"animal": 7})
    assert [sequence.name for sequence in passed] == ["DOG", "OWL"]
    assert next(iter(passed)).name == "DOG"
    assert seen == ["dog", "owl", "dog"]
