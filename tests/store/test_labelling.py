"""Objects, prompts and masks: what counts is the newest that was not taken back, and nothing is ever gone."""

import numpy as np
import pytest

from pointreel.core import Box, FrameMasks, Mask, Points, Prompt, Segment, Trace
from pointreel.store import StoreError

from .conftest import HEIGHT, WIDTH, Made


def square(left: int, size: int = 5) -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[3 : 3 + size, left : left + size] = True
    return Mask.from_array(pixels)


def frame(number: int, mask: Mask, score: float = 0.9) -> FrameMasks:
    return FrameMasks(number, {1: Segment(mask, score)})


def test_an_object_has_a_name_a_colour_and_a_history(anywhere: Made) -> None:
    project = anywhere.project
    ball = project.add_object("clip", "ball", attributes={"question": "Who fetches it?", "n": 2}, by="ada")
    assert (ball.object_id, ball.name, ball.colour) == (2, "ball", "#e69f00")
    project.describe(ball.key, name="red ball", colour="#FF0000", by="ada")
    assert project.object(ball.key).colour == "#ff0000"
    assert project.object(ball.key).attributes == {"question": "Who fetches it?", "n": 2}
    assert project.undo_edit("clip", by="ada") is not None
    assert project.object(ball.key) == ball
    assert project.redo_edit("clip", by="ada") is not None
    assert project.object(ball.key).name == "red ball"
    project.undo_edit("clip", by="ada")
    project.undo_edit("clip", by="ada")
    assert [thing.name for thing in project.objects] == ["dog"]
    project.redo_edit("clip", by="ada")
    assert [thing.name for thing in project.objects_of("clip")] == ["dog", "ball"]
    assert list(project.check()) == []


def test_every_kind_of_prompt_comes_back_as_it_was(anywhere: Made) -> None:
    project = anywhere.project
    prompts = [
        Prompt(object_id=1, frame=0, points=Points.on([(3.25, 4)]) + Points.off([(7, 8)])),
        Prompt(object_id=1, frame=1, box=Box(1.5, 2, 3, 4), text="the dog, läuft"),
        Prompt(object_id=1, frame=2, trace=Trace(np.array([[1, 2], [3, 4.5]]), np.array([0, 0.1]))),
        Prompt(object_id=1, frame=3, mask=square(10)),
    ]
    for prompt in prompts:
        project.prompt(anywhere.dog, prompt)
    assert project.prompts(anywhere.dog) == prompts


def test_a_prompt_replaces_the_one_on_its_frame_until_it_is_undone(anywhere: Made) -> None:
    project = anywhere.project
    first = Prompt(object_id=1, frame=4, points=Points.on([(1, 2)]))
    second = Prompt(object_id=1, frame=4, points=Points.on([(1, 2), (3, 4)]))
    project.prompt(anywhere.dog, first, by="ada")
    project.prompt(anywhere.dog, second, by="ada")
    assert project.prompts(anywhere.dog) == [second]
    project.prompt(anywhere.dog, Prompt(object_id=1, frame=4), by="ada")
    assert project.prompts(anywhere.dog) == []
    project.undo_edit("clip", by="ada")
    assert project.prompts(anywhere.dog) == [second]
    project.undo_edit("clip", by="ada")
    assert project.prompts(anywhere.dog) == [first]


def test_a_propagation_is_taken_back_as_a_whole_and_the_one_before_counts_again(anywhere: Made) -> None:
    project = anywhere.project
    first = project.begin_edit("clip", "propagation", by="ada")
    assert project.add_masks(first, (frame(k, square(k)) for k in range(12))) == 12
    second = project.begin_edit("clip", "propagation", by="ada")
    project.add_masks(second, [frame(k, square(20)) for k in range(4, 8)])
    project.add_masks(second, [FrameMasks(8, {})], object_ids=[1], locked=True)
    stored = list(project.masks(anywhere.dog, 3, 10))
    assert [mask.edit for mask in stored] == [first, *[second] * 5, first]
    assert stored[1].segment == Segment(square(20), 0.9)
    assert (stored[5].segment.mask.area, stored[5].locked) == (0, True)
    assert project.undo_edit("clip", by="ada") == second
    assert [mask.segment.mask for mask in project.masks(anywhere.dog)] == [square(k) for k in range(12)]
    assert project.redo_edit("clip", by="ada") == second
    assert {mask.edit for mask in project.masks(anywhere.dog)} == {first, second}
    assert project.undo_edit("clip", edit=first) == first
    assert {mask.edit for mask in project.masks(anywhere.dog)} == {second}
    assert [edit.kind for edit in project.edits("clip")][-5:] == ["propagation", "propagation", "undo", "redo", "undo"]
    assert list(project.check()) == []


