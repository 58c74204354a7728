"""Who is asked about which point, what the log keeps, and what undoing does; on SQLite and PostgreSQL alike."""

import random
from dataclasses import fields, replace

import pytest

from pointreel.core import AMBIGUOUS, BACKGROUND, FOREGROUND
from pointreel.store import Candidate, NotAllowed, Project, StoreError, Stratum, Task

from .conftest import Made, candidates

YES, NO, UNSURE = FOREGROUND, BACKGROUND, AMBIGUOUS


def kinds_seen(project: Project, annotator: str, **options: object) -> list[int]:
    """Answer everything there is; the kinds of points in the order in which they were shown."""
    seen = []
    while task := project.next_point(annotator, **options):
        seen.append(task.kind)
        project.answer(task.point, YES, 0.5, annotator=annotator)
    return seen


def label_of(made: Made, point: int) -> int | None:
    return next(stored.label for stored in made.project.points(made.dog) if stored.key == point)


def test_the_papers_order_is_foreground_then_background_then_uncertain(anywhere: Made) -> None:
    project = anywhere.project
    cat = project.add_object("clip", "cat").key
    project.propose(cat, candidates(3))
    assert project.propose(anywhere.dog, candidates(6)) == 6
    assert kinds_seen(project, "ada") == [YES, YES, NO, NO, UNSURE, UNSURE, YES, NO, UNSURE]
    assert list(project.check()) == []


def test_the_order_by_gain_takes_the_largest_first_of_all_and_of_one_object(anywhere: Made) -> None:
    project = anywhere.project
    cat = project.add_object("clip", "cat").key
    project.propose(anywhere.dog, [Candidate(frame=0, x=i, y=0, kind=YES, gain=g) for i, g in enumerate((1, 5, 3))])
    project.propose(cat, [Candidate(frame=0, x=i, y=1, kind=YES, gain=g) for i, g in enumerate((4, 2))])
    assert project.next_point("bob", "gain", object_key=cat).x == 0
    project.release("bob")
    seen = []
    while task := project.next_point("ada", "gain"):
        seen.append((task.object_name, task.x))
        project.answer(task.point, YES, 0.5, annotator="ada")
    assert seen == [("dog", 1), ("cat", 0), ("dog", 2), ("cat", 1), ("dog", 0)]


def test_gains_may_change_while_people_answer(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(4))
    by_gain = {point.key: point.gain for point in project.points(anywhere.dog)}
    project.set_gains({key: -gain for key, gain in by_gain.items()})
    assert project.next_point("ada", "gain").point == min(by_gain, key=by_gain.__getitem__)


def test_a_point_is_one_annotators_until_the_lease_ends(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(2))
    hers = project.next_point("ada", lease_seconds=30)
    assert project.next_point("ada").point == hers.point
    his = project.next_point("bob", lease_seconds=30)
    assert his.point != hers.point
    assert project.next_point("olga") is None
    project.release("bob")
    assert project.next_point("olga").point == his.point
    anywhere.clock.seconds += 61
    assert project.next_point("bob").point in (hers.point, his.point)


def test_points_to_come_are_leased_with_the_first(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(6))
    first = [task.point for task in project.next_points("ada", 4)]
    assert [task.point for task in project.next_points("ada", 3)] == first[:3]
    assert not set(first) & {task.point for task in project.next_points("bob", 4)}
    project.answer(first[0], YES, 0.5, annotator="ada")
    assert [task.point for task in project.next_points("ada", 3)] == first[1:]


def test_a_verdict_after_its_lease_is_kept_too(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(1))
    task = project.next_point("ada", lease_seconds=1)
    anywhere.clock.seconds += 2
    assert project.next_point("bob").point == task.point
    project.answer(task.point, YES, 1.5, annotator="ada")
    project.answer(task.point, NO, 0.5, annotator="bob")
    assert [(event.by, event.label) for event in project.log()] == [("ada", YES), ("bob", NO)]
    assert label_of(anywhere, task.point) == UNSURE


