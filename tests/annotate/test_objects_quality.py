"""What a project's own verdicts say of an object: which points count, as what, and at what pace."""

import pytest

from pointreel.annotate import object_quality
from pointreel.annotate.estimates import PARTS
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Candidate, Project, Stratum

SIZES = dict(zip(PARTS, (4000, 200, 200, 9000), strict=True))


def propose(project: Project, name: str, **options: object) -> None:
    """Ten candidates of the object and ten of the background, on one frame."""
    strata = [Stratum(1, name, 3, kind, inside, size) for (kind, inside), size in SIZES.items()]
    kinds = [FOREGROUND] * 10 + [BACKGROUND] * 10
    points = [Candidate(frame=3, x=i, y=0, kind=kind, inside=kind == FOREGROUND) for i, kind in enumerate(kinds)]
    extra = options.get("extra", [])
    project.propose(1, [*points, *extra], name=name, strata=strata)


def answer_all(project: Project, verdicts: dict[int, int], seconds: float = 2.0) -> None:
    while task := project.next_point("owner"):
        project.answer(task.point, verdicts.get(task.point, task.kind), seconds, annotator="owner")


def test_nothing_is_said_before_anybody_said_anything(project: Project) -> None:
    assert object_quality(project, 1) is None
    propose(project, "a")
    assert object_quality(project, 1) is None


def test_labels_count_as_they_are_now(project: Project) -> None:
    propose(project, "a")
    answer_all(project, {1: BACKGROUND, 2: AMBIGUOUS})
    found = object_quality(project, 1)
    assert found is not None
    assert (found.total, found.quality.answered, found.quality.unsure, found.proposal) == (20, 20, 1, "a")
    project.settle(1, FOREGROUND, owner="owner")
    project.settle(2, FOREGROUND, owner="owner")
    settled = object_quality(project, 1)
    assert settled is not None
    assert settled.quality.j.value > found.quality.j.value
    project.undo("owner")
    undone = object_quality(project, 1)
    assert undone is not None
    assert (undone.quality.answered, undone.quality.unsure) == (20, 1)


def test_tests_and_repeats_are_no_part_of_the_sample(project: Project) -> None:
    hidden = [
        Candidate(frame=3, x=40, y=0, kind=FOREGROUND, inside=True, gold=BACKGROUND),
        Candidate(frame=3, x=0, y=0, kind=FOREGROUND, inside=True, repeats=0),
    ]
    propose(project, "a", extra=hidden)
    answer_all(project, {21: BACKGROUND, 22: BACKGROUND})
    found = object_quality(project, 1)
    assert found is not None
    assert (found.total, found.quality.answered) == (20, 20)
    assert found.quality.precision is not None
    assert found.quality.precision.high == 1


def test_a_new_proposal_starts_anew(project: Project) -> None:
    propose(project, "a")
    answer_all(project, dict.fromkeys(range(1, 21), BACKGROUND))
    propose(project, "b")
    assert object_quality(project, 1) is None
    answer_all(project, {})
    renewed = object_quality(project, 1)
    assert renewed is not None
    assert (renewed.proposal, renewed.quality.answered) == ("b", 20)
    assert renewed.quality.j.value > 0.7


@pytest.mark.parametrize(("seconds", "expected"), [(2.0, 2.0), (0.0, 0.95)])
def test_what_is_left_costs_what_the_object_has_cost(project: Project, seconds: float, expected: float) -> None:
    propose(project, "a")
    for task in project.next_points("owner", 5):
        project.answer(task.point, FOREGROUND, seconds, annotator="owner")
    found = object_quality(project, 1)
    assert found is not None
    assert found.outlook.remaining == 15
    assert found.outlook.seconds_saved == pytest.approx(15 * expected)
    given = object_quality(project, 1, seconds_per_point=1.0)
    assert given is not None
    assert given.outlook.seconds_saved == 15
