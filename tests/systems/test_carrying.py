"""Masks as sessions make them: every frame of every object once, from the nearer prompt, with hints."""

import pytest

from pointreel import video as videos
from pointreel.core import Prompt
from pointreel.engines import propagators
from pointreel.systems import PromptError, Tracking, carried

from .conftest import NUM_FRAMES


def said(mask_at, frame: int, object_id: int = 1) -> Prompt:
    return Prompt(object_id=object_id, frame=frame, mask=mask_at(frame))


@pytest.fixture
def flow():
    return propagators.build("flow", side=48, hints=True)


def test_every_frame_comes_once_forward_and_then_backward(walk, mask_at, flow) -> None:
    with videos.open(walk) as video:
        made = list(carried(video, [said(mask_at, 9)], flow))
    assert [one.masks.frame for one in made] == [*range(9, NUM_FRAMES), *range(8, -1, -1)]
    assert {one.object_ids for one in made} == {(1,)}
    assert all(one.masks.segments[1].hint is not None for one in made if one.masks.frame != 9)


def test_masks_are_those_of_a_run_that_is_kept(walk, mask_at, flow) -> None:
    prompts = [said(mask_at, 3), said(mask_at, 15), said(mask_at, 8, object_id=7)]
    with videos.open(walk) as video:
        seen: dict[tuple[int, int], object] = {}
        for one in carried(video, prompts, flow):
            for object_id in one.object_ids:
                key = object_id, one.masks.frame
                assert key not in seen
                seen[key] = one.masks.segments.get(object_id)
        with Tracking.start(video, prompts, flow) as tracking:
            kept = {(i, masks.frame): masks.segments.get(i) for masks in tracking for i in (1, 7)}
    assert seen == kept


def test_frames_that_cannot_be_read_are_guessed(damaged_walk, mask_at, flow) -> None:
    with videos.open(damaged_walk, skip_broken=True) as video:
        made = {one.masks.frame: one for one in carried(video, [said(mask_at, 5)], flow)}
    assert [frame for frame, one in sorted(made.items()) if one.guessed] == [9, 10, 23]
    assert made[10].masks.segments[1].mask == made[8].masks.segments[1].mask


def test_wrong_prompts_are_refused_before_any_work(walk, mask_at, flow) -> None:
    with videos.open(walk) as video, pytest.raises(PromptError, match="frame 99"):
        next(carried(video, [Prompt(object_id=1, frame=99, mask=mask_at(3))], flow))
