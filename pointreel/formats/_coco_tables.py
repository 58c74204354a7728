"""The tables of a COCO-like file: which number is which category, and which ids there are."""

from array import array
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..core import FormatError, ObjectInfo
from ._json import Records
from ._records import Record, describe

UNNAMED = "object"
"""The category of objects that have no name, as class-agnostic datasets call it."""


class CategoryNames:
    """What the ``categories`` of a file call each number. ``merged`` ones, as TAO has them, answer to the one kept."""

    def __init__(self, rest: Record) -> None:
        self.by_number: dict[int, str] = {}
        self._kept_by_merged: dict[int, int] = {}
        ids = Ids(rest.path, "categories")
        for category in rest.records("categories", []) if rest.fields.get("categories") is not None else ():
            number = ids.add(category)
            self.by_number[number] = category.text("name")
            for merged in category.records("merged", []):
                self._kept_by_merged[merged.integer("id")] = number
        ids.check()

    @property
    def number_by_name(self) -> dict[str, int]:
        """Every name with its number; of several categories of one name, the first."""
        kept = {number: name for number, name in self.by_number.items() if number not in self._kept_by_merged}
        first: dict[str, int] = {}
        for number, name in kept.items():
            first.setdefault(name, number)
        return first

    def of(self, record: Record) -> str:
        """The name of the object that an annotation or a track is about."""
        if "object_name" in record:
            return record.text("object_name")
        if not self.by_number:
            return ""
        number = record.integer("category_id")
        number = self._kept_by_merged.get(number, number)
        if number not in self.by_number:
            known = ", ".join(map(str, sorted(self.by_number)[:8]))
            raise record.wrong("category_id", found=f"the number {number}", expected=f"one of the categories {known}")
        return self.by_number[number]


class CategoryNumbers:
    """Numbers the names of objects while a file is written: as the dataset has them, new names after those."""

    def __init__(self, known: Mapping[str, int]) -> None:
        first_by_number: dict[int, str] = {}
        for name, number in known.items():
            first_by_number.setdefault(number, name)
        self._by_name = {name: number for number, name in first_by_number.items()}
        self._next = max([0, *first_by_number]) + 1

    def of(self, name: str) -> int:
        name = name or UNNAMED
        if name not in self._by_name:
            self._by_name[name] = self._next
            self._next += 1
        return self._by_name[name]

    def keys_of(self, info: ObjectInfo) -> dict[str, object]:
        """The keys that say what an object is called. ``object_name`` is ours, for objects without a name."""
        named: dict[str, object] = {} if info.name else {"object_name": ""}
        return {"category_id": self.of(info.name)} | named

    def to_json(self) -> list[dict[str, object]]:
        return [{"id": number, "name": name, "supercategory": UNNAMED} for name, number in self._by_name.items()]


class Ids:
    """The ids of a list, gathered while it is indexed, so that one that comes twice or is missing is named."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._ids = array("q")

    def add(self, record: Record) -> int:
        number = record.integer("id")
        if abs(number) >= 1 << 62:
            raise record.wrong("id", found=describe(number), expected="a number of at most 62 bits")
        self._ids.append(number)
        return number

    def check(self) -> None:
        """Refuse an id that was there before."""
        ids = np.array(self._ids, np.int64)
        first = np.unique(ids, return_index=True)[1]
        if len(first) < len(ids):
            again = int(np.setdiff1d(np.arange(len(ids)), first)[0])
            where = f"{self._name}[{again}].id"
            raise FormatError(self._path, where, found=f"{ids[again]} a second time", expected="an id of its own")

    def refuse_others(self, records: Records, key: str) -> None:
        """Refuse records that are grouped by an id which this list does not have."""
        groups = np.array([group for group in records.groups if isinstance(group, int)], np.int64)
        others = groups[~np.isin(groups, np.array(self._ids, np.int64))]
        if len(others):
            record = next(records.of(int(others[0])))
            raise record.wrong(key, found=f"the number {others[0]}", expected=f"the id of one of the {self._name}")


def with_names_of_their_own(name_by_id: dict[int, str]) -> dict[str, int]:
    """Ids by name; videos that share a folder, as clips of one video do, are told apart by their ids."""
    id_by_name: dict[str, int] = {}
    for video_id, name in name_by_id.items():
        id_by_name[f"{name}#{video_id}" if name in id_by_name else name] = video_id
    return id_by_name
