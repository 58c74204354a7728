"""Files and folders are whole or not there, and names cannot lead out of their folder."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pointreel.core import PointreelError, inside, replacing, replacing_folder


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_its_place_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "notes.json"
    with replacing(path) as draft:
        assert draft.parent == path.parent
        assert draft.suffix == ".json"
        draft.write_text("{}")
        assert not path.exists()
    assert path.read_text() == "{}"
    assert names_in(path.parent) == ["notes.json"]


def test_a_file_stays_as_it_was_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as draft:
        draft.write_text(str(1 / len(draft.read_text())))
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["notes.json"]


def test_others_may_read_what_was_written_as_they_may_read_any_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    with replacing(tmp_path / "file") as draft:
        draft.write_text("")
    assert (tmp_path / "file").stat().st_mode == plain.stat().st_mode
    (tmp_path / "plain-folder").mkdir()
    with replacing_folder(tmp_path / "folder"):
        pass
    assert (tmp_path / "folder").stat().st_mode == (tmp_path / "plain-folder").stat().st_mode


@pytest.mark.parametrize("name", ["x" * 250, "ü" * 120, "a." + "b" * 240])
def test_the_longest_names_can_be_written(tmp_path: Path, name: str) -> None:
    with replacing(tmp_path / name) as draft:
        draft.write_text("long")
    assert (tmp_path / name).read_text() == "long"
    with replacing_folder(tmp_path / f"{name[:-1]}_") as folder:
        (folder / "x").write_text("")
    assert (tmp_path / f"{name[:-1]}_" / "x").exists()


def test_a_folder_is_not_overwritten_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(PointreelError, match="is a folder"), replacing(tmp_path):
        pass


def test_a_folder_appears_when_all_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "dataset"
    with replacing_folder(path) as draft:
        (draft / "part").mkdir()
        (draft / "part" / "file").write_text("x")
        assert not path.exists()
    assert (path / "part" / "file").read_text() == "x"
    assert names_in(path.parent) == ["dataset"]


def test_an_empty_folder_is_filled_and_a_full_one_left_alone(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "empty") as draft:
        (draft / "file").write_text("x")
    (tmp_path / "file").write_text("")
    for full in ("empty", "file"):
        with pytest.raises(PointreelError, match="not an empty folder"), replacing_folder(tmp_path / full):
            pass
    assert names_in(tmp_path) == ["empty", "file"]


def test_a_folder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("there", "new"):
        with pytest.raises(FileNotFoundError), replacing_folder(tmp_path / name) as draft:
            (draft / "file").write_text((tmp_path / "missing").read_text())
    assert names_in(tmp_path) == ["there"]
    assert names_in(tmp_path / "there") == []


def test_the_folder_one_stands_in_and_a_link_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, real, link = tmp_path / "here", tmp_path / "real", tmp_path / "link"
    here.mkdir()
    real.mkdir()
    link.symlink_to(real)
    monkeypatch.chdir(here)
    for path, place in ((Path(), here), (link, real)):
        with replacing_folder(path) as draft:
            (draft / "file").write_text("x")
        assert names_in(place) == ["file"]
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["a", "a/b.png", "a\\b", "ünï cödé/x y", "...", "a..b/c", ".hidden", "./a"])
def test_names_with_folders_stay_inside(tmp_path: Path, name: str) -> None:
    path = inside(tmp_path, name)
    assert path != tmp_path
    assert path.resolve().is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "./", "..", "../a", "a/../../b", "a/..", "/a", "//a/b", "///a", "\\a", "\\\\server\\share\\x",
     "..\\a", "C:\\a", "C:/a", "C:a", "C:", "a\0b"],
)  # fmt: skip
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PointreelError, match="does not stay inside") as caught:
        inside(tmp_path, name)
    assert "\n" not in str(caught.value)


@given(st.text(st.sampled_from("ab./\\:\0 ~"), max_size=8))
@example("//b")
def test_no_name_leads_out(name: str) -> None:
    root = Path("/somewhere/of/all")
    try:
        path = inside(root, name)
    except PointreelError:
        return
    assert os.path.normpath(path).startswith("/somewhere/of/all/")