def test_as_many_people_are_asked_as_were_asked_for_and_each_once(anywhere: Made) -> None:
    project = anywhere.project
    points = [replace(point, overlap=2) for point in candidates(4)]
    project.propose(anywhere.dog, points)
    assert len(kinds_seen(project, "ada")) == 4
    assert project.next_point("ada") is None
    assert len(list(project.verified())) == 0
    first = project.next_point("bob")
    assert project.next_point("olga").point != first.point
    project.release("olga")
    assert len(kinds_seen(project, "bob")) == 4
    assert project.next_point("olga") is None
    assert {point.label for point in project.points(anywhere.dog)} == {YES}
    assert list(project.check()) == []


def test_most_votes_are_the_label_and_a_tie_is_undecided(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, [replace(candidates(1)[0], overlap=3)])
    point = project.next_point("ada").point
    for name, verdict, label in (("ada", YES, YES), ("bob", NO, UNSURE), ("olga", NO, NO)):
        project.answer(point, verdict, 0.5, annotator=name)
        assert label_of(anywhere, point) == label


def test_an_owner_settles_and_it_is_logged_as_such(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, [replace(candidates(1)[0], overlap=3)])
    point = project.next_point("ada").point
    for name in ("ada", "bob"):
        project.answer(point, NO, 0.5, annotator=name)
    with pytest.raises(NotAllowed, match="only an owner settles"):
        project.settle(point, YES, owner="ada")
    project.settle(point, YES, owner="olga")
    assert label_of(anywhere, point) == YES
    assert [event.settles for event in project.log()] == [False, False, True]
    assert project.statistics().all.answers == 2
    project.undo("olga")
    assert label_of(anywhere, point) == NO
    assert list(project.check()) == []


def test_undoing_and_redoing_are_events_and_the_newest_that_counts_is_the_verdict(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(1))
    point = project.next_point("ada").point
    project.answer(point, YES, 0.5, annotator="ada")
    project.answer(point, NO, 0.7, annotator="ada")
    assert label_of(anywhere, point) == NO
    assert project.undo("ada") == [point]
    assert label_of(anywhere, point) == YES
    assert project.undo("ada") == [point]
    assert label_of(anywhere, point) is None
    assert project.undo("ada") == []
    assert project.next_point("bob").point == point
    assert project.redo("ada") == project.redo("ada") == [point]
    assert project.redo("ada") == []
    assert label_of(anywhere, point) == NO
    assert [event.undoes for event in project.log()] == [None, None, 2, 1, 4, 3]


def test_something_new_ends_what_can_be_redone(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(2))
    first, second = (task.point for task in project.next_points("ada", 2))
    project.answer(first, YES, 0.5, annotator="ada")
    project.undo("ada")
    project.answer(second, YES, 0.5, annotator="ada")
    assert project.redo("ada") == []


def test_a_whole_batch_is_undone_and_redone_at_once_and_only_ones_own(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, [replace(point, overlap=2) for point in candidates(6)])
    kinds_seen(project, "bob")
    kinds_seen(project, "ada")
    batch = {point.key for point in project.points(anywhere.dog) if point.kind == NO}
    assert set(project.undo_batch("ada", anywhere.dog, NO)) == batch
    assert {point.key for point in project.points(anywhere.dog) if point.answers == 1} == batch
    assert set(project.redo("ada")) == batch
    assert {point.answers for point in project.points(anywhere.dog)} == {2}
    assert len(project.undo_batch("ada", anywhere.dog)) == 6
    assert project.undo_batch("ada", anywhere.dog) == []
    assert {answer.by for answer in project.answers()} == {"bob"}
    assert list(project.check()) == []


def test_a_batch_may_be_one_session(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(2))
    first, second = (task.point for task in project.next_points("ada", 2))
    project.answer(first, YES, 0.5, annotator="ada", session="morning")
    project.answer(second, YES, 0.5, annotator="ada", session="evening")
    assert project.undo_batch("ada", anywhere.dog, in_session="evening") == [second]


def test_sending_a_verdict_twice_stores_it_once(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(2))
    first, second = (task.point for task in project.next_points("ada", 2))
    key = project.answer(first, YES, 0.5, annotator="ada", token="a")
    assert project.answer(first, YES, 0.5, annotator="ada", token="a") == key
    assert len(list(project.log())) == 1
    with pytest.raises(StoreError, match="was used for another verdict"):
        project.answer(second, YES, 0.5, annotator="ada", token="a")


