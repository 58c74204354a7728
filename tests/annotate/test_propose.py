"""The pipeline, run for real: what it stores, that it adds nothing twice, and that nothing stops all of it."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from pointreel import annotate
from pointreel.annotate.localisation import localisation_of
from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND, FrameMasks, PointreelError, Points, Prompt, Segment
from pointreel.store import Project

from .conftest import HEIGHT, NUM_FRAMES, WIDTH, disk, mask_of, on_disk, square

QUICK = annotate.Config(propagator="flow", propagator_options={"side": 120, "preset": "ultrafast"}, min_distance=8)
"""The embedded segmenter with the quickest propagator."""


def drawn(project: Project, key: int = 1) -> list[tuple[object, ...]]:
    return [(p.frame, p.x, p.y, p.kind, p.inside, p.gain) for p in project.points(key)]


def everything(project: Project, key: int = 1) -> tuple[object, ...]:
    """All that a run leaves behind, but for times and sessions."""
    masks = [(one.frame, one.segment, one.locked) for one in project.masks(key)]
    maps = [(one.frame, one.logits.tolist()) for one in project.maps(key)]
    stages = [(one.stage, one.state, one.fingerprint) for one in project.stages(key)]
    return drawn(project, key), project.strata(key), masks, maps, stages, [one.kind for one in project.edits("clip")]


def test_from_clicks_to_candidates_by_the_embedded_engines(project: Project) -> None:
    seen: list[annotate.Progress] = []
    project.prompt(1, on_disk(5))
    report = annotate.propose(project, config=annotate.Config(min_distance=8), watch=seen.append)
    points, strata = project.points(1), project.strata(1)
    assert report == annotate.Report({1: len(points)}, (), {}, False)
    frames = sorted({point.frame for point in points})
    assert frames == [0, 1, 3, 4, 6, 7, 9, 10, 12, 13]
    for k in frames:
        of_frame = [point for point in points if point.frame == k]
        assert Counter(point.kind for point in of_frame)[FOREGROUND] == 7
        assert Counter(point.kind for point in of_frame)[BACKGROUND] == 10
        assert 1 <= Counter(point.kind for point in of_frame)[AMBIGUOUS] <= 3
        near = [(p.x - q.x) ** 2 + (p.y - q.y) ** 2 for p, q in combinations(of_frame, 2)]
        assert min(near) >= 8**2
        near_disk = cv2.dilate(disk(k).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # masks are right to a pixel
        assert all(near_disk[int(p.y), int(p.x)] for p in of_frame if p.kind == FOREGROUND)
        assert not any(disk(k)[int(p.y), int(p.x)] for p in of_frame if p.kind == BACKGROUND)
    masks = list(project.masks(1))
    assert [one.frame for one in masks] == list(range(NUM_FRAMES))
    for one in masks:
        found, truth = one.segment.mask.to_array() > 0, disk(one.frame)
        assert (found & truth).sum() / (found | truth).sum() > 0.85
    by_frame = {k: {(s.kind, s.inside): s.pixels for s in strata if s.frame == k} for k in frames}
    for k, sizes in by_frame.items():
        assert sum(sizes.values()) == HEIGHT * WIDTH
        assert sizes[FOREGROUND, True] + sizes[AMBIGUOUS, True] == masks[k].segment.mask.area
    assert [one.kind for one in project.edits("clip")] == ["object", "prompt", "prompt", "pseudo-mask"]
    assert (seen[0].done, seen[0].total, seen[-1].done) == (0, NUM_FRAMES, NUM_FRAMES)
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert {one.stage for one in seen} == {"pseudo-mask", "propagation", "sampling"}
    assert list(project.check()) == []


def test_candidates_lie_in_the_regions_they_are_of(project: Project) -> None:
    annotate.propose(project, config=QUICK)
    masks = {one.frame: one.segment.mask.to_array() > 0 for one in project.masks(1)}
    assert len(project.points(1)) > 100
    for point in project.points(1):
        inside = bool(masks[point.frame][int(point.y), int(point.x)])
        assert point.inside == inside
        assert (point.kind, inside) not in ((FOREGROUND, False), (BACKGROUND, True))


def test_running_twice_adds_nothing(project: Project) -> None:
    first = annotate.propose(project, config=QUICK)
    before = everything(project)
    assert annotate.propose(project, config=QUICK) == annotate.Report({}, (1,), {}, False)
    assert everything(project) == before
    assert list(first.proposed) == [1]


def test_a_mask_that_was_given_is_the_pseudo_mask(project: Project) -> None:
    project.prompt(1, Prompt(object_id=1, frame=5, mask=mask_of(square(5))))
    annotate.propose(project, config=QUICK)
    assert next(project.masks(1, 5)).segment.mask == mask_of(square(5))


def test_what_it_starts_from_is_locked_for_propagations_but_no_known_answer(project: Project) -> None:
    """Nobody has looked at it: tests come from what people locked, and the next run makes it anew."""
    project.prompt(1, on_disk(9))
    annotate.propose(project, config=replace(QUICK, gold=0.5))
    assert [one.frame for one in project.masks(1) if one.locked] == [5, 9]
    assert project.locked_masks(1) == []
    assert not any(point.gold is not None for point in project.points(1))
    first = next(project.masks(1, 9))
    project.prompt(1, Prompt(object_id=1, frame=9, mask=mask_of(disk(9))))
    project.prompt(1, Prompt(object_id=1, frame=5))
    annotate.propose(project, config=QUICK)
    assert [one.frame for one in project.masks(1) if one.locked] == [9]
    assert next(project.masks(1, 9)).segment.mask == mask_of(disk(9)) != first.segment.mask
    project.set_mask(1, 9, first.segment)
    assert [one.frame for one in project.locked_masks(1)] == [9]


def test_another_draw_keeps_the_masks_and_what_was_answered(project: Project) -> None:
    annotate.propose(project, config=QUICK)
    project.answer(project.next_point("owner").point, FOREGROUND, 0.9, annotator="owner")
    masks, edits = list(project.masks(1)), project.edits("clip")
    annotate.propose(project, config=replace(QUICK, seed=1, num_foreground=2))
    assert (list(project.masks(1)), project.edits("clip")) == (masks, edits)
    fresh = [p for p in project.points(1) if p.proposal == project.strata(1)[0].proposal]
    assert Counter(p.kind for p in fresh)[FOREGROUND] == 20
    assert [p.label for p in project.points(1) if p not in fresh] == [FOREGROUND]


def test_a_draw_that_was_replaced_can_be_had_again(project: Project) -> None:
    annotate.propose(project, config=QUICK)
    first = drawn(project)
    annotate.propose(project, config=replace(QUICK, seed=1))
    assert drawn(project) != first
    annotate.propose(project, config=QUICK)
    assert drawn(project) == first
    assert not annotate.propose(project, config=QUICK).proposed
    assert len(set(project.proposals(1))) == 3


def test_another_engine_or_other_frames_are_an_edit_of_their_own(project: Project) -> None:
    annotate.propose(project, config=QUICK)
    first = list(project.masks(1))
    for config in (replace(QUICK, num_frames=4), replace(QUICK, propagator_options={"side": 60})):
        assert annotate.propose(project, config=config).proposed
        assert not annotate.propose(project, config=config).proposed
    assert [one.kind for one in project.edits("clip")][2:] == ["pseudo-mask"] * 3
    assert len(project.maps(1)) == 11  # the key frame's, which is none of the ten
    project.undo_edit("clip")
    project.undo_edit("clip")
    assert list(project.masks(1)) == first


def test_what_was_said_anew_is_worked_on_anew(project: Project) -> None:
    annotate.propose(project, config=QUICK)
    before = drawn(project)
    project.prompt(1, Prompt(object_id=1, frame=9, mask=mask_of(disk(9))))
    assert annotate.propose(project, config=QUICK).proposed
    assert drawn(project) != before
    assert sorted(localisation_of(project, 1).frames) == [5, 9]


def test_an_undone_pseudo_mask_is_made_again(project: Project) -> None:
    annotate.propose(project, config=QUICK)
    masks = [(one.frame, one.segment) for one in project.masks(1)]
    (edit,) = {one.edit for one in project.masks(1)}
    project.undo_edit("clip", edit=edit)
    assert list(project.masks(1)) == []
    annotate.propose(project, config=QUICK)
    assert [(one.frame, one.segment) for one in project.masks(1)] == masks


def test_a_locked_mask_counts_for_more_than_clicks_and_is_left_alone(project: Project) -> None:
    truth = Segment(mask_of(square(5)), 1.0)
    edit = project.begin_edit("clip", "correction")
    project.add_masks(edit, [FrameMasks(5, {1: truth})], locked=True)
    annotate.propose(project, config=QUICK)
    masks = list(project.masks(1))
    assert masks[5].segment == truth
    assert masks[5].locked
    for one in masks:
        found, expected = one.segment.mask.to_array() > 0, square(one.frame)
        assert (found & expected).sum() / (found | expected).sum() > 0.7


def test_an_object_far_away_has_few_candidates_and_a_hidden_one_none(project: Project) -> None:
    tiny = np.zeros((HEIGHT, WIDTH), bool)
    tiny[100:104, 20:24] = True
    dot = project.add_object("clip", "dot").key
    project.prompt(dot, Prompt(object_id=2, frame=0, mask=mask_of(tiny)))
    annotate.propose(project, [dot], config=replace(QUICK, min_distance=20))
    of_first = Counter(point.kind for point in project.points(dot, 0))
    assert of_first[BACKGROUND] == 10
    assert of_first[FOREGROUND] <= 1
    assert project.points(1) == []


def test_one_failure_is_listed_and_the_rest_is_done(project: Project, clip: Path, tmp_path: Path) -> None:
    gone = shutil.copytree(clip, tmp_path / "gone")
    project.add_video(gone, name="gone")
    lost = project.add_object("gone", "lost").key
    project.prompt(lost, Prompt(object_id=1, frame=3, mask=mask_of(disk(3))))
    empty = project.add_object("clip", "somewhere").key
    project.prompt(empty, Prompt(object_id=2, frame=99 % NUM_FRAMES, text="a disk"))
    shutil.rmtree(gone)
    report = annotate.propose(project, config=QUICK)
    assert (list(report.proposed), list(report.failed)) == ([1], [lost])
    assert "is not there any more" in report.failed[lost]
    assert report.nowhere == (empty,)
    named = annotate.propose(project, [1, empty], config=QUICK)
    assert (named.unchanged, list(named.failed)) == ((1,), [empty])
    assert "nobody has said where it is" in named.failed[empty]
    assert named.nowhere == ()
    shutil.copytree(clip, gone)
    assert list(annotate.propose(project, config=QUICK).proposed) == [lost]


def test_an_object_that_fails_says_in_which_stage(project: Project) -> None:
    project.prompt(1, Prompt(object_id=1, frame=5, points=Points.on([(50, 62)]), text="a disk"))
    other = project.add_object("clip", "square").key
    project.prompt(other, Prompt(object_id=2, frame=2, mask=mask_of(square(2))))
    report = annotate.propose(project, config=QUICK)
    assert (list(report.proposed), list(report.failed)) == ([other], [1])
    assert report.failed[1] == "frame 5: the segmenter takes no text. Leave that out."
    (stage,) = project.stages(1)
    assert (stage.stage, stage.state, stage.detail) == ("pseudo-mask", "failed", report.failed[1])


def test_stopping_keeps_what_is_done_and_goes_on_later(project: Project) -> None:
    seen: list[annotate.Progress] = []

    def is_enough() -> bool:
        return bool(seen) and seen[-1].stage == "propagation" and seen[-1].done >= 4

    report = annotate.propose(project, config=QUICK, watch=seen.append, stop=is_enough)
    assert report == annotate.Report({}, (), {}, True)
    assert {one.stage: one.state for one in project.stages(1)} == {"pseudo-mask": "done", "propagation": "running"}
    assert list(annotate.propose(project, config=QUICK).proposed) == [1]
    assert [one.kind for one in project.edits("clip")] == ["object", "prompt", "pseudo-mask"]


KILLED = """
    import sys, time
    from pointreel import annotate
    from pointreel.store import Project

    flow = {{"side": 120, "preset": "ultrafast"}}
    config = annotate.Config(propagator="flow", propagator_options=flow, min_distance=8)

    def watch(progress):
        print(progress.stage, progress.done, flush=True)
        if (progress.stage, progress.done) == ({stage!r}, {done}):
            time.sleep(60)

    with Project.open(sys.argv[1]) as project:
        annotate.propose(project, config=config, watch=watch)
