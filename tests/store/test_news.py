"""What others have added: heard of once, whoever they are, and not what one did oneself."""

from pointreel.core import FOREGROUND, FrameMasks, Mask, Points, Prompt, Segment
from pointreel.store import Candidate, Project

from .conftest import HEIGHT, WIDTH, Made

POINT = [Candidate(frame=1, x=5, y=5, kind=FOREGROUND)]


def test_others_are_heard_of_once_and_oneself_never(anywhere: Made) -> None:
    mine, dog = anywhere.project, anywhere.dog
    before = mine.news().upto
    act(mine.acting("ada"), dog, "mine")
    own = mine.news(before)
    assert not own
    assert own.upto > before
    with Project.open(anywhere.place) as other:
        edit = act(other, dog, "theirs")
        heard = mine.news(own.upto)
        video = mine.video("clip").key
        assert (heard.edited, heard.proposed, heard.answered, heard.much) == ((video,), (dog,), (dog,), False)
        ((where, which, frames, keys),) = ((one.video, one.edit, one.frames, one.objects) for one in heard.masks)
        assert (where, which, frames, keys) == (video, edit, (1, 2), (dog,))
        assert not mine.news(heard.upto)
        other.add_masks(edit, [masks(3)])
        again = mine.news(heard.upto)
        assert [one.frames for one in again.masks] == [(3,)]
        other.undo_edit("clip", edit=edit)
        assert mine.news(again.upto).much


def act(project: Project, key: int, name: str) -> int:
    """An edit with masks on two frames, a proposal and a verdict."""
    project.prompt(key, Prompt(object_id=1, frame=0, points=Points.on([[4, 4]])))
    project.propose(key, POINT, name=name)
    edit = project.begin_edit("clip", "propagation")
    project.add_masks(edit, [masks(1), masks(2)])
    task = project.next_point("ada")
    assert task is not None
    project.answer(task.point, FOREGROUND, 0.5, annotator="ada")
    return edit


def masks(frame: int) -> FrameMasks:
    return FrameMasks(frame, {1: Segment(Mask.empty(HEIGHT, WIDTH), 1.0)})