def test_tests_and_repeats_look_like_all_others_and_are_not_exported(anywhere: Made) -> None:
    project = anywhere.project
    points = [*candidates(3), Candidate(frame=3, x=9, y=9, kind=YES, gold=NO)]
    points.append(replace(points[2], repeats=2))
    project.propose(anywhere.dog, points)
    assert not {field.name for field in fields(Task)} & {"gold", "repeats", "overlap", "gain"}
    assert kinds_seen(project, "ada") == [YES, YES, YES, NO, UNSURE]
    stored = {(point.gold, point.repeats) for point in project.points(anywhere.dog)}
    assert stored == {(None, None), (NO, None), (None, 3)}
    said = {(answer.gold, answer.repeats) for answer in project.answers(anywhere.dog)}
    assert said == stored
    (sequence,) = project.verified()
    assert sum(len(points) for labels in sequence for points in labels.points.values()) == 3
    assert [(of.answered, of.total) for of in project.progress(anywhere.dog)] == [(3, 3), (1, 1), (1, 1)]


def test_proposing_again_changes_nothing_and_another_proposal_replaces_what_nobody_answered(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(6), name="first")
    kept = project.next_point("ada").point
    project.answer(kept, YES, 0.5, annotator="ada")
    assert project.propose(anywhere.dog, candidates(3), name="first") == 6
    assert project.propose(anywhere.dog, candidates(2), name="second") == 2
    assert len(project.points(anywhere.dog)) == 3
    assert len(kinds_seen(project, "ada")) == 2
    assert project.propose(anywhere.dog, candidates(2), name="more", replace=False) == 2
    assert len(kinds_seen(project, "ada")) == 2
    assert list(project.check()) == []


def test_closing_an_object_is_an_edit_that_is_taken_back_in_its_video_and_in_the_project(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(2))
    edit = project.close_object(anywhere.dog, by="ada")
    project.describe(anywhere.dog, name="hound", by="ada")
    assert (project.object(anywhere.dog).closed, project.next_point("ada")) == (True, None)
    assert project.undo_edit(by="bob") is None
    assert project.undo_edit(by="ada") == edit
    assert project.object(anywhere.dog).name == "hound"
    assert project.undo_edit(by="ada") is None
    assert project.next_point("ada") is not None
    assert project.redo_edit(by="ada") == edit
    assert project.next_point("ada") is None
    assert [one.kind for one in project.edits("clip")] == ["object", "closing", "object", "undo", "redo"]
    assert (project.effect(edit).kind, project.effect(edit).videos) == ("closing", ("clip",))
    assert [project.undo_edit("clip", by="ada") for _ in range(3)] == [edit + 1, edit, None]
    assert not project.object(anywhere.dog).closed
    assert list(project.check()) == []


def test_a_proposal_is_taken_back_as_a_whole_and_what_it_replaced_waits_again(anywhere: Made) -> None:
    project = anywhere.project
    cat = project.add_object("clip", "cat").key
    project.propose(anywhere.dog, candidates(6), name="first")
    kept = project.next_point("ada").point
    project.answer(kept, YES, 0.5, annotator="ada")
    acting = project.acting("olga")
    for key in (anywhere.dog, cat):
        acting.propose(key, candidates(2), name="second", strata=[Stratum(key, "second", 1, YES, True, 9)])
    answered = project.points(cat)[0].key
    project.answer(answered, NO, 0.5, annotator="ada")

    def waiting() -> tuple[int, int]:
        return tuple(sum(point.waiting for point in project.points(key)) for key in (anywhere.dog, cat))

    assert waiting() == (2, 1)
    assert project.undo_edit("clip", by="olga") is not None
    assert waiting() == (5, 0)
    assert [(point.key, point.label) for point in project.points(cat)] == [(answered, NO)]  # nobody's work is lost
    assert (project.proposals(anywhere.dog), project.proposals(cat)) == (["first"], [])
    assert project.strata(cat) == []
    assert project.redo_edit(by="olga") is not None
    assert waiting() == (2, 1)
    project.undo_edit(by="olga")
    assert project.acting("olga").propose(cat, candidates(2), name="second") == 2
    assert waiting() == (5, 1)
    assert [stratum.pixels for stratum in project.strata(cat)] == [9]
    project.propose(cat, candidates(3), name="third")
    assert waiting() == (5, 3)
    assert list(project.check()) == []