"""


@pytest.mark.parametrize(("stage", "done"), [("propagation", 7), ("sampling", NUM_FRAMES)])
def test_killed_and_run_again_it_is_as_if_it_had_not_been_killed(
    project: Project, tmp_path: Path, stage: str, done: int
) -> None:
    project.close()
    whole, torn = tmp_path / "project", tmp_path / "torn"
    shutil.copytree(whole, torn)
    script = textwrap.dedent(KILLED.format(stage=stage, done=done))
    words = [sys.executable, "-c", script, str(torn)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            if line.split() == [*stage.split(), str(done)]:
                break
        time.sleep(0.05)
        os.kill(killed.pid, signal.SIGKILL)
    with Project.open(torn) as again, Project.open(whole) as unharmed:
        for one in (again, unharmed):
            assert list(annotate.propose(one, config=QUICK).proposed) == [1]
        assert everything(again) == everything(unharmed)
        assert list(again.check()) == []


def test_videos_side_by_side_give_the_same(project: Project, clip: Path, tmp_path: Path) -> None:
    project.add_video(shutil.copytree(clip, tmp_path / "other"), name="other")
    other = project.add_object("other", "disk").key
    project.prompt(other, Prompt(object_id=1, frame=2, mask=mask_of(disk(2))))
    alone, both = tmp_path / "project", tmp_path / "both"
    project.close()
    shutil.copytree(alone, both)
    with Project.open(alone) as one, Project.open(both) as two:
        seen: list[annotate.Progress] = []
        annotate.propose(one, config=QUICK)
        report = annotate.propose(two, config=replace(QUICK, num_workers=2), watch=seen.append)
        assert (sorted(report.proposed), report.failed) == ([1, other], {})
        for key in (1, other):
            assert everything(one, key) == everything(two, key)
        assert seen[-1].done == seen[-1].total == 2 * NUM_FRAMES


def test_nothing_to_do_is_said_in_one_line(project: Project, clip: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "new") as new:
        new.add_video(clip)
        with pytest.raises(PointreelError, match=r"new: has no object to propose points for\. Click"):
            annotate.propose(new)
        new.add_object("clip", "disk")
        with pytest.raises(PointreelError, match=r"nobody has said where 'disk' is\. Click"):
            annotate.propose(new)
    with pytest.raises(PointreelError, match="no propagator named 'stcm'"):
        annotate.propose(project, config=replace(QUICK, propagator="stcm", propagator_options={}))
    with pytest.raises(PointreelError, match=r"sure_foreground=0\.4"):
        annotate.Config(sure_foreground=0.4)