def test_one_undoes_what_one_did_oneself(made: Made) -> None:
    project = made.project
    project.prompt(made.dog, Prompt(object_id=1, frame=0, text="a"), by="ada")
    assert project.undo_edit("clip", by="bob") is None
    assert project.redo_edit("clip", by="ada") is None
    assert len(project.prompts(made.dog)) == 1


def test_masks_that_were_made_are_kept_when_their_maker_fails(made: Made) -> None:
    def maker():
        yield from (frame(k % 12, square(k % 12)) for k in range(32))
        raise RuntimeError("out of memory")

    edit = made.project.begin_edit("clip", "propagation")
    with pytest.raises(RuntimeError):
        made.project.add_masks(edit, maker())
    assert len(list(made.project.masks(made.dog))) == 12


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (frame(0, Mask.empty(4, 4)), "frame 0: found a mask of 4 x 4, expected 48 x 64"),
        (frame(12, square(0)), "found frame 12, expected one of 0 to 11"),
        (FrameMasks(0, {7: Segment(square(0))}), r"found object 7, expected one of the video's: \[1\]"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(made: Made, record: FrameMasks, message: str) -> None:
    edit = made.project.begin_edit("clip", "import")
    with pytest.raises(StoreError, match=message):
        made.project.add_masks(edit, [frame(1, square(0)), record])
    assert list(made.project.masks(made.dog)) == []


def test_broken_run_lengths_are_refused(made: Made) -> None:
    edit = made.project.begin_edit("clip", "import")
    with pytest.raises(ValueError, match="add up to"):
        made.project.add_masks(edit, [frame(0, Mask(HEIGHT, WIDTH, b"5"))])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"colour": "red"}, "found the colour 'red', expected '#rrggbb'"),
        ({"object_id": 1}, "object 1 is in this video already"),
        ({"object_id": 0}, "found the object id 0"),
        ({"video": "film"}, "there is no video named 'film'. There are: 'clip'"),
        ({"by": "eve"}, "there is nobody named 'eve'"),
    ],
)
def test_a_wrong_object_is_told(made: Made, words: dict[str, object], message: str) -> None:
    with pytest.raises(StoreError, match=message):
        made.project.add_object(**({"video": "clip"} | words))
    assert len(made.project.objects) == 1
    assert len(made.project.edits("clip")) == 1


def test_stages_say_how_far_they_got(anywhere: Made) -> None:
    project = anywhere.project
    project.mark_stage(anywhere.dog, "propagation", "running", fingerprint="a1")
    project.mark_stage(anywhere.dog, "propagation", "failed", fingerprint="a1", detail="no memory")
    project.mark_stage(anywhere.dog, "sampling", "done")
    said = [(stage.stage, stage.state, stage.fingerprint, stage.detail) for stage in project.stages(anywhere.dog)]
    assert sorted(said) == [("propagation", "failed", "a1", "no memory"), ("sampling", "done", "", "")]
    with pytest.raises(StoreError, match="expected a short name"):
        project.mark_stage(anywhere.dog, "sampling", "doen")