def test_verdicts_that_come_with_an_import_go_and_come_back_with_it(anywhere: Made) -> None:
    project = anywhere.project
    acting = project.acting("olga")
    acting.propose(anywhere.dog, candidates(3), replace=False)
    keys = [point.key for point in project.points(anywhere.dog)]
    acting.answer_all(dict.fromkeys(keys, YES), annotator="olga")
    project.answer(keys[0], NO, 0.5, annotator="ada")
    assert project.undo("olga") == [keys[-1]]
    project.undo_edit(by="olga")
    assert {(answer.point, answer.by) for answer in project.answers()} == {(keys[0], "ada")}
    project.redo_edit(by="olga")
    assert {(answer.point, answer.by) for answer in project.answers()} == {
        (keys[0], "ada"),
        *((key, "olga") for key in keys[:2]),
    }
    assert list(project.check()) == []


def test_a_settlement_is_taken_back_past_later_verdicts(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, [replace(one, overlap=2) for one in candidates(2)])
    (first, second) = (point.key for point in project.points(anywhere.dog))
    project.settle(first, NO, owner="olga")
    project.answer(second, YES, 0.5, annotator="olga")
    assert project.undo_settlement("olga") == [first]
    assert (label_of(anywhere, first), label_of(anywhere, second)) == (None, YES)
    assert project.undo_settlement("olga") == []
    assert project.redo("olga") == [first]
    assert label_of(anywhere, first) == NO
    with pytest.raises(NotAllowed, match="only an owner settles"):
        project.undo_settlement("ada")


def test_nobody_is_asked_about_a_closed_or_removed_object(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(2))
    project.close_object(anywhere.dog)
    assert project.next_point("ada") is None
    project.close_object(anywhere.dog, False)
    assert project.next_point("ada") is not None
    assert list(project.check()) == []
    project.describe(anywhere.dog, removed=True, by="ada")
    assert project.next_point("ada") is None
    assert project.undo_edit("clip", by="ada") is not None
    assert project.next_point("ada") is not None
    assert list(project.check()) == []


def test_a_viewer_only_looks(anywhere: Made) -> None:
    project = anywhere.project
    project.add_user("vic", "viewer")
    project.propose(anywhere.dog, candidates(1))
    for act in (lambda: project.next_point("vic"), lambda: project.answer(1, YES, 1, annotator="vic")):
        with pytest.raises(NotAllowed, match="'vic' is a viewer and may only look"):
            act()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"verdict": 3}, "found the verdict 3, expected one of: 1, 0, 2"),
        ({"seconds": float("nan")}, "found nan seconds"),
        ({"seconds": -1.0}, "found -1.0 seconds"),
        ({"point": 99}, "there is no point 99"),
        ({"annotator": "eve"}, "there is nobody named 'eve'. There are: 'olga', 'ada', 'bob'"),
    ],
)
def test_a_wrong_verdict_is_told_and_not_stored(made: Made, words: dict[str, object], message: str) -> None:
    made.project.propose(made.dog, candidates(1))
    given = {"point": 1, "verdict": YES, "seconds": 0.5, "annotator": "ada"} | words
    with pytest.raises(StoreError, match=message):
        made.project.answer(**given)
    assert list(made.project.log()) == []


