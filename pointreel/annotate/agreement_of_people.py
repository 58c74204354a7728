"""How good a project's annotators are: what tests, repeats and shared points say of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, groupby

from ..core import AMBIGUOUS, BACKGROUND, FOREGROUND
from ..store import Answer, Project
from .agreement import Rate, cohens_kappa, fleiss_kappa, rate

_LABELS = (FOREGROUND, BACKGROUND, AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class AnnotatorQuality:
    """An annotator. "Unsure" is no right answer to a test, and a label of its own elsewhere.

    ``sensitivity`` and ``specificity`` are the shares of the tests on the object, and off it, that were answered right;
    ``repeat_agreement`` is that of repeated points that were answered as the first time.
    """

    name: str
    answers: int
    unsure: int
    sensitivity: Rate | None
    specificity: Rate | None
    repeat_agreement: Rate | None
    gold: int
    repeats: int


@dataclass(frozen=True, slots=True)
class PeopleQuality:
    """All annotators by name, and how far they agree.

    ``cohen`` is there where exactly two people have points in common. ``fleiss`` is of the points that as many people
    answered as most points with several answers have.
    """

    people: tuple[AnnotatorQuality, ...]
    cohen: Rate | None
    fleiss: Rate | None


@dataclass
class _Person:
    labels: Counter[int] = field(default_factory=Counter)
    gold: Counter[tuple[int, bool]] = field(default_factory=Counter)
    repeated: dict[int, list[int]] = field(default_factory=dict)
    """What was said of repeats, by the point they show again."""
    again: Counter[bool] = field(default_factory=Counter)

    def hear(self, answer: Answer) -> None:
        self.labels[answer.label] += 1
        if answer.gold is not None:
            self.gold[answer.gold, answer.label == answer.gold] += 1
        if answer.repeats is not None:
            self.repeated.setdefault(answer.repeats, []).append(answer.label)

    def quality(self, name: str) -> AnnotatorQuality:
        right = {gold: self.gold[gold, True] for gold in (FOREGROUND, BACKGROUND)}
        asked = {gold: right[gold] + self.gold[gold, False] for gold in right}
        return AnnotatorQuality(
            name=name,
            answers=self.labels.total(),
            unsure=self.labels[AMBIGUOUS],
            sensitivity=rate(right[FOREGROUND], asked[FOREGROUND]),
            specificity=rate(right[BACKGROUND], asked[BACKGROUND]),
            repeat_agreement=rate(self.again[True], self.again.total()),
            gold=self.gold.total(),
            repeats=self.again.total(),
        )


def annotator_quality(project: Project) -> PeopleQuality:
    """Everybody who answered, by what counts now. Settlements are no answers: an owner has seen those of the others.

    Answers are read twice and never held all at once.
    """
    people: defaultdict[str, _Person] = defaultdict(_Person)
    pairs: defaultdict[tuple[str, str], Counter[tuple[int, int]]] = defaultdict(Counter)
    shared: defaultdict[int, Counter[tuple[int, ...]]] = defaultdict(Counter)
    for label_by_name in _by_point(_heard(project, people)):
        for one, other in combinations(sorted(label_by_name), 2):
            pairs[one, other][label_by_name[one], label_by_name[other]] += 1
        if len(label_by_name) > 1:
            said = list(label_by_name.values())
            shared[len(said)][tuple(map(said.count, _LABELS))] += 1
    _match_repeats(project, people)
    commonest = max(shared, key=lambda number: (shared[number].total(), number), default=0)
    return PeopleQuality(
        people=tuple(people[name].quality(name) for name in sorted(people)),
        cohen=cohens_kappa(next(iter(pairs.values()))) if len(pairs) == 1 else None,
        fleiss=fleiss_kappa(shared[commonest]) if commonest else None,
    )


def _heard(project: Project, people: "defaultdict[str, _Person]") -> Iterator[Answer]:
    for answer in project.answers():
        if not answer.settles:
            people[answer.by].hear(answer)
            yield answer


def _by_point(answers: Iterable[Answer]) -> Iterator[dict[str, int]]:
    """What each person said of a point, point by point."""
    for _, group in groupby(answers, key=lambda answer: answer.point):
        yield {answer.by: answer.label for answer in group}


def _match_repeats(project: Project, people: "defaultdict[str, _Person]") -> None:
    """Compare what was said of a point with what the same person said of it when it was shown again."""
    if not any(person.repeated for person in people.values()):
        return
    for answer in project.answers():
        for label in people[answer.by].repeated.get(answer.point, ()) if not answer.settles else ():
            people[answer.by].again[label == answer.label] += 1
