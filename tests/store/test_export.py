"""What comes out: verified points and masks as the dataset every format writes, and how long it took."""

import numpy as np
import pytest

from pointreel.core import (
    AMBIGUOUS,
    BACKGROUND,
    FOREGROUND,
    FrameLabels,
    FrameMasks,
    Mask,
    ObjectInfo,
    Points,
    Segment,
)
from pointreel.store import Candidate, Pace

from .conftest import HEIGHT, NUM_FRAMES, WIDTH, Made


def test_verified_points_are_labels_by_frame_and_object(anywhere: Made) -> None:
    project = anywhere.project
    cat = project.add_object("clip", "cat", object_id=7, attributes={"question": "Who?"}).key
    project.add_object("clip", "never looked at")
    project.propose(cat, [Candidate(frame=5, x=8, y=9, kind=BACKGROUND)])
    seen = [(5, 1.0, 2.0, FOREGROUND), (2, 3.5, 4.0, AMBIGUOUS), (5, 6.0, 7.0, BACKGROUND)]
    points = [Candidate(frame=frame, x=x, y=y, kind=kind) for frame, x, y, kind in seen]
    project.propose(anywhere.dog, [*points, Candidate(frame=9, x=0, y=0, kind=AMBIGUOUS)])
    verdicts = {(5, 1): FOREGROUND, (5, 6): FOREGROUND, (2, 3.5): AMBIGUOUS, (5, 8): BACKGROUND}
    for task in project.next_points("ada", 10):
        if (task.frame, task.x) in verdicts:
            project.answer(task.point, verdicts[task.frame, task.x], 0.5, annotator="ada")
    dataset = project.verified()
    (sequence,) = dataset
    assert (len(dataset), sequence.name, sequence.height, sequence.width) == (1, "clip", HEIGHT, WIDTH)
    assert sequence.frames == tuple(f"{k:06d}" for k in range(NUM_FRAMES))
    assert sequence.objects == (ObjectInfo(1, "dog"), ObjectInfo(7, "cat", {"question": "Who?"}))
    dog_5 = Points(np.array([[1, 2], [6, 7]]), np.array([1, 1]), np.array([True, False]))
    expected = [
        FrameLabels(2, points={1: Points(np.array([[3.5, 4]]), np.array([2]), np.array([False]))}),
        FrameLabels(5, points={1: dog_5, 7: Points(np.array([[8, 9]]), np.array([0]), np.array([False]))}),
    ]
    assert list(sequence) == list(sequence) == expected


def test_masks_are_labels_and_an_empty_one_says_that_nothing_is_there(anywhere: Made) -> None:
    project = anywhere.project
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[2:5, 3:9] = True
    segment = Segment(Mask.from_array(pixels), 0.75)
    edit = project.begin_edit("clip", "propagation")
    project.add_masks(edit, [FrameMasks(2, {1: segment}), FrameMasks(3, {})], object_ids=[1])
    (sequence,) = project.segmented()
    assert list(sequence) == [FrameLabels(2, segments={1: segment}), FrameLabels(3)]


def test_a_removed_object_is_not_exported(made: Made) -> None:
    made.project.propose(made.dog, [Candidate(frame=5, x=8, y=9, kind=BACKGROUND)])
    made.project.answer(1, FOREGROUND, 0.5, annotator="ada")
    assert len(made.project.verified()) == 1
    made.project.describe(made.dog, removed=True)
    assert len(made.project.verified()) == len(made.project.objects) == 0


def test_statistics_say_how_much_is_done_and_at_what_pace(anywhere: Made) -> None:
    project = anywhere.project
    project.add_object("clip", "cat")
    kinds = [FOREGROUND] * 3 + [BACKGROUND] * 2
    project.propose(anywhere.dog, [Candidate(frame=0, x=i, y=0, kind=kind) for i, kind in enumerate(kinds)])
    taken = [(FOREGROUND, 0.5), (BACKGROUND, 1.0), (FOREGROUND, 3.0), (AMBIGUOUS, 2.0)]
    for name, (verdict, seconds) in zip(("ada", "ada", "bob", "bob"), taken, strict=True):
        task = project.next_point(name)
        project.answer(task.point, verdict, seconds, annotator=name)
    said = project.statistics()
    counts = (said.videos, said.objects, said.objects_done, said.points, said.points_done, said.events)
    assert counts == (1, 2, 0, 5, 4, 4)
    assert (said.all.answers, said.all.seconds, said.all.median) == (4, 6.5, 1.5)
    assert said.all.p90 == pytest.approx(2.7)
    assert said.by_kind[FOREGROUND] == Pace(3, 2, 1, 0, 4.5, 1.0, pytest.approx(2.6))
    assert said.by_kind[AMBIGUOUS] == Pace(0, 0, 0, 0, 0.0, 0.0, 0.0)
    assert {name: pace.seconds for name, pace in said.by_annotator.items()} == {"ada": 1.5, "bob": 5.0}
    task = project.next_point("ada")
    project.answer(task.point, BACKGROUND, 1.0, annotator="ada")
    assert project.statistics().objects_done == 1


def test_tallies_days_and_frames_count_what_counts(anywhere: Made) -> None:
    project, dog, clock = anywhere.project, anywhere.dog, anywhere.clock
    points = [Candidate(frame=k // 2, x=k, y=0, kind=FOREGROUND) for k in range(5)]
    tests = [Candidate(frame=9, x=0, y=0, kind=FOREGROUND, gold=FOREGROUND)]
    project.propose(dog, [*points, *tests, Candidate(frame=0, x=0, y=0, kind=FOREGROUND, repeats=0)])
    for verdict in (FOREGROUND, BACKGROUND, AMBIGUOUS):
        project.answer(project.next_point("ada").point, verdict, 0.5, annotator="ada")
    clock.seconds += 86_400
    event = project.answer(project.next_point("ada").point, FOREGROUND, 2.5, annotator="ada")
    (tally,) = project.tallies()
    assert (tally.points, tally.answered, tally.foreground, tally.undecided, tally.last_event) == (5, 4, 2, 1, event)
    assert [(count, seconds) for _, count, seconds in project.verdicts_per_day()] == [(3, 1.5), (1, 2.5)]
    assert project.num_frames_answered() == 2
    project.undo("ada")
    assert len(project.verdicts_per_day()) == 1
    assert project.tallies()[0].answered == 3