@pytest.mark.parametrize(
    ("point", "message"),
    [
        (Candidate(frame=12, x=0, y=0, kind=YES), "candidate 0: found frame 12, expected one of 0 to 11"),
        (Candidate(frame=0, x=63.5, y=0, kind=YES), r"found the position \(63.5, 0\), expected a pixel of 64 x 48"),
        (Candidate(frame=0, x=float("nan"), y=0, kind=YES), "expected numbers"),
        (Candidate(frame=0, x=0, y=0, kind=7), "found the kind 7"),
        (Candidate(frame=0, x=0, y=0, kind=YES, overlap=0), "found an overlap of 0"),
        (Candidate(frame=0, x=0, y=0, kind=YES, gold=2), "found the known answer 2, expected 1 or 0"),
        (Candidate(frame=0, x=0, y=0, kind=YES, repeats=0), "repeats candidate 0, expected an earlier one"),
        (Candidate(frame=0, x=0, y=0, kind=YES, gain=float("inf")), "found the gain inf"),
    ],
)
def test_a_wrong_candidate_is_told_and_none_is_stored(made: Made, point: Candidate, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        made.project.propose(made.dog, [point, *candidates(2)])
    assert made.project.points(made.dog) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_people_do_the_store_says_what_the_log_says(made: Made, seed: int) -> None:
    """Against a model of three lines: a person's verdicts on a point are a stack, for everybody and every point."""
    project, rng = made.project, random.Random(seed)
    project.propose(made.dog, [replace(point, overlap=2) for point in candidates(5)])
    people = ("ada", "bob")
    done: dict[str, list[tuple[int, int]]] = {name: [] for name in people}
    undone: dict[str, list[list[tuple[int, int]]]] = {name: [] for name in people}
    for _ in range(40):
        name = rng.choice(people)
        match rng.choice(("answer", "answer", "undo", "redo", "batch")):
            case "answer":
                point, verdict = rng.randint(1, 5), rng.choice((YES, NO, UNSURE))
                project.answer(point, verdict, 0.5, annotator=name)
                done[name].append((point, verdict))
                undone[name].clear()
            case "undo":
                project.undo(name)
                if done[name]:
                    undone[name].append([done[name].pop()])
            case "batch":
                kind = rng.choice((YES, NO, UNSURE))
                of_kind = {point.key for point in project.points(made.dog) if point.kind == kind}
                gone = [entry for entry in done[name] if entry[0] in of_kind]
                assert set(project.undo_batch(name, made.dog, kind)) == {point for point, _ in gone}
                done[name] = [entry for entry in done[name] if entry[0] not in of_kind]
                if gone:
                    undone[name].append(gone)
            case "redo":
                project.redo(name)
                if undone[name]:
                    done[name] += undone[name].pop()
        expected = {(name, point): verdict for name in people for point, verdict in done[name]}
        assert {(answer.by, answer.point): answer.label for answer in project.answers()} == expected
    assert list(project.check()) == []


def test_a_point_in_particular_is_leased_unless_it_is_answered_or_somebody_elses(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(6))
    first = project.next_point("ada")
    assert project.lease("bob", first.point) is None
    assert project.lease("ada", first.point).point == first.point
    project.answer(first.point, YES, 0.5, annotator="ada")
    assert project.lease("ada", first.point) is None
    project.next_point("ada")
    project.undo("ada")
    assert project.lease("ada", first.point) == replace(first, expires_at=project.next_point("ada").expires_at)
    anywhere.clock.seconds += 61
    assert project.lease("bob", first.point).point == first.point
    assert project.next_point("ada").point != first.point
    assert project.lease("bob", 999) is None


def test_how_far_a_batch_is_and_whose_it_is(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, [replace(point, overlap=1) for point in candidates(9)])
    for name in ("ada", "bob"):
        project.answer(project.next_point(name).point, YES, 0.5, annotator=name)
    found = project.batch("ada", anywhere.dog, YES)
    assert (found.answered, found.total, found.own) == (2, 3, 1)
    assert project.batch("bob", anywhere.dog, UNSURE).answered == 0


def test_verdicts_from_elsewhere_are_stored_at_once(anywhere: Made) -> None:
    project = anywhere.project
    project.propose(anywhere.dog, candidates(6))
    keys = [point.key for point in project.points(anywhere.dog)]
    assert project.answer_all(dict.fromkeys(keys[:4], NO), annotator="olga") == 4
    assert [point.label for point in project.points(anywhere.dog)].count(NO) == 4
    with pytest.raises(StoreError, match="there is no point 999"):
        project.answer_all({keys[4]: YES, 999: YES}, annotator="olga")
    assert label_of(anywhere, keys[4]) is None
    assert list(project.check()) == []
