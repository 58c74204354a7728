"""What flows between rooms keeps its shape and can be compared."""

import numpy as np
import pytest

from pointreel.core import AMBIGUOUS, Box, Frame, FramePoints, Mask, PointQuery, Points, Prompt, Segment, Trace


def test_a_frame_knows_its_size() -> None:
    frame = Frame(3, np.zeros((4, 7, 3), np.uint8))
    assert (frame.index, frame.height, frame.width) == (3, 4, 7)


def test_points_take_lists_and_keep_float32_and_int8() -> None:
    points = Points([[1, 2], [3.5, 4]], [1, AMBIGUOUS], [True, False])  # type: ignore[arg-type]
    assert points.xy.dtype == np.float32
    assert points.label.dtype == np.int8
    assert points.candidate is not None
    assert points.candidate.dtype == bool
    assert len(points) == 2
    assert points.xy.tolist() == [[1, 2], [3.5, 4]]


def test_points_on_and_off_the_object() -> None:
    assert Points.on([[1, 2], [3, 4]]).label.tolist() == [1, 1]
    assert Points.off([5, 6]).xy.tolist() == [[5, 6]]
    assert Points.off([5, 6]).label.tolist() == [0]
    assert len(Points.on([])) == 0


def test_points_add_up_and_keep_candidates_where_both_have_them() -> None:
    some = Points.on([[1, 2]]) + Points.off([[3, 4]])
    assert some == Points(np.array([[1, 2], [3, 4]], np.float32), np.array([1, 0], np.int8))
    assert some.candidate is None
    judged = Points(np.zeros((1, 2), np.float32), np.ones(1, np.int8), np.array([True]))
    assert (judged + judged).candidate is not None
    assert (judged + judged).candidate.tolist() == [True, True]  # type: ignore[union-attr]
    assert (judged + some).candidate is None


def test_points_are_equal_when_all_of_them_is() -> None:
    one = Points.on([[1, 2]])
    assert one == Points.on([[1, 2]])
    assert one != Points.on([[1, 3]])
    assert one != Points.off([[1, 2]])
    assert one != "points"
    judged = Points(one.xy, one.label, np.array([True]))
    assert judged != one
    assert judged == Points(one.xy, one.label, np.array([True]))
    assert judged != Points(one.xy, one.label, np.array([False]))


def test_labels_and_candidates_have_to_be_as_many_as_the_points() -> None:
    with pytest.raises(ValueError, match="2 points have 1 labels"):
        Points(np.zeros((2, 2), np.float32), np.ones(1, np.int8))
    with pytest.raises(ValueError, match="2 points have 3 flags"):
        Points(np.zeros((2, 2), np.float32), np.ones(2, np.int8), np.ones(3, bool))


def test_a_trace_has_a_time_for_every_position() -> None:
    trace = Trace([[1, 2], [3, 4]], [0, 0.5])  # type: ignore[arg-type]
    assert len(trace) == 2
    assert trace.xy.dtype == np.float32
    assert trace == Trace(np.array([[1, 2], [3, 4]], np.float32), np.array([0, 0.5]))
    assert trace != Trace(np.array([[1, 2], [3, 4]], np.float32), np.array([0, 0.6]))
    with pytest.raises(ValueError, match="2 positions has 1 times"):
        Trace(np.zeros((2, 2), np.float32), np.zeros(1))


def test_a_segment_is_its_mask_and_score() -> None:
    mask = Mask.from_array(np.eye(3))
    hint = np.zeros((2, 2), np.float32)
    assert Segment(mask, 0.5, hint) == Segment(mask, 0.5)
    assert Segment(mask, 0.5) != Segment(mask, 0.6)
    assert Segment(mask) != Segment(Mask.empty(3, 3))


def test_a_prompt_says_what_it_holds() -> None:
    assert Prompt(object_id=1, frame=0).kinds() == frozenset()
    prompt = Prompt(object_id=1, frame=0, points=Points.on([[1, 2]]), box=Box(0, 0, 2, 2), text="cat")
    assert prompt.kinds() == {"points", "box", "text"}
    assert Prompt(object_id=1, frame=0, mask=Mask.empty(2, 2)).kinds() == {"mask"}
    assert Prompt(object_id=1, frame=0, trace=Trace(np.zeros((1, 2), np.float32), np.zeros(1))).kinds() == {"trace"}


def test_prompts_and_queries_compare_even_with_arrays_inside() -> None:
    def prompt(x: float) -> Prompt:
        return Prompt(object_id=1, frame=0, points=Points.on([[x, 2]]), hint=np.zeros((4, 4), np.float32))

    assert prompt(1) == prompt(1)
    assert prompt(1) != prompt(2)
    query = PointQuery(object_id=1, frame=2, points=Points.on([[1, 2]]))
    assert query == PointQuery(object_id=1, frame=2, points=Points.on([[1, 2]]))


def test_rows_of_tracks_compare_by_value() -> None:
    def row(x: float, frame: int = 4, object_id: int = 7) -> FramePoints:
        xy = np.array([[x, 2], [3, 4]], np.float32)
        return FramePoints(frame, {object_id: xy}, {object_id: np.array([True, False])})

    assert row(1) == row(1)
    assert row(1) != row(2)
    assert row(1) != row(1, frame=5)
    assert row(1) != row(1, object_id=8)
    assert row(1) != "row"
