"""How often verdicts are wrong, as far as points can tell that were judged twice: by two people, or by one again.

Known answers lie where nobody can be in doubt, so they tell of slips; people err at borders, where candidates lie too.
Of the pairs of verdicts on points that are on the object, those aside in which both miss it, a part r = 2 m / (1 + m)
differs, if each misses it with probability m whatever the other says; so m = r / (2 - r). With the points that are off
it, and the probability f to see the object there, it is the same. Which of two verdicts is wrong is not known: where
most points are on the object it is taken for a miss, where most are off it for the other, and among uncertain points
for both at once, so that neither is taken for rarer than it is. What two people see wrong alike, no pair tells of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND
from ..store import Answer, Project
from .estimates import NUM_DRAWS, PARTS, Floats

Pairs = Mapping[tuple[int, int, int], int]
"""How many pairs of verdicts there are, by the kind of the candidate, and what the one and the other said."""

_FEWEST = 60


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Pairs of verdicts on the same points of a project."""

    pairs: Pairs

    @classmethod
    def of(cls, project: Project) -> "Mistakes | None":
        """What all points that were judged twice tell; None where they are too few to tell anything."""
        found = cls.found_in(project)
        return found if found.is_known else None

    @classmethod
    def found_in(cls, project: Project) -> "Mistakes":
        return cls(Counter(_pairs(project)))

    @property
    def is_known(self) -> bool:
        return all(self._differing(label, AMBIGUOUS)[1] >= _FEWEST for label in (FOREGROUND, BACKGROUND))

    @property
    def num_pairs(self) -> int:
        return sum(self.pairs.values())

    def missed(self, rng: np.random.Generator) -> Floats:
        """(draws, 4) how often a point on the object is said to be off it, in each part, from above."""
        return self._rates(rng, FOREGROUND)

    def imagined(self, rng: np.random.Generator) -> Floats:
        """The same of points off it."""
        return self._rates(rng, BACKGROUND)

    def _rates(self, rng: np.random.Generator, truth: int) -> Floats:
        drawn = {kind: self._drawn(rng, truth, kind) for kind in (truth, AMBIGUOUS)}
        return np.stack([drawn.get(kind, drawn[AMBIGUOUS]) for kind, _ in PARTS], axis=1)

    def _drawn(self, rng: np.random.Generator, truth: int, kind: int) -> Floats:
        differ, pairs = self._differing(truth, kind)
        share = rng.beta(differ + 1, max(pairs - differ, 1e-9), NUM_DRAWS)
        rate: Floats = share / (2 - share)
        return rate

    def _differing(self, truth: int, kind: int) -> tuple[int, int]:
        """Of the pairs in which somebody said this, how many differ; of all kinds, where those of one are few."""
        other = FOREGROUND + BACKGROUND - truth
        of_kinds = (kind,), (truth, AMBIGUOUS)
        differ = pairs = 0
        for kinds in of_kinds:
            differ = sum(self.pairs.get((k, *said), 0) for k in kinds for said in ((truth, other), (other, truth)))
            pairs = differ + sum(self.pairs.get((k, truth, truth), 0) for k in kinds)
            if pairs >= _FEWEST:
                break
        return differ, pairs


def _pairs(project: Project) -> Iterator[tuple[int, int, int]]:
    """Of those who judged a point, two by two: each pair tells of errors on its own. And of who judged it again.

    Settlements are no second opinions: an owner has seen the others.
    """
    again: dict[tuple[int, str], list[int]] = {}
    for _, group in groupby(_sure(project), key=lambda answer: answer.point):
        said = list(group)
        for one, other in zip(said[::2], said[1::2], strict=False):
            yield one.kind, one.label, other.label
        for answer in said:
            if answer.repeats is not None:
                again.setdefault((answer.repeats, answer.by), []).append(answer.label)
    if again:
        for answer in _sure(project):
            for label in again.get((answer.point, answer.by), ()):
                yield answer.kind, answer.label, label


def _sure(project: Project) -> Iterator[Answer]:
    return (
        answer
        for answer in project.answers()
        if not answer.settles and answer.gold is None and answer.label != AMBIGUOUS
    )
