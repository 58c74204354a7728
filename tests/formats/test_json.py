"""Records of big JSON files are found by place, grouped, and read as the UTF-8 they are."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointreel.core import FormatError
from pointreel.formats import _json, _json_window
from pointreel.formats._records import Record

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
records = st.lists(st.fixed_dictionaries({"video_id": st.integers(0, 4), 'väl"ue': values}), max_size=12)


def video_id(record: Record) -> int:
    return record.integer("video_id")


@settings(max_examples=150, deadline=None)
@given(first=records, second=records, rest=values, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_index_finds_what_json_loads_finds(
    tmp_path_factory: pytest.TempPathFactory, first: list, second: list, rest: object, indent: int, ascii_only: bool
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    whole = {"before": rest, "annotations": first, "between": rest, "videos": second, "after": rest}
    path.write_text(json.dumps(whole, indent=indent, ensure_ascii=ascii_only), encoding="utf-8", errors="replace")
    loaded = json.loads(path.read_text(encoding="utf-8"))
    head, lists = _json.index_object(path, {"annotations": video_id, "videos": video_id})
    assert head.fields == {key: loaded[key] for key in ("before", "between", "after")}
    for name in ("annotations", "videos"):
        assert [record.fields for record in lists[name]] == loaded[name]
        for group in lists[name].groups:
            ours = [record.fields for record in lists[name].of(group)]
            assert ours == [record for record in loaded[name] if record["video_id"] == group]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_values_may_be_cut_by_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(_json_window, "_CHUNK", chunk)
    whole = {
        "n": 1234567,
        "annotations": [{"video_id": i, "a": 'x"\\[]{}é' * i, "b": [1.5e3, True, None]} for i in range(9)],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    head, lists = _json.index_object(path, {"annotations": video_id})
    assert head.integer("n") == 1234567
    assert [record.fields for record in lists["annotations"]] == whole["annotations"]


def test_mappings_lists_and_lines(tmp_path: Path) -> None:
    rows = [{"video_id": i % 2, "i": i} for i in range(5)]
    mapping, listed, lines = (tmp_path / name for name in ("m.json", "l.json", "x.jsonl"))
    mapping.write_text("\ufeff" + json.dumps({f"ké{row['i']}": row for row in rows}), encoding="utf-8")
    listed.write_text(json.dumps(rows))
    lines.write_text("\n\n".join(map(json.dumps, rows)))
    by_key = _json.index_mapping(mapping, video_id)
    assert by_key.keys == tuple(f"ké{i}" for i in range(5))
    for index in (by_key, _json.index_list(listed, video_id), _json.index_lines(lines, video_id)):
        assert len(index) == 5
        assert [record.integer("i") for record in index.of(1)] == [1, 3]
        assert index.count(0) == 3
        assert index.count(7) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "byte 0: found the end of the file, expected well-formed JSON (Expecting '{')"),
        (
            '{"annotations": [{"video_id": 1}',
            "byte 32: found the end of the file, expected well-formed JSON (Expecting ',')",
        ),
        ('{"annotations": [{"video_id": }]}', "byte 30: found '}]}'"),
        ('{"annotations": {}}', "annotations: found an object with 0 keys, expected a list"),
        ('{"annotations": [7]}', "annotations[0]: found the number 7, expected an object"),
        ('{"annotations": [{"id": 7}]}', "annotations[0]: found the keys id, expected the key 'video_id'"),
        ('{"annotations": [{"video_id": "x"}]}', "annotations[0].video_id: found text 'x', expected a whole number"),
        ('{"annotations": []} more', "byte 20: found 'more', expected well-formed JSON (Extra data)"),
        ("[1]", "byte 0: found '[1]', expected well-formed JSON (Expecting '{')"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        _json.index_object(path, {"annotations": video_id})
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


def test_lists_grow_side_by_side_and_appear_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    with _json.ListsWriter(path, ("videos", "annotations"), {"info": {"a": "é"}}) as out:
        for i in range(3):
            out.add("annotations", {"id": i})
            assert not path.exists()
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "info": {"a": "é"},
        "videos": [],
        "annotations": [{"id": 0}, {"id": 1}, {"id": 2}],
    }


def test_a_failed_writer_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError), _json.ListsWriter(tmp_path / "out.json", ("a",)) as out:
        out.add("a", {"x": object()})
    assert list(tmp_path.iterdir()) == []
