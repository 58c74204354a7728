"""What a pipeline stores: maps, regions, and stages that are there whole or not at all."""

import numpy as np
import pytest

from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, FrameMasks, Mask, Segment
from pointreel.store import Candidate, SoftMask, StoreError, Stratum, mapping

from .conftest import HEIGHT, WIDTH, Made

LOGITS = np.linspace(-9, 9, 35, dtype=np.float32).reshape(5, 7)


def segment() -> Segment:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[3:9, 4:20] = True
    return Segment(Mask.from_array(pixels), 0.9)


def test_maps_come_back_as_they_were_when_they_were_kept(anywhere: Made) -> None:
    project, dog = anywhere.project, anywhere.dog
    edit = project.keep_stage(dog, "propagation", fingerprint="a", maps=[SoftMask(2, LOGITS), SoftMask(5, -LOGITS)])
    found = project.maps(dog)
    assert [one.frame for one in found] == [2, 5]
    np.testing.assert_array_equal(found[0].logits, mapping.kept(LOGITS))
    np.testing.assert_array_equal(mapping.kept(found[0].logits), found[0].logits)
    within = np.clip(LOGITS, -127 / 16, 127 / 16)  # what a byte holds
    assert np.abs(within - found[0].logits).max() <= 1 / 32 + 1e-6
    later = project.keep_stage(dog, "propagation", fingerprint="b", maps=[SoftMask(3, LOGITS)])
    assert [one.frame for one in project.maps(dog)] == [3]
    assert [one.frame for one in project.maps(dog, edit)] == [2, 5]
    project.undo_edit("clip", edit=later)
    assert project.is_undone(later)
    assert [one.frame for one in project.maps(dog)] == [2, 5]


def test_a_stage_is_there_whole_or_not_at_all(made: Made) -> None:
    project, dog = made.project, made.dog
    broken = SoftMask(1, np.full((2, 2), np.nan, np.float32))
    with pytest.raises(StoreError, match="expected finite"):
        project.keep_stage(dog, "propagation", fingerprint="a", masks=[FrameMasks(0, {1: segment()})], maps=[broken])
    assert (list(project.masks(dog)), project.stages(dog)) == ([], [])
    assert [edit.kind for edit in project.edits("clip")] == ["object"]


def test_masks_of_two_stages_share_an_edit(made: Made) -> None:
    project, dog = made.project, made.dog
    edit = project.keep_stage(dog, "pseudo-mask", fingerprint="a", masks=[FrameMasks(0, {1: segment()})])
    project.keep_stage(dog, "propagation", fingerprint="b", masks=[FrameMasks(1, {1: segment()})], edit=edit)
    assert [(one.frame, one.edit, one.locked) for one in project.masks(dog)] == [(0, edit, False), (1, edit, False)]
    assert {(one.stage, one.state, one.detail) for one in project.stages(dog)} == {
        ("pseudo-mask", "done", str(edit)),
        ("propagation", "done", str(edit)),
    }
    assert [edit.kind for edit in project.edits("clip")] == ["object", "pseudo-mask"]
    with pytest.raises(StoreError, match="is no edit of the video"):
        project.keep_stage(dog, "propagation", fingerprint="c", edit=99)


def test_a_frame_that_somebody_locked_is_left_as_it_is(made: Made) -> None:
    project, dog = made.project, made.dog
    nothing = Segment(Mask.empty(HEIGHT, WIDTH), 1.0)
    project.add_masks(project.begin_edit("clip", "correction"), [FrameMasks(1, {1: nothing})], locked=True)
    records = [FrameMasks(k, {1: segment()} if k < 2 else {}) for k in range(3)]
    edit = project.keep_stage(dog, "propagation", fingerprint="a", masks=records)
    assert [one.frame for one in project.masks_of_edit(dog, edit)] == [0, 2]
    assert [bool(one.segment.mask) for one in project.masks(dog)] == [True, False, False]
    assert project.locked_masks(dog) == [one for one in project.masks(dog) if one.locked]
    assert [one.frame for one in project.locked_masks(dog)] == [1]
    with project._database.write() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM masks").scalar() == 3


def test_regions_belong_to_their_proposal(anywhere: Made) -> None:
    project, dog = anywhere.project, anywhere.dog
    regions = [
        Stratum(dog, "one", 3, FOREGROUND, True, 120),
        Stratum(dog, "one", 3, BACKGROUND, False, 2900),
        Stratum(dog, "one", 3, AMBIGUOUS, False, 30),
        Stratum(dog, "one", 3, AMBIGUOUS, True, 22),
    ]
    points = [Candidate(frame=3, x=5, y=5, kind=AMBIGUOUS, inside=True)]
    assert project.propose(dog, points, name="one", strata=regions) == 1
    assert project.propose(dog, points, name="one", strata=regions) == 1
    assert project.strata(dog) == regions
    assert [(point.proposal, point.inside) for point in project.points(dog)] == [("one", True)]
    project.propose(dog, [Candidate(frame=4, x=5, y=5, kind=BACKGROUND)], name="two")
    assert project.proposals(dog) == ["one", "two"]
    assert (project.strata(dog), project.strata(dog, "one")) == ([], regions)
    assert [(point.proposal, point.inside) for point in project.points(dog)] == [("two", None)]
    with pytest.raises(StoreError, match="expected a kind"):
        project.propose(dog, [], name="three", strata=[Stratum(dog, "three", 3, 7, True, 1)])


def test_a_map_that_was_damaged_is_found(made: Made) -> None:
    project, dog = made.project, made.dog
    project.keep_stage(dog, "propagation", fingerprint="a", maps=[SoftMask(2, LOGITS)])
    with project._database.write() as connection:
        connection.exec_driver_sql("UPDATE maps SET logits = x'00'")
    assert ["frame 2" in problem.where for problem in project.check()] == [True]
