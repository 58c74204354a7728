"""Prompts that cannot be meant are refused in one line that says which and why; JSON gives back what it was given."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointreel.core import Box, FormatError, Mask, PointreelError, Points, Prompt, Trace
from pointreel.systems import PromptError, check_prompts, merged, prompts_from_json, prompts_to_json

ALL = frozenset({"points", "box", "trace", "mask", "text"})


@dataclass(frozen=True)
class Video:
    height: int = 30
    width: int = 40
    num_frames: int = 5


def one(**said) -> Prompt:
    return Prompt(**{"object_id": 1, "frame": 0} | said)


FULL = Mask.from_array(np.ones((30, 40), bool))
TRACE = Trace(np.array([[1.0, 2.0], [39, 29]]), np.array([0.0, 0.5]))


@pytest.mark.parametrize(
    ("prompts", "said", "words"),
    [
        ([one(points=Points.on([(40, 3)]))], "point", "the point 40,3 lies outside the frame, which is 40 x 30"),
        ([one(points=Points.on([(3, -1)]))], "point", "the point 3,-1 lies outside"),
        ([one(points=Points.on([(1, 1)]) + Points.off([(3, 30)]))], "not-point", "the point 3,30 lies outside"),
        ([one(frame=5, points=Points.on([(1, 1)]))], "at", "there is no frame 5; the video has frames 0 to 4"),
        ([one(frame=-1, points=Points.on([(1, 1)]))], "at", "there is no frame -1"),
        ([one(object_id=0, points=Points.on([(1, 1)]))], "object", "1 or above"),
        ([one(mask=Mask.empty(30, 40))], "mask", "the mask is empty"),
        ([one(mask=Mask.empty(40, 30))], "mask", "the mask is 30 x 40 pixels (width x height), the video 40 x 30"),
        ([one(box=Box(30, 3, 11, 4))], "box", "the box 30,3,41,7 reaches outside"),
        ([one(box=Box(9, 3, 0, 4))], "box", "holds no pixel"),
        ([one(box=Box(float("nan"), 3, 1, 4))], "box", "holds no pixel"),
        ([one(trace=Trace(np.zeros((0, 2)), np.zeros(0)))], "trace", "no position"),
        ([one(trace=Trace(np.array([[50.0, 1]]), np.zeros(1)))], "trace", "the position 50,1 lies outside"),
        ([one(points=Points.off([(4, 4)]))], "not-point", "only said where the object is not"),
        ([one()], "object", "nothing is said of it"),
        (
            [one(points=Points.on([(4, 4)])), one(points=Points.off([(4.4, 3.6)]))],
            "not-point",
            "the pixel 4,4 is said to be on the object and off it",
        ),
        (
            [one(points=Points.on([(20, 20)])), one(box=Box(0, 0, 9, 9))],
            "box",
            "the point 20,20 is on the object and outside its box 0,0,9,9",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(prompts, said, words) -> None:
    with pytest.raises(PromptError) as caught:
        check_prompts(prompts, Video(), ALL, names={1: "cat"})
    assert words in str(caught.value)
    assert caught.value.said == said
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(("object cat, frame", "object 0, frame"))


@pytest.mark.parametrize(
    "prompt",
    [
        one(points=Points.on([(0, 0), (39, 29), (-0.5, 29.4)])),
        one(box=Box(0, 0, 40, 30)),
        one(mask=FULL),
        one(trace=TRACE),
        one(text="a cat"),
        one(box=Box(0, 0, 9, 9), points=Points.on([(9, 9)]) + Points.off([(20, 20)])),
    ],
)
def test_what_can_be_meant_is_taken(prompt) -> None:
    check_prompts([prompt], Video(), ALL)


def test_no_prompt_is_refused() -> None:
    with pytest.raises(PointreelError, match="There is no prompt"):
        check_prompts([], Video(), ALL)


def test_kinds_the_engine_does_not_take_are_named() -> None:
    with pytest.raises(PromptError, match=r"the engine 'flow' takes no points; it takes: box, mask\.") as caught:
        check_prompts([one(points=Points.on([(1, 1)]))], Video(), frozenset({"mask", "box"}), engine="flow")
    assert caught.value.said == "point"


def test_a_known_object_may_be_told_where_it_is_not() -> None:
    check_prompts([one(points=Points.off([(4, 4)]))], Video(), ALL, known=frozenset({1}))


def test_points_of_one_frame_add_up_and_a_mask_ends_what_was_said_before() -> None:
    on, off = one(points=Points.on([(1, 1)])), one(points=Points.off([(2, 2)]))
    assert merged([on, off])[1, 0].points == on.points + off.points
    assert merged([on, one(mask=FULL)])[1, 0] == one(mask=FULL)
    both = merged([one(mask=FULL), off])[1, 0]
    assert (both.mask, both.points) == (FULL, off.points)


numbers = st.floats(-100, 100, width=32)
xy = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4)
prompts = st.builds(
    Prompt,
    object_id=st.integers(1, 300),
    frame=st.integers(0, 9),
    points=st.none() | xy.map(Points.on) | xy.map(Points.off),
    box=st.none() | st.builds(Box, *[st.integers(1, 50).map(float)] * 4),
    trace=st.none() | xy.map(lambda rows: Trace(np.array(rows), np.arange(len(rows), dtype=float))),
    mask=st.sampled_from([None, FULL]),
    text=st.sampled_from([None, "ein Hündchen"]),
)


@settings(max_examples=40)
@given(st.lists(prompts, max_size=4))
def test_json_gives_back_what_it_was_given(listed) -> None:
    names = {prompt.object_id: f"n{prompt.object_id}" for prompt in listed if prompt.object_id % 2}
    assert prompts_from_json(prompts_to_json(listed, names), "file") == (listed, names)


def test_json_numbers_objects_by_name() -> None:
    data = [{"object": "cat"}, {"object": 2}, {"object": "dog"}, {"object": "cat"}, {}]
    found, names = prompts_from_json(data, "file")
    assert [prompt.object_id for prompt in found] == [1, 2, 3, 1, 1]
    assert names == {1: "cat", 3: "dog"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "prompts: found nothing"),
        ([3], "prompts[0]: found 3"),
        ([{"pionts": []}], "prompts[0].pionts: found an unknown key"),
        ([{"points": [[1, 2, 3]]}], "prompts[0].points: found [[1, 2, 3]], expected a list of rows of 2 numbers"),
        ([{"points": [[1, "a"]]}], "prompts[0].points"),
        ([{"points": [[1, None]]}], "prompts[0].points"),
        ([{"box": [1, 2]}], "prompts[0].box: found [[1, 2]], expected four numbers"),
        ([{"frame": "x"}], "prompts[0].frame: found 'x', expected a whole number"),
        ([{"object": 0}], "prompts[0].object: found 0"),
        ([{"object": True}], "prompts[0].object: found True"),
        ([{"mask": "x"}], "prompts[0].mask"),
        ([{"mask": {"size": [2, 2], "counts": "~"}}], "prompts[0].mask: found a mask that is none"),
        ([{"text": 5}], "prompts[0].text: found 5"),
    ],
)
def test_json_that_says_no_prompts_names_the_place(data, words) -> None:
    with pytest.raises(FormatError) as caught:
        prompts_from_json(data, "p.json")
    assert str(caught.value).startswith(f"p.json: {words}")
