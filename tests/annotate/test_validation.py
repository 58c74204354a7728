"""The protocol of the validation set: each rule, where it just holds and where it just does not."""

import pytest

from pointreel import annotate
from pointreel.annotate.validation import Chosen, Eliminated, Verified, frames_of, validation_points, validation_set
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Project

from .test_propose import QUICK

TEN = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)


def all_with(on: int, off: int = 10) -> dict[int, Verified]:
    return dict.fromkeys(TEN, Verified(on, off))


def test_the_reference_is_the_first_frame_with_seven_points() -> None:
    verified = all_with(6) | {30: Verified(7, 0)}
    assert frames_of(verified, 60) == Chosen(30, (40, 60, 90))
    assert frames_of(all_with(6), 60) == Eliminated("no frame has 7 points on it")
    assert frames_of({}, 60) == Eliminated("no frame has 7 points on it")


def test_a_frame_after_it_has_three_points_on_and_one_off() -> None:
    few = all_with(2, 10) | {50: Verified(3, 0), 20: Verified(9, 9), 0: Verified(3, 3)}
    assert frames_of(few, 60) == Eliminated("no frame after 20 has 3 points on it and 1 off it")
    assert frames_of(few | {50: Verified(3, 1)}, 60) == Chosen(20, (30, 60, 90))


@pytest.mark.parametrize("localised", [0, 5, 10])
def test_an_object_that_was_localised_too_early_is_out(localised: int) -> None:
    verified = all_with(7) | {0: Verified(6, 1)}
    expected = f"it was localised on frame {localised}, which does not come after 10"
    assert frames_of(verified, localised) == Eliminated(expected)
    assert frames_of(verified, 11) == Chosen(10, (11, 60, 90))


@pytest.mark.parametrize(
    ("localised", "evaluation"),
    [
        (50, (10, 50, 90)),  # one of the three
        (47, (10, 47, 90)),  # takes the place of 50
        (69, (10, 69, 90)),
        (70, (10, 70, 90)),  # as near to 50 as to 90
        (71, (10, 50, 71)),
        (95, (10, 50, 95)),
        (3, (3, 50, 90)),
    ],
)
def test_three_frames_are_evaluated_and_the_localised_one_is_among_them(
    localised: int, evaluation: tuple[int, ...]
) -> None:
    assert frames_of(all_with(7), localised) == Chosen(0, evaluation)


def test_fewer_frames_are_all_evaluated() -> None:
    verified = {0: Verified(7, 3), 40: Verified(3, 1)}
    assert frames_of(verified, 40) == Chosen(0, (40,))
    assert frames_of(verified, 30) == Chosen(0, (30, 40))


def answer_all(project: Project, wrong_on: tuple[int, ...] = ()) -> None:
    """The machine is right, but for the foreground of some frames; uncertain points stay uncertain."""
    while task := project.next_point("owner"):
        label = BACKGROUND if task.frame in wrong_on and task.kind == FOREGROUND else task.kind
        project.answer(task.point, label, 0.9, annotator="owner")


def test_the_set_of_a_project(project: Project) -> None:
    (before,) = validation_set(project)
    assert before.frames == Eliminated("it has no points")
    annotate.propose(project, config=QUICK)
    (waiting,) = validation_set(project)
    assert isinstance(waiting.frames, Eliminated)
    assert waiting.frames.why.endswith("of its points are not verified")
    answer_all(project, wrong_on=(0, 1))
    (member,) = validation_set(project)
    assert member.frames == Chosen(3, (5, 9, 13))  # frames 4, 9 and 13 are evenly spaced, and 5 was localised
    (sequence,) = validation_points(project)
    assert [labels.frame for labels in sequence] == [3, 4, 6, 7, 9, 10, 12, 13]
    assert {int(label) for labels in sequence for label in labels.points[1].label} == {
        FOREGROUND,
        BACKGROUND,
        AMBIGUOUS,
    }
