"""Errors are one line, and the same in another process."""

import pickle
from pathlib import Path

import pytest

from pointreel.core import (
    FormatError,
    MaskError,
    MissingExtra,
    OverlappingObjects,
    PointreelError,
    UnknownName,
    VideoChanged,
    VideoError,
    WouldLose,
)

EVERY = [
    (UnknownName("format", "davi", ["davis", "coco"]), "There is no format named 'davi'. Did you mean 'davis'? "
     "There are: coco, davis."),
    (MissingExtra("The SAM engine", "sam"), "The SAM engine needs a part that is not installed. "
     "Type: pip install 'pointreel[sam]'"),
    (FormatError("a.json", "videos[3]", found="a list", expected="a number"),
     "a.json: videos[3]: found a list, expected a number."),
    (FormatError(Path("a.json"), "", found="x", expected="y", hint="Do z."), "a.json: found x, expected y. Do z."),
    (VideoError("a.mp4", "broken packet", frame=7), "a.mp4: frame 7: broken packet"),
    (VideoError("a.mp4", "empty"), "a.mp4: empty"),
    (VideoChanged("a.mp4", "is another video"), "a.mp4: is another video"),
    (WouldLose("void"), "void"),
    (MaskError("no mask"), "no mask"),
    (OverlappingObjects([7, 3], 2), "objects 3, 7 share 2 pixels; "
     "say in which order they lie, or keep one mask per object"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "text"), EVERY)
def test_an_error_is_one_line_and_survives_the_way_to_another_process(error: PointreelError, text: str) -> None:
    assert str(error) == text
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == text
    assert vars(again) == vars(error)


def test_all_are_of_one_kind() -> None:
    assert all(isinstance(error, PointreelError) for error, _ in EVERY)
    assert issubclass(MaskError, ValueError)
    assert issubclass(OverlappingObjects, WouldLose)
    assert issubclass(VideoChanged, VideoError)
