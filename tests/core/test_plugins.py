"""A new file is an extension, found by its name, and mistakes in names and options are named."""

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from pointreel.core import PointreelError, Shelf, UnknownName, plugins

MODULE = '''"""Rolls {name}.

More of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Config:
    size: int{default}

    def __post_init__(self):
        self.size + 0


def build(config):
    return ("{name}", config.size)
'''


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    package = tmp_path / "shelf_under_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "red_ball.py").write_text(MODULE.format(name="red", default=" = 3"))
    (package / "dice.py").write_text(MODULE.format(name="dice", default=""))
    (package / "_help.py").write_text("raise RuntimeError")
    (package / "broken.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield Shelf("toy", "shelf_under_test")
    for name in [name for name in sys.modules if name.startswith("shelf_under_test")]:
        del sys.modules[name]


def test_names_are_those_of_the_files_and_nothing_is_imported(shelf: Shelf) -> None:
    assert shelf.names() == ("broken", "dice", "red-ball")
    assert "shelf_under_test.broken" not in sys.modules
    assert "shelf_under_test.dice" not in sys.modules


def test_an_extension_is_built_from_its_options(shelf: Shelf) -> None:
    assert shelf.build("red-ball") == ("red", 3)
    assert shelf.build("red-ball", size=5) == ("red", 5)
    assert shelf.summary("red-ball") == "Rolls red."
    assert shelf.module("dice").__name__ == "shelf_under_test.dice"


def test_an_unknown_name_lists_those_there_are(shelf: Shelf) -> None:
    with pytest.raises(UnknownName, match=r"There is no toy named 'red_ball'\. Did you mean 'red-ball'\? There are:"):
        shelf.build("red_ball")
    with pytest.raises(UnknownName, match="There are: broken, dice, red-ball") as caught:
        shelf.build("_help")
    assert caught.value.known == ("broken", "dice", "red-ball")


def test_an_unknown_or_missing_option_is_named(shelf: Shelf) -> None:
    with pytest.raises(UnknownName, match=r"no option of the toy 'red-ball' named 'sise'\. Did you mean 'size'\?"):
        shelf.build("red-ball", sise=5)
    with pytest.raises(PointreelError, match="The toy 'dice' needs the option 'size'"):
        shelf.build("dice")


def test_a_fault_of_the_extension_is_not_blamed_on_its_options(shelf: Shelf) -> None:
    with pytest.raises(TypeError, match="concatenate"):
        shelf.build("dice", size="x")
    with pytest.raises(RuntimeError):
        shelf.build("broken")


def test_others_add_names_by_entry_points_and_cannot_hide_ours(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = [EntryPoint("kite", "shelf_under_test.dice", shelf.package), EntryPoint("dice", "nowhere", shelf.package)]

    def entry_points(*, group: str) -> list[EntryPoint]:
        return theirs if group == shelf.package else []

    monkeypatch.setattr(plugins, "entry_points", entry_points)
    assert shelf.names() == ("broken", "dice", "kite", "red-ball")
    assert shelf.build("kite", size=1) == ("dice", 1)
    assert isinstance(shelf.module("dice"), ModuleType)


def test_a_shelf_of_a_room_that_is_not_there_is_empty() -> None:
    shelf = Shelf("toy", "pointreel.no_such_room.toys")
    assert shelf.names() == ()
    with pytest.raises(UnknownName, match="There are: none"):
        shelf.build("ball")


def test_a_room_that_needs_what_is_not_installed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shelf_that_needs_more"
    package.mkdir()
    (package / "__init__.py").write_text("import shelf_that")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    with pytest.raises(ModuleNotFoundError, match="No module named 'shelf_that'"):
        Shelf("toy", "shelf_that_needs_more").names()