def test_users_have_roles_and_hashes_and_there_is_always_an_owner(anywhere: Made) -> None:
    project = anywhere.project
    assert [(user.name, user.role) for user in project.users] == [
        ("olga", "owner"),
        ("ada", "annotator"),
        ("bob", "annotator"),
    ]
    project.change_user("ada", password_hash="$argon2id$...")
    assert project.password_hash("ada") == "$argon2id$..."
    assert project.password_hash("bob") is project.password_hash("eve") is None
    for mark, name in (("a" * 64, "ada"), ("b" * 64, "bob")):
        project.begin_login(name, mark)
    project.change_user("ada", password_hash="$argon2id$another")
    assert [(login.name, login.mark) for login in project.logins()] == [("bob", "b" * 64)]
    assert project.logins("a" * 64) == []
    with pytest.raises(StoreError, match="'olga' is the only owner"):
        project.change_user("olga", role="viewer")
    project.change_user("ada", role="owner")
    assert project.change_user("olga", role="viewer").role == "viewer"
    with pytest.raises(StoreError, match="a user named 'ada' already"):
        project.add_user("ada")
    with pytest.raises(StoreError, match="found the role 'boss', expected one of: owner, annotator, viewer"):
        project.add_user("eve", "boss")


def test_a_prompt_and_the_mask_it_led_to_are_one_edit(anywhere: Made) -> None:
    project, dog = anywhere.project, anywhere.dog
    carried = project.set_mask(dog, 4, Segment(square(20), 0.5), kind="propagation", locked=False, by="ada")
    prompt = Prompt(object_id=1, frame=4, points=Points.on([(1, 2)]))
    edit = project.prompt(dog, prompt, segment=Segment(square(10), 0.7), by="ada")
    stored, below = project.mask(dog, 4), project.mask(dog, 4, without=["prompt"])
    assert stored is not None
    assert below is not None
    assert (stored.edit, stored.locked, stored.segment) == (edit, True, Segment(square(10), 0.7))
    assert (below.edit, below.locked, below.segment) == (carried, False, Segment(square(20), 0.5))
    assert project.mask(dog, 5) is None
    effect = project.effect(edit)
    assert (effect.kind, effect.objects, effect.frames) == ("prompt", (dog,), (4, 4))
    assert project.undo_edit("clip", by="ada") == edit
    assert (project.prompts(dog), project.mask(dog, 4)) == ([], below)


def test_an_edit_says_what_it_changes(anywhere: Made) -> None:
    project = anywhere.project
    ball = project.add_object("clip", "ball", by="ada").key
    edit = project.begin_edit("clip", "propagation", by="ada")
    project.add_masks(edit, [FrameMasks(k, {1: Segment(square(k)), 2: Segment(square(k + 9))}) for k in (3, 9, 5)])
    assert project.effect(edit).frames == (3, 9)
    assert project.effect(edit).objects == (anywhere.dog, ball)
    made = project.edits("clip")[-2].key
    assert (project.effect(made).objects, project.effect(made).frames) == ((ball,), None)
    with pytest.raises(StoreError, match="there is no edit 999"):
        project.effect(999)


def test_masks_can_be_stored_around_those_that_are_locked(anywhere: Made) -> None:
    project, dog = anywhere.project, anywhere.dog
    project.set_mask(dog, 4, Segment(square(30)), by="ada")
    project.set_mask(dog, 5, Segment(square(30)), by="ada")
    project.set_mask(dog, 5, Segment(square(31)), locked=False, kind="lock", by="ada")
    edit = project.begin_edit("clip", "propagation", by="ada")
    assert project.add_masks(edit, [frame(k, square(k)) for k in range(3, 7)], around_locks=True) == 3
    assert [(mask.frame, mask.edit == edit) for mask in project.masks(dog)] == [
        (3, True),
        (4, False),
        (5, True),
        (6, True),
    ]


def test_the_newest_edit_of_a_kind_is_taken_back_past_later_ones(anywhere: Made) -> None:
    project = anywhere.project
    edit = project.begin_edit("clip", "propagation", by="ada")
    project.add_masks(edit, [frame(3, square(3))])
    project.set_mask(anywhere.dog, 4, Segment(square(4)), by="ada")
    assert project.undo_edit("clip", by="bob", kind="propagation") is None
    assert project.undo_edit("clip", by="ada", kind="propagation") == edit
    assert [mask.frame for mask in project.masks(anywhere.dog)] == [4]
    assert project.undo_edit("clip", by="ada", kind="propagation") is None
    assert project.redo_edit("clip", by="ada") == edit
    assert list(project.check()) == []
