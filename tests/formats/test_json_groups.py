"""Records of a big file by group: numbers cost arrays, texts a dictionary, and both answer alike."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointreel.formats._json import Group, Records, index_object

groups = st.integers(-5, 5) | st.sampled_from(["a", "é", "10"])


def indexed(path: Path, of: list[Group]) -> Records:
    path.write_text(json.dumps({"list": [{"group": group, "place": k} for k, group in enumerate(of)]}))
    _, lists = index_object(path, {"list": lambda record: record.fields["group"]})
    return lists["list"]


@given(st.lists(groups, max_size=12) | st.lists(st.integers(-(2**70), 2**70), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_come_by_group_in_the_order_of_the_file(tmp_path: Path, of: list[Group]) -> None:
    records = indexed(tmp_path / "a.json", of)
    assert records.groups == tuple(dict.fromkeys(of))
    for group in {*of, 99, "none"}:
        places = [k for k, other in enumerate(of) if other == group]
        assert [record.integer("place") for record in records.of(group)] == places
        assert records.count(group) == len(places)
    each = [[record.integer("place") for record in found] for found in records.of_each([*records.groups, 99])]
    assert each == [[k for k, other in enumerate(of) if other == group] for group in [*records.groups, 99]]


@pytest.mark.parametrize(("content", "present"), [({"list": []}, True), ({"list": None}, False), ({}, False)])
def test_a_missing_list_is_not_an_empty_one(tmp_path: Path, content: dict, present: bool) -> None:
    (tmp_path / "a.json").write_text(json.dumps(content))
    rest, lists = index_object(tmp_path / "a.json", {"list": lambda _: 0})
    assert (lists["list"].present, len(lists["list"]), list(rest.fields.values())) == (
        present,
        0,
        [None] if "list" in content and not present else [],
    )
